"""Trains the mood model on a prepared corpus: checkpoints, resumes, and says how it goes per
source.

A run folder holds ``config.json``, ``checkpoint.safetensors`` (weights), ``optimizer.safetensors``,
``progress.json``, ``conditioning_readout.npz``, ``training.json`` (the record for the model card)
and
``log.jsonl`` (loss, learning rate, time, memory). Sequences are drawn from the step number, so a
resumed run sees the same music as one that was never stopped.
"""

import json
import os
import resource
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, distributed
from torch.nn import functional
from tqdm import tqdm

from amt_live.errors import FileError
from amt_live.tokens import vocabulary as v
from export import conditioning_data
from export.checkpoints import load_weights, replace_tensors, replace_text
from export.corpus import Corpus, load_corpus
from export.dataset import PassageSource, Sequence
from export.model import IGNORE, ModelConfig, MoodGPT2
from export.optim import MuonAdamW


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How a run goes. ``tokens`` is the whole run; the last ``decay`` of it anneals the rate to
    nothing."""

    data: Path
    run: Path
    encoder: Path
    hidden: int = 192
    layers: int = 6
    heads: int = 6
    tokens: int = 16_000_000
    batch: int = 8
    length: int = 512
    long_from: float = 0.75
    """Share of the run after which sequences have the model's full length."""
    decay: float = 0.6
    warmup: float = 0.02
    matrix_lr: float = 0.01
    other_lr: float = 1.5e-3
    threads: int = 1
    device: str = "cpu"
    seed: int = 1
    captions: int = 24_000
    validate_every: int = 250
    checkpoint_every: int = 100


