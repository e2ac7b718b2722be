"""Do played windows have the attributes that their words ask for? Ranks against ranks."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from export.attributes import CONTINUOUS, NAMES, Scale, key_scores, measure
from export.evaluation.window import Window

Floats = NDArray[np.floating]

ASKED: Final = ("density", "velocity", "register", "mode", "shortness", "arousal", "valence")
"""Density is of notes a beat, so tempo is not in it; shortness is articulation."""
FEWEST: Final = 3


def measured_z(windows: Sequence[Window], scale: Scale) -> Floats:
    """MEASURED and DERIVED [W, CONTINUOUS] of windows, in deviations of the training data.

    A silent window is at the lowest of everything.
    """
    table = np.full((len(windows), CONTINUOUS), -3.0, np.float32)
    for row, window in enumerate(windows):
        if len(window.notes):
            scores = key_scores(window.notes)
            bar_steps = int(window.bars[0, 1])
            table[row] = scale.z(measure(window.notes, window.steps, bar_steps, scores))
    return table


def attribute_correlation(measured: Floats, asked: Floats) -> dict[str, float]:
    """Spearman's rank correlation of ASKED between ``measured`` and ``asked`` [W, CONTINUOUS].

    NaN in ``asked``: that window asks for nothing there. NaN in the result: fewer than three
    windows, or all of them alike.
    """
    from scipy.stats import spearmanr

    found: dict[str, float] = {}
    for name in ASKED:
        at = NAMES.index(name)
        kept = ~np.isnan(asked[:, at])
        a, b = measured[kept, at], asked[kept, at]
        alike = len(a) < FEWEST or np.ptp(a) == 0 or np.ptp(b) == 0
        found[name] = float("nan") if alike else float(spearmanr(a, b).statistic)
    return found
