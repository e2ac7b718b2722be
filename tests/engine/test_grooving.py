"""Bars return as often as they are asked to, on the kit that is asked for."""

import numpy as np
import pytest

from amt_live.engine import grooving
from amt_live.engine.grooving import SILENCE, Groove
from amt_live.music.drums import KIND_NAMES, kind_of
from amt_live.music.parts import PARTS, part_named
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

PIANO, DRUMS = part_named("piano").index, part_named("drums").index
ANYBODY = (None,) * len(PARTS)
KICK, SNARE, CONGA = 36, 38, 63
BAR = 48
Hit = tuple[int, int]


def kit(**shares: float) -> tuple[float, ...]:
    return tuple(shares.get(name.replace(" ", "_"), 0.0) for name in KIND_NAMES)


def after(aim: Aim, *bars: list[Hit]) -> Groove:
    """Bars of drum hits (step, pitch)."""
    groove = SILENCE
    for bar in bars:
        for step in sorted({step for step, _ in bar}):
            groove = grooving.begun(groove, step)
            for at, pitch in bar:
                if at == step:
                    groove = grooving.played(groove, GridNote(at, DRUMS, pitch, 80, 1))
        groove = grooving.opened(groove, aim)
    return groove


def nats(
    groove: Groove, aim: Aim, phase: grammar.Phase, position: int, part: int = DRUMS
) -> np.ndarray:
    bias = np.zeros(v.SIZE, np.float32)
    grooving.lean(bias, groove, grammar.State(phase, BAR, position=position, part=part), aim)
    return bias


ONE_TWO = [(0, KICK), (12, SNARE), (24, KICK), (36, SNARE)]
OTHER = [(6, KICK), (18, KICK), (30, SNARE), (42, SNARE)]


def test_what_sounded_a_bar_ago_is_called_where_bars_return_too_little() -> None:
    aim = Aim(ANYBODY, beat_returns=0.9, rhythm_returns=0.9)
    groove = after(aim, OTHER, ONE_TWO, OTHER, ONE_TWO)
    on_two = nats(groove, aim, grammar.Phase.PART, 12)
    assert on_two[v.drum_id(SNARE)] > 0 > on_two[v.drum_id(KICK)]
    drummer = v.part_velocity_id(DRUMS, 3)
    assert nats(groove, aim, grammar.Phase.POSITION, 12)[drummer] > 0
    assert nats(groove, aim, grammar.Phase.POSITION, 6)[drummer] < 0
    places = nats(groove, aim, grammar.Phase.PITCH, 12, PIANO)
    assert places[v.position_id(24)] > 0 > places[v.position_id(18)]
    assert places[v.BAR_FIRST] < 0, "something is still to come"
    assert nats(groove, aim, grammar.Phase.PITCH, 36, PIANO)[v.BAR_FIRST] == 0


def test_the_call_grows_while_bars_differ_and_falls_where_they_are_the_same() -> None:
    aim = Aim(ANYBODY, beat_returns=0.2, rhythm_returns=0.2)
    calls = [
        nats(after(aim, *bars), aim, grammar.Phase.PART, 12)[v.drum_id(SNARE)]
        for bars in (
            [ONE_TWO] * 9,
            [OTHER, ONE_TWO],
            [OTHER, ONE_TWO, OTHER, ONE_TWO, OTHER, ONE_TWO],
        )
    ]
    assert calls[0] < 0 < calls[1] < calls[2]


def test_the_kit_is_held_to_its_shares() -> None:
    aim = Aim(ANYBODY, kit=kit(hand_drum=0.8, kick=0.2))
    groove = after(aim, ONE_TWO, ONE_TWO)
    for phase in (grammar.Phase.PART, grammar.Phase.PITCH):
        bias = nats(groove, aim, phase, 0)
        assert bias[v.drum_id(CONGA)] > 0 > bias[v.drum_id(SNARE)]
    assert not nats(groove, aim, grammar.Phase.PART, 0, PIANO).any()


def test_nothing_leans_before_anything_was_heard_or_where_nothing_is_asked() -> None:
    asked = Aim(ANYBODY, kit=kit(snare=1.0), beat_returns=0.9, rhythm_returns=0.9)
    for phase in (grammar.Phase.PART, grammar.Phase.POSITION, grammar.Phase.PITCH):
        assert not nats(SILENCE, asked, phase, 0).any()
        assert not nats(after(asked, OTHER, ONE_TWO), Aim(ANYBODY), phase, 0).any()


def test_a_new_mood_need_not_be_like_the_bars_before() -> None:
    aim = Aim(ANYBODY, beat_returns=0.9, rhythm_returns=0.9)
    turned = grooving.turned(after(aim, OTHER, ONE_TWO, OTHER))
    for phase in (grammar.Phase.PART, grammar.Phase.POSITION, grammar.Phase.PITCH):
        assert not nats(turned, aim, phase, 0).any()


@pytest.mark.parametrize("pitch", v.DRUM_PITCHES)
def test_every_drum_is_of_a_kind(pitch: int) -> None:
    assert 0 <= kind_of(pitch) < len(KIND_NAMES)
