"""Captions, their embeddings, and the read-out from text to attributes: made once for a corpus.

``conditioning.npz`` in the corpus folder holds the scale of the attributes, the caption bank, the
ridge
read-out (embedding to attributes) and the General MIDI programs that go with each genre.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.music.parts import PARTS
from amt_live.text.embedder import Embedder
from export import attributes
from export.corpus import Corpus, PieceInfo
from export.dataset import CaptionBank, fit_scale, make_bank
from export.encoder import read_settings

Floats = NDArray[np.float32]

RIDGE = 4.0
SHRINKAGE = 1.35
"""Ridge predictions are too timid: they are scaled up by this much, and clipped to 2.5
deviations."""


@dataclass(frozen=True, slots=True)
class ConditioningData:
    """Everything that ties words to music for one corpus."""

    scale: attributes.Scale
    bank: CaptionBank
    readout_weight: Floats
    readout_bias: Floats
    programs: NDArray[np.int16]

    def save_readout(self, path: Path) -> None:
        """Write what an exported model needs of this."""
        np.savez(
            path,
            attribute_names=np.array(attributes.NAMES),
            readout_weight=self.readout_weight,
            readout_bias=self.readout_bias,
            programs=self.programs,
            attribute_mean=self.bank.vectors.mean(axis=0),
            scale_mean=self.scale.mean,
            scale_deviation=self.scale.deviation,
            triple_threshold=np.float32(1.6),
        )


def load_or_make(folder: Path, corpus: Corpus, encoder: Path, captions: int) -> ConditioningData:
    """The conditioning data of a prepared corpus; made with the text encoder where it is
    missing."""
    path = folder / "conditioning.npz"
    if not path.is_file():
        _make(path, corpus, encoder, captions)
    with np.load(path, allow_pickle=False) as data:
        scale = attributes.Scale(data["mean"], data["deviation"])
        bank = CaptionBank(
            data["vectors"].astype(np.float32), data["embeddings"].astype(np.float32)
        )
        programs = data["programs"]
    weight, bias = fit_readout(bank.embeddings, bank.vectors)
    return ConditioningData(scale, bank, weight, bias, programs)


def _make(path: Path, corpus: Corpus, encoder: Path, captions: int) -> None:
    scale = fit_scale(corpus, 3000, seed=1)
    texts, vectors = make_bank(corpus, scale, captions, seed=2)
    embedder = open_embedder(encoder)
    embeddings = [embedder.embed(text) for text in tqdm(texts, desc="captions", disable=None)]
    np.savez_compressed(
        path,
        mean=scale.mean,
        deviation=scale.deviation,
        vectors=vectors.astype(np.float16),
        embeddings=np.stack(embeddings).astype(np.float16),
        programs=genre_programs([p for p in corpus.pieces if p.split == "train"]),
    )
    path.with_name("captions.txt").write_text("\n".join(texts), encoding="utf-8")


def open_embedder(folder: Path) -> Embedder:
    """The text encoder of a model folder, or of one that ``amt-live embed --save`` wrote."""
    return Embedder(folder, read_settings(folder))


def fit_readout(embeddings: Floats, vectors: Floats) -> tuple[Floats, Floats]:
    """Ridge regression from unit embeddings [N, E] to attributes [N, A], scaled against
    shrinkage."""
    x, y = embeddings.astype(np.float64), vectors.astype(np.float64)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    x, y = x - x_mean, y - y_mean
    weight = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y) * SHRINKAGE
    return weight.astype(np.float32), (y_mean - x_mean @ weight).astype(np.float32)


def genre_programs(pieces: list[PieceInfo]) -> NDArray[np.int16]:
    """Most common program of each part by genre attribute: [len(NAMES), 16], -1 where unknown."""
    table = np.full((len(attributes.NAMES), len(PARTS)), -1, np.int16)
    counts: dict[tuple[str, int], dict[int, int]] = {}
    for piece in pieces:
        genre = attributes.genre_of(piece)
        for part, program in enumerate(piece.programs):
            if genre is not None and program >= 0:
                row = counts.setdefault((genre, part), {})
                row[program] = row.get(program, 0) + 1
    for (genre, part), row in counts.items():
        best = max(row, key=lambda program: row[program])
        if row[best] >= 5:
            table[attributes.NAMES.index(f"genre:{genre}"), part] = best
    return table
