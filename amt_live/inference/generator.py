"""An endless stream of ids from a model with a limited context.

Called by the engine, on its thread. The caller feeds every id together with the mood that governs
it, marks where bars begin, asks for the next id under a mask, and may rewind. When the context is
nearly full, a second cache is filled in small chunks with the newest bars while the first still
plays; then the two change places. Invariant: what the caches hold depends only on the ids, marks
and moods before a position, never on how far generation had run ahead before a rewind (of up to
about 300 ids in a context of 1024).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from amt_live.inference.decoder import CHUNK, Decoder, Floats, Kept
from amt_live.inference.sampler import RandomState, Sampler


class Steering(Protocol):
    """What a mood is to the model: two vectors [H]."""

    @property
    def slot(self) -> Floats:
        """Input embedding of the mood's own position."""

    @property
    def add(self) -> Floats:
        """Added to the input of every id that the mood governs."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How ids are drawn; see ``Sampler.choose``. Guidance 1 needs no second row and is faster."""

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    guidance: float = 1.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What ``Generator.restore`` needs to go on from a place; marks count from the first id."""

    ids: tuple[int, ...]
    moods: tuple[Steering, ...]
    marks: tuple[int, ...]
    random: RandomState


@dataclass(frozen=True, slots=True)
class Memory:
    """All that a generator had in mind at a place of its stream, to go on from there exactly.

    ``kept`` is what its cache held; without it the ids are heard again, which takes a prefill and
    may differ from what was heard by rounding.
    """

    base: int
    """The position of the first id."""
    ids: tuple[int, ...]
    moods: tuple[Steering, ...]
    marks: tuple[int, ...]
    """Positions at which bars begin."""
    kept: Kept | None = None

    @property
    def position(self) -> int:
        """How many ids the stream has."""
        return self.base + len(self.ids)


class _Cache:
    """A decoder and the stream position that its first cache position holds."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.base = 0

    @property
    def end(self) -> int:
        return self.base + self.decoder.length

    def clear(self, base: int) -> None:
        self.decoder.rewind(0)
        self.base = base


