"""The compact corpus: everything that training reads, in one small folder.

``amt-live prepare`` writes ``notes.npz`` (all notes and bars, end to end), ``pieces.jsonl`` (one
line a piece: source, labels, split, where its notes lie) and ``report.json`` (what was read, what
was refused and why, statistics). Titles and artists are not carried along: they never become
captions. Reading it needs numpy alone, so a machine that trains needs no MIDI library.
"""

import json
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import NOTE
from amt_live.errors import FileError

FORMAT: Final = 1
"""Layout of the folder; files without the number have layout 1."""
NOTES: Final = "notes.npz"
PIECES: Final = "pieces.jsonl"
REPORT: Final = "report.json"


@dataclass(frozen=True, slots=True)
class PieceInfo:
    """What is known of a piece, and where its notes and bars lie in the arrays."""

    name: str
    source: str
    split: str
    notes: tuple[int, int]
    bars: tuple[int, int]
    programs: tuple[int, ...]
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A prepared corpus, loaded."""

    notes: NDArray[np.void]
    bars: NDArray[np.int32]
    pieces: tuple[PieceInfo, ...]


def load_corpus(folder: Path) -> Corpus:
    """Read a prepared corpus; raises FileError when it is not one."""
    try:
        return _load(folder)
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile, EOFError) as error:
        raise FileError(
            f"{folder} is no prepared corpus; make one with: amt-live prepare MIDI... -o {folder}"
        ) from error


def _load(folder: Path) -> Corpus:
    # Opened here: numpy leaves a file that is no .npz open.
    with (folder / NOTES).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        if "format" in arrays and int(arrays["format"]) > FORMAT:
            raise FileError(f"{folder} was made by a newer amt-live; prepare it again with this")
        notes = np.zeros(len(arrays["step"]), NOTE)
        for name in NOTE.names or ():
            notes[name] = arrays[name]
        bars = arrays["bars"].astype(np.int32)
        counts_notes, counts_bars = arrays["piece_notes"], arrays["piece_bars"]
    lines = (folder / PIECES).read_text(encoding="utf-8").splitlines()
    if not len(lines) == len(counts_notes) == len(counts_bars):
        raise ValueError("pieces and notes do not belong together")
    edges_n = np.concatenate([[0], np.cumsum(counts_notes)])
    edges_b = np.concatenate([[0], np.cumsum(counts_bars)])
    if edges_n[-1] != len(notes) or edges_b[-1] != len(bars):
        raise ValueError("pieces and notes do not belong together")
    pieces = []
    for index, line in enumerate(lines):
        row = json.loads(line)
        span = slice(int(edges_n[index]), int(edges_n[index + 1]))
        # Steps are stored as differences: they compress to a third.
        notes["step"][span] = np.cumsum(notes["step"][span])
        pieces.append(
            PieceInfo(
                row["name"],
                row["source"],
                row["split"],
                (span.start, span.stop),
                (int(edges_b[index]), int(edges_b[index + 1])),
                tuple(row["programs"]),
                row["labels"],
            )
        )
    return Corpus(notes, bars, tuple(pieces))


def save_corpus(
    folder: Path,
    infos: Sequence[PieceInfo],
    notes: Sequence[NDArray[np.void]],
    bars: Sequence[NDArray[np.int32]],
) -> None:
    """Write a corpus, each file at once and whole: ``notes`` and ``bars`` by piece. The spans of
    ``infos`` are not read."""
    arrays = {name: np.concatenate([n[name] for n in notes]) for name in NOTE.names or ()}
    steps = np.concatenate([np.diff(n["step"], prepend=0) for n in notes])
    arrays["step"] = steps.astype(np.int16 if steps.max(initial=0) < 32768 else np.int32)
    arrays["bars"] = np.concatenate(bars)
    arrays["piece_notes"] = np.array([len(n) for n in notes], np.int32)
    arrays["piece_bars"] = np.array([len(b) for b in bars], np.int32)
    arrays["format"] = np.int32(FORMAT)
    rows = []
    for info in infos:
        row = {k: value for k, value in asdict(info).items() if k not in ("notes", "bars")}
        rows.append(json.dumps(row, ensure_ascii=False) + "\n")
    write_whole(folder / NOTES, lambda file: np.savez_compressed(file, **arrays))
    write_whole(folder / PIECES, lambda file: file.write("".join(rows).encode()))


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that, whenever the process dies, the old or the new one is there."""
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("wb") as file:
        write(file)
    os.replace(unfinished, path)


def prepare(inputs: list[Path], out: Path, *, processes: int = 2) -> dict[str, object]:
    """Make a corpus of MIDI files, folders and archives; returns its report. Needs symusic.

    See ``export.preparing``, which this only calls: whoever reads a corpus does not import it.
    """
    from export.preparing import Options, prepare_corpus

    return prepare_corpus(inputs, out, Options(processes=processes))
