"""The append-only journal beside a take, so that a crash loses at most the last half second.

While a take runs, its rows go to ``NAME.mid.journal``, one JSON list a line, from a thread of its
own, and between them the lines of its log, each a JSON object. Finishing reads the journal back,
writes ``NAME.mid`` and ``NAME.amtlog`` whole (``os.replace``) and removes the journal. What a crash
leaves behind is finished the same way by ``recover_takes`` at the next start. A journal in use is
locked, so a second band never finishes a take that is still being recorded.
"""

import contextlib
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from amt_live.errors import AmtError, FileError, UsageError
from amt_live.midi.background import Batcher
from amt_live.midi.log_file import is_log_line, log_of, write_log
from amt_live.midi.places import check_ordinary
from amt_live.midi.smf import notes_of, write
from amt_live.midi.take import ON, Row, is_row, song_of

SUFFIX: Final = ".journal"
WRITE_INTERVAL_S: Final = 0.4
_MAX_LINE_BYTES: Final = 1 << 20
_ROWS_A_WRITE: Final = 500
_BREATHER_S: Final = 0.0005

_log = logging.getLogger(__name__)


class Journal:
    """One take being written. ``put`` on the player's thread; disk on a thread of its own."""

    def __init__(self, path: Path, on_trouble: Callable[[str], None]) -> None:
        """Begin the journal of the take ``path``; raises FileError where it cannot be written."""
        self.path = path
        self._on_trouble = on_trouble
        self._broken = False
        self.size = 0
        """Bytes written so far."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _open_locked(path)
        except OSError as error:
            why = error.strerror or error
            raise FileError(f"cannot record to {path}: {why}; choose another place") from None
        self._batcher: Batcher[Row | bytes] = Batcher("journal", WRITE_INTERVAL_S, self._append)

    def put(self, row: Row | bytes) -> None:
        """Keep a row, or a line of the take's log. Blocks: no."""
        self._batcher.put(row)

    def close(self) -> None:
        """Write what is left of the journal; the take is still to be made. Blocks: for the disk."""
        self._batcher.close()
        self._file.close()

    def finish(self) -> int:
        """Write the take; returns its number of notes. Raises FileError. Blocks: for the disk."""
        self.close()
        return finish_journal(self.path)

    def _append(self, rows: list[Row | bytes]) -> None:
        if not rows or self._broken:
            return
        try:
            self.size += self._file.write(_lines(rows))
        except OSError as error:
            self._broken = True
            why = error.strerror or error
            self._on_trouble(f"the take {self.path} ends here: {why}")


def keep(path: Path, rows: Iterable[Row]) -> None:
    """Write the whole journal of a take at once, for ``finish_journal``; raises FileError."""
    try:
        with _open_locked(path) as file:
            left = iter(rows)
            while lines := _lines(islice(left, _ROWS_A_WRITE)):
                file.write(lines)
                # Beside a real-time sender: let it go first, and never look like a runaway.
                time.sleep(_BREATHER_S)
    except OSError as error:
        why = error.strerror or error
        raise FileError(f"cannot write {path}: {why}; choose another place") from None


def keep_excerpt(path: Path, rows: Sequence[Row], bars: int) -> None:
    """Keep the last bars, if there is a note in them; raises UsageError and FileError."""
    if not any(row[1] == ON for row in rows):
        raise UsageError(f"nothing was played in the last {bars} bars; play first, then capture")
    keep(path, rows)


def finish_journal(path: Path) -> int:
    """Turn the journal of the take ``path`` into the take; returns its number of notes."""
    journal = journal_of(path)
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in _rows(journal):
            count += 1
            yield row

    song = song_of(counted())
    write(song, path)
    write_log(path, _log_lines(journal), count)
    journal.unlink(missing_ok=True)
    return len(notes_of(song))


def leftovers(folder: Path) -> list[Path]:
    """The takes in a folder that have a journal: unfinished, or in progress elsewhere."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX))
    except OSError:
        return []
    return [folder / name.removesuffix(SUFFIX) for name in names]


def set_aside(path: Path) -> Path | None:
    """Make room for a new take ``path`` where a crash left a journal: its take gets another name.

    Returns that take, still to be recovered; None where there is nothing to save. Only renames.
    """
    journal = journal_of(path)
    if not journal.exists() or _in_use(journal):
        return None
    count = 1
    while True:
        number = "" if count == 1 else f"-{count}"
        other = path.with_name(f"{path.stem}-recovered{number}{path.suffix}")
        if not other.exists() and not journal_of(other).exists():
            break
        count += 1
    try:
        journal.rename(journal_of(other))
    except OSError as error:
        _log.warning("cannot set %s aside: %s", journal, error)
        return None
    return other


def keep_earlier(path: Path) -> Path | None:
    """Give an earlier take ``path`` another name before a new one takes its place.

    Returns the new name; None where there is no file to keep (a device is no take). Raises OSError
    when it cannot be renamed.
    """
    if not path.is_file():
        return None
    count = 2
    while (other := path.with_name(f"{path.stem}-{count}{path.suffix}")).exists():
        count += 1
    path.rename(other)
    with contextlib.suppress(FileNotFoundError):
        log_of(path).rename(log_of(other))
    return other


def recover_takes(folder: Path) -> list[Path]:
    """Finish what crashes left in a folder; returns the takes. A missing folder has none."""
    return [path for path in leftovers(folder) if recover_take(path)]


def recover_take(path: Path) -> bool:
    """Finish the take ``path`` if a crash left its journal behind and nobody is writing it."""
    journal = journal_of(path)
    if not journal.exists() or _in_use(journal):
        return False
    try:
        finish_journal(path)
    except AmtError as error:
        _log.warning("%s", error)
        return False
    return True


def journal_of(path: Path) -> Path:
    """Where the journal of the take ``path`` lies while it is not finished."""
    return path.with_name(path.name + SUFFIX)


def _rows(journal: Path) -> Iterator[Row]:
    try:
        with journal.open("rb") as file:
            while line := file.readline(_MAX_LINE_BYTES):
                if is_log_line(line):
                    continue
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError):
                    continue  # The last line of a crash may be cut short.
                if is_row(value):
                    yield value
    except OSError as error:
        raise FileError(f"cannot read {journal}: {error.strerror or error}") from None


def _log_lines(journal: Path) -> Iterator[bytes]:
    try:
        with journal.open("rb") as file:
            while line := file.readline(_MAX_LINE_BYTES):
                if is_log_line(line) and line.endswith(b"\n"):
                    yield line
    except OSError as error:
        raise FileError(f"cannot read {journal}: {error.strerror or error}") from None


def _lines(rows: Iterable[Row | bytes]) -> bytes:
    return b"".join(
        row if isinstance(row, bytes) else json.dumps(row, separators=(",", ":")).encode() + b"\n"
        for row in rows
    )


def _open_locked(path: Path) -> BinaryIO:
    """The journal of a take, emptied only once it is ours; raises OSError, and FileError."""
    check_ordinary(path)
    check_ordinary(journal_of(path))
    file = journal_of(path).open("ab", buffering=0)
    if not _lock(file):
        file.close()
        raise FileError(f"{path} is being recorded by another band; choose another name")
    file.truncate(0)
    return file


def _in_use(journal: Path) -> bool:
    try:
        with journal.open("rb+") as file:
            return not _lock(file)
    except OSError:
        return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> bool:
        try:
            # A byte far behind the end: locked bytes cannot be read by others.
            file.seek(1 << 40)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0, os.SEEK_END)
        return True

else:
    import fcntl

    def _lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
