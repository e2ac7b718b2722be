"""Trains a model on a prepared corpus, from where it stopped."""

import argparse
import signal
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from amt_live.cli import OneLineParser
from amt_live.errors import FileError
from export.commands.guard import guarded
from export.training.settings import (
    OPTIMIZERS,
    PRECISIONS,
    REMEMBERED,
    SCHEDULES,
    SIZES,
    UNRECORDED,
)
from export.ways import HEARD, WAYS_IN

if TYPE_CHECKING:
    from export.train import TrainSettings

_SHAPE = ("hidden", "layers", "heads")


def main(argv: list[str]) -> int:
    """``amt-live train DATA -o RUN``: train a model on a prepared corpus; goes on where it
    stopped."""
    options = _parser().parse_args(argv)
    return guarded(lambda: _train(options))


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser("amt-live train", description=main.__doc__)
    add = parser.add_argument
    add("data", type=Path, help="a folder that `amt-live prepare` wrote")
    add(
        "-o",
        "--out",
        dest="run",
        type=Path,
        required=True,
        help="the run's folder, such as runs/mine",
    )
    add("--resume", action="store_true", help="fail when there is no run to go on with")
    add("--from", dest="start", type=Path, help="a model folder to start from")
    add("--encoder", type=Path, default=Path("models/default"), help="folder with encoder.onnx")
    add("--size", choices=tuple(SIZES), help="the model's size by name (default: default)")
    for name in (*_SHAPE, "length", "captions", "seed", "threads"):
        add(f"--{name}", type=int)
    add("--dropout", type=float)
    add("--way-in", choices=WAYS_IN, help="how a mood enters, to compare (default: slot+add)")
    add("--heard", choices=HEARD, help="what of a mood is heard, to compare (default: both)")
    add("--long-from", type=float, help="share of the run after which sequences have full length")
    add("--tokens", type=float, help="length of the whole run, all workers together")
    add("--minutes", type=float, help="stop with a checkpoint after so long; go on later")
    add("--batch-size", "--batch_size", dest="batch", type=int, help="sequences at once")
    add("--accumulate", type=int, help="such batches to one update of the weights")
    add("--schedule", choices=SCHEDULES, help="how the learning rate falls (default: cosine)")
    add("--optimizer", choices=OPTIMIZERS, help="for the layers' matrices (default: muon)")
    add("--matrix-lr", type=float, help="learning rate of weight matrices (Muon)")
    add("--other-lr", type=float, help="learning rate of everything else (AdamW)")
    add("--patience", type=int, help="end after so many validations without a better one")
    add("--device", default="auto", help="auto, cpu, cuda or mps")
    add("--precision", choices=PRECISIONS, default="auto", help="auto: bf16 on CUDA, else fp32")
    add("--compile", action="store_true", help="torch.compile the model")
    add("--loaders", type=int, help="processes that make sequences (auto: 0 on a CPU, up to 8)")
    add("--validate-every", type=int, help="steps")
    add("--checkpoint-every", type=int, help="steps")
    add("--log-every", type=int, help="steps")
    return parser


def choose_settings(options: argparse.Namespace) -> "TrainSettings":
    """Settings of a run: what was given, else what the run folder remembers, else what the model to
    start from or the size asks for, else the defaults."""
    from export.checkpoints import has_run, read_config, read_settings
    from export.train import TrainSettings
    from export.training import finetune

    given = {
        field.name: getattr(options, field.name)
        for field in fields(TrainSettings)
        if getattr(options, field.name, None) is not None
    }
    if "tokens" in given:
        given["tokens"] = int(given["tokens"])
    chosen: dict[str, Any] = {}
    running = has_run(options.run)
    if options.resume and not running:
        raise FileError(
            f"{options.run} holds no run to resume; leave --resume out to start one there"
        )
    if options.size:
        chosen |= SIZES[options.size]
    elif not running and not options.start:
        chosen |= SIZES["default"]
    if options.start and not running:
        base = finetune.read_base(options.start)
        shape = {name: getattr(base, name) for name in (*_SHAPE, "heard")}
        chosen |= shape | finetune.DEFAULTS
    if running:
        config = read_config(options.run)
        if config and not options.size:
            chosen |= {name: getattr(config, name) for name in _SHAPE}
            for name in ("dropout", "attention_dropout", "way_in", "heard"):
                chosen[name] = getattr(config, name)
        recorded = read_settings(options.run)
        chosen |= {name: recorded[name] for name in REMEMBERED if name in recorded}
        if not recorded:
            chosen |= UNRECORDED
    return TrainSettings(**{**chosen, **given})


def _train(options: argparse.Namespace) -> None:
    settings = choose_settings(options)
    from export.train import Trainer
    from export.training import finetune

    trainer = Trainer(settings)

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        trainer.stop_asked = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    if trainer.resume():
        trainer.journal.say(f"going on from step {trainer.step}, {trainer.tokens} tokens")
    elif settings.start:
        trainer.start_from(settings.start)
        trainer.journal.say(finetune.describe(settings.start, trainer.corpus))
    try:
        trainer.train()
    finally:
        trainer.workers.leave()


if __name__ == "__main__":
    import sys

    from amt_live.errors import AmtError

    try:
        sys.exit(main(sys.argv[1:]))
    except AmtError as error:  # wrong words: the parser raises them
        print(f"amt-live: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
