"""Bootstrap intervals over pieces: windows of one piece hang together, so pieces are drawn."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 1000
EDGES: Final = (0.025, 0.975)

Indices = NDArray[np.intp]


def interval(
    values: Sequence[float] | NDArray[np.floating],
    groups: Sequence[str],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of the mean of ``values`` [N], drawn by ``groups`` [N] (the windows' pieces).

    NaN values are left out. The percentile bootstrap (Efron 1979) over clusters.
    """
    array = np.asarray(values, np.float64)
    kept = ~np.isnan(array)
    if not kept.any():
        return float("nan"), float("nan")
    _, group = np.unique(np.asarray(groups)[kept], return_inverse=True)
    sums, counts = np.bincount(group, array[kept]), np.bincount(group)
    drawn = np.random.default_rng(seed).integers(len(sums), size=(draws, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, EDGES)
    return float(low), float(high)


def interval_of(
    statistic: Callable[[Indices], float],
    groups: Sequence[str],
    *,
    strata: Sequence[str] | None = None,
    draws: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of any figure: ``statistic`` gets the indices of the windows drawn."""
    rng = np.random.default_rng(seed)
    again = Resampler(groups, strata)
    values = [statistic(again.draw(rng)) for _ in range(draws)]
    return centred(values, statistic(np.arange(len(groups))))


def centred(values: Sequence[float] | NDArray[np.floating], figure: float) -> tuple[float, float]:
    """95 % interval of a figure from its values under bootstrap draws, moved onto the figure.

    Drawing windows again makes two samples less alike than they are, so the draws of an overlap or
    a density ratio lie below it, by as much as the interval is wide. The interval of the draws is
    moved by the distance of their median from the figure, and ends at 1 for figures up to 1.
    """
    if np.isnan(values).all():
        return float("nan"), float("nan")
    low, middle, high = np.nanquantile(values, (EDGES[0], 0.5, EDGES[1]))
    most = 1.0 if figure <= 1 else float("inf")
    return float(min(figure + low - middle, most)), float(min(figure + high - middle, most))


class Resampler:
    """Draws windows again by ``groups`` [N]: as many groups as there are, with replacement.

    ``strata`` [N] (labels) are drawn one by one, so that none of them ever lacks windows.
    """

    def __init__(self, groups: Sequence[str], strata: Sequence[str] | None = None) -> None:
        names = np.asarray(groups)
        layer = np.zeros(len(names), np.intp)
        if strata is not None:
            layer = np.unique(np.asarray(strata), return_inverse=True)[1]
        self._members: list[list[Indices]] = []
        for number in range(int(layer.max()) + 1 if len(layer) else 0):
            mine = np.flatnonzero(layer == number)
            _, group = np.unique(names[mine], return_inverse=True)
            ordered = mine[np.argsort(group, kind="stable")]
            self._members.append(np.split(ordered, np.cumsum(np.bincount(group))[:-1]))

    def draw(self, rng: np.random.Generator) -> Indices:
        """Indices of the windows of the groups that were drawn."""
        chosen = [
            members[index]
            for members in self._members
            for index in rng.integers(len(members), size=len(members))
        ]
        return np.concatenate(chosen) if chosen else np.zeros(0, np.intp)
