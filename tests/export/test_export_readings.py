"""Fitting and judging the readings of style, on pieces whose answer is known."""

import numpy as np
import pytest

pytest.importorskip("symusic", reason="the offline half needs amt-live[train]")

from amt_live.analysis import elements, moods
from amt_live.analysis.music import load_music
from export import heldout, readings


def test_a_known_regression_is_found_again_and_is_calibrated():
    rng = np.random.default_rng(2)
    truth = np.array([1.5, -1.0, 0.0, -1.0])
    x = rng.normal(size=(8000, 3))
    y = rng.random(len(x)) < elements.probability(x, truth)
    weights = readings.fit(x[:4000], y[:4000])
    np.testing.assert_allclose(weights, truth, atol=0.2)
    found = elements.probability(x[4000:], weights)
    judged = readings.judged(found, y[4000:])
    assert judged["area"] > 0.8
    assert judged["calibration_error"] < 0.03
    assert judged["where_it_is"] > judged["where_it_is_not"]
    # Twice as sure as it should be: not calibrated, in the same order.
    bold = readings.judged(elements.probability(x[4000:], weights * 3), y[4000:])
    assert bold["calibration_error"] > 0.05
    assert bold["area"] == pytest.approx(judged["area"], abs=1e-3)


def test_a_piece_of_the_corpus_measures_like_its_file():
    songs = heldout.bundled_songs()
    measured = readings.Measured.of(songs.corpus, "validation")
    assert len(measured.features) == len(songs.corpus.pieces)
    assert measured.genres == ["classical"] * len(measured.genres)
    known = elements.record()
    for piece, features in zip(measured.pieces, measured.features, strict=True):
        raw, shares = moods.measure_windows(load_music(heldout.SONGS / piece.name))
        gap = (elements.features(raw, shares) - features) / np.array(known["deviation"])
        assert np.abs(gap).max() < 0.7, piece.name
    assert measured.labelled("classical").all() and not measured.labelled("ballad").any()
