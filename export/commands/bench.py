"""The part of ``amt-live bench`` that needs the offline half: other runtimes, and other sizes."""

import argparse
import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from amt_live.cli import OneLineParser
from amt_live.paths import DEFAULT_MODEL
from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live bench --peers --shape 6x512 [MODEL]``: the same weights, here and elsewhere."""
    parser = OneLineParser("amt-live bench", description=main.__doc__)
    parser.add_argument("model", nargs="?", default=DEFAULT_MODEL)
    parser.add_argument("--peers", action="store_true", help="measure other runtimes too")
    parser.add_argument("--shape", help="layers x width of random weights, such as 6x512")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    return guarded(lambda: _bench(options))


def _bench(options: argparse.Namespace) -> None:
    from amt_live.benching import bench
    from amt_live.paths import find_model
    from export.peers import parse_shape, subject_of

    folder = find_model(options.model)
    shape = None if options.shape is None else parse_shape(options.shape)
    with tempfile.TemporaryDirectory(prefix="amt-live-bench-") as scratch:
        with _quiet_stderr():
            subject = subject_of(folder, shape, Path(scratch), with_peers=options.peers)
        bench(folder, print, as_json=options.json, subject=subject)


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep what libraries write about their own loading from the terminal: C code, too."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
