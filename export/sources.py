"""What a folder of MIDI holds: files and archives, their sources and labels, found in order.

A stranger's folder is not trusted: links are not followed, only regular files are opened, and what
cannot be read is passed on with its reason, not raised.
"""

import csv
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from amt_live.errors import FileError
from export.archives import MAX_FILE_BYTES, TOO_BIG, members
from export.midi_names import (
    ARCHIVES,
    MIDI,
    UNREAD_ARCHIVES,
    has_suffix,
    printable,
    without_suffix,
)

UNGRIDDED: Final = frozenset({"pop909"})
"""Sources without a usable beat grid: left out of training on a grid."""
MAX_LABELS_BYTES: Final = 256 << 20

GENRE_FOLDERS: Final = frozenset(
    """
    afro ambient anthem baroque bebop bhangra bluegrass blues bolero boogie bossa cajun calypso
    celtic charleston chiptune chorale cinematic classical country cuban dance disco dixieland dnb
    edm electronic electronica exotica folk foxtrot funk gospel gypsy hiphop house hymn industrial
    jazz jig latin lullaby mambo march merengue metal motown orchestral polka pop punk quickstep
    ragtime rap reel reggae reggaeton renaissance rock rockabilly romantic rumba salsa samba ska
    soul swing synth tango techno trance trap twist waltz zydeco
    """.split()
) | {
    "acid jazz", "art song", "ballad", "big band", "bossa nova", "cha cha", "classic rock",
    "drum and bass", "folk rock", "hard rock", "heavy metal", "hip hop", "indie pop", "jazz rock",
    "latin jazz", "lo fi", "lo-fi", "new age", "pop rock", "power ballad", "progressive rock",
    "punk rock", "r&b", "rock ballad", "show tune", "soft rock", "string quartet", "synth pop",
    "video game", "viennese waltz", "rpg",
}  # fmt: skip
"""Folder names that say a genre. Any other folder is a person's own name for something, and what it
says stays out of captions."""
_FILLER: Final = frozenset("midi mid mids midis music song songs file files the".split())


