"""The daemon's handle on the player process: an ``Output`` that writes commands down a pipe.

Every method may be called from any thread and returns at once (``take_stop``, ``restart`` and
``close`` wait for an answer). Reports arrive on a thread of their own, through ``on_report``. If
the player dies, calls go on working and do nothing; ``PlayerGone`` is reported and ``restart``
brings up another player with the same timeline, parts and what is still to be played.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from amt_live.control.commands import PartField
from amt_live.errors import PortError
from amt_live.midi.backlog import MAX_ROWS, ROW_BYTES
from amt_live.midi.captures import Captures
from amt_live.midi.mixer import RANGES
from amt_live.midi.output import (
    OnReport,
    Opening,
    PlayerGone,
    PlayerTrouble,
    PortOpened,
    TakeWritten,
)
from amt_live.midi.protocol import (
    Capture,
    CaptureFailed,
    CaptureKept,
    DropFrom,
    Halt,
    NoTake,
    PanicNow,
    PipeReport,
    PlayerCommand,
    PortPeers,
    Quit,
    Schedule,
    SendOn,
    SetClockOut,
    SetLatency,
    SetPartField,
    SetTimeline,
    TakeStart,
    TakeStop,
    encode_command,
)
from amt_live.midi.recover import recover_apart
from amt_live.midi.row_ring import new_memory
from amt_live.midi.rtmidi_client import CLIENT_NAME
from amt_live.midi.running_player import RunningPlayer
from amt_live.music.events import Event, Note
from amt_live.music.parts import PARTS
from amt_live.music.timeline import Timeline

START_TIMEOUT_S: Final = 10.0
TAKE_TIMEOUT_S: Final = 20.0
STANDBY_AFTER_S: Final = 3.0
"""The band starts first, on all cores ..."""

PLAYING_STANDBY_AFTER_S: Final = 0.2
"""... but once it plays, nobody waits for a first note any more."""

SILENCING_S: Final = 0.15
"""A player that replaces a dead one first silences what that left: notes would come late."""

RECOVER_AFTER_S: Final = 0.5
"""A take that was cut short waits until another player has ended the notes."""

_EVENTS_A_LINE: Final = 32


class PlayerProcess:
    """A running player; raises PortError from the constructor when it cannot open its port."""

    def __init__(
        self,
        on_report: OnReport,
        api: str = "auto",
        port: str | None = None,
        client_name: str = CLIENT_NAME,
        latency_ms: float = 0.0,
        restore: Sequence[str] = (),
    ) -> None:
        """``latency_ms``: how late the instrument answers; what is sent is sent so much earlier.

        ``restore``: ports to be connected to when they come, where the system lets us connect.
        """
        self._on_report = on_report
        self._arguments = ["--midi-api", api, "--client-name", client_name]
        self._lent: tuple[int, ...] = ()
        if (memory := new_memory(ROW_BYTES, MAX_ROWS)) is not None:
            self._lent = (memory,)
            self._arguments.append(f"--backlog-fd={memory}")
        self._latency_ms = latency_ms
        self._sends_clock = False
        self._peers = tuple(restore)
        if port is not None:
            self._arguments.append(f"--port={port}")
        self._lock = threading.RLock()
        self._closing = self._has_played = False
        self._parts: dict[tuple[int, PartField], int] = {}
        self._timeline: Timeline | None = None
        self._pending: list[Event] = []
        self._take: Path | None = None
        self._opening: Opening | None = None
        self._ending: dict[Path, Future[Path | None]] = {}
        self._captures = Captures()
        self._standby: RunningPlayer | None = None
        self._player = self._spawn([f"--restore={name}" for name in restore])
        self._keep_standby()

    @property
    def opened(self) -> PortOpened:
        """The port that the player opened, with the scheduling that it was granted."""
        return self._player.opened.result()

    @property
    def is_alive(self) -> bool:
        """Whether the player runs."""
        return self._player.process.poll() is None

    @property
    def peers(self) -> tuple[str, ...]:
        """Who is connected to the player, as far as the system tells."""
        return self._peers

    @property
    def pid(self) -> int:
        """The player's process number."""
        return self._player.process.pid

    def schedule(self, events: Sequence[Event]) -> None:
        """See ``Output``."""
        with self._lock:
            self._pending = [*self._upcoming(), *events]
            self._send_events(events)

    def drop_from(self, ticks: int) -> None:
        """See ``Output``."""
        with self._lock:
            self._pending = [event for event in self._pending if event.start_ticks < ticks]
            self._send(DropFrom(ticks))

    def set_timeline(self, timeline: Timeline | None) -> None:
        """See ``Output``."""
        with self._lock:
            if timeline is not None and not self._has_played:
                self._has_played = True
                self._keep_standby(PLAYING_STANDBY_AFTER_S)
            self._timeline = timeline
            self._send(SetTimeline(timeline))

    def set_part(self, index: int, field: PartField, value: int) -> None:
        """See ``Output``."""
        if not 0 <= index < len(PARTS) or value not in RANGES[field]:
            allowed = RANGES[field]
            why = f"{field} {value} of part {index} is outside {allowed.start}..{allowed.stop - 1}"
            raise ValueError(why)
        with self._lock:
            self._parts[index, field] = int(value)
            self._send(SetPartField(index, field, int(value)))

    def panic(self) -> None:
        """See ``Output``."""
        with self._lock:
            self._pending = []
            self._send(PanicNow())

    def halt(self) -> None:
        """See ``Output``."""
        with self._lock:
            self._pending = []
            self._timeline = None
            self._send(Halt())

    def take_start(self, path: Path, opening: Opening | None = None) -> None:
        """See ``Output``. A path that cannot be written is reported as ``PlayerTrouble``."""
        with self._lock:
            self._take, self._opening = path.absolute(), opening
            self._send(TakeStart(self._take))
            for line in opening() if opening is not None else ():
                self._player.write(line)

    def log(self, line: bytes) -> None:
        """See ``Output``. Blocks: no."""
        with self._lock:
            if self._take is not None:
                self._player.write(line)

    def take_stop(self) -> Path | None:
        """See ``Output``. Waits until the take lies on disk."""
        with contextlib.suppress(TimeoutError):
            return self.take_end().result(TAKE_TIMEOUT_S)
        return None

    def take_end(self) -> "Future[Path | None]":
        """See ``Output``. Blocks: no."""
        with self._lock:
            path, self._take = self._take, None
            ended: Future[Path | None] = Future()
            if path is None:
                ended.set_result(None)
            else:
                self._ending[path] = ended
                self._send(TakeStop(path))
                if not self.is_alive:
                    self._take_ended(path, None)
            return ended

    def capture(self, path: Path, bars: int) -> "Future[int]":
        """See ``Output``. Blocks: no."""
        path = path.absolute()
        with self._lock:
            written = self._captures.begin(path)
            if not written.done():
                self._send(Capture(path, bars))
                if not self.is_alive:
                    self._captures.fail_all()
        return written

    def set_latency(self, latency_ms: float) -> None:
        """Send so much earlier (later where negative) from here on; moves over smoothly."""
        with self._lock:
            self._latency_ms = latency_ms
            self._send(SetLatency(latency_ms))

    def send_clock(self, is_on: bool) -> None:
        """See ``Output``."""
        with self._lock:
            self._sends_clock = is_on
            self._send(SetClockOut(is_on))

    def send_on(self, data: bytes) -> None:
        """Send one channel message now, beside the music. Thread: any. Blocks: no."""
        with self._lock:
            self._send(SendOn(data))

    def restart(self) -> None:
        """Bring up another player, where the band is; raises PortError if it cannot start.

        What the dead player left sounding is silenced first, at whoever was connected to it; they
        are connected again. Where the system does not tell who was, every port within reach is
        silenced. A take goes on in a new file beside the one that was cut short.
        """
        with self._lock:
            self._player.stop()
            self._player = self._spawn(
                ["--silence-first", *(f"--restore={name}" for name in self._peers)]
            )
            self._keep_standby(PLAYING_STANDBY_AFTER_S)
            for (index, field), value in self._parts.items():
                self._send(SetPartField(index, field, value))
            self._send(SetClockOut(self._sends_clock))
            self._send(SetTimeline(self._timeline))
            self._pending = self._upcoming(SILENCING_S)
            self._send_events(self._pending)
            if self._take is not None:
                # Last: what was told here is where the take begins, not something in it.
                self.take_start(_next_name(self._take), self._opening)

    def close(self) -> None:
        """See ``Output``. Waits for the player to end, and ends it if it does not."""
        self._closing = True
        with self._lock:
            self._send(Quit())
            standby, self._standby = self._standby, None
        if standby is not None:
            standby.process.kill()  # It has opened nothing and plays nothing.
            standby.stop()
        self._player.stop()
        for number in self._lent:
            os.close(number)
        self._lent = ()

    def _send_events(self, events: Sequence[Event]) -> None:
        for at in range(0, len(events), _EVENTS_A_LINE):
            self._send(Schedule(tuple(events[at : at + _EVENTS_A_LINE])))

    def _upcoming(self, notes_after_s: float = 0.0) -> list[Event]:
        """What is still to be sent; of notes only those that are due so much later."""
        if self._timeline is None:
            return self._pending
        now_s = time.perf_counter()
        now_ticks = self._timeline.ticks_at(now_s)
        first_ticks = self._timeline.ticks_at(now_s + notes_after_s)
        return [
            event
            for event in self._pending
            if event.start_ticks >= (first_ticks if isinstance(event, Note) else now_ticks)
        ]

    def _send(self, command: PlayerCommand) -> None:
        self._player.write(encode_command(command))

    def _keep_standby(self, after_s: float = STANDBY_AFTER_S) -> None:
        """Soon have another player wait, all imported: starting one would take too long."""
        timer = threading.Timer(after_s, self._start_standby)
        timer.daemon = True
        timer.start()

    def _start_standby(self) -> None:
        with self._lock:
            if not self._closing and self._standby is None:
                arguments = [*self._arguments, "--standby"]
                self._standby = RunningPlayer(arguments, self._receive, self._gone, self._lent)

    def _spawn(self, extra: Sequence[str] = ()) -> RunningPlayer:
        last = [f"--latency-ms={self._latency_ms}", *extra]
        player, self._standby = self._standby, None
        if player is not None and player.process.poll() is None:
            player.write(json.dumps(last).encode() + b"\n")
        else:
            player = RunningPlayer([*self._arguments, *last], self._receive, self._gone, self._lent)
        try:
            player.opened.result(START_TIMEOUT_S)
        except PortError:
            player.stop()
            raise
        except TimeoutError:
            player.stop()
            why = "the MIDI system does not answer; restart it, or use --midi-api null"
            raise PortError(why) from None
        return player

    def _receive(self, report: PipeReport) -> None:
        """Thread: reports."""
        if isinstance(report, PortPeers):
            self._peers = report.names
            return
        if isinstance(report, CaptureKept | CaptureFailed):
            self._captures.take_in(report)
            return
        if isinstance(report, NoTake | TakeWritten):
            self._take_ended(report.path, report.path if isinstance(report, TakeWritten) else None)
        if not isinstance(report, NoTake):
            self._on_report(report)

    def _take_ended(self, path: Path, written: Path | None) -> None:
        with self._lock:
            ended = self._ending.pop(path, None)
        if ended is not None:
            ended.set_result(written)

    def _gone(self, why: str) -> None:
        """Thread: reports. The player ended."""
        take = self._take
        self._captures.fail_all()
        for path in list(self._ending):
            self._take_ended(path, None)
        if self._closing:
            return
        # First of all another player, which ends the notes; the take can wait.
        self._on_report(PlayerGone(why))
        if take is not None:
            threading.Timer(RECOVER_AFTER_S, recover_apart, ([take], self._recovered)).start()

    def _recovered(self, take: Path) -> None:
        self._on_report(PlayerTrouble(f"the take {take} was cut short and saved"))


def _next_name(path: Path) -> Path:
    """``take.mid``, ``take-2.mid``, ``take-3.mid``: the first that is free."""
    number = 2
    while True:
        candidate = path.with_stem(f"{path.stem}-{number}")
        if not candidate.exists():
            return candidate
        number += 1
