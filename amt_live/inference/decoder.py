"""The decoder graph with its KV cache: prefill, one step, rewind.

Called by the generator, on the engine's thread. Keys and values lie in one buffer of ``context``
positions per layer and row, which past and present share; nothing in it is ever moved, so rewinding
is setting a length. Row 0 hears the mood, row 1 the null mood (for guidance).

Graph inputs: ids, positions int64 [B, T]; slot, add float32 [B, T, H]; seqlens_k int32 [B];
total_seqlen int32 [1]; past_key_values.N.key/value float32 or int8 [B, heads, context, head_size].
Outputs: logits float32 [B, V] of the last position; present.N.key/value, the same buffers.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import ModelError
from amt_live.runtime import open_session

if TYPE_CHECKING:
    import onnxruntime

Floats: TypeAlias = NDArray[np.float32]
Cache: TypeAlias = NDArray[Any]
"""Of float32 or int8."""

CHUNK = 32
"""Tokens a prefill takes at a time: small enough to come between two steps."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a cache held: its ids, the keys and values of its rows, and how long each row was."""

    ids: NDArray[np.int64]
    cache: Cache
    """[layers, key or value, rows, heads, length, head_size]."""
    lengths: tuple[int, int]
    guided: bool


@dataclass(frozen=True, slots=True)
class DecoderSizes:
    """What the manifest says about the graph."""

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    head_size: int
    positions: int = 1024


