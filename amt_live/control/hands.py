"""What a performer's hands ask for and do: controllers that were learned, thru, call and response.

Values for the daemon's desk of hands (``amt_live.midi_in``), which keeps controllers, and for the
engine, which answers calls.
"""

from dataclasses import dataclass
from typing import Final, Literal

from amt_live.control.when import When

MAX_TARGET_CHARS: Final = 200
MAX_BINDINGS: Final = 256
MAX_CALL_BARS: Final = 32

CallMode = Literal["silent", "thin"]
"""What the band does while it listens: nothing, or bass and drums of the bar before go round."""

CallStage = Literal["idle", "armed", "listening", "answering"]


@dataclass(frozen=True, slots=True)
class Learn:
    """Bind the controller or key that is moved next to what ``target`` says; empty: cancel."""

    target: str


@dataclass(frozen=True, slots=True)
class Unlearn:
    """Forget the controllers of an address; ``*``: all of them."""

    target: str


@dataclass(frozen=True, slots=True)
class SetThru:
    """Send on what comes in, or do not."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class StartCall:
    """Listen for so many bars from a bar line on, then answer for as many."""

    bars: int
    mode: CallMode = "silent"
    when: When | None = None


@dataclass(frozen=True, slots=True)
class CancelCall:
    """Listen no more, and play on as before."""


@dataclass(frozen=True, slots=True)
class HandsState:
    """The port that hands are heard through ('' for none), the target that waits for a controller,
    the controllers as texts such as ``cc 74 on 1 = /amt/density 0 1``, and thru."""

    port: str = ""
    learning: str = ""
    bindings: tuple[str, ...] = ()
    thru: bool = False


@dataclass(frozen=True, slots=True)
class CallState:
    """Where call and response stands: bar ``bar`` of ``bars`` (from 1, 0 before); and what was
    heard: notes, the key ('' while it cannot be told), notes a beat."""

    stage: CallStage = "idle"
    bar: int = 0
    bars: int = 0
    notes: int = 0
    key: str = ""
    notes_per_beat: float = 0.0


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A key was pressed (``velocity`` 1-127) or let go (0) at a ``perf_counter`` moment."""

    at_s: float
    channel: int
    pitch: int
    velocity: int


NO_HANDS: Final = HandsState()
NO_CALL: Final = CallState()
