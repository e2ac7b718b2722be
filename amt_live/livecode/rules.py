"""What a rules file is written with: ``@every_bar``, ``@on_mood`` and the band that they get.

Standard library only, nothing at import: it is loaded by the process that runs the rules. The
decorators only mark functions; whoever runs the file looks for the marks.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, overload

EVERY: Final = "__amt_every_bars__"
ON_MOOD: Final = "__amt_on_mood__"
MAX_LINES: Final = 32
"""Lines that one call may say."""

PATIENCE: Final = 5
"""A call may take so many times its processor time where it waits: for a file, or for its turn on a
machine that is busy with the music."""

EveryBar = Callable[["Band"], object]
OnMood = Callable[["Band", str], object]
Function = TypeVar("Function", bound=Callable[..., object])


class Band:
    """What the band plays as the call begins; called with a line of the language it steers it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.bar: int = values.get("bar", 1)
        """The bar that is played, from 1."""
        self.mood: str = values.get("mood", "")
        self.tempo: float = values.get("tempo", 100.0)
        self.key: str = values.get("key", "free")
        self.chords: str = values.get("chords", "free")
        self.density: float | str = values.get("density", "free")
        self.energy: float | str = values.get("energy", "free")
        self.swing: float | str = values.get("swing", "free")
        self.muted: frozenset[str] = frozenset(values.get("muted", ()))
        """Names of the parts that are muted."""
        self.scenes: tuple[str, ...] = tuple(values.get("scenes", ()))
        self.lines: list[str] = []
        """What was said in this call."""

    def __call__(self, line: str) -> None:
        """Say a line such as ``tempo 140 ~8`` or ``dark waltz @4bars``."""
        if not isinstance(line, str):
            raise TypeError(f"the band takes lines of text, not {type(line).__name__}")
        if len(self.lines) >= MAX_LINES:
            raise ValueError(f"more than {MAX_LINES} lines in one call")
        self.lines.append(line)


@overload
def every_bar(bars: EveryBar) -> EveryBar: ...
@overload
def every_bar(bars: int) -> Callable[[EveryBar], EveryBar]: ...
def every_bar(bars: EveryBar | int) -> EveryBar | Callable[[EveryBar], EveryBar]:
    """Call the function with the band at the beginning of each bar, or of every ``bars``-th."""
    if callable(bars):
        return _marked(bars, EVERY, 1)
    if not isinstance(bars, int) or bars < 1:
        raise ValueError(f"every_bar({bars!r}): give a whole number of bars from 1 on")
    return lambda function: _marked(function, EVERY, bars)


def on_mood(function: OnMood) -> OnMood:
    """Call the function with the band and the text of each mood that takes effect."""
    return _marked(function, ON_MOOD, True)


def _marked(function: Function, mark: str, value: object) -> Function:
    setattr(function, mark, value)
    return function
