"""What was asked for and is not heard is called for, until it is heard."""

import numpy as np
import pytest

from amt_live.engine import conducting, urging
from amt_live.engine.conducting import SILENCE, Heard
from amt_live.music.parts import PARTS, part_named
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

PIANO, BASS, DRUMS = (part_named(name).index for name in ("piano", "bass", "drums"))
NOBODY = (0.0,) * len(PARTS)
TRIO = tuple(float(part in (PIANO, BASS, DRUMS)) for part in range(len(PARTS)))
BAR = 48


def note(
    part: int, position: int = 0, pitch: int = 60, velocity: int = 69, steps: int = 12
) -> GridNote:
    return GridNote(position, part, pitch, velocity, steps)


def after(aim: Aim, bars: int, *notes: GridNote) -> Heard:
    """Bars with the same notes in each."""
    heard = SILENCE
    for _ in range(bars):
        for position in sorted({one.position for one in notes}):
            heard = conducting.begun(heard, position, aim)
            for one in notes:
                if one.position == position:
                    heard = conducting.played(heard, one, aim)
        heard = conducting.opened(heard, BAR, aim)
    return heard


def nats(
    heard: Heard, aim: Aim, phase: grammar.Phase, part: int = PIANO, position: int = 0
) -> np.ndarray:
    bias = np.zeros(v.SIZE, np.float32)
    state = grammar.State(phase, BAR, position=position, part=part)
    urging.lean(bias, heard, state, aim)
    return bias


def part_nats(bias: np.ndarray, part: int) -> float:
    first = v.part_velocity_id(part, 0)
    return float(bias[first : first + v.VELOCITY_LEVELS].mean())


def test_a_silent_part_that_was_asked_for_is_called_louder_and_louder() -> None:
    aim = Aim(TRIO)
    playing = [note(DRUMS, at, 36) for at in (0, 12, 24, 36)] + [note(PIANO, 0), note(PIANO, 24)]
    calls = [
        part_nats(nats(after(aim, bars, *playing), aim, grammar.Phase.POSITION), BASS)
        for bars in (1, 2, 4)
    ]
    assert 0 < calls[0] < calls[1] < calls[2]
    heard = after(aim, 4, *playing)
    assert abs(part_nats(nats(heard, aim, grammar.Phase.POSITION), DRUMS)) < 1.0
    assert part_nats(nats(heard, aim, grammar.Phase.POSITION), part_named("brass").index) == 0


def test_a_part_that_nobody_asked_for_leaves_and_a_turn_forgets_the_calls() -> None:
    aim = Aim(TRIO)
    brass = part_named("brass").index
    heard = after(aim, 4, note(brass, 0), note(brass, 24))
    assert part_nats(nats(heard, aim, grammar.Phase.POSITION), brass) < -1.5
    turned = conducting.turned(heard)
    assert turned.notes == heard.notes and not any(turned.urges)


@pytest.mark.parametrize("asked, sign", [(72.0, 1), (48.0, -1)])
def test_pitches_lean_to_the_register_that_is_asked_and_the_bass_stays_out_of_it(
    asked: float, sign: int
) -> None:
    aim = Aim(NOBODY, pitch=asked)
    heard = after(aim, 2, *(note(PIANO, at) for at in (0, 12, 24, 36)))
    pitches = nats(heard, aim, grammar.Phase.DURATION)[v.PITCH_FIRST : v.DRUM_FIRST]
    assert (np.sign(np.diff(pitches[int(asked) - 18 : int(asked) + 18])) == sign).all()
    assert abs(pitches.argmax() - asked) <= 24  # the farthest is never the likeliest
    assert not nats(heard, aim, grammar.Phase.DURATION, BASS).any()


