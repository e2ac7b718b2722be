"""The probe hears what kind of music a window is, and nothing where there is nothing to hear."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from .made import tune

pytest.importorskip("sklearn", reason="the offline half needs [train]")

from export.attributes import CONTINUOUS, NAMES
from export.corpus import prepare
from export.evaluation.attributes_asked import ASKED, attribute_correlation, measured_z
from export.evaluation.features import FEATURES, features
from export.evaluation.frechet import frechet, real_distance
from export.evaluation.probe import adherence, fit_probe, load_probe, read
from export.evaluation.window import Window

SONGS = Path(__file__).parents[1] / "export" / "midi"
KINDS = {"busy": (8, 72, 100), "calm": (2, 60, 50), "deep": (4, 36, 80)}
LABELS = tuple(KINDS)


def some(count: int, seed: int) -> list[Window]:
    rng = np.random.default_rng(seed)
    return [
        tune(rng, notes_a_bar=notes, low=low + int(rng.integers(-3, 4)), label=label,
             velocity=velocity + int(rng.integers(-15, 16)), piece=f"{label}{seed}.{index}")
        for label, (notes, low, velocity) in KINDS.items()
        for index in range(count)
    ]  # fmt: skip


TRAIN, HELD, TEST = some(40, 0), some(10, 1), some(20, 2)
PROBE = fit_probe(TRAIN, HELD)


def test_it_reads_kinds_it_was_shown_and_probabilities_add_up() -> None:
    table = features(TEST)
    reading = read(PROBE, TEST, table, LABELS)
    assert PROBE.probabilities(table).sum(axis=1) == pytest.approx(1.0)
    assert reading.top1 > 0.95
    assert reading.top3 == 1
    assert reading.probability > 0.8
    assert set(reading.per_label) == set(LABELS)
    assert adherence(reading, reading) == pytest.approx(1.0)


def test_music_that_heeds_no_word_adheres_by_chance() -> None:
    table = features(TEST)
    order = np.random.default_rng(0).permutation(len(TEST))
    deaf = [replace(TEST[i], label=w.label) for i, w in zip(order, TEST, strict=True)]
    share = adherence(read(PROBE, deaf, table[order], LABELS), read(PROBE, TEST, table, LABELS))
    assert 0.15 < share < 0.55


def test_a_label_that_is_never_played_counts_as_not_followed() -> None:
    only = [window for window in TEST if window.label == "calm"]
    assert read(PROBE, only, features(only), LABELS).top1 == pytest.approx(1 / 3, abs=0.02)


def test_one_absurd_feature_does_not_decide_alone() -> None:
    calm = [window for window in TEST if window.label == "calm"]
    table = features(calm)
    table[:, FEATURES.index("velocity")] = 1e6
    as_far = table.copy()
    as_far[:, FEATURES.index("velocity")] = PROBE.mean[FEATURES.index("velocity")] + (
        3 * PROBE.deviation[FEATURES.index("velocity")]
    )
    assert PROBE.probabilities(table) == pytest.approx(PROBE.probabilities(as_far))


def test_windows_without_a_scored_label_are_left_out() -> None:
    mixed = [*TEST, replace(TEST[0], label=None), replace(TEST[0], label="unheard")]
    reading = read(PROBE, mixed, features(mixed), LABELS)
    assert np.isnan(reading.hits[-2:]).all()
    assert reading.top1 == read(PROBE, TEST, features(TEST), LABELS).top1


def test_a_probe_of_a_corpus_is_the_same_from_its_cache(tmp_path: Path) -> None:
    archive = tmp_path / "in"
    for kind in ("jsb_chorales", "nottingham"):  # sources whose genre is known by their name
        (archive / kind).mkdir(parents=True)
    for index, song in enumerate(sorted(SONGS.glob("*.mid"))):
        kind = "jsb_chorales" if index % 2 else "nottingham"
        (archive / kind / song.name).write_bytes(song.read_bytes())
    prepare([archive / "jsb_chorales", archive / "nottingham"], tmp_path / "corpus")
    first = load_probe(tmp_path / "corpus", tmp_path / "cache")
    again = load_probe(tmp_path / "corpus", tmp_path / "cache")
    assert first.labels.tolist() == ["classical", "folk"]
    table = features(TEST)
    assert (first.probabilities(table) == again.probabilities(table)).all()
    assert first.limits == again.limits


def test_frechet_is_nothing_for_alike_and_the_square_of_a_shift() -> None:
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(500, 6))
    assert frechet(cloud, cloud) == pytest.approx(0, abs=1e-9)
    assert frechet(cloud, cloud + 2) == pytest.approx(24, rel=1e-6)
    assert frechet(cloud, cloud * 2) == pytest.approx(6, rel=0.1), "one standard deviation more"
    pieces = [f"piece{i // 5}" for i in range(500)]
    assert real_distance(cloud, pieces, 200) < 0.3
    with pytest.raises(ValueError, match="two windows"):
        frechet(cloud[:1], cloud)


def test_training_rows_are_drawn_evenly_by_label() -> None:
    rows = PROBE.training_rows(LABELS, 5)
    assert rows.shape == (15, len(FEATURES))
    assert frechet(rows, PROBE.training_rows(LABELS, 5)) == pytest.approx(0, abs=1e-6)


def test_attributes_follow_what_is_asked_where_it_is_asked() -> None:
    from export.attributes import Scale

    scale = Scale(np.zeros(14, np.float32), np.ones(14, np.float32) * 20)
    measured = measured_z(TEST, scale)
    asked = np.full((len(TEST), CONTINUOUS), np.nan)
    asked[:, NAMES.index("density")] = measured[:, NAMES.index("density")] ** 3
    asked[:, NAMES.index("register")] = -measured[:, NAMES.index("register")]
    asked[:, NAMES.index("velocity")] = 0.5
    found = attribute_correlation(measured, asked)
    assert set(found) == set(ASKED)
    assert found["density"] == pytest.approx(1.0)
    assert found["register"] == pytest.approx(-1.0)
    assert np.isnan(found["velocity"]), "everything asks for the same"
    assert np.isnan(found["mode"]), "nothing is asked"
