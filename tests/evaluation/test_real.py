"""Windows of real songs and of what the band played; intervals over pieces."""

from pathlib import Path

import numpy as np
import pytest

from .made import window

pytest.importorskip("symusic", reason="the offline half needs [train]")

from amt_live.errors import FileError
from amt_live.render import generate
from export.corpus import load_corpus, prepare
from export.evaluation.bootstrap import centred, interval, interval_of
from export.evaluation.measures import (
    by_label,
    corpus_windows,
    degenerate,
    draw,
    features,
    file_windows,
    musicality,
    profiles,
    scored_labels,
)
from export.evaluation.musicality import Limits
from export.evaluation.window import Window

SONGS = Path(__file__).parents[1] / "export" / "midi"
TINY = Path(__file__).parents[2] / "models" / "tiny"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> list[Window]:
    out = tmp_path_factory.mktemp("corpus")
    prepare([SONGS], out)
    return corpus_windows(load_corpus(out))


def test_windows_of_songs_are_whole_consecutive_and_complete(
    real: list[Window], tmp_path: Path
) -> None:
    prepare([SONGS], tmp_path)
    corpus = load_corpus(tmp_path)
    assert len(real) == sum((p.bars[1] - p.bars[0]) // 8 for p in corpus.pieces)
    piece = corpus.pieces[0]
    mine = [w for w in real if w.piece.endswith(f"/{piece.name}")]
    end = int(corpus.bars[slice(*piece.bars)][8 * len(mine) - 1].sum())
    notes = corpus.notes[slice(*piece.notes)]
    assert sum(len(w.notes) for w in mine) == (notes["step"] < end).sum()
    for one in real:
        assert len(one.bars) == 8
        assert one.bars[0, 0] == 0
        assert (one.bars[1:, 0] == one.bars[:-1].sum(axis=1)).all()
        assert one.notes["step"].max() < one.steps


def test_no_real_song_is_called_broken_and_all_figures_are_in_range(real: list[Window]) -> None:
    assert not degenerate(real, Limits.of(real))["any"].any()
    found = musicality(real)
    for name in ("scale_consistency", "groove_consistency", "empty_beat_rate", "self_similarity_1"):
        assert ((found[name] >= 0) & (found[name] <= 1)).all(), name
    assert found["scale_consistency"].mean() > 0.8, "songs keep to a key"
    assert np.isfinite(features(real)).all()
    for table in profiles(real).histograms.values():
        assert table.sum(axis=1) == pytest.approx(1.0)


def test_windows_of_a_take_have_the_bars_that_were_asked_for(tmp_path: Path) -> None:
    take = tmp_path / "take.mid"
    generate(TINY, "calm piano", take, bars=8, tempo_bpm=100, seed=4, progress=lambda *_: None)
    windows = file_windows(take, bpm=100, bars=4, wanted_bars=8, label="pop", piece="calm piano 4")
    assert [len(w.bars) for w in windows] == [4, 4]
    assert all(w.label == "pop" and w.piece == "calm piano 4" for w in windows)
    assert windows[0].seconds == pytest.approx(16 * 60 / 100)
    longer = file_windows(take, bpm=100, bars=4, wanted_bars=16)
    assert len(longer) == 4
    assert len(longer[3].notes) == 0, "silence at the end counts"


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"no midi")
    with pytest.raises(FileError):
        file_windows(broken, bpm=120)


def test_labels_with_too_few_windows_are_not_scored() -> None:
    some = [window([], label="rock") for _ in range(30)] + [window([], label="pop")]
    assert scored_labels([*some, window([])]) == ("rock",)
    assert {label: len(of) for label, of in by_label(some).items()} == {"pop": 1, "rock": 30}
    assert len(draw(some, ("rock", "pop", "none"), 5)) == 6


def test_an_interval_is_as_wide_as_pieces_not_windows_allow() -> None:
    rng = np.random.default_rng(0)
    by_piece = np.repeat(rng.normal(size=10), 20)
    pieces = np.repeat(np.arange(10), 20).astype(str).tolist()
    low, high = interval(by_piece, pieces)
    apart_low, apart_high = interval(by_piece, [str(i) for i in range(200)])
    assert low < by_piece.mean() < high
    assert high - low > 3 * (apart_high - apart_low)
    assert (low, high) == interval(by_piece, pieces), "the same each time"
    assert interval([1.0, 1.0, float("nan")], ["a", "b", "c"]) == (1, 1)
    assert np.isnan(interval([float("nan")], ["a"])).all()


def test_an_interval_of_any_figure_draws_every_label() -> None:
    labels = ["a"] * 20 + ["b"] * 20
    values = np.arange(40.0)
    pieces = [str(i) for i in range(40)]
    seen: list[set[str]] = []

    def gap(at: np.ndarray) -> float:
        drawn = np.array(labels)[at]
        seen.append(set(drawn.tolist()))
        return float(values[at][drawn == "b"].mean() - values[at][drawn == "a"].mean())

    low, high = interval_of(gap, pieces, strata=labels)
    assert low < 20 < high
    assert all(some == {"a", "b"} for some in seen)


def test_a_centred_interval_holds_its_figure() -> None:
    assert centred([0.7, 0.8, 0.9], 0.95) == (pytest.approx(0.855), 1.0)
    assert np.isnan(centred([float("nan")], 0.5)).all()
