"""How hard real players strike inside each velocity level: quantiles by part, from a corpus."""

import numpy as np
from numpy.typing import NDArray

from amt_live.music.parts import PARTS
from amt_live.tokens import vocabulary as v
from export.corpus import Corpus

Floats = NDArray[np.float32]

QUANTILES = 17
ENOUGH = 200
"""Notes that a part needs at a level; with fewer, all parts together tell."""
EDGES = (20, *v.VELOCITY_EDGES, 127)
"""Of the levels; the ends are where real velocities thin out."""


def velocity_quantiles(corpus: Corpus) -> Floats:
    """Velocities [parts, levels, QUANTILES] of the training pieces at evenly spaced quantiles."""
    keep = np.zeros(len(corpus.notes), bool)
    for piece in corpus.pieces:
        if piece.split == "train":
            keep[slice(*piece.notes)] = True
    velocity = corpus.notes["velocity"][keep]
    part = corpus.notes["part"][keep]
    level = np.searchsorted(v.VELOCITY_EDGES, velocity, side="right")
    grid = np.linspace(0, 1, QUANTILES)
    table = np.zeros((len(PARTS), v.VELOCITY_LEVELS, QUANTILES), np.float32)
    for index in range(v.VELOCITY_LEVELS):
        at_level = level == index
        together, parts = velocity[at_level], part[at_level]
        by_part = [together[parts == row.index] for row in PARTS]
        if len(together) < ENOUGH:
            together = np.linspace(EDGES[index], EDGES[index + 1] - 1, 64)
        for row, own in zip(PARTS, by_part, strict=True):
            table[row.index, index] = np.quantile(own if len(own) >= ENOUGH else together, grid)
    return table
