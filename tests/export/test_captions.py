"""Captions are true, varied, and made of training words alone."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

from amt_live.music.parts import PART_NAMES
from export import words
from export.attributes import NAMES
from export.captions import Described, caption
from export.corpus import load_corpus, prepare
from export.dataset import fit_scale, make_bank
from export.words import EVALUATION, TRAIN

SONGS = Path(__file__).parent / "midi"


def passage(label: str | None = None, style: tuple[str, ...] = (), **values: float) -> Described:
    vector = np.zeros(len(NAMES), np.float32)
    vector[[NAMES.index(f"part:{part}") for part in PART_NAMES]] = -0.6
    for name, value in values.items():
        vector[NAMES.index(name.replace("__", ":").replace("_s_", " "))] = value
    return Described(vector, label, style)


def many(described: Described, count: int = 200, split: str = TRAIN) -> list[str]:
    rng = np.random.default_rng(1)
    return [caption(described, rng, split) for _ in range(count)]


def said(texts: list[str], label: str) -> float:
    """Share of texts that hold a wording of a label."""
    names = {text for _, text in words.labels()[label]}
    return float(np.mean([bool(words.found_in(text) & names) for text in texts]))


def test_random_passages_never_leak_and_are_never_empty() -> None:
    rng = np.random.default_rng(5)
    texts = []
    for _ in range(400):
        vector = np.clip(rng.normal(0, 1, len(NAMES)), -3, 3).astype(np.float32)
        label = str(rng.choice(["bossa nova", "grunge", "pop ballad", "merengue"]))
        described = Described(vector, label, ("swaying", "driving"), 14, 96.0, 4)
        texts.append(caption(described, rng))
    assert all(texts)
    assert not [text for text in texts if words.leaks(text)]
    assert len(set(texts)) > 300


def test_evaluation_captions_use_held_out_words() -> None:
    described = passage(arousal=-2, valence=1.5, density=-2, velocity=-2, part__guitar=1.4)
    training, evaluation = many(described, 120), many(described, 120, EVALUATION)
    assert not set(training) & set(evaluation)
    assert np.mean([words.leaks(text) for text in evaluation]) > 0.95


def test_levels_are_said_where_they_are_marked() -> None:
    loud = many(passage(velocity=2, arousal=1.6, density=1.5))
    assert said(loud, "dynamics:4") > 0.1 > said(loud, "dynamics:0") == 0
    low = many(passage(register=-2))
    assert said(low, "register:0") > 0.1 and said(low, "register:4") == 0
    assert said(many(passage(onsets=-2)), "tempo:0") > 0.1
    assert said(many(passage(shortness=2)), "articulation:4") > 0.1


def test_mode_words_need_a_mode_and_dark_needs_minor_and_low() -> None:
    minor = many(passage(mode=-1.5, valence=-1))
    assert said(minor, "mode:0") > 0.1 and said(minor, "mode:2") == 0
    assert said(many(passage()), "mode:0") == 0
    vague = Described(passage(mode=-1.5, valence=-1).vector, plain_mode=False)
    assert said(many(vague), "mode:0") == 0
    assert said(minor, "dark") == 0
    assert said(many(passage(mode=-1.5, register=-1, valence=-1.5)), "dark") > 0.05


def test_instruments_are_said_in_a_third_of_captions_and_are_there() -> None:
    texts = many(passage(part__piano=1.4, part__bass=1.4))
    share = np.mean([said([text], "part:piano") or said([text], "part:bass") for text in texts])
    assert share > 0.35
    for absent in ("brass", "reed", "lead"):
        assert said(texts, f"part:{absent}") == 0
    assert said(texts, "no drums") > 0.05
    assert said(many(passage(part__drums=1.4, part__bass=1.4)), "no drums") == 0
    solo = many(passage(part__strings=1.4))
    assert any(text.startswith("solo ") for text in solo)
    assert said(many(passage(part__bass=1.4, part__piano=1.4, part__reed=1.4)), "ensemble:3") > 0.01


def test_genre_metre_feel_key_and_tempo() -> None:
    waltz = many(passage("viennese waltz", triple=2, genre__folk=2))
    assert np.mean(["viennese waltz" in text for text in waltz]) > 0.2
    assert said(waltz, "metre:3") > 0.2
    assert said(many(passage(genre__jazz=2)), "genre:jazz") > 0.3
    assert said(many(passage(triplets=2)), "feel:swing") > 0.08
    described = passage()
    keyed = Described(described.vector, key=14, bpm=96.4, metre=4)
    texts = many(keyed, 500)
    assert any("D minor" in text for text in texts)
    assert any("96" in text for text in texts)
    assert not any("minor" in text or "major" in text for text in many(described))


def test_bare_captions_are_one_wording() -> None:
    rng = np.random.default_rng(2)
    described = passage("jazz", genre__jazz=2, arousal=-1)
    texts = [caption(described, rng, bare=True) for _ in range(100)]
    known = {text for rows in words.labels().values() for _, text in rows}
    assert np.mean([text in known for text in texts]) > 0.9
    assert "jazz" in texts


def test_captions_of_real_music_are_varied(tmp_path: Path) -> None:
    prepare([SONGS], tmp_path)
    corpus = load_corpus(tmp_path)
    texts, vectors = make_bank(corpus, fit_scale(corpus, 30, seed=1), 100, seed=2)
    assert len(set(texts)) > 70 and np.isfinite(vectors).all()
    assert not [text for text in texts if words.leaks(text)]