class Generator:
    """Ids one by one, without end. Positions count ids from the start of the stream.

    Not thread-safe: one thread at a time.
    """

    def __init__(self, decoder: Decoder, null: Steering, seed: int = 0) -> None:
        decoder.set_null(null.slot, null.add)
        self._null = null
        self.sampler = Sampler(seed)
        self.sampling = Sampling()
        context = decoder.context
        self._keep = context * 7 // 16
        self._refill_at = context * 7 // 8
        self._swap_at = context - 8
        chunks = (self._keep + self._swap_at - self._refill_at) // CHUNK + 1
        self._refill_every = max(1, (self._swap_at - self._refill_at) // chunks)
        self._active = _Cache(decoder)
        self._spare = _Cache(decoder.fork())
        self._filling = False
        self._first = 0
        """Position of the oldest id remembered in ``_ids`` and ``_moods``."""
        self._ids: list[int] = []
        self._moods: list[Steering] = []
        self._marks: list[int] = []
        self._logits: Floats | None = None

    @property
    def position(self) -> int:
        """How many ids the stream has."""
        return self._first + len(self._ids)

    @property
    def provider(self) -> str:
        """What the model runs on and why, one line."""
        return self._active.decoder.provider

    def set_sampling(self, sampling: Sampling) -> None:
        """Draw like this from now on. Switching guidance on costs a prefill of the context."""
        guided = sampling.guidance != 1.0
        if guided != self._active.decoder.guided:
            self._active.decoder.guided = guided
            if self._filling:
                self._spare.decoder.guided = guided
            self._logits = None
        self.sampling = sampling

    def mark(self) -> None:
        """Say that the next id begins a bar: the context may be cut here."""
        if not self._marks or self._marks[-1] != self.position:
            self._marks.append(self.position)

    def feed(self, token: int, mood: Steering) -> None:
        """Append an id under its mood."""
        self._ids.append(token)
        self._moods.append(mood)
        self._logits = self._active.decoder.step(token, mood.slot, mood.add)
        length = self._active.decoder.length
        if length >= self._refill_at:
            self._prepare_spare(length)

    def choose(
        self,
        ranges: Sequence[tuple[int, int]],
        forbidden: Sequence[int] = (),
        bias: Floats | None = None,
        groups: Sequence[tuple[int, int]] = (),
        heat: float = 1.0,
    ) -> int:
        """Draw the next id under a mask, without appending it; ``heat`` times the temperature.
        ValueError for an empty stream."""
        if self._logits is None:
            self._logits = self._hear_last_again()
        sampling = self.sampling
        return self.sampler.choose(
            self._logits,
            ranges,
            forbidden,
            temperature=sampling.temperature * heat,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            guidance=sampling.guidance,
            bias=bias,
            groups=groups,
        )

    def rewind(self, position: int) -> None:
        """Forget every id from ``position`` on.

        Free within the context; further back the context is filled again, which takes a prefill.
        ValueError where nothing is remembered any more.
        """
        if not self._first <= position <= self.position:
            raise ValueError(
                f"cannot rewind to {position}: ids {self._first} to {self.position} are remembered"
            )
        if position == self.position:
            return
        count = position - self._first
        del self._ids[count:], self._moods[count:]
        self._marks = [mark for mark in self._marks if mark < position]
        self._logits = None
        if not self._filling and self._spare.base < self._active.base:
            # The spare still is the cache that played up to the last change of places.
            if position < self._spare.end:
                self._active, self._spare = self._spare, self._active
                self._active.decoder.guided = self._spare.decoder.guided
                self._filling = True
        # With nothing left in the context there would be no logits to go on from.
        if position < self._active.base or position == self._active.base > 0:
            self._rebuild()
            return
        self._active.decoder.rewind(position - self._active.base)
        self._rewind_spare(position)

    def reset(self) -> None:
        """Forget everything but sampling and random state."""
        self._active.clear(0)
        self._spare.clear(0)
        self._filling = False
        self._first = 0
        self._ids, self._moods, self._marks, self._logits = [], [], [], None

    def prime(
        self, ids: Sequence[int], moods: Sequence[Steering], marks: Sequence[int] = ()
    ) -> None:
        """Start a new stream with known ids, their moods and the indices where bars begin."""
        self.reset()
        self._ids, self._moods, self._marks = list(ids), list(moods), sorted(marks)
        self._rebuild()

    def snapshot(self) -> Snapshot:
        """The ids in the context with all that continuing from here takes."""
        base = self._active.base
        start = base - self._first
        marks = tuple(mark - base for mark in self._marks if mark >= base)
        return Snapshot(
            tuple(self._ids[start:]), tuple(self._moods[start:]), marks, self.sampler.state
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot: a prefill of its ids."""
        self.prime(snapshot.ids, snapshot.moods, snapshot.marks)
        self.sampler.state = snapshot.random

    def fork(self) -> "Generator":
        """Another, empty generator over the same graph; its caches take memory and a moment."""
        other = Generator(self._active.decoder.fork(), self._null)
        other.set_sampling(self.sampling)
        return other

    def warm(self) -> None:
        """Have its memory given to it now: the first use of each page takes time."""
        for cache in (self._active, self._spare):
            cache.decoder.warm()

    def remember(self, position: int) -> Memory:
        """What it had in mind when the stream had so many ids; ValueError when that is forgotten.

        It takes a few milliseconds, and plays on as before.
        """
        cache = self._active
        if not self._filling and self._spare.base < cache.base and position < self._spare.end:
            cache = self._spare  # as in ``rewind``
        if not max(cache.base, self._first) <= position <= cache.end:
            raise ValueError(f"position {position} is not in the context")
        span = slice(cache.base - self._first, position - self._first)
        marks = tuple(mark for mark in self._marks if cache.base <= mark < position)
        kept = cache.decoder.keep(position - cache.base)
        return Memory(cache.base, tuple(self._ids[span]), tuple(self._moods[span]), marks, kept)

    def fits(self, memory: Memory) -> bool:
        """Whether a generator over this graph can have had it in mind, as far as sizes tell."""
        kept, pattern = memory.kept, self._active.decoder.keep(0).cache
        if len(memory.ids) >= self._swap_at or len(memory.moods) != len(memory.ids):
            return False
        if kept is None:
            return True
        length, second = kept.lengths
        shape = list(pattern.shape)
        shape[2], shape[4] = 2 if second else 1, length
        is_as_long = len(kept.ids) == len(memory.ids) == length >= second >= 0
        return is_as_long and kept.cache.dtype == pattern.dtype and [*kept.cache.shape] == shape

    def take_up(self, memory: Memory) -> None:
        """Go on from what another generator over the same graph had in mind."""
        self.reset()
        self._first = memory.base
        self._ids, self._moods = list(memory.ids), list(memory.moods)
        self._marks = list(memory.marks)
        self._active.clear(memory.base)
        self._spare.base = memory.base
        if memory.kept is not None:
            self._active.decoder.take_up(memory.kept)
        else:
            while self._active.end < self.position:
                self._fill(self._active, min(self._active.end + CHUNK, self.position))
        if self._active.decoder.length >= self._refill_at:
            # The spare cache begins where it would have begun.
            self._spare.clear(self._cut(memory.base + self._refill_at))
            self._spare.decoder.guided = self._active.decoder.guided
            self._filling = True

    def _prepare_spare(self, length: int) -> None:
        if not self._filling:
            self._spare.clear(self._cut())
            self._spare.decoder.guided = self._active.decoder.guided
            self._filling = True
            self._forget_old()
        if length >= self._swap_at:
            self._change_places()
        elif (length - self._refill_at) % self._refill_every == 0:
            if self._spare.end + CHUNK <= self.position:
                self._fill(self._spare, self._spare.end + CHUNK)

    def _change_places(self) -> None:
        """Finish the spare cache and play on from it; the old one stays good for rewinding."""
        while self._spare.end < self.position - 1:
            self._fill(self._spare, min(self._spare.end + CHUNK, self.position - 1))
        self._active, self._spare = self._spare, self._active
        self._filling = False
        # One step, not part of a chunk: the logits are then those of rewinding to this place.
        last = self._moods[-1]
        self._logits = self._active.decoder.step(self._ids[-1], last.slot, last.add)

    def _rewind_spare(self, position: int) -> None:
        if not self._filling:
            return
        if position - self._active.base < self._refill_at:
            # Not yet cut at this position; the bars after it may begin elsewhere now.
            self._spare.clear(self._active.base)
            self._filling = False
            return
        filled = min(self._spare.end, position) - self._spare.base
        self._spare.decoder.rewind(filled // CHUNK * CHUNK)

    def _rebuild(self) -> None:
        """Fill the active cache from memory with the newest bars, the last id as a step."""
        self._filling = False
        self._spare.clear(0)
        fits = len(self._ids) < self._refill_at
        base = self._first if fits else self._cut()
        self._active.clear(base)
        self._spare.base = base
        end = self.position - 1
        while self._active.end < end:
            self._fill(self._active, min(self._active.end + CHUNK, end))
        self._logits = None
        if self._ids:
            last = self._moods[-1]
            self._logits = self._active.decoder.step(self._ids[-1], last.slot, last.add)

    def _fill(self, cache: _Cache, end: int) -> None:
        span = slice(cache.end - self._first, end - self._first)
        moods = self._moods[span]
        if moods:
            slots = np.stack([mood.slot for mood in moods])
            adds = np.stack([mood.add for mood in moods])
            cache.decoder.prefill(self._ids[span], slots, adds)

    def _cut(self, position: int | None = None) -> int:
        """Where the newest bars that fill about half of the context begin."""
        earliest = (self.position if position is None else position) - self._keep
        return next((mark for mark in self._marks if mark >= earliest), earliest)

    def _hear_last_again(self) -> Floats:
        if not self._ids:
            raise ValueError("an empty stream: feed an id before choosing one")
        last = self._moods[-1]
        self._active.decoder.rewind(self._active.decoder.length - 1)
        return self._active.decoder.step(self._ids[-1], last.slot, last.add)

    def _forget_old(self) -> None:
        """Keep what rewinding may need: twice the context."""
        surplus = len(self._ids) - 2 * self._active.decoder.context
        if surplus > 0:
            self._first += surplus
            del self._ids[:surplus], self._moods[:surplus]
            self._marks = [mark for mark in self._marks if mark >= self._first]
