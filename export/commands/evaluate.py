"""Measures whether a model follows words."""

import argparse
import json
from pathlib import Path

from amt_live.cli import OneLineParser
from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live evaluate MODEL``: does it follow words? Opposite phrases, same seed, measured."""
    parser = OneLineParser("amt-live evaluate", description=main.__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", action="store_true", help="write evaluation.json beside it")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds for each phrase")
    parser.add_argument("--bars", type=int, default=8)
    options = parser.parse_args(argv)
    return guarded(lambda: _evaluate(options))


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
