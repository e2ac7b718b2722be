"""One measured number with its 95 % interval, and what stands beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from export.evaluation.bootstrap import interval


@dataclass(frozen=True, slots=True)
class Figure:
    """``ceiling`` is what real music gets, ``floors`` what deaf players get, by their names."""

    value: float
    low: float = math.nan
    high: float = math.nan
    ceiling: float | None = None
    floors: dict[str, float] = field(default_factory=dict)


Figures = dict[str, Figure]


def mean_of(
    values: Sequence[float] | NDArray[np.floating], groups: Sequence[str], **beside: float
) -> Figure:
    """The mean of values, NaN left out, with the interval over groups that hang together."""
    array = np.asarray(values, np.float64)
    if not len(array) or np.isnan(array).all():
        return Figure(math.nan)
    low, high = interval(array, groups)
    return Figure(float(np.nanmean(array)), low, high, **beside)  # type: ignore[arg-type]
