"""Trains a model on a prepared corpus, from where it stopped."""

import argparse
from pathlib import Path

from amt_live.cli import OneLineParser
from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live train DATA -o RUN``: train a model on a prepared corpus; goes on where it
    stopped."""
    parser = OneLineParser("amt-live train", description=main.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, default=Path("models/default"))
    parser.add_argument("--tokens", type=float, default=16e6, help="length of the whole run")
    parser.add_argument("--hidden", type=int, default=192)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--batch-size", "--batch_size", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--captions", type=int, default=16_000)
    parser.add_argument("--from", dest="start", type=Path, help="a model folder to start from")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    return guarded(lambda: _train(options))


def _train(options: argparse.Namespace) -> None:
    from export.train import Trainer, TrainSettings, load_weights

    settings = TrainSettings(
        data=options.data,
        run=options.out,
        encoder=options.encoder,
        hidden=options.hidden,
        layers=options.layers,
        heads=options.heads,
        tokens=int(options.tokens),
        batch=options.batch_size,
        length=options.length,
        threads=options.threads,
        device=options.device,
        captions=options.captions,
        seed=options.seed,
    )
    trainer = Trainer(settings)
    if trainer.resume():
        print(f"going on from step {trainer.step}, {trainer.tokens} tokens")
    elif options.start:
        load_weights(trainer.model, options.start / "checkpoint.safetensors")
    trainer.train()
