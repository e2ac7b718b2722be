"""How much a variant of a decoder loses: perplexity on held-out music, and agreement with fp32.

Called by ``variants``. A variant is whatever hears a passage and gives the logits after each of its
ids. 8-bit ones hear step by step, as a band plays: their products take one scale from everything
that is multiplied at once, so to hear a passage whole would be another arithmetic. The others have
a scale for each row or none, and hear it whole, which is many times faster.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.inference.decoder import Decoder
from amt_live.runtime import open_session
from amt_live.tokens import vocabulary
from export.passages import Passage
from export.to_onnx import DecoderShape

Floats = NDArray[np.float32]
Hear: TypeAlias = Callable[[Passage], Floats]

REFERENCE: Final = "fp32"
NOISE: Final = 0.003
"""A variant is heard until the 95 % interval of its perplexity is no wider to either side."""
LEAST_TOKENS: Final = 4096
LEAST_PASSAGES: Final = 8


@dataclass(frozen=True, slots=True)
class Score:
    """One variant. ``change`` is its perplexity over that of fp32, minus 1; ``noise`` half of the
    95 % interval of that; ``kl`` in nats a token; ``top1`` how often the likeliest id is the same.
    """

    perplexity: float
    change: float
    noise: float
    kl: float
    top1: float
    tokens: int


@dataclass(slots=True)
class _Sums:
    """Of one passage after another: losses in nats, and agreement with the reference."""

    counts: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    kl: float = 0.0
    same: int = 0


def score(variants: Mapping[str, Hear], passages: Iterable[Passage], most: int) -> dict[str, Score]:
    """Scores by the name of the variant; ``fp32`` is what the others are compared with.

    Each is heard until its noise is small enough, or ``most`` tokens or all passages were.
    Perplexities are those of fp32 on all that was heard, times the change.
    """
    sums = {name: _Sums() for name in variants}
    waiting = set(variants) - {REFERENCE}
    bar = tqdm(desc="perplexity", total=most, unit="token", disable=None, leave=False)
    for passage in passages:
        counted = np.flatnonzero(passage.ids[1:] != vocabulary.MOOD)
        targets = passage.ids[1:][counted]
        reference = _log_softmax(variants[REFERENCE](passage)[counted])
        _add(sums[REFERENCE], reference, reference, targets)
        for name in sorted(waiting):
            heard = _log_softmax(variants[name](passage)[counted])
            _add(sums[name], reference, heard, targets)
            if _is_quiet(sums[name]):
                waiting.discard(name)
        bar.update(len(targets))
        if not waiting or sum(sums[REFERENCE].counts) >= most:
            break
    bar.close()
    mine = sums[REFERENCE]
    perplexity = float(np.exp(sum(mine.losses) / sum(mine.counts)))
    return {name: _score(row, perplexity) for name, row in sums.items()}


def _is_quiet(sums: _Sums) -> bool:
    if len(sums.counts) < LEAST_PASSAGES or sum(sums.counts) < LEAST_TOKENS:
        return False
    return _change(sums)[1] < NOISE


def _add(
    sums: _Sums,
    reference: NDArray[np.float64],
    heard: NDArray[np.float64],
    targets: NDArray[np.int64],
) -> None:
    places = np.arange(len(targets))
    sums.counts.append(len(targets))
    sums.losses.append(-float(heard[places, targets].sum()))
    sums.reference.append(-float(reference[places, targets].sum()))
    sums.kl += float((np.exp(reference) * (reference - heard)).sum())
    sums.same += int((reference.argmax(axis=1) == heard.argmax(axis=1)).sum())


def _change(sums: _Sums) -> tuple[float, float]:
    """Change of perplexity and its noise: a ratio of sums over passages, whose tokens are alike."""
    counts = np.array(sums.counts, np.float64)
    gaps = np.array(sums.losses) - np.array(sums.reference)
    gap = gaps.sum() / counts.sum()
    passages = len(counts)
    rest = float(((gaps - gap * counts) ** 2).sum())
    error = np.sqrt(rest * passages / max(passages - 1, 1)) / counts.sum()
    with np.errstate(over="ignore"):  # a broken graph may be endlessly worse
        return float(np.expm1(gap)), float(1.96 * error * np.exp(gap))


def _score(sums: _Sums, perplexity: float) -> Score:
    tokens = sum(sums.counts)
    change, noise = _change(sums)
    kl = max(0.0, sums.kl / tokens)
    return Score(perplexity * (1 + change), change, noise, kl, sums.same / tokens, tokens)


def by_steps(decoder: Decoder) -> Hear:
    """A decoder that hears a passage id by id."""
    return lambda passage: stepped(decoder, passage)


def stepped(decoder: Decoder, passage: Passage, start: int = 0) -> Floats:
    """Logits [T - start, V] after each id, one step at a time, from position ``start`` on."""
    decoder.guided = False
    decoder.rewind(start)
    rows = []
    for token, which in zip(passage.ids[start:], passage.index[start:], strict=True):
        mood = passage.moods[which]
        rows.append(decoder.step(int(token), mood.slot, mood.add)[0].copy())
    return np.stack(rows)


def as_a_whole(path: Path, shape: DecoderShape) -> Hear:
    """A graph with the logits of every position, which hears a passage at once."""
    session, _ = open_session(path)
    buffer = np.zeros((1, shape.heads, shape.positions, shape.head_size), np.float32)
    past = {
        f"past_key_values.{layer}.{kind}": buffer
        for layer in range(shape.layers)
        for kind in ("key", "value")
    }

    def hear(passage: Passage) -> Floats:
        count = len(passage.ids)
        inputs = {
            "ids": passage.ids[None],
            "positions": np.arange(count)[None],
            "slot": passage.slots[None],
            "add": passage.adds[None],
            "seqlens_k": np.array([count - 1], np.int32),
            "total_seqlen": np.array([count], np.int32),
        }
        (logits,) = session.run(["logits"], {**inputs, **past})
        rows: Floats = logits
        return rows

    return hear


def _log_softmax(logits: Floats) -> NDArray[np.float64]:
    x = logits.astype(np.float64)
    x -= x.max(axis=1, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=1, keepdims=True)))
