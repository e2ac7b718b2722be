"""Attributes lean on the draw in the vocabulary's terms, softly; what is not said is left alone."""

from dataclasses import replace

import numpy as np

from amt_live.engine.leaning import (
    FOREIGN_PITCH_NATS,
    MAX_DENSITY_LEVEL,
    PART_LIMITS,
    TRIAD_NATS,
    Leaning,
    density_level,
)
from amt_live.text.conditioning import Mood
from amt_live.tokens import vocabulary as v

NULL = Mood(np.zeros(4, np.float32), np.zeros(4, np.float32))
C_MAJOR, A_MINOR = 0, 21


def of_part(bias: np.ndarray, part: int) -> np.ndarray:
    first = v.part_velocity_id(part, 0)
    return bias[first : first + v.VELOCITY_LEVELS]


def test_the_null_mood_leans_to_no_part_no_loudness_and_no_mode() -> None:
    bias = Leaning(NULL).bias(None)
    assert not bias[: v.KEY_FIRST].any() and not bias[v.KEY_FIRST : v.DENSITY_FIRST].any()


def test_parts_that_the_words_ask_for_are_likelier_within_limits() -> None:
    mood = replace(NULL, presence={"piano": 3.0, "drums": -3.0})
    bias = Leaning(mood).bias(None)
    assert (of_part(bias, 2) == PART_LIMITS[1]).all()
    assert (of_part(bias, 0) == PART_LIMITS[0]).all()
    assert not of_part(bias, 5).any()


def test_soft_words_make_soft_levels_likeliest() -> None:
    for asked, level in ((20.0, 0), (81.0, 4), (127.0, 7)):
        bias = Leaning(replace(NULL, velocity=asked)).bias(None)
        assert of_part(bias, 3).argmax() == level
        assert of_part(bias, 3).max() == 0


def test_dark_words_lean_to_minor_keys_and_bright_ones_to_major() -> None:
    for mode in (-1.5, 1.5):
        bias = Leaning(replace(NULL, attributes={"mode": mode})).bias(None)
        major, minor = bias[v.key_id(0, False)], bias[v.key_id(0, True)]
        assert np.sign(major - minor) == np.sign(mode)


def test_the_scale_of_the_key_leans_against_foreign_pitches_only() -> None:
    cases = (C_MAJOR, {1, 3, 6, 8, 10}, {0, 4, 7}), (A_MINOR, {1, 3, 6, 10}, {9, 0, 4})
    for key, foreign, triad in cases:
        bias = Leaning(NULL).bias(key)
        for pitch in range(128):
            nats = FOREIGN_PITCH_NATS if pitch % 12 in foreign else 0
            nats = TRIAD_NATS if pitch % 12 in triad else nats
            assert bias[v.pitch_id(pitch)] == np.float32(nats)
        assert not bias[v.DRUM_FIRST : v.DURATION_FIRST].any()


def test_density_words_become_density_levels() -> None:
    assert density_level(NULL) is None
    levels = [density_level(replace(NULL, notes_per_beat=n)) for n in (0.2, 3, 5, 9, 99)]
    assert levels == sorted(set(levels))
    assert (levels[0], levels[-1]) == (0, MAX_DENSITY_LEVEL)
