"""What happens in each bar of a window, as arrays: where notes start, and how alike bars are."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.parts import DRUMS
from export.evaluation.window import Window

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

SIXTEENTHS: Final = 16
"""Steps of a bar; of longer bars (five or six quarters) the rest is left out."""
SIXTEENTH_STEPS: Final = 3
_CLASSES: Final = 24
"""Twelve pitch classes, and twelve classes of drums (pitch modulo 12)."""


def bar_of(window: Window) -> NDArray[np.intp]:
    """The bar [N] that each note starts in."""
    return np.searchsorted(window.bars[:, 0], window.notes["step"], side="right") - 1


def sixteenth_of(window: Window) -> NDArray[np.intp]:
    """The sixteenth [N] of its bar that each note starts in; triplets fall to the one before."""
    inside = window.notes["step"] - window.bars[bar_of(window), 0]
    return (inside // SIXTEENTH_STEPS).astype(np.intp)


def onset_grid(window: Window) -> Bools:
    """Whether any note starts [bars, 16] on the sixteenths of each bar."""
    grid = np.zeros((len(window.bars), SIXTEENTHS), bool)
    bar, at = bar_of(window), sixteenth_of(window)
    inside = at < SIXTEENTHS
    grid[bar[inside], at[inside]] = True
    return grid


def content(window: Window) -> Bools:
    """What starts where in each bar [bars, 16 * 24]: sixteenth by pitch class or class of drum."""
    grid = np.zeros((len(window.bars), SIXTEENTHS * _CLASSES), bool)
    bar, at = bar_of(window), sixteenth_of(window)
    kind = window.notes["pitch"] % 12 + 12 * (window.notes["part"] == DRUMS.index)
    inside = at < SIXTEENTHS
    grid[bar[inside], (at * _CLASSES + kind)[inside]] = True
    return grid


def groove_consistency(window: Window) -> float:
    """1 minus the share of sixteenths in which two bars differ, over all pairs of bars.

    Grooving pattern similarity of Wu and Yang (The Jazz Transformer, ISMIR 2020), with 16 steps a
    bar where they have 64. NaN with fewer than two bars.
    """
    grid = onset_grid(window).astype(np.float64)
    count = len(grid)
    if count < 2:
        return float("nan")
    on = grid.sum(axis=0)
    differing = (on * (count - on)).sum()
    return float(1 - differing / (count * (count - 1) / 2 * SIXTEENTHS))


def self_similarity(window: Window, lag_bars: int) -> float:
    """How much of a bar returns ``lag_bars`` later: the mean Jaccard index of what starts where.

    Pairs of silent bars are left out; NaN where the window holds no other pair.
    """
    bars = content(window).astype(np.float64)
    if len(bars) <= lag_bars:
        return float("nan")
    first, later = bars[:-lag_bars], bars[lag_bars:]
    both = (first * later).sum(axis=1)
    either = first.sum(axis=1) + later.sum(axis=1) - both
    heard = either > 0
    return float((both[heard] / either[heard]).mean()) if heard.any() else float("nan")
