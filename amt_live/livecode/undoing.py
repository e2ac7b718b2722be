"""What takes the last lines back, each with the values that were in force before it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from amt_live.livecode.runner import Runner
from amt_live.livecode.statements import MOOD, Command, Message, Repeat, Statement
from amt_live.music.parts import PART_NAMES
from amt_live.osc.arguments import Atom
from amt_live.osc.entries import ALL_PARTS

MAX_LINES: Final = 50

Values = Mapping[str, Sequence[Atom]]
"""The values that the band has now, by their address."""


class Undo:
    """The lines that were said, newest last."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._lines: list[tuple[Statement, tuple[Message, ...]]] = []

    def said(self, statement: Statement, values: Values) -> None:
        """A line is about to be said, while these values are in force."""
        before = before_of(statement, values) if isinstance(statement, Command) else ()
        self._lines.append((statement, before))
        del self._lines[:-MAX_LINES]

    def forget(self) -> None:
        """Something else was done: from here on an undo is about moods."""
        self._lines.clear()

    def take_back(self) -> tuple[str, tuple[Message, ...]] | None:
        """The last line that can be taken back, and what does it; None when there is none."""
        while self._lines:
            statement, before = self._lines.pop()
            if isinstance(statement, Repeat):
                self._runner.forget(statement)
                return statement.text, ()
            if before:
                return statement.text, before
        return None


def before_of(command: Command, values: Values) -> tuple[Message, ...]:
    """Messages that set what a command sets to what it is now."""
    found: list[Message] = []
    for message in command.messages:
        if message.settles == MOOD:
            found.append(Message("/amt/mood/undo"))
        elif message.settles:
            all_parts = f"/{ALL_PARTS}/"
            parts = PART_NAMES if all_parts in message.address else (ALL_PARTS,)
            for part in parts:
                address = message.address.replace(all_parts, f"/{part}/")
                if values.get(address):
                    found.append(Message(address, tuple(values[address]), address))
    return tuple(found)
