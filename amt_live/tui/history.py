"""The moods that were sent, walked with up and down like a shell's history, kept across sessions.

Used on the Textual thread. A file that cannot be read or written costs the memory of moods and
nothing else, so that is logged and never raised.
"""

import logging
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

MAX_MOODS: Final = 500


def default_path() -> Path:
    """Where moods are kept: the user's data folder for amt-live."""
    from platformdirs import user_data_path

    return user_data_path("amt-live", appauthor=False) / "moods.txt"


class MoodHistory:
    """Lines sent, oldest first; ``path`` None keeps them for this session only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines = self._read()
        self._cursor = len(self._lines)
        self._draft = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines, oldest first."""
        return tuple(self._lines)

    def add(self, line: str) -> None:
        """Remember a line that was sent; an equal older one moves to the end."""
        line = " ".join(line.split())
        if line in self._lines:
            self._lines.remove(line)
        self._lines.append(line)
        del self._lines[:-MAX_MOODS]
        self._cursor = len(self._lines)
        self._draft = ""
        self._write()

    def older(self, current: str) -> str:
        """The line before; what was being typed comes back on the way down."""
        if self._cursor == len(self._lines):
            self._draft = current
        if self._cursor == 0:
            return current
        self._cursor -= 1
        return self._lines[self._cursor]

    def newer(self, current: str) -> str:
        """The line after; past the newest one it is what was being typed."""
        if self._cursor >= len(self._lines):
            return current
        self._cursor += 1
        return self._draft if self._cursor == len(self._lines) else self._lines[self._cursor]

    def _read(self) -> list[str]:
        if self._path is None:
            return []
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        except OSError as error:
            log.warning("moods sent before cannot be read: %s", error)
            return []
        return [line for line in text.splitlines() if line.strip()][-MAX_MOODS:]

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text("\n".join(self._lines) + "\n", encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            log.warning("the mood cannot be remembered: %s", error)
