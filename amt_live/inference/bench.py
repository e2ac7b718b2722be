"""How fast decoders are on this machine, beside what its memory allows: for ``amt-live bench``.

Called by ``amt_live.benching``, ``doctor`` and the offline half, never while a band plays. All that
is compared is measured in turns, a few steps each, so that what else the machine does meets
everything alike. "Paced" means with a pause before each step, as a band plays: caches and clocks
cool down in it.

The limit is how long one thread takes to read what a step must read: every weight once, and keys
and values of all positions of each row. It is measured by reading so many bytes of one block, over
and over and in turns with the steps, so the block lies in that level of cache, or in memory, where
weights, keys and values lie.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from amt_live.inference.decoder import Decoder, DecoderSizes, Floats
from amt_live.inference.sampler import Sampler
from amt_live.inference.timing import Sample, median_ms, quiet_ms, timed

POSITIONS: Final = (64, 512, 1000)
PAUSE_S: Final = 0.004
ROUNDS: Final = 16
HOT_STEPS: Final = 5
PACED_STEPS: Final = 3

TOKEN: Final = 2


class Runner(Protocol):
    """Something that does one step after another with so many positions in its cache."""

    @property
    def name(self) -> str:
        """What it is called in the table."""

    def go_to(self, place: int) -> None:
        """Have at least ``place`` positions in the cache; places come in ascending order."""

    def steps(self, count: int, pause_s: float) -> list[Sample]:
        """Do and time so many steps at the place, with a pause before each."""


class DecoderRunner:
    """Steps of our decoder, alone or as the guided pair."""

    def __init__(self, name: str, decoder: Decoder, *, guided: bool) -> None:
        self.name = name
        self._decoder = decoder.fork()
        self._decoder.guided = guided
        self._zero: Floats = np.zeros(decoder.sizes.hidden, np.float32)
        self._place = 0

    def go_to(self, place: int) -> None:
        """Fill the cache."""
        self._place = place
        _fill(self._decoder, self._zero, place)

    def steps(self, count: int, pause_s: float) -> list[Sample]:
        """One token each, taken back."""
        decoder, zero = self._decoder, self._zero
        return timed(
            lambda: decoder.step(TOKEN, zero, zero),
            count,
            pause_s,
            back=lambda: decoder.rewind(self._place),
        )


class ReadRunner:
    """Reads what a step reads: ``weights`` bytes once, ``per_position`` for each position."""

    def __init__(self, name: str, weights: int, per_position: int) -> None:
        self.name = name
        self._weights, self._per_position = weights, per_position
        self._block = np.zeros(0, np.uint8)

    def bytes_at(self, place: int) -> int:
        """How many bytes that is."""
        return self._weights + self._per_position * place

    def go_to(self, place: int) -> None:
        """Write a block: pages that nobody wrote are all the same page of zeros."""
        self._block = np.ones(self.bytes_at(place), np.uint8)

    def steps(self, count: int, pause_s: float) -> list[Sample]:
        """The largest byte of the block, each time: the plainest loop that must read them all."""
        return timed(lambda: np.maximum.reduce(self._block), count, pause_s)


def weight_bytes(graph: Path, sizes: DecoderSizes) -> int:
    """Bytes of weights that one step reads: the graph's file without its embedding tables, of
    which a step reads a few rows."""
    tables = 4 * sizes.hidden * (sizes.vocabulary + sizes.positions)
    return max(graph.stat().st_size - tables, 1)


def cache_bytes(decoder: Decoder) -> int:
    """Bytes of keys and values that one position of one row has."""
    return decoder.cache[:, :, 0, :, 0].nbytes


Times = dict[str, dict[int, tuple[float, float]]]
"""By name and place: milliseconds back to back, and paced."""


def measure(
    runners: Sequence[Runner],
    places: Sequence[int],
    rounds: int = ROUNDS,
    progress: Callable[[int, int], None] | None = None,
) -> Times:
    """Measure all runners in turns, place by place."""
    times: Times = {runner.name: {} for runner in runners}
    for number, place in enumerate(sorted(places)):
        hot: dict[str, list[list[Sample]]] = {runner.name: [] for runner in runners}
        paced: dict[str, list[list[Sample]]] = {runner.name: [] for runner in runners}
        for runner in runners:
            runner.go_to(place)
        for turn in range(rounds):
            for runner in runners:
                # The first step of a turn finds the cache full of what others left there.
                hot[runner.name].append(runner.steps(HOT_STEPS + 1, 0.0)[1:])
                paced[runner.name].append(runner.steps(PACED_STEPS, PAUSE_S))
            if progress is not None:
                progress(number * rounds + turn + 1, len(places) * rounds)
        for name in times:
            times[name][place] = (quiet_ms(hot[name]), quiet_ms(paced[name]))
    return times


@dataclass(frozen=True, slots=True)
class Step:
    """One place of the context. The ratio is of steps back to back and the limit."""

    ms: float
    limit_ms: float
    paced_ms: float
    megabytes: float

    @property
    def ratio(self) -> float:
        """How many times the limit a step takes."""
        return self.ms / self.limit_ms

    def as_dict(self) -> dict[str, float]:
        """For ``--json``."""
        return {
            "ms": round(self.ms, 4),
            "limit_ms": round(self.limit_ms, 4),
            "ratio": round(self.ratio, 3),
            "paced_ms": round(self.paced_ms, 4),
            "megabytes": round(self.megabytes, 3),
        }


@dataclass(frozen=True, slots=True)
class Decoding:
    """Steps by place, alone and as the guided pair, and what was measured beside them."""

    plain: dict[int, Step]
    guided: dict[int, Step]
    others: Times


def measure_decoding(
    decoder: Decoder,
    weights: int,
    others: Sequence[Runner] = (),
    rounds: int = ROUNDS,
    progress: Callable[[int, int], None] | None = None,
) -> Decoding:
    """Measure a decoder whose step reads ``weights`` bytes of weights, in turns with others."""
    per_position = cache_bytes(decoder)
    readers = [ReadRunner(f"read {rows}", weights, rows * per_position) for rows in (1, 2)]
    steppers = [
        DecoderRunner("step 1", decoder, guided=False),
        DecoderRunner("step 2", decoder, guided=True),
    ]
    places = [place for place in POSITIONS if place < decoder.context]
    # The readers stand beside the steps that they are compared with.
    runners: list[Runner] = [steppers[0], readers[0], *others, steppers[1], readers[1]]
    times = measure(runners, places, rounds, progress)

    def rows(index: int) -> dict[int, Step]:
        steps, reads = times[steppers[index].name], times[readers[index].name]
        return {
            place: Step(
                steps[place][0],
                reads[place][0],
                steps[place][1],
                readers[index].bytes_at(place) / 1e6,
            )
            for place in places
        }

    return Decoding(rows(0), rows(1), {runner.name: times[runner.name] for runner in others})


def _fill(decoder: Decoder, zero: Floats, length: int) -> None:
    """Have exactly ``length`` positions in the cache."""
    if decoder.length > length:
        decoder.rewind(length)
    missing = length - decoder.length
    if missing:
        many = np.broadcast_to(zero, (missing, len(zero)))
        decoder.prefill([TOKEN] * missing, many, many)


def step_ms(
    decoder: Decoder,
    place: int,
    *,
    guided: bool = True,
    steps: int,
    pause_s: float = PAUSE_S,
    within_s: float = math.inf,
) -> float:
    """The median of steps at a place of the context with a pause before each, as a band plays.

    Stops early, after three steps at least, when they take longer than ``within_s`` in all.
    """
    zero = np.zeros(decoder.sizes.hidden, np.float32)
    decoder.guided = False
    decoder.rewind(0)
    _fill(decoder, zero, place)
    decoder.guided = guided
    samples: list[Sample] = []
    until_s = time.perf_counter() + within_s
    while len(samples) < steps and (len(samples) < 3 or time.perf_counter() < until_s):
        samples += timed(lambda: decoder.step(TOKEN, zero, zero), 1, pause_s)
        decoder.rewind(place)
    return median_ms(samples)


def prefill_ms(decoder: Decoder, length: int, repeats: int = 3) -> float:
    """The median of filling an empty cache with so many positions of one row, in chunks."""
    zero = np.zeros(decoder.sizes.hidden, np.float32)
    decoder.guided = False
    decoder.rewind(0)
    samples = timed(lambda: _fill(decoder, zero, length), repeats, back=lambda: decoder.rewind(0))
    return median_ms(samples)


def sampling_ms(decoder: Decoder, repeats: int) -> float:
    """The median of draws from guided logits."""
    zero = np.zeros(decoder.sizes.hidden, np.float32)
    decoder.guided = False
    decoder.rewind(0)
    _fill(decoder, zero, 8)
    decoder.guided = True
    logits = decoder.step(TOKEN, zero, zero).copy()
    sampler = Sampler(0)
    everything = ((0, logits.shape[1]),)
    return median_ms(
        timed(lambda: sampler.choose(logits, everything, (1,), top_p=0.95, guidance=2.0), repeats)
    )
