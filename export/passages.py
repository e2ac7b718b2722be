"""Ids under moods: what torch and ONNX Runtime are both given to hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Steering(Protocol):
    """What a mood is to the model: two vectors [H]."""

    @property
    def slot(self) -> Floats: ...

    @property
    def add(self) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Projected:
    """A conditioning vector after the projection."""

    slot: Floats
    add: Floats


@dataclass(frozen=True, slots=True)
class Passage:
    """Ids [T] under moods: ``index`` [T] into ``moods`` and the rows of ``vectors`` [M, D]."""

    ids: NDArray[np.int64]
    index: NDArray[np.int64]
    vectors: Floats
    moods: Sequence[Steering]

    @property
    def slots(self) -> Floats:
        return np.stack([self.moods[i].slot for i in self.index])

    @property
    def adds(self) -> Floats:
        return np.stack([self.moods[i].add for i in self.index])

    def span(self, first: int, end: int) -> "Passage":
        """The ids from ``first`` up to ``end``, as a passage of their own."""
        return Passage(self.ids[first:end], self.index[first:end], self.vectors, self.moods)
