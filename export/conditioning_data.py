"""Captions, their embeddings, and the read-out from text to attributes: made once for a corpus.

``conditioning.npz`` in the corpus folder holds the scale of the attributes, the caption bank, the
read-out (embedding to attributes) and the General MIDI programs that go with each genre. It carries
a fingerprint of the words and settings it was made from, and is made again when these change. A
complete one needs no text encoder, and neither tokenizers nor onnxruntime.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.errors import FileError
from amt_live.manifest import encoder_folder
from amt_live.music.parts import PARTS
from export import attributes, examples, readout, words
from export.corpus import Corpus, PieceInfo
from export.dataset import CaptionBank, fit_scale, make_bank
from export.descriptions import Descriptions, with_descriptions
from export.touch import velocity_quantiles

if TYPE_CHECKING:
    from amt_live.text.embedder import Embedder

Floats = NDArray[np.float32]

CAPTIONS_VERSION: Final = 3
"""Raise it when captions or augmentation change in code: it is part of the fingerprint."""
PASSAGES_VERSION: Final = 2
"""Raise it when more is known of the passages that moods choose from: they are drawn again then,
without another look at the words."""
SCALE_SAMPLES: Final = 3000
PASSAGES_SEED: Final = 5
CHUNK: Final = 256
CHUNKS_SAVED: Final = 8
"""Captions go to a process by chunks, and are saved every so many."""


@dataclass(frozen=True, slots=True)
class ConditioningData:
    """Everything that ties words to music for one corpus."""

    scale: attributes.Scale
    bank: CaptionBank
    readout_weight: Floats
    readout_bias: Floats
    programs: NDArray[np.int16]
    velocity_quantiles: Floats | None = None
    """How hard players strike inside each level, [parts, levels, quantiles]."""
    examples: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Passages that moods choose from, by the names of ``export.examples.ARRAYS``."""

    def save_readout(self, path: Path) -> None:
        """Write what an exported model needs of this."""
        touch = self.velocity_quantiles
        more = {} if touch is None else {"velocity_quantiles": touch}
        more = {**more, **self.examples}
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
            **more,
        )


def load_or_make(folder: Path, corpus: Corpus, encoder: Path, captions: int) -> ConditioningData:
    """The conditioning data of a prepared corpus; made with the text encoder where it is missing or
    was made from other words. FileError when it must be made and cannot."""
    path = folder / "conditioning.npz"
    if not is_current(path, corpus, encoder):
        make(path, corpus, encoder, captions)
    elif _meta(path).get("passages") != PASSAGES_VERSION:
        _draw_passages(path, corpus)
    with np.load(path, allow_pickle=False) as data:
        scale = attributes.Scale(data["mean"], data["deviation"])
        bank = CaptionBank(
            data["vectors"].astype(np.float32), data["embeddings"].astype(np.float32)
        )
        return ConditioningData(
            scale,
            bank,
            data["readout_weight"].astype(np.float32),
            data["readout_bias"].astype(np.float32),
            data["programs"],
            velocity_quantiles(corpus),
            {name: data[name] for name in examples.ARRAYS},
        )


def fingerprint(corpus: Corpus) -> str:
    """A hash of what captions are made from: words, attributes, code version and the corpus."""
    size = (len(corpus.pieces), len(corpus.notes), len(corpus.bars))
    made_from = (CAPTIONS_VERSION, words.fingerprint(), attributes.NAMES, size)
    return hashlib.sha256(repr(made_from).encode()).hexdigest()[:16]


def is_current(path: Path, corpus: Corpus, encoder: Path) -> bool:
    """Whether ``conditioning.npz`` fits the words of today and, where there is one, the encoder."""
    meta = _meta(path)
    if meta.get("fingerprint") != fingerprint(corpus):
        return False
    if meta.get("descriptions", "") != Descriptions.load(path.parent).fingerprint():
        return False
    encoder = encoder_folder(encoder)
    return not (encoder / "encoder.onnx").is_file() or meta["encoder"] == _encoder_hash(encoder)


def make(path: Path, corpus: Corpus, encoder: Path, captions: int) -> None:
    """Write ``conditioning.npz`` and ``captions.txt``: interruptible, goes on where it stopped.

    The scale of a file that this one replaces is kept where the corpus is the same, so that weights
    trained with it keep their meaning.
    """
    encoder = encoder_folder(encoder)
    open_embedder(encoder)
    corpus = with_descriptions(corpus, path.parent)
    scale = _kept_scale(path, corpus) or fit_scale(corpus, SCALE_SAMPLES, seed=1)
    texts, vectors = make_bank(corpus, scale, captions, seed=2)
    key = hashlib.sha256("\n".join([*texts, _encoder_hash(encoder)]).encode()).hexdigest()
    embeddings = _embedded(texts, encoder, path.with_name("conditioning.part.npz"), key)
    found = readout.fit(texts, embeddings.astype(np.float32), vectors)
    bare = examples.bare_wordings(texts, partial(_embed_alone, encoder))
    score = examples.fit(embeddings.astype(np.float32), vectors, bare)
    meta = {
        "fingerprint": fingerprint(corpus),
        "encoder": _encoder_hash(encoder),
        "descriptions": Descriptions.load(path.parent).fingerprint(),
        "corpus": [len(corpus.pieces), len(corpus.notes)],
        "passages": PASSAGES_VERSION,
    }
    _replace(
        path,
        meta=np.array(json.dumps(meta)),
        mean=scale.mean,
        deviation=scale.deviation,
        vectors=vectors.astype(np.float16),
        embeddings=embeddings,
        readout_weight=found.weight,
        readout_bias=found.bias,
        readout_strength=found.strength,
        readout_correlation=found.correlation,
        programs=genre_programs([p for p in corpus.pieces if p.split == "train"]),
        **examples.passages(corpus, scale, seed=PASSAGES_SEED),
        **score.arrays(),
    )
    path.with_name("captions.txt").write_text("\n".join(texts), encoding="utf-8")
    path.with_name("conditioning.part.npz").unlink(missing_ok=True)


