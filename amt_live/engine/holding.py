"""Everything that holds the music to its mood, as one value: what is heard, and how it leans.

``conducting`` and ``urging`` hold the parts, the register, the lengths and the loudness,
``grooving`` the rhythm and the kit, ``colouring`` the harmony. ``Held`` is kept in the snapshots of
a stream. Pure; thread: engine.
"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.engine import colouring, conducting, grooving, urging
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

Floats: TypeAlias = NDArray[np.float32]


HELD: Final = urging.CONDUCTED
"""Phases in whose draws something leans."""


class Held(NamedTuple):
    """What was played lately, as each of the three hears it."""

    heard: conducting.Heard = conducting.SILENCE
    groove: grooving.Groove = grooving.SILENCE
    colour: colouring.Colour = colouring.SILENCE


class Asked(NamedTuple):
    """What of the harmony somebody asked for."""

    key: bool
    chords: bool


SILENCE: Final = Held()


def after(
    held: Held,
    before: grammar.State,
    token: int,
    note: GridNote | None,
    key: int | None,
    aim: Aim | None,
) -> Held:
    """After a token that came in a state, and the note that it made, if any, under a key (0-23)."""
    heard, groove, colour = held
    if note is not None:
        return Held(
            conducting.played(heard, note, aim),
            grooving.played(groove, note),
            colouring.played(colour, note, key, aim),
        )
    if v.POSITION_FIRST <= token < v.PART_VELOCITY_FIRST:
        step = v.POSITIONS[token - v.POSITION_FIRST]
        return Held(conducting.begun(heard, step, aim), grooving.begun(groove, step), colour)
    if v.BAR_FIRST <= token < v.POSITION_FIRST:
        heard = conducting.opened(heard, before.bar_steps, aim)
        return Held(heard, grooving.opened(groove, aim), colour)
    return held


def turned(held: Held) -> Held:
    """When the mood turns."""
    return Held(conducting.turned(held.heard), grooving.turned(held.groove))


def lean(
    bias: Floats, held: Held, state: grammar.State, key: int | None, aim: Aim, asked: Asked
) -> None:
    """Add nats for the next draw to ``bias`` [V]. Chords that were asked for have colour enough."""
    urging.lean(bias, held.heard, state, aim)
    grooving.lean(bias, held.groove, state, aim)
    if not asked.chords:
        colouring.lean(bias, held.colour, state, key, aim, is_key_asked=asked.key)
