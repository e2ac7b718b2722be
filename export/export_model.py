"""``amt-live export RUN -o models/NAME``: a training run becomes a model folder, or a refusal.

A run folder holds ``config.json``, ``checkpoint.safetensors``, ``conditioning_readout.npz`` and
``training.json``. The model folder appears whole or not at all, and only if torch and ONNX Runtime
agree.
"""

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from amt_live.cli import OneLineParser
from amt_live.errors import FileError
from amt_live.inference.decoder import Decoder, DecoderSizes, load_decoder
from amt_live.manifest import (
    MANIFEST_NAME,
    ConditioningSettings,
    EncoderSettings,
    Manifest,
    Sizes,
    hash_file,
)
from amt_live.text.conditioning import Conditioner
from amt_live.text.embedder import Embedder
from amt_live.text.styles import STYLES_NAME
from amt_live.tokens import vocabulary
from export import to_onnx
from export.card import model_card
from export.encoder import POOLINGS, SETTINGS_NAME, export_encoder, read_settings
from export.encoder_source import open_source
from export.graph import quantise_matmuls
from export.to_onnx import DecoderShape, Weights

if TYPE_CHECKING:
    from export.model import MoodGPT2

QUANTISED = "uint8-per-channel"
LICENCES_NAME = "LICENSES.md"
TEST_MOODS = ("calm sparse piano ballad", "fast aggressive metal")


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """Which text encoder: ``source`` is an exported folder, an original, a wheel, or None.

    ``name`` is what the manifest calls it; empty for its own.
    """

    source: Path | None = None
    name: str = ""
    pooling: str = "mean"


@dataclass(frozen=True, slots=True)
class Run:
    """A training run as read from its folder."""

    shape: DecoderShape
    config: Mapping[str, Any]
    weights: Weights
    readout: Mapping[str, NDArray[Any]]
    training: Mapping[str, Any]


def read_run(folder: Path) -> Run:
    """Read a run folder; FileError names what is missing or unreadable."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        weights = to_onnx.load_weights(folder / "checkpoint.safetensors")
        with np.load(folder / "conditioning_readout.npz", allow_pickle=False) as arrays:
            readout = {name: arrays[name] for name in arrays.files}
        training_path = folder / "training.json"
        training = json.loads(training_path.read_text("utf-8")) if training_path.is_file() else {}
        shape = DecoderShape(
            config["hidden"], config["layers"], config["heads"], config["positions"]
        )
    except Exception as error:  # safetensors raises a type of its own, zip and json others
        raise FileError(f"{folder} is no complete training run: {error}.") from error
    return Run(shape, config, weights, readout, training)


def export_run(
    folder: Path, target: Path, encoder: EncoderChoice, licences: Path | None = None
) -> list[str]:
    """Write the model folder ``target`` from a run; returns the lines of the report.

    Raises FileError for an incomplete run, ModelError if parity does not hold; ``target`` is then
    left as it was.
    """
    run = read_run(folder)
    model = _torch_model(run)
    licences = licences or folder / LICENCES_NAME
    if not licences.is_file():
        licences = None
    with appearing(target) as partial:
        settings, report = _place_encoder(partial, target, encoder)
        _keep_styles(partial, target)
        write_conditioning(partial, run.weights, run.readout)
        plain = write_decoder(partial, run.weights, run.shape)
        try:
            report += _check(model, run.shape, partial, plain, settings)
        finally:
            shutil.rmtree(plain)
        write_checkpoint(partial, run.weights)
        if licences is not None:
            shutil.copyfile(licences, partial / LICENCES_NAME)
        manifest = make_manifest(target.name, run.shape, run.readout, settings, run.training)
        parameters = sum(value.size for name, value in run.weights.items() if "lm_head" not in name)
        card = model_card(manifest, report, parameters, licences is not None)
        (partial / "MODEL_CARD.md").write_text(card, "utf-8")
        write_manifest(partial, manifest)
    size = sum(path.stat().st_size for path in target.iterdir())
    return [*report, f"{target}: {size / 1e6:.1f} MB"]


def _place_encoder(
    partial: Path, target: Path, choice: EncoderChoice
) -> tuple[EncoderSettings, list[str]]:
    """Copy an encoder that is exported already, or export one and compare it with its original."""
    given = choice.source or target
    if (given / "encoder.onnx").is_file():
        for name in ("encoder.onnx", "tokenizer.json"):
            shutil.copyfile(given / name, partial / name)
        return _named(read_settings(given), choice), []
    from export.parity import check_encoder

    export_encoder(choice.source, partial, choice.pooling)
    settings = _named(read_settings(partial), choice)
    (partial / SETTINGS_NAME).unlink()  # the manifest will say it
    with open_source(choice.source) as original:
        cosine = check_encoder(original, Embedder(partial, settings).embed, choice.pooling)
    return settings, [f"text encoder against its original: smallest cosine {cosine:.4f}"]


def _named(settings: EncoderSettings, choice: EncoderChoice) -> EncoderSettings:
    return replace(settings, name=choice.name) if choice.name else settings


def _keep_styles(partial: Path, target: Path) -> None:
    """The palette is words, which any model reads: it outlives a new training."""
    if (target / STYLES_NAME).is_file():
        shutil.copyfile(target / STYLES_NAME, partial / STYLES_NAME)


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


def write_decoder(folder: Path, weights: Weights, shape: DecoderShape) -> Path:
    """Write the 8-bit ``decoder.onnx``; returns a folder inside ``folder`` with the fp32 graph."""
    plain = Path(tempfile.mkdtemp(dir=folder, prefix="fp32-"))
    to_onnx.build_decoder(weights, shape).save(plain / "decoder.onnx")
    quantise_matmuls(plain / "decoder.onnx", folder / "decoder.onnx")
    return plain


def write_checkpoint(folder: Path, weights: Weights) -> None:
    """Write ``checkpoint.safetensors`` in half precision, without the tied head."""
    from safetensors.numpy import save

    tensors = {
        name: np.ascontiguousarray(value, np.float16)
        for name, value in weights.items()
        if not name.endswith("lm_head.weight")
    }
    (folder / "checkpoint.safetensors").write_bytes(save(tensors))


def make_manifest(
    name: str,
    shape: DecoderShape,
    readout: Mapping[str, Any],
    encoder: EncoderSettings,
    training: Mapping[str, Any],
) -> Manifest:
    """The manifest without the hashes of the files."""
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
        weights=QUANTISED,
        encoder=encoder,
        conditioning=ConditioningSettings(1 + len(attributes) + encoder.dimension, attributes),
        files={},
        training=training,
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` with the hash of every other file of the folder; last of all."""
    files = {path.name: hash_file(path) for path in sorted(folder.iterdir()) if path.is_file()}
    files.pop(MANIFEST_NAME, None)
    (folder / MANIFEST_NAME).write_text(replace(manifest, files=files).as_json(), "utf-8")