def test_what_is_as_asked_is_left_alone() -> None:
    aim = Aim(NOBODY, pitch=60.0, length=0.0, velocity=69.0)
    heard = after(aim, 4, *(note(PIANO, at) for at in (0, 12, 24, 36)))
    pitches = nats(heard, aim, grammar.Phase.DURATION)[v.PITCH_FIRST : v.DRUM_FIRST]
    assert not pitches[36:85].any() and pitches[0] < -5 > pitches[127]
    assert not nats(heard, aim, grammar.Phase.PART).any()
    assert np.allclose(urging.steepness(heard, conducting.LOUDNESS, aim), 0)


def test_short_notes_are_asked_to_be_longer() -> None:
    aim = Aim(NOBODY, length=1.0)
    heard = after(aim, 2, *(note(PIANO, at, steps=3) for at in (0, 12, 24, 36)))
    lengths = nats(heard, aim, grammar.Phase.PART)[v.DURATION_FIRST : v.KEY_FIRST]
    assert (np.diff(lengths[3:18]) > 0).all() and (np.diff(lengths) >= 0).all()


def test_too_few_onsets_bring_the_next_position_near_and_too_many_push_it_away() -> None:
    notes = [note(PIANO, at) for at in (0, 12, 24, 36)]
    for asked, sign in ((4.0, -1), (0.25, 1)):
        aim = Aim(NOBODY, onsets_per_beat=asked)
        bias = nats(after(aim, 3, *notes), aim, grammar.Phase.PITCH)
        assert (np.sign(np.diff(bias[v.POSITION_FIRST : v.PART_VELOCITY_FIRST])) == sign).all()


def test_too_few_notes_make_going_on_less_likely_than_another_note() -> None:
    notes = [note(PIANO, at) for at in (0, 12, 24, 36)]
    thin, full = Aim(NOBODY, notes_per_beat=6.0), Aim(NOBODY, notes_per_beat=0.3)
    onward = slice(v.BAR_FIRST, v.PART_VELOCITY_FIRST)
    assert (nats(after(thin, 3, *notes), thin, grammar.Phase.PITCH)[onward] < 0).all()
    assert (nats(after(full, 3, *notes), full, grammar.Phase.PITCH)[onward] > 0).all()


def test_offbeats_are_called_for_where_they_are_missing() -> None:
    aim = Aim(NOBODY, offbeat=0.8)
    bias = nats(
        after(aim, 3, *(note(PIANO, at) for at in (0, 12, 24, 36))), aim, grammar.Phase.PITCH
    )
    assert bias[v.position_id(6)] > 0.2 > bias[v.position_id(12)] == 0


def test_loudness_that_varies_too_much_is_drawn_together() -> None:
    wide = Aim(NOBODY, velocity_spread=2.0)
    loud_and_soft = [note(PIANO, at, velocity=118 if at % 24 else 28) for at in (0, 12, 24, 36)]
    levels = nats(after(wide, 8, *loud_and_soft), wide, grammar.Phase.POSITION)
    first = v.part_velocity_id(PIANO, 0)
    assert levels[first + 3] > levels[first] and levels[first + 3] > levels[first + 7]


def test_what_was_heard_is_the_same_however_time_is_cut() -> None:
    aim = Aim(NOBODY)
    heard = after(aim, 1, note(PIANO, 0))
    in_one = conducting.arrived(heard, 36, aim)
    in_two = conducting.arrived(conducting.arrived(heard, 12, aim), 36, aim)
    assert in_one.notes == pytest.approx(in_two.notes) and in_one.step == in_two.step
    assert conducting.arrived(in_one, 24, aim) == in_one  # time does not run back


def test_without_an_aim_it_only_listens() -> None:
    heard = listened_to_nobody()
    assert heard.notes[PIANO] > 0 and not any((*heard.urges, *heard.slopes, heard.haste))


def listened_to_nobody() -> Heard:
    heard = conducting.begun(SILENCE, 0, None)
    heard = conducting.played(heard, note(PIANO), None)
    return conducting.opened(heard, BAR, None)
