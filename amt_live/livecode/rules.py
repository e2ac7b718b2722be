"""What a rules file is written with: ``@every_bar``, ``@on_mood``, ``@logits``, and what they get.

Small values only, nothing at import: it is loaded by the process that runs the rules. The
decorators only mark functions; whoever runs the file looks for the marks.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, TypeVar, overload

from amt_live.control.leans import KINDS, Leans, leans_of, nats_of, spelled_lean
from amt_live.music.keys import ROOTS
from amt_live.music.parts import PART_NAMES

EVERY: Final = "__amt_every_bars__"
ON_MOOD: Final = "__amt_on_mood__"
LOGITS: Final = "__amt_logits__"
MAX_LINES: Final = 32
"""Lines that one call may say."""

PATIENCE: Final = 5
"""A call may take so many times its processor time where it waits: for a file, or for its turn on a
machine that is busy with the music."""

EveryBar = Callable[["Band"], object]
OnMood = Callable[["Band", str], object]
OnLogits = Callable[["Ahead"], object]
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


class Nats:
    """Nats by name: every name of its kind is there, with 0 at first; -8 to 8 may be set."""

    def __init__(self, kind: str, names: Collection[str | int]) -> None:
        self._kind, self._names = kind, names
        self._nats: dict[str, float] = {}

    def __iter__(self) -> Iterator[str | int]:
        """The names that there are."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._names)

    def __getitem__(self, name: str | int) -> float:
        """Its nats; KeyError for a name that is none."""
        return self._nats.get(self._spelled(name), 0.0)

    def __setitem__(self, name: str | int, nats: float) -> None:
        """KeyError for a name that is none, ValueError for nats beyond the limit."""
        self._nats[self._spelled(name)] = nats_of(nats)

    def pairs(self) -> list[tuple[str, float]]:
        """What was set."""
        return list(self._nats.items())

    def _spelled(self, name: str | int) -> str:
        if isinstance(name, int) and self._names == ROOTS:
            name = ROOTS[name % 12]
        try:
            spelled = spelled_lean(f"{self._kind}{name}")
        except ValueError:
            spelled = ""
        known = spelled.removeprefix(self._kind)
        if not spelled or (known if self._kind == "" else int(known)) not in self._names:
            some = ", ".join(str(some) for some in list(self._names)[:6])
            raise KeyError(f"{name!r} is none of {some} ...")
        return spelled


class Ahead:
    """The bar that will be decoded next, as far as it is known, and what may be leaned on in it.

    To be filled: ``ahead.pitch_class["C"] += 2``, ``ahead.part["drums"] -= 4``.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.bar: int = values.get("ahead", 1)
        """The bar that is leaned on, from 1."""
        self.heard: int = values.get("bar", 1)
        """The bar that is heard now, some bars before it."""
        self.beat: int = values.get("beat", 1)
        """The beat that is heard now, from 1."""
        self.beats: int = values.get("beats", 4)
        """Beats of a bar."""
        self.tempo: float = values.get("tempo", 100.0)
        self.mood: str = values.get("mood", "")
        self.key: str = values.get("key", "free")
        self.chord: str = values.get("chord", "")
        """What the chord line says for that bar; empty without one."""
        self.density: float | str = values.get("density", "free")
        self.energy: float | str = values.get("energy", "free")
        self.muted: frozenset[str] = frozenset(values.get("muted", ()))
        self.sounding: frozenset[str] = frozenset(values.get("sounding", ()))
        """Names of the parts that were heard in the last bar."""
        self.pitch_class = Nats("", ROOTS)
        """By name or number, from C."""
        self.part = Nats("", PART_NAMES)
        self.pitch = Nats("pitch", sorted(KINDS["pitch"]))
        """0-127, not of drums."""
        self.length = Nats("length", sorted(KINDS["length"]))
        """In steps, 12 to the beat; the nearest length that the model knows is meant."""
        self.step = Nats("step", sorted(KINDS["step"]))
        """Where in the bar notes start: 0, 3, 4, 6, 8, 9 of each beat's 12 steps."""

    def leans(self, returned: object = None) -> Leans:
        """What was filled in, and what the function returned; raises ValueError for rubbish."""
        kinds = (self.pitch_class, self.part, self.pitch, self.length, self.step)
        pairs = [pair for kind in kinds for pair in kind.pairs()]
        if isinstance(returned, Mapping):
            pairs += [(str(name), nats) for name, nats in returned.items()]
        elif returned is not None:
            kind = type(returned).__name__
            raise ValueError(f"return nothing, or nats by name such as {{'C': 2}}, not {kind}")
        return leans_of(pairs)


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


def logits(function: OnLogits) -> OnLogits:
    """Call the function at each bar line with the bar that will be decoded next, to lean on it."""
    return _marked(function, LOGITS, True)


def _marked(function: Function, mark: str, value: object) -> Function:
    setattr(function, mark, value)
    return function
