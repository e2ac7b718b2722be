"""Makes a compact corpus of MIDI files, folders and archives."""

import argparse
import os
from pathlib import Path
from typing import Any

from amt_live.cli import OneLineParser
from amt_live.errors import FileError, UsageError
from export.commands.describe import add_options, describe
from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live prepare CORPUS... -o DIR``: MIDI files, folders, .zip and .tar archives into a
    compact corpus. Interrupted, it goes on; done, it returns at once."""
    parser = OneLineParser("amt-live prepare", description=main.__doc__)
    parser.add_argument("corpus", nargs="+", type=Path, help="MIDI files, folders, archives")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder of the corpus")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 2, help="readers (default: all cores)"
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="print the statistics, and draw them as report.svg and report.png",
    )
    parser.add_argument(
        "--keep-near-duplicates",
        action="store_true",
        help="keep files that are nearly the same, all in one split",
    )
    parser.add_argument(
        "--wikipedia", action="store_true", help="then describe its styles, as `describe` does"
    )
    parser.add_argument(
        "--skip-wikipedia", "--skip_wikipedia", action="store_true", help="ask nobody after all"
    )
    add_options(parser)
    options = parser.parse_args(argv)
    return guarded(lambda: _prepare(options))


def _prepare(options: argparse.Namespace) -> None:
    _read(options)
    if options.wikipedia and not options.skip_wikipedia:
        describe(options.out, options)


def _read(options: argparse.Namespace) -> None:
    from export.preparing import Options, prepare_corpus

    if options.processes < 1:
        raise UsageError("--processes must be 1 or more")
    how = Options(options.processes, options.keep_near_duplicates)
    report = prepare_corpus(options.corpus, options.out, how)
    if report.get("unchanged"):
        print(f"{options.out} is already made of these files; nothing to do")
    elif report["read_before"]:
        print(f"went on: {report['read_before']} files had been read before")
    print(
        f"{report['kept']} of {report['files']} files, {report['notes']} notes, "
        f"{report['bars']} bars in {options.out}"
    )
    if options.report:
        _show(report, options.out)
        return
    for reason, count in report["refused_why"].items():
        print(f"  refused {count}: {reason}")
    if report["refused_why"]:
        print(f"  names are in {options.out / 'report.json'}; --report shows them")


def _show(report: dict[str, Any], out: Path) -> None:
    from amt_live.analysis import png, svg
    from export.statistics import text
    from export.statistics_picture import picture

    print(text(report))
    drawn = picture(report["statistics"])
    try:
        (out / "report.svg").write_bytes(svg.to_bytes(drawn))
        (out / "report.png").write_bytes(png.to_bytes(drawn))
    except OSError as error:
        raise FileError(f"the picture cannot be written to {out}: {error.strerror}") from error
    print(f"\n{out / 'report.json'}, {out / 'report.svg'}, {out / 'report.png'}")
