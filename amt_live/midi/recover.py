"""Finishes takes that a crash cut short: ``python -m amt_live.midi.recover TAKE.mid...``.

A process of its own, of low priority: an hour of journal takes a second or more to read, and the
band that is just starting must not wait for it. Prints one JSON string for each take recovered.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import amt_live
from amt_live.midi.journal import recover_take


def recover_apart(takes: Sequence[Path], on_recovered: Callable[[Path], None]) -> threading.Thread:
    """Recover takes in that process; ``on_recovered`` is called on the thread returned."""
    thread = threading.Thread(target=_run, args=(takes, on_recovered), name="recover", daemon=True)
    thread.start()
    return thread


def _run(takes: Sequence[Path], on_recovered: Callable[[Path], None]) -> None:
    root = str(Path(amt_live.__file__).resolve().parents[1])
    inherited = os.environ.get("PYTHONPATH")
    path = root if not inherited else root + os.pathsep + inherited
    with subprocess.Popen(
        [sys.executable, "-m", "amt_live.midi.recover", *map(str, takes)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            with contextlib.suppress(ValueError):
                on_recovered(Path(json.loads(line)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Recover every take that is named; returns 0."""
    if hasattr(os, "nice"):
        os.nice(10)
    for name in sys.argv[1:] if arguments is None else arguments:
        if recover_take(Path(name)):
            # Whoever asked may be gone; the takes are recovered all the same.
            with contextlib.suppress(OSError):
                sys.stdout.write(json.dumps(name) + "\n")
                sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
