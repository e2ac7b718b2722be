"""Styles and rows: what every painter is made of. Pure; called on the Textual thread."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from amt_live.tui.theme import Palette
from amt_live.tui.view import Level

Row = list[Segment]

LAMPS: Final[dict[Level, str]] = {"idle": "○", "good": "●", "warn": "▲", "bad": "✖"}
"""Shapes beside colours: nobody has to tell red from green."""


@lru_cache(maxsize=1024)
def style(colour: str, background: str, bold: bool = False, click: str = "") -> Style:
    """A cached style: Rich renders the escape codes of one object once.

    ``click`` is a Textual action that a click there does.
    """
    made = Style(color=colour, bgcolor=background, bold=bold)
    return made + Style(meta={"@click": f"app.{click}"}) if click else made


def level_colour(palette: Palette, level: Level) -> str:
    """The colour that tells how well it goes."""
    return {
        "idle": palette.faint,
        "good": palette.good,
        "warn": palette.warn,
        "bad": palette.bad,
    }[level]


def width_of(row: Iterable[Segment]) -> int:
    """Cells that segments take."""
    return sum(cell_len(segment.text) for segment in row)


def fit_row(left: Iterable[Segment], right: Iterable[Segment], width: int, ground: Style) -> Row:
    """Segments put at both edges of a row; where room is short the left side is cut."""
    ending = list(right)
    room = width - width_of(ending)
    if room < 0:
        ending, room = [], width
    row: Row = []
    for segment in left:
        length = cell_len(segment.text)
        if length > room:
            if room > 0:
                row.append(Segment(set_cell_size(segment.text, room), segment.style))
            room = 0
            break
        row.append(segment)
        room -= length
    if room:
        row.append(Segment(" " * room, ground))
    return row + ending


def meter(value: float, cells: int) -> str:
    """A bar of so many cells for a value of 0-1."""
    lit = round(min(max(value, 0.0), 1.0) * cells)
    return "▮" * lit + "▯" * (cells - lit)


def needle(value: float, reach: float, cells: int) -> tuple[str, str, str]:
    """A scale from ``-reach`` to ``reach`` with its needle: what lies before, at and behind it."""
    share = (min(max(value, -reach), reach) + reach) / (2 * reach)
    place = round(share * (cells - 1))
    return "─" * place, "◆", "─" * (cells - 1 - place)
