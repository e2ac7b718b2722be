"""The lines that are typed on the screen: done, held for their boundary, taken back.

Used on the Textual thread. What repeats is kept here, and so ends with the screen.
"""

from collections.abc import Callable, Sequence
from typing import Final

from amt_live.livecode.runner import Runner
from amt_live.livecode.statements import Message, Statement
from amt_live.livecode.undoing import Undo
from amt_live.tui.messages import Atom

Send = Callable[[str, tuple[Atom, ...]], None]

_FILES: Final = ("/amt/set/state", "/amt/rules/state")


class Lines:
    """The language on one screen; ``send`` sends one message to the band."""

    def __init__(self, send: Send) -> None:
        self._runner = Runner(lambda address, atoms, _: send(address, atoms))
        self._undo = Undo(self._runner)
        self._values: dict[str, tuple[Atom, ...]] = {}

    def hear(self, address: str, atoms: Sequence[Atom]) -> None:
        """Take in what the daemon pushes."""
        if address != "/amt/note":
            self._values[address] = tuple(atoms)
            self._runner.hear(address, atoms)

    def do(self, statement: Statement) -> None:
        """Do a line that was typed; raises LineError when too many repeat."""
        before = dict(self._values)
        self._runner.say(statement)
        self._undo.said(statement, before)

    def forget(self) -> None:
        """Something else was done: the next undo is about moods."""
        self._undo.forget()

    def take_back(self) -> tuple[str, tuple[Message, ...]] | None:
        """The last line and what takes it back; None when there is none."""
        return self._undo.take_back()


def news_of(address: str, atoms: Sequence[Atom]) -> tuple[str, bool] | None:
    """What became of a file that is followed, and whether it is an error; None for other news."""
    if address not in _FILES or len(atoms) < 6 or not atoms[5]:
        return None
    file, line, column, text, is_error, _ = atoms
    if not is_error and address == "/amt/rules/state" and text != "it runs":
        return None  # what rules print comes with every bar
    place = f":{line}:{column}" if line else ""
    return f"{file}{place}: {text}", bool(is_error)
