"""Copies are found in any key and at any place; music of one's own is not called a copy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from .made import tune, window

pytest.importorskip("symusic", reason="the offline half needs [train]")

from export.corpus import load_corpus, prepare
from export.evaluation.copying import copied_share, load_known, phrases
from export.evaluation.real import corpus_windows
from export.evaluation.window import Window

RNG = np.random.default_rng(5)
KNOWN_TUNES = [tune(RNG, notes_a_bar=8, piece=f"known{i}") for i in range(5)]
SONGS = Path(__file__).parents[1] / "export" / "midi"


def known() -> np.ndarray:
    return np.unique(
        np.concatenate([phrases(w.notes, np.zeros(len(w.notes), int))[0] for w in KNOWN_TUNES])
    )


def changed(original: Window, **columns: int) -> Window:
    notes = original.notes.copy()
    for name, add in columns.items():
        notes[name] = notes[name].astype(int) + add
    return replace(original, notes=notes)


def test_a_copy_is_a_copy_in_any_key_loudness_length_and_place() -> None:
    copies = [KNOWN_TUNES[0], changed(KNOWN_TUNES[1], pitch=5, velocity=-20, duration=3)]
    copies.append(changed(KNOWN_TUNES[2], step=48, part=3))
    assert copied_share(copies, known()) == pytest.approx(1.0)


def test_a_tune_of_ones_own_is_no_copy() -> None:
    own = [tune(RNG, notes_a_bar=8) for _ in range(5)]
    assert copied_share(own, known()) == pytest.approx(0.0)


def test_half_a_copy_is_about_half_a_copy() -> None:
    half, own = KNOWN_TUNES[0].notes, tune(RNG, notes_a_bar=8).notes
    mixed = np.concatenate([half[half["step"] < 192], own[own["step"] >= 192]])
    share = copied_share([replace(KNOWN_TUNES[0], notes=mixed)], known())[0]
    assert 0.2 < share < 0.5


def test_a_copied_melody_is_found_below_an_accompaniment_of_ones_own() -> None:
    below = tune(RNG, notes_a_bar=4, low=36, part=5).notes
    notes = np.sort(np.concatenate([KNOWN_TUNES[0].notes, below]), order=["step", "part", "pitch"])
    assert copied_share([replace(KNOWN_TUNES[0], notes=notes)], known())[0] > 0.4


def test_scales_repeated_notes_and_drums_are_common_property() -> None:
    scale = window([(i * 6, 2, 40 + i, 80, 6) for i in range(64)])
    same = window([(i * 6, 2, 60, 80, 6) for i in range(64)])
    drums = window([(i * 6, 0, 35 + (i * i) % 13, 80, 6) for i in range(64)])
    assert np.isnan(copied_share([scale, same, drums], known())).all()


def test_a_phrase_does_not_cross_from_one_window_to_the_next() -> None:
    first, second = KNOWN_TUNES[0].notes, KNOWN_TUNES[1].notes
    alone = sum(len(phrases(n, np.zeros(len(n), int))[0]) for n in (first, second))
    both, owner = phrases(np.concatenate([first, second]), np.repeat([0, 1], 64))
    assert len(both) == alone
    assert set(owner.tolist()) == {0, 1}


def test_real_songs_are_known_once_they_are_in_the_corpus(tmp_path: Path) -> None:
    prepare([SONGS], tmp_path / "corpus")
    windows = corpus_windows(load_corpus(tmp_path / "corpus"), splits=("train",))
    held = corpus_windows(load_corpus(tmp_path / "corpus"), splits=("validation",))
    table = load_known(tmp_path / "corpus", tmp_path / "cache")
    assert np.nanmin(copied_share(windows, table)) == 1
    assert np.nanmean(copied_share(held, table)) < 0.05
    assert (load_known(tmp_path / "corpus", tmp_path / "cache") == table).all(), "from the cache"
    assert len(list((tmp_path / "cache").iterdir())) == 1
