"""Captures under way: asked of the player, which writes a journal; finished here, in the daemon.

Making the file sorts and packs many notes at a stretch, which must not happen beside a deadline.
"""

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from amt_live.errors import AmtError, FileError, PortError, UsageError
from amt_live.midi.journal import finish_journal
from amt_live.midi.protocol import CaptureFailed, CaptureKept

MAX_WAITING: Final = 8


class Captures:
    """Who waits for which file. Thread: any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Path, Future[int]] = {}

    def begin(self, path: Path) -> "Future[int]":
        """A future for the capture ``path``; failed at once where it cannot be begun."""
        written: Future[int] = Future()
        with self._lock:
            if path in self._waiting or len(self._waiting) >= MAX_WAITING:
                why = "captures are still being written; ask again in a moment"
                written.set_exception(UsageError(why))
            else:
                self._waiting[path] = written
        return written

    def take_in(self, report: CaptureKept | CaptureFailed) -> None:
        """The player has answered."""
        if isinstance(report, CaptureFailed):
            kind = UsageError if report.is_empty else FileError
            self._end(report.path, kind(report.why))
        else:
            path = report.path
            threading.Thread(target=self._finish, args=(path,), name="capture", daemon=True).start()

    def fail_all(self) -> None:
        """The player is gone, and what it remembered with it."""
        with self._lock:
            paths = list(self._waiting)
        for path in paths:
            self._end(path, PortError("the player ended, and what it remembered with it"))

    def _finish(self, path: Path) -> None:
        try:
            self._end(path, finish_journal(path))
        except AmtError as error:
            self._end(path, error)

    def _end(self, path: Path, outcome: int | AmtError) -> None:
        with self._lock:
            written = self._waiting.pop(path, None)
        if written is None:
            return
        if isinstance(outcome, AmtError):
            written.set_exception(outcome)
        else:
            written.set_result(outcome)
