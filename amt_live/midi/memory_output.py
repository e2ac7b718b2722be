"""An output on a manual clock: collects what would be sent, and writes the same takes.

Used by ``render`` and ``generate`` (faster than real time, the same bytes every time) and by tests.
Nothing happens until ``advance`` moves the clock; events are then sent exactly when they are due.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from amt_live.control.commands import PartField
from amt_live.errors import AmtError
from amt_live.midi.clock import ManualClock
from amt_live.midi.journal import finish_journal, keep_excerpt
from amt_live.midi.log_file import write_log
from amt_live.midi.output import NotesSent, OnReport, Opening, PlayerReport, TakeWritten
from amt_live.midi.performer import Performer
from amt_live.midi.smf import Song, notes_of, write
from amt_live.midi.take import Row, song_of
from amt_live.music.events import Event, Note
from amt_live.music.timeline import Timeline


def _ignore(report: PlayerReport) -> None:
    del report


class MemoryOutput:
    """Implements ``Output``. Thread: one. ``sent`` holds (moment, bytes) of all that was sent."""

    def __init__(self, clock: ManualClock, on_report: OnReport = _ignore) -> None:
        self.clock = clock
        self.sent: list[tuple[float, bytes]] = []
        self._on_report = on_report
        self._performer = Performer(self._collect, clock, self._report_note)
        self._rows: list[Row] = []
        self._log: list[bytes] | None = None
        self._path: Path | None = None
        self._performer.open()

    @property
    def sounding(self) -> int:
        """How many notes sound."""
        return self._performer.sounding

    @property
    def dropped(self) -> int:
        """How many notes were too late to be sent."""
        return self._performer.dropped

    def advance(self, to_s: float) -> None:
        """Move the clock to ``to_s``, stopping at every moment at which something is due."""
        while (at_s := self._performer.next_at_s()) is not None and at_s <= to_s:
            self.clock.move_to(at_s)
            self._performer.run_due()
        self.clock.move_to(to_s)

    def schedule(self, events: Sequence[Event]) -> None:
        """See ``Output``."""
        self._performer.schedule(events)

    def drop_from(self, ticks: int) -> None:
        """See ``Output``."""
        self._performer.drop_from(ticks)

    def set_timeline(self, timeline: Timeline | None) -> None:
        """See ``Output``."""
        self._performer.set_timeline(timeline)

    def set_part(self, index: int, field: PartField, value: int) -> None:
        """See ``Output``."""
        self._performer.set_part(index, field, value)

    def set_latency(self, latency_ms: float) -> None:
        """See ``Output``; no instrument is late here."""

    def panic(self) -> None:
        """See ``Output``."""
        self._performer.panic()

    def send_on(self, data: bytes) -> None:
        """Send one channel message now, beside the music."""
        self._performer.send_on(data)

    def halt(self) -> None:
        """See ``Output``."""
        self._performer.halt()

    def take_start(self, path: Path, opening: Opening | None = None) -> None:
        """See ``Output``; nothing is written before ``take_stop``."""
        self.take_stop()
        self._rows, self._path = [], path
        self._log = None if opening is None else []
        self._performer.take_start(
            self._rows.append, None if self._log is None else self._log.append
        )
        if opening is not None and self._log is not None:
            self._log.extend(opening())

    def send_clock(self, is_on: bool) -> None:
        """See ``Output``; nobody is there to follow it."""

    def log(self, line: bytes) -> None:
        """See ``Output``."""
        if self._log is not None:
            self._log.append(line)

    def take_stop(self) -> Path | None:
        """See ``Output``; raises FileError where the take cannot be written."""
        path, self._path = self._path, None
        if path is None:
            return None
        song = self.end_recording()
        write(song, path)
        if self._log is not None:
            write_log(path, self._log, len(self._rows))
            self._log = None
        self._on_report(TakeWritten(path, len(notes_of(song))))
        return path

    def take_end(self) -> "Future[Path | None]":
        """See ``Output``; done on return."""
        written: Future[Path | None] = Future()
        try:
            written.set_result(self.take_stop())
        except AmtError as error:
            written.set_exception(error)
        return written

    def capture(self, path: Path, bars: int) -> "Future[int]":
        """See ``Output``; done on return."""
        written: Future[int] = Future()
        try:
            keep_excerpt(path, self._performer.capture(bars).rows(), bars)
            written.set_result(finish_journal(path))
        except AmtError as error:
            written.set_exception(error)
        return written

    def end_recording(self) -> Song:
        """End the recording and return it as a song, unwritten."""
        self._performer.take_stop()
        self._path = None
        return song_of(self._rows)

    def close(self) -> None:
        """See ``Output``."""
        self._performer.silence()
        self.take_stop()

    def _collect(self, data: bytes, at_s: float | None) -> None:
        del at_s  # the same as now: nothing is ever late
        self.sent.append((self.clock.now(), data))

    def _report_note(self, note: Note, late_s: float) -> None:
        del late_s
        self._on_report(NotesSent((note,)))
