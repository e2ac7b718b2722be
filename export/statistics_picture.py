"""A corpus's statistics as a picture: bars of genres, sources, parts, keys, metres, and histograms
of duration, notes, density and tempo."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from amt_live.analysis.shapes import Picture, Rectangle, Word

GROUND: Final = "#16181d"
INK: Final = "#d8dee9"
QUIET: Final = "#8a93a3"
BARS: Final = ("#5ab0f6", "#f2a65a", "#7bc96f", "#c38df0")

_WIDTH: Final = 1100
_MARGIN: Final = 20
_ROW: Final = 13
_LABEL: Final = 150
_LETTER: Final = 6
_MOST_ROWS: Final = 24
_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    values: tuple[tuple[str, float], ...]

    @property
    def height(self) -> int:
        return _ROW * (len(self.values) + 3)


def picture(figures: Mapping[str, Any]) -> Picture:
    """Of what ``statistics`` measured."""
    panels = _panels(figures)
    column_width = (_WIDTH - _MARGIN * (_COLUMNS + 1)) // _COLUMNS
    bottoms = [_MARGIN + 3 * _ROW] * _COLUMNS
    rectangles: list[Rectangle] = []
    words = [
        Word(
            _MARGIN,
            _MARGIN + _ROW,
            f"{figures['pieces']} of {figures['total_files']} files, {figures['hours']} hours, "
            f"{figures['notes']} notes, {figures['artists']} artists, on average "
            f"{figures['average_duration']} s and {figures['average_notes']} notes",
            INK,
        )
    ]
    for index, panel in enumerate(panels):
        column = bottoms.index(min(bottoms))
        left = _MARGIN + column * (column_width + _MARGIN)
        _draw(panel, left, bottoms[column], column_width, BARS[index % 4], rectangles, words)
        bottoms[column] += panel.height
    return Picture(_WIDTH, max(bottoms) + _MARGIN, GROUND, tuple(rectangles), tuple(words))


def _panels(figures: Mapping[str, Any]) -> list[_Panel]:
    panels = [
        _ranked("pieces by genre", figures["genres"]),
        _ranked(
            "hours by source", {name: row["hours"] for name, row in figures["sources"].items()}
        ),
        _Panel("pieces by key", tuple(figures["keys"].items())),
        _ranked("pieces with a part", figures["parts"]),
    ]
    units = {
        "duration_s": "duration, seconds",
        "notes": "notes a piece",
        "notes_per_s": "density, notes a second",
        "tempo_bpm": "tempo, bpm",
    }
    for name, title in units.items():
        table = figures["histograms"][name]
        edges = table["from"]
        labels = [f"{a:g} to {b:g}" for a, b in pairwise(edges)]
        labels.append(f"{edges[-1]:g} and more")
        panels.append(_Panel(title, tuple(zip(labels, table["pieces"], strict=True))))
    panels.append(_ranked("pieces by metre", figures["metres"]))
    return panels


def _ranked(title: str, table: Mapping[str, float]) -> _Panel:
    """The largest first; what does not fit is one bar at the end."""
    rows = sorted(((k, v) for k, v in table.items() if v), key=lambda item: -item[1])
    if len(rows) > _MOST_ROWS:
        rest = rows[_MOST_ROWS - 1 :]
        rows = [*rows[: _MOST_ROWS - 1], (f"{len(rest)} others", sum(v for _, v in rest))]
    return _Panel(title, tuple(rows))


def _draw(
    panel: _Panel,
    left: int,
    top: int,
    width: int,
    colour: str,
    rectangles: list[Rectangle],
    words: list[Word],
) -> None:
    words.append(Word(left, top + _ROW, panel.title, INK))
    room = width - _LABEL - 8 * _LETTER
    most = max((value for _, value in panel.values), default=0) or 1
    for row, (label, value) in enumerate(panel.values):
        y = top + _ROW * (row + 2)
        length = room * value / most
        words.append(Word(left, y, label[: _LABEL // _LETTER - 1], QUIET))
        rectangles.append(Rectangle(left + _LABEL, y - 9, max(length, 0.5), _ROW - 4, colour))
        words.append(Word(left + _LABEL + length + 5, y, f"{round(value, 1):g}", QUIET))
