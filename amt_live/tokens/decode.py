"""From ids to notes, one id at a time: a pitch id completes a note in the state it stands in."""

from typing import NamedTuple

from amt_live.music.parts import DRUMS
from amt_live.tokens import vocabulary as v
from amt_live.tokens.grammar import State, pitch_of

DRUM_STEPS = 3
"""How long a drum note is held, in grid steps: its sound does not depend on it."""


class GridNote(NamedTuple):
    """A note on the grid: ``position`` in the bar, ``duration`` in steps, velocity 1-127."""

    position: int
    part: int
    pitch: int
    velocity: int
    duration: int


def note_of(state: State, token: int) -> GridNote | None:
    """The note that ``token`` adds when it comes in ``state`` (the state before it), or None.

    Thread: any.
    """
    if not v.PITCH_FIRST <= token < v.DURATION_FIRST:
        return None
    drums = state.part == DRUMS.index
    duration = DRUM_STEPS if drums else v.DURATIONS[state.duration]
    velocity = v.VELOCITY_CENTRES[state.level]
    return GridNote(state.position, state.part, pitch_of(token), velocity, duration)
