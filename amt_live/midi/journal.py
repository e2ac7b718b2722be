"""The append-only journal beside a take, so that a crash loses at most the last half second.

While a take runs, its rows go to ``NAME.mid.journal``, one JSON list a line, from a thread of its
own. Finishing reads the journal back, writes ``NAME.mid`` whole (``os.replace``) and removes the
journal. What a crash leaves behind is finished the same way by ``recover_takes`` at the next
start. A journal in use is locked, so a second band never finishes a take that is still being
recorded.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from amt_live.errors import AmtError, FileError
from amt_live.midi.background import Batcher
from amt_live.midi.smf import notes_of, write
from amt_live.midi.take import Row, is_row, song_of

SUFFIX: Final = ".journal"
WRITE_INTERVAL_S: Final = 0.4

_log = logging.getLogger(__name__)


class Journal:
    """One take being written. ``put`` on the player's thread; disk on a thread of its own."""

    def __init__(self, path: Path, on_trouble: Callable[[str], None]) -> None:
        """Begin the journal of the take ``path``; raises FileError where it cannot be written."""
        self.path = path
        self._on_trouble = on_trouble
        self._broken = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = _journal_of(path).open("wb", buffering=0)
        except OSError as error:
            why = error.strerror or error
            raise FileError(f"cannot record to {path}: {why}; choose another place") from None
        if not _lock(self._file):
            self._file.close()
            raise FileError(f"{path} is being recorded by another band; choose another name")
        self._batcher: Batcher[Row] = Batcher("journal", WRITE_INTERVAL_S, self._append)

    def put(self, row: Row) -> None:
        """Keep a row. Blocks: no."""
        self._batcher.put(row)

    def finish(self) -> int:
        """Write the take; returns its number of notes. Raises FileError. Blocks: for the disk."""
        self._batcher.close()
        self._file.close()
        return finish_journal(self.path)

    def _append(self, rows: list[Row]) -> None:
        if not rows or self._broken:
            return
        text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
        try:
            self._file.write(text.encode())
        except OSError as error:
            self._broken = True
            why = error.strerror or error
            self._on_trouble(f"the take {self.path} ends here: {why}")


def finish_journal(path: Path) -> int:
    """Turn the journal of the take ``path`` into the take; returns its number of notes."""
    journal = _journal_of(path)
    song = song_of(_rows(journal))
    write(song, path)
    journal.unlink(missing_ok=True)
    return len(notes_of(song))


def recover_takes(folder: Path) -> list[Path]:
    """Finish what crashes left in a folder; returns the takes. A missing folder has none."""
    recovered = []
    for journal in sorted(folder.glob("*" + SUFFIX)):
        path = journal.with_name(journal.name.removesuffix(SUFFIX))
        if recover_take(path):
            recovered.append(path)
    return recovered


def recover_take(path: Path) -> bool:
    """Finish the take ``path`` if a crash left its journal behind and nobody is writing it."""
    journal = _journal_of(path)
    if not journal.exists() or _in_use(journal):
        return False
    try:
        finish_journal(path)
    except AmtError as error:
        _log.warning("%s", error)
        return False
    return True


def _journal_of(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _rows(journal: Path) -> Iterator[Row]:
    try:
        with journal.open("rb") as file:
            for line in file:
                try:
                    value = json.loads(line)
                except ValueError:
                    continue  # The last line of a crash may be cut short.
                if is_row(value):
                    yield value
    except OSError as error:
        raise FileError(f"cannot read {journal}: {error.strerror or error}") from None


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
