"""The palette screen: the styles of the model, each with the key that plays it."""

import string
from collections.abc import Sequence
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from amt_live.tui.board import Board
from amt_live.tui.inks import Row, fit_row, style
from amt_live.tui.theme import Palette

LETTERS: Final = string.ascii_lowercase


def paint_styles(
    palette: Palette, names: Sequence[str], selected: int, width: int, height: int
) -> list[Row]:
    """The names in as many columns as they need; those without a letter are reached by arrows."""
    ground = style(palette.text, palette.ground)
    title = Segment(" amt-live · styles", style(palette.mood, palette.ground, True))
    close = Segment("a letter or ↑↓ Enter plays · Esc ", style(palette.faint, palette.ground))
    room = max(height - 2, 1)
    columns = -(-len(names) // room)
    across = max(width // max(columns, 1), 1)
    rows = [fit_row([title], [close], width, ground), [Segment(" " * width, ground)]]
    for row in range(room):
        cells: list[Segment] = []
        for index in range(row, len(names), room):
            key = LETTERS[index] if index < len(LETTERS) else " "
            fore = palette.armed if index == selected else palette.text
            cells.append(Segment(f" {key} ", style(palette.mood, palette.ground, True)))
            text = set_cell_size(names[index], max(across - 3, 0))
            cells.append(Segment(text, style(fore, palette.ground, index == selected)))
        rows.append(fit_row(cells, [], width, ground))
    return rows[:height]


class StylesScreen(ModalScreen[int | None]):
    """Ends with the number of the style that was chosen, from 1; None for none."""

    def __init__(self, palette: Palette, names: Sequence[str]) -> None:
        super().__init__()
        self._palette = palette
        self._names = names
        self._selected = 0

    def compose(self) -> ComposeResult:
        """One board over the whole screen."""
        yield Board(id="styles")

    def on_mount(self) -> None:
        """Draw once the size is known."""
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw anew for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        for board in self.query("#styles").results(Board):  # none, where it was closed before
            width, height = board.size
            board.show(paint_styles(self._palette, self._names, self._selected, width, height))

    def on_key(self, event: events.Key) -> None:
        """A letter plays, arrows select, enter plays what is selected; all others close."""
        event.stop()
        steps = {"up": -1, "down": 1}
        if event.key in steps:
            self._selected = (self._selected + steps[event.key]) % len(self._names)
            self._draw()
        elif event.key == "enter":
            self.close(self._selected + 1)
        elif event.key in LETTERS[: len(self._names)]:
            self.close(LETTERS.index(event.key) + 1)
        else:
            self.close()

    def on_click(self) -> None:
        """Close on a click."""
        self.close()

    def close(self, number: int | None = None) -> None:
        """Close, once: a second key may be on its way already."""
        if self.is_current:
            self.dismiss(number)
