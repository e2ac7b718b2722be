"""Real passages that words describe: a mood takes its attributes from one of them.

A read-out gives the mean of everything that a text may mean, and no music is like a mean: half a
drum kit, a little of every genre, a middling density. So words choose among passages of the music
that the model learned from, likely ones more often, and the mood is as sharp as music is.

The score of a passage is bilinear, text x passage, fitted by telling the passage of each caption
from those of others (the InfoNCE loss of van den Oord et al. 2018); its softmax over all passages
is the chance of each. Pure; thread: any.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

SHARPNESS: Final = 3.0
"""The scores are multiplied by it: above 1, what is typical for the words is preferred."""
SAID_WEIGHT: Final = 16.0
"""How much half the square of a deviation counts, from what the words say outright."""
FELT_WEIGHT: Final = 4.0
"""The same for what was read between them."""
PART_PREFIX: Final = "part:"
GENRE_PREFIX: Final = "genre:"
_PRESENT: Final = -0.4
"""The attribute of a part from which on it is heard: a tenth of the time."""


def features(values: Floats, names: Sequence[str]) -> Floats:
    """What a passage is told by, [N, F], of attributes [N, A]: the values, the squares of those
    that are measured, which parts play at all, and whether there is a genre."""
    parts = [i for i, name in enumerate(names) if name.startswith(PART_PREFIX)]
    genres = [i for i, name in enumerate(names) if name.startswith(GENRE_PREFIX)]
    measured = [i for i in range(len(names)) if i not in {*parts, *genres}]
    blocks = [values, values[:, measured] ** 2, values[:, parts] > _PRESENT]
    if genres:
        blocks.append(values[:, genres].max(axis=1, keepdims=True) <= 0)
    return np.concatenate(blocks, axis=1).astype(np.float32)


class Examples:
    """Passages to choose from. Immutable."""

    def __init__(
        self, names: Sequence[str], values: Floats, weight: Floats, bias: Floats, prior: Floats
    ) -> None:
        """``values`` [N, A + K] are attributes, and whatever else is known of the passages and
        plays no part in the choice; ``names`` [A]. ``weight`` [E, F] and ``bias`` [F] are the
        score, ``prior`` [N] nats for passages whatever the words are; raises ValueError where these
        do not fit each other."""
        self._index = {name: at for at, name in enumerate(names)}
        self._values = values
        self._features = features(values[:, : len(names)], names)
        if weight.shape[1:] != bias.shape or bias.shape != self._features.shape[1:]:
            raise ValueError(f"examples: weight {weight.shape}, {self._features.shape[1]} features")
        if prior.shape != (len(values),):
            raise ValueError(f"examples: {len(values)} of them, prior {prior.shape}")
        self._weight, self._bias, self._prior = weight, bias, prior

    def choose(
        self,
        embedding: Floats,
        said: Mapping[str, float],
        draw: int,
        must: NDArray[np.bool_],
        felt: Mapping[str, float] | None = None,
    ) -> Floats:
        """What is known [A + K] of one passage for a text.

        ``said`` are attributes that the words name, ``felt`` those that were read between them,
        ``must`` [N] the passages that may be chosen
        (all, where none may); ``draw`` is the number of the draw.
        """
        scores = SHARPNESS * (self._features @ (embedding @ self._weight + self._bias))
        scores += self._prior
        wanted = {name: (value, FELT_WEIGHT) for name, value in (felt or {}).items()}
        wanted |= {name: (value, SAID_WEIGHT) for name, value in said.items()}
        for name, (value, weight) in wanted.items():
            if name in self._index:
                away = self._values[:, self._index[name]] - np.float32(value)
                scores -= np.float32(weight / 2) * away**2
        if must.any():
            scores = np.where(must, scores, -np.inf)
        # Gumbel noise: the largest of score plus noise is a draw from the softmax of the scores.
        noise = np.random.default_rng(draw).gumbel(size=len(scores)).astype(np.float32)
        chosen: Floats = self._values[int((scores + noise).argmax())]
        return chosen.copy()

    def column(self, name: str) -> Floats | None:
        """One attribute of all passages, [N]; None where it is not known."""
        return self._values[:, self._index[name]] if name in self._index else None

    def __len__(self) -> int:
        return len(self._values)


def mixed(weighted: Sequence[tuple[Floats, float]], whole: int = 0) -> Floats:
    """The weighted mean of passages [A + K], no further out than any passage is; the last ``whole``
    numbers are those of the weightiest one.

    Raises ValueError where the weights do not add up to more than 0.
    """
    total = sum(weight for _, weight in weighted)
    if total <= 0:
        raise ValueError("the weights must add up to more than 0")
    mean = sum((np.float32(weight / total) * values for values, weight in weighted), np.float32(0))
    every = np.stack([values for values, _ in weighted])
    mean = np.asarray(np.clip(mean, every.min(axis=0), every.max(axis=0)), np.float32)
    if whole:
        mean[-whole:] = max(weighted, key=lambda pair: pair[1])[0][-whole:]
    return mean
