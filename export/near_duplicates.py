"""Finds pieces that are nearly the same, or the same tune in another arrangement.

Both are judged by n-grams of melodic lines, which any transposition leaves alone. The line of a
part is its highest note at each onset. Drums have none, so drum-only files are compared by their
notes alone (elsewhere).

- *texture*: 5 intervals with the ratios of the times between their notes, over all parts. Two
  pieces whose sets of n-grams agree to 60 % (Jaccard) are nearly the same file.
- *tune*: 10 intervals without rhythm, repeated notes as one, bass left out. Where 35 % of the
  smaller set is found in the other, the pieces share a tune: a song in two styles, an excerpt. Both
  are worth learning from, but never on two sides of a split.

Sets are kept as bottom-k sketches (Broder 1997): the k smallest of their hashes, from which overlap
is estimated; candidates come from an inverted index of the hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.parts import DRUMS, part_named

Hashes = NDArray[np.uint64]

SKETCH: Final = 256
TEXTURE_LENGTH: Final = 5
TUNE_LENGTH: Final = 10
SAME_TEXTURE: Final = 0.6
SAME_TUNE: Final = 0.35
FEWEST: Final = 12
"""Pieces with fewer n-grams than this are too short to be compared."""

_SHARED: Final = 6
"""Candidates share at least so many hashes of their sketches."""
_COMMONEST: Final = 64
"""A hash that more pieces than this have says nothing: a scale, a pattern of a style."""
_MOST_PAIRS: Final = 30_000_000


@dataclass(frozen=True, slots=True)
class Sketches:
    """What a piece is compared by, both sorted."""

    texture: Hashes
    tune: Hashes


def sketches(notes: NDArray[np.void]) -> Sketches:
    """Of one piece; ``notes`` [N] of NOTE."""
    line = _lines(notes)
    melodic = line[line["part"] != part_named("bass").index]
    return Sketches(
        _smallest(_grams(line, TEXTURE_LENGTH, rhythm=True)),
        _smallest(_grams(_unrepeated(melodic), TUNE_LENGTH, rhythm=False)),
    )


def _lines(notes: NDArray[np.void]) -> NDArray[np.void]:
    """The highest note at each onset of each part but the drums, part by part."""
    pitched = notes[notes["part"] != DRUMS.index]
    order = np.lexsort((-pitched["pitch"].astype(np.int16), pitched["step"], pitched["part"]))
    pitched = pitched[order]
    first = np.ones(len(pitched), bool)
    first[1:] = (np.diff(pitched["step"]) != 0) | (pitched["part"][1:] != pitched["part"][:-1])
    return pitched[first]


def _unrepeated(line: NDArray[np.void]) -> NDArray[np.void]:
    kept = np.ones(len(line), bool)
    kept[1:] = (line["pitch"][1:] != line["pitch"][:-1]) | (line["part"][1:] != line["part"][:-1])
    return line[kept]


def _grams(line: NDArray[np.void], length: int, *, rhythm: bool) -> Hashes:
    """Distinct hashes of the n-grams of ``length`` intervals that lie in one part and are more than
    one interval over and over."""
    count = len(line) - length
    if count <= 0:
        return np.zeros(0, np.uint64)
    codes = np.diff(line["pitch"].astype(np.int64)) + 128
    inside = line["part"][1:] == line["part"][:-1]
    ratios = np.zeros(len(codes), np.int64)
    if rhythm:
        # Half octaves of tempo: swung and straight, or a triplet and a dotted note, stay apart.
        between = np.log2(np.maximum(np.diff(line["step"].astype(np.int64)), 1))
        ratios[1:] = np.clip(np.round(np.diff(between) * 2), -8, 8) + 8
    hashes = np.zeros(count, np.uint64)
    whole, varied = np.ones(count, bool), np.zeros(count, bool)
    for at in range(length):
        # The first ratio looks back at the note before the n-gram, so it is left out.
        code = codes[at : at + count] * 32 + (ratios[at : at + count] if at else 0)
        hashes = _mix(hashes * np.uint64(31) + code.astype(np.uint64) + np.uint64(at))
        whole &= inside[at : at + count]
        varied |= codes[at : at + count] != codes[:count]
    return np.unique(hashes[whole & varied])


def _mix(value: Hashes) -> Hashes:
    """MurmurHash3's 64-bit finaliser."""
    value = value ^ (value >> np.uint64(33))
    value = value * np.uint64(0xFF51AFD7ED558CCD)
    value = value ^ (value >> np.uint64(33))
    value = value * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(value ^ (value >> np.uint64(33)))


def _smallest(hashes: Hashes) -> Hashes:
    return hashes[:SKETCH].copy()


def similar(found: Sequence[Hashes], least: float, *, contained: bool) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of sketches whose sets overlap by ``least``: of both sets together
    (Jaccard), or of the smaller one if ``contained``. Sorted."""
    pairs = []
    for first, second in _candidates(found).tolist():
        shared, one, other = _overlap(found[first], found[second])
        of = min(one, other) if contained else one + other - shared
        if min(one, other) >= FEWEST and shared >= least * of:
            pairs.append((first, second))
    return pairs


def _candidates(found: Sequence[Hashes]) -> NDArray[np.int64]:
    """Pairs [P, 2] of indices that share some hashes that few have."""
    owner = np.repeat(np.arange(len(found)), [len(hashes) for hashes in found])
    everything = np.concatenate([*found, np.zeros(0, np.uint64)])
    order = np.lexsort((owner, everything))
    owner, everything = owner[order], everything[order]
    starts = np.flatnonzero(np.diff(everything, prepend=everything[:1] + np.uint64(1)))
    sizes = np.diff(starts, append=len(everything))
    codes: list[NDArray[np.int64]] = []
    total = 0
    for size in range(2, _COMMONEST + 1):
        groups = starts[sizes == size]
        total += len(groups) * size * (size - 1) // 2
        if total > _MOST_PAIRS:
            break  # a huge corpus: the rarer hashes have to do
        i, j = np.triu_indices(size, 1)
        members = owner[groups[:, None] + np.arange(size)]
        codes.append((members[:, i] * len(found) + members[:, j]).ravel())
    pair, count = np.unique(np.concatenate([*codes, np.zeros(0, np.int64)]), return_counts=True)
    pair = pair[count >= _SHARED]
    return np.stack([pair // max(len(found), 1), pair % max(len(found), 1)], axis=1)


def _overlap(first: Hashes, second: Hashes) -> tuple[int, int, int]:
    """Hashes that both have, and that each has, below the threshold to which both are complete."""
    ends = [hashes[-1] for hashes in (first, second) if len(hashes) >= SKETCH]
    if ends:
        edge = min(ends)
        first = first[: np.searchsorted(first, edge, side="right")]
        second = second[: np.searchsorted(second, edge, side="right")]
    return len(np.intersect1d(first, second, assume_unique=True)), len(first), len(second)


class Groups:
    """Sets that are joined pair by pair (union-find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def of(self, index: int) -> int:
        """The smallest index of the group of ``index``."""
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, first: int, second: int) -> None:
        """Make two groups one."""
        low, high = sorted((self.of(first), self.of(second)))
        self._parent[high] = low
