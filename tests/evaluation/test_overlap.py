"""Density ratio and overlaps have the values that can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from export.evaluation import overlap
from export.evaluation.window import Window

from .made import window

LABELS = ("loud", "soft")


def steady(notes_a_bar: int, velocity: int, label: str, piece: str, pitch: int = 60) -> Window:
    gap = 48 // notes_a_bar
    rows = [(at, 2, pitch, velocity, gap) for at in range(0, 8 * 48, gap)]
    return window(rows, label=label, piece=piece)


def side(notes: dict[str, int], velocity: dict[str, int]) -> overlap.Profiles:
    made = [
        steady(notes[label], velocity[label], label, f"{label}{piece}")
        for label in LABELS
        for piece in range(4)
    ]
    return overlap.profiles(made)


REAL = side({"loud": 4, "soft": 2}, {"loud": 120, "soft": 40})


def test_music_against_itself_is_alike_in_everything() -> None:
    found = overlap.compare(REAL, REAL, LABELS)
    assert found.macro == pytest.approx(dict.fromkeys(overlap.MEASURES, 1.0))
    assert overlap.overall(found.macro, 1.0, 0.0, 0.0) == pytest.approx(1.0)


def test_density_ratio_is_the_smaller_rate_over_the_larger_label_by_label() -> None:
    played = side({"loud": 8, "soft": 2}, {"loud": 120, "soft": 40})
    found = overlap.compare(played, REAL, LABELS)
    assert found.per_label["loud"]["ndr"] == pytest.approx(0.5)
    assert found.per_label["soft"]["ndr"] == pytest.approx(1.0)
    assert found.macro["ndr"] == pytest.approx(0.75)


def test_density_is_of_seconds_so_tempo_counts() -> None:
    one = steady(4, 80, "loud", "a")
    rates = overlap.profiles([one, replace(one, bpm=60.0)]).notes_per_s
    assert rates.tolist() == [pytest.approx(2.0), pytest.approx(1.0)]


def test_density_ratio_reads_quantiles_not_means() -> None:
    even, uneven = np.full(100, 4.0), np.concatenate([np.full(50, 2.0), np.full(50, 6.0)])
    assert overlap.density_ratio(even, uneven) == pytest.approx((0.5 + 4 / 6) / 2, abs=0.03)


def test_velocities_in_other_bins_do_not_overlap() -> None:
    played = side({"loud": 4, "soft": 2}, {"loud": 20, "soft": 40})
    found = overlap.compare(played, REAL, LABELS)
    assert found.per_label["loud"]["velocity_similarity"] == 0
    assert found.macro["velocity_similarity"] == pytest.approx(0.5)


def test_a_transposed_tune_has_the_same_pitch_classes_and_another_register() -> None:
    chord = [(i * 12, 2, pitch, 80, 12) for i in range(32) for pitch in (60, 64, 67)]
    up = [(at, part, pitch + 18, velocity, length) for at, part, pitch, velocity, length in chord]
    first, second = (overlap.profiles([window(rows, label="x")]) for rows in (chord, up))
    found = overlap.compare(first, second, ["x"]).macro
    assert found["pitch_class"] == pytest.approx(1.0)
    assert found["register"] == 0


def test_major_and_minor_share_no_pitch_classes() -> None:
    major = [(i * 12, 2, p, 80, 12) for i in range(32) for p in (60, 64, 67)]
    minor = [(i * 12, 2, p, 80, 12) for i in range(32) for p in (60, 63, 67)]
    first, second = (overlap.profiles([window(rows, label="x")]) for rows in (major, minor))
    assert overlap.compare(first, second, ["x"]).macro["pitch_class"] == 0


def test_rhythm_is_where_in_the_bar_notes_start() -> None:
    on, off = ([(at + shift, 2, 60, 80, 6) for at in range(0, 384, 12)] for shift in (0, 6))
    first, second = (overlap.profiles([window(rows, label="x")]) for rows in (on, off))
    assert overlap.compare(first, second, ["x"]).macro["rhythm"] == 0


def test_a_label_that_was_never_played_scores_nothing() -> None:
    only_loud = REAL.take(REAL.labels == "loud")
    assert overlap.compare(only_loud, REAL, LABELS).macro["ndr"] == pytest.approx(0.5)


def test_shuffled_labels_lie_far_below_real_against_real() -> None:
    best, worst = overlap.ceiling(REAL, LABELS), overlap.floor(REAL, LABELS)
    assert best.macro["ndr"] == pytest.approx(1.0)
    assert worst.macro["velocity_similarity"] == 0
    assert worst.macro["ndr"] < 0.6


def test_intervals_hold_the_figure_and_are_the_same_each_time() -> None:
    rng = np.random.default_rng(3)
    made = [
        steady(int(rng.choice([2, 3, 4, 6])), int(rng.integers(30, 110)), label, f"{label}{piece}")
        for label in LABELS
        for piece in range(12)
        for _ in range(2)
    ]
    real = overlap.profiles(made)
    found = overlap.macro_interval(REAL, real, LABELS, draws=50)
    again = overlap.macro_interval(REAL, real, LABELS, draws=50)
    figures = overlap.compare(REAL, real, LABELS).macro
    assert found == again
    for name in ("ndr", "velocity_similarity"):
        low, high = found[name]
        assert low < figures[name] < high


def test_overall_pays_for_what_is_broken_or_copied_and_not_for_more_than_real() -> None:
    macro = dict.fromkeys(overlap.MEASURES, 1.0)
    assert overlap.overall(macro, 1.3, 0.0, -0.1) == pytest.approx(1.0)
    assert overlap.overall(macro, 0.5**6, 0.5, 0.5) == pytest.approx(0.125)
    assert overlap.overall(macro, 0.0, 0.0, 0.0) == 0
