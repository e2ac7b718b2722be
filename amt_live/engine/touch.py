"""How hard a note is struck inside its velocity level.

The stream has eight levels; players have 127. What lies between is taken from what real players of
the part do inside that level, always the same way at the same place of the bar, so that a groove
keeps its accents from bar to bar. Pure; thread: engine.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.tokens import vocabulary as v

Floats: TypeAlias = NDArray[np.float32]

_HALF: Final = 0.5
_GOLDEN: Final = 0.6180339887498949
"""Multiples of it, modulo 1, fill the unit interval evenly (Weyl's sequence)."""


def velocity(
    quantiles: Floats | None, part: int, level: int, pitch: int, position: int, bar: int = 0
) -> int:
    """MIDI velocity 1-127 of a note.

    ``quantiles`` [parts, levels, Q] are velocities at evenly spaced quantiles; without them it is
    the middle of the level. ``position`` is the step in the bar; every other bar differs.
    """
    if quantiles is None:
        return v.VELOCITY_CENTRES[level]
    at = _GOLDEN * (1 + position + 61 * (pitch % 64) + 7 * part + 31 * (bar % 2)) % 1.0
    row = quantiles[part, level]
    spot = at * (len(row) - 1)
    low = int(spot)
    value = row[low] + (spot - low) * (row[min(low + 1, len(row) - 1)] - row[low])
    return int(min(max(value + _HALF, 1), 127))
