"""The player's loop: waits for the next command or the next due event, whichever is first.

Runs on the main thread of the player process (``player``). Commands, the end of the pipe, a dying
server and a port that is back all come through one inbox; everything is done here, in turn. What
takes long (a take, a capture) is finished on threads of its own.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from amt_live.errors import AmtError, PortError, UsageError
from amt_live.midi.backlog import Backlog, Excerpt
from amt_live.midi.clock_out import ClockOut
from amt_live.midi.fields import ProtocolError
from amt_live.midi.journal import Journal, finish_journal, keep_excerpt
from amt_live.midi.log_file import is_log_line
from amt_live.midi.messages import all_sound_off
from amt_live.midi.output import PlayerTrouble, PortLost, PortOpened, TakeWritten
from amt_live.midi.performer import Performer
from amt_live.midi.port_keeper import PortKeeper
from amt_live.midi.ports import OutputPort
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
    SendOn,
    SetClockOut,
    SetLatency,
    SetPartField,
    SetTimeline,
    TakeStart,
    TakeStop,
    decode_command,
)
from amt_live.midi.recover import finish_apart
from amt_live.midi.reporter import Reporter

_CHECK_EVERY_S: Final = 1.0
_SILENCED_TIMES: Final = 4
_SILENCED_EVERY_S: Final = 0.03
_MAX_LINE_BYTES: Final = 1 << 20
_LONG_BYTES: Final = 1 << 20
"""A journal of this length (some quarter of an hour) is too much work for a real-time process."""


class Stop:
    """In the inbox: end now."""


class ServerGone:
    """In the inbox: the server behind the port died."""


Item = bytes | type[Stop] | type[ServerGone] | OutputPort
Inbox = queue.SimpleQueue[Item]


class Player:
    """The loop. Everything here runs on the main thread."""

    def __init__(
        self,
        keeper: PortKeeper,
        reporter: Reporter,
        inbox: Inbox,
        realtime: str,
        backlog: Backlog | None = None,
    ) -> None:
        self._keeper = keeper
        self._reporter = reporter
        self._inbox = inbox
        self._realtime = realtime
        self._clock = keeper.clock
        self._performer = Performer(keeper.send, self._clock, reporter.note, backlog=backlog)
        self._clock_out = ClockOut(keeper.send)
        self._journal: Journal | None = None
        self._finishing: list[threading.Thread] = []
        self._unread = b""
        self._stopping = False
        self._server_gone = False

    def run(self, *, silence_first: bool = False) -> int:
        """Play until told to stop or the port is lost for good; returns the exit code."""
        try:
            if silence_first:
                self._silence_repeatedly()
            self._performer.open()
            self._loop()
            code = 0
        except PortError as error:
            self._reporter.report(PortLost(str(error)))
            code = 1
        if not self._server_gone:
            self._clock_out.turn(False)
            self._performer.silence()
        self._finish_take()
        if not self._server_gone:  # Its library waits for the dead, and may crash.
            self._keeper.close()
        for thread in self._finishing:
            thread.join(10.0)
        return code

    def _silence_repeatedly(self) -> None:
        """End what a dead player left. A JACK server that just lost a client was seen to carry a
        new connection only some periods later: so more than once.
        """
        for _ in range(_SILENCED_TIMES):
            for data in all_sound_off():
                self._keeper.send(data)
            time.sleep(_SILENCED_EVERY_S)

    def _loop(self) -> None:
        check_at_s = time.perf_counter() + _CHECK_EVERY_S
        while not self._stopping:
            next_at_s = self._performer.next_at_s()
            wait_s = check_at_s - time.perf_counter()
            for at_s in (next_at_s, self._clock_out.next_at_s()):
                if at_s is not None:
                    wait_s = min(wait_s, at_s - self._clock.now())
            with contextlib.suppress(queue.Empty):
                self._receive(self._inbox.get(timeout=max(0.0, wait_s)))
            self._clock_out.run(self._performer.timeline, self._clock.now())
            self._performer.run_due()
            if time.perf_counter() >= check_at_s:
                check_at_s = time.perf_counter() + _CHECK_EVERY_S
                self._check()

    def _check(self) -> None:
        joined = self._keeper.check()
        for data in all_sound_off() if joined == "restored" else ():
            self._keeper.send(data)
        if joined:
            self._performer.introduce()
        reporter, keeper = self._reporter, self._keeper
        reporter.dropped = self._performer.dropped
        reporter.port_losses, reporter.xruns = keeper.losses, keeper.xruns

    def _receive(self, item: Item) -> None:
        if item is Stop:
            self._stopping = True
        elif item is ServerGone:
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
                self._tell_port()
            case SetClockOut(is_on):
                self._clock_out.turn(is_on)
            case SendOn(data):
                self._performer.send_on(data)
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

    def _tell_port(self) -> None:
        """The port is as it was, but music is to be handed over earlier or later."""
        port, lead_s = self._keeper.port, self._keeper.clock_lead_s
        words = (port.api, port.name, port.note, self._realtime)
        self._reporter.report(PortOpened(*words, lead_s, port.own))

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
