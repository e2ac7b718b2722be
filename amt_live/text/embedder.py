"""Phrases to unit vectors, through the text encoder of a model folder.

Called by the engine when a mood arrives, and by the offline half for captions. A few milliseconds a
phrase on one thread; phrases heard before cost nothing.
"""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import ModelError
from amt_live.manifest import EncoderSettings, Manifest
from amt_live.runtime import open_session

Floats: TypeAlias = NDArray[np.float32]

CACHED_PHRASES = 512


class Embedder:
    """The text encoder of a model. Thread-safe."""

    def __init__(self, folder: Path, manifest: Manifest | EncoderSettings) -> None:
        """Open ``encoder.onnx`` and ``tokenizer.json``; ModelError if one is missing or corrupt."""
        from tokenizers import Tokenizer

        settings = manifest if isinstance(manifest, EncoderSettings) else manifest.encoder
        self.dimension = settings.dimension
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
        vector = self._run(key)
        with self._lock:
            self._known[key] = vector
            while len(self._known) > CACHED_PHRASES:
                self._known.popitem(last=False)
        return vector

    def _run(self, text: str) -> Floats:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        # Nothing is padded, so every token is heard.
        try:
            (rows,) = self._session.run(["embedding"], {"ids": ids, "mask": np.ones_like(ids)})
        except Exception as error:  # onnxruntime raises a dozen unrelated types
            raise ModelError(self._unfit) from error
        vector: Floats = rows[0].astype(np.float32)
        length = float(np.linalg.norm(vector))
        if not 0 < length < np.inf:
            raise ModelError(self._unfit)
        vector /= length
        vector.flags.writeable = False
        return vector
