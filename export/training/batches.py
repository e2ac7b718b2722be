"""Batches of sequences, drawn from the step number alone: in this process or by loader processes.

Sequence ``i`` of step ``s`` has a random generator of its own, so it is the same however many
workers share the step, whoever makes it, and whether or not the run was stopped in between.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from amt_live.tokens import vocabulary as v
from export import attributes
from export.corpus import Corpus
from export.dataset import CaptionBank, PassageSource, Sequence
from export.model import IGNORE
from export.training.settings import TrainSettings
from export.training.workers import Workers

OFFSET_SHARE = 0.7
"""Share of the sequences that do not begin at position 0."""
MOST_LOADERS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """One step's draw: its number, how many sequences a worker takes, of what length."""

    step: int
    sequences: int
    length: int


def plans(
    settings: TrainSettings, step: int, tokens: int, positions: int, workers: Workers
) -> Iterator[Plan]:
    """What is drawn from ``step`` on, when ``tokens`` are done, to the end of the budget."""
    while tokens < settings.tokens:
        plan = Plan(step, *settings.sequences(tokens, positions))
        yield plan
        step += 1
        tokens += plan.sequences * plan.length * workers.count


@dataclass(frozen=True, slots=True)
class Batch:
    """Sequences as the model takes them: B of them, T tokens, M moods, conditioning width D."""

    ids: Tensor
    """[B, T + 1] int64."""
    moods: Tensor
    """[B, T + 1] int64, 0..M-1."""
    offsets: Tensor
    """[B] int64, the position of the first token."""
    conditioning: Tensor
    """[B, M, D] float32."""

    def __getitem__(self, rows: slice) -> "Batch":
        return Batch(self.ids[rows], self.moods[rows], self.offsets[rows], self.conditioning[rows])

    def __len__(self) -> int:
        return len(self.ids)

    def to(self, device: torch.device) -> "Batch":
        """The same on a device."""
        if device.type == "cpu":
            return self
        parts = (self.ids, self.moods, self.offsets, self.conditioning)
        return Batch(*(part.to(device, non_blocking=True) for part in parts))

    def pin_memory(self) -> "Batch":
        """The same in memory that a GPU can copy from by itself; DataLoader calls this."""
        parts = (self.ids, self.moods, self.offsets, self.conditioning)
        return Batch(*(part.pin_memory() for part in parts))

    def targets(self) -> Tensor:
        """What is to be told [B, T]: the next id, or IGNORE before a MOOD slot, which is given."""
        following = self.ids[:, 1:]
        return following.masked_fill(following == v.MOOD, IGNORE)

    def count(self) -> int:
        """How many targets there are."""
        return int((self.targets() != IGNORE).sum())

    def positions(self) -> Tensor:
        """Positions [B, T]."""
        return torch.arange(self.ids.shape[1] - 1, device=self.ids.device) + self.offsets[:, None]


def batch_of(sequences: list[Sequence], offsets: list[int]) -> Batch:
    """Sequences of one length, side by side; moods are padded with zeros to the longest list."""
    most = max(len(sequence.conditioning) for sequence in sequences)
    conditioning = np.zeros((len(sequences), most, sequences[0].conditioning.shape[1]), np.float32)
    for row, sequence in zip(conditioning, sequences, strict=True):
        row[: len(sequence.conditioning)] = sequence.conditioning
    return Batch(
        torch.from_numpy(np.stack([sequence.ids for sequence in sequences])),
        torch.from_numpy(np.stack([sequence.mood_index for sequence in sequences])),
        torch.tensor(offsets, dtype=torch.int64),
        torch.from_numpy(conditioning),
    )


class Drawing(Dataset[Batch]):
    """Makes the batch of a plan. Holds the corpus, so that it can go to a loader process."""

    def __init__(
        self,
        corpus: Corpus,
        scale: attributes.Scale,
        bank: CaptionBank,
        *,
        positions: int,
        seed: int,
        workers: Workers,
    ) -> None:
        self._source = PassageSource(corpus, scale, "train", seed)
        self._bank = bank
        self._positions = positions
        self._seed = seed
        self._workers = workers

    def __getitem__(self, plan: Plan) -> Batch:
        room = self._positions - plan.length
        first = self._workers.rank * plan.sequences
        sequences, offsets = [], []
        for index in range(first, first + plan.sequences):
            rng = np.random.default_rng((self._seed, plan.step, index))
            offsets.append(int(rng.integers(0, room + 1)) * int(rng.random() < OFFSET_SHARE))
            self._source.rng = rng
            sequences.append(self._source.sequence(self._bank, plan.length))
        return batch_of(sequences, offsets)


class _Plans:
    """A sampler that DataLoader reads ahead of the training."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._plans = plans

    def __iter__(self) -> Iterator[Plan]:
        return iter(self._plans)


def batches(
    drawing: Drawing, plans: Iterable[Plan], processes: int, *, pin: bool
) -> Iterator[Batch]:
    """The batches of some plans, in order; made ahead where ``processes`` is above 0."""
    loader: DataLoader[Batch] = DataLoader(
        drawing,
        sampler=_Plans(plans),
        batch_size=None,
        num_workers=processes,
        prefetch_factor=4 if processes else None,
        pin_memory=pin,
    )
    return iter(loader)


def loader_processes(wanted: int | None, device: torch.device) -> int:
    """How many processes make sequences for this worker.

    Beside a CPU none: drawing costs 3 % of a step there, and every core trains.
    """
    if wanted is not None:
        return wanted
    if device.type == "cpu":
        return 0
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return max(1, min(MOST_LOADERS, (os.cpu_count() or 2) // here - 1))
