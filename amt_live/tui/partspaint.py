"""Draws the parts panel: one row a part with its light, sound, level, mute and solo. Pure."""

from dataclasses import dataclass
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment

from amt_live.control.state import PartState
from amt_live.music.parts import PART_NAMES
from amt_live.tui.inks import Row, style
from amt_live.tui.programs import sound_name
from amt_live.tui.theme import Palette, mix

LIT_S: Final = 0.2
"""How long a part's light stays on after a note."""

ACTIVE_S: Final = 6.0
"""How long a part that has fallen silent is still shown as one that plays."""

_NAME_COLUMNS: Final = 10


@dataclass(frozen=True, slots=True)
class PartsFrame:
    """What to draw: the parts, which just played, which play in this passage, and the cursor."""

    parts: tuple[PartState, ...]
    lit: frozenset[int]
    active: frozenset[int]
    selected: int
    has_focus: bool


def level_bar(level: int, columns: int) -> str:
    """A bar of ``columns`` cells for a level of 0-127, fine to half a cell."""
    full, half = divmod(round(level / 127 * columns * 2), 2)
    return ("━" * full + "╸" * half).ljust(columns)


def first_row(selected: int, count: int, height: int) -> int:
    """The part on the first row, so that the selected one is in view."""
    return max(0, min(selected - height // 2, count - height))


def paint_parts(frame: PartsFrame, palette: Palette, width: int, height: int) -> list[Row]:
    """``height`` rows of segments, each ``width`` cells wide."""
    blank = [Segment(" " * width, style(palette.dim, palette.ground))]
    first = first_row(frame.selected, len(frame.parts), height)
    rows = [
        _row(frame, index, palette, width)
        for index in range(first, min(first + height, len(frame.parts)))
    ]
    return rows + [blank] * (height - len(rows))


def _row(frame: PartsFrame, index: int, palette: Palette, width: int) -> Row:
    part = frame.parts[index]
    colour = palette.parts[PART_NAMES.index(part.name)] if part.name in PART_NAMES else palette.text
    chosen = frame.has_focus and index == frame.selected
    ground = palette.chip if chosen else palette.ground
    silent = part.mute or (any(p.solo for p in frame.parts) and not part.solo)
    is_active = index in frame.active and not silent
    ink = mix(colour, palette.text, 0.25) if is_active else palette.faint if silent else palette.dim
    lit = index in frame.lit and not silent
    bar_columns = 3 if width < 36 else 6
    number = "" if width < 36 else f" {part.level:3d}"
    octave = f"{part.octave:+d}" if part.octave else ""
    gap = " " if number else ""
    sound_columns = width - 4 - _NAME_COLUMNS - bar_columns - len(number) - len(gap) - 4
    sound = sound_name(part.name, part.program)
    if octave:
        sound = f"{set_cell_size(sound, max(0, sound_columns - 3)).rstrip()} {octave}"
    row = [
        Segment("▸" if chosen else " ", style(palette.mood, ground, True)),
        Segment(
            "█ " if lit else "▌ ", style(colour if is_active else mix(colour, ground, 0.55), ground)
        ),
        Segment(f"{part.name:<{_NAME_COLUMNS}} ", style(ink, ground, lit)),
        Segment(
            set_cell_size(sound, max(0, sound_columns)),
            style(palette.dim if is_active else palette.faint, ground),
        ),
        Segment(
            f" {level_bar(part.level, bar_columns)}",
            style(mix(colour, ground, 0.35 if is_active else 0.7), ground),
        ),
        Segment(number + gap, style(palette.faint, ground)),
        _flag("M", part.name, "mute", part.mute, palette.bad, ground, palette),
        _flag("S", part.name, "solo", part.solo, palette.mood, ground, palette),
        Segment(" ", style(palette.dim, ground)),
    ]
    return row


def _flag(
    letter: str, part: str, field: str, is_on: bool, ink: str, ground: str, palette: Palette
) -> Segment:
    """Mute or solo: a letter while it is on, else a place to click."""
    click = f"flip('{part}','{field}')"
    if is_on:
        return Segment(letter, style(ground, ink, True, click))
    return Segment("·", style(palette.line, ground, False, click))


def level_at(x: int, width: int) -> int | None:
    """The level that a click at a column of the panel sets; None beside the bar."""
    bar_columns = 3 if width < 36 else 6
    number_columns = 0 if width < 36 else 5
    first = width - 3 - number_columns - bar_columns
    if not first <= x < first + bar_columns:
        return None
    return round((x - first + 1) / bar_columns * 127)
