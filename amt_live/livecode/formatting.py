"""``amt-live format``: a set list written the usual way; what it means stays as it is."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from amt_live.errors import FileError
from amt_live.livecode.pieces import LineError
from amt_live.livecode.syntax import MAX_FILE_BYTES, Line, parse_file

COMMENT_GAP: Final = "  "


def formatted(text: str) -> str:
    """The text with single spaces, small keywords and at most one empty line; raises LineError."""
    lines: list[str] = []
    for line in parse_file(text):
        written = _written(line)
        if written or (lines and lines[-1]):
            lines.append(written)
    while lines and not lines[-1]:
        lines.pop()
    return "".join(f"{line}\n" for line in lines)


def _written(line: Line) -> str:
    if line.statement is None:
        return line.comment
    gap = COMMENT_GAP if line.comment else ""
    return f"{line.statement.text}{gap}{line.comment}"


def run_format(name: str, say: Callable[[str], None], *, only_check: bool = False) -> int:
    """Format a file in place, or only say whether it is formatted; the exit code.

    Raises FileError for a file that cannot be read or written, or that has an error in it: then it
    is left as it is.
    """
    path = Path(name)
    text = _text(path)
    try:
        new = formatted(text)
    except LineError as error:
        raise FileError(error.in_file(path.name)) from None
    if new == text:
        say(f"{name} is formatted")
        return 0
    if only_check:
        sys.stderr.write(f"amt-live: {name} is not formatted; run: amt-live format {name}\n")
        return 1
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(new, encoding="utf-8", newline="\n")
        fresh.chmod(path.stat().st_mode & 0o777)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise FileError(f"{name} cannot be written ({error.strerror}); it is unchanged") from None
    say(f"{name} formatted")
    return 0


def _text(path: Path) -> str:
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_FILE_BYTES else None
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror})") from None
    if data is None:
        raise FileError(f"{path} is larger than {MAX_FILE_BYTES} bytes; split it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(f"{path} is not UTF-8; save it as UTF-8") from None