def _torch_model(run: Run) -> "MoodGPT2":
    import torch

    from export.model import ModelConfig, MoodGPT2

    model = MoodGPT2(ModelConfig(**run.config))
    tensors = {name: torch.from_numpy(value) for name, value in run.weights.items()}
    wrong = "The checkpoint does not fit config.json"
    try:
        missing, unexpected = model.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise FileError(f"{wrong}: {str(error).splitlines()[-1].strip()}") from error
    missing = [name for name in missing if not name.endswith("lm_head.weight")]
    if missing or unexpected:
        raise FileError(f"{wrong}: {[*missing, *unexpected][:3]}.")
    return model


def _check(
    model: "MoodGPT2", shape: DecoderShape, folder: Path, plain: Path, settings: EncoderSettings
) -> list[str]:
    from export.parity import check_decoder

    conditioner = Conditioner(folder)
    embedder = Embedder(folder, settings)
    vectors = np.stack([conditioner.vector(embedder.embed(text)) for text in TEST_MOODS])
    moods = [conditioner.condition(embedder.embed(text)) for text in TEST_MOODS]
    shipped, reference = (_open(path, shape) for path in (folder, plain))
    return check_decoder(model, reference, shipped, vectors, moods).lines()


def _open(folder: Path, shape: DecoderShape) -> Decoder:
    sizes = DecoderSizes(
        shape.vocabulary, shape.hidden, shape.layers, shape.heads, shape.head_size, shape.positions
    )
    return load_decoder(folder, sizes)


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder to write into, which becomes ``target`` at the end if nothing went wrong."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        new = scratch / "new"
        new.mkdir()
        yield new
        if target.exists():
            target.rename(scratch / "old")
        new.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main(argv: list[str]) -> int:
    """The ``export`` command; errors are raised as AmtError."""
    parser = OneLineParser("amt-live export", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", type=Path, help="folder that `amt-live train` wrote")
    parser.add_argument("-o", "--output", type=Path, required=True, help="models/NAME")
    parser.add_argument(
        "--encoder",
        type=Path,
        help="model folder, BERT folder, wheel or hub name (the output's, else the installed package)",
    )
    parser.add_argument("--encoder-name", default="", help="what the manifest calls it (its own)")
    parser.add_argument("--pooling", choices=POOLINGS, default="mean")
    parser.add_argument("--licences", type=Path, help="copied to LICENSES.md (the run's own)")
    options = parser.parse_args(argv)
    choice = EncoderChoice(options.encoder, options.encoder_name, options.pooling)
    for line in export_run(options.run, options.output, choice, options.licences):
        print(line)
    return 0
