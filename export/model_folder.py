"""The files of a model folder, written one by one, and the folder itself, which appears at once.

Used by ``export_model`` and ``tiny``. The same input gives the same bytes.
"""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import FileError
from amt_live.manifest import (
    MANIFEST_NAME,
    ConditioningSettings,
    EncoderSettings,
    Manifest,
    Sizes,
    hash_file,
)
from amt_live.text.styles import STYLES_NAME
from amt_live.tokens import vocabulary
from export import to_onnx
from export.to_onnx import DecoderShape, Weights

CARD_NAME: Final = "MODEL_CARD.md"
LICENCES_NAME: Final = "LICENSES.md"
EVALUATION_NAME: Final = "evaluation.json"
CHECKPOINT_NAME: Final = "checkpoint.safetensors"
UNHASHED: Final = frozenset({MANIFEST_NAME, EVALUATION_NAME, STYLES_NAME})
"""The manifest itself, and what other commands write into the folder afterwards."""


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder to write into, which becomes ``target`` at the end if nothing went wrong.

    Raises FileError at once where something lies that is no model: it would be replaced.
    """
    _check_place(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        new = scratch / "new"
        new.mkdir()
        yield new
        old = scratch / "old"
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check_place(target: Path) -> None:
    if target.name in ("", "..") or target.is_symlink():
        raise FileError(f"{target} is no name for a model folder; choose another, -o models/NAME")
    if not target.exists():
        return
    if not target.is_dir() or (any(target.iterdir()) and not (target / MANIFEST_NAME).is_file()):
        raise FileError(
            f"{target} is there and is no model, and would be replaced; choose another, "
            "-o models/NAME"
        )


def write_conditioning(folder: Path, weights: Weights, readout: Mapping[str, Any]) -> None:
    """Write ``conditioning.npz``."""
    arrays = {**readout, **to_onnx.conditioning_arrays(weights)}
    write_npz(folder / "conditioning.npz", arrays)


def write_npz(path: Path, arrays: Mapping[str, Any]) -> None:
    """Like ``numpy.savez_compressed``, but the same arrays always give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.save(buffer, np.asarray(arrays[name], order="C"), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, buffer.getvalue())


def write_checkpoint(folder: Path, weights: Weights) -> None:
    """Write ``checkpoint.safetensors`` in half precision, without the tied head."""
    from safetensors.numpy import save

    tensors = {
        name: np.ascontiguousarray(value, np.float16)
        for name, value in weights.items()
        if not name.endswith("lm_head.weight")
    }
    (folder / CHECKPOINT_NAME).write_bytes(save(tensors))


def make_manifest(
    name: str,
    shape: DecoderShape,
    readout: Mapping[str, NDArray[Any]],
    encoder: EncoderSettings,
    weights: str,
    training: Mapping[str, Any],
    checks: Mapping[str, Any] | None = None,
) -> Manifest:
    """The manifest without the hashes of the files; ``weights`` says what ``decoder.onnx`` has."""
    attributes = tuple(map(str, readout["attribute_names"]))
    return Manifest(
        name=name,
        fingerprint=vocabulary.fingerprint(),
        sizes=Sizes(
            shape.vocabulary,
            shape.positions,
            shape.hidden,
            shape.layers,
            shape.heads,
            shape.head_size,
        ),
        weights=weights,
        encoder=encoder,
        conditioning=ConditioningSettings(1 + len(attributes) + encoder.dimension, attributes),
        files={},
        training=training,
        checks=checks or {},
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` with the hashes of the files that export wrote; last of all."""
    files = {
        path.name: hash_file(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in UNHASHED
    }
    (folder / MANIFEST_NAME).write_text(replace(manifest, files=files).as_json(), "utf-8")
