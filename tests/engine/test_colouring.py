"""Pitch classes are as many, and as many of them foreign, as they are asked to be."""

import math

import numpy as np

from amt_live.engine import colouring
from amt_live.engine.colouring import SILENCE, Colour
from amt_live.music.parts import PARTS, part_named
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

PIANO, DRUMS = part_named("piano").index, part_named("drums").index
ANYBODY = (None,) * len(PARTS)
C_MAJOR = 0
TRIAD, SCALE = (60, 64, 67), (60, 62, 64, 65, 67, 69, 71)


def after(aim: Aim, *pitches: int) -> Colour:
    colour = SILENCE
    for pitch in pitches:
        colour = colouring.played(colour, GridNote(0, PIANO, pitch, 80, 1), C_MAJOR, aim)
    return colour


def nats(colour: Colour, aim: Aim, part: int = PIANO, *, is_key_asked: bool = False) -> np.ndarray:
    bias = np.zeros(v.SIZE, np.float32)
    state = grammar.State(grammar.Phase.DURATION, 48, position=0, part=part)
    colouring.lean(bias, colour, state, C_MAJOR, aim, is_key_asked=is_key_asked)
    return bias[v.PITCH_FIRST : v.DRUM_FIRST]


def test_too_few_pitch_classes_call_for_the_rare_ones_of_the_scale() -> None:
    aim = Aim(ANYBODY, entropy=2.7, chromatic=0.0)
    poor = nats(after(aim, *TRIAD * 20), aim)
    assert poor[62] > 0 > poor[60] and poor[74] == poor[62]
    assert poor[61] <= 0, "what is foreign stays so"
    assert abs(nats(after(aim, *SCALE * 9), aim)).max() < poor.max()


def test_foreign_notes_are_called_where_they_are_asked_for_and_sent_away_where_not() -> None:
    chromatic, pure = (Aim(ANYBODY, chromatic=share) for share in (0.3, 0.0))
    assert nats(after(chromatic, *SCALE * 9), chromatic)[61] > 0
    assert nats(after(pure, *(*SCALE, 61) * 9), pure)[61] < 0
    asked = nats(after(chromatic, *SCALE * 9), chromatic, is_key_asked=True)
    assert not asked.any(), "a key that was asked for stays as it was asked"


def test_drums_have_no_colour_and_a_few_notes_say_nothing() -> None:
    aim = Aim(ANYBODY, entropy=2.7, chromatic=0.2)
    colour = colouring.played(SILENCE, GridNote(0, DRUMS, 38, 80, 1), C_MAJOR, aim)
    assert colour == SILENCE
    assert not nats(after(aim, *TRIAD), aim).any()
    assert not nats(after(aim, *TRIAD * 20), aim, DRUMS).any()
    assert not nats(after(aim, *TRIAD * 20), Aim(ANYBODY)).any()


def test_entropy_is_in_bits() -> None:
    assert colouring.entropy((1.0,) * 12) == math.log2(12)
    assert colouring.entropy((3.0, *[0.0] * 11)) == 0
