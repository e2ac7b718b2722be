"""What stands at the head of a bar: the control tokens that a direction asks for.

Called by the stream when it opens a bar. Pure.
"""

from amt_live.engine.leaning import density_level
from amt_live.engine.plan import Direction
from amt_live.tokens import vocabulary as v


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
