"""Beats until a change of mood is heard: at once in a hard splice, never without a change."""

import math

import numpy as np
import pytest

from .made import tune, window

pytest.importorskip("sklearn", reason="the offline half needs [train]")

from export.attributes import CONTINUOUS, NAMES, Scale, key_scores, measure
from export.evaluation.flips import (
    beat_readings,
    fit_sides,
    flip_beats,
    median_and_p90,
    splice,
)

BOUNDARY = 16
RNG = np.random.default_rng(2)
CALM = [tune(RNG, notes_a_bar=2, velocity=45) for _ in range(6)]
WILD = [tune(RNG, notes_a_bar=16, velocity=115) for _ in range(6)]
SCALE = Scale.fit(
    np.stack([measure(w.notes, w.steps, 48, key_scores(w.notes)) for w in (*CALM, *WILD)])
)


def readings(windows: list, from_beat: int = 0) -> np.ndarray:
    return np.concatenate([beat_readings(w, SCALE, from_beat=from_beat) for w in windows])


SIDES = fit_sides(readings(CALM[:3]), readings(WILD[:3]))


@pytest.mark.parametrize(
    ("scores", "beats"),
    [
        ([1, 1, 1, 1], 1),
        ([-1, -1, 1, 1, 1, 1], 3),
        ([1, -1, -1, -1, 1, 1, -1, 1], 5),
        ([-1, -1, -1, -1, 1, 1, 1], math.inf),
        ([], math.inf),
    ],
)
def test_the_flip_is_the_first_beat_from_which_most_stay(scores: list, beats: float) -> None:
    assert flip_beats(np.array(scores, float)) == beats


def test_a_hard_splice_flips_at_once_and_no_change_never() -> None:
    cut = [splice(a, b, BOUNDARY) for a, b in zip(CALM[3:], WILD[3:], strict=True)]
    flips = [flip_beats(SIDES.score(beat_readings(w, SCALE, from_beat=BOUNDARY))) for w in cut]
    null = [flip_beats(SIDES.score(beat_readings(w, SCALE, from_beat=BOUNDARY))) for w in CALM]
    assert max(flips) <= 2
    assert min(null) == math.inf


def test_a_change_that_comes_late_is_late_by_as_many_beats() -> None:
    late = splice(CALM[4], WILD[4], BOUNDARY + 6)
    flip = flip_beats(SIDES.score(beat_readings(late, SCALE, from_beat=BOUNDARY)))
    assert 6 <= flip <= 9


def test_every_beat_is_read_and_only_from_the_boundary_on() -> None:
    whole = beat_readings(CALM[0], SCALE)
    assert whole.shape == (32, CONTINUOUS)
    other = splice(WILD[0], CALM[0], BOUNDARY)
    after = beat_readings(CALM[0], SCALE, from_beat=BOUNDARY)
    assert (beat_readings(other, SCALE, from_beat=BOUNDARY) == after).all()


def test_silence_after_the_change_reads_as_sparse() -> None:
    silent = splice(WILD[0], window([]), BOUNDARY)
    after = beat_readings(silent, SCALE, from_beat=BOUNDARY)
    assert (after[:, NAMES.index("density")] < -1).all()


def test_the_median_stands_when_some_never_flip() -> None:
    assert median_and_p90([1, 2, 3, 4, math.inf]) == (3, math.inf)
    assert median_and_p90([1, 1, 1]) == (1, 1)
    assert math.isnan(median_and_p90([])[0])


def test_a_splice_ends_the_notes_of_the_first_at_the_cut() -> None:
    held, silence = window([(0, 12, 60, 80, 384)]), window([])
    assert splice(held, silence, 8).notes["duration"].tolist() == [96]


def test_sides_need_something_to_tell_apart() -> None:
    with pytest.raises(ValueError, match="two readings"):
        fit_sides(readings(CALM)[:1], readings(WILD))