class Trainer:
    """One training run. Not thread-safe; one process."""

    def __init__(self, settings: TrainSettings) -> None:
        self.settings = settings
        self.workers, self.rank = _join_workers()
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.corpus: Corpus = load_corpus(settings.data)
        self.words = conditioning_data.load_or_make(
            settings.data, self.corpus, settings.encoder, settings.captions
        )
        config = ModelConfig(
            self.words.bank.width,
            settings.hidden,
            settings.layers,
            settings.heads,
            attributes=self.words.bank.vectors.shape[1],
        )
        settings.run.mkdir(parents=True, exist_ok=True)
        self.model = MoodGPT2(config).to(settings.device)
        self.optimizer = MuonAdamW(
            self.model, matrix_lr=settings.matrix_lr, other_lr=settings.other_lr
        )
        self.step = 0
        self.tokens = 0
        self.seconds = 0.0
        self.validation: dict[str, float] = {}
        (settings.run / "config.json").write_text(json.dumps(config.as_dict()))
        self.words.save_readout(settings.run / "conditioning_readout.npz")

    def resume(self) -> bool:
        """Go on from the run folder's checkpoint; False when it has none."""
        run = self.settings.run
        if not (run / "progress.json").is_file():
            return False
        progress = json.loads((run / "progress.json").read_text())
        try:
            load_weights(self.model, run / "checkpoint.safetensors")
            self.optimizer.state = load_file(run / "optimizer.safetensors")
        except (OSError, RuntimeError, KeyError) as error:
            raise FileError(f"the checkpoint in {run} does not fit this model: {error}") from error
        self.optimizer.steps = self.step = progress["step"]
        self.tokens, self.seconds = progress["tokens"], progress["seconds"]
        return True

    def save(self) -> None:
        """Write the checkpoint; a kill in between leaves the one before."""
        if self.rank:
            return
        run = self.settings.run
        tensors = {
            name: value.contiguous()
            for name, value in self.model.state_dict().items()
            if not name.endswith("lm_head.weight")
        }
        replace_tensors(run / "checkpoint.safetensors", tensors)
        replace_tensors(run / "optimizer.safetensors", self.optimizer.state)
        record = {
            "step": self.step,
            "tokens": self.tokens,
            "seconds": round(self.seconds, 1),
            "validation": self.validation,
        }
        replace_text(run / "progress.json", json.dumps(record, indent=1))
        replace_text(run / "training.json", json.dumps({**record, **self._origin()}, indent=1))

    def _origin(self) -> dict[str, object]:
        """What the model card says of where the weights come from."""
        settings = self.settings
        trained = [piece for piece in self.corpus.pieces if piece.split == "train"]
        sources = Counter(piece.source for piece in trained)
        return {
            "pieces": len(trained),
            "notes": sum(piece.notes[1] - piece.notes[0] for piece in trained),
            "sources": dict(sorted(sources.items())),
            "captions": len(self.words.bank.vectors),
            "device": f"{settings.device}, {self.workers} process(es) of {settings.threads} thread",
            "sequences": f"{settings.length} ids, the model's full length at the end",
            "tokens_planned": settings.tokens,
        }

    def rate(self) -> float:
        """Share of the base learning rate: warm-up, plateau, linear decay to a twentieth."""
        done = self.tokens / self.settings.tokens
        warm = min(1.0, (done + 1e-9) / self.settings.warmup)
        left = (1 - done) / self.settings.decay
        return max(0.05, min(1.0, warm, left))

    def train(self) -> None:
        """Train to the end of the budget."""
        settings = self.settings
        source = PassageSource(self.corpus, self.words.scale, "train", settings.seed)
        bar = tqdm(
            total=settings.tokens,
            initial=self.tokens,
            unit="token",
            unit_scale=True,
            disable=self.rank > 0,
        )
        average: float | None = None
        while self.tokens < settings.tokens:
            began = time.perf_counter()
            source.rng = np.random.default_rng((settings.seed, self.step, self.rank))
            torch.manual_seed(int(source.rng.integers(2**31)))
            loss, count = self._step(source)
            self.seconds += time.perf_counter() - began
            self.step += 1
            self.tokens += count
            average = loss if average is None else 0.98 * average + 0.02 * loss
            bar.update(count)
            bar.set_postfix(loss=f"{average:.3f}", rate=f"{self.rate():.3f}", refresh=False)
            if self.step % 20 == 0:
                self._log({"loss": round(average, 4), "rate": round(self.rate(), 4)})
            if self.step % settings.validate_every == 0:
                self.validation = self.validate()
                self._log({"validation": self.validation})
            if self.step % settings.checkpoint_every == 0:
                self.save()
        self.validation = self.validate()
        self._log({"validation": self.validation})
        self.save()
        bar.close()

    def _step(self, source: PassageSource) -> tuple[float, int]:
        settings = self.settings
        batch, length = settings.batch, settings.length
        full = self.model.config.positions
        if self.tokens >= settings.long_from * settings.tokens and length < full:
            batch, length = max(1, batch * length // full), full
        sequences = [source.sequence(self.words.bank, length) for _ in range(batch)]
        self.model.train()
        loss = self._loss(sequences, source.rng)
        self.optimizer.zero_grad(self.model.parameters())
        loss.backward()
        self._average_gradients()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step(self.rate())
        return float(loss.detach()), batch * length * self.workers

    def _average_gradients(self) -> None:
        if self.workers == 1:
            return
        grads = [p.grad for p in self.model.parameters() if p.grad is not None]
        flat = torch.cat([grad.flatten() for grad in grads])
        distributed.all_reduce(flat)
        flat /= self.workers
        for grad, part in zip(grads, flat.split([g.numel() for g in grads]), strict=True):
            grad.copy_(part.view_as(grad))

    def _loss(self, sequences: list[Sequence], rng: np.random.Generator | None) -> Tensor:
        device = self.settings.device
        ids = torch.from_numpy(np.stack([s.ids for s in sequences])).to(device)
        index = torch.from_numpy(np.stack([s.mood_index for s in sequences])).to(device)
        moods = max(len(s.conditioning) for s in sequences)
        conditioning = np.zeros((len(sequences), moods, sequences[0].conditioning.shape[1]), "f4")
        for row, sequence in zip(conditioning, sequences, strict=True):
            row[: len(sequence.conditioning)] = sequence.conditioning
        length = ids.shape[1] - 1
        room = self.model.config.positions - length
        offsets = np.zeros(len(sequences), np.int64)
        if rng is not None and room:
            offsets = rng.integers(0, room + 1, len(sequences)) * (rng.random() < 0.7)
        positions = torch.arange(length)[None] + torch.from_numpy(offsets)[:, None]
        logits = self.model(
            ids[:, :-1],
            positions.to(device),
            torch.from_numpy(conditioning).to(device),
            index[:, :-1],
        )
        target = ids[:, 1:].masked_fill(ids[:, 1:] == v.MOOD, IGNORE)
        return functional.cross_entropy(
            logits.flatten(0, 1).float(), target.flatten(), ignore_index=IGNORE
        )

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Loss per source on the same held-out passages each time, and their mean.

        Empty for a corpus of one piece, which has nothing to hold out.
        """
        self.model.eval()
        source = PassageSource(self.corpus, self.words.scale, "validation", 5)
        losses: dict[str, float] = {}
        for name in sorted({piece.source for piece in source.pieces}):
            source.rng = np.random.default_rng(5)
            sequences = [
                source.sequence(self.words.bank, self.settings.length, name, plain=True)
                for _ in range(4)
            ]
            losses[name] = round(float(self._loss(sequences, None)), 4)
        if losses:
            losses["mean"] = round(sum(losses.values()) / len(losses), 4)
        return losses

    def _log(self, values: dict[str, object]) -> None:
        if self.rank:
            return
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        row = {"step": self.step, "tokens": self.tokens, "seconds": round(self.seconds, 1)}
        line = json.dumps({**row, "memory_mib": round(memory), **values})
        with (self.settings.run / "log.jsonl").open("a") as file:
            file.write(line + "\n")


def _join_workers() -> tuple[int, int]:
    """Number of data-parallel workers and the rank of this one, as torchrun's environment says."""
    workers = int(os.environ.get("WORLD_SIZE", "1"))
    if workers > 1 and not distributed.is_initialized():
        distributed.init_process_group("gloo" if not torch.cuda.is_available() else "nccl")
    return workers, int(os.environ.get("RANK", "0"))
