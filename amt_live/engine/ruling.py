"""What leans from outside are in the vocabulary: one vector for the sum of biases of a draw.

Thread: engine. Pure. The sampler keeps the joint weight of all parts, of all pitches and of all
lengths, so a lean there says which one, not whether there is one; where in the bar notes start has
no such weight, so a lean against every step is taken as one against none.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.control.leans import MAX_NATS, Leans
from amt_live.music.keys import ROOTS
from amt_live.music.parts import PART_NAMES
from amt_live.tokens import vocabulary as v

_STEPS: Final = slice(v.POSITION_FIRST, v.PART_VELOCITY_FIRST)


@lru_cache(maxsize=64)  # asked for with every draw
def nats_for(leans: Leans) -> NDArray[np.float32]:
    """Nats to add to the logits [V]."""
    nats = np.zeros(v.SIZE, np.float32)
    for name, value in leans:
        nats[_ids(name)] += np.float32(value)
    np.clip(nats, -MAX_NATS, MAX_NATS, out=nats)
    nats[_STEPS] -= min(nats[_STEPS].max(), np.float32(0))
    nats.setflags(write=False)
    return nats


def _ids(name: str) -> list[int]:
    if name in ROOTS:
        return [v.pitch_id(pitch) for pitch in range(ROOTS.index(name), 128, 12)]
    if name in PART_NAMES:
        first = v.part_velocity_id(PART_NAMES.index(name), 0)
        return list(range(first, first + v.VELOCITY_LEVELS))
    kind, number = name.rstrip("0123456789"), int(name.lstrip("abcdefghijklmnopqrstuvwxyz"))
    if kind == "pitch":
        return [v.pitch_id(number)]
    if kind == "length":
        return [v.DURATION_FIRST + v.nearest_duration(number)]
    return [v.position_id(number)]
