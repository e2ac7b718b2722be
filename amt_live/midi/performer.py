"""Joins queue, ledger, mixer and recorder: what the player does, without process, port or thread.

The player process calls it on its main thread with the real clock; ``MemoryOutput`` with a manual
one. Every message goes out through ``_send``: port first, then the take, so a take holds what was
sent.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from amt_live.control.commands import PartField
from amt_live.midi.backlog import Backlog, Excerpt
from amt_live.midi.clock import Clock
from amt_live.midi.messages import NO_PART, Wire, all_notes_off, all_sound_off
from amt_live.midi.mixer import ENDS_NOTES, Mixer
from amt_live.midi.recorder import Recorder
from amt_live.midi.scheduler import LATE_LIMIT_S, Due, NoteEnd, Scheduler
from amt_live.midi.take import Row
from amt_live.midi.voices import Ledger
from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.parts import PARTS
from amt_live.music.timeline import Timeline

OnNote = Callable[[Note, float], None]
"""Told of each note-on sent: the note as sent, and how late in seconds."""


class Performer:
    """Sends what is due. Thread: one.

    ``send`` puts bytes on the wire; what it raises (a port that is gone) goes to the caller.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        clock: Clock,
        on_note: OnNote,
        late_limit_s: float = LATE_LIMIT_S,
    ) -> None:
        self._port_send = send
        self._clock = clock
        self._on_note = on_note
        self._scheduler = Scheduler(late_limit_s)
        self._ledger = Ledger()
        self._mixer = Mixer()
        self._recorder = Recorder()
        self._backlog = Backlog()
        self._rememberer = Recorder()
        """Records all the time, into the backlog."""

    @property
    def dropped(self) -> int:
        """How many notes were too late to be sent."""
        return self._scheduler.dropped

    @property
    def is_playing(self) -> bool:
        """Whether there is a timeline."""
        return self._scheduler.timeline is not None

    @property
    def sounding(self) -> int:
        """How many notes sound."""
        return len(self._ledger)

    @property
    def is_recording(self) -> bool:
        """Whether a take is under way."""
        return self._recorder.is_on

    def open(self) -> None:
        """Greet a port: nothing may sound on it, and every part gets its program and level."""
        self._rememberer.start(self._backlog.put, self._clock.now(), ())
        self._send_raw(all_notes_off())
        self._send(self._setup())

    def schedule(self, events: Iterable[Event]) -> None:
        """Queue events."""
        self._scheduler.add(events)

    def drop_from(self, ticks: int) -> None:
        """Forget what has not started at or after ``ticks``."""
        self._scheduler.drop_from(ticks)

    def set_timeline(self, timeline: Timeline | None) -> None:
        """Re-time everything; None ends every note and keeps the queue."""
        if timeline is None:
            self.end_notes()
        self._scheduler.timeline = timeline
        now_s = self._clock.now()
        self._recorder.set_timeline(timeline, now_s)
        self._rememberer.set_timeline(timeline, now_s)

    def set_part(self, index: int, field: PartField, value: int) -> None:
        """Change a part, and send what follows from it at once."""
        was_audible = [self._mixer.is_audible(part.index) for part in PARTS]
        if not self._mixer.set(index, field, value):
            return
        if field in ("mute", "solo"):
            for part in PARTS:
                if was_audible[part.index] and not self._mixer.is_audible(part.index):
                    self._send(self._ledger.end_part(part.index))
        elif field in ENDS_NOTES:
            self._send(self._ledger.end_part(index))
        program, level = self._mixer.setup(index)
        if field == "program":
            self._send((program,))
        elif field == "level":
            self._send((level,))
        elif field == "channel":
            self._send((program, level))

    def panic(self) -> None:
        """Silence every channel now and empty the queue."""
        self._scheduler.drop_events()
        self.end_notes()
        self._send_raw(all_sound_off())

    def halt(self) -> None:
        """Stop and empty the queue."""
        self._scheduler.drop_events()
        self.set_timeline(None)

    def end_notes(self) -> None:
        """End every note that sounds."""
        self._scheduler.drop_ends()
        self._send(self._ledger.end_all())

    def silence(self) -> None:
        """The last thing sent: ends by the ledger, then the polite stop on every channel."""
        self.end_notes()
        self._send_raw(all_notes_off())

    def take_start(self, put: Callable[[Row], None]) -> None:
        """Record from here: ``put`` gets the rows."""
        self._recorder.start(put, self._clock.now(), self._setup())

    def take_stop(self) -> None:
        """End the recording here."""
        self._recorder.stop(self._clock.now())

    def capture(self, bars: int) -> Excerpt:
        """The last bars that were sent, whether they are recorded or not; takes microseconds."""
        return self._backlog.excerpt(bars, self._rememberer.now_ticks(self._clock.now()))

    def next_at_s(self) -> float | None:
        """When there is something to do again; None: not before a call changes that."""
        return self._scheduler.next_at_s()

    def run_due(self) -> None:
        """Send everything that is due."""
        while (due := self._scheduler.pop_due(self._clock.now())) is not None:
            self._perform(due)

    def _perform(self, due: Due) -> None:
        event = due.event
        due_at = (event.start_ticks, due.due_s)
        match event:
            case NoteEnd():
                self._send(self._ledger.end(event.voice_id), due_at)
            case Note():
                self._note(event, due, due_at)
            case ProgramChange():
                if self._mixer.set(event.part, "program", event.program):
                    self._send(self._ledger.end_part(event.part), due_at)
                    self._send(self._mixer.setup(event.part)[:1], due_at)
            case Bar() | Mark():
                self._recorder.passed(event)
                self._rememberer.passed(event)

    def _note(self, note: Note, due: Due, due_at: tuple[int, float]) -> None:
        if not self._mixer.is_audible(note.part):
            return
        pitch = self._mixer.pitch(note.part, note.pitch)
        channel = self._mixer.channel(note.part)
        voice, wires = self._ledger.start(note.part, channel, pitch, note.velocity)
        self._scheduler.add_end(note.end_ticks, voice.id)
        self._send(wires, due_at)
        sent = note if pitch == note.pitch else replace(note, pitch=pitch)
        self._on_note(sent, self._clock.now() - due.due_s)

    def _send(self, wires: Iterable[Wire], due: tuple[int, float] | None = None) -> None:
        for wire in wires:
            self._port_send(wire.data)
            now_s = self._clock.now()
            self._recorder.sent(wire, now_s, due)
            self._rememberer.sent(wire, now_s, due)

    def _send_raw(self, messages: Iterable[bytes]) -> None:
        self._send(Wire(NO_PART, data) for data in messages)

    def _setup(self) -> list[Wire]:
        return [wire for part in PARTS for wire in self._mixer.setup(part.index)]
