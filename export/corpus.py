"""The compact corpus: everything that training reads, in one small folder.

``amt-live prepare`` writes ``notes.npz`` (all notes and bars, end to end), ``pieces.jsonl`` (one
line
a piece: source, labels, split, where its notes lie) and ``report.json`` (what was read, what was
refused and why). Titles and artists are not carried along: they never become captions.
"""

import csv
import hashlib
import io
import json
import os
import tarfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.errors import FileError
from export.midi_files import MAX_FILE_BYTES, NOTE, Piece, Refused, read_piece

LABELS = (
    "genre",
    "subgenre",
    "mood",
    "style_words",
    "mood_words",
    "key",
    "key_conf",
    "bpm",
    "licence",
)
UNGRIDDED = frozenset({"pop909"})
"""Sources without a usable beat grid: left out of training on a grid."""
VALIDATION_SHARE = 0.04


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


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    source: str
    data: bytes
    labels: dict[str, str]


def load_corpus(folder: Path) -> Corpus:
    """Read a prepared corpus; raises FileError when it is not one."""
    try:
        with np.load(folder / "notes.npz", allow_pickle=False) as arrays:
            notes = np.zeros(len(arrays["step"]), NOTE)
            for name in NOTE.names or ():
                notes[name] = arrays[name]
            bars = arrays["bars"].astype(np.int32)
            counts_notes, counts_bars = arrays["piece_notes"], arrays["piece_bars"]
        lines = (folder / "pieces.jsonl").read_text(encoding="utf-8").splitlines()
    except (OSError, KeyError, ValueError) as error:
        raise FileError(
            f"{folder} is no prepared corpus; make one with: amt-live prepare MIDI... -o {folder}"
        ) from error
    edges_n = np.concatenate([[0], np.cumsum(counts_notes)])
    edges_b = np.concatenate([[0], np.cumsum(counts_bars)])
    # Steps are stored as differences: they compress to a third.
    pieces = []
    for index, line in enumerate(lines):
        row = json.loads(line)
        span = slice(int(edges_n[index]), int(edges_n[index + 1]))
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


def prepare(inputs: list[Path], out: Path, *, processes: int = 2) -> dict[str, object]:
    """Read every MIDI file of ``inputs`` (files, folders, .tar archives) into ``out``; returns
    the report."""
    out.mkdir(parents=True, exist_ok=True)
    kept: list[tuple[PieceInfo, Piece]] = []
    refused: list[tuple[str, str]] = []
    seen: set[str] = set()
    total = 0
    with ProcessPoolExecutor(processes) as pool:
        bar = tqdm(desc="reading", unit="file", disable=None)
        for batch in _batches(_files(inputs), 64):
            total += len(batch)
            bar.update(len(batch))
            parsed = pool.map(_parse, batch, chunksize=8)
            for file, piece in zip(batch, parsed, strict=True):
                if isinstance(piece, str):
                    refused.append((f"{file.source}/{file.name}", piece))
                elif piece.content in seen:
                    refused.append((f"{file.source}/{file.name}", "the same notes as another file"))
                else:
                    seen.add(piece.content)
                    kept.append((_info(file, piece), piece))
        bar.close()
    if not kept:
        raise FileError("no usable MIDI file was found; name .mid files, folders or .tar archives")
    _ensure_validation(kept)
    _write(out, kept)
    report = _report(total, kept, refused)
    (out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return report


def _ensure_validation(kept: list[tuple[PieceInfo, Piece]]) -> None:
    """A small corpus holds one piece back too, so that training can be judged."""
    if len(kept) > 1 and all(info.split == "train" for info, _ in kept):
        info, piece = kept[-1]
        kept[-1] = (replace(info, split="validation"), piece)


def _parse(file: _File) -> Piece | str:
    try:
        return read_piece(file.data, td11=file.source == "groove")
    except Refused as why:
        return str(why)


def _info(file: _File, piece: Piece) -> PieceInfo:
    owner = file.labels.get("piece_id") or file.name
    digest = hashlib.sha1(owner.encode()).digest()
    split = "validation" if digest[0] < 256 * VALIDATION_SHARE else "train"
    labels = {name: file.labels[name] for name in LABELS if file.labels.get(name)}
    return PieceInfo(file.name, file.source, split, (0, 0), (0, 0), piece.programs, labels)


def _batches(files: Iterator[_File], size: int) -> Iterator[list[_File]]:
    batch: list[_File] = []
    for file in files:
        batch.append(file)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _files(inputs: list[Path]) -> Iterator[_File]:
    for path in inputs:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file():
                    yield from _open(inner, path.name)
        elif path.is_file():
            yield from _open(path, path.parent.name)
        else:
            raise FileError(f"{path} does not exist")


def _open(path: Path, source: str) -> Iterator[_File]:
    name = path.name.lower()
    if name.endswith((".tar", ".tar.xz", ".tar.gz", ".tgz")):
        source = path.name.split(".tar")[0].removesuffix(".tgz")
        if source not in UNGRIDDED:
            yield from _from_tar(path, source)
    elif name.endswith((".mid", ".midi")) and not path.is_symlink():
        size = path.stat().st_size
        yield _File(path.name, source, path.read_bytes() if size <= MAX_FILE_BYTES else b"", {})


def _from_tar(path: Path, source: str) -> Iterator[_File]:
    labels = read_labels(path.with_name(f"{source}.labels.csv"))
    with tarfile.open(path) as archive:
        # Members are read into memory one by one and never extracted, so their paths cannot escape.
        for member in archive:
            if not member.isfile() or not member.name.lower().endswith((".mid", ".midi")):
                continue
            base = os.path.basename(member.name)
            stream = archive.extractfile(member) if member.size <= MAX_FILE_BYTES else None
            data = stream.read() if stream else b""
            yield _File(base, source, data, labels.get(base, {}))


def read_labels(path: Path) -> dict[str, dict[str, str]]:
    """Rows of a labels file by file name; empty when there is none."""
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8", errors="replace")
    return {os.path.basename(row["file"]): row for row in csv.DictReader(io.StringIO(text))}


def _write(out: Path, kept: list[tuple[PieceInfo, Piece]]) -> None:
    arrays = {name: np.concatenate([p.notes[name] for _, p in kept]) for name in NOTE.names or ()}
    arrays["step"] = np.concatenate([np.diff(p.notes["step"], prepend=0) for _, p in kept])
    arrays["step"] = arrays["step"].astype(np.int16 if arrays["step"].max() < 32768 else np.int32)
    arrays["bars"] = np.concatenate([p.bars for _, p in kept])
    arrays["piece_notes"] = np.array([len(p.notes) for _, p in kept], np.int32)
    arrays["piece_bars"] = np.array([len(p.bars) for _, p in kept], np.int32)
    np.savez_compressed(out / "notes.npz", **arrays)
    with (out / "pieces.jsonl").open("w", encoding="utf-8") as file:
        for info, _ in kept:
            row = {k: val for k, val in asdict(info).items() if k not in ("notes", "bars")}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _report(
    total: int, kept: list[tuple[PieceInfo, Piece]], refused: list[tuple[str, str]]
) -> dict[str, object]:
    sources = Counter(info.source for info, _ in kept)
    return {
        "files": total,
        "kept": len(kept),
        "notes": sum(len(piece.notes) for _, piece in kept),
        "bars": sum(len(piece.bars) for _, piece in kept),
        "sources": dict(sources),
        "validation": sum(info.split == "validation" for info, _ in kept),
        "refused_why": dict(Counter(why for _, why in refused)),
        "refused": refused,
    }
