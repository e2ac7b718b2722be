"""Fine-tuning: a small folder of one's own, heard with the words and the scale of a model folder.

Attributes are measured on the scale of the model that one starts from, and its read-out from text
is kept: "calm" goes on meaning what it meant. Only the bank of captions is made anew, about the
new pieces; it lies in the run folder (``conditioning.npz``), and the corpus folder stays as it is.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from amt_live.errors import FileError, one_line
from amt_live.manifest import load_manifest
from export import attributes, examples
from export.conditioning_data import ConditioningData, open_embedder
from export.corpus import Corpus
from export.dataset import CaptionBank, make_bank
from export.ways import HEARD

WORDS = "conditioning.npz"
CAPTIONS_PER_PIECE = 60
FEWEST_CAPTIONS = 600

DEFAULTS = {
    "tokens": 400_000,
    "matrix_lr": 1.5e-3,
    "other_lr": 2e-4,
    "patience": 4,
    "warmup": 0.05,
    "long_from": 1.0,
    "validate_every": 10,
    "checkpoint_every": 25,
}
"""Settings of a fine-tuning run that are not named: short, gentle, and ended when it forgets."""


@dataclass(frozen=True, slots=True)
class Base:
    """The model folder that a run starts from."""

    folder: Path
    hidden: int
    layers: int
    heads: int
    heard: str
    """What it was trained to hear of a mood, and goes on hearing."""


def read_base(folder: Path) -> Base:
    """Shape of a model folder; FileError when it cannot be trained on."""
    if not (folder / "checkpoint.safetensors").is_file():
        raise FileError(f"{folder} has no checkpoint.safetensors; use a folder that export wrote")
    manifest = load_manifest(folder, verify=False)
    if tuple(manifest.conditioning.attributes) != attributes.NAMES:
        raise FileError(f"{folder} hears other attributes than this version; train from the start")
    sizes = manifest.sizes
    heard = manifest.training.get("heard", HEARD[0])
    if heard not in HEARD:
        raise FileError(f"{folder} hears {one_line(str(heard))}; this version can not train that")
    return Base(folder, sizes.hidden, sizes.layers, sizes.heads, heard)


def has_words(run: Path) -> bool:
    """Whether a run folder has words of its own, as fine-tuning makes them."""
    return (run / WORDS).is_file()


def load_words(run: Path) -> ConditioningData:
    """The words of a fine-tuning run."""
    with np.load(run / WORDS, allow_pickle=False) as data:
        vectors, embeddings = (data[name].astype(np.float32) for name in ("vectors", "embeddings"))
        return ConditioningData(
            attributes.Scale(data["scale_mean"], data["scale_deviation"]),
            CaptionBank(vectors, embeddings),
            data["readout_weight"],
            data["readout_bias"],
            data["programs"],
            data.get("velocity_quantiles"),
            {name: data[name] for name in examples.ARRAYS if name in data.files},
        )


def make_words(base: Path, run: Path, corpus: Corpus, captions: int, seed: int) -> None:
    """Caption the pieces of a small corpus on the scale of the model folder ``base``."""
    with np.load(base / "conditioning.npz", allow_pickle=False) as data:
        kept = {
            name: data[name]
            for name in (
                "scale_mean", "scale_deviation", "readout_weight", "readout_bias", "programs",
                "velocity_quantiles", "example_weight", "example_bias",
            )
            if name in data.files
        }  # fmt: skip
    scale = attributes.Scale(kept["scale_mean"], kept["scale_deviation"])
    count = min(captions, max(FEWEST_CAPTIONS, CAPTIONS_PER_PIECE * len(corpus.pieces)))
    texts, vectors = make_bank(corpus, scale, count, seed)
    embedder = open_embedder(base)
    embeddings = [embedder.embed(text) for text in tqdm(texts, desc="captions", disable=None)]
    if "example_weight" in kept:  # the words choose as before, among the new pieces
        kept |= examples.passages(corpus, scale, seed)
    run.mkdir(parents=True, exist_ok=True)
    partial = run / "conditioning.partial.npz"
    np.savez_compressed(
        partial,
        vectors=vectors.astype(np.float16),
        embeddings=np.stack(embeddings).astype(np.float16),
        **kept,
    )
    os.replace(partial, run / WORDS)


def describe(base: Path, corpus: Corpus) -> str:
    """What a fine-tuning run does, for the person who started it."""
    held_out = sum(piece.split == "validation" for piece in corpus.pieces)
    judged = f"judged by {held_out} held out" if held_out else "none is held out to judge by"
    return f"fine-tuning {base.name} on {len(corpus.pieces) - held_out} pieces; {judged}"
