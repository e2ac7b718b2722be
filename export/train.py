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
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from tqdm import tqdm

from amt_live.errors import FileError
from export import checkpoints, conditioning_data
from export.checkpoints import RunState
from export.corpus import Corpus, load_corpus
from export.model import ModelConfig, MoodGPT2
from export.optim import MuonAdamW
from export.training import finetune
from export.training.batches import Batch, Drawing, batches, loader_processes, plans
from export.training.hardware import Arithmetic, pick_device, pick_precision
from export.training.journal import Journal
from export.training.memory import Portions
from export.training.record import training_record
from export.training.settings import TrainSettings
from export.training.updating import Updating
from export.training.validation import Best, Validation
from export.training.workers import Workers

__all__ = ["TrainSettings", "Trainer"]


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
            way_in=settings.way_in,
            heard=settings.heard,
        )
        checkpoints.check_shape(settings.run, config)
        self.model = MoodGPT2(config).to(self.device)
        self.optimizer = MuonAdamW(
            self.model,
            matrix_lr=settings.matrix_lr,
            other_lr=settings.other_lr,
            muon=settings.optimizer == "muon",
        )
        self.portions = Portions(settings.batch, self.journal.say)
        self._updating = Updating(
            self.model,
            self.optimizer,
            self.arithmetic,
            self.portions,
            self.workers,
            seed=settings.seed,
            compiled=settings.compile,
        )
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
        record = training_record(
            self.settings,
            self.corpus,
            progress,
            captions=len(self.words.bank.vectors),
            device=self.device.type,
            precision=self.arithmetic.name,
            workers=self.workers,
            best=self.best,
        )
        checkpoints.replace_text(run / checkpoints.TRAINING, json.dumps(record, indent=1))

    def rate(self) -> float:
        """Share of the base learning rates at this point of the run."""
        return self.settings.rate(self.tokens)

    def train(self) -> None:
        """Train to the end of the budget, of the minutes or of the patience."""
        settings = self.settings
        if self.tokens >= settings.tokens or (self.ended_early and settings.patience):
            self.journal.say(f"{settings.run} is done: {self._where()}; see --tokens, --patience")
            return
        self.ended_early = False
        self.journal.open(self.step)
        if self.average is None:
            self.average = self.journal.last_loss()
        bar = tqdm(
            total=settings.tokens,
            initial=self.tokens,
            unit="token",
            unit_scale=True,
            disable=True if self.workers.rank else None,
        )
        if self.step == 0 and settings.start is not None:
            self._judge()  # what it was before: fine-tuning may not end worse
        stopped = self._train_steps(bar)
        if not stopped:
            self._finish()
        self.save()
        bar.close()
        self.journal.close()
        end = "stopped" if stopped else "ended early" if self.ended_early else "done"
        onwards = "; the same command goes on from here" if stopped else ""
        self.journal.say(f"{end}: {self._where()}{onwards}")

    def _where(self) -> str:
        return f"step {self.step}, {self.tokens} of {self.settings.tokens} tokens"

    def _train_steps(self, bar: tqdm) -> bool:
        """Train until it is time to end; True when that was asked for from outside."""
        settings = self.settings
        started_s = began_s = time.perf_counter()
        logged = self.tokens, self.seconds
        for batch in self._batches():
            if settings.minutes is not None:
                self.stop_asked |= time.perf_counter() - started_s >= settings.minutes * 60
            update = self._updating.update(batch, self.step, self.rate(), stop=self.stop_asked)
            self.seconds += time.perf_counter() - began_s
            count = batch.ids.shape[0] * (batch.ids.shape[1] - 1) * self.workers.count
            self.step += 1
            self.tokens += count
            kept = self.average if self.average is not None else update.loss
            self.average = 0.98 * kept + 0.02 * update.loss
            bar.update(count)
            bar.set_postfix(loss=f"{self.average:.3f}", rate=f"{self.rate():.3f}", refresh=False)
            if self.step % settings.log_every == 0:
                speed = (self.tokens - logged[0]) / max(self.seconds - logged[1], 1e-9)
                logged = self.tokens, self.seconds
                self._log(
                    {
                        "loss": round(self.average, 4),
                        "step_loss": round(update.loss, 5),
                        "rate": round(self.rate(), 4),
                        "tokens_per_s": round(speed, 1),
                    }
                )
            if update.stop:
                return True
            if self.tokens >= settings.tokens:
                break
            if self.step % settings.validate_every == 0:
                self._judge()
            if self.ended_early:
                break
            if self.step % settings.checkpoint_every == 0:
                self.save()
            began_s = time.perf_counter()
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
        if not self.settings.patience or self.best.step in (-1, self.step):
            return
        self.workers.wait()
        checkpoints.put_weights(self.model, load_file(best))
        self.journal.say(
            f"kept the weights of step {self.best.step}, validation loss {self.best.mean:.3f}"
        )
        self.validation = self.validate()

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
        coming = plans(
            self.settings, self.step, self.tokens, self.model.config.positions, self.workers
        )
        return batches(drawing, coming, processes, pin=self.device.type == "cuda")

    def validate(self) -> dict[str, float]:
        """Loss per source on the same held-out passages each time, and their mean.

        Empty for a corpus of one piece, which has nothing to hold out.
        """
        if self._held_out is None:
            length = min(self.settings.length, self.model.config.positions)
            self._held_out = Validation(self.corpus, self.words, length)
        return self._held_out.losses(self._updating.mean_loss, self.workers, self.device)

    def _log(self, values: dict[str, object]) -> None:
        self.journal.row(self.step, self.tokens, self.seconds, values)
