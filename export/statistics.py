"""What a corpus is made of, in numbers: files, artists, genres, lengths, keys, metres, refusals.

Artists are counted, never named.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from amt_live.music.keys import ROOTS
from amt_live.music.parts import PART_NAMES
from export.attributes import genre_of
from export.corpus import PieceInfo
from export.file_readers import Facts

KEYS: Final = (*(f"{r} major" for r in ROOTS), *(f"{r} minor" for r in ROOTS))
EDGES: Final[Mapping[str, tuple[float, ...]]] = {
    "duration_s": (0, 15, 30, 60, 90, 120, 180, 240, 300, 420, 600),
    "notes": (0, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12800),
    "notes_per_s": (0, 1, 2, 4, 6, 8, 12, 16, 24, 32),
    "tempo_bpm": (0, 50, 60, 70, 80, 90, 100, 110, 120, 140, 160, 180, 200),
}
"""Lower edges of the bars of each histogram; the last bar is open."""
_FINE_GENRES: Final = 200
_NAMES_SHOWN: Final = 10
_COLUMN: Final = 34


def statistics(
    infos: Sequence[PieceInfo], facts: Sequence[Facts], artists: Sequence[str], files: int
) -> dict[str, Any]:
    """Figures of the kept pieces (``artists``: one a piece, empty if unknown), as JSON takes them.

    The first five are those of the reference design: total_files, artists, genres,
    average_duration (seconds), average_notes.
    """
    seconds = np.array([fact.seconds for fact in facts])
    notes = np.array([fact.notes for fact in facts])
    columns = {
        "duration_s": seconds,
        "notes": notes,
        "notes_per_s": notes / np.maximum(seconds, 1e-3),
        "tempo_bpm": np.array([fact.bpm for fact in facts]),
    }
    fine = Counter(info.labels["genre"] for info in infos if info.labels.get("genre"))
    return {
        "total_files": files,
        "artists": len({name.strip().casefold() for name in artists if name.strip()}),
        "genres": _counted(genre_of(info) or "unknown" for info in infos),
        "average_duration": round(float(seconds.mean()), 1),
        "average_notes": round(float(notes.mean()), 1),
        "pieces": len(infos),
        "hours": round(float(seconds.sum()) / 3600, 2),
        "notes": int(notes.sum()),
        "bars": sum(fact.bars for fact in facts),
        "splits": _counted(info.split for info in infos),
        "sources": _sources(infos, facts),
        "genre_labels": dict(fine.most_common(_FINE_GENRES)),
        "parts": {
            name: sum(info.programs[index] >= 0 for info in infos)
            for index, name in enumerate(PART_NAMES)
        },
        "keys": {name: sum(fact.key == index for fact in facts) for index, name in enumerate(KEYS)},
        "unpitched": sum(fact.key < 0 for fact in facts),
        "metres": _counted(fact.metre for fact in facts),
        "drum_notes_left_out": sum(fact.dropped_drums for fact in facts),
        "histograms": {
            name: {"from": list(EDGES[name]), "pieces": _histogram(values, EDGES[name])}
            for name, values in columns.items()
        },
    }


def _counted(values: Any) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _histogram(values: Any, edges: tuple[float, ...]) -> list[int]:
    bins = np.searchsorted(np.array(edges), values, side="right") - 1
    return np.bincount(np.maximum(bins, 0), minlength=len(edges)).tolist()


def _sources(infos: Sequence[PieceInfo], facts: Sequence[Facts]) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for info, fact in zip(infos, facts, strict=True):
        row = table.setdefault(info.source, {"pieces": 0, "hours": 0.0, "notes": 0})
        row["pieces"] += 1
        row["hours"] += fact.seconds / 3600
        row["notes"] += fact.notes
    for row in table.values():
        row["hours"] = round(row["hours"], 2)
    return table


def text(report: Mapping[str, Any]) -> str:
    """A report for the terminal, refusals by name at its end."""
    figures = report["statistics"]
    lines = [
        f"files          {figures['total_files']}, kept {figures['pieces']}",
        f"artists        {figures['artists']}",
        f"mean duration  {figures['average_duration']} s, {figures['hours']} hours in all",
        f"mean notes     {figures['average_notes']}, {figures['notes']} in all, "
        f"{figures['bars']} bars",
        "splits         " + ", ".join(f"{n} {k}" for k, n in figures["splits"].items()),
        "",
        f"{'source':<{_COLUMN}}{'pieces':>8}{'hours':>8}{'notes':>10}{'refused':>9}",
    ]
    refused = report["refused_by_source"]
    for source in sorted({*figures["sources"], *refused}):
        row = figures["sources"].get(source, {"pieces": 0, "hours": 0.0, "notes": 0})
        lines.append(
            f"{source[: _COLUMN - 1]:<{_COLUMN}}{row['pieces']:>8}{row['hours']:>8.1f}"
            f"{row['notes']:>10}{sum(refused.get(source, {}).values()):>9}"
        )
    for title in ("genres", "parts", "keys", "metres"):
        ranked = sorted(figures[title].items(), key=lambda item: -item[1])
        lines += ["", title, *_wrapped([f"{name} {n}" for name, n in ranked if n])]
    for name, table in figures["histograms"].items():
        cells = [f"{e:g}+ {n}" for e, n in zip(table["from"], table["pieces"], strict=True) if n]
        lines += ["", name.replace("_", " "), *_wrapped(cells)]
    return "\n".join([*lines, *_refusals(report)])


def _wrapped(cells: list[str], width: int = 92) -> list[str]:
    lines = [" "]
    for cell in cells:
        if len(lines[-1]) + len(cell) > width:
            lines.append(" ")
        lines[-1] += f" {cell}," if cell is not cells[-1] else f" {cell}"
    return lines


def _refusals(report: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    names: dict[str, list[str]] = {}
    for name, why in report["refused"]:
        other = report["duplicate_of"].get(name)
        names.setdefault(why, []).append(f"{name} (see {other})" if other else name)
    for why, those in sorted(names.items(), key=lambda item: -len(item[1])):
        lines += ["", f"refused {len(those)}: {why}"]
        lines += [f"  {name}" for name in those[:_NAMES_SHOWN]]
        if len(those) > _NAMES_SHOWN:
            lines.append(f"  and {len(those) - _NAMES_SHOWN} more, named in report.json")
    return lines