@dataclass(frozen=True, slots=True)
class Found:
    """A MIDI file: its bytes, or why it is refused. ``name`` is its path inside its source."""

    name: str
    source: str
    data: bytes = b""
    labels: dict[str, str] = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the input that is read: a MIDI file, an archive, or what is refused outright.

    ``path_inside`` is its path under the folder that was named; ``folder`` that folder, if any.
    """

    path: Path
    source: str
    path_inside: str
    folder: Path | None
    size: int = 0
    changed_ns: int = 0
    refused: str = ""


def places(inputs: list[Path], out: Path) -> list[Place]:
    """Everything to be read, in a fixed order; raises FileError when an input is not there. What
    lies under ``out`` is left alone."""
    found: list[Place] = []
    for path in inputs:
        if path.is_dir():
            found += _walk(path, out)
        elif path.exists():
            source = path.resolve().parent.name
            found += _place(path.resolve(), source, path.name, None, by_name=True)
        else:
            raise FileError(f"{path} does not exist")
    return found


def fingerprint(found: list[Place]) -> str:
    """Changes whenever a file comes, goes or is written to, labels included."""
    digest = hashlib.sha256()
    for place in found:
        digest.update(f"{place.path}\0{place.size}\0{place.changed_ns}\0".encode(errors="replace"))
    for path in sorted({p for place in found for p in _labels_paths(place)}):
        if path.is_file():
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _walk(folder: Path, out: Path) -> Iterator[Place]:
    source, out = folder.resolve().name, out.resolve()
    problems: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=problems.append):
        folders.sort()
        here = Path(parent)
        folders[:] = [name for name in folders if (here / name).resolve() != out]
        for name in folders:
            if has_suffix(name, MIDI):
                inside = (here / name).relative_to(folder).as_posix()
                yield Place(here / name, source, inside, folder, refused="a folder, not a file")
        for name in sorted(names):
            inside = (here / name).relative_to(folder).as_posix()
            yield from _place(here / name, source, inside, folder)
    for error in problems:
        lost = Path(error.filename or folder)
        inside = lost.relative_to(folder).as_posix() if lost.is_relative_to(folder) else str(lost)
        yield Place(lost, source, inside, folder, refused=_unreadable(error))


def _place(
    path: Path, source: str, inside: str, folder: Path | None, *, by_name: bool = False
) -> Iterator[Place]:
    """``path`` if it is of a kind that is read; ``by_name``: it was named, so it must be."""
    is_midi, is_archive = has_suffix(path.name, MIDI), has_suffix(path.name, ARCHIVES)
    if not (is_midi or is_archive or by_name or has_suffix(path.name, UNREAD_ARCHIVES)):
        return
    if is_archive:
        source = printable(without_suffix(path.name))
    why = ""
    try:
        status = path.lstat()
    except OSError as error:
        yield Place(path, source, inside, folder, refused=_unreadable(error))
        return
    if stat.S_ISLNK(status.st_mode):
        why = "a symbolic link"
    elif not stat.S_ISREG(status.st_mode):
        why = "not a regular file"
    elif is_archive and source in UNGRIDDED:
        why = "a source without a usable beat grid"
    elif not (is_midi or is_archive):
        why = "not a .mid file, nor a .zip or .tar archive"
    elif is_midi and status.st_size > MAX_FILE_BYTES:
        why = TOO_BIG
    yield Place(path, source, inside, folder, status.st_size, status.st_mtime_ns, why)


def _unreadable(error: OSError) -> str:
    return f"unreadable ({error.strerror or 'no reason given'})"


def read(found: list[Place]) -> Iterator[Found]:
    """Every MIDI file of the places, archives opened."""
    labels: dict[Path, dict[str, dict[str, str]]] = {}
    for place in found:
        name = printable(place.path_inside)
        if place.refused:
            yield Found(name, printable(place.source), refused=place.refused)
            continue
        known: dict[str, dict[str, str]] = {}
        for path in _labels_paths(place):
            if path not in labels:
                labels[path] = read_labels(path)
            known = known or labels[path]
        if has_suffix(place.path.name, ARCHIVES):
            yield from _archived(place, known)
        else:
            try:
                data = place.path.read_bytes()
            except OSError as error:
                yield Found(name, printable(place.source), refused=_unreadable(error))
                continue
            yield Found(name, printable(place.source), data, _labels_of(name, known))


def _archived(place: Place, known: dict[str, dict[str, str]]) -> Iterator[Found]:
    for member in members(place.path):
        if not member.name:
            yield Found(printable(place.path_inside), place.source, refused=member.refused)
            continue
        name = member.name.removeprefix(f"{place.source}/")
        labels = {} if member.refused else _labels_of(name, known)
        yield Found(name, place.source, member.data, labels, member.refused)


def _labels_paths(place: Place) -> list[Path]:
    """Where labels of a place may stand: beside the archive; beside or inside the folder."""
    if has_suffix(place.path.name, ARCHIVES):
        return [place.path.with_name(f"{place.source}.labels.csv")]
    if place.folder is None:
        return []
    folder = place.folder.resolve()
    file = f"{folder.name}.labels.csv"
    return [folder.with_name(file), folder / file]


def read_labels(path: Path) -> dict[str, dict[str, str]]:
    """Rows of a labels file by file name and by the path in its ``file`` column; empty when there
    is none, or it cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_LABELS_BYTES:
            return {}
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        rows = [row for row in csv.DictReader(io.StringIO(text)) if row.get("file")]
    except (OSError, csv.Error):
        return {}
    table: dict[str, dict[str, str]] = {}
    for row in rows:
        kept = {name: value for name, value in row.items() if name and isinstance(value, str)}
        table[kept["file"]] = kept
        table.setdefault(os.path.basename(kept["file"]), kept)
    return table


def _labels_of(name: str, known: dict[str, dict[str, str]]) -> dict[str, str]:
    row = known.get(name) or known.get(name.rpartition("/")[2])
    if row:
        return row
    genre = genre_of_folders(name.split("/")[:-1])
    return {"genre": genre} if genre else {}


def genre_of_folders(folders: list[str]) -> str | None:
    """The genre that the innermost telling folder is named after, or None."""
    for folder in reversed(folders):
        words = [w for w in re.split(r"[^a-z&]+", folder.lower()) if w and w not in _FILLER]
        name = " ".join(words)
        for tried in (name, name.removesuffix("s"), name.replace(" and ", " & ")):
            if tried in GENRE_FOLDERS:
                return tried
    return None
