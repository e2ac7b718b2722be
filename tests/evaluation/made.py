"""Windows with known contents, for the tests of the evaluation."""

from collections.abc import Iterable

import numpy as np

from amt_live.analysis.measures import NOTE
from export.evaluation.window import Window

BAR = 48
Row = tuple[int, int, int, int, int]
"""step, part, pitch, velocity, duration"""


def window(
    rows: Iterable[Row],
    *,
    bars: int = 8,
    bar_steps: int = BAR,
    bpm: float = 120.0,
    label: str | None = None,
    piece: str = "piece",
) -> Window:
    notes = np.sort(np.array(list(rows), NOTE), order=["step", "part", "pitch"])
    lines = [(index * bar_steps, bar_steps) for index in range(bars)]
    return Window(notes, np.array(lines, np.int32), bpm, label, piece)


def tune(rng: np.random.Generator, *, notes_a_bar: int = 4, bars: int = 8, low: int = 60,
         velocity: int = 80, part: int = 2, **more: object) -> Window:  # fmt: skip
    """A random walk on the white keys, evenly spaced."""
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    at = np.cumsum(rng.integers(-3, 4, notes_a_bar * bars)) % 14
    gap = BAR // notes_a_bar
    rows = [
        (i * gap, part, int(low + 12 * (k // 7) + scale[k % 7]), velocity, gap)
        for i, k in enumerate(at.tolist())
    ]
    return window(rows, bars=bars, **more)  # type: ignore[arg-type]
