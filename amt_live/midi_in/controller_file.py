"""Bound controllers on disk: a small JSON file, written whole, read as if a stranger wrote it.

A file that cannot be used is one line of complaint, and is set aside before another is written.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from amt_live.control.hands import MAX_BINDINGS, MAX_TARGET_CHARS
from amt_live.kept import KeptFile, json_of
from amt_live.midi_in.controllers import Controller, Target, controller_of, target_of

VERSION: Final = 1
MAX_BYTES: Final = 200_000

Bindings = dict[Controller, Target]


class ControllerFile:
    """One file. Thread: one at a time."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(
            path, "a file of controllers", MAX_BYTES, "name another file with --controllers"
        )

    def load(self) -> tuple[Bindings, str]:
        """What is bound, and one line on what could not be read ('' when all could)."""
        bindings, trouble = self._file.load(_bindings)
        return bindings or {}, trouble

    def save(self, bindings: Mapping[Controller, Target]) -> None:
        """Write what is bound; raises FileError with one line."""
        rows = {str(controller): target.text for controller, target in bindings.items()}
        self._file.save_json({"version": VERSION, "controllers": rows})


def _bindings(data: bytes) -> Bindings:
    rows = json_of(data, VERSION).get("controllers")
    if not isinstance(rows, dict):
        raise ValueError("controllers are missing")
    if len(rows) > MAX_BINDINGS:
        raise ValueError(f"{MAX_BINDINGS} controllers are the most")
    bindings: Bindings = {}
    for name, text in rows.items():
        if not isinstance(text, str) or not 0 < len(text.strip()) <= MAX_TARGET_CHARS:
            raise ValueError(f"{name[:40]} is bound to no address")
        bindings[controller_of(name)] = target_of(text)
    return bindings
