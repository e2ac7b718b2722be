"""Loss on held-out pieces, source by source, always on the same passages; and when to stop."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch

from export import conditioning_data
from export.corpus import Corpus
from export.dataset import PassageSource
from export.training.batches import Batch, batch_of
from export.training.workers import Workers

SEED = 5
SEQUENCES = 4
LEAST_GAIN = 5e-4


class Validation:
    """The held-out passages of a corpus, drawn once. Empty when it holds nothing back."""

    def __init__(
        self, corpus: Corpus, words: conditioning_data.ConditioningData, length: int
    ) -> None:
        source = PassageSource(corpus, words.scale, "validation", SEED)
        self._batches: dict[str, Batch] = {}
        for name in sorted({piece.source for piece in source.pieces}):
            source.rng = np.random.default_rng(SEED)
            drawn = [
                source.sequence(words.bank, length, name, plain=True) for _ in range(SEQUENCES)
            ]
            self._batches[name] = batch_of(drawn, [0] * SEQUENCES)

    def losses(
        self, loss: Callable[[Batch], float], workers: Workers, device: torch.device
    ) -> dict[str, float]:
        """Loss of every source, nats a token, and the mean over sources. Workers share the work."""
        names = list(self._batches)
        if not names:
            return {}
        values = torch.zeros(len(names), device=device)
        for index, name in enumerate(names):
            if index % workers.count == workers.rank:
                values[index] = loss(self._batches[name])
        workers.sum(values)
        losses = {name: round(float(x), 4) for name, x in zip(names, values, strict=True)}
        losses["mean"] = round(_mean(list(losses.values())), 4)
        return losses


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


@dataclass(slots=True)
class Best:
    """The best validation so far, and how many have passed without a better one."""

    mean: float = float("inf")
    step: int = -1
    waited: int = 0

    def see(self, mean: float, step: int) -> bool:
        """Whether this is the best one."""
        if mean < self.mean - LEAST_GAIN:
            self.mean, self.step, self.waited = mean, step, 0
            return True
        self.waited += 1
        return False

    def as_dict(self) -> dict[str, float | int] | None:
        """For the run's progress; None before the first validation."""
        return asdict(self) if self.step >= 0 else None
