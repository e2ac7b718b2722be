"""Logging: into a file that cannot grow without end; warnings of the daemon also to stderr.

Set up once by each command that plays; importing this changes nothing.
"""

import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 1_000_000
FORMAT: Final = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


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
            root.addHandler(handler)
    if verbose or not root.handlers:
        console = logging.StreamHandler()
        console.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
        console.setFormatter(logging.Formatter(FORMAT))
        root.addHandler(console)
