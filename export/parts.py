"""What was already read of a corpus in the making, so that an interrupted ``prepare`` goes on.

Each part is one whole ``.npz`` file of some hundred MIDI files, written beside its name and then
renamed: a process killed at any moment loses at most the part it was collecting. Files are known by
their content, so parts stay right when others come or go. They are removed when the corpus is done.
"""

import contextlib
import json
import shutil
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import FileError
from export.corpus import write_whole
from export.file_readers import Facts, Parsed
from export.near_duplicates import Sketches

READER: Final = 2
"""Raise it whenever the same file would be read differently: what was kept of it is then stale."""
FILES: Final = 256
SECONDS: Final = 15.0


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder of parts; raises FileError when another process does. The system lets go of it
    for a process that is killed."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FileError(
                f"{folder.parent} is being prepared by another process; wait for it, or name "
                "another folder with -o"
            ) from error
        yield


class Parts:
    """The parts in a folder, which need not exist yet. Facts and sketches stay in memory, notes on
    disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.facts: dict[str, Facts] = {}
        self.sketches: dict[str, Sketches] = {}
        self._where: dict[str, tuple[Path, int, int]] = {}
        self._unsaved: dict[str, Parsed] = {}
        self._saved_at = time.perf_counter()
        self._open: tuple[Path, NDArray[np.void], NDArray[np.int32]] | None = None
        for path in sorted(folder.glob("*.npz")):
            try:
                self._load(path)
            except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile, EOFError):
                path.unlink(missing_ok=True)

    def __contains__(self, key: object) -> bool:
        return key in self.facts

    def add(self, key: str, parsed: Parsed) -> None:
        """Keep what was read of one file; saves now and then."""
        self.facts[key], self.sketches[key] = parsed.facts, parsed.sketches
        self._unsaved[key] = parsed
        if len(self._unsaved) >= FILES or time.perf_counter() - self._saved_at > SECONDS:
            self.save()

    def save(self) -> None:
        """Write what is not written yet as one part."""
        self._saved_at = time.perf_counter()
        if not self._unsaved:
            return
        rows = [{"file": key, **asdict(p.facts)} for key, p in self._unsaved.items()]
        parsed = list(self._unsaved.values())
        index = json.dumps({"reader": READER, "rows": rows}).encode()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{uuid.uuid4().hex}.npz"
        arrays = {
            "index": np.frombuffer(index, np.uint8),
            "notes": np.concatenate([p.notes for p in parsed]),
            "bars": np.concatenate([p.bars for p in parsed]),
        }
        for name in ("texture", "tune"):
            hashes = [getattr(p.sketches, name) for p in parsed]
            arrays[name] = np.concatenate(hashes)
            arrays[f"{name}_sizes"] = np.array([len(h) for h in hashes], np.int32)
        write_whole(path, lambda file: np.savez(file, **arrays))
        self._remember(path, list(self._unsaved))
        self._unsaved = {}

    def _load(self, path: Path) -> None:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            index = json.loads(arrays["index"].tobytes())
            if index["reader"] != READER:
                raise ValueError("read by another version")
            texture = _split(arrays["texture"], arrays["texture_sizes"])
            tune = _split(arrays["tune"], arrays["tune_sizes"])
        keys = []
        for row, one, other in zip(index["rows"], texture, tune, strict=True):
            keys.append(row.pop("file"))
            self.facts[keys[-1]] = Facts(**{**row, "programs": tuple(row["programs"])})
            self.sketches[keys[-1]] = Sketches(one, other)
        self._remember(path, keys)

    def _remember(self, path: Path, keys: list[str]) -> None:
        notes = bars = 0
        for key in keys:
            self._where[key] = (path, notes, bars)
            notes += self.facts[key].notes
            bars += self.facts[key].bars

    def music(self, keys: list[str]) -> dict[str, tuple[NDArray[np.void], NDArray[np.int32]]]:
        """Notes and bars of some files, all saved before; each part is opened once."""
        found = {}
        for key in sorted(keys, key=lambda key: self._where[key]):
            path, note, bar = self._where[key]
            notes, bars = self._opened(path)
            facts = self.facts[key]
            found[key] = (notes[note : note + facts.notes], bars[bar : bar + facts.bars])
        self._open = None
        return found

    def _opened(self, path: Path) -> tuple[NDArray[np.void], NDArray[np.int32]]:
        if self._open is None or self._open[0] != path:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                self._open = (path, arrays["notes"], arrays["bars"])
        return self._open[1], self._open[2]

    def remove(self) -> None:
        """Nothing of this is needed any more."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _split(joined: NDArray[np.uint64], sizes: NDArray[np.int32]) -> Iterator[NDArray[np.uint64]]:
    ends = np.cumsum(sizes)
    for end, size in zip(ends.tolist(), sizes.tolist(), strict=True):
        yield joined[end - size : end].copy()
