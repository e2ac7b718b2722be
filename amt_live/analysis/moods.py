"""How a piece feels, as far as that can be measured: arousal and valence, and their names.

The names are those that captions of training passages use at the same levels, so a reading says
what the model would have been told of such music. It is no human judgement.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import DERIVED, MEASURED, Scale, key_scores, measure, part_shares
from amt_live.analysis.music import Music
from amt_live.music.parts import PARTS

Floats = NDArray[np.float32]

WINDOW_BARS: Final = 8
CONTEXT_STEPS: Final = 96
"""The key of a window is heard with two bars around it, as in training."""

AROUSAL_EDGES: Final = (-1.05, -0.35, 0.35, 1.05)
VALENCE_EDGES: Final = (-0.45, 0.45)
"""Levels begin here, in standard deviations of the training data; as in captions."""

NAMES: Final = (
    ("desolate", "still", "peaceful"),
    ("melancholic", "reflective", "tender"),
    ("brooding", "steady", "pleasant"),
    ("tense", "driving", "lively"),
    ("furious", "intense", "ecstatic"),
)
"""By level of arousal (calm to wild), then of valence (dark to bright)."""

BASIS: Final = (
    "arousal and valence from density, loudness, articulation, drums, mode and register, in "
    "standard deviations of the training data; probabilities: how much of the piece lies there"
)

BLUR: Final = 0.5
"""How sure a measurement of one window is, as a standard deviation: about half a level."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One name and how much speaks for it; the probabilities of all names sum to 1."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class MoodReading:
    """In standard deviations of the training data; and names, likeliest first."""

    arousal: float
    valence: float
    readings: tuple[Reading, ...]


def measure_windows(music: Music) -> tuple[Floats, Floats]:
    """Raw MEASURED values [W, M] and part shares [W, 16] of the windows that hold notes."""
    measured = list(
        window_measures(music.notes, music.bars, range(0, len(music.bars), WINDOW_BARS))
    )
    if not measured:  # bars shorter than the grid
        return np.zeros((0, len(MEASURED)), np.float32), np.zeros((0, len(PARTS)), np.float32)
    raw, shares = zip(*measured, strict=True)
    return np.stack(raw), np.stack(shares)


def window_measures(
    notes: NDArray[np.void], bars: NDArray[np.int32], firsts: Iterable[int]
) -> Iterator[tuple[Floats, Floats]]:
    """Raw MEASURED values and part shares of the windows that begin at the bars ``firsts`` and
    hold notes."""
    for first in firsts:
        window = bars[first : first + WINDOW_BARS]
        start, end = int(window[0, 0]), int(window[-1].sum())
        low, high = np.searchsorted(notes["step"], (start, end))
        if low == high or end == start:
            continue
        inside = notes[low:high].copy()
        inside["step"] -= start
        around = slice(
            *np.searchsorted(notes["step"], (start - CONTEXT_STEPS, end + CONTEXT_STEPS))
        )
        scores = key_scores(notes[around])
        yield (
            measure(inside, end - start, int(window[0, 1]), scores),
            part_shares(inside, end - start),
        )


def read_mood(raw: Floats, scale: Scale) -> MoodReading:
    """The mood of windows (raw MEASURED values [W, M]) on the scale of the training data."""
    derived = np.stack([scale.z(row)[len(MEASURED) :] for row in raw])
    arousal, valence = derived[:, DERIVED.index("arousal")], derived[:, DERIVED.index("valence")]
    shares = np.einsum(
        "wa,wv->av", _levels(arousal, AROUSAL_EDGES), _levels(valence, VALENCE_EDGES)
    ) / len(raw)
    found = [
        Reading(NAMES[a][v], float(shares[a, v]))
        for a, row in enumerate(NAMES)
        for v in range(len(row))
    ]
    found.sort(key=lambda reading: -reading.probability)
    return MoodReading(float(arousal.mean()), float(valence.mean()), tuple(found))


def _levels(values: Floats, edges: tuple[float, ...]) -> NDArray[np.float64]:
    """Probability [W, L] of each level, for values [W] that are blurred."""
    below = [[_normal((edge - value) / BLUR) for edge in edges] for value in values.tolist()]
    padded = np.concatenate([np.zeros((len(below), 1)), below, np.ones((len(below), 1))], axis=1)
    return np.diff(padded, axis=1)


def _normal(x: float) -> float:
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
