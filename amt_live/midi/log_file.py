"""The log beside a take: ``NAME.amtlog`` for ``NAME.mid``, one JSON object a line.

Lines come from the player (what happened when) and from the band (what was decoded and asked); the
last one tells the size and the hash of the take. Written by whoever finishes the take, read by
``amt_live.replay``. Hostile files are one-line errors here: nothing in a log is ever executed.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from amt_live.errors import FileError
from amt_live.midi.places import whole_file

SUFFIX: Final = ".amtlog"
VERSION: Final = 1
MAX_LINE_BYTES: Final = 1 << 20
MAX_LOG_BYTES: Final = 1 << 28
"""A day of music."""


def log_of(path: Path) -> Path:
    """Where the log of the take ``path`` lies."""
    return path.with_suffix(SUFFIX)


def is_log_line(line: bytes) -> bool:
    """Whether a line of a journal or of the pipe belongs to a log."""
    return line.startswith(b"{")


def write_log(take: Path, lines: Iterable[bytes], rows: int) -> None:
    """Write the log of a finished take of so many rows, whole; nothing where there are no lines.

    Raises FileError where it cannot be written.
    """
    path = log_of(take)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # of another take that had this name
    begun = iter(lines)
    first = next(begun, None)
    if first is None:
        return
    with whole_file(path, "the take itself is whole") as file:
        file.write(first)
        file.writelines(begun)
        with take.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        end = {"take": {"rows": rows, "sha256": digest}}
        file.write(json.dumps(end, separators=(",", ":")).encode() + b"\n")


def read_log(take: Path) -> Iterator[dict[str, Any]]:
    """The objects of the log of a take, in order; raises FileError, one line, for what is none."""
    path = log_of(take)
    if not path.is_file():
        raise FileError(f"{take} has no log {path.name} beside it; only takes that have one replay")
    try:
        if path.stat().st_size > MAX_LOG_BYTES:
            raise FileError(f"{path} is larger than any log that amt-live writes")
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES):
                number += 1
                yield _object(line, path, number)
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from None


def _object(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise FileError(f"{path} is damaged in line {number}; it cannot be replayed")
    return value
