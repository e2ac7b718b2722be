"""Compares training runs by what they hear of a mood."""

import argparse
import json
from pathlib import Path

from amt_live.cli import OneLineParser
from amt_live.errors import UsageError
from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live compare DATA RUN...``: how much of a mood each run hears, on held-out music."""
    parser = OneLineParser("amt-live compare", description=main.__doc__)
    parser.add_argument("data", type=Path, help="the corpus that the runs were trained on")
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="folders of runs")
    parser.add_argument(
        "--contexts",
        metavar="N,N",
        help="what longer contexts are worth instead, such as 256,512,1024",
    )
    parser.add_argument("--sequences", type=int, default=96, help="to listen to (default: 96)")
    parser.add_argument("--json", action="store_true", help="one object, by the names of the runs")
    options = parser.parse_args(argv)
    return guarded(lambda: _compare(options))


def _compare(options: argparse.Namespace) -> None:
    if not 4 <= options.sequences <= 4096:
        raise UsageError(f"--sequences: {options.sequences} is outside 4-4096")
    if options.contexts is not None:
        _compare_contexts(options, _contexts(options.contexts))
        return
    from export.comparing import compare, lines

    found = compare(options.runs, options.data, options.sequences)
    if options.json:
        print(json.dumps({name: heard.as_dict() for name, heard in found.items()}, indent=1))
        return
    for line in lines(found):
        print(line)


def _contexts(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",") if part.strip().isdigit()]
    if len(numbers) != text.count(",") + 1 or not all(192 <= n <= 8192 for n in numbers):
        raise UsageError("--contexts: write numbers of tokens, 192-8192, such as 256,512,1024")
    return sorted(set(numbers))


def _compare_contexts(options: argparse.Namespace, contexts: list[int]) -> None:
    from export.contexts import compare_contexts, lines

    found = compare_contexts(options.runs, options.data, contexts, options.sequences)
    if options.json:
        print(json.dumps({n: [w.as_dict() for w in some] for n, some in found.items()}, indent=1))
        return
    for line in lines(found):
        print(line)
