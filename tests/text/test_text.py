import threading
from pathlib import Path

import numpy as np
import pytest

from amt_live.errors import ModelError
from amt_live.manifest import load_manifest
from amt_live.text.conditioning import Conditioner, blend
from amt_live.text.embedder import CACHED_PHRASES, Embedder

MODELS = Path(__file__).parents[2] / "models"
TINY = MODELS / "tiny"


@pytest.fixture(scope="module")
def embedder():
    return Embedder(TINY, load_manifest(TINY))


@pytest.fixture(scope="module")
def conditioner():
    return Conditioner(TINY)


def test_embeddings_are_unit_vectors_and_differ_by_phrase(embedder):
    calm, metal = embedder.embed("calm piano"), embedder.embed("heavy metal")
    assert calm.shape == (embedder.dimension,)
    assert calm.dtype == np.float32
    assert np.linalg.norm(calm) == pytest.approx(1, abs=1e-5)
    assert calm @ metal < 0.95


def test_spaces_do_not_matter_and_a_known_phrase_is_not_run_again(embedder):
    assert embedder.embed("calm  piano ") is embedder.embed("calm piano")


def test_the_cache_forgets_the_oldest(embedder):
    first = embedder.embed("first of all")
    for number in range(CACHED_PHRASES):
        embedder.embed(f"phrase {number}")
    again = embedder.embed("first of all")
    assert again is not first
    assert np.array_equal(again, first)


def test_a_cached_vector_cannot_be_written_to(embedder):
    with pytest.raises(ValueError, match="read-only"):
        embedder.embed("calm piano")[0] = 5.0


@pytest.mark.parametrize("text", ["", "?!", "Müde Größe 日本 🎺", "word " * 2000])
def test_any_text_has_an_embedding(embedder, text):
    assert np.isfinite(embedder.embed(text)).all()


def test_many_threads_get_the_same_vectors(embedder):
    texts = [f"mood {number % 7}" for number in range(40)]
    found = []

    def work():
        found.append([embedder.embed(text) for text in texts])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(found[0], row) for row in found[1:])


def test_a_missing_tokenizer_is_one_line(tmp_path):
    with pytest.raises(ModelError, match=r"tokenizer\.json cannot be read"):
        Embedder(tmp_path, load_manifest(TINY))


@pytest.mark.skipif(
    not (MODELS / "default" / "manifest.json").is_file(),
    reason="models/default is not exported yet",
)
def test_the_default_encoder_tells_moods_apart():
    folder = MODELS / "default"
    default = Embedder(folder, load_manifest(folder))
    jazz, more_jazz = default.embed("slow smoky jazz"), default.embed("a late-night jazz club")
    metal = default.embed("fast aggressive thrash metal")
    assert jazz @ more_jazz > jazz @ metal + 0.1


def test_a_mood_has_the_shapes_and_attributes_of_the_model(embedder, conditioner):
    mood = conditioner.condition(embedder.embed("calm piano"))
    assert mood.slot.shape == mood.add.shape == (32,)
    assert set(mood.attributes) == set(conditioner.attribute_names)
    assert mood.beats_per_bar in (3, 4)


def test_words_change_the_mood_and_the_null_mood_is_another(embedder, conditioner):
    calm = conditioner.condition(embedder.embed("calm piano"))
    metal = conditioner.condition(embedder.embed("heavy metal"))
    null = conditioner.null()
    assert np.abs(calm.slot - metal.slot).max() > 0.1
    assert np.abs(calm.add - null.add).max() > 0.1
    assert dict(null.attributes) == {}


def test_an_override_sets_its_attribute_and_nothing_else(embedder, conditioner):
    vector = embedder.embed("calm piano")
    plain = conditioner.condition(vector)
    moved = conditioner.condition(vector, {"density": 2.5, "knob of another model": 1.0})
    assert moved.attributes["density"] == pytest.approx(2.5)
    assert {**moved.attributes, "density": 0} == {**plain.attributes, "density": 0}
    assert np.abs(moved.slot - plain.slot).max() > 0.01


def test_triple_means_three_beats(embedder, conditioner):
    vector = embedder.embed("calm piano")
    assert conditioner.condition(vector, {"triple": 3.0}).beats_per_bar == 3
    assert conditioner.condition(vector, {"triple": -3.0}).beats_per_bar == 4


def test_the_surest_genre_chooses_programs_and_an_unsure_one_does_not(embedder, conditioner):
    vector = embedder.embed("calm piano")
    jazz = conditioner.condition(vector, {"genre:jazz": 2.0, "genre:metal": 1.0})
    assert dict(jazz.programs) == {1: 32, 5: 26}
    unsure = conditioner.condition(vector, {"genre:jazz": 0.1, "genre:metal": 0.2})
    assert dict(unsure.programs) == {}


def test_blends_lie_between_and_have_length_one(embedder):
    calm, metal = embedder.embed("calm piano"), embedder.embed("heavy metal")
    middle = blend([calm, metal], [1.0, 1.0])
    assert np.linalg.norm(middle) == pytest.approx(1, abs=1e-5)
    assert middle @ calm == pytest.approx(middle @ metal, abs=1e-5)
    np.testing.assert_allclose(blend([calm, metal], [2.0, 0.0]), calm, atol=1e-6)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0]])
def test_a_blend_of_nothing_is_refused(embedder, weights):
    vector = embedder.embed("calm piano")
    with pytest.raises(ValueError, match="cancel out"):
        blend([vector, vector], weights)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_a_broken_conditioning_file_is_one_line(tmp_path, content):
    (tmp_path / "conditioning.npz").write_bytes(content)
    with pytest.raises(ModelError, match="get the model again"):
        Conditioner(tmp_path)


def test_a_conditioning_file_with_a_pickle_in_it_is_not_opened(tmp_path):
    np.savez(tmp_path / "conditioning.npz", attribute_names=np.array([object()], dtype=object))
    with pytest.raises(ModelError, match="cannot be used"):
        Conditioner(tmp_path)
