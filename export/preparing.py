"""Makes a corpus: reads, compares, splits and writes, in stages that can be interrupted.

Order: find the files (``sources``), read them in many processes (``file_readers``) with what was
read kept on disk (``parts``), refuse what is there twice (``near_duplicates``), split by piece,
write (``corpus``). Nothing here imports a MIDI library.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from amt_live.errors import FileError
from export import near_duplicates as near
from export.corpus import NOTES, PIECES, REPORT, PieceInfo, save_corpus, write_whole
from export.file_readers import Facts, Job, Readers
from export.parts import READER, Parts, alone
from export.sources import Found, Place, fingerprint, places, read

LABELS: Final = (
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
"""Columns of a labels file that are carried along; never a title, never an artist."""
VALIDATION_SHARE: Final = 0.04
SAME_NOTES: Final = "the same notes as another file"
TRANSPOSED: Final = "the same notes as another file, transposed"
NEARLY_SAME: Final = "nearly the same as another file"
_PARTS: Final = ".parts"
_REPORT_FORMAT: Final = 1
_KEYS: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Options:
    """How a corpus is made."""

    processes: int = 2
    keep_near_duplicates: bool = False
    """Keep them, in the split of what they are like."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file that was found; without its bytes."""

    name: str
    source: str
    labels: dict[str, str]
    key: str = ""
    refused: str = ""
    like: str = ""

    @property
    def shown(self) -> str:
        return f"{self.source}/{self.name}"


def prepare_corpus(inputs: list[Path], out: Path, options: Options) -> dict[str, Any]:
    """Read every MIDI file of ``inputs`` (files, folders, archives) into ``out``; returns the
    report. Done again over the same inputs, it returns the report that is there.

    Raises FileError when an input is missing, nothing can be used, or ``out`` cannot be written.
    """
    found = places(inputs, out)
    state = _state(found, options)
    report = _unchanged(out, state)
    if report is not None:
        return report
    try:
        out.mkdir(parents=True, exist_ok=True)
        with alone(out / _PARTS):
            return _made(found, out, options, state)
    except OSError as error:
        raise FileError(
            f"{out} cannot be written ({error.strerror or error}); name another folder with -o"
        ) from error


def _made(found: list[Place], out: Path, options: Options, state: str) -> dict[str, Any]:
    parts = Parts(out / _PARTS)
    before = len(parts.facts)
    entries = _read(found, parts, options.processes)
    kept, refused = _without_duplicates(entries, parts)
    refused, groups = _compared(kept, refused, parts, options)
    chosen = [index for index, entry in enumerate(kept) if not entry.refused]
    if not chosen:
        raise FileError(_nothing(refused))
    report = _write(out, kept, chosen, groups, parts, refused)
    report["read_before"] = before
    report["state"] = state
    report["written"] = {name: (out / name).stat().st_size for name in (NOTES, PIECES)}
    body = json.dumps(report, indent=1, ensure_ascii=False).encode()
    write_whole(out / REPORT, lambda file: file.write(body))
    parts.remove()
    return report


def _state(found: list[Place], options: Options) -> str:
    """Changes whenever the corpus would."""
    how = (_REPORT_FORMAT, READER, options.keep_near_duplicates)
    return hashlib.sha256(f"{how} {fingerprint(found)}".encode()).hexdigest()


def _unchanged(out: Path, state: str) -> dict[str, Any] | None:
    """The report of a corpus that is whole and made of the same inputs in the same way."""
    try:
        report: dict[str, Any] = json.loads((out / REPORT).read_text(encoding="utf-8"))
        whole = all((out / name).stat().st_size == size for name, size in report["written"].items())
        return report | {"unchanged": True} if whole and report["state"] == state else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(found: list[Place], parts: Parts, processes: int) -> list[_Entry]:
    """All files, read or refused, in the order they were found."""
    entries: list[_Entry] = []
    asked: set[str] = set()
    bar = tqdm(desc="reading", unit="file", disable=None)

    def jobs() -> Iterator[Job]:
        for file in read(found):
            entry, job = _entry(file)
            entries.append(entry)
            if job is None or entry.key in parts or entry.key in asked:
                bar.update()
                continue
            asked.add(entry.key)
            yield job

    try:
        with Readers(processes) as readers:
            for job, parsed in readers.read(jobs()):
                parts.add(job.key, parsed)
                bar.update()
    finally:
        parts.save()
        bar.close()
    return entries


def _entry(file: Found) -> tuple[_Entry, Job | None]:
    if file.refused:
        return _Entry(file.name, file.source, {}, refused=file.refused), None
    job = Job(file.data, td11=file.source == "groove")
    return _Entry(file.name, file.source, file.labels, job.key), job


def _without_duplicates(entries: list[_Entry], parts: Parts) -> tuple[list[_Entry], list[_Entry]]:
    """Kept and refused: of files with the same notes, in any transposition, the first stays."""
    contents: dict[str, str] = {}
    shapes: dict[str, str] = {}
    kept, refused = [], []
    for entry in entries:
        facts = parts.facts.get(entry.key, Facts(refused=entry.refused))
        if facts.refused:
            refused.append(replace(entry, refused=facts.refused))
        elif facts.content in contents:
            refused.append(replace(entry, refused=SAME_NOTES, like=contents[facts.content]))
        elif facts.shape in shapes:
            refused.append(replace(entry, refused=TRANSPOSED, like=shapes[facts.shape]))
        else:
            contents[facts.content] = shapes[facts.shape] = entry.shown
            kept.append(entry)
    return kept, refused


