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
    """95 % interval of any figure: ``statistic`` gets the indices of the windows that were drawn.

    ``strata`` [N] (labels) are drawn one by one, so that none of them ever lacks windows.
    """
    rng = np.random.default_rng(seed)
    values = [statistic(resample(groups, rng, strata)) for _ in range(draws)]
    low, high = np.nanquantile(values, EDGES)
    return float(low), float(high)


def resample(
    groups: Sequence[str], rng: np.random.Generator, strata: Sequence[str] | None = None
) -> Indices:
    """Indices of windows when as many groups as there are, of each stratum, are drawn again."""
    names = np.asarray(groups)
    layer = np.zeros(len(names), np.intp)
    if strata is not None:
        layer = np.unique(np.asarray(strata), return_inverse=True)[1]
    chosen: list[Indices] = []
    for number in range(int(layer.max()) + 1 if len(layer) else 0):
        mine = np.flatnonzero(layer == number)
        _, group = np.unique(names[mine], return_inverse=True)
        members = np.split(mine[np.argsort(group, kind="stable")], np.cumsum(np.bincount(group))[:-1])
        chosen += [members[i] for i in rng.integers(len(members), size=len(members))]
    return np.concatenate(chosen) if chosen else np.zeros(0, np.intp)
