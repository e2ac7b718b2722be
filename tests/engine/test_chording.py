"""Notes lean on the chord that sounds under them."""

import numpy as np
import pytest

from amt_live.engine.chording import chord_at, fitting_qualities, heard, lean, tones
from amt_live.engine.harmony import parse_chords
from amt_live.engine.leaning import Leaning, Over
from amt_live.text.conditioning import Mood
from amt_live.tokens import vocabulary as v

D_MINOR_7 = parse_chords("Dm7")[0][0]
assert D_MINOR_7 is not None
NULL = Mood(np.zeros(1, np.float32), np.zeros(1, np.float32))
IN_F_SHARP_MINOR = 12 + 6


def test_the_chords_of_a_head_are_heard_id_by_id() -> None:
    chords: tuple[tuple[int, int] | None, ...] = ()
    for token in (*v.chord_ids(2, 4), v.NO_CHORD):
        chords = heard(chords, token)
    assert chords == ((2, 4), None)


@pytest.mark.parametrize(("position", "expected"), [(0, (2, 4)), (23, (2, 4)), (24, None)])
def test_two_chords_share_a_bar(position: int, expected: tuple[int, int] | None) -> None:
    assert chord_at(((2, 4), None), position, 48) == expected
    assert chord_at(((2, 4),), position, 48) == (2, 4)
    assert chord_at((), position, 48) is None


def test_chord_tones_are_above_all_others_and_only_pitches_move() -> None:
    bias = lean(D_MINOR_7, is_asked=True, is_bass=False, on_beat=True)
    pitches = bias[v.PITCH_FIRST : v.DRUM_FIRST]
    inside = np.array([pitch % 12 in tones(D_MINOR_7) for pitch in range(len(pitches))])
    assert tones(D_MINOR_7) == {2, 5, 9, 0}
    assert pitches[inside].min() > 0 > pitches[~inside].max()
    assert not bias[: v.PITCH_FIRST].any() and not bias[v.DRUM_FIRST :].any()


def test_chords_that_were_written_hold_firmer_than_planned_ones_and_on_the_beat() -> None:
    def gap(asked: bool, on_beat: bool) -> float:
        bias = lean(D_MINOR_7, is_asked=asked, is_bass=False, on_beat=on_beat)
        return float(bias[v.pitch_id(62)] - bias[v.pitch_id(63)])

    assert gap(True, True) > gap(True, False) > gap(False, False) > 0


def test_the_bass_tells_the_root() -> None:
    bias = lean(D_MINOR_7, is_asked=True, is_bass=True, on_beat=True)
    assert bias[v.PITCH_FIRST : v.DRUM_FIRST].argmax() % 12 == 2


def test_a_key_that_was_asked_for_is_plainer_and_a_chord_takes_its_tones_from_the_foreign() -> None:
    leaning = Leaning(NULL)
    drawn = leaning.bias(IN_F_SHARP_MINOR)
    asked = leaning.bias(IN_F_SHARP_MINOR, is_key_asked=True)
    a_sharp, f_sharp = v.pitch_id(58), v.pitch_id(54)
    assert asked[f_sharp] - asked[a_sharp] > drawn[f_sharp] - drawn[a_sharp] > 0
    over = leaning.bias(IN_F_SHARP_MINOR, Over((6, 0), True, False, True))
    foreign = v.pitch_id(60)
    assert over[a_sharp] - over[foreign] > drawn[a_sharp] - drawn[foreign] == 0


def test_a_planned_chord_has_the_quality_that_the_scale_gives_it() -> None:
    scale = frozenset((0, 2, 4, 5, 7, 9, 11))
    first = v.CHORD_QUALITY_FIRST
    nats = fitting_qualities(2, scale)[first : first + len(v.CHORD_QUALITIES)]
    names = {name for name, value in zip(v.CHORD_QUALITIES, nats, strict=True) if value == 0}
    assert {"min", "m7"} <= names and not {"maj", "7", "aug"} & names