def _compared(
    kept: list[_Entry], refused: list[_Entry], parts: Parts, options: Options
) -> tuple[list[_Entry], near.Groups]:
    """Refuses near-duplicates (marking them in ``kept``); joins what must share a split."""
    groups = near.Groups(len(kept))
    sketches = [parts.sketches[entry.key] for entry in kept]
    pairs = near.similar([s.texture for s in sketches], near.SAME_TEXTURE, contained=False)
    if options.keep_near_duplicates:
        for first, second in pairs:
            groups.join(first, second)
    else:
        for first, second in pairs:
            if not kept[first].refused and not kept[second].refused:
                like = kept[first].shown
                kept[second] = replace(kept[second], refused=NEARLY_SAME, like=like)
                refused.append(kept[second])
    for first, second in near.similar([s.tune for s in sketches], near.SAME_TUNE, contained=True):
        if not kept[first].refused and not kept[second].refused:
            groups.join(first, second)
    by_piece: dict[str, int] = {}
    for index, entry in enumerate(kept):
        piece = entry.labels.get("piece_id")
        if piece and not entry.refused:
            groups.join(by_piece.setdefault(piece, index), index)
    return refused, groups


def _nothing(refused: list[_Entry]) -> str:
    if not refused:
        return "no MIDI file was found; name .mid files, folders, .zip or .tar archives"
    why, count = Counter(entry.refused for entry in refused).most_common(1)[0]
    return (
        f"none of the {len(refused)} files can be used, {count} of them because: {why}; "
        "name other .mid files, folders, .zip or .tar archives"
    )


def _splits(kept: list[_Entry], chosen: list[int], groups: near.Groups) -> dict[int, str]:
    """The split of each group, by the hash of its first owner's name: the same in every run."""
    owners: dict[int, str] = {}
    for index in chosen:
        owner = kept[index].labels.get("piece_id") or kept[index].name
        group = groups.of(index)
        owners[group] = min(owner, owners.get(group, owner))
    splits = {}
    for group, owner in owners.items():
        held_out = hashlib.sha1(owner.encode()).digest()[0] < 256 * VALIDATION_SHARE
        splits[group] = "validation" if held_out else "train"
    if len(splits) > 1 and len(set(splits.values())) == 1:
        # A small corpus holds one piece back too, so that training can be judged.
        only = next(iter(splits.values()))
        last = groups.of(chosen[-1])
        splits[last] = "validation" if only == "train" else "train"
    return splits


def _write(
    out: Path,
    kept: list[_Entry],
    chosen: list[int],
    groups: near.Groups,
    parts: Parts,
    refused: list[_Entry],
) -> dict[str, Any]:
    """Write notes and pieces; returns the report."""
    from export.statistics import statistics

    splits = _splits(kept, chosen, groups)
    entries = [kept[index] for index in chosen]
    facts = [parts.facts[entry.key] for entry in entries]
    music = parts.music([entry.key for entry in entries])
    infos = [
        _info(kept[index], parts.facts[kept[index].key], splits[groups.of(index)])
        for index in chosen
    ]
    bar = tqdm(desc="writing", total=1, unit="corpus", disable=None)
    save_corpus(out, infos, [music[e.key][0] for e in entries], [music[e.key][1] for e in entries])
    bar.update()
    bar.close()
    artists = [entry.labels.get("artist", "") for entry in entries]
    files = len(kept) + sum(entry.refused != NEARLY_SAME for entry in refused)
    by_source: dict[str, dict[str, int]] = {}
    for entry in refused:
        table = by_source.setdefault(entry.source, {})
        table[entry.refused] = table.get(entry.refused, 0) + 1
    return {
        "files": files,
        "kept": len(infos),
        "notes": sum(fact.notes for fact in facts),
        "bars": sum(fact.bars for fact in facts),
        "sources": dict(Counter(info.source for info in infos)),
        "validation": sum(info.split == "validation" for info in infos),
        "statistics": statistics(infos, facts, artists, files),
        "refused_why": dict(Counter(entry.refused for entry in refused).most_common()),
        "refused_by_source": by_source,
        "refused": [[entry.shown, entry.refused] for entry in refused],
        "duplicate_of": {entry.shown: entry.like for entry in refused if entry.like},
    }


def _info(entry: _Entry, facts: Facts, split: str) -> PieceInfo:
    """Labels as given; tempo and key as measured where none are."""
    labels = {name: entry.labels[name] for name in LABELS if entry.labels.get(name)}
    labels.setdefault("bpm", f"{facts.bpm:.1f}")
    if facts.key >= 0 and "key" not in labels:
        minor, root = divmod(facts.key, 12)
        labels["key"] = f"{_KEYS[root]} {'minor' if minor else 'major'}"
        labels["key_conf"] = f"{facts.key_fit:.3f}"
    return PieceInfo(entry.name, entry.source, split, (0, 0), (0, 0), facts.programs, labels)
