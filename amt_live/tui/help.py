"""The help screen: every key, from the table of keys. Any key closes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from amt_live.tui.board import Board
from amt_live.tui.inks import Row, fit_row, style
from amt_live.tui.keys import KEYS, TYPING_HELP, Key, key_name
from amt_live.tui.theme import Palette

ALWAYS_COLUMNS: Final = 9
COMMAND_COLUMNS: Final = 9
NARROW: Final = 34
"""A column of the page is at least so wide ..."""
WIDE: Final = 60
"""... and of a large page about so wide."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One line: the keys that always work, those of command mode, what they do.

    Without keys it is a heading; ``about`` of a typed line stands beside what is typed.
    """

    always: str
    command: str
    about: str
    is_heading: bool = False


def help_lines(keys: Sequence[Key] = KEYS) -> list[HelpLine]:
    """Every line of the page, in order; an action without keys has none."""
    lines = [HelpLine("ALWAYS", "COMMAND", "MODE (Esc, and back)", True)]
    for key in keys:
        always, command = _names(key.always), _names(key.command)
        if key.about and (always or command):
            lines.append(HelpLine(always, command, key.about))
        elif always or command:
            before = lines[-1]
            lines[-1] = HelpLine(
                _joined(before.always, always), _joined(before.command, command), before.about
            )
    lines.append(HelpLine("ON THE MOOD LINE", "", "", True))
    lines += [HelpLine(typed, "", about) for typed, about in TYPING_HELP]
    return lines


def _names(keys: Iterable[str]) -> str:
    return " ".join(map(key_name, keys))


def _joined(before: str, more: str) -> str:
    if not (before and more):
        return before or more
    first = before.split("-")[0]
    # Keys that count up are written as a range: 1-9.
    if before[-1].isdigit() and more == str(int(before[-1]) + 1) and len(first) == 1:
        return f"{first}-{more}"
    return f"{before} {more}"


def paint_help(palette: Palette, width: int, height: int, keys: Sequence[Key] = KEYS) -> list[Row]:
    """The help in as many columns as it needs; lines that do not fit are cut."""
    ground = style(palette.text, palette.ground)
    lines = help_lines(keys)
    title = Segment(" amt-live · keys", style(palette.mood, palette.ground, True))
    close = Segment("any key closes ", style(palette.faint, palette.ground))
    room = max(1, height - 2)
    columns = max(1, min(max(-(-len(lines) // room), width // WIDE), width // NARROW))
    across, each = width // columns, -(-len(lines) // columns)
    rows = [fit_row([title], [close], width, ground), [Segment(" " * width, ground)]]
    for y in range(min(each, room)):
        row: Row = []
        for column in range(columns):
            index = column * each + y
            wide = across if column < columns - 1 else width - across * (columns - 1)
            line = lines[index] if index < len(lines) else HelpLine("", "", "")
            row.extend(_cells(line, palette, wide))
        rows.append(row)
    rows += [[Segment(" " * width, ground)]] * (height - len(rows))
    return rows[:height]


def _cells(line: HelpLine, palette: Palette, width: int) -> Iterable[Segment]:
    always, command = f" {line.always} ", f"{line.command} "
    first = max(ALWAYS_COLUMNS, cell_len(always))
    second = max(COMMAND_COLUMNS, cell_len(command))
    if first > ALWAYS_COLUMNS:
        second = max(cell_len(command) - 1, COMMAND_COLUMNS - (first - ALWAYS_COLUMNS))
    inks = (palette.mood, palette.armed, palette.text)
    if line.is_heading:
        inks = (palette.mood, palette.armed, palette.faint)
    for text, wide, ink in (
        (always, first, inks[0]),
        (command, second, inks[1]),
        (line.about, max(0, width - first - second), inks[2]),
    ):
        bold = ink is not palette.text
        yield Segment(set_cell_size(text, wide), style(ink, palette.ground, bold))


class HelpScreen(ModalScreen[None]):
    """All keys on one screen."""

    def __init__(self, palette: Palette, keys: Sequence[Key] = KEYS) -> None:
        super().__init__()
        self._palette = palette
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One board over the whole screen."""
        yield Board(id="help")

    def on_mount(self) -> None:
        """Draw once the size is known."""
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw anew for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        for board in self.query("#help").results(Board):  # none, where it was closed before
            board.show(paint_help(self._palette, *board.size, keys=self._keys))

    def on_key(self, event: events.Key) -> None:
        """Close on any key."""
        event.stop()
        self.close()

    def on_click(self) -> None:
        """Close on a click."""
        self.close()

    def close(self) -> None:
        """Close, once: a second key may be on its way already."""
        if self.is_current:
            self.dismiss()
