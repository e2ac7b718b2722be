"""What `amt-live embed` tells about texts: how fast they are read, and which are near."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live import paths
from amt_live.analysis.styles import STYLES
from amt_live.errors import FileError, UsageError
from amt_live.manifest import EncoderSettings
from amt_live.text.embedder import Embedder
from amt_live.text.styles import load_styles

Floats = NDArray[np.float32]

MOODS: Final = (
    "calm", "gentle", "tender", "dreamy", "peaceful", "sleepy", "melancholic", "sad", "mournful",
    "dark", "mysterious", "ominous", "tense", "angry", "aggressive", "wild", "triumphant", "epic",
    "energetic", "driving", "happy", "playful", "bright", "romantic", "nostalgic", "solemn",
)  # fmt: skip
"""Moods that texts are compared with, besides styles."""

MEASURED: Final = 256
"""Phrases read to measure the speed."""

MATRIX: Final = 12
"""More texts than this are not compared with each other on a screen."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """A text encoder that is open, and what it is."""

    embedder: Embedder
    settings: EncoderSettings
    known: tuple[str, ...]


@contextmanager
def open_encoder(
    model: str, source: Path | None, pooling: str = "mean", save: Path | None = None
) -> Iterator[Encoder]:
    """The encoder of a model, or ``source``: an exported one, or an original to be exported.

    An original is exported into ``save``, or for the while only. Raises AmtError.
    """
    from export.encoder import exported, read_settings

    styles = tuple(phrase for phrases in STYLES.values() for phrase in phrases)
    if source is None and save is None:
        folder = paths.find_model(model)
        settings = read_settings(folder)
        palette = tuple(style.text for style in load_styles(folder))
        yield Encoder(Embedder(folder, settings), settings, (*palette, *MOODS, *styles))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = exported(source, save or Path(scratch), pooling)
        settings = read_settings(folder)
        yield Encoder(Embedder(folder, settings), settings, (*MOODS, *styles))


def read_texts(words: Sequence[str], file: Path | None) -> list[str]:
    """Texts as given, then the lines of a file; raises FileError, UsageError."""
    texts = [" ".join(text.split()) for text in words]
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(f"{file} cannot be read ({error}); give one text a line.") from None
        texts += [" ".join(line.split()) for line in lines]
    texts = [text for text in texts if text]
    if file is not None and not texts:
        raise UsageError(f"{file} holds no text; write one on each line")
    return texts


def speed(encoder: Encoder) -> tuple[float, float]:
    """Texts a second on one thread: in batches, and one by one (none of them read before)."""
    known = encoder.known
    phrases = [
        f"{known[i % len(known)]} {known[(7 * i + 3) % len(known)]}" for i in range(MEASURED)
    ]
    encoder.embedder.embed_many(phrases[:32])
    began_s = time.perf_counter()
    encoder.embedder.embed_many(phrases)
    batched_s = time.perf_counter() - began_s
    few = [f"{phrase} {number}" for number, phrase in enumerate(phrases[: MEASURED // 4])]
    began_s = time.perf_counter()
    for phrase in few:
        encoder.embedder.embed(phrase)
    return len(phrases) / batched_s, len(few) / (time.perf_counter() - began_s)


def compare(encoder: Encoder, texts: Sequence[str], nearest: int = 3) -> dict[str, Any]:
    """Everything that is told: the encoder, texts a second, neighbours, similarities."""
    batched, single = speed(encoder)
    record: dict[str, Any] = {
        "encoder": asdict(encoder.settings),
        "texts_per_s": round(batched, 1),
        "texts_per_s_one_by_one": round(single, 1),
        "texts": list(texts),
    }
    if texts:
        vectors = encoder.embedder.embed_many(texts)
        known = list(dict.fromkeys(encoder.known))
        scores = vectors @ encoder.embedder.embed_many(known).T
        order = np.argsort(-scores, axis=1)[:, :nearest]
        record["nearest"] = [
            [[known[i], round(float(row[i]), 3)] for i in some]
            for row, some in zip(scores, order, strict=True)
        ]
        record["similarity"] = np.round((vectors @ vectors.T).astype(float), 3).tolist()
    return record


def lines(record: dict[str, Any]) -> Iterator[str]:
    """The record as a person reads it."""
    told = record["encoder"]
    size = f"{told['layers']} layers, " if told["layers"] else ""
    yield f"{told['name']}: {size}{told['dimension']} numbers a text, pooling {told['pooling']}"
    yield (
        f"{record['texts_per_s']:.0f} texts/s in batches, "
        f"{record['texts_per_s_one_by_one']:.0f} one by one, on one thread"
    )
    for number, text in enumerate(record["texts"], 1):
        near = ", ".join(f"{name} {score:.2f}" for name, score in record["nearest"][number - 1])
        yield f"{number:3} {text}: near {near}"
    if 2 <= len(record["texts"]) <= MATRIX:
        numbers = range(1, len(record["texts"]) + 1)
        yield "    " + "".join(f"{number:6}" for number in numbers)
        for number, row in zip(numbers, record["similarity"], strict=True):
            yield f"{number:4}" + "".join(f"{value:6.2f}" for value in row)
