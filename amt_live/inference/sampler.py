"""Choosing the next id: guidance, mask, temperature, top-k, top-p and a seeded draw, in numpy.

Called once a token, on the generator's thread; tens of microseconds a call. The mask is given as
ranges of ids, so this module knows no music. The random state is a small value that scenes, takes
and rewinds can keep.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]

SORTED_WHOLE: Final = 32
"""So many weights are sorted without leaving out the least of them first."""


class RandomState(NamedTuple):
    """State of the PCG64 generator, as plain integers."""

    state: int
    increment: int


class Sampler:
    """Draws ids; the same seed and the same logits give the same ids. Not thread-safe."""

    def __init__(self, seed: int = 0) -> None:
        self._bits = np.random.PCG64(0)
        self._random = np.random.Generator(self._bits)
        self._scores: Doubles = np.empty(0)
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
        scores = self._masked(logits, ranges, forbidden, guidance)
        if bias is not None:
            scores = _biased(scores, bias, groups)
        best = int(scores.argmax())
        if scores[best] == -np.inf:
            raise ValueError(f"no id is allowed in {tuple(ranges)} without {tuple(forbidden)}")
        if temperature < 0.01:
            return best
        scores -= scores[best]
        scores *= 1.0 / temperature
        weights = np.exp(scores)
        ids = weights.nonzero()[0]
        weights = weights[ids]
        if 0 < top_k < len(weights):
            weights[weights < np.partition(weights, -top_k)[-top_k]] = 0.0
        if top_p < 1.0:
            ids, sums = _nucleus(ids, weights, top_p)
        else:
            sums = weights.cumsum()
        drawn = int(sums.searchsorted(self._random.random() * sums[-1], side="right"))
        return int(ids[min(drawn, len(ids) - 1)])

    def _masked(
        self,
        logits: Floats,
        ranges: Sequence[tuple[int, int]],
        forbidden: Sequence[int],
        guidance: float,
    ) -> Doubles:
        """Scores [V], -inf where an id may not come; overwritten by the next call."""
        if len(self._scores) != logits.shape[1]:
            self._scores = np.empty(logits.shape[1])
        scores = self._scores
        scores.fill(-np.inf)
        row = logits[0]
        if len(logits) > 1 and guidance != 1.0:
            row = row - logits[1]
            row *= np.float32(guidance)
            row += logits[1]
        for first, end in ranges:
            scores[first:end] = row[first:end]
        for token in forbidden:
            scores[token] = -np.inf
        return scores


def _biased(scores: Doubles, bias: Floats, groups: Sequence[tuple[int, int]]) -> Doubles:
    """Scores with the bias; each group keeps the joint weight that it had."""
    both = np.empty((2, len(scores)))
    both[0] = scores
    biased: Doubles = both[1]
    np.add(scores, bias, out=biased)
    for first, end in groups:
        group = both[:, first:end]
        highest = group[0, group[0].argmax()]
        if highest > -np.inf:
            weights = group - highest
            before, after = np.add.reduce(np.exp(weights, out=weights), axis=1).tolist()
            if after > 0:
                group[1] -= math.log(after / before)
    return biased


def _nucleus(
    ids: NDArray[np.intp], weights: Doubles, top_p: float
) -> tuple[NDArray[np.intp], Doubles]:
    """The most likely ids that together reach ``top_p``, at least one, and their running sums."""
    total = np.add.reduce(weights)
    if len(weights) > SORTED_WHOLE:
        # All ids below this weight together are less than what the nucleus leaves out, and sorting
        # is what takes longest here.
        likely = (weights >= (1.0 - top_p) * total / len(weights)).nonzero()[0]
        ids, weights = ids[likely], weights[likely]
    order = (-weights).argsort(kind="stable")
    sums = weights[order].cumsum()
    count = int(sums.searchsorted(top_p * total)) + 1
    return ids[order[:count]], sums[:count]
