"""What real players do inside a velocity level is measured from a corpus."""

from pathlib import Path

import numpy as np

from amt_live.tokens import vocabulary as v
from export.corpus import load_corpus, prepare
from export.touch import QUANTILES, velocity_quantiles

SONGS = Path(__file__).parent / "midi"


def test_quantiles_ascend_inside_their_level(tmp_path: Path) -> None:
    prepare([SONGS], tmp_path, processes=1)
    table = velocity_quantiles(load_corpus(tmp_path))
    assert table.shape == (16, v.VELOCITY_LEVELS, QUANTILES)
    assert (np.diff(table, axis=2) >= 0).all()
    for level in range(v.VELOCITY_LEVELS):
        low = v.VELOCITY_EDGES[level - 1] if level else 1
        high = v.VELOCITY_EDGES[level] if level < 7 else 128
        assert low <= table[:, level].min() and table[:, level].max() < high
