"""Screens that lie over the stage: a page that covers it, and the question on leaving."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from amt_live.tui.board import Board
from amt_live.tui.inks import Row, fit_row, style
from amt_live.tui.theme import Palette
from amt_live.tui.view import PlayedMood


class Leave(Enum):
    """What becomes of the band when the screen closes."""

    PLAYING = "playing"
    STOPPED = "stopped"


QUESTION: Final = "Leave the band playing?"
ANSWERS: Final = (
    ("y", "yes, it plays on without this screen", "answer('playing')"),
    ("n", "no, stop it", "answer('stopped')"),
    ("Esc", "stay here", "answer('')"),
)


def paint_question(palette: Palette, width: int, height: int) -> list[Row]:
    """The question and its answers, each of which can be clicked."""
    ground = style(palette.text, palette.panel)
    blank: Row = [Segment(" " * width, ground)]
    title = Segment(f"  {QUESTION}", style(palette.mood, palette.panel, True))
    rows: list[Row] = [blank, fit_row([title], [], width, ground), blank]
    for key, about, action in ANSWERS:
        chip = Segment(f" {key:^3} ", style(palette.text, palette.chip, True, action))
        text = Segment(f" {about}", style(palette.text, palette.panel, False, action))
        rows.append(fit_row([Segment("  ", ground), chip, text], [], width, ground))
    rows += [blank] * (height - len(rows))
    return rows[:height]


class LeaveScreen(ModalScreen[Leave | None]):
    """Asks what becomes of the band; ends with None to stay."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def compose(self) -> ComposeResult:
        """One board in the middle."""
        yield Board(id="question")

    def on_mount(self) -> None:
        """Draw once the size is known."""
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw anew for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        for board in self.query("#question").results(Board):  # none, where it was closed before
            board.show(paint_question(self._palette, *board.size))

    def on_key(self, event: events.Key) -> None:
        """Answer; keys that are no answer do nothing."""
        event.stop()
        if event.key in ("y", "enter"):
            self.close(Leave.PLAYING)
        elif event.key == "n":
            self.close(Leave.STOPPED)
        elif event.key == "escape":
            self.close(None)

    def close(self, answer: Leave | None) -> None:
        """Close, once."""
        if self.is_current:
            self.dismiss(answer)


def paint_moods(
    palette: Palette, played: Sequence[PlayedMood], selected: int, width: int, height: int
) -> list[Row]:
    """The moods played, the newest on top; ``selected`` counts from the newest."""
    ground = style(palette.text, palette.ground)
    title = Segment(" amt-live · moods", style(palette.mood, palette.ground, True))
    keys = "↑↓ Enter plays again · u undoes · Esc "
    close = Segment(keys, style(palette.faint, palette.ground))
    rows = [fit_row([title], [close], width, ground), [Segment(" " * width, ground)]]
    room = max(1, height - 2)
    first = max(0, min(selected - room // 2, len(played) - room))
    for index in range(first, min(first + room, len(played))):
        mood = played[len(played) - 1 - index]
        chosen = index == selected
        under = palette.chip if chosen else palette.ground
        mark = "▸" if chosen else " "
        now = "now" if index == 0 else f"{mood.bar}"
        cells = [
            Segment(f" {mark} ", style(palette.mood, under, True)),
            Segment(f"{'bar ' + now if index else now:>8}  ", style(palette.dim, under)),
            Segment(
                set_cell_size(mood.text, max(0, width - 13)), style(palette.text, under, chosen)
            ),
        ]
        rows.append(fit_row(cells, [], width, style(palette.text, under)))
    if not played:
        text = Segment(" none yet: type one", style(palette.dim, palette.ground))
        rows.append(fit_row([text], [], width, ground))
    rows += [[Segment(" " * width, ground)]] * (height - len(rows))
    return rows[:height]


class MoodsScreen(ModalScreen[str | None]):
    """The moods played before: ends with one to play again, '' to undo, None for neither."""

    def __init__(self, palette: Palette, played: Sequence[PlayedMood]) -> None:
        super().__init__()
        self._palette = palette
        self._played = played
        self._selected = min(1, max(0, len(played) - 1))

    def compose(self) -> ComposeResult:
        """One board over the whole screen."""
        yield Board(id="moods")

    def on_mount(self) -> None:
        """Draw once the size is known."""
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw anew for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        for board in self.query("#moods").results(Board):  # none, where it was closed before
            board.show(paint_moods(self._palette, self._played, self._selected, *board.size))

    def on_key(self, event: events.Key) -> None:
        """Arrows select, enter plays, u undoes; all others close."""
        event.stop()
        steps = {"up": -1, "down": 1, "k": -1, "j": 1}
        if event.key in steps and self._played:
            self._selected = (self._selected + steps[event.key]) % len(self._played)
            self._draw()
        elif event.key == "enter" and self._played:
            self.close(self._played[len(self._played) - 1 - self._selected].text)
        elif event.key == "u":
            self.close("")
        else:
            self.close()

    def on_click(self) -> None:
        """Close on a click."""
        self.close()

    def close(self, text: str | None = None) -> None:
        """Close, once: a second key may be on its way already."""
        if self.is_current:
            self.dismiss(text)
