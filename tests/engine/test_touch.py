"""Notes are struck as players of the part strike, inside the level that the stream says."""

import numpy as np

from amt_live.engine.touch import velocity
from amt_live.tokens import vocabulary as v

TABLE = np.tile(
    np.linspace((20, *v.VELOCITY_EDGES), (*v.VELOCITY_EDGES, 127), 17, axis=1, dtype=np.float32),
    (16, 1, 1),
)


def test_a_model_without_a_table_strikes_the_middle() -> None:
    assert [velocity(None, 0, level, 60, 0) for level in range(8)] == list(v.VELOCITY_CENTRES)


def test_a_level_is_kept_and_filled() -> None:
    for level in range(v.VELOCITY_LEVELS):
        struck = [
            velocity(TABLE, 2, level, pitch, position)
            for pitch in range(40, 80)
            for position in range(0, 48, 3)
        ]
        low, high = TABLE[2, level, 0], TABLE[2, level, -1]
        assert low <= min(struck) and max(struck) <= high + 1
        quarters = np.histogram(struck, 4, (low, high))[0] / len(struck)
        assert quarters.min() > 0.15


def test_a_groove_keeps_its_accents() -> None:
    bars = [
        [velocity(TABLE, 0, 4, 38, position, bar) for position in range(0, 48, 12)]
        for bar in range(4)
    ]
    assert bars[0] == bars[2] != bars[1] == bars[3]
