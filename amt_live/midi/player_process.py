"""The daemon's handle on the player process: an ``Output`` that writes commands down a pipe.

Every method may be called from any thread and returns at once (``take_stop``, ``restart`` and
``close`` wait for an answer). Reports arrive on a thread of their own, through ``on_report``. If
the player dies, calls go on working and do nothing; ``PlayerGone`` is reported and ``restart``
brings up another player with the same timeline, parts and what is still to be played.
"""

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Final

import amt_live
from amt_live.control.commands import PartField
from amt_live.errors import PortError
from amt_live.midi.captures import Captures
from amt_live.midi.journal import recover_take
from amt_live.midi.mixer import RANGES
from amt_live.midi.output import (
    OnReport,
    PlayerGone,
    PlayerTrouble,
    PortLost,
    PortOpened,
    TakeWritten,
)
from amt_live.midi.ports import CLIENT_NAME
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
    ProtocolError,
    Quit,
    Schedule,
    SetPartField,
    SetTimeline,
    TakeStart,
    TakeStop,
    decode_report,
    encode_command,
)
from amt_live.music.events import Event
from amt_live.music.parts import PARTS
from amt_live.music.timeline import Timeline

START_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 3.0
TAKE_TIMEOUT_S: Final = 20.0
_EVENTS_A_LINE: Final = 32  # Parsed in a fraction of a millisecond, between two due notes.

_log = logging.getLogger(__name__)


class PlayerProcess:
    """A running player; raises PortError from the constructor when it cannot open its port."""

    def __init__(
        self,
        on_report: OnReport,
        api: str = "auto",
        port: str | None = None,
        client_name: str = CLIENT_NAME,
    ) -> None:
        self._on_report = on_report
        self._arguments = ["--midi-api", api, "--client-name", client_name]
        if port is not None:
            self._arguments.append(f"--port={port}")
        self._lock = threading.RLock()
        self._closing = False
        self._parts: dict[tuple[int, PartField], int] = {}
        self._timeline: Timeline | None = None
        self._pending: list[Event] = []
        self._take: Path | None = None
        self._ending: dict[Path, Future[Path | None]] = {}
        self._captures = Captures()
        self._player = self._spawn([])

    @property
    def opened(self) -> PortOpened:
        """The port that the player opened, with the scheduling that it was granted."""
        return self._player.opened.result()

    @property
    def is_alive(self) -> bool:
        """Whether the player runs."""
        return self._player.process.poll() is None

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

    def take_start(self, path: Path) -> None:
        """See ``Output``. A path that cannot be written is reported as ``PlayerTrouble``."""
        with self._lock:
            self._take = path.absolute()
            self._send(TakeStart(self._take))

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

    def restart(self) -> None:
        """Bring up another player, where the band is; raises PortError if it cannot start.

        Whatever the dead player left sounding is silenced first, on every port within reach. A
        take goes on in a new file beside the one that was cut short.
        """
        with self._lock:
            self._player.stop()
            self._player = self._spawn(["--silence-first"])
            for (index, field), value in self._parts.items():
                self._send(SetPartField(index, field, value))
            if self._take is not None:
                self.take_start(_next_name(self._take))
            self._send(SetTimeline(self._timeline))
            self._pending = self._upcoming()
            self._send_events(self._pending)

    def close(self) -> None:
        """See ``Output``. Waits for the player to end, and ends it if it does not."""
        self._closing = True
        with self._lock:
            self._send(Quit())
        self._player.stop()

    def _send_events(self, events: Sequence[Event]) -> None:
        for at in range(0, len(events), _EVENTS_A_LINE):
            self._send(Schedule(tuple(events[at : at + _EVENTS_A_LINE])))

    def _upcoming(self) -> list[Event]:
        if self._timeline is None:
            return self._pending
        now_ticks = self._timeline.ticks_at(time.perf_counter())
        return [event for event in self._pending if event.start_ticks >= now_ticks]

    def _send(self, command: PlayerCommand) -> None:
        self._player.write(encode_command(command))

    def _spawn(self, extra: list[str]) -> "_Running":
        player = _Running([*self._arguments, *extra], self._receive, self._gone)
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
        if take is not None and recover_take(take):
            self._on_report(PlayerTrouble(f"the take {take} was cut short and saved"))
        self._on_report(PlayerGone(why))


class _Running:
    """One player process with the threads that read from it."""

    def __init__(
        self,
        arguments: list[str],
        receive: Callable[[PipeReport], None],
        gone: Callable[[str], None],
    ) -> None:
        self.opened: Future[PortOpened] = Future()
        self._receive = receive
        self._gone = gone
        root = str(Path(amt_live.__file__).resolve().parents[1])
        inherited = os.environ.get("PYTHONPATH")
        path = root if not inherited else root + os.pathsep + inherited
        self.process = subprocess.Popen(
            [sys.executable, "-m", "amt_live.midi.player", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._stdin: IO[bytes] = self.process.stdin
        self._threads = [
            threading.Thread(
                target=self._read_reports, args=(self.process.stdout,), name="reports", daemon=True
            ),
            threading.Thread(
                target=_log_lines, args=(self.process.stderr,), name="player-log", daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()

    def write(self, line: bytes) -> None:
        """Send a line; a dead player is reported by the thread that reads from it."""
        with contextlib.suppress(OSError, ValueError):
            self._stdin.write(line)
            self._stdin.flush()

    def stop(self) -> None:
        """Close the pipe, which ends the player, and see that it does."""
        with contextlib.suppress(OSError, ValueError):
            self._stdin.close()
        for end in (self.process.terminate, self.process.kill):
            try:
                self.process.wait(STOP_TIMEOUT_S)
                break
            except subprocess.TimeoutExpired:
                end()
        self.process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(STOP_TIMEOUT_S)

    def _read_reports(self, pipe: IO[bytes]) -> None:
        last_words = ""
        with pipe:
            for line in pipe:
                try:
                    report = decode_report(line)
                except ProtocolError as error:
                    _log.warning("from the player: %s", error)
                    continue
                if isinstance(report, PortLost):
                    last_words = report.why
                    if not self.opened.done():
                        break
                self._deliver(report)
                if isinstance(report, PortOpened) and not self.opened.done():
                    self.opened.set_result(report)
        code = self.process.wait()
        why = last_words or f"the player ended unexpectedly (code {code})"
        if not self.opened.done():
            self.opened.set_exception(PortError(why))
        else:
            self._gone(why)

    def _deliver(self, report: PipeReport) -> None:
        try:
            self._receive(report)
        except Exception:  # A listener's fault must not end the reading, or the player would block.
            _log.exception("a listener failed on %s", type(report).__name__)


def _log_lines(pipe: IO[bytes]) -> None:
    with pipe:
        for line in pipe:
            _log.warning("player: %s", line.decode(errors="replace").rstrip())


def _next_name(path: Path) -> Path:
    """``take.mid``, ``take-2.mid``, ``take-3.mid``: the first that is free."""
    number = 2
    while True:
        candidate = path.with_stem(f"{path.stem}-{number}")
        if not candidate.exists():
            return candidate
        number += 1
