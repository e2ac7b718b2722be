"""Whether a file may be written at a place: said in one line, before anything is played or lost.

Called by the commands, the recorder and the writer of MIDI files. Files are written whole and then
renamed into place, which would put an ordinary file where a device or a pipe was.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from amt_live.errors import FileError


def check_ordinary(path: Path) -> None:
    """Raise FileError where something lies that is no ordinary file; a free place is fine."""
    if path.exists() and not path.is_file():
        raise FileError(f"cannot write {path}: it is not an ordinary file; choose another name")


@contextmanager
def whole_file(path: Path, advice: str) -> Iterator[BinaryIO]:
    """A file that is there whole, on the disk, once the block ends, or not at all.

    Raises FileError that ends with the advice where it cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    check_ordinary(path)
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        why = error.strerror or error
        raise FileError(f"cannot write {path}: {why}; {advice}") from None


def check_place(path: Path) -> None:
    """Raise FileError unless a file can be made here; tries it, and leaves nothing behind."""
    try:
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise FileError(f"cannot write {path}: name a file in a folder that exists")
        check_ordinary(path)
        probe = path.with_name(path.name + ".probing")
        probe.open("ab").close()
        probe.unlink()
    except OSError as error:
        why = error.strerror or error
        raise FileError(f"cannot write {path}: {why}; choose another place") from None


def check_folder(folder: Path) -> None:
    """Raise FileError unless files can be made in this folder, or it be made; leaves nothing."""
    folder = folder.absolute()
    place = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        if not place.is_dir():
            raise FileError(f"cannot write into {folder}: {place} is no folder")
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise FileError(f"cannot write into {folder}: {error.strerror or error}") from None
