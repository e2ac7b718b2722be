"""The player process: ``python -m amt_live.midi.player``. Owns the MIDI port.

Commands come in on stdin and reports go out on stdout, one JSON line each (``protocol``). The main
thread waits for the next command or the next due event, whichever is first; helpers read the pipe,
write reports and write the take. Small on purpose: no numpy, nothing that could make a note late.

However it ends (stdin closed because the daemon quit or died, SIGTERM), it first ends every note,
then finishes the take. A port that is lost is opened again as soon as it is there, while the music
goes on. Ctrl-C in a terminal reaches the whole process group: it is ignored here, because the
daemon decides what it means.

With ``--standby`` a player imports everything, then waits for a line with the rest of its
arguments: so the one that replaces a dead player need not start first.
"""

import argparse
import contextlib
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from amt_live.errors import AmtError, PortError, UsageError
from amt_live.midi.backlog import Excerpt
from amt_live.midi.fields import ProtocolError
from amt_live.midi.jack_client import jack_module
from amt_live.midi.journal import Journal, finish_journal, keep_excerpt
from amt_live.midi.log_file import is_log_line
from amt_live.midi.messages import all_sound_off
from amt_live.midi.output import PlayerTrouble, PortLost, PortOpened, TakeWritten
from amt_live.midi.performer import Performer
from amt_live.midi.port_keeper import PortKeeper
from amt_live.midi.ports import OutputPort, open_output, panic_everywhere
from amt_live.midi.protocol import (
    Capture,
    CaptureFailed,
    CaptureKept,
    DropFrom,
    Halt,
    NoTake,
    PanicNow,
    PlayerCommand,
    Quit,
    Schedule,
    SetLatency,
    SetPartField,
    SetTimeline,
    TakeStart,
    TakeStop,
    decode_command,
    encode_report,
)
from amt_live.midi.realtime import ask_for_realtime, stop_collecting
from amt_live.midi.recover import finish_apart
from amt_live.midi.reporter import Reporter
from amt_live.midi.rtmidi_client import CLIENT_NAME, rtmidi_module

_CHECK_EVERY_S: Final = 1.0
_NOISE_SETTLES_S: Final = 0.05
_READ_BYTES: Final = 1 << 16
_MAX_LINE_BYTES: Final = 1 << 20
_LONG_BYTES: Final = 1 << 20
"""A journal of this length (some quarter of an hour) is too much work for a real-time process."""


class _Stop:
    """In the inbox: end now."""


class _ServerGone:
    """In the inbox: the server behind the port died."""


_Item = bytes | type[_Stop] | type[_ServerGone] | OutputPort
_Inbox = queue.SimpleQueue[_Item]


class Player:
    """The loop. Everything here runs on the main thread."""

    def __init__(
        self, keeper: PortKeeper, reporter: Reporter, inbox: _Inbox, realtime: str
    ) -> None:
        self._keeper = keeper
        self._reporter = reporter
        self._inbox = inbox
        self._realtime = realtime
        self._clock = keeper.clock
        self._performer = Performer(keeper.send, self._clock, reporter.note)
        self._journal: Journal | None = None
        self._finishing: list[threading.Thread] = []
        self._unread = b""
        self._stopping = False
        self._server_gone = False

    def run(self, *, silence_first: bool = False) -> int:
        """Play until told to stop or the port is lost for good; returns the exit code."""
        try:
            for data in all_sound_off() if silence_first else ():
                self._keeper.send(data)
            self._performer.open()
            self._loop()
            code = 0
        except PortError as error:
            self._reporter.report(PortLost(str(error)))
            code = 1
        if not self._server_gone:
            self._performer.silence()
        self._finish_take()
        if not self._server_gone:  # Its library waits for the dead, and may crash.
            self._keeper.close()
        for thread in self._finishing:
            thread.join(10.0)
        return code

    def _loop(self) -> None:
        check_at_s = time.perf_counter() + _CHECK_EVERY_S
        while not self._stopping:
            next_at_s = self._performer.next_at_s()
            wait_s = check_at_s - time.perf_counter()
            if next_at_s is not None:
                wait_s = min(wait_s, next_at_s - self._clock.now())
            with contextlib.suppress(queue.Empty):
                self._receive(self._inbox.get(timeout=max(0.0, wait_s)))
            self._performer.run_due()
            if time.perf_counter() >= check_at_s:
                check_at_s = time.perf_counter() + _CHECK_EVERY_S
                self._check()

    def _check(self) -> None:
        if self._keeper.check():
            self._performer.introduce()
        reporter, keeper = self._reporter, self._keeper
        reporter.dropped = self._performer.dropped
        reporter.port_losses, reporter.xruns = keeper.losses, keeper.xruns

    def _receive(self, item: _Item) -> None:
        if item is _Stop:
            self._stopping = True
        elif item is _ServerGone:
            why = f"the {self._keeper.port.api} server went away"
            if self._keeper.port.dies_with_server:
                self._server_gone = True
                raise PortError(why)
            if self._keeper.port.server_gone():
                self._keeper.lose(why)
        elif isinstance(item, bytes):
            *lines, self._unread = (self._unread + item).split(b"\n")
            for line in lines:
                self._obey(line)
                self._performer.run_due()
            if len(self._unread) > _MAX_LINE_BYTES:
                self._unread = b""
                self._reporter.report(PlayerTrouble("a command without an end was ignored"))
        elif not isinstance(item, type):
            self._keeper.adopt(item, self._realtime)
            self._performer.greet()

    def _obey(self, line: bytes) -> None:
        if is_log_line(line):
            if self._journal is not None:
                self._journal.put(line + b"\n")
            return
        try:
            self._execute(decode_command(line))
        except PortError:
            raise
        except (ProtocolError, AmtError) as error:
            self._reporter.report(PlayerTrouble(str(error)))

    def _execute(self, command: PlayerCommand) -> None:
        match command:
            case Schedule(events):
                self._performer.schedule(events)
            case DropFrom(ticks):
                self._performer.drop_from(ticks)
            case SetTimeline(timeline):
                self._performer.set_timeline(timeline)
            case SetPartField(index, field, value):
                self._performer.set_part(index, field, value)
            case SetLatency(latency_ms):
                self._keeper.set_latency(latency_ms)
            case PanicNow():
                self._performer.panic()
            case Halt():
                self._performer.halt()
            case TakeStart(path):
                self._finish_take()
                self._journal = Journal(path, lambda why: self._reporter.report(PlayerTrouble(why)))
                self._performer.take_start(self._journal.put, self._journal.put)
            case TakeStop(path):
                if self._journal is None or self._journal.path != path:
                    self._reporter.report(NoTake(path))
                self._finish_take()
            case Capture(path, bars):
                excerpt = self._performer.capture(bars)
                self._finish(lambda: self._write_capture(excerpt, path, bars), "capture")
            case Quit():
                self._stopping = True

    def _finish_take(self) -> None:
        """End the take here; a thread writes it, because a long one takes a while."""
        self._performer.take_stop()
        journal, self._journal = self._journal, None
        if journal is not None:
            self._finish(lambda: self._write_take(journal), "take")

    def _finish(self, work: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=work, name=name)
        thread.start()
        self._finishing = [other for other in self._finishing if other.is_alive()] + [thread]

    def _write_take(self, journal: Journal) -> None:
        try:
            journal.close()
            finish = finish_journal if journal.size < _LONG_BYTES else finish_apart
            notes = finish(journal.path)
        except AmtError as error:
            self._reporter.report(PlayerTrouble(str(error)))
            self._reporter.report(NoTake(journal.path))
        else:
            self._reporter.report(TakeWritten(journal.path, notes))

    def _write_capture(self, excerpt: Excerpt, path: Path, bars: int) -> None:
        try:
            keep_excerpt(path, excerpt.rows(), bars)
        except AmtError as error:
            is_empty = isinstance(error, UsageError)
            self._reporter.report(CaptureFailed(path, str(error), is_empty))
        else:
            self._reporter.report(CaptureKept(path))


