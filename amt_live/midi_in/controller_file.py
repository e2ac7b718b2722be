"""Bound controllers on disk: a small JSON file, written whole, read as if a stranger wrote it.

A file that cannot be used is one line of complaint, and is set aside before another is written.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from amt_live.bounded import read_json
from amt_live.control.hands import MAX_BINDINGS, MAX_TARGET_CHARS
from amt_live.errors import FileError, UsageError, one_line
from amt_live.midi.places import whole_file
from amt_live.midi_in.controllers import Controller, Target, controller_of, target_of

VERSION: Final = 1
MAX_BYTES: Final = 200_000

Bindings = dict[Controller, Target]


class ControllerFile:
    """One file. Thread: one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_doubtful = False

    def load(self) -> tuple[Bindings, str]:
        """What is bound, and one line on what could not be read ('' when all could)."""
        bindings: Bindings = {}
        try:
            if not self._path.exists():
                return {}, ""
            found = read_json(self._path, MAX_BYTES)
            if not isinstance(found, dict) or found.get("version") != VERSION:
                raise ValueError(f"it is not of version {VERSION}")
            rows = found.get("controllers")
            if not isinstance(rows, dict):
                raise ValueError("controllers are missing")
            if len(rows) > MAX_BINDINGS:
                raise ValueError(f"{MAX_BINDINGS} controllers are the most")
            for name, text in rows.items():
                if not isinstance(text, str) or not 0 < len(text.strip()) <= MAX_TARGET_CHARS:
                    raise ValueError(f"{name[:40]} is bound to no address")
                bindings[controller_of(name)] = target_of(text)
        except (OSError, ValueError, RecursionError, UsageError) as error:
            self._is_doubtful = True
            why = one_line(error)
            path = self._path
            return {}, f"{path} cannot be used as a file of controllers ({why}); it is set aside"
        return bindings, ""

    def save(self, bindings: Mapping[Controller, Target]) -> None:
        """Write what is bound; raises FileError with one line."""
        path = self._path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if self._is_doubtful and path.exists():
                os.replace(path, path.with_name(path.name + ".doubtful"))
        except OSError as error:
            why = f"cannot write {path}: {error.strerror or error}; name another with --controllers"
            raise FileError(why) from None
        self._is_doubtful = False
        rows = {str(controller): target.text for controller, target in bindings.items()}
        text = json.dumps({"version": VERSION, "controllers": rows}, indent=1) + "\n"
        with whole_file(path, "name another file with --controllers") as file:
            file.write(text.encode())
