"""The offline commands of ``amt-live``: prepare, train, export, evaluate. Each takes its argv.

Imported only when one of them is called; heavy imports wait until the arguments are understood.
"""

import argparse
import json
import sys
from pathlib import Path

from amt_live.cli import OneLineParser
from amt_live.errors import AmtError


def prepare(argv: list[str]) -> int:
    """``amt-live prepare CORPUS... -o DIR``: MIDI files, folders and .tar archives into a
    compact corpus."""
    parser = OneLineParser("amt-live prepare", description=prepare.__doc__)
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(argv)
    return _guarded(lambda: _prepare(options))


def _prepare(options: argparse.Namespace) -> None:
    from export.corpus import prepare as run

    report = run(options.corpus, options.out, processes=options.processes)
    print(
        f"{report['kept']} of {report['files']} files, {report['notes']} notes, "
        f"{report['bars']} bars in {options.out}"
    )
    why = report["refused_why"]
    assert isinstance(why, dict)
    for reason, count in sorted(why.items(), key=lambda item: -item[1]):
        print(f"  refused {count}: {reason}")
    if why:
        print(f"  names are in {options.out / 'report.json'}")


def train(argv: list[str]) -> int:
    """``amt-live train DATA -o RUN``: train a model on a prepared corpus; goes on where it
    stopped."""
    parser = OneLineParser("amt-live train", description=train.__doc__)
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
    return _guarded(lambda: _train(options))


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


def export(argv: list[str]) -> int:
    """``amt-live export RUN -o models/NAME``: a run becomes a model folder, if parity holds."""
    from export.export_model import main

    return _guarded(lambda: main(argv))


def evaluate(argv: list[str]) -> int:
    """``amt-live evaluate MODEL``: does it follow words? Opposite phrases, same seed, measured."""
    parser = OneLineParser("amt-live evaluate", description=evaluate.__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", action="store_true", help="write evaluation.json beside it")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds for each phrase")
    parser.add_argument("--bars", type=int, default=8)
    options = parser.parse_args(argv)
    return _guarded(lambda: _evaluate(options))


def _evaluate(options: argparse.Namespace) -> None:
    from amt_live.manifest import load_manifest
    from export.evaluate import evaluate as run

    load_manifest(options.model)
    seeds = tuple(range(11, 11 + options.seeds))
    figures = run(options.model, seeds, options.bars)
    text = json.dumps(figures, indent=1)
    if options.save:
        (options.model / "evaluation.json").write_text(text + "\n", encoding="utf-8")
    if options.json:
        print(text)
        return
    for name, value in figures.items():
        print(f"{name:28} {value}")


def _guarded(work: object) -> int:
    try:
        assert callable(work)
        work()
    except AmtError as error:
        print(f"amt-live: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(
            "amt-live: interrupted; the same command goes on from the last checkpoint",
            file=sys.stderr,
        )
        return 1
    return 0
