"""The set list of the demo: what is played at which bar, and what the screen tells of it. Pure."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from amt_live.errors import FileError
from amt_live.livecode.pieces import LineError
from amt_live.livecode.statements import Command, Repeat
from amt_live.livecode.syntax import MAX_FILE_BYTES, parse_file

TEXT_CHARS: Final = 37


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the set list: the bar (from 1) at which it is played, itself, and why."""

    bar: int
    text: str
    why: str

    def line(self) -> str:
        """For the screen."""
        return f"{self.bar:>3}  {self.text:<{TEXT_CHARS}}  {self.why}"


@dataclass(frozen=True, slots=True)
class Script:
    """A set list with its words, in the order of its bars; ``bars`` is where ``stop`` stands."""

    text: str
    steps: tuple[Step, ...]
    bars: int


def demo_path() -> Path:
    """The set list that came with the program."""
    return Path(str(files("amt_live.demo").joinpath("demo.amt")))


def read_script(path: Path) -> Script:
    """Read a set list that ends with ``at N stop``. Raises FileError."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES).decode("utf-8-sig")
        lines = parse_file(text)
    except LineError as error:
        raise FileError(error.in_file(path.name)) from None
    except (OSError, ValueError) as error:
        raise FileError(f"cannot read {path}: {error}; name a set list (.amt)") from None
    steps = []
    for line in lines:
        why = line.comment.lstrip("# ")
        match line.statement:
            case Command(text=said):
                steps.append(Step(1, said, why))
            case Repeat(first=bar, turns=turns):
                steps.append(Step(bar, turns[0].text, why))
    steps.sort(key=lambda step: step.bar)  # stable: as the file has them
    if not steps or steps[-1].text != "stop" or steps[-1].bar < 2:
        raise FileError(f"{path.name} has no end; write where it is: at 57 stop")
    return Script(text, tuple(steps), steps[-1].bar - 1)


class Teller:
    """Tells each step once, when its bar has come."""

    def __init__(self, script: Script) -> None:
        self._steps = list(script.steps)

    def reach(self, bar: int) -> list[str]:
        """The lines that are due at a bar, counted from 1."""
        due = [step.line() for step in self._steps if step.bar <= bar]
        self._steps = [step for step in self._steps if step.bar > bar]
        return due