class _Binding:
    """Inputs and outputs of one layout (rows, tokens), bound once to memory that is overwritten."""

    def __init__(
        self,
        session: "onnxruntime.InferenceSession",
        sizes: DecoderSizes,
        cache: Cache,
        rows: slice,
        tokens: int,
    ) -> None:
        count = rows.stop - rows.start
        self.ids = np.zeros((count, tokens), np.int64)
        self.positions = np.zeros((count, tokens), np.int64)
        self.slot = np.zeros((count, tokens, sizes.hidden), np.float32)
        self.add = np.zeros((count, tokens, sizes.hidden), np.float32)
        self._heard: tuple[Floats, Floats] | None = None
        self.last = np.zeros(count, np.int32)
        self.total = np.zeros(1, np.int32)
        self.logits = np.zeros((count, sizes.vocabulary), np.float32)
        self._cache = cache
        self._session = session
        self._binding = session.io_binding()
        inputs = {
            "ids": self.ids,
            "positions": self.positions,
            "slot": self.slot,
            "add": self.add,
            "seqlens_k": self.last,
            "total_seqlen": self.total,
        }
        for name, array in inputs.items():
            self._binding.bind_input(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        for layer in range(sizes.layers):
            for index, kind in enumerate(("key", "value")):
                buffer = cache[layer, index, rows]
                where = ("cpu", 0, cache.dtype, buffer.shape, buffer.ctypes.data)
                self._binding.bind_input(f"past_key_values.{layer}.{kind}", *where)
                self._binding.bind_output(f"present.{layer}.{kind}", *where)
        self._binding.bind_output(
            "logits", "cpu", 0, np.float32, self.logits.shape, self.logits.ctypes.data
        )

    def hear(self, slot: Floats, add: Floats) -> None:
        """Run row 0 under a mood ([H] each), which is written down when it is another one."""
        heard = self._heard
        if heard is None or heard[0] is not slot or heard[1] is not add:
            self.slot[0, 0], self.add[0, 0] = slot, add
            self._heard = slot, add

    def run(self, length: int) -> Floats:
        """Run with the cache holding ``length`` positions before these tokens."""
        total = length + self.ids.shape[1]
        self.last.fill(total - 1)
        self.total[0] = total
        self._session.run_with_iobinding(self._binding)
        return self.logits


class Decoder:
    """A token model and one cache; ``fork`` gives another cache. Thread: one at a time."""

    def __init__(
        self, session: "onnxruntime.InferenceSession", sizes: DecoderSizes, provider: str
    ) -> None:
        self.sizes = sizes
        self.provider = provider
        self.context = sizes.positions
        self.session = session
        self._guided = False
        self._null_slot: Floats = np.zeros(sizes.hidden, np.float32)
        self._null_add: Floats = np.zeros(sizes.hidden, np.float32)
        self._ids = np.zeros(self.context, np.int64)
        self._lengths = [0, 0]
        shape = (sizes.layers, 2, 2, sizes.heads, sizes.positions, sizes.head_size)
        self.cache: Cache = np.zeros(shape, _cache_type(session))
        """Keys and values [layers, key or value, rows, heads, positions, head_size]."""
        self._steps = [self._bind(slice(0, rows), 1) for rows in (1, 2)]
        self._chunks: dict[tuple[int, int], _Binding] = {}

    def _bind(self, rows: slice, tokens: int) -> _Binding:
        return _Binding(self.session, self.sizes, self.cache, rows, tokens)

    def fork(self) -> "Decoder":
        """Another, empty cache over the same graph: what a long stream is moved into."""
        other = Decoder(self.session, self.sizes, self.provider)
        other.set_null(self._null_slot, self._null_add)
        other._guided = self._guided
        return other

    def warm(self) -> None:
        """Touch the memory of the cache, which must be empty."""
        self.cache.fill(0)

    @property
    def length(self) -> int:
        """How many positions the cache holds."""
        return self._lengths[0]

    @property
    def ids(self) -> NDArray[np.int64]:
        """The ids in the cache, a view: [length]."""
        return self._ids[: self.length]

    @property
    def guided(self) -> bool:
        """Whether the null mood runs along as row 1; logits have two rows then, else one."""
        return self._guided

    @guided.setter
    def guided(self, on: bool) -> None:
        """Switching on fills row 1 with what row 0 knows, at once."""
        self._guided = on
        if on:
            self._fill_null_row()

    def set_null(self, slot: Floats, add: Floats) -> None:
        """Give the null mood, each [H]; what row 1 holds of another one is forgotten."""
        self._null_slot, self._null_add = slot.astype(np.float32), add.astype(np.float32)
        self._steps[1].slot[1, 0] = self._null_slot
        self._steps[1].add[1, 0] = self._null_add
        self._lengths[1] = 0
        if self._guided:
            self._fill_null_row()

    def rewind(self, length: int) -> None:
        """Forget everything from position ``length`` on; ValueError past the end."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind {self.length} positions to {length}")
        self._lengths = [length, min(length, self._lengths[1])]

    def keep(self, length: int) -> Kept:
        """A copy of what the first ``length`` positions hold, a few milliseconds."""
        lengths = (length, min(length, self._lengths[1]))
        rows = 2 if lengths[1] else 1
        held = self.cache[:, :, :rows, :, :length]
        return Kept(self._ids[:length].copy(), held.copy(), lengths, self._guided)

    def take_up(self, kept: Kept) -> None:
        """Hold what another decoder of the same graph held, to the bit."""
        length, rows = kept.lengths[0], kept.cache.shape[2]
        self._ids[:length] = kept.ids
        self.cache[:, :, :rows, :, :length] = kept.cache
        self._lengths = list(kept.lengths)
        self._guided = kept.guided

    def step(self, token: int, slot: Floats, add: Floats) -> Floats:
        """Append one id under a mood ([H] each): logits [B, V], valid until the next call.

        Raises ValueError when the context is full.
        """
        length = self.length
        self._reserve(1)
        binding = self._steps[self._guided]
        binding.ids.fill(token)
        binding.positions.fill(length)
        binding.hear(slot, add)
        logits = binding.run(length)
        self._ids[length] = token
        self._lengths[0] = length + 1
        if self._guided:
            self._lengths[1] = length + 1
        return logits

    def prefill(self, ids: Sequence[int], slots: Floats, adds: Floats) -> Floats:
        """Append known ids under their moods ([T, H] each): logits [B, V] after the last one."""
        if not len(ids):
            raise ValueError("nothing to prefill")
        return deque(self.prefill_steps(ids, slots, adds), maxlen=1)[0]

    def prefill_steps(self, ids: Sequence[int], slots: Floats, adds: Floats) -> Iterator[Floats]:
        """The same in chunks; each item is the logits after one more chunk of every row."""
        self._reserve(len(ids))
        for first in range(0, len(ids), CHUNK):
            part = slice(first, min(first + CHUNK, len(ids)))
            count = part.stop - part.start
            start = self.length
            self._ids[start : start + count] = ids[part]
            rows = [self._run_chunk(0, start, count, slots[part], adds[part])]
            self._lengths[0] = start + count
            if self._guided:
                rows.append(self._fill_null_row())
            yield np.concatenate(rows)

    def _run_chunk(self, row: int, start: int, count: int, slots: Floats, adds: Floats) -> Floats:
        """Run ids already noted through one row: GroupQueryAttention takes a past with more than
        one new token only at batch 1."""
        key = (row, count)
        binding = self._chunks.get(key)
        if binding is None:
            binding = self._bind(slice(row, row + 1), count)
            # Odd lengths occur once or twice; keeping them all would only collect buffers.
            if count == CHUNK:
                self._chunks[key] = binding
        binding.ids[0] = self._ids[start : start + count]
        binding.positions[0] = np.arange(start, start + count)
        binding.slot[0] = slots
        binding.add[0] = adds
        return binding.run(start)

    def _fill_null_row(self) -> Floats:
        """Bring row 1 to the length of row 0; its logits [1, V]."""
        logits = np.zeros((1, self.sizes.vocabulary), np.float32)
        while self._lengths[1] < self.length:
            start = self._lengths[1]
            count = min(CHUNK, self.length - start)
            logits = self._run_chunk(1, start, count, self._null_slot, self._null_add)
            self._lengths[1] = start + count
        return logits

    def _reserve(self, count: int) -> None:
        if self.length + count > self.context:
            raise ValueError(
                f"{self.length} + {count} positions do not fit a context of {self.context}"
            )


def _cache_type(session: "onnxruntime.InferenceSession") -> type[np.float32] | type[np.int8]:
    """What the graph keeps keys and values in."""
    kinds = {value.name: value.type for value in session.get_inputs()}
    return np.int8 if kinds.get("past_key_values.0.key") == "tensor(int8)" else np.float32


def load_decoder(folder: Path, sizes: DecoderSizes, threads: int = 1) -> Decoder:
    """Open ``decoder.onnx`` of a model folder.

    Raises ModelError if the file is missing, corrupt, or not of these sizes.
    """
    session, provider = open_session(folder / "decoder.onnx", threads)
    inputs = {value.name: value.shape for value in session.get_inputs()}
    layers = sum(name.endswith(".key") for name in inputs)
    buffer = inputs.get("past_key_values.0.key", [])
    logits = {value.name: value.shape for value in session.get_outputs()}.get("logits", [])
    fits = (
        layers == sizes.layers
        and buffer[1:] == [sizes.heads, sizes.positions, sizes.head_size]
        and inputs.get("slot", [])[-1:] == [sizes.hidden]
        and logits[-1:] == [sizes.vocabulary]
    )
    if not fits:
        raise ModelError(
            f"{folder / 'decoder.onnx'} does not have the sizes that manifest.json gives; "
            "export the model again."
        )
    return Decoder(session, sizes, provider)
