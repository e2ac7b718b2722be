"""Phrases to unit vectors, through the text encoder of a model folder.

Called by the engine when a mood arrives (``embed``: a few milliseconds a phrase on one thread,
phrases heard before cost nothing), and by the offline half for many captions (``embed_many``).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import ModelError
from amt_live.manifest import EncoderSettings, Manifest
from amt_live.runtime import open_session

Floats: TypeAlias = NDArray[np.float32]

CACHED_PHRASES = 512
BATCH: Final = 32
"""Texts of one length in one run; more gain nothing on one thread."""


class Embedder:
    """The text encoder of a model. Thread-safe."""

    def __init__(self, folder: Path, manifest: Manifest | EncoderSettings) -> None:
        """Open ``encoder.onnx`` and ``tokenizer.json`` of a model, or of the one beside it that it
        names; ModelError if one is missing or corrupt.
        """
        from tokenizers import Tokenizer

        settings = manifest if isinstance(manifest, EncoderSettings) else manifest.encoder
        self.dimension = settings.dimension
        folder = settings.place(folder)
        path = folder / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelError(f"{path} cannot be read ({error}); get the model again.") from error
        # Files from elsewhere pad to a fixed length, which costs time and changes nothing else.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(settings.max_tokens)
        self._unfit = f"{folder}: its encoder.onnx and tokenizer.json do not fit; get them again."
        self._session, self.provider = open_session(folder / "encoder.onnx")
        outputs = self._session.get_outputs()
        if outputs[0].shape[-1] != self.dimension:
            raise ModelError(
                f"{folder / 'encoder.onnx'} gives {outputs[0].shape[-1]} numbers, manifest.json "
                f"says {self.dimension}; export the model again."
            )
        self._known: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, text: str) -> Floats:
        """The embedding of a phrase: float32 [E], length 1, read-only. Thread: any."""
        key = " ".join(text.split())
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        vector: Floats = self._run(np.array([self._tokenizer.encode(key).ids], np.int64))[0]
        vector.flags.writeable = False
        with self._lock:
            self._known[key] = vector
            while len(self._known) > CACHED_PHRASES:
                self._known.popitem(last=False)
        return vector

    def knows(self, text: str) -> bool:
        """Whether the embedding of a phrase is in the cache. Thread: any."""
        with self._lock:
            return " ".join(text.split()) in self._known

    def embed_many(
        self, texts: Sequence[str], progress: Callable[[int], object] | None = None
    ) -> Floats:
        """The embeddings of many texts: float32 [N, E], length 1. Thread: any.

        Texts of as many tokens are read together, so that nothing is padded. The 8-bit arithmetic
        takes one scale for a batch: rows differ a little (cosine over 0.98) from those of
        ``embed``. ``progress`` is told how many more are done.
        """
        out = np.zeros((len(texts), self.dimension), np.float32)
        by_length: dict[int, list[tuple[int, list[int]]]] = {}
        for row, text in enumerate(texts):
            ids = self._tokenizer.encode(" ".join(text.split())).ids
            by_length.setdefault(len(ids), []).append((row, ids))
        for length in sorted(by_length):
            members = by_length[length]
            for first in range(0, len(members), BATCH):
                some = members[first : first + BATCH]
                rows = [row for row, _ in some]
                out[rows] = self._run(np.array([ids for _, ids in some], np.int64))
                if progress is not None:
                    progress(len(some))
        return out

    def _run(self, ids: NDArray[np.int64]) -> Floats:
        """Unit vectors [B, E] of ids [B, S]: nothing is padded, so every token is heard."""
        try:
            (rows,) = self._session.run(["embedding"], {"ids": ids, "mask": np.ones_like(ids)})
        except Exception as error:  # onnxruntime raises a dozen unrelated types
            raise ModelError(self._unfit) from error
        vectors: Floats = rows.astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all((lengths > 0) & (lengths < np.inf)):
            raise ModelError(self._unfit)
        vectors /= lengths
        return vectors
