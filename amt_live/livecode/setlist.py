"""A set list: the lines of a file as what is wanted now, and what each save changes.

Pure. A save is taken whole or not at all: with an error anywhere the last good state stays.
"""

from dataclasses import dataclass

from amt_live.control.when import When
from amt_live.livecode.pieces import LineError
from amt_live.livecode.runner import Runner
from amt_live.livecode.statements import Clear, Command, Message, Repeat
from amt_live.livecode.syntax import parse_file


@dataclass(frozen=True, slots=True)
class _Wanted:
    message: Message
    command: Command


class SetList:
    """The last good state of one file, played through a runner."""

    def __init__(self, runner: Runner, source: str) -> None:
        self._runner = runner
        self._source = source
        self._wanted: dict[str, _Wanted] = {}
        self._repeats: tuple[Repeat, ...] = ()
        self.lines = 0
        """How many lines of the last good state say something."""

    def save(self, text: str) -> int:
        """Take a new text; how many things change. Raises LineError, and then nothing changes."""
        lines = [line.statement for line in parse_file(text) if line.statement is not None]
        for statement in lines:
            if isinstance(statement, Clear):
                why = "clear is for typed lines; in a set list delete the line instead"
                raise LineError(why, statement.column, statement.line)
        self.lines = len(lines)
        commands = [statement for statement in lines if isinstance(statement, Command)]
        repeats = tuple(statement for statement in lines if isinstance(statement, Repeat))
        changes = self._apply(wanted_of(commands))
        texts = {repeat.text for repeat in repeats} ^ {repeat.text for repeat in self._repeats}
        self._repeats = repeats
        self._runner.repeat(self._source, repeats)
        return changes + len(texts)

    def again(self) -> None:
        """Say everything anew, for a band that was started anew."""
        for wanted in self._wanted.values():
            self._runner.ask_one(wanted.message, wanted.command, When.BAR)

    def _apply(self, wanted: dict[str, _Wanted]) -> int:
        before, self._wanted = self._wanted, wanted
        count = 0
        fields: set[str] = set()
        for key, old in before.items():
            reset = old.message.reset()
            if key not in wanted and reset is not None:
                self._runner.ask_one(reset, old.command, When.BAR)
                count += 1
                fields |= _field_of_all(key)
        for key, new in wanted.items():
            is_same = key in before and before[key].message.atoms == new.message.atoms
            if is_same and before[key].command.when == new.command.when:
                if not fields & {key.rpartition("/")[2]}:
                    continue  # and was not undone by something that was said of all parts
            else:
                count += 1
                fields |= _field_of_all(key)
            self._runner.ask_one(new.message, new.command, When.BAR)
        return count


def _field_of_all(key: str) -> set[str]:
    return {key.rpartition("/")[2]} if key.startswith("/amt/part/*/") else set()


def wanted_of(commands: list[Command]) -> dict[str, _Wanted]:
    """What lines ask for, by what it settles; what only does something, by its words and place."""
    wanted: dict[str, _Wanted] = {}
    for command in commands:
        for message in command.messages:
            key = message.settles
            if not key:
                same = sum(name.startswith(f"once {command.text} ") for name in wanted)
                key = f"once {command.text} {same}"
            wanted[key] = _Wanted(message, command)
    return wanted
