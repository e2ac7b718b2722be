"""Every label can be said in a hundred ways, and what is held out stays out of training."""

import re

import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

from export import phrases, words
from export.attributes import GENRES
from export.words import EVALUATION, TRAIN

NEEDED = (
    "mood:", "scene:", "density:", "dynamics:", "register:", "articulation:", "tempo:", "mode:",
    "genre:", "part:",
)  # fmt: skip


def content(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z']+", text.lower()) if len(word) > 3}


@pytest.mark.parametrize("label", [lb for lb in words.labels() if lb.startswith(NEEDED)])
def test_each_label_has_a_hundred_wordings_in_training(label: str) -> None:
    found = words.wordings(label, TRAIN)
    assert len(found) == len(set(found)) >= 100
    assert words.labels()[label][0][1] in found, "the name of a label is always known"


def test_all_cells_genres_and_parts_have_labels() -> None:
    labels = words.labels()
    assert {f"mood:{a}{v}" for a in range(5) for v in range(3)} <= labels.keys()
    assert {f"genre:{genre}" for genre in GENRES} <= labels.keys()
    assert sum(label.startswith("part:") for label in labels) == 16
    for corner, scenes in words.SCENES.items():
        assert len(set(scenes)) == len(scenes) >= 40, corner


def test_a_fifth_of_the_words_is_held_out() -> None:
    every = {text for rows in words.labels().values() for _, text in rows}
    held = {text for text in every if words.held_out(text)}
    assert 0.17 < len(held) / len(every) < 0.23
    for prefix in ("mood:", "scene:"):
        for label in words.labels():
            if label.startswith(prefix):
                assert words.bases(label, EVALUATION), label
    # By a hash of the word alone: these do not move when others come and go.
    assert words.held_out("forlorn") and words.held_out("grunge")
    assert not words.held_out("calm") and not words.held_out("rain on a tin roof at 3am")


def test_training_never_says_what_is_held_out() -> None:
    for label in words.labels():
        training = set(words.wordings(label, TRAIN))
        assert not training & set(words.wordings(label, EVALUATION)), label
        for text in training:
            assert not any(words.held_out(base) for base in words.found_in(text)), text


def test_frozen_phrases_are_no_wordings_and_lend_no_scene_its_words() -> None:
    asked = {text.lower() for text in phrases.frozen()}
    assert len(asked) >= 48
    every = [text for label in words.labels() for _, text in words.labels()[label]]
    assert not asked & {text.lower() for text in every}
    for text in asked:
        assert words.leaks(text), text
        assert words.leaks(f"slow {text}, please")
    opposites = [text for pair in (*phrases.AROUSAL, *phrases.VALENCE) for text in pair]
    for scene in (*words.MIDDLE, *(s for scenes in words.SCENES.values() for s in scenes)):
        for text in opposites:
            assert len(content(scene) & content(text)) < 2, (scene, text)


def test_words_that_were_once_misread_are_known() -> None:
    calm = {text for _, text in words.bases("mood:02", TRAIN)}
    wild = {t for label in ("mood:40", "mood:41") for _, t in words.bases(label, TRAIN)}
    assert "unwinding after work" in calm
    assert {"hyperactive and manic", "going berserk"} <= wild


def test_the_fingerprint_follows_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    before = words.fingerprint()
    assert before == words.fingerprint()
    monkeypatch.setattr(words.frames, "BPM", (*words.frames.BPM, "{} ticks"))
    assert words.fingerprint() != before


def test_an_article_fits_its_word() -> None:
    assert words.fill("a {} piece", "eerie") == "an eerie piece"
    assert words.fill("a {} piece", "calm") == "a calm piece"
