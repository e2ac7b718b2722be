"""How much of a style is in a piece, each for itself, 0-1: jazz 0.7, ballad 0.8, melancholic 0.6.

Each is a logistic regression on what is measured of the piece, fitted on the training pieces of a
corpus by ``export.readings``, which also writes here what it is worth on held-out ones. A value is
the probability that a piece which measures like this carries that label. ``melancholic`` is not
fitted: it is how much of the piece lies where captions say desolate, melancholic or brooding.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.moods import MoodReading

Floats = NDArray[np.float64]

PATH: Final = Path(__file__).with_name("readings.json")
CLIP: Final = 4.0
"""Measurements farther from the middle, in standard deviations, count as this far."""
SAD: Final = ("desolate", "melancholic", "brooding")
MELANCHOLIC: Final = "melancholic_expression"
_NAMES: Final = {"ballad": "ballad_characteristics"}


@cache
def record() -> Mapping[str, Any]:
    """What ``export.readings`` wrote."""
    found: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
    return found


def features(raw: NDArray[np.float32], shares: NDArray[np.float32]) -> Floats:
    """A piece [30] from its windows: means of raw MEASURED values [W, M] and of parts [W, 16]."""
    return np.concatenate([raw.mean(axis=0), shares.mean(axis=0)]).astype(np.float64)


def probability(x: Floats, weights: Floats) -> Floats:
    """Of standardised features [..., F] under weights [F + 1], the bias last."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x @ weights[:-1] + weights[-1], -30, 30))))


def read_elements(
    raw: NDArray[np.float32], shares: NDArray[np.float32], mood: MoodReading | None
) -> dict[str, float]:
    """Readings by name, the strongest first; windows as in ``features``."""
    known = record()
    deviation = np.array(known["deviation"])
    x = np.clip((features(raw, shares) - known["mean"]) / deviation, -CLIP, CLIP)
    found = {
        _NAMES.get(name, f"{name.replace(' ', '_')}_elements"): float(
            probability(x, np.array(row["weights"]))
        )
        for name, row in known["elements"].items()
    }
    if mood is not None:
        found[MELANCHOLIC] = sum(r.probability for r in mood.readings if r.name in SAD)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def basis() -> str:
    """What these readings rest on, with how well they are calibrated."""
    rows = record()["elements"].values()
    error = float(np.mean([row["calibration_error"] for row in rows]))
    area = float(np.mean([row["area"] for row in rows]))
    return (
        f"logistic regressions on labels of {record()['trained_on']} training pieces; on "
        f"{record()['held_out']} held-out ones probability and frequency differ by {error:.3f} on "
        f"average, area under the curve {area:.2f}; melancholic: how much of the piece is read as "
        f"{', '.join(SAD)}"
    )
