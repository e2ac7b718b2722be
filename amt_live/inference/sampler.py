"""Choosing the next id: guidance, mask, temperature, top-k, top-p and a seeded draw.

Called once a token, on the generator's thread. The mask is given as ranges of ids, so this module
knows no music. Numpy is asked for what is long, in single precision and only where ids may come;
what is short (the nucleus, the sums of groups) takes less time in plain Python. The random state is
a small value that scenes, takes and rewinds can keep.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Groups: TypeAlias = Sequence[tuple[int, int]]

SORTED_WHOLE: Final = 32
"""So many weights are sorted without leaving out the least of them first."""

FEW_SHARE: Final = 1 / 8
"""A weight of so much of what the nucleus leaves out is seldom outside of it."""

_MULTIPLIER: Final = 0x2360ED051FC65DA44385DF649FCCF645
_BITS_128: Final = (1 << 128) - 1
_BITS_64: Final = (1 << 64) - 1
_TO_UNIT: Final = 2.0**-53


class RandomState(NamedTuple):
    """State of the PCG64 generator, as plain integers."""

    state: int
    increment: int


class Sampler:
    """Draws ids; the same seed and the same logits give the same ids. Not thread-safe."""

    def __init__(self, seed: int = 0) -> None:
        self._state, self._increment = 0, 1
        self._scores: Floats = np.empty(0, np.float32)
        """Of all ids without the bias, then of all with it, in one piece."""
        self._weights: Floats = np.empty(0, np.float32)
        """What the scores weigh, and a nought behind."""
        self._known_edges: dict[tuple[tuple[int, int], ...], NDArray[np.intp]] = {}
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Start over from a seed (any integer)."""
        # SeedSequence takes no negative numbers, users do type them.
        inner = np.random.PCG64(seed % 2**64).state["state"]
        self._state, self._increment = inner["state"], inner["inc"]

    @property
    def state(self) -> RandomState:
        """The random state now."""
        return RandomState(self._state, self._increment)

    @state.setter
    def state(self, value: RandomState) -> None:
        """Go back to a state that was read before."""
        self._state, self._increment = value

    def random(self) -> float:
        """The next number from 0 up to 1, as ``numpy.random.Generator(PCG64)`` draws it.

        PCG XSL-RR 128/64 (O'Neill, PCG: A Family of Simple Fast Space-Efficient Statistically Good
        Algorithms, 2014). The state is kept beside every position, and numpy takes ten times as
        long to tell and to set it as this takes to draw.
        """
        state = self._state = self._state * _MULTIPLIER + self._increment & _BITS_128
        folded, turn = (state >> 64 ^ state) & _BITS_64, state >> 122
        return (((folded >> turn | folded << 64 - turn) & _BITS_64) >> 11) * _TO_UNIT

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
        groups: Groups = (),
    ) -> int:
        """An id out of half-open ``ranges`` without the ``forbidden`` ones.

        ``logits`` [B, V]: row 0 under the mood, row 1 (if any) under the null mood; ``guidance``
        extrapolates from row 1 to row 0 (1 is row 0 alone). ``bias`` [V] is added after guidance,
        and read only where ids may come; within each of the ``groups`` (half-open ranges) it moves
        weight between ids and leaves their sum as it was.
        ``top_k`` 0 is off; a temperature under 0.01 takes the best id. Raises ValueError if nothing
        is left to choose from.
        """
        if not ranges:
            raise ValueError(f"no id is allowed in {tuple(ranges)} without {tuple(forbidden)}")
        if bias is not None and _are_cut(ranges, groups):
            first, scores = self._masked(logits, ranges, forbidden, guidance, is_whole=True)
            scores = self._with_groups(scores, bias, groups)
        else:
            first, scores = self._masked(logits, ranges, forbidden, guidance)
            if bias is not None:
                scores += bias[first : first + len(scores)]
        best = int(scores.argmax()) if len(scores) else 0
        highest = float(scores[best]) if len(scores) else -math.inf
        if highest == -math.inf:
            raise ValueError(f"no id is allowed in {tuple(ranges)} without {tuple(forbidden)}")
        if temperature < 0.01:
            return first + best
        scores -= highest
        if temperature != 1.0:
            scores *= 1.0 / temperature
        weights: Floats = np.exp(scores, out=scores)
        if 0 < top_k < len(weights):
            weights[weights < np.partition(weights, -top_k)[-top_k]] = 0.0
        if top_p < 1.0:
            return first + self._draw_likely(weights, top_p)
        ids = weights.nonzero()[0]
        sums = weights[ids].cumsum(dtype=np.float64)
        drawn = int(sums.searchsorted(self.random() * sums[-1], side="right"))
        return first + int(ids[min(drawn, len(ids) - 1)])

    def _masked(
        self,
        logits: Floats,
        ranges: Sequence[tuple[int, int]],
        forbidden: Sequence[int],
        guidance: float,
        *,
        is_whole: bool = False,
    ) -> tuple[int, Floats]:
        """The first id that has a score, and the scores [V or fewer] from it on: -inf where an id
        may not come. The next call overwrites them."""
        if len(self._scores) != 2 * logits.shape[1]:
            self._scores = np.empty(2 * logits.shape[1], np.float32)
            self._weights = np.zeros(len(self._scores) + 1, np.float32)
            self._known_edges.clear()
        if len(ranges) > 1:
            ranges = sorted(ranges)
        first, end = (0, logits.shape[1]) if is_whole else (ranges[0][0], ranges[-1][1])
        scores = self._scores[: max(end - first, 0)]
        if len(logits) > 1 and guidance != 1.0:
            other = logits[1, first:end]
            np.subtract(logits[0, first:end], other, out=scores)
            scores *= guidance
            scores += other
        else:
            scores[:] = logits[0, first:end]
        if len(ranges) > 1 or is_whole:
            _shut(scores, ranges, first)
        for token in forbidden:
            if first <= token < end:
                scores[token - first] = -math.inf
        return first, scores

    def _with_groups(self, scores: Floats, bias: Floats, groups: Groups) -> Floats:
        """Scores [V] with the bias, up to a constant; each group keeps its joint weight."""
        size = len(scores)
        biased = self._scores[size:]
        np.add(scores, bias, out=biased)
        before_top, after_top = float(scores[scores.argmax()]), float(biased[biased.argmax()])
        if after_top == -math.inf:
            return biased
        scores -= before_top
        biased -= after_top
        np.exp(self._scores, out=self._weights[:-1])
        sums = np.add.reduceat(self._weights, self._edges(groups, size)).tolist()
        for index, (first, end) in enumerate(groups):
            before, after = sums[2 * index], sums[2 * (index + len(groups))]
            group = biased[first:end]
            if before == 0.0:  # not allowed, or less than single precision can tell
                group.fill(-math.inf)
                continue
            if after == 0.0:  # pushed so far down that single precision loses it
                down = float(group[group.argmax()])
                group -= down
                after = float(np.add.reduce(np.exp(group)))
            group -= math.log(after / before) + after_top - before_top
        return biased

    def _edges(self, groups: Groups, size: int) -> NDArray[np.intp]:
        """Where groups begin and end, in both halves of the scores."""
        key = tuple(groups)
        known = self._known_edges.get(key)
        if known is None:
            row = np.array(key, np.intp).ravel()
            known = self._known_edges[key] = np.concatenate((row, row + size))
        return known

    def _draw_likely(self, weights: Floats, top_p: float) -> int:
        """The index of one of the most likely ids that together reach ``top_p``, at least one."""
        total = float(np.add.reduce(weights))
        enough, left_out = top_p * total, (1.0 - top_p) * total
        if len(weights) <= SORTED_WHOLE:
            order, sums = _nucleus(weights.tolist(), enough)
            return order[bisect_right(sums, self.random() * sums[-1], 0, len(sums) - 1)]
        # Sorting is what takes longest here. What is above a weight holds the nucleus if it reaches
        # so far; all ids below the second weight together are less than the nucleus leaves out.
        for share in (FEW_SHARE, 1.0 / len(weights)):
            likely = (weights >= share * left_out).nonzero()[0]
            order, sums = _nucleus(weights[likely].tolist(), enough)
            if sums and sums[-1] >= enough:
                break
        drawn = bisect_right(sums, self.random() * sums[-1], 0, len(sums) - 1)
        return int(likely[order[drawn]])


def _nucleus(weights: list[float], enough: float) -> tuple[list[int], list[float]]:
    """Indices in falling order of weight, and the running sums of those that reach so far."""
    order = sorted(range(len(weights)), key=weights.__getitem__, reverse=True)
    sums, running = [], 0.0
    for index in order:
        running += weights[index]
        sums.append(running)
        if running >= enough:
            break
    return order, sums


def _are_cut(ranges: Sequence[tuple[int, int]], groups: Groups) -> bool:
    """Whether there is more to draw from than the ids of one group or those of none: a bias leaves
    a single group as likely as it was, whatever it is."""
    if len(ranges) > 1:
        return bool(groups)
    low, high = ranges[0]
    for first, end in groups:
        if low < end and first < high:
            return low < first or end < high
    return False


def _shut(scores: Floats, ranges: Sequence[tuple[int, int]], first: int) -> None:
    """Leave no score outside of ranges in ascending order; the scores begin at an id."""
    at = first
    for low, high in ranges:
        if at < low:
            scores[at - first : low - first] = -math.inf
        at = max(at, high)
    scores[at - first :] = -math.inf
