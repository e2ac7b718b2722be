"""MIDI files inside .zip and .tar archives, read into memory one by one.

Nothing is ever written by a member's name, so a path cannot escape. Links, devices, encrypted
members and archives inside archives are refused by name; so is an archive that unpacks to far more
than it should. What was read before an archive turned out damaged is kept.
"""

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from export.midi_names import ARCHIVES, MIDI, UNREAD_ARCHIVES, clean_member, has_suffix
from export.unpacking import MAX_RATIO, Unpacked, Unsafe, most_unpacked

MAX_FILE_BYTES: Final = 4 << 20
TOO_BIG: Final = f"larger than {MAX_FILE_BYTES >> 20} MiB"
MAX_MEMBERS: Final = 500_000
_SMALL_BYTES: Final = 64 << 10
"""Members below this may be packed as tightly as they like."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its bytes, or why it is refused. ``name`` is its cleaned path, or empty
    where the whole archive is meant."""

    name: str
    data: bytes = b""
    refused: str = ""


def members(path: Path) -> Iterator[Member]:
    """The MIDI files of an archive, in its order; never raises for what an archive can hold."""
    try:
        yield from _zip_members(path) if has_suffix(path.name, (".zip",)) else _tar_members(path)
    except Unsafe as why:
        yield Member("", refused=f"an archive that {why}" if "unpacks" in str(why) else DAMAGED)
    except OSError as error:
        why = "damaged" if error.errno is None else f"unreadable ({error.strerror})"
        yield Member("", refused=f"an archive that is {why}")
    except Exception:  # zlib, lzma, zipfile, tarfile and struct errors, recursion, memory
        yield Member("", refused=DAMAGED)


DAMAGED: Final = "an archive that is damaged or cut off"


def _is_wanted(name: str) -> bool:
    return has_suffix(name, MIDI)


def _is_archive(name: str) -> bool:
    return has_suffix(name, ARCHIVES) or has_suffix(name, UNREAD_ARCHIVES)


NESTED: Final = "an archive inside an archive"


def _zip_members(path: Path) -> Iterator[Member]:
    limit, unpacked = most_unpacked(path.stat().st_size), 0
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise Unsafe(f"unpacks to more than {MAX_MEMBERS} files")
        for info in infos:
            name = clean_member(info.filename)
            if info.is_dir():
                continue
            if _is_archive(name):
                yield Member(name, refused=NESTED)
            elif _is_wanted(name):
                unpacked += min(info.file_size, MAX_FILE_BYTES)
                if unpacked > limit:
                    raise Unsafe("unpacks to far more than an archive of its size holds")
                yield _zip_member(archive, info, name)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Member(name, refused="a link or a device in an archive")
    if info.flag_bits & 1:
        return Member(name, refused="encrypted")
    if info.file_size > MAX_FILE_BYTES:
        return Member(name, refused=TOO_BIG)
    if info.file_size > max(_SMALL_BYTES, MAX_RATIO * info.compress_size):
        return Member(name, refused="packed impossibly tightly: a zip bomb")
    try:
        with archive.open(info) as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except NotImplementedError:
        return Member(name, refused="packed by a method that is not read")
    except Exception:  # wrong checksums, cut-off data, overlapping members: zlib, zipfile, OSError
        return Member(name, refused="damaged in its archive")
    return Member(name, data) if len(data) <= MAX_FILE_BYTES else Member(name, refused=TOO_BIG)


def _tar_members(path: Path) -> Iterator[Member]:
    with path.open("rb") as file:
        stream = Unpacked(file, most_unpacked(path.stat().st_size))
        # Plain mode over our own stream: tarfile would unpack without limits.
        with tarfile.open(fileobj=stream, mode="r:") as archive:  # type: ignore[call-overload]
            count = 0
            while (member := archive.next()) is not None:
                archive.members.clear()  # else it remembers every header
                count += 1
                if count > MAX_MEMBERS:
                    raise Unsafe(f"unpacks to more than {MAX_MEMBERS} files")
                name = clean_member(member.name)
                if member.isdir():
                    continue
                if _is_archive(name):
                    yield Member(name, refused=NESTED)
                elif _is_wanted(name):
                    yield _tar_member(archive, member, name)


def _tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> Member:
    if not member.isreg() or member.issparse():
        return Member(name, refused="a link or a device in an archive")
    if member.size > MAX_FILE_BYTES:
        return Member(name, refused=TOO_BIG)
    stream = archive.extractfile(member)
    return Member(name, stream.read() if stream else b"")
