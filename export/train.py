"""Trains the mood model on a prepared corpus: checkpoints, resumes, and says how it goes per
source.

A run folder holds ``config.json`` and ``settings.json`` (what was asked for), the files of
``export.checkpoints``, ``best.safetensors`` (the weights that judged best), ``training.json`` (the
record for the model card), ``conditioning_readout.npz`` (what export needs of the words),
``log.jsonl`` and ``plots/``. Sequences and dropout are drawn from the step number, so a resumed run
sees the same music as one that was never stopped.

torch's own parts serve here (autocast, GradScaler, DataLoader, collectives); transformers' Trainer
and Accelerate do not, because an update must survive running out of memory on one worker, and a
machine with torch and transformers alone must be able to train.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from amt_live.errors import FileError
from export import checkpoints, conditioning_data
from export.checkpoints import RunState
from export.corpus import Corpus, load_corpus
from export.model import IGNORE, ModelConfig, MoodGPT2
from export.optim import MuonAdamW
from export.training import finetune
from export.training.batches import Batch, Drawing, Plan, batches, loader_processes
from export.training.hardware import Arithmetic, pick_device, pick_precision
from export.training.journal import Journal
from export.training.memory import Portions
from export.training.settings import TrainSettings
from export.training.validation import Best, Validation
from export.training.workers import Workers

__all__ = ["TrainSettings", "Trainer"]


@dataclass(frozen=True, slots=True)
class Step:
    """What one update came to, over all workers."""

    loss: float
    stop: bool
    """A worker was asked to end."""


class Trainer:
    """One training run. Not thread-safe; one per process, as many processes as torchrun starts."""

    def __init__(self, settings: TrainSettings) -> None:
        self.settings = settings
        self.workers = Workers.from_environment()
        self.device = pick_device(settings.device, self.workers)
        self.arithmetic = Arithmetic(self.device, pick_precision(settings.precision, self.device))
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.workers.join(self.device)
        self.journal = Journal(settings.run, writing=self.workers.rank == 0)
        self.corpus: Corpus = load_corpus(settings.data)
        self.words = self._words()
        config = ModelConfig(
            self.words.bank.width,
            settings.hidden,
            settings.layers,
            settings.heads,
            dropout=settings.dropout,
            attributes=self.words.bank.vectors.shape[1],
            attention_dropout=settings.attention_dropout,
        )
        checkpoints.check_shape(settings.run, config)
        self.model = MoodGPT2(config).to(self.device)
        self._forward = torch.compile(self.model) if settings.compile else self.model
        self.optimizer = MuonAdamW(
            self.model, matrix_lr=settings.matrix_lr, other_lr=settings.other_lr
        )
        self.portions = Portions(settings.batch, self.journal.say)
        self.step = 0
        self.tokens = 0
        self.seconds = 0.0
        self.average: float | None = None
        self.validation: dict[str, float] = {}
        self.best = Best()
        self.ended_early = False
        self.stop_asked = False
        self._held_out: Validation | None = None
        if self.workers.rank == 0:
            self._write_start(config)

    def _words(self) -> conditioning_data.ConditioningData:
        """The conditioning data; the first worker makes what is missing while the others wait."""
        if self.workers.rank:
            self.workers.wait()
        settings = self.settings
        if settings.start is not None and not finetune.has_words(settings.run):
            finetune.make_words(
                settings.start, settings.run, self.corpus, settings.captions, settings.seed
            )
        if finetune.has_words(settings.run):
            words = finetune.load_words(settings.run)
        else:
            words = conditioning_data.load_or_make(
                settings.data, self.corpus, settings.encoder, settings.captions
            )
        if not self.workers.rank:
            self.workers.wait()
        return words

    def _write_start(self, config: ModelConfig) -> None:
        run = self.settings.run
        run.mkdir(parents=True, exist_ok=True)
        checkpoints.replace_text(run / checkpoints.CONFIG, json.dumps(config.as_dict()))
        remembered = json.dumps(self.settings.remembered(), indent=1)
        checkpoints.replace_text(run / checkpoints.SETTINGS, remembered)
        self.words.save_readout(run / "conditioning_readout.npz")

    def resume(self) -> bool:
        """Go on from the run folder's checkpoint; False when it has none."""
        run = self.settings.run
        if not checkpoints.has_run(run):
            return False
        state = checkpoints.load_state(run)
        progress = state.progress
        try:
            checkpoints.put_weights(self.model, state.weights)
            self.optimizer.state = {
                name: value.to(self.device) for name, value in state.optimizer.items()
            }
            self.step, self.tokens = int(progress["step"]), int(progress["tokens"])
            self.seconds = float(progress["seconds"])
        except (RuntimeError, KeyError, ValueError) as error:
            raise FileError(
                f"the checkpoint in {run} does not fit this model; start over in another folder"
            ) from error
        self.optimizer.steps = progress.get("updates", self.step)
        self.average = progress.get("average")
        self.validation = progress.get("validation", {})
        self.best = Best(**(progress.get("best") or {}))
        self.ended_early = progress.get("ended_early", False)
        if progress.get("scaler") and self.arithmetic.scaler.is_enabled():
            self.arithmetic.scaler.load_state_dict(progress["scaler"])
        return True

    def start_from(self, folder: Path) -> None:
        """Take the weights of a model folder."""
        try:
            checkpoints.load_weights(self.model, folder / checkpoints.CHECKPOINT)
        except (OSError, RuntimeError) as error:
            raise FileError(f"{folder} has no checkpoint of this shape") from error

    def save(self) -> None:
        """Write the checkpoint; a kill in between leaves the one before."""
        if self.workers.rank:
            return
        run = self.settings.run
        progress = {
            "step": self.step,
            "tokens": self.tokens,
            "seconds": round(self.seconds, 1),
            "updates": self.optimizer.steps,
            "average": self.average,
            "validation": self.validation,
            "best": self.best.as_dict(),
            "ended_early": self.ended_early,
            "scaler": self.arithmetic.scaler.state_dict(),
        }
        weights = checkpoints.weights_of(self.model)
        checkpoints.save_state(run, RunState(weights, self.optimizer.state, progress))
        record = {name: progress[name] for name in ("step", "tokens", "seconds", "validation")}
        record |= self._origin()
        checkpoints.replace_text(run / checkpoints.TRAINING, json.dumps(record, indent=1))

    def _origin(self) -> dict[str, object]:
        """What the model card says of where the weights come from."""
        settings = self.settings
        trained = [piece for piece in self.corpus.pieces if piece.split == "train"]
        sources = Counter(piece.source for piece in trained)
        device, workers = self.device.type, self.workers.count
        origin: dict[str, object] = {
            "pieces": len(trained),
            "notes": sum(piece.notes[1] - piece.notes[0] for piece in trained),
            "sources": dict(sorted(sources.items())),
            "captions": len(self.words.bank.vectors),
            "device": f"{device}, {workers} process(es) of {settings.threads} thread",
            "precision": self.arithmetic.name,
            "sequences": f"{settings.length} ids, the model's full length at the end",
            "tokens_planned": settings.tokens,
        }
        if settings.start is not None:
            origin["started_from"] = settings.start.name
        if self.best.step:
            origin["best"] = {"step": self.best.step, "mean": self.best.mean}
        return origin

    def rate(self) -> float:
        """Share of the base learning rates at this point of the run."""
        return self.settings.rate(self.tokens)

    def train(self) -> None:
        """Train to the end of the budget, of the minutes or of the patience."""
        settings = self.settings
        if self.tokens >= settings.tokens or self.ended_early:
            self.journal.say(f"{settings.run} is done: {self._where()}")
            return
        deadline_s = None if settings.minutes is None else settings.minutes * 60
        began_s = time.perf_counter()
        self.journal.open(self.step)
        bar = tqdm(
            total=settings.tokens,
            initial=self.tokens,
            unit="token",
            unit_scale=True,
            disable=True if self.workers.rank else None,
        )
        stopped = False
        for batch in self._batches():
            if deadline_s is not None and time.perf_counter() - began_s > deadline_s:
                self.stop_asked = True
            stopped = self._train_step(batch, bar)
            if stopped or self.ended_early or self.tokens >= settings.tokens:
                break
        if not stopped:
            self._finish()
        self.save()
        bar.close()
        self.journal.close()
        if stopped:
            self.journal.say(f"stopped: {self._where()}; the same command goes on from here")

    def _where(self) -> str:
        return f"step {self.step}, {self.tokens} of {self.settings.tokens} tokens"

    def _train_step(self, batch: Batch, bar: tqdm) -> bool:
        """One update and what is due after it; True when the run was asked to stop."""
        settings = self.settings
        began_s = time.perf_counter()
        update = self._update(batch)
        count = batch.ids.shape[0] * (batch.ids.shape[1] - 1) * self.workers.count
        self.seconds += time.perf_counter() - began_s
        self.step += 1
        self.tokens += count
        kept = self.average if self.average is not None else update.loss
        self.average = 0.98 * kept + 0.02 * update.loss
        bar.update(count)
        bar.set_postfix(loss=f"{self.average:.3f}", rate=f"{self.rate():.3f}", refresh=False)
        if self.step % settings.log_every == 0:
            values = {"loss": self.average, "step_loss": update.loss, "rate": self.rate()}
            values["tokens_per_s"] = count / max(time.perf_counter() - began_s, 1e-9)
            self._log({name: round(value, 4) for name, value in values.items()})
        if update.stop:
            return True
        last = self.tokens >= settings.tokens
        if self.step % settings.validate_every == 0 and not last:
            self._judge()
        if self.step % settings.checkpoint_every == 0 and not last:
            self.save()
        return False

    def _judge(self) -> None:
        """Validate, keep the best weights aside, end the run when patience is over."""
        self.validation = self.validate()
        if not self.validation:
            return
        self._log({"validation": self.validation})
        if self.best.see(self.validation["mean"], self.step):
            if self.workers.rank == 0:
                checkpoints.replace_tensors(
                    self.settings.run / checkpoints.BEST, checkpoints.weights_of(self.model)
                )
        elif 0 < self.settings.patience <= self.best.waited:
            self.ended_early = True

    def _finish(self) -> None:
        """Judge the last weights; a run with patience ends with its best ones."""
        if not self.ended_early:
            self._judge()
        best = self.settings.run / checkpoints.BEST
        if not self.settings.patience or self.best.step in (0, self.step):
            return
        self.workers.wait()
        checkpoints.put_weights(self.model, load_file(best))
        self.journal.say(
            f"kept the weights of step {self.best.step}, validation loss {self.best.mean:.3f}"
        )
        self.validation = self.validate()

    def _plans(self) -> Iterator[Plan]:
        settings, step, tokens = self.settings, self.step, self.tokens
        while tokens < settings.tokens:
            plan = Plan(step, *settings.sequences(tokens, self.model.config.positions))
            yield plan
            step += 1
            tokens += plan.sequences * plan.length * self.workers.count

    def _batches(self) -> Iterator[Batch]:
        drawing = Drawing(
            self.corpus,
            self.words.scale,
            self.words.bank,
            positions=self.model.config.positions,
            seed=self.settings.seed,
            workers=self.workers,
        )
        processes = loader_processes(self.settings.loaders, self.device)
        return batches(drawing, self._plans(), processes, pin=self.device.type == "cuda")

    def _update(self, batch: Batch) -> Step:
        """One update of the weights from the batches of all workers."""
        batch = batch.to(self.device)
        scaler = self.arithmetic.scaler
        self.model.train()
        loss, count = self.portions.run(len(batch), lambda parts: self._gradients(batch, parts))
        nominal = batch.ids.shape[0] * (batch.ids.shape[1] - 1)
        weight = count / nominal
        values = torch.tensor([loss * weight, float(self.stop_asked)])
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        total, values = self.workers.average_gradients(gradients, weight, values)
        scaler.unscale_(self.optimizer) if scaler.is_enabled() else None
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        scaler.step(self.optimizer, self.rate())
        scaler.update()
        return Step(float(values[0]) / total, bool(values[1] > 0))

    def _gradients(self, batch: Batch, parts: list[slice]) -> tuple[float, int]:
        """Leave the gradients of the batch's mean loss in the model; that loss and its tokens."""
        seed = np.random.default_rng((self.settings.seed, self.step, self.workers.rank))
        torch.manual_seed(int(seed.integers(2**31)))
        self.optimizer.zero_grad(self.model.parameters())
        count = int((batch.targets() != IGNORE).sum())
        total = torch.zeros((), device=self.device)
        for part in parts:
            loss = self._loss_sum(batch[part]) / count
            self.arithmetic.scaler.scale(loss).backward()
            total += loss.detach()
        return float(total), count

    def _loss_sum(self, batch: Batch) -> Tensor:
        """Cross entropy of a batch, summed over its targets, in nats."""
        with self.arithmetic.cast():
            logits = self._forward(
                batch.ids[:, :-1], batch.positions(), batch.conditioning, batch.moods[:, :-1]
            )
        return functional.cross_entropy(
            logits.flatten(0, 1).float(),
            batch.targets().flatten(),
            ignore_index=IGNORE,
            reduction="sum",
        )

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Loss per source on the same held-out passages each time, and their mean.

        Empty for a corpus of one piece, which has nothing to hold out.
        """
        if self._held_out is None:
            length = min(self.settings.length, self.model.config.positions)
            self._held_out = Validation(self.corpus, self.words, length)
        self.model.eval()
        return self._held_out.losses(self._mean_loss, self.workers, self.device)

    def _mean_loss(self, batch: Batch) -> float:
        batch = batch.to(self.device)

        def losses(parts: list[slice]) -> float:
            return sum(float(self._loss_sum(batch[part])) for part in parts)

        return self.portions.run(len(batch), losses) / int((batch.targets() != IGNORE).sum())

    def _log(self, values: dict[str, object]) -> None:
        self.journal.row(self.step, self.tokens, self.seconds, values)
