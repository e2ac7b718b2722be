"""Whose clock the band follows, and how its transport is led to it.

Thread: engine. A process of its own listens (``midi.listening``); what it hears comes in here as
``Heard`` values, some twenty a second. From them this makes timelines, which go the way of every
timeline: through the tape, to the player. So takes are replayed without knowing of any clock.

The clock's beat 0 is the band's beat ``_offset``, always whole bars (or whole pulses, where the
clock does not say which of its pulses begins a bar), counted so that the band is never moved: it is
hurried or held back until both are at the same place in the bar. A clock that falls silent leaves
the band at its last tempo.
"""

from typing import TYPE_CHECKING, Final

from amt_live.control.commands import ClockSource
from amt_live.control.state import ClockState, ErrorNotice
from amt_live.engine.meters import bars_ahead
from amt_live.errors import UsageError
from amt_live.midi.listening import Ears
from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.timeline import Timeline
from amt_live.sync.heard import EarReport, EarTrouble, Heard
from amt_live.sync.pulse_clock import PULSES_A_BEAT
from amt_live.sync.steering import (
    error_s,
    is_quiet,
    nearest_offset,
    next_offset,
    playable,
    steered,
)

if TYPE_CHECKING:
    from amt_live.engine.band import Band

PULSE_BEATS: Final = 1 / PULSES_A_BEAT
MOST_APART_BEATS: Final = 2.5
LEAP_S: Final = 3.0
"""A clock that is further away for so long has leapt: the nearest bar of it is followed instead."""

START_DELAY_S: Final = 0.03
MAX_WAIT_S: Final = 0.07
"""A song that runs is joined so much later at most: later notes would be left out."""

TELL_TEMPO: Final = 0.002
"""A tempo that moved by this share is shown."""


