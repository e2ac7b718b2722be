"""The distance between two clouds of feature vectors: how far played music as a whole is from real.

The Frechet distance of two normal distributions (Dowson and Landau 1982; used on features by Heusel
et al. 2017). It grows as samples get smaller, so it means nothing by itself: it stands beside that
of equally many real windows, of which each label has the same share (``real.draw``).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

DRAWS: Final = 20


def frechet(first: Floats, second: Floats) -> float:
    """Distance of standardised features [N, D] and [M, D]; 0 when alike.

    Covariances are shrunk towards spheres (Ledoit and Wolf 2004), which few windows need. Raises
    ValueError with fewer than two rows on a side.
    """
    from sklearn.covariance import ledoit_wolf

    if min(len(first), len(second)) < 2:
        raise ValueError("a Frechet distance needs two windows on each side")
    one, two = (ledoit_wolf(np.asarray(x, np.float64))[0] for x in (first, second))
    between = first.mean(axis=0) - second.mean(axis=0)
    # The trace of the square root of a product of covariances, whose eigenvalues are real and not
    # negative but for rounding.
    values = np.linalg.eigvals(one @ two).real
    root = np.sqrt(np.clip(values, 0, None)).sum()
    return max(0.0, float(between @ between + np.trace(one) + np.trace(two) - 2 * root))


def real_distance(real: Floats, groups: Sequence[str], count: int, seed: int = 0) -> float:
    """Real against real: ``count`` rows of half of the pieces against the rows of the other half,
    the mean over 20 draws; fewer rows where half of the pieces has not so many."""
    rng = np.random.default_rng(seed)
    names, of = np.unique(np.asarray(groups), return_inverse=True)
    found = []
    for _ in range(DRAWS):
        mine = np.isin(of, rng.permutation(len(names))[: len(names) // 2])
        rows = rng.permutation(np.flatnonzero(mine))[:count]
        found.append(frechet(real[rows], real[~mine]))
    return float(np.mean(found))
