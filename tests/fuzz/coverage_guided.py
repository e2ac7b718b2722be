"""Datagrams that a coverage-guided fuzzer makes up: ``python -m tests.fuzz.coverage_guided``.

Needs ``pip install atheris`` (Linux and macOS); libFuzzer's options are taken as they are, such as
``-max_total_time=60 -max_len=9000``. Begins with the corpus of ``datagrams``.
"""

import sys
import tempfile
from itertools import islice
from pathlib import Path

from tests.fuzz.datagrams import Corpus
from tests.fuzz.reading import read

SEEDS = 2000


def one_input(data: bytes) -> None:
    """Read one datagram; whatever it raises is a defect."""
    for _ in read(data):
        pass


def main() -> int:
    """Fuzz until stopped."""
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(islice(Corpus(1), SEEDS)):
            (Path(folder) / str(number)).write_bytes(data)
        atheris.instrument_all()
        atheris.Setup([sys.argv[0], folder, *sys.argv[1:]], one_input)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
