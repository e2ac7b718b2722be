"""The mood line and the parts panel: the two widgets that take keys."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from amt_live.control.commands import MAX_MOOD_CHARS
from amt_live.tui.board import Board
from amt_live.tui.history import MoodHistory
from amt_live.tui.keys import KEYS

HINT = "type a mood · Enter sends it · end with @beat @4bars @now to say when"


class MoodLine(Input):
    """One line to type moods on; up and down walk the moods that were sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "mood before", show=False),
        Binding("down", "newer", "mood after", show=False),
    ]

    def __init__(self, history: MoodHistory) -> None:
        super().__init__(
            placeholder=HINT,
            max_length=MAX_MOOD_CHARS + 16,
            compact=True,
            select_on_focus=False,
            id="line",
        )
        # A blinking cursor repaints twice a second and distracts from the beat.
        self.cursor_blink = False
        self.history = history

    def action_older(self) -> None:
        """Show the mood that was sent before."""
        self._put(self.history.older(self.value))

    def action_newer(self) -> None:
        """Show the mood that was sent after, or what was being typed."""
        self._put(self.history.newer(self.value))

    def _put(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)


class PartsPanel(Board, can_focus=True):
    """The parts; has the focus in command mode, where plain keys act. A click selects a part."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(key.command), f"app.{key.action}", key.about, show=False)
        for key in KEYS
        if key.command
    ]

    class Clicked(Message):
        """A part's row was clicked; ``row`` counts from the top of the panel."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def on_click(self, event: events.Click) -> None:
        """Select the part under the mouse."""
        self.post_message(self.Clicked(event.y))
