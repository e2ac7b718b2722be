"""Joins queue, ledger, mixer and recorder: what the player does, without process, port or thread.

The player process calls it on its main thread with the real clock; ``MemoryOutput`` with a manual
one. Every message goes out through ``_send``: port first, then the take, so a take holds what was
sent.

Everything that is asked of it happens at one moment, read once, after all that was due by then. So
what it was asked, with these moments (``PlayerLog``), says to the last tick what it sent: that is
how a take is played again.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from amt_live.control.commands import PartField
from amt_live.midi.backlog import Backlog, Excerpt
from amt_live.midi.beginning import HELD_TICKS, Beginning
from amt_live.midi.clock import Clock
from amt_live.midi.messages import NO_PART, Wire, all_notes_off, all_sound_off
from amt_live.midi.mixer import ENDS_NOTES, Mixer
from amt_live.midi.player_log import PlayerLog
from amt_live.midi.recorder import ON_TIME_S, Recorder
from amt_live.midi.scheduler import LATE_LIMIT_S, Due, NoteEnd, Scheduler
from amt_live.midi.take import Row
from amt_live.midi.voices import Ledger
from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.parts import PARTS
from amt_live.music.timeline import Timeline

OnNote = Callable[[Note, float], None]
"""Told of each note-on sent: the note as sent, and how late in seconds."""

Send = Callable[[bytes, float | None], None]
"""Puts bytes on the wire: those that were due at a moment with it, others as soon as possible."""


class Performer:
    """Sends what is due. Thread: one.

    ``send`` puts bytes on the wire; what it raises (a port that is gone) goes to the caller.
    """

    def __init__(
        self,
        send: Send,
        clock: Clock,
        on_note: OnNote,
        late_limit_s: float = LATE_LIMIT_S,
        backlog: Backlog | None = None,
    ) -> None:
        self._port_send = send
        self._clock = clock
        self._on_note = on_note
        self._scheduler = Scheduler(late_limit_s)
        self._ledger = Ledger()
        self._mixer = Mixer()
        self._recorder = Recorder()
        self._backlog = backlog or Backlog()
        self._rememberer = Recorder()
        """Records all the time, into the backlog."""
        self._log = PlayerLog()
        self._held: dict[tuple[int, int], int] = {}
        """Voices of keys that somebody holds, by channel and pitch."""
        self._now_s = self._ran_s = clock.now()
        """The moment at which everything happens now, and up to which all that was due was sent."""

    @property
    def dropped(self) -> int:
        """How many notes were too late to be sent."""
        return self._scheduler.dropped

    @property
    def is_playing(self) -> bool:
        """Whether there is a timeline."""
        return self._scheduler.timeline is not None

    @property
    def timeline(self) -> Timeline | None:
        """What holds now; None while it stands."""
        return self._scheduler.timeline

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
        self._now_s = self._clock.now()
        if self._backlog.is_restored:
            backlog = self._backlog
            self._rememberer.go_on(backlog.put, backlog.last_ticks, backlog.shift_ticks)
        else:
            self._rememberer.start(self._backlog.put, self._now_s, ())
        self._send_raw(all_notes_off())
        self._send(self._setup())

    def greet(self) -> None:
        """Greet a port that was opened later: nothing may sound on it but what starts now."""
        for message in all_notes_off():
            self._port_send(message, None)
        self.introduce()

    def introduce(self) -> None:
        """Tell somebody who joined what every part sounds like; no part of a take."""
        for wire in self._setup():
            self._port_send(wire.data, None)

    def schedule(self, events: Iterable[Event]) -> None:
        """Queue events."""
        self._enter("schedule")
        self._scheduler.add(events)

    def drop_from(self, ticks: int) -> None:
        """Forget what has not started at or after ``ticks``."""
        self._enter("drop")
        self._scheduler.drop_from(ticks)

    def set_timeline(self, timeline: Timeline | None) -> None:
        """Re-time everything; None ends every note and keeps the queue."""
        self._enter("timeline")
        self._set_timeline(timeline)

    def _set_timeline(self, timeline: Timeline | None) -> None:
        if timeline is None:
            self._end_notes()
        self._scheduler.timeline = timeline
        self._recorder.set_timeline(timeline, self._now_s)
        self._remember_timeline(timeline)

    def _remember_timeline(self, timeline: Timeline | None) -> None:
        backlog, now_s = self._backlog, self._now_s
        if timeline is not None and backlog.is_restored:
            # The music went on while there was no player: so do the ticks.
            backlog.is_restored = False
            if round(timeline.ticks_at(now_s)) + backlog.shift_ticks >= backlog.last_ticks:
                self._rememberer.begin_as(timeline, None)
        self._rememberer.set_timeline(timeline, now_s)
        backlog.shift_ticks = self._rememberer.shift_ticks

    def set_part(self, index: int, field: PartField, value: int) -> None:
        """Change a part, and send what follows from it at once."""
        self._enter("part")
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

    def send_on(self, data: bytes) -> None:
        """Send one channel message that came from somebody's hands, now.

        It is part of a take, under the first part that plays on its channel. Its notes are in the
        ledger, so that they end.
        """
        self._run(self._clock.now())
        self._log.sent_on(data, self._now_s)
        channel, kind = data[0] & 0x0F, data[0] & 0xF0
        if kind in (0x80, 0x90):
            held = self._held.pop((channel, data[1]), None)
            if held is not None:
                self._send(self._ledger.end(held))
            if kind == 0x90 and data[2]:
                part = self._part_on(channel)
                voice, wires = self._ledger.start(part, channel, data[1], data[2])
                self._held[channel, data[1]] = voice.id
                self._send(wires)
            return
        self._send((Wire(self._part_on(channel), data),))

    def _part_on(self, channel: int) -> int:
        on_it = (part.index for part in PARTS if self._mixer.channel(part.index) == channel)
        return next(on_it, PARTS[0].index)

    def panic(self) -> None:
        """Silence every channel now and empty the queue."""
        self._enter("panic")
        self._scheduler.drop_events()
        self._end_notes()
        self._send_raw(all_sound_off())

    def halt(self) -> None:
        """Stop and empty the queue."""
        self._enter("halt")
        self._scheduler.drop_events()
        self._set_timeline(None)

    def _end_notes(self) -> None:
        self._scheduler.drop_ends()
        self._send(self._ledger.end_all())

    def silence(self) -> None:
        """The last thing sent: ends by the ledger, then the polite stop on every channel."""
        # The port may be gone: nothing more is played into it, but what sounds is ended.
        self._now_s = self._clock.now()
        self._log.without("silence", self._ran_s, self._now_s)
        self._end_notes()
        self._send_raw(all_notes_off())

    def take_start(
        self, put: Callable[[Row], None], log: Callable[[bytes], None] | None = None
    ) -> None:
        """Record from here: ``put`` gets the rows, ``log`` what playing them again takes."""
        self._enter("take")
        self._log.begin(log, self._beginning(), self._now_s)
        self._recorder.start(put, self._now_s, self._setup())

    def take_stop(self) -> None:
        """End the recording here."""
        self._now_s = self._clock.now()
        self._log.end(self._ran_s, self._now_s)
        self._recorder.stop(self._now_s)

    def take_begin_as(self, beginning: Beginning, put: Callable[[Row], None], now_s: float) -> None:
        """Record as another performer did that began a take in this state, at this moment."""
        self._scheduler.timeline = beginning.timeline
        self._scheduler.drop_due(now_s)
        for index, strip in enumerate(beginning.strips):
            for field, value in strip.items():
                self._mixer.set(index, field, value)
        for part, channel, pitch, end_ticks in beginning.voices:
            voice, _ = self._ledger.start(part, channel, pitch, 1)
            if end_ticks == HELD_TICKS:
                self._held[channel, pitch] = voice.id
            else:
                self._scheduler.add_end(end_ticks, voice.id)
        self._recorder.begin_as(beginning.timeline, beginning.bar)
        self._now_s = self._ran_s = now_s
        self._recorder.start(put, now_s, self._setup())

    def band_ticks(self, take_ticks: int) -> int:
        """The band's tick that is written as this tick of the take."""
        return take_ticks - self._recorder.shift_ticks

    def _beginning(self) -> Beginning:
        ends = self._scheduler.ends()
        ends.update(dict.fromkeys(self._held.values(), HELD_TICKS))
        voices = tuple(
            (voice.part, voice.channel, voice.pitch, ends[voice.id])
            for voice in self._ledger.voices
            if voice.id in ends
        )
        strips = tuple(self._mixer.fields(part.index) for part in PARTS)
        return Beginning(self._scheduler.timeline, self._recorder.bar, strips, voices)

    def capture(self, bars: int) -> Excerpt:
        """The last bars that were sent, whether they are recorded or not; takes microseconds."""
        return self._backlog.excerpt(bars, self._rememberer.now_ticks(self._clock.now()))

    def _enter(self, what: str) -> None:
        """Something is asked: first all that is due, at the moment at which it will happen too."""
        self._run(self._clock.now())
        self._log.at(what, self._now_s)

    def next_at_s(self) -> float | None:
        """When there is something to do again; None: not before a call changes that."""
        return self._scheduler.next_at_s()

    def run_due(self) -> None:
        """Send everything that is due."""
        self._run(self._clock.now())

    def _run(self, now_s: float) -> None:
        next_at_s = self._scheduler.next_at_s()
        if next_at_s is not None and now_s - next_at_s > ON_TIME_S:
            self._log.without("stall", self._ran_s, now_s)
        self._now_s = self._ran_s = now_s
        while (due := self._scheduler.pop_due(now_s)) is not None:
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
            self._port_send(wire.data, None if due is None else due[1])
            self._recorder.sent(wire, self._now_s, due)
            self._rememberer.sent(wire, self._now_s, due)

    def _send_raw(self, messages: Iterable[bytes]) -> None:
        self._send(Wire(NO_PART, data) for data in messages)

    def _setup(self) -> list[Wire]:
        return [wire for part in PARTS for wire in self._mixer.setup(part.index)]
