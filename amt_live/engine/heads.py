"""What stands at the head of a bar: the control tokens that a direction asks for.

Called by the stream when it opens a bar. Pure.
"""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Final

from amt_live.engine.leaning import density_level
from amt_live.engine.plan import Direction
from amt_live.text.aim import Aim
from amt_live.tokens import vocabulary as v

MIDDLES: Final = (0.75, 2.25, 3.75, 5.5, 7.5, 9.75, 13.0, 18.0)
"""Notes a beat in the middle of each DENSITY level."""


def aim(direction: Direction) -> Aim | None:
    """What the music is held to: what the mood asks for, and the density that a hand has set."""
    asked = direction.mood.aim
    if asked is None or direction.density is None:
        return asked
    return _at_density(asked, direction.density)


@lru_cache(maxsize=64)  # asked for with every token
def _at_density(asked: Aim, level: int) -> Aim:
    notes, onsets = MIDDLES[level], asked.onsets_per_beat
    if onsets is not None and asked.notes_per_beat:
        # Fuller music has more onsets and more notes at each of them.
        onsets *= math.sqrt(notes / max(asked.notes_per_beat, MIDDLES[0]))
    return replace(asked, notes_per_beat=notes, onsets_per_beat=onsets)


def controls(direction: Direction, bar_number: int) -> list[int | tuple[int, int]]:
    """The control tokens of bar ``bar_number`` (from 0): ids, and ranges of free but planned ones.

    A free key is drawn in every bar, so that there is a scale to lean on; a free density is what
    the words ask for; free chords are the model's own business.
    """
    key: int | tuple[int, int] = (v.KEY_FIRST, v.DENSITY_FIRST)
    if direction.key is not None:
        key = v.KEY_FIRST + direction.key
    ids = [key]
    density = direction.density
    if density is None:
        density = density_level(direction.mood)
    if density is not None:
        ids.append(v.density_id(density))
    if direction.chords:
        bar = (bar_number - direction.chords_from_bar) % len(direction.chords)
        for chord in direction.chords[bar]:
            ids.extend((v.NO_CHORD,) if chord is None else v.chord_ids(*chord))
    return ids
