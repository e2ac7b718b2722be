import json
import shutil
from pathlib import Path

import pytest

from amt_live.errors import ModelError
from amt_live.manifest import ENCODER_FILES, encoder_folder, list_models, load_manifest
from amt_live.text.embedder import Embedder

TINY = Path(__file__).parents[1] / "models" / "tiny"
BESIDE = {"beside": "mine"}


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "mine"))


def edit(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def refusal(folder):
    with pytest.raises(ModelError) as caught:
        load_manifest(folder)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_a_manifest_says_what_the_folder_holds(folder):
    manifest = load_manifest(folder)
    assert manifest.name == "tiny"
    assert manifest.sizes.vocabulary == 512
    assert manifest.sizes.hidden == manifest.sizes.heads * manifest.sizes.head_size
    assert manifest.conditioning.width == (
        1 + len(manifest.conditioning.attributes) + manifest.encoder.dimension
    )


def test_a_manifest_written_again_is_the_same(folder):
    assert load_manifest(folder).as_json() == (folder / "manifest.json").read_text()


def test_a_missing_folder_lists_the_models_beside_it(folder):
    assert "Models found there: mine." in refusal(folder.parent / "yours")


def test_a_folder_above_models_names_them(folder):
    assert "It holds: mine" in refusal(folder.parent)


def test_a_missing_folder_with_nothing_beside_it_says_so(tmp_path):
    assert "No models found beside it" in refusal(tmp_path / "deep" / "none")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "\xff\xfe"])
def test_a_corrupt_manifest_is_one_line(folder, text):
    (folder / "manifest.json").write_text(text, encoding="latin-1")
    assert "manifest.json" in refusal(folder)


@pytest.fixture
def light(folder):
    """A model that reads with the encoder of ``mine``, beside it."""
    path = Path(shutil.copytree(folder, folder.with_name("light")))
    for name in ENCODER_FILES:
        (path / name).unlink()
    edit(path, encoder=json.loads((path / "manifest.json").read_text())["encoder"] | BESIDE)
    return path


def test_a_model_may_read_with_the_encoder_of_one_beside_it(folder, light):
    manifest = load_manifest(light)
    assert manifest.encoder.place(light) == encoder_folder(light) == folder
    assert encoder_folder(folder) == folder
    phrase = "a slow waltz"
    heard = Embedder(light, manifest).embed(phrase)
    assert (heard == Embedder(folder, load_manifest(folder)).embed(phrase)).all()
    text = manifest.as_json()
    assert json.loads(text)["encoder"]["beside"] == "mine"


def test_an_encoder_beside_that_is_gone_is_named(folder, light):
    shutil.rmtree(folder)
    assert "get the model mine as well" in refusal(light)


def test_an_encoder_beside_that_is_another_is_refused(folder, light):
    (folder / "encoder.onnx").write_bytes(b"another")
    assert "SHA-256 differs" in refusal(light)


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../mine", "a\\b", "C:", "a\n", 3])
def test_an_encoder_lies_beside_and_nowhere_else(light, name):
    encoder = json.loads((light / "manifest.json").read_text())["encoder"]
    edit(light, encoder={**encoder, "beside": name})
    assert "corrupt" in refusal(light)


def test_another_format_says_update_or_export(folder):
    edit(folder, format=99)
    assert "format 99" in refusal(folder)


def test_another_vocabulary_is_refused(folder):
    edit(folder, vocabulary="0" * 64)
    assert "another token vocabulary" in refusal(folder)


@pytest.mark.parametrize("name", ["decoder.onnx", "encoder.onnx", "conditioning.npz"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert f"lacks {name}" in refusal(folder)


def test_a_changed_file_is_named(folder):
    with (folder / "decoder.onnx").open("ab") as stream:
        stream.write(b"x")
    assert "decoder.onnx" in refusal(folder)
    assert load_manifest(folder, verify=False).name == "tiny"


def test_what_playing_does_not_need_may_be_removed(folder):
    (folder / "checkpoint.safetensors").unlink()
    assert load_manifest(folder).name == "tiny"


def test_models_are_listed_by_name(folder):
    shutil.copytree(TINY, folder.parent / "another")
    (folder.parent / "no model").mkdir()
    assert list_models(folder.parent) == ["another", "mine"]
    assert list_models(folder / "nowhere") == []
