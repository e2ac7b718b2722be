"""Model folders that lie or are broken: each is one ModelError, before anything is played."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amt_live.engine.model import open_model
from amt_live.errors import ModelError

TINY = Path(__file__).parents[1] / "models" / "tiny"
Manifest = dict[str, Any]


def put(folder: Path, name: str, data: bytes) -> None:
    """A file with the hash that the manifest gives: what a careful liar would ship."""
    (folder / name).write_bytes(data)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"][name] = hashlib.sha256(data).hexdigest()
    path.write_text(json.dumps(manifest), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(TINY, tmp_path / "model")


def refused(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        model = open_model(folder)
        model.moods.read("calm piano", {})
    (line,) = str(caught.value).splitlines()
    return line


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, '{"format": 1, "sizes": 5}'])
def test_a_manifest_that_is_none(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, "utf-8")
    assert "manifest.json" in refused(folder)


@pytest.mark.parametrize(
    ("where", "values"),
    [
        ("sizes", {"hidden": -1}),
        ("sizes", {"hidden": 64}),
        ("sizes", {"vocabulary": 1000}),
        ("sizes", {"layers": "2"}),
        ("sizes", {"layers": True}),
        ("sizes", {"layers": 2.5}),
        ("encoder", {"max_tokens": 0}),
        ("encoder", {"max_tokens": -5}),
        ("conditioning", {"width": 7}),
        ("conditioning", {"attributes": ["a"]}),
        ("files", {"../../secret": "0" * 64}),
        ("files", {"/etc/hostname": "0" * 64}),
        ("files", {"a\0b": "0" * 64}),
        ("files", {"\ud800": "0" * 64}),
        ("files", {".": "0" * 64}),
    ],
)
def test_a_manifest_that_lies(folder: Path, where: str, values: Mapping[str, object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest[where] |= values
    path.write_text(json.dumps(manifest), "utf-8")
    refused(folder)


def _full(shape: tuple[int, ...], value: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.full(shape, value, np.float32)


@pytest.mark.parametrize(
    "arrays",
    [
        {"add_weight": _full((32,), 0)},
        {"readout_bias": _full((7,), 0)},
        {"projection_w2": _full((32, 32), np.nan)},
        {"projection_b1": _full((32,), np.inf)},
        {"readout_bias": _full((10,), np.nan)},
        {"projection_b1": np.zeros(32, complex)},
        {"programs": np.full((10, 16), 999, np.int16)},
        {"triple_threshold": _full((3,), 0)},
    ],
    ids=lambda arrays: next(iter(arrays)),
)
def test_conditioning_that_does_not_add_up(folder: Path, arrays: dict[str, Any]) -> None:
    with np.load(folder / "conditioning.npz") as known:
        changed = {**{name: known[name] for name in known.files}, **arrays}
    stream = io.BytesIO()
    np.savez(stream, **changed)
    put(folder, "conditioning.npz", stream.getvalue())
    assert "conditioning.npz" in refused(folder)


@pytest.mark.parametrize("spoil", [lambda data: data[:-900], lambda data: data[: len(data) // 2]])
def test_conditioning_that_is_cut_short(folder: Path, spoil: Callable[[bytes], bytes]) -> None:
    put(folder, "conditioning.npz", spoil((TINY / "conditioning.npz").read_bytes()))
    assert "conditioning.npz" in refused(folder)


def test_a_tokenizer_with_words_that_the_encoder_does_not_know(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    known = settings["model"]["vocab"]
    settings["model"]["vocab"] = {w: i if i < 6 else i + 100_000 for w, i in known.items()}
    put(folder, "tokenizer.json", json.dumps(settings).encode())
    assert "do not fit" in refused(folder)
    assert capfd.readouterr().err == ""