def _draw_passages(path: Path, corpus: Corpus) -> None:
    """Draw the passages of a file again; all else in it stays."""
    with np.load(path, allow_pickle=False) as data:
        arrays = dict(data)
    scale = attributes.Scale(arrays["mean"], arrays["deviation"])
    corpus = with_descriptions(corpus, path.parent)
    arrays |= examples.passages(corpus, scale, seed=PASSAGES_SEED)
    meta = {**_meta(path), "passages": PASSAGES_VERSION}
    _replace(path, **{**arrays, "meta": np.array(json.dumps(meta))})


def open_embedder(folder: Path) -> "Embedder":
    """The text encoder of a model folder, or of one that ``amt-live embed --save`` wrote."""
    try:
        from amt_live.text.embedder import Embedder
        from export.encoder import read_settings

        return Embedder(folder, read_settings(folder))
    except ImportError as error:
        raise FileError(
            f"captions must be embedded, and {error.name} is missing; pip install 'amt-live[train]'"
            " here, or bring a conditioning.npz made by this version."
        ) from error


def _embedded(texts: list[str], encoder: Path, part: Path, key: str) -> NDArray[np.float16]:
    """Embeddings [N, E] of all texts, one process a core; saved on the way, and taken up again when
    ``key`` is the same."""
    blocks = _saved(part, key)
    done = sum(map(len, blocks))
    chunks = [texts[i : i + CHUNK] for i in range(done, len(texts), CHUNK)]
    processes = min(os.cpu_count() or 1, len(chunks))
    with tqdm(total=len(texts), initial=done, desc="captions", unit="text", disable=None) as bar:
        if processes < 2:
            results = (_embed_chunk(encoder, chunk) for chunk in chunks)
            _collect(results, blocks, bar, part, key)
        else:
            # Spawned: a trainer's threads do not survive a fork.
            context = get_context("spawn")
            with ProcessPoolExecutor(processes, context) as pool:
                results = pool.map(partial(_embed_chunk, encoder), chunks)
                _collect(results, blocks, bar, part, key)
    return np.concatenate(blocks)


def _collect(
    results: Iterable[NDArray[np.float16]],
    blocks: list[NDArray[np.float16]],
    bar: "tqdm[None]",
    part: Path,
    key: str,
) -> None:
    for count, rows in enumerate(results, 1):
        blocks.append(rows)
        bar.update(len(rows))
        if count % CHUNKS_SAVED == 0:
            _replace(part, compress=False, key=np.array(key), rows=np.concatenate(blocks))


def _saved(part: Path, key: str) -> list[NDArray[np.float16]]:
    if part.is_file():
        try:
            with np.load(part, allow_pickle=False) as data:
                if str(data["key"]) == key:
                    return [data["rows"]]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            pass  # A part that cannot be read is made again.
    return []


@cache
def _embedder_of(encoder: Path) -> "Embedder":
    return open_embedder(encoder)


def _embed_chunk(encoder: Path, texts: list[str]) -> NDArray[np.float16]:
    embedder = _embedder_of(encoder)
    return np.stack([embedder.embed(text) for text in texts]).astype(np.float16)


def _embed_alone(encoder: Path, texts: list[str]) -> Floats:
    embedder = _embedder_of(encoder)
    return np.stack([embedder.embed(text) for text in texts])


def _replace(path: Path, *, compress: bool = True, **arrays: NDArray[Any]) -> None:
    """Write a file whole or not at all; workers that do so at once do not disturb each other."""
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    try:
        if compress:
            np.savez_compressed(temporary, allow_pickle=False, **arrays)
        else:
            np.savez(temporary, allow_pickle=False, **arrays)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _meta(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        with np.load(path, allow_pickle=False) as data:
            meta: dict[str, Any] = json.loads(str(data["meta"])) if "meta" in data else {}
            return meta
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise FileError(f"{path} cannot be read ({error}); delete it to make it again.") from error


def _kept_scale(path: Path, corpus: Corpus) -> attributes.Scale | None:
    if not path.is_file():
        return None
    if _meta(path).get("corpus", [len(corpus.pieces), len(corpus.notes)]) != [
        len(corpus.pieces),
        len(corpus.notes),
    ]:
        return None
    with np.load(path, allow_pickle=False) as data:
        if len(data["mean"]) != len(attributes.MEASURED):
            return None
        return attributes.Scale(data["mean"], data["deviation"])


def _encoder_hash(folder: Path) -> str:
    return hashlib.sha256((folder / "encoder.onnx").read_bytes()).hexdigest()[:16]


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
