"""Leans: what somebody outside wants the next draws of the model to prefer, in nats, by name.

A name is a pitch class (``C``, ``F#``, ``Bb``), a part (``bass``), or a kind with a number behind
it: ``pitch60``, ``length6`` (in steps, 12 to the beat), ``step18`` (where in the bar a note
starts). A lean of 1 makes something 2.7 times as likely beside what it competes with, -8 nearly
forbids it. Pure: texts in, values out.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from amt_live.music.beats import GRID_OFFSETS, STEPS_PER_BEAT
from amt_live.music.keys import ROOTS
from amt_live.music.parts import PART_NAMES

MAX_NATS: Final = 8.0
MAX_LEANS: Final = 96
"""Names that one message may carry."""

MAX_BARS_AHEAD: Final = 16
"""So far behind the last bar that is decoded may lie what is leaned on."""

MAX_BEATS: Final = 6
MAX_LENGTH: Final = 24 * STEPS_PER_BEAT
STEPS: Final = tuple(
    beat * STEPS_PER_BEAT + offset for beat in range(MAX_BEATS) for offset in GRID_OFFSETS
)
"""Steps of a bar at which a note may start."""

KINDS: Final[dict[str, frozenset[int]]] = {
    "pitch": frozenset(range(128)),
    "length": frozenset(range(1, MAX_LENGTH + 1)),
    "step": frozenset(STEPS),
}
_ALIASES: Final = {"Db": "C#", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb"}
_NUMBERED: Final = re.compile(r"([a-z]{4,6})(\d{1,3})", re.ASCII)

Leans = tuple[tuple[str, float], ...]
"""Names and their nats, sorted by name, each once, none 0."""


@dataclass(frozen=True, slots=True)
class Lean:
    """Prefer what these leans say in one bar (from 1) that is not decoded yet."""

    bar: int
    leans: Leans


def spelled_lean(name: str) -> str:
    """A name as it is kept; raises ValueError for none."""
    name = _ALIASES.get(name, name)
    if name in ROOTS or name in PART_NAMES:
        return name
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None or int(numbered[2]) not in KINDS.get(numbered[1], ()):
        raise ValueError(f"{name[:40]!r} is nothing to lean on; write C, bass, pitch60 or step18")
    return f"{numbered[1]}{int(numbered[2])}"


def nats_of(value: object) -> float:
    """A number of nats, to the hundredth; raises ValueError for none and beyond the limit."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:40]!r} is not a number of nats")
    if not -MAX_NATS <= value <= MAX_NATS:
        raise ValueError(f"{value:g} is outside {-MAX_NATS:g} to {MAX_NATS:g}")
    return round(float(value), 2)


def leans_of(pairs: Iterable[tuple[str, float]]) -> Leans:
    """Leans of names and nats; the same name twice adds up. Raises ValueError."""
    summed: dict[str, float] = {}
    for name, nats in pairs:
        name = spelled_lean(name)
        summed[name] = summed.get(name, 0.0) + nats_of(nats)
        if len(summed) > MAX_LEANS:
            raise ValueError(f"more than {MAX_LEANS} names")
    within = {name: round(min(max(n, -MAX_NATS), MAX_NATS), 2) for name, n in summed.items()}
    return tuple(sorted((name, nats) for name, nats in within.items() if nats))


def parse_leans(text: str) -> Leans:
    """Leans of a text such as ``C 2 F# -1.5 bass -4``; raises ValueError."""
    words = text.split()
    if len(words) % 2:
        raise ValueError(f"{words[-1][:40]!r} stands alone; write names and nats in turn: C 2")
    return leans_of(
        (name, _number(nats)) for name, nats in zip(words[::2], words[1::2], strict=True)
    )


def _number(word: str) -> float:
    try:
        return nats_of(float(word))
    except ValueError:
        raise ValueError(
            f"{word[:40]!r} is not a number from {-MAX_NATS:g} to {MAX_NATS:g}"
        ) from None
