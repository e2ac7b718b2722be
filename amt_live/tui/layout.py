"""Where everything is on the screen: the rows of the stage, and how much room each has."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal

from amt_live.tui.board import Board
from amt_live.tui.history import MoodHistory
from amt_live.tui.widgets import MoodLine, PartsPanel

STYLE: Final = """
Screen { background: $background; layout: vertical; overflow: hidden; }
#status, #armed, #heard, #health, #bottom { height: 1; }
#mood { height: 3; }
#body { height: 1fr; }
#parts { width: 31; height: 100%; }
#roll { width: 1fr; height: 100%; }
#entry { height: 1; background: $surface; }
#prompt { width: 8; height: 1; }
#line { width: 1fr; background: $surface; color: $foreground; }
#line.wrong { color: $error; }
#line > .input--suggestion { color: $secondary; }
#line > .input--placeholder { color: $secondary; }
#line > .input--cursor { background: $primary; color: $background; text-style: none; }
HelpScreen, StylesScreen, MoodsScreen { background: $background; }
LeaveScreen { align: center middle; background: $background 60%; }
#question { width: 46; max-width: 100%; height: 7; }
#help, #styles, #moods { width: 100%; height: 100%; }
"""


def rows(history: MoodHistory) -> ComposeResult:
    """Rows from top to bottom; the body holds parts and roll side by side."""
    yield Board(id="status")
    yield Board(id="mood")
    yield Board(id="armed")
    yield Board(id="heard")
    with Horizontal(id="body"):
        yield PartsPanel(id="parts")
        yield Board(id="roll")
    yield Board(id="health")
    with Horizontal(id="entry"):
        yield Board(id="prompt")
        yield MoodLine(history)
    yield Board(id="bottom")
