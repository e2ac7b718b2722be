"""Logging: into a file that cannot grow without end; warnings of the daemon also to stderr.

Set up once by each command that plays; importing this changes nothing.
"""

import logging
import logging.handlers
import sys
import threading
import time
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 1_000_000
ERROR_PERIOD_S: Final = 1.0
FORMAT: Final = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


class OneErrorASecond(logging.Filter):
    """Lets through one traceback a second: whatever provokes them must not fill the disk."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._next_s = float("-inf")
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write a record; the next one tells how many were left out."""
        if not record.exc_info:
            return True
        with self._lock:
            now_s = time.monotonic()
            if now_s < self._next_s:
                self._left_out += 1
                return False
            self._next_s = now_s + ERROR_PERIOD_S
            left_out, self._left_out = self._left_out, 0
        if left_out:
            record.msg = f"{record.msg} ({left_out} more errors were left out)"
        return True


def set_up(file: Path | None, *, verbose: bool = False) -> None:
    """Log into ``file`` (None: stderr only); one that cannot be written is no reason to stop."""
    root = logging.getLogger("amt_live")
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    root.propagate = False
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handler = logging.handlers.RotatingFileHandler(
                file, maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8"
            )
        except OSError as error:
            sys.stderr.write(f"amt-live: no log: {error.strerror} ({file})\n")
        else:
            handler.setFormatter(logging.Formatter(FORMAT))
            handler.addFilter(OneErrorASecond())
            root.addHandler(handler)
    if verbose or not root.handlers:
        console = logging.StreamHandler()
        console.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
        console.setFormatter(logging.Formatter(FORMAT))
        root.addHandler(console)
