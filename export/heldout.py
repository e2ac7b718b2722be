"""Held-out music that variants of a decoder are scored on: found, named, and drawn as passages.

In this order: a prepared corpus that somebody names, the validation split of the corpus that the
run was trained on, the songs that come with the program. A corpus is known again by its counts of
pieces and notes, so that no path has to be in the records.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import FileError
from amt_live.text.embedder import Embedder
from export import attributes
from export.corpus import Corpus, PieceInfo, load_corpus
from export.dataset import CaptionBank, PassageSource, make_bank
from export.model import MoodGPT2
from export.passages import Passage, Projected

Floats = NDArray[np.float32]

CORPORA: Final = Path("corpus")
"""Where a corpus is looked for: the folder that the README's commands write to."""
SONGS: Final = Path(__file__).parent / "songs"
LENGTH: Final = 512
CAPTIONS: Final = 256
SEED: Final = 5


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Pieces to score on; ``what`` says which, for people."""

    what: str
    corpus: Corpus
    folder: Path | None = None
    was_trained_on: bool = False
    """Whether the run was trained on the other pieces of this corpus."""


def find_held_out(named: Path | None, training: Mapping[str, Any]) -> HeldOut:
    """The music to score on; FileError if ``named`` is no corpus or holds nothing new."""
    if named is not None:
        corpus = load_corpus(named)
        if is_trained_on(corpus, training):
            return _validation(corpus, named)
        return HeldOut(f"{named.name}, {len(corpus.pieces)} pieces", corpus, named)
    trained = trained_corpus(training)
    if trained is not None:
        try:
            return _validation(load_corpus(trained), trained)
        except FileError:
            pass  # a corpus of one piece holds none back
    return bundled_songs()


def _validation(corpus: Corpus, folder: Path) -> HeldOut:
    pieces = tuple(piece for piece in corpus.pieces if piece.split == "validation")
    if not pieces:
        raise FileError(
            f"the run was trained on all of {folder}; name other music: "
            "amt-live prepare MIDI... -o DIR, then --test DIR"
        )
    what = f"validation split of {folder.name}, {len(pieces)} pieces not trained on"
    return HeldOut(what, replace(corpus, pieces=pieces), folder, was_trained_on=True)


def is_trained_on(corpus: Corpus, training: Mapping[str, Any]) -> bool:
    """Whether a run's record counts the pieces and notes of this corpus."""
    trained = [piece for piece in corpus.pieces if piece.split == "train"]
    notes = sum(piece.notes[1] - piece.notes[0] for piece in trained)
    return bool(trained) and (len(trained), notes) == (
        training.get("pieces"),
        training.get("notes"),
    )


def trained_corpus(training: Mapping[str, Any]) -> Path | None:
    """The folder under ``corpus/`` that a run's record counts; None where there is none."""
    if "pieces" not in training:
        return None
    for path in sorted(CORPORA.glob("*/pieces.jsonl")):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            splits = [json.loads(line)["split"] for line in lines]
            with np.load(path.with_name("notes.npz"), allow_pickle=False) as arrays:
                notes = arrays["piece_notes"]
            is_train = np.array([split == "train" for split in splits])
            counts = (int(is_train.sum()), int(notes[is_train].sum()))
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            continue  # half a corpus, or another's
        if counts == (training["pieces"], training.get("notes")):
            return path.parent
    return None


def licences_of(folder: Path) -> dict[str, dict[str, int]]:
    """Training pieces of a corpus by source and licence, where its labels tell."""
    table: dict[str, Counter[str]] = {}
    for line in (folder / "pieces.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == "train":
            licence = row["labels"].get("licence", "not told")
            table.setdefault(row["source"], Counter())[licence] += 1
    return {source: dict(count.most_common()) for source, count in sorted(table.items())}


def bundled_songs() -> HeldOut:
    """The songs that come with the program; a model trained on OpenScore has heard them."""
    from export.midi_files import read_piece

    pieces, notes, bars = [], [], []
    start_note = start_bar = 0
    for path in sorted(SONGS.glob("*.mid")):
        piece = read_piece(path.read_bytes())
        end_note, end_bar = start_note + len(piece.notes), start_bar + len(piece.bars)
        pieces.append(
            PieceInfo(
                path.name,
                "songs",
                "validation",
                (start_note, end_note),
                (start_bar, end_bar),
                piece.programs,
                {"genre": "classical"},
            )
        )
        notes.append(piece.notes)
        bars.append(piece.bars)
        start_note, start_bar = end_note, end_bar
    corpus = Corpus(np.concatenate(notes), np.concatenate(bars), tuple(pieces))
    what = f"{len(pieces)} songs that come with the program (no measure of the model itself)"
    return HeldOut(what, corpus)


def passages(
    held_out: HeldOut, readout: Mapping[str, NDArray[Any]], model: MoodGPT2, embedder: Embedder
) -> Iterator[Passage]:
    """Passages of ``LENGTH`` ids with the moods that they truly have, without end."""
    count = len(attributes.MEASURED)
    scale = attributes.Scale(readout["scale_mean"][:count], readout["scale_deviation"][:count])
    corpus = held_out.corpus
    as_test = replace(corpus, pieces=tuple(replace(p, split="test") for p in corpus.pieces))
    bank = _bank(held_out, scale, embedder)
    source = PassageSource(as_test, scale, "test", SEED)
    while True:
        drawn = source.sequence(bank, LENGTH, plain=True)
        slots, adds = project(model, drawn.conditioning)
        moods = [Projected(slot, add) for slot, add in zip(slots, adds, strict=True)]
        yield Passage(drawn.ids, drawn.mood_index, drawn.conditioning, moods)


def project(model: MoodGPT2, vectors: Floats) -> tuple[Floats, Floats]:
    """Slots and additions, each [M, H], of conditioning vectors [M, D]."""
    import torch

    with torch.no_grad():
        slots, adds = model.project(torch.from_numpy(vectors))
    return slots.numpy(), adds.numpy()


def _bank(held_out: HeldOut, scale: attributes.Scale, embedder: Embedder) -> CaptionBank:
    """Captions to choose from: those of training, or else new ones of this music."""
    path = None if held_out.folder is None else held_out.folder / "conditioning.npz"
    if held_out.was_trained_on and path is not None and path.is_file():
        with np.load(path, allow_pickle=False) as data:
            vectors = data["vectors"].astype(np.float32)
            embeddings = data["embeddings"].astype(np.float32)
        if embeddings.shape[1] == embedder.dimension:
            return CaptionBank(vectors, embeddings)
    pieces = tuple(replace(piece, split="train") for piece in held_out.corpus.pieces)
    texts, vectors = make_bank(replace(held_out.corpus, pieces=pieces), scale, CAPTIONS, SEED)
    return CaptionBank(vectors, np.stack([embedder.embed(text) for text in texts]))
