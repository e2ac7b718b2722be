"""Makes takes of journals in a process of its own: ``python -m amt_live.midi.recover TAKE.mid...``.

An hour of journal takes a second or more to read. Neither the band that is just starting nor the
player, whose real-time threads the kernel ends when they work that long without a rest, can spare
it. Prints a JSON row for each take: its path, its number of notes or null, and what went wrong.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from amt_live import children
from amt_live.errors import AmtError, FileError
from amt_live.midi.journal import finish_journal, recover_take


def recover_apart(takes: Sequence[Path], on_recovered: Callable[[Path], None]) -> threading.Thread:
    """Recover takes in that process; ``on_recovered`` is called on the thread returned."""

    def run() -> None:
        for path, notes, _ in _rows_of([str(take) for take in takes]):
            if notes is not None:
                on_recovered(Path(path))

    thread = threading.Thread(target=run, name="recover", daemon=True)
    thread.start()
    return thread


def finish_apart(path: Path) -> int:
    """Turn a journal that is closed into its take, in that process; as ``finish_journal``."""
    for _, notes, why in _rows_of(["--finish", str(path)]):
        if notes is None:
            raise FileError(why)
        return notes
    raise FileError(f"the take {path} is kept in its journal, and finished at the next start")


def _rows_of(arguments: list[str]) -> Iterator[tuple[str, int | None, str]]:
    try:
        process = children.start(
            "amt_live.midi.recover", arguments, stdin=subprocess.DEVNULL, start_new_session=True
        )
    except OSError:
        return
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            with contextlib.suppress(ValueError):
                name, notes, why = json.loads(line)
                yield name, notes, why


def main(arguments: Sequence[str] | None = None) -> int:
    """Recover every take that is named, or with ``--finish`` make one take; returns 0."""
    _be_modest()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--finish"]:
        try:
            _tell(words[1], finish_journal(Path(words[1])), "")
        except AmtError as error:
            _tell(words[1], None, str(error))
        return 0
    for name in words:
        if recover_take(Path(name)):
            _tell(name, 0, "")
    return 0


def _be_modest() -> None:
    """Neither the real-time scheduling of the player nor more than what is left of the machine."""
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        if hasattr(os, "nice"):
            os.nice(10)


def _tell(name: str, notes: int | None, why: str) -> None:
    # Whoever asked may be gone; the takes are made all the same.
    with contextlib.suppress(OSError):
        sys.stdout.write(json.dumps([name, notes, why]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
