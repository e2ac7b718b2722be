"""The processes that train one model together, as torchrun starts them.

Every worker holds the whole model and draws other sequences; after each step the gradients are
averaged, weighted by the tokens they were made from. The gradients are joined after the backward
pass and not during it (as DistributedDataParallel does), so that a worker that runs out of memory
can try again in smaller batches on its own, and nobody waits for it in the middle of a collective.
"""

import os
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from amt_live.errors import AmtError


class WorkerLost(AmtError):
    """Another worker of this run ended."""

    def __init__(self) -> None:
        super().__init__(
            "another worker of this run ended; the same command goes on from the last checkpoint"
        )


@dataclass(frozen=True, slots=True)
class Workers:
    """How many there are, and which this is."""

    count: int = 1
    rank: int = 0
    local_rank: int = 0

    @classmethod
    def from_environment(cls) -> "Workers":
        """As torchrun says; one alone without it."""
        count, rank, local = (
            int(os.environ.get(name, default))
            for name, default in (("WORLD_SIZE", "1"), ("RANK", "0"), ("LOCAL_RANK", "0"))
        )
        return cls(count, rank, local)

    def join(self, device: torch.device) -> None:
        """Meet the others; at once when there are none."""
        if self.count > 1 and not distributed.is_initialized():
            distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")

    def leave(self) -> None:
        """Part from the others."""
        if self.count > 1 and distributed.is_initialized():
            distributed.destroy_process_group()

    def sum(self, values: Tensor) -> None:
        """Replace ``values`` by their sum over all workers; raises WorkerLost."""
        if self.count == 1:
            return
        try:
            distributed.all_reduce(values)
        except RuntimeError as error:
            raise WorkerLost from error

    def wait(self) -> None:
        """Until all are here; raises WorkerLost."""
        if self.count == 1:
            return
        try:
            distributed.barrier()
        except RuntimeError as error:
            raise WorkerLost from error

    def average_gradients(
        self, gradients: list[Tensor], weight: float, values: Tensor
    ) -> tuple[float, Tensor]:
        """Average gradients in place by ``weight`` and sum ``values`` [n], in one message.

        Returns the sum of the weights and of the values.
        """
        if self.count == 1:
            return weight, values
        flat = torch.cat([gradient.flatten() for gradient in gradients]) * weight
        extra = torch.cat([torch.tensor([weight]), values.cpu()]).to(flat)
        message = torch.cat([flat, extra])
        self.sum(message)
        total = float(message[len(flat)])
        flat = message[: len(flat)] / total
        parts = flat.split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))
        return total, message[-len(values) :]
