"""Names of files: which are MIDI, which are archives; a stranger's names made harmless."""

import posixpath
from typing import Final

MIDI: Final = (".mid", ".midi", ".kar", ".rmi")
TAR: Final = (
    ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2",
)  # fmt: skip
ARCHIVES: Final = (".zip", *TAR)
UNREAD_ARCHIVES: Final = (".rar", ".7z", ".gz", ".xz", ".bz2", ".zst", ".lzh", ".arj", ".cab")


def has_suffix(name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a name ends in one of them, in any case."""
    return name.lower().endswith(suffixes)


def without_suffix(name: str) -> str:
    """An archive's name without ``.tar.xz`` and the like."""
    for suffix in sorted(ARCHIVES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def printable(name: str) -> str:
    """A name without control characters and lone surrogates: safe on a terminal and in UTF-8."""
    return "".join(c if c.isprintable() else "?" for c in name)


def clean_member(name: str) -> str:
    """A member's path for showing: no root, no drive, no ``..``."""
    parts = name.replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".", "..") and not part.endswith(":")]
    return printable(posixpath.join(*kept)) if kept else "?"
