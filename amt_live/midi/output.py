"""What the engine plays into: the ``Output`` protocol, and what an output reports back.

``player_process.PlayerProcess`` is the real one (a process of its own with a MIDI port);
``memory_output.MemoryOutput`` the one on a manual clock, for rendering and tests.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from amt_live.control.commands import PartField
from amt_live.music.events import Event, Note
from amt_live.music.timeline import Timeline


@dataclass(frozen=True, slots=True)
class PortOpened:
    """A port is open: its system, its name, a line for the user, the scheduling granted.

    ``lead_s``: how long before its moment a note leaves the queue and cannot be taken back.
    ``own``: the full name under which others can listen to it, where the system tells.
    """

    api: str
    name: str
    note: str = ""
    realtime: str = ""
    lead_s: float = 0.0
    own: str = ""


@dataclass(frozen=True, slots=True)
class PortLost:
    """The port went away. The player goes on and opens it again as soon as it is there
    (``PortOpened``), or, where the system does not allow that, exits (``PlayerGone``).
    """

    why: str


@dataclass(frozen=True, slots=True)
class NotesSent:
    """Note-ons that were sent, as sent (octave applied), in order; at most 50 ms ago."""

    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """Lateness (sent minus due; over JACK: placed minus due) of the last thousand note-ons, and
    counts since the start: notes sent and dropped, ports lost, periods that the server lost.
    """

    p50_ms: float
    p99_ms: float
    p999_ms: float
    sent: int
    dropped: int
    port_losses: int = 0
    xruns: int = 0


@dataclass(frozen=True, slots=True)
class TakeWritten:
    """A take lies finished at ``path``; ``notes`` is how many it holds."""

    path: Path
    notes: int


@dataclass(frozen=True, slots=True)
class PlayerTrouble:
    """Something went wrong while the music goes on; one line."""

    why: str


@dataclass(frozen=True, slots=True)
class PlayerGone:
    """The player process ended without being asked to; ``PlayerProcess.restart`` brings another."""

    why: str


PlayerReport = PortOpened | PortLost | NotesSent | Timing | TakeWritten | PlayerTrouble | PlayerGone
"""What an output tells; delivered on a thread of its own, in order."""

OnReport = Callable[[PlayerReport], None]


Opening = Callable[[], Iterable[bytes]]
"""Makes the lines that a take log begins with: where the band is when the take begins."""


class Output(Protocol):
    """Where the engine's events go. Thread: any. Blocks: no, except ``take_stop`` and ``close``."""

    def schedule(self, events: Sequence[Event]) -> None:
        """Queue events; what is already past is sent at once, or dropped when too late."""

    def drop_from(self, ticks: int) -> None:
        """Forget what has not started at or after ``ticks``; sounding notes end as planned."""

    def set_timeline(self, timeline: Timeline | None) -> None:
        """Re-time everything queued; None stops: every note ends, the queue stays."""

    def set_part(self, index: int, field: PartField, value: int) -> None:
        """One field of one part: channel 1-16, program 0-127, level 0-127, octave -4..4, mute and
        solo 0 or 1. Raises ValueError outside these.
        """

    def set_latency(self, latency_ms: float) -> None:
        """The instrument sounds this late: send so much earlier, later where negative."""

    def panic(self) -> None:
        """All sound off on every channel, queue emptied; the timeline goes on."""

    def halt(self) -> None:
        """Stop and empty the queue: every note ends, no timeline."""

    def take_start(self, path: Path, opening: Opening | None = None) -> None:
        """Record what is sent, to be written as ``path``; a take under way is finished first.

        With ``opening`` a log lies beside the take; it is called for every take that this begins.
        """

    def send_clock(self, is_on: bool) -> None:
        """Send MIDI clock with the music from here on, or none; no part of a take."""

    def log(self, line: bytes) -> None:
        """A line for the log of the take under way, kept in order with what is asked here."""

    def take_stop(self) -> Path | None:
        """Finish the take and return where it lies; None without one, or where it failed."""

    def take_end(self) -> "Future[Path | None]":
        """As ``take_stop``, without waiting for the disk."""

    def capture(self, path: Path, bars: int) -> "Future[int]":
        """Write the last bars that were sent as ``path``; the number of notes, or an AmtError."""

    def close(self) -> None:
        """End every note, finish the take, close the port."""
