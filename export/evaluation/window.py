"""A few bars of music, real or played: the one thing that every figure of the evaluation reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive whole bars. ``notes`` has the dtype ``amt_live.analysis.measures.NOTE``, sorted,
    with ``step`` counted from the window's first bar (12 to the beat)."""

    notes: NDArray[np.void]
    bars: NDArray[np.int32]
    """(start, length) of each bar in steps, [N, 2]."""
    bpm: float
    """Quarters a minute, for figures in seconds."""
    label: str | None = None
    """Genre as ``export.attributes.genre_of`` names it: of the piece, or asked for in words."""
    piece: str = ""
    """Name of the piece (real) or the text and seed (played): windows of one piece hang together,
    so intervals are drawn over pieces."""

    @property
    def steps(self) -> int:
        """Length in steps."""
        return int(self.bars[-1].sum()) if len(self.bars) else 0

    @property
    def seconds(self) -> float:
        """Length in seconds at ``bpm``."""
        return self.steps / 12 * 60 / self.bpm
