"""Measures whether a model follows words, beside real music."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amt_live.cli import OneLineParser
from export.commands.guard import guarded

if TYPE_CHECKING:
    from export.evaluate import Options

LIMITS: Final = {"guidance": (0, 5), "temperature": (0.1, 2), "top_p": (0.05, 1)}


def main(argv: list[str]) -> int:
    """``amt-live evaluate MODEL``: does it follow words, is it like real music, does it hold on?"""
    parser = OneLineParser("amt-live evaluate", description=main.__doc__)
    parser.add_argument("model", type=Path, help="a model's folder or name")
    parser.add_argument("--json", action="store_true", help="one flat object instead of a table")
    parser.add_argument("--save", action="store_true", help="write evaluation.json into the model")
    parser.add_argument("--quick", action="store_true", help="a tenth of the music: a first look")
    parser.add_argument(
        "--real", type=Path, metavar="FOLDER", help="held-out music: MIDI or a prepared corpus"
    )
    parser.add_argument("--train", type=Path, metavar="CORPUS", help="what the model learned from")
    parser.add_argument(
        "--split", choices=("test", "validation"), default="test", help="validation: to choose by"
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="seeds for each phrase (default: 2)")
    parser.add_argument("--guidance", type=float, help="0 to 5 (default: as it is played)")
    parser.add_argument("--temperature", type=float, help="0.1 to 2")
    parser.add_argument("--top-p", type=float, help="0.05 to 1")
    parser.add_argument(
        "--sweep",
        metavar="NAME=V,V,...",
        help="guidance, temperature or top-p at several values, on validation: a row for each",
    )
    parser.add_argument("--processes", type=int, metavar="N", help="default: one for each core")
    parser.add_argument("--plot", type=Path, metavar="DIR", help="draw pictures into a folder")
    parser.add_argument("--rolls", type=Path, metavar="DIR", help="only six piano rolls, one seed")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where what was played is kept")
    options = parser.parse_args(argv)
    return guarded(lambda: _evaluate(options))


def _evaluate(options: argparse.Namespace) -> None:
    from amt_live import paths
    from amt_live.manifest import load_manifest

    model = paths.find_model(str(options.model))
    load_manifest(model)
    if options.rolls is not None:
        from export.evaluation.rolls import draw_rolls

        for path in draw_rolls(model, options.rolls):
            print(path)
        return
    if options.sweep is not None:
        _sweep(options, model)
        return
    from export.evaluate import evaluate
    from export.evaluation import report

    found = evaluate(_asked(options, model), _tell)
    table = report.flat(found.figures, found.about)
    if options.save:
        text = json.dumps(table, indent=1) + "\n"
        (model / "evaluation.json").write_text(text, encoding="utf-8")
    if options.plot is not None:
        from export.evaluation.pictures import draw

        for path in draw(found, options.plot):
            _tell(f"drawn: {path}")
    if options.json:
        print(json.dumps(table, indent=1))
        return
    for line in report.lines(found.figures, found.about):
        print(line)


def _sweep(options: argparse.Namespace, model: Path) -> None:
    from export.sweeping import head, read_sweep, row, sweep

    name, values = read_sweep(options.sweep)
    for value in values:
        _check(name, value)
    asked = _asked(options, model)
    print(head(name), flush=True)
    for value, found in sweep(asked, name, values, _tell):
        print(row(value, found), flush=True)


def _check(name: str, value: float) -> None:
    from amt_live.errors import UsageError

    low, high = LIMITS[name]
    if not low <= value <= high:
        raise UsageError(f"--{name.replace('_', '-')}: {value:g} is outside {low}-{high}")


def _asked(options: argparse.Namespace, model: Path) -> "Options":
    from dataclasses import replace

    import platformdirs

    from amt_live.control.state import Sampling
    from amt_live.errors import UsageError
    from amt_live.paths import APP
    from export.evaluate import QUICK, Effort, Options

    effort = QUICK if options.quick else Effort()
    if options.seeds is not None:
        if not 1 <= options.seeds <= 100:
            raise UsageError(f"--seeds: {options.seeds} is outside 1-100")
        effort = replace(effort, seeds=options.seeds)
    drawn = {
        name: getattr(options, name)
        for name in ("guidance", "temperature", "top_p")
        if getattr(options, name) is not None
    }
    for name, value in drawn.items():
        _check(name, value)
    cache = options.cache or platformdirs.user_cache_path(APP, appauthor=False) / "evaluation"
    return Options(
        model,
        cache,
        options.real,
        options.train,
        options.split,
        effort,
        replace(Sampling(), **drawn),
        options.processes,
    )


def _tell(line: str) -> None:
    print(f"amt-live: {line}", file=sys.stderr)
