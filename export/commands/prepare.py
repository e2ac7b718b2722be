"""Makes a compact corpus of MIDI files, folders and archives."""

import argparse
from pathlib import Path

from amt_live.cli import OneLineParser
from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live prepare CORPUS... -o DIR``: MIDI files, folders and .tar archives into a
    compact corpus."""
    parser = OneLineParser("amt-live prepare", description=main.__doc__)
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(argv)
    return guarded(lambda: _prepare(options))


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
