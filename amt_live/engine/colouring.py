"""Holds the colour of harmony: through how many pitch classes it moves, how many of them foreign.

Guidance and a small model draw the likeliest notes, again and again: fewer pitch classes than real
music has, and hardly any from outside of its key. So the pitch classes that were played lately are
counted, and by proportional and integral control of their entropy the rarer ones of the scale are
leaned on, and those outside of it by control of their share, towards what the passage had that the
mood was taken from. A key that somebody asked for stays as pure as they asked.

``Colour`` is a value, kept in the snapshots of a stream. Pure; thread: engine.
"""

import math
from functools import lru_cache
from itertools import compress
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.engine.bounds import within
from amt_live.music.keys import SCALES
from amt_live.music.parts import DRUMS
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

Floats: TypeAlias = NDArray[np.float32]

MEMORY_NOTES: Final = 64.0
LEAST_NOTES: Final = 12.0
"""Fewer notes than this say nothing of their pitch classes."""
SPREAD_NATS: Final = 0.5
"""For each bit of entropy that is missing, and each halving of a class's share."""
SPREAD_NATS_A_NOTE: Final = 0.01
MOST_SPREAD: Final = (-0.3, 0.8)
RAREST: Final = 2.0
"""Halvings of the usual share from which on a class is no rarer."""
FOREIGN_NATS: Final = 6.0
"""For the share of foreign notes that is missing."""
FOREIGN_NATS_A_NOTE: Final = 0.1
MOST_FOREIGN: Final = (-1.5, 1.5)


class Colour(NamedTuple):
    """What was played lately of pitch classes, and how far the calls have grown."""

    classes: tuple[float, ...] = (0.0,) * 12
    """Notes of each, fading."""
    foreign: float = 0.0
    """Notes from outside of the key, fading."""
    spread_urge: float = 0.0
    foreign_urge: float = 0.0


SILENCE: Final = Colour()


def played(colour: Colour, note: GridNote, key: int | None, aim: Aim | None) -> Colour:
    """After a note under a key (0-23, minor from 12)."""
    if note.part == DRUMS.index:
        return colour
    fade = 1 - 1 / MEMORY_NOTES
    classes = [count * fade for count in colour.classes]
    classes[note.pitch % 12] += 1.0
    is_foreign = key is not None and not scale_of(key)[note.pitch % 12]
    foreign = colour.foreign * fade + float(is_foreign)
    colour = Colour(tuple(classes), foreign, colour.spread_urge, colour.foreign_urge)
    if aim is None:
        return colour
    spread_urge = colour.spread_urge + SPREAD_NATS_A_NOTE * _flatness(colour, aim)
    foreign_urge = colour.foreign_urge + FOREIGN_NATS_A_NOTE * _purity(colour, aim)
    return Colour(
        colour.classes,
        colour.foreign,
        within(spread_urge, *MOST_SPREAD),
        within(foreign_urge, *MOST_FOREIGN),
    )


def lean(
    bias: Floats,
    colour: Colour,
    state: grammar.State,
    key: int | None,
    aim: Aim,
    *,
    is_key_asked: bool = False,
) -> None:
    """Add nats for the next draw to ``bias`` [V]."""
    if state.phase not in (grammar.Phase.DURATION, grammar.Phase.PITCH) or key is None:
        return
    if state.part == DRUMS.index or sum(colour.classes) < LEAST_NOTES:
        return
    spread = foreign = 0.0
    if aim.entropy is not None:
        spread = within(SPREAD_NATS * _flatness(colour, aim) + colour.spread_urge, *MOST_SPREAD)
    if aim.chromatic is not None and not is_key_asked:
        foreign = FOREIGN_NATS * _purity(colour, aim) + colour.foreign_urge
        foreign = within(foreign, *MOST_FOREIGN)
    pitches = bias[v.PITCH_FIRST : v.DRUM_FIRST]
    pitches += _nats(colour.classes, key, spread, foreign)


@lru_cache(maxsize=64)  # asked for again until another note was played
def _nats(classes: tuple[float, ...], key: int, spread: float, foreign: float) -> Floats:
    """For every pitch: so much for each halving of a class's share, so much for foreign ones."""
    inside = scale_of(key)
    usual = (sum(compress(classes, inside)) + 3.5) / 7
    by_class = [
        spread * within(math.log2(usual / (count + 0.5)), -RAREST, RAREST) if is_inside else foreign
        for count, is_inside in zip(classes, inside, strict=True)
    ]
    nats: Floats = np.array(by_class, np.float32)[_CLASS_OF]
    return nats


@lru_cache(maxsize=64)
def entropy(classes: tuple[float, ...]) -> float:
    """Of counts of pitch classes, in bits: 0 to 3.58."""
    total = sum(classes)
    shares = [count / total for count in classes if count > 0]
    return -sum([share * math.log2(share) for share in shares])


@lru_cache(maxsize=24)
def scale_of(key: int) -> tuple[bool, ...]:
    """Which pitch classes [12] are in a key."""
    minor, root = divmod(key, 12)
    return tuple((step - root) % 12 in SCALES[minor] for step in range(12))


def _flatness(colour: Colour, aim: Aim) -> float:
    """Bits of entropy that are missing; 0 until enough was heard."""
    if aim.entropy is None or sum(colour.classes) < LEAST_NOTES:
        return 0.0
    return aim.entropy - entropy(colour.classes)


def _purity(colour: Colour, aim: Aim) -> float:
    """The share of foreign notes that is missing; 0 until enough was heard."""
    total = sum(colour.classes)
    if aim.chromatic is None or total < LEAST_NOTES:
        return 0.0
    return aim.chromatic - colour.foreign / total


_CLASS_OF: Final = np.arange(128) % 12