def _read(source: int, inbox: _Inbox) -> None:
    """Thread: whatever comes down the pipe, and its end."""
    while True:
        try:
            data = os.read(source, _READ_BYTES)
        except OSError:
            data = b""
        if not data:
            inbox.put(_Stop)
            return
        inbox.put(data)


def _listen_for_noise(source: int, keeper: PortKeeper, inbox: _Inbox) -> None:
    """Thread: what C libraries print is not shown, but it is how a dying server is noticed."""
    with contextlib.suppress(OSError):
        while os.read(source, _READ_BYTES):
            time.sleep(_NOISE_SETTLES_S)
            port = keeper.port
            if port.server_gone():
                inbox.put(_ServerGone)
                if port.dies_with_server:
                    return


def _move_stdio() -> tuple[int, int]:
    """Put stdout and stderr out of reach of C libraries; returns (pipe to daemon, noise)."""
    pipe = os.dup(1)
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    noise, into = os.pipe()
    os.dup2(into, 1)
    os.dup2(into, 2)
    os.close(into)
    return pipe, noise


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="amt-live player")
    parser.add_argument("--midi-api", default="auto")
    parser.add_argument("--port", default=None)
    parser.add_argument("--client-name", default=CLIENT_NAME)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--silence-first", action="store_true")
    parser.add_argument("--restore", action="append", default=[])
    parser.add_argument("--standby", action="store_true")
    return parser.parse_args(arguments)


def _called() -> list[str] | None:
    """Wait, with everything imported, until this player is needed; None when it never is."""
    with contextlib.suppress(PortError):
        rtmidi_module()
    with contextlib.suppress(PortError):
        jack_module()
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return None
        line += byte
    return [str(argument) for argument in json.loads(line)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the player; the exit code is 0 when it was told to end, 1 when its port failed."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _options(given)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe, noise = _move_stdio()
    if options.standby:
        more = _called()
        if more is None:
            return 0
        options = _options([*given, *more])
    # Before the port is opened: its threads inherit what is granted.
    granted = ask_for_realtime()

    def reopen(peers: Sequence[str]) -> OutputPort:
        return open_output(options.midi_api, options.port, options.client_name, peers)

    try:
        port = reopen(options.restore)
    except PortError as error:
        os.write(pipe, encode_report(PortLost(str(error))))
        return 1
    if options.silence_first and port.peers is None and options.port is None:
        # Who was connected is not known here: better too many are silenced than one note hangs.
        with contextlib.suppress(PortError):
            panic_everywhere(port.api)
    inbox: _Inbox = queue.SimpleQueue()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: inbox.put(_Stop))
    reporter = Reporter(pipe)
    keeper = PortKeeper(port, reopen, reporter.report, inbox.put, options.latency_ms)
    reporter.measure = lambda: keeper.port.take_lateness_ms()
    reporter.report(PortOpened(port.api, port.name, port.note, granted, keeper.clock_lead_s))
    threading.Thread(target=_read, args=(0, inbox), name="pipe", daemon=True).start()
    threading.Thread(
        target=_listen_for_noise, args=(noise, keeper, inbox), name="noise", daemon=True
    ).start()
    stop_collecting()
    try:
        player = Player(keeper, reporter, inbox, granted)
        return player.run(silence_first=options.silence_first)
    finally:
        reporter.close()


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Not sys.exit: C libraries that have lost their server crash or wait in their last clean-up.
    os._exit(code)
