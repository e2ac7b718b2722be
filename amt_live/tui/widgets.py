"""The mood line and the parts panel: the two widgets that take keys."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from amt_live.control.commands import MAX_MOOD_CHARS
from amt_live.livecode.completion import completions
from amt_live.livecode.pieces import LineError
from amt_live.livecode.syntax import parse
from amt_live.osc.addresses import ROUTES
from amt_live.tui.board import Board
from amt_live.tui.commanding import RAW, completed
from amt_live.tui.history import MoodHistory
from amt_live.tui.keys import KEYS, Key

WHEEL_STEP: Final = 4
HINT: Final = "type a mood · Enter sends it · end with @beat @4bars @now to say when"


_NAMES: Final = {"/amt/scene/list": "scene", "/amt/styles": "style", "/amt/bank/list": "bank"}


def no_key(key: Key) -> str:
    """A key that no keyboard has, for an action that has none: Textual wants one."""
    return f"no+{key.name}"


def is_wrong(line: str) -> bool:
    """Whether a line holds an error that typing on behind it does not mend."""
    if line.startswith(RAW):
        return line.split(" ", 1)[0] not in ROUTES and completed(line) is None
    try:
        parse(line)
    except LineError as error:
        return error.column <= len(line.rstrip())
    return False


class Completion(Suggester):
    """What the line could go on with, shown dimmed behind the cursor; right takes it."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.names: dict[str, tuple[str, ...]] = {}

    async def get_suggestion(self, value: str) -> str | None:
        """The likeliest whole line, with what was typed as it was typed."""
        if value.startswith(RAW):
            return completed(value)
        found = next(iter(completions(value, self.names)), None)
        return None if found is None else value + found[len(value) :]


class MoodLine(Input):
    """One line to type moods and commands on; up and down walk the lines that were sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "mood before", show=False),
        Binding("down", "newer", "mood after", show=False),
    ]

    def __init__(self, history: MoodHistory) -> None:
        self.completion = Completion()
        super().__init__(
            placeholder=HINT,
            max_length=MAX_MOOD_CHARS + 16,
            compact=True,
            select_on_focus=False,
            suggester=self.completion,
            id="line",
        )
        # A blinking cursor repaints twice a second and distracts from the beat.
        self.cursor_blink = False
        self.history = history

    def know(self, address: str, atoms: Sequence[object]) -> None:
        """Take in names that the daemon tells, for completion."""
        if address in _NAMES:
            self.completion.names[_NAMES[address]] = tuple(map(str, atoms))

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
        Binding(
            ",".join(key.command) or no_key(key),
            f"app.{key.action}",
            key.about,
            show=False,
            id=f"{key.name}.command",
        )
        for key in KEYS
    ]

    class Clicked(Message):
        """A part's row was clicked; ``row`` and ``column`` count from the corner of the panel."""

        def __init__(self, row: int, column: int) -> None:
            super().__init__()
            self.row = row
            self.column = column

    class Turned(Message):
        """The wheel was turned over a part's row; ``step`` is how much louder."""

        def __init__(self, row: int, step: int) -> None:
            super().__init__()
            self.row = row
            self.step = step

    def on_click(self, event: events.Click) -> None:
        """Select the part under the mouse, unless what is there does something else."""
        if "@click" not in event.style.meta:
            self.post_message(self.Clicked(event.y, event.x))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Louder."""
        self.post_message(self.Turned(event.y, WHEEL_STEP))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Softer."""
        self.post_message(self.Turned(event.y, -WHEEL_STEP))