class ClockDesk:
    """Follows a clock, or none."""

    def __init__(self, band: "Band", ears: Ears | None = None) -> None:
        self._band = band
        self._ears = ears
        self.source: ClockSource = "internal"
        self._heard: Heard | None = None
        self._offset: float | None = None
        self._straighten_at_s: float | None = None
        """When the band has caught up, and plays at the clock's own tempo again."""
        self._near_s = 0.0
        """When the band and the clock were last near each other."""
        self._is_let_go = False
        """Whether the band may begin though the clock's song does not run."""

    # What is asked.

    def follow(self, source: ClockSource) -> None:
        """Follow another clock from now on; nothing jumps. Raises UsageError."""
        if source == self.source:
            return
        if self._ears is None:
            raise UsageError("this band has nothing to hear a clock with; use /amt/clock internal")
        self.source, self._heard, self._offset = source, None, None
        self._is_let_go = False
        self._straighten()
        self._ears.listen(source, self._band.transport.tempo_bpm)

    @property
    def state(self) -> ClockState:
        """Whether the clock is there."""
        if self.source == "internal":
            return "internal"
        if self._heard is None:
            return "waiting"
        if self._heard.is_locked:
            return "locked"
        return "lost" if self._heard.tempo_bpm and self._heard.at_s else "waiting"

    @property
    def peers(self) -> int:
        """Others in the Link session."""
        return self._heard.peers if self._heard is not None else 0

    @property
    def is_led(self) -> bool:
        """Whether somebody else gives the tempo at the moment."""
        return self.state == "locked"

    def take_tempo(self, tempo_bpm: float) -> bool:
        """A performer asks for a tempo: True where the clock takes care of it.

        Raises UsageError where the clock cannot be asked.
        """
        if not self.is_led:
            return False
        if self.source == "midi":
            why = "the tempo comes from the MIDI clock; set it there, or send /amt/clock internal"
            raise UsageError(why)
        if self._ears is not None:
            self._ears.set_tempo(tempo_bpm)
        return True

    def asked_to_play(self) -> None:
        """A performer starts the band: the second time it does not wait for the clock's song."""
        self._is_let_go = self._band.transport.state == "waiting"
        self._offset = None
        if self.source == "link" and self._ears is not None:
            self._ears.set_playing(True)

    def asked_to_stop(self) -> None:
        """A performer stops the band."""
        self._offset = None
        if self.source == "link" and self._ears is not None:
            self._ears.set_playing(False)

    # What is heard.

    def take_in(self, report: EarReport) -> None:
        """Something was heard."""
        if isinstance(report, EarTrouble):
            self._band.publish(ErrorNotice(report.why))
        if not isinstance(report, Heard) or report.source != self.source:
            return
        before, self._heard = self._heard, report
        was_state = "waiting" if before is None else before.is_locked
        if report.starts > (before.starts if before else 0) and report.is_running:
            if self.source == "midi" or before is not None:
                self._started(report)
        elif before is not None and report.starts < before.starts:
            self._offset = None  # Another ear: it has not heard where the song is.
        elif before is not None and before.is_running and not report.is_running:
            self._band.stop()
            self._offset = None
        self.turn()
        if was_state != report.is_locked:
            self._band.publish_state()

    def _started(self, heard: Heard) -> None:
        """The clock's song was started or continued."""
        transport = self._band.transport
        if self.source == "link":
            if not transport.is_running:
                self._band.resume()
            return
        if heard.from_top:
            is_fresh = transport.state == "waiting" and transport.position_ticks == 0
            if not is_fresh:
                self._band.play()
            self._offset = 0.0
        else:
            self._band.resume()
            self._offset = None
        self._is_let_go = False

    # What follows.

    @property
    def is_waiting(self) -> bool:
        """Whether the band has to wait for the clock's song."""
        heard = self._heard
        if self.source != "midi" or self._is_let_go:
            return False
        return heard is None or not heard.is_running

    def start(self, is_ready: bool) -> Timeline | None:
        """The timeline to begin with from where the band stands; None: not yet.

        ``is_ready``: enough is decoded to begin with; a song that runs already is joined at once.
        """
        heard, transport, clock = self._heard, self._band.transport, self._band.clock
        if self.source == "internal" or heard is None or not heard.is_locked:
            return None
        position_beats = transport.position_ticks / TICKS_PER_QUARTER
        if self._offset is None:
            if not is_ready:
                return None
            soon = heard.beats_at(clock.now() + START_DELAY_S)
            place, quantum, base = self._place(heard, position_beats)
            self._offset = base + next_offset(place, soon, quantum)
        at_s = heard.moment_of(position_beats - self._offset)
        is_empty = self._band.stream.horizon_ticks <= transport.position_ticks
        if is_empty and clock.now() - at_s < MAX_WAIT_S:
            return None  # The first notes are better a moment late than missing.
        return Timeline(playable(heard.tempo_bpm), transport.position_ticks, at_s)

    def turn(self) -> None:
        """Lead the band to the clock, where there is a reason to."""
        transport, heard = self._band.transport, self._heard
        timeline, now_s = transport.timeline, self._band.clock.now()
        if timeline is None:
            return
        if self._straighten_at_s is not None and now_s >= self._straighten_at_s:
            self._straighten()
            timeline = transport.timeline or timeline
        if heard is None or not heard.is_locked or timeline.ticks_at(now_s) < 0:
            return
        if timeline.ticks_at(now_s) < transport.position_ticks:
            return  # The beginning lies a moment ahead.
        behind_s = self._behind_s(timeline, heard, now_s)
        if is_quiet(timeline, heard.tempo_bpm, behind_s):
            return
        tempo_bpm = playable(heard.tempo_bpm)
        steering = steered(timeline, transport.playhead_ticks, tempo_bpm, behind_s)
        self._straighten_at_s = steering.until_s
        shown_bpm = transport.tempo_bpm
        is_news = abs(tempo_bpm / shown_bpm - 1) > TELL_TEMPO
        shown_bpm = tempo_bpm if is_news else shown_bpm
        self._band.output.set_timeline(transport.lead(steering.timeline, shown_bpm))

    @property
    def next_s(self) -> float | None:
        """When ``turn`` has something to do without anything new being heard."""
        return self._straighten_at_s

    def _behind_s(self, timeline: Timeline, heard: Heard, now_s: float) -> float:
        if self._offset is not None:
            behind_s = error_s(timeline, heard, self._offset, now_s)
            if abs(behind_s) * heard.tempo_bpm / 60 <= MOST_APART_BEATS:
                self._near_s = now_s
            if now_s - self._near_s < LEAP_S:
                return behind_s
        self._near_s = now_s
        beats = timeline.ticks_at(now_s) / TICKS_PER_QUARTER
        place, quantum, base = self._place(heard, beats)
        self._offset = base + nearest_offset(place, heard.beats_at(now_s), quantum)
        return error_s(timeline, heard, self._offset, now_s)

    def _place(self, heard: Heard, beats: float) -> tuple[float, float, float]:
        """Where a beat of the band lies in its bar, the length to agree on, and the bar's beat."""
        ticks = int(beats * TICKS_PER_QUARTER)
        bar = next(bars_ahead(self._band.stream, ticks))
        start = bar.start_ticks / TICKS_PER_QUARTER
        is_known = heard.has_position and (heard.is_running or heard.source == "link")
        quantum = bar.duration_ticks / TICKS_PER_QUARTER if is_known else PULSE_BEATS
        return beats - start, quantum, start

    def _straighten(self) -> None:
        """What was bent to catch up is over."""
        transport = self._band.transport
        if self._straighten_at_s is None or transport.timeline is None:
            self._straighten_at_s = None
            return
        self._straighten_at_s = None
        heard = self._heard
        tempo_bpm = transport.tempo_bpm if heard is None else playable(heard.tempo_bpm)
        timeline = transport.timeline.with_tempo(tempo_bpm, transport.playhead_ticks)
        self._band.output.set_timeline(transport.lead(timeline, transport.tempo_bpm))
