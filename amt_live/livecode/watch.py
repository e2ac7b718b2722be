"""A file that is being edited: read again when it has changed and come to rest.

By looking (a ``stat`` every few hundredths of a second): it works on every system and file system,
through editors that write a new file and rename it, and needs nothing. A file is read only when two
looks found it the same, so that one which is just being written is not taken half.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOK_S: Final = 0.025
"""How often to look."""

RESTLESS_S: Final = 1.0
"""A file that does not come to rest for so long is read as it is."""

EMPTY_S: Final = 0.5
"""An empty file must rest for so long: editors that write in place empty it first."""

MISSING_S: Final = 1.0
"""A file that is gone for so long is gone: until then an editor may be renaming another one."""

_Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The file cannot be read: ``why`` in one line with the fix, ``line`` 0 for the whole file."""

    why: str
    line: int = 0
    column: int = 0


class Watch:
    """One file; ``max_bytes`` is the most it may have. Blocks for as long as the disk does."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._seen: _Mark | None = None
        self._seen_s = 0.0
        self._read_at: _Mark | None = None
        self._text: bytes | None = None
        self._changed_s: float | None = None
        self._missing_s: float | None = None
        self._is_told = False

    @property
    def was_read(self) -> bool:
        """Whether the file was read once, or found to be unreadable."""
        return self._read_at is not None or self._is_told

    def look(self, now_s: float) -> str | Unreadable | None:
        """The new text; what is wrong with the file, once; None when nothing is new."""
        try:
            mark = self._mark()
        except OSError as error:
            return self._missing(error, now_s)
        except ValueError:
            return self._tell(Unreadable("is not a plain file; name a text file"))
        self._missing_s = None
        if mark == self._read_at:
            return None
        if self._changed_s is None:
            self._changed_s = now_s
        if mark != self._seen:
            self._seen, self._seen_s = mark, now_s
            is_at_rest = False
        else:
            is_at_rest = now_s - self._seen_s >= (0.0 if mark[1] else EMPTY_S)
        if not is_at_rest and now_s - self._changed_s < RESTLESS_S:
            return None
        return self._read(mark)

    def _mark(self) -> _Mark:
        found = os.stat(self.path)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self, mark: _Mark) -> str | Unreadable | None:
        try:
            with self.path.open("rb") as file:
                data = file.read(self._max_bytes + 1)
            if self._mark() != mark:
                return None  # it was written meanwhile: looked at again
        except (OSError, ValueError):
            return None
        self._read_at, self._changed_s = mark, None
        if data == self._text:
            self._is_told = False
            return None
        self._text, self._is_told = data, False
        if len(data) > self._max_bytes:
            return Unreadable(f"is larger than {self._max_bytes} bytes; split it")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            line = before.count(b"\n") + 1
            column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
            return Unreadable("not UTF-8; save the file as UTF-8", line, column)

    def _missing(self, error: OSError, now_s: float) -> Unreadable | None:
        if self._missing_s is None:
            self._missing_s = now_s
        if now_s - self._missing_s < MISSING_S:
            return None
        self._seen = self._read_at = self._text = None
        why = (error.strerror or "gone").lower()
        return self._tell(Unreadable(f"cannot be read ({why}); save it again"))

    def _tell(self, trouble: Unreadable) -> Unreadable | None:
        if self._is_told:
            return None
        self._is_told = True
        return trouble
