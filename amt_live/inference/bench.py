"""How fast a model is on this machine: what ``amt-live bench`` prints.

Called from the command line only. Steps are measured paced, a pause between them, because that is
how a band plays: caches and clocks cool down, and a step takes longer than in a hot loop.
"""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from amt_live.inference.decoder import CHUNK, Decoder, Floats
from amt_live.inference.sampler import Sampler

POSITIONS = (64, 512, 1000)
PAUSE_S = 0.004


@dataclass(frozen=True, slots=True)
class BenchResult:
    """Medians in milliseconds; the keys of ``decode_ms`` are positions, plain and guided."""

    provider: str
    decode_ms: dict[str, dict[int, float]]
    prefill_512_ms: float
    sample_ms: float
    embed_ms: float | None
    tokens_per_s: float
    """Guided, sampling included, at 512 positions, as fast as it goes."""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For people."""
        rows = [f"runs on          {self.provider}"]
        for name, row in self.decode_ms.items():
            cells = ", ".join(f"{value:.2f} at {place}" for place, value in row.items())
            rows.append(f"{f'step, {name}':<16} {cells} positions (ms, paced)")
        rows.append(f"prefill of 512   {self.prefill_512_ms:.0f} ms, in chunks of {CHUNK}")
        rows.append(f"sampling         {self.sample_ms * 1000:.0f} us")
        if self.embed_ms is not None:
            rows.append(f"a mood's text    {self.embed_ms:.1f} ms")
        rows.append(f"tokens           {self.tokens_per_s:.0f} a second, guided")
        return rows


def run_bench(
    decoder: Decoder, embed: Callable[[str], object] | None = None, repeats: int = 40
) -> BenchResult:
    """Measure a decoder (its cache is used up) and, if given, the text embedding of new phrases."""
    zero: Floats = np.zeros(decoder.sizes.hidden, np.float32)
    decode_ms: dict[str, dict[int, float]] = {}
    for name, guided in (("plain", False), ("guided", True)):
        decode_ms[name] = {
            place: round(step_ms(decoder, place, guided=guided, steps=repeats), 4)
            for place in POSITIONS
            if place < decoder.context
        }
    sample_ms = sampling_ms(decoder, repeats)
    hot_ms = round(step_ms(decoder, 512, steps=repeats, pause_s=0.0), 4)
    return BenchResult(
        provider=decoder.provider,
        decode_ms=decode_ms,
        prefill_512_ms=round(_prefill_ms(decoder, zero, 512), 1),
        sample_ms=round(sample_ms, 4),
        embed_ms=None if embed is None else round(_embed_ms(embed), 2),
        tokens_per_s=round(1000 / (hot_ms + sample_ms), 1),
    )


def _fill(decoder: Decoder, zero: Floats, length: int, guided: bool) -> None:
    decoder.guided = False
    decoder.rewind(0)
    many = np.broadcast_to(zero, (length, len(zero)))
    decoder.prefill([2] * length, many, many)
    decoder.guided = guided


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
    _fill(decoder, zero, place, guided)
    times: list[float] = []
    until_s = time.perf_counter() + within_s
    while len(times) < steps and (len(times) < 3 or time.perf_counter() < until_s):
        # The pause is what is measured (caches and clocks cool down), not a way to wait.
        time.sleep(pause_s)
        began_s = time.perf_counter()
        decoder.step(2, zero, zero)
        times.append(time.perf_counter() - began_s)
        decoder.rewind(place)
    return statistics.median(times) * 1000


def _prefill_ms(decoder: Decoder, zero: Floats, length: int) -> float:
    began_s = time.perf_counter()
    _fill(decoder, zero, length, guided=False)
    return (time.perf_counter() - began_s) * 1000


def sampling_ms(decoder: Decoder, repeats: int) -> float:
    """The median of draws from guided logits."""
    zero = np.zeros(decoder.sizes.hidden, np.float32)
    _fill(decoder, zero, 8, guided=True)
    logits = decoder.step(2, zero, zero).copy()
    sampler = Sampler(0)
    everything = ((0, logits.shape[1]),)
    times = []
    for _ in range(repeats):
        began_s = time.perf_counter()
        sampler.choose(logits, everything, (1,), top_p=0.95, guidance=2.0)
        times.append(time.perf_counter() - began_s)
    return statistics.median(times) * 1000


def _embed_ms(embed: Callable[[str], object]) -> float:
    times = []
    first = time.perf_counter_ns()  # a phrase heard before would come from the cache
    for index in range(8):
        began_s = time.perf_counter()
        embed(f"calm piano ballad {first + index}")
        times.append(time.perf_counter() - began_s)
    return statistics.median(times) * 1000
