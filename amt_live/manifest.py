"""What a model folder promises: sizes, vocabulary, text encoder, and a hash of every file.

Read by the daemon, the commands and the offline half before anything of a model is opened. Nothing
here opens a model: standard library only.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from amt_live.errors import ModelError
from amt_live.tokens import vocabulary

FORMAT: Final = 1
MANIFEST_NAME: Final = "manifest.json"
WEIGHTS: Final = ("float32", "uint8-per-channel", "int4-block32")
"""Kinds of decoder weights that this program plays."""
REQUIRED_FILES: Final = ("decoder.onnx", "encoder.onnx", "tokenizer.json", "conditioning.npz")
ENCODER_FILES: Final = ("encoder.onnx", "tokenizer.json")
"""What a model may leave in the folder of another one beside it: most of its size."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Shape of the decoder."""

    vocabulary: int
    positions: int
    hidden: int
    layers: int
    heads: int
    head_size: int


@dataclass(frozen=True, slots=True)
class KeyValueLayout:
    """How the KV cache is stored."""

    dtype: str = "float32"
    layout: str = "batch,heads,positions,head_size"


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The text encoder: ``dimension`` of its unit vectors, and how texts are cut for it.

    ``layers`` is 0 where a model does not say. ``beside`` names the model folder beside this one
    that holds the encoder's files; empty where a model holds its own.
    """

    name: str
    dimension: int
    pooling: str
    max_tokens: int = 128
    lowercase: bool = True
    layers: int = 0
    beside: str = ""

    def place(self, folder: Path) -> Path:
        """The folder that holds the encoder's files, of a model in ``folder``."""
        return folder.parent / self.beside if self.beside else folder


@dataclass(frozen=True, slots=True)
class ConditioningSettings:
    """Width D of a conditioning vector, and the attributes in it by name."""

    width: int
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model folder's own description; ``files`` maps names to SHA-256."""

    name: str
    fingerprint: str
    sizes: Sizes
    weights: str
    encoder: EncoderSettings
    conditioning: ConditioningSettings
    files: Mapping[str, str]
    training: Mapping[str, Any] = field(default_factory=dict)
    kv: KeyValueLayout = KeyValueLayout()
    checks: Mapping[str, Any] = field(default_factory=dict)
    """What was measured at export: parity, and the variants of the decoder."""

    def as_json(self) -> str:
        """The text of ``manifest.json``."""
        record = {"format": FORMAT, **asdict(self)}
        if not self.checks:
            del record["checks"]
        if not self.encoder.beside:
            del record["encoder"]["beside"]
        record["vocabulary"] = record.pop("fingerprint")
        return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def load_manifest(folder: Path, *, verify: bool = True) -> Manifest:
    """Read and check the manifest of a model folder; with ``verify`` also the hash of its files.

    Raises ModelError, one line each: no such folder (with the models found beside it), unreadable
    or corrupt manifest, another vocabulary, a missing or changed file.
    """
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise ModelError(_nothing_here(folder))
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read ({error}); get the model again.") from error
    version = record.get("format") if isinstance(record, dict) else None
    if version != FORMAT:
        raise ModelError(
            f"{path} has format {version}, this program reads format {FORMAT}; "
            "export the model again or update amt-live."
        )
    try:
        manifest = _parse(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{path} is corrupt ({error!r}); get the model again.") from error
    if manifest.fingerprint != vocabulary.fingerprint():
        raise ModelError(
            f"{folder} was made for another token vocabulary; export it again with this version "
            "of amt-live or choose another --model."
        )
    if manifest.weights not in WEIGHTS:
        raise ModelError(
            f"{folder} has weights of kind {manifest.weights[:40]!r}, this program plays "
            f"{', '.join(WEIGHTS)}; export the model again or update amt-live."
        )
    _check_files(folder, manifest, verify)
    return manifest


def encoder_folder(folder: Path) -> Path:
    """The folder that holds a model's encoder: its own, or the one beside it that it names.

    A folder that is no model is returned as it is. Raises ModelError.
    """
    if not (folder / MANIFEST_NAME).is_file():
        return folder
    return load_manifest(folder, verify=False).encoder.place(folder)


def list_models(parent: Path) -> list[str]:
    """Names of the model folders under ``parent``."""
    if not parent.is_dir():
        return []
    return sorted(path.parent.name for path in parent.glob(f"*/{MANIFEST_NAME}"))


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _parse(record: dict[str, Any]) -> Manifest:
    conditioning = record["conditioning"]
    files = dict(record["files"])
    for name in files:
        _check_plain(name)
    name = record["name"]
    if not isinstance(name, str) or not name.isprintable():
        raise ValueError(f"{name!r} is no name")
    encoder = EncoderSettings(**record["encoder"])
    if encoder.beside:
        _check_plain(encoder.beside)
    _check_positive(dimension=encoder.dimension, max_tokens=encoder.max_tokens)
    _check_positive(**record["sizes"])
    return Manifest(
        name=name,
        fingerprint=str(record["vocabulary"]),
        sizes=Sizes(**record["sizes"]),
        weights=str(record["weights"]),
        encoder=encoder,
        conditioning=ConditioningSettings(
            int(conditioning["width"]), tuple(map(str, conditioning["attributes"]))
        ),
        files=files,
        training=dict(record["training"]),
        kv=KeyValueLayout(**record["kv"]),
        checks=dict(record.get("checks", {})),
    )


def _check_plain(name: str) -> None:
    # What lies elsewhere is none of a model's business, and must not be read for it.
    if not name.isprintable() or name in ("", ".", "..") or set(name) & set("/\\:"):
        raise ValueError(f"{name!r} is no name of a file beside it")


def _check_positive(**values: object) -> None:
    for name, value in values.items():
        if type(value) is not int or not 0 < value < 1 << 31:
            raise ValueError(f"{name} {value!r} is no positive whole number")


def _check_files(folder: Path, manifest: Manifest, verify: bool) -> None:
    files, encoder = manifest.files, manifest.encoder
    places = dict.fromkeys(files, folder) | dict.fromkeys(ENCODER_FILES, encoder.place(folder))
    for name in REQUIRED_FILES:
        if name not in files or not (places[name] / name).is_file():
            if encoder.beside and name in ENCODER_FILES:
                raise ModelError(
                    f"{folder} reads with the {name} of {places[name]}, which is not there; "
                    f"get the model {encoder.beside} as well."
                )
            raise ModelError(f"{folder} lacks {name}; get the model again.")
    if not verify:
        return
    for name, expected in files.items():
        path = places[name] / name
        # What playing does not need (the checkpoint, the card) may have been removed to save space.
        if path.is_file() and hash_file(path) != expected:
            raise ModelError(
                f"{path} is not the file that manifest.json names (SHA-256 differs); "
                "get the model again."
            )


def _nothing_here(folder: Path) -> str:
    found = ", ".join(list_models(folder.parent))
    if not found and folder.is_dir():
        found = ", ".join(list_models(folder))
        if found:
            return f"{folder} is no model itself. It holds: {found}; name one of them."
    seen = f"Models found there: {found}." if found else "No models found beside it."
    return f"No model at {folder}. {seen} Try `amt-live models`."
