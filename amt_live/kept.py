"""Files in which the program keeps what a performer made: scenes, banks, bound controllers.

Written whole or not at all, and read as if a stranger wrote them: never more than is allowed, and
whatever is wrong is one line. A file that was not wholly understood is set aside before the next
one takes its place. Thread: one at a time for each file.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from amt_live.errors import FileError, UsageError, one_line
from amt_live.midi.places import whole_file

ASIDE: Final = ".broken"
"""What the name of a file ends with that was set aside."""

_WRONG: Final = (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError, UsageError)

T = TypeVar("T")


class KeptFile:
    """One such file."""

    def __init__(self, path: Path, what: str, most_bytes: int, advice: str = "") -> None:
        """``what`` it is, such as "a file of scenes"; ``advice`` for when it cannot be written."""
        self.path = path
        self.is_doubtful = False
        """Whether it holds more than was understood."""
        self._what, self._most_bytes = what, most_bytes
        self._advice = advice or "free the place, or the disk"

    def load(self, parse: Callable[[bytes], T]) -> tuple[T | None, str]:
        """What ``parse`` makes of it, and one line on what was wrong ('' for nothing).

        None where there is no file, or none that can be used. ``parse`` may raise ValueError,
        TypeError, KeyError, IndexError, RecursionError and UsageError.
        """
        try:
            if not self.path.exists():
                return None, ""
            return parse(self._read()), ""
        except _WRONG as error:
            self.is_doubtful = True
            why = one_line(error)
            told = f"{self.path} cannot be used as {self._what} ({why})"
            return None, f"{told}; it is set aside once another is written"

    def _read(self) -> bytes:
        if not self.path.is_file():  # a pipe would keep its reader waiting
            raise ValueError("it is no ordinary file")
        with self.path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = b"" if size > self._most_bytes else file.read(self._most_bytes + 1)
        if max(size, len(data)) > self._most_bytes:
            raise ValueError("it is too long")
        return data

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """Another file, in its place once the block ends; raises FileError with one line."""
        path = self.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise FileError(f"cannot write {path}: {why}; {self._advice}") from None
        with whole_file(path, self._advice) as file:
            yield file
            if self.is_doubtful and path.exists():
                os.replace(path, path.with_name(path.name + ASIDE))
        self.is_doubtful = False

    def save_json(self, data: Mapping[str, Any]) -> None:
        """Let it say this; raises FileError with one line."""
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        with self.writing() as file:
            file.write(text.encode())


def json_of(data: bytes, version: int) -> dict[str, Any]:
    """The object that a file of JSON of a version holds; raises ValueError or RecursionError."""
    found = json.loads(data.decode("utf-8"))
    if not isinstance(found, dict) or found.get("version") != version:
        raise ValueError(f"it is not of version {version}")
    return found
