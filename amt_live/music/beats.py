"""Musical time as integers: 480 ticks to the quarter note, 12 grid steps to the beat.

A beat is a quarter note, always, also in 6/8. Everything that the model writes lies on the grid
(``GRID_TICKS``); everything that the player schedules is in ticks. Conversions live here only.
"""

from typing import Final

TICKS_PER_QUARTER: Final = 480
"""Ticks per quarter note (the SMF division of every file this project writes)."""

STEPS_PER_BEAT: Final = 12
"""Grid steps per beat: room for sixteenths (3 steps) and triplet eighths (4 steps)."""

GRID_TICKS: Final = TICKS_PER_QUARTER // STEPS_PER_BEAT
"""Ticks per grid step."""

GRID_OFFSETS: Final = (0, 3, 4, 6, 8, 9)
"""Steps inside a beat where a note may start: sixteenths 0 3 6 9 and triplet eighths 0 4 8."""


def beats_to_ticks(beats: float) -> int:
    """Ticks nearest to a length in beats."""
    return round(beats * TICKS_PER_QUARTER)


def ticks_to_beats(ticks: int) -> float:
    """Length in beats of a number of ticks."""
    return ticks / TICKS_PER_QUARTER


def ceil_to(ticks: int, unit_ticks: int) -> int:
    """The first multiple of ``unit_ticks`` at or after ``ticks``."""
    return -(-ticks // unit_ticks) * unit_ticks
