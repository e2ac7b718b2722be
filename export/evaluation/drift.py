"""Is minute 20 of a stream like minute 1? The same figures, measured minute by minute."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.offline import Request
from export import phrases
from export.evaluation.bootstrap import interval
from export.evaluation.figure import Figure, Figures
from export.evaluation.musicality import MUSICALITY, musicality
from export.evaluation.playing import Jukebox
from export.evaluation.real import cut
from export.evaluation.window import Window
from export.evaluation.words import FIRST_SEED

Floats = NDArray[np.float64]

MINUTES: Final = (1, 5, 20)
QUICK_MINUTES: Final = (1, 2, 3)
BPM: Final = 96.0
BARS_A_MINUTE: Final = 24
"""At 96 beats a minute, four to the bar; a waltz's minute has 32, of which 24 are read."""
WINDOW_BARS: Final = 6
BLOCKS: Final = 2
"""Of a minute: windows that follow each other are alike, so intervals are over half minutes."""
NAMES: Final = ("notes_per_beat", "velocity", "pitch", *MUSICALITY)

Drift = dict[str, list[tuple[float, float, float]]]
"""Per figure and minute: mean, low, high."""


def drift(
    jukebox: Jukebox, streams: int, minutes: Sequence[int] = MINUTES
) -> tuple[Figures, Drift]:
    """``drift_same``: of the figures, the share whose 95 % intervals overlap between the first
    minute and every later one; and the figures themselves, the streams' own levels taken out.

    Each stream is compared with its own mean, so that its mood does not widen the intervals.
    """
    asked = [
        Request(text, FIRST_SEED, BARS_A_MINUTE * max(minutes), BPM, jukebox.sampling)
        for text in phrases.DRIFT[:streams]
    ]
    values: list[dict[str, Floats]] = []
    minute_of: list[NDArray[np.intp]] = []
    block_of: list[str] = []
    for stream, take in enumerate(jukebox.play(asked, f"{max(minutes)} minutes")):
        windows = [
            cut(take.notes, take.bars[first : first + WINDOW_BARS], BPM, None, "")
            for minute in minutes
            for first in range((minute - 1) * BARS_A_MINUTE, minute * BARS_A_MINUTE, WINDOW_BARS)
        ]
        values.append(_measured(windows))
        each = len(windows) // len(minutes)
        minute_of.append(np.repeat(np.arange(len(minutes)), each))
        block_of += [f"{stream}.{i % each * BLOCKS // each}" for i in range(len(windows))]
    minute, block = np.concatenate(minute_of), np.array(block_of)
    found: Drift = {}
    for name in NAMES:
        levels = [float(np.nanmean(rows[name])) for rows in values]
        centred = [rows[name] - level for rows, level in zip(values, levels, strict=True)]
        column = np.concatenate(centred) + float(np.mean(levels))
        found[name] = [
            _row(column[minute == m], block[minute == m].tolist()) for m in range(len(minutes))
        ]
    same = [float(_overlap(rows)) for rows in found.values()]
    return {"drift_same": Figure(float(np.mean(same)))}, found


def _measured(windows: Sequence[Window]) -> dict[str, Floats]:
    table = dict(musicality(windows))
    table["notes_per_beat"] = np.array([len(w.notes) / (w.steps / 12) for w in windows])
    for name, field in (("velocity", "velocity"), ("pitch", "pitch")):
        table[name] = np.array(
            [w.notes[field].mean() if len(w.notes) else np.nan for w in windows], np.float64
        )
    return table


def _row(values: Floats, blocks: Sequence[str]) -> tuple[float, float, float]:
    low, high = interval(values, blocks)
    return float(np.nanmean(values)), low, high


def _overlap(rows: Sequence[tuple[float, float, float]]) -> bool:
    _, low, high = rows[0]
    return all(other[1] <= high and low <= other[2] for other in rows[1:])
