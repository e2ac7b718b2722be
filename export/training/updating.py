"""One update of the weights: portions of a batch forwards and backwards, gradients joined, a step.

Also the loss on its own, for validation.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from export.model import IGNORE, MoodGPT2
from export.optim import MuonAdamW
from export.training.batches import Batch
from export.training.hardware import Arithmetic
from export.training.memory import Portions
from export.training.workers import Workers


@dataclass(frozen=True, slots=True)
class Update:
    """What one update came to, over all workers."""

    loss: float
    stop: bool
    """A worker was asked to end."""


class Updating:
    """Updates one model. Not thread-safe."""

    def __init__(
        self,
        model: MoodGPT2,
        optimizer: MuonAdamW,
        arithmetic: Arithmetic,
        portions: Portions,
        workers: Workers,
        *,
        seed: int,
        compiled: bool = False,
    ) -> None:
        self._model = model
        self._forward = torch.compile(model) if compiled else model
        self._optimizer = optimizer
        self._arithmetic = arithmetic
        self._portions = portions
        self._workers = workers
        self._seed = seed

    def update(self, batch: Batch, step: int, rate: float, *, stop: bool) -> Update:
        """Learn from the batches that all workers brought to this step."""
        count = batch.count()
        placed = batch.to(self._arithmetic.device)
        self._model.train()
        loss = self._portions.run(
            len(batch), lambda parts: self._gradients(placed, parts, count, step)
        )
        # The mean over all tokens of all workers, and not the mean of the workers' means.
        weight = count / (batch.ids.shape[0] * (batch.ids.shape[1] - 1))
        gradients = [p.grad for p in self._model.parameters() if p.grad is not None]
        total, sums = self._workers.average_gradients(
            gradients, weight, torch.tensor([float(loss) * weight, float(stop)])
        )
        scaler = self._arithmetic.scaler
        if scaler.is_enabled():
            scaler.unscale_(self._optimizer)
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        scaler.step(self._optimizer, rate)
        scaler.update()
        return Update(float(sums[0]) / total, bool(sums[1] > 0))

    def mean_loss(self, batch: Batch) -> float:
        """Nats a token on a batch, without learning from it."""
        count = batch.count()
        placed = batch.to(self._arithmetic.device)
        self._model.eval()

        @torch.no_grad()
        def losses(parts: list[slice]) -> float:
            return sum(float(self._loss_sum(placed[part])) for part in parts)

        return self._portions.run(len(batch), losses) / count

    def _gradients(self, batch: Batch, parts: list[slice], count: int, step: int) -> Tensor:
        """Leave the gradients of the batch's mean loss in the model; returns that loss.

        Dropout is drawn from the step number: a run that was resumed drops the same.
        """
        draw = np.random.default_rng((self._seed, step, self._workers.rank))
        torch.manual_seed(int(draw.integers(2**31)))
        self._optimizer.zero_grad(self._model.parameters())
        total = torch.zeros((), device=self._arithmetic.device)
        for part in parts:
            loss = self._loss_sum(batch[part]) / count
            self._arithmetic.scaler.scale(loss).backward()
            total += loss.detach()
        return total

    def _loss_sum(self, batch: Batch) -> Tensor:
        """Cross entropy of a batch, summed over its targets, in nats."""
        with self._arithmetic.cast():
            logits = self._forward(
                batch.ids[:, :-1], batch.positions(), batch.conditioning, batch.moods[:, :-1]
            )
        return functional.cross_entropy(
            logits.flatten(0, 1).float(),
            batch.targets().flatten(),
            ignore_index=IGNORE,
            reduction="sum",
        )
