"""How many beats pass after a change of mood until one hears it.

Every beat after the boundary is read from what was heard since the boundary, at most the last few
beats. A reading lies on the side of the old mood or of the new one; the sides are learned from
steady passages of both. The yardsticks: the same passage without a change (how often a reading
flips by itself), and a hard splice of two steady passages (how fast a reading can flip at all).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from export.attributes import CONTINUOUS, NAMES, Scale, key_scores, measure
from export.evaluation.window import Window

Floats = NDArray[np.floating]

SPAN_BEATS: Final = 4
HOLD_BEATS: Final = 4
HELD: Final = 0.75
READ: Final = (
    "density", "velocity", "shortness", "register", "mode", "onsets", "polyphony", "drums_density",
)  # fmt: skip
"""The attributes that sides are told apart by."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A line between the readings of two moods: ``weights`` [CONTINUOUS] and ``bias``."""

    weights: Floats
    bias: float

    def score(self, readings: Floats) -> Floats:
        """Above 0 where readings [B, CONTINUOUS] lie on the second mood's side."""
        return np.asarray(readings @ self.weights + self.bias)


def beat_readings(
    window: Window, scale: Scale, *, from_beat: int = 0, span_beats: int = SPAN_BEATS
) -> Floats:
    """Attributes [beats - from_beat, CONTINUOUS] of each beat from ``from_beat`` on, in deviations.

    A beat is read from itself and up to ``span_beats`` - 1 beats before it, none of them before
    ``from_beat``; its mode from twice as many.
    """
    notes, rows = window.notes, []
    bar_steps = int(window.bars[0, 1])
    for beat in range(from_beat, window.steps // STEPS_PER_BEAT):
        end = (beat + 1) * STEPS_PER_BEAT
        start = max(from_beat, beat + 1 - span_beats) * STEPS_PER_BEAT
        around = max(from_beat, beat + 1 - 2 * span_beats) * STEPS_PER_BEAT
        low, high, earlier = np.searchsorted(notes["step"], (start, end, around))
        raw = measure(notes[low:high], end - start, bar_steps, key_scores(notes[earlier:high]))
        rows.append(scale.z(raw))
    return np.array(rows, np.float32).reshape(-1, CONTINUOUS)


def fit_sides(first: Floats, second: Floats, names: Sequence[str] = READ) -> Sides:
    """The line between readings [N, CONTINUOUS] and [M, CONTINUOUS] of two steady moods.

    Linear discriminant analysis (Fisher 1936) on the attributes ``names``, its covariance shrunk
    (Ledoit and Wolf 2004), both moods equally likely. Raises ValueError when a side has fewer than
    two readings.
    """
    from sklearn.covariance import ledoit_wolf

    if min(len(first), len(second)) < 2:
        raise ValueError("sides need two readings of each mood")
    at = [NAMES.index(name) for name in names]
    a, b = (np.asarray(side[:, at], np.float64) for side in (first, second))
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    within = ledoit_wolf(np.concatenate([a - mean_a, b - mean_b]), assume_centered=True)[0]
    # A little more on the diagonal: readings that never vary would be trusted without end.
    line = np.linalg.solve(within + 0.05 * np.eye(len(at)), mean_b - mean_a)
    weights = np.zeros(CONTINUOUS)
    weights[at] = line
    return Sides(weights, float(-line @ (mean_a + mean_b) / 2))


def flip_beats(scores: Floats, hold_beats: int = HOLD_BEATS) -> float:
    """Beats heard after the boundary until the reading has flipped; infinite when it never does.

    ``scores`` [B] are those of the beats after the boundary. The flip is the first beat on the
    second mood's side (score above 0) from which three quarters of the next ``hold_beats``, itself
    among them, lie there too. It counts as heard when it is over: 1 is the least.
    """
    there = np.asarray(scores) > 0
    for beat in range(len(there) - hold_beats + 1):
        if there[beat] and there[beat : beat + hold_beats].mean() >= HELD:
            return beat + 1.0
    return float("inf")


def median_and_p90(flips: Sequence[float] | Floats) -> tuple[float, float]:
    """Median and 90 % quantile of ``flip_beats``; passages that never flip count as infinite."""
    if not len(flips):
        return float("nan"), float("nan")
    ordered = np.sort(np.asarray(flips, np.float64))
    # Between a number and infinity nothing can be interpolated: the larger neighbour counts.
    at = [int(np.ceil(share * (len(ordered) - 1))) for share in (0.5, 0.9)]
    return float(ordered[at[0]]), float(ordered[at[1]])


def splice(first: Window, second: Window, at_beat: int) -> Window:
    """``first`` up to a beat and ``second`` from that beat on, cut hard; bars are those of
    ``first``, as long as both last."""
    cut = at_beat * STEPS_PER_BEAT
    before = first.notes[first.notes["step"] < cut].copy()
    before["duration"] = np.minimum(before["duration"], cut - before["step"])
    end = min(first.steps, second.steps)
    after = second.notes[(second.notes["step"] >= cut) & (second.notes["step"] < end)]
    bars = first.bars[first.bars.sum(axis=1) <= end]
    return replace(first, notes=np.concatenate([before, after]), bars=bars)
