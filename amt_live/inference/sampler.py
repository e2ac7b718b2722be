"""Choosing the next id: guidance, mask, temperature, top-k, top-p and a seeded draw, in numpy.

Called once a token, on the generator's thread; tens of microseconds a call. The mask is given as
ranges of ids, so this module knows no music. The random state is a small value that scenes, takes
and rewinds can keep.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


class RandomState(NamedTuple):
    """State of the PCG64 generator, as plain integers."""

    state: int
    increment: int


class Sampler:
    """Draws ids; the same seed and the same logits give the same ids. Not thread-safe."""

    def __init__(self, seed: int = 0) -> None:
        self._bits = np.random.PCG64(0)
        self._random = np.random.Generator(self._bits)
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Start over from a seed (any integer)."""
        # SeedSequence takes no negative numbers, users do type them.
        self._bits = np.random.PCG64(seed % 2**64)
        self._random = np.random.Generator(self._bits)

    @property
    def state(self) -> RandomState:
        """The random state now."""
        inner = self._bits.state["state"]
        return RandomState(inner["state"], inner["inc"])

    @state.setter
    def state(self, value: RandomState) -> None:
        """Go back to a state that was read before."""
        self._bits.state = {
            "bit_generator": "PCG64",
            "state": {"state": value.state, "inc": value.increment},
            "has_uint32": 0,
            "uinteger": 0,
        }

    def choose(
        self,
        logits: Floats,
        ranges: Sequence[tuple[int, int]],
        forbidden: Sequence[int] = (),
        *,
        temperature: float = 1.0,
        top_p: float = 1.0,
        top_k: int = 0,
        guidance: float = 1.0,
        bias: Floats | None = None,
        groups: Sequence[tuple[int, int]] = (),
    ) -> int:
        """An id out of half-open ``ranges`` without the ``forbidden`` ones.

        ``logits`` [B, V]: row 0 under the mood, row 1 (if any) under the null mood; ``guidance``
        extrapolates from row 1 to row 0 (1 is row 0 alone). ``bias`` [V] is added after guidance;
        within each of the ``groups`` (half-open ranges) it moves weight between ids and leaves
        their sum as it was.
        ``top_k`` 0 is off; a temperature under 0.01 takes the best id. Raises ValueError if nothing
        is left to choose from.
        """
        scores = _masked(logits, ranges, forbidden, guidance)
        if bias is not None:
            scores = _biased(scores, bias, groups)
        best = int(scores.argmax())
        if scores[best] == -np.inf:
            raise ValueError(f"no id is allowed in {tuple(ranges)} without {tuple(forbidden)}")
        if temperature < 0.01:
            return best
        weights = np.exp((scores - scores[best]) * (1.0 / temperature))
        ids = weights.nonzero()[0]
        weights = weights[ids]
        if 0 < top_k < len(weights):
            weights[weights < np.partition(weights, -top_k)[-top_k]] = 0.0
        if top_p < 1.0:
            ids, weights = _nucleus(ids, weights, top_p)
        sums = weights.cumsum()
        drawn = int(sums.searchsorted(self._random.random() * sums[-1], side="right"))
        return int(ids[min(drawn, len(ids) - 1)])


def _masked(
    logits: Floats,
    ranges: Sequence[tuple[int, int]],
    forbidden: Sequence[int],
    guidance: float,
) -> NDArray[np.float64]:
    """Scores [V], -inf where an id may not come."""
    scores = np.full(logits.shape[1], -np.inf)
    row = logits[0]
    if len(logits) > 1 and guidance != 1.0:
        row = logits[1] + np.float32(guidance) * (row - logits[1])
    for first, end in ranges:
        scores[first:end] = row[first:end]
    if forbidden:
        scores[list(forbidden)] = -np.inf
    return scores


def _biased(
    scores: NDArray[np.float64], bias: Floats, groups: Sequence[tuple[int, int]]
) -> NDArray[np.float64]:
    """Scores with the bias; each group keeps the joint weight that it had."""
    biased = scores + bias
    for first, end in groups:
        before, after = scores[first:end], biased[first:end]
        highest = before.max()
        if highest > -np.inf:
            ratio = np.exp(after - highest).sum() / np.exp(before - highest).sum()
            after -= np.log(ratio)
    return biased


def _nucleus(
    ids: NDArray[np.intp], weights: NDArray[np.float64], top_p: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The most likely ids that together reach ``top_p``, at least one."""
    order = (-weights).argsort(kind="stable")
    sums = weights[order].cumsum()
    kept = order[: int(sums.searchsorted(top_p * sums[-1])) + 1]
    return ids[kept], weights[kept]
