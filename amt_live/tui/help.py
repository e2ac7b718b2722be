"""The help screen: every key, from the table of keys. Any key closes it."""

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from amt_live.tui.board import Board
from amt_live.tui.keys import KEYS, TYPING_HELP, key_name
from amt_live.tui.paint import Row, fit_row, style
from amt_live.tui.theme import Palette

_KEY_COLUMNS = 14


def help_lines() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What works everywhere, and what works in command mode; a pair without text is a heading."""
    always = [("WHILE TYPING", ""), *TYPING_HELP, ("EVERYWHERE", "")]
    always += _merged((key.always, key.about) for key in KEYS)
    command = [("COMMAND MODE", ""), *_merged((key.command, key.about) for key in KEYS)]
    return always, command


def _merged(keys: Iterable[tuple[tuple[str, ...], str]]) -> list[tuple[str, str]]:
    """One line for each action; a key without a text joins the line before it."""
    lines: list[tuple[str, str]] = []
    for names, about in keys:
        shown = " ".join(map(key_name, names))
        if names and about:
            lines.append((shown, about))
        elif names:
            before, text = lines[-1]
            lines[-1] = (f"{before} / {shown}", text)
    return lines


def paint_help(palette: Palette, width: int, height: int) -> list[Row]:
    """The help in two columns; rows that do not fit are cut."""
    ground = style(palette.text, palette.ground)
    always, command = help_lines()
    half = width // 2
    title = Segment(" amt-live · keys", style(palette.mood, palette.ground, True))
    close = Segment("any key closes ", style(palette.faint, palette.ground))
    rows = [fit_row([title], [close], width, ground)]
    if height > len(command) + 2:
        rows.append([Segment(" " * width, ground)])
    for index in range(max(len(always), len(command))):
        left = always[index] if index < len(always) else ("", "")
        right = command[index] if index < len(command) else ("", "")
        rows.append([*_cell(left, palette, half), *_cell(right, palette, width - half)])
    rows += [[Segment(" " * width, ground)]] * (height - len(rows))
    return rows[:height]


def _cell(line: tuple[str, str], palette: Palette, width: int) -> Iterable[Segment]:
    key, about = line
    if not about:
        yield Segment(set_cell_size(f" {key}", width), style(palette.armed, palette.ground, True))
        return
    shown = f" {key}"
    columns = max(_KEY_COLUMNS, cell_len(shown) + 1)
    yield Segment(set_cell_size(shown, columns), style(palette.mood, palette.ground, True))
    yield Segment(set_cell_size(about, width - columns), style(palette.text, palette.ground))


class HelpScreen(ModalScreen[None]):
    """All keys on one screen."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

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
        board = self.query_one("#help", Board)
        board.show(paint_help(self._palette, board.size.width, board.size.height))

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
