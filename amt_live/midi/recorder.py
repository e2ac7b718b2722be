"""The tap on what was really sent: messages and their moments become rows of a take.

Called by the performer, on its thread, for every message after it was sent. Moments become ticks
by the timeline of the moment, so a tempo change becomes an entry of the tempo map. A message sent
within ``ON_TIME_S`` of when it was due is written where it was due (nobody hears the difference,
and bars stay straight in an editor); one sent later is written where it was really sent.

Take ticks never go back: when the transport stops, the take waits; when it starts again from
elsewhere, the take goes on at the next beat.
"""

from collections.abc import Callable, Iterable
from typing import Final

from amt_live.midi.messages import Wire
from amt_live.midi.take import BAR, END, MARK, TEMPO, Row, row_of
from amt_live.music.beats import TICKS_PER_QUARTER, ceil_to
from amt_live.music.events import Bar, Mark
from amt_live.music.timeline import Timeline

ON_TIME_S: Final = 0.005


class Recorder:
    """Keeps the mapping from the band's ticks to the take's, and hands rows to a sink while on."""

    def __init__(self) -> None:
        self._put: Callable[[Row], None] | None = None
        self._timeline: Timeline | None = None
        self._bar: Bar | None = None
        self._shift: int | None = None
        self._last = 0
        self._last_tempo = 0

    @property
    def is_on(self) -> bool:
        """Whether a take is under way."""
        return self._put is not None

    def start(self, put: Callable[[Row], None], now_s: float, setup: Iterable[Wire]) -> None:
        """Begin a take: ``put`` gets its rows; ``setup`` are the sounds and levels in force."""
        self._put = put
        self._shift, self._last, self._last_tempo = None, 0, 0
        if self._timeline is not None:
            now = max(0, round(self._timeline.ticks_at(now_s)))
            bar = self._bar
            if bar is not None and bar.start_ticks <= now < bar.start_ticks + bar.duration_ticks:
                self._shift = -bar.start_ticks
                put([0, BAR, bar.duration_ticks])
            else:
                self._shift = -(now // TICKS_PER_QUARTER * TICKS_PER_QUARTER)
            put([0, TEMPO, self._timeline.tempo_bpm])
            self._last = now + self._shift
        for wire in setup:
            if (row := row_of(0, wire)) is not None:
                put(row)

    def go_on(self, put: Callable[[Row], None], last_ticks: int, shift_ticks: int) -> None:
        """Record on behind what another recorder handed on."""
        self._put, self._last, self._shift = put, last_ticks, shift_ticks

    @property
    def bar(self) -> Bar | None:
        """The bar that plays, as far as its line was passed."""
        return self._bar

    def begin_as(self, timeline: Timeline | None, bar: Bar | None) -> None:
        """Be where another recorder was when its take began."""
        self._timeline, self._bar = timeline, bar

    def now_ticks(self, now_s: float) -> int:
        """The take tick of this moment."""
        return self._now(now_s)

    def stop(self, now_s: float) -> None:
        """End the take here: what still sounds is written as ending now."""
        if self._put is not None:
            self._put([self._now(now_s), END])
            self._put = None

    def sent(self, wire: Wire, at_s: float, due: tuple[int, float] | None = None) -> None:
        """A message went out at ``at_s``; ``due``: the tick and moment it was meant for."""
        if self._put is None:
            return
        ticks = self._now(at_s)
        if due is not None and at_s - due[1] <= ON_TIME_S and self._timeline is not None:
            ticks = due[0] + self.shift_ticks
        self._last = max(self._last, ticks)
        if (row := row_of(self._last, wire)) is not None:
            self._put(row)

    def passed(self, event: Bar | Mark) -> None:
        """The playhead passed a bar line or a mark."""
        if isinstance(event, Bar):
            self._bar = event
        if self._put is None:
            return
        ticks = max(0, event.start_ticks + self.shift_ticks)
        if isinstance(event, Bar):
            self._put([ticks, BAR, event.duration_ticks])
        else:
            self._put([ticks, MARK, event.text])

    def set_timeline(self, timeline: Timeline | None, now_s: float) -> None:
        """The timeline changes now; called after the notes that this ends were sent."""
        before, self._timeline = self._timeline, timeline
        if timeline is None:
            self._bar = None
        if self._put is None or timeline is None:
            if before is not None and self._put is not None:
                self._last = max(self._last, self._ticks(before, now_s))
            return
        if before is None:
            tempo_ticks = self._resume(timeline)
        else:
            tempo_ticks = self._follow(before, timeline, now_s)
        self._last_tempo = max(self._last_tempo, tempo_ticks)
        if before is None or timeline.tempo_bpm != before.tempo_bpm:
            self._put([self._last_tempo, TEMPO, timeline.tempo_bpm])

    def _resume(self, timeline: Timeline) -> int:
        start = timeline.origin_ticks
        if self._shift is None:
            self._shift = -(start // TICKS_PER_QUARTER * TICKS_PER_QUARTER)
        elif start + self._shift < self._last:
            self._shift += ceil_to(self._last - start - self._shift, TICKS_PER_QUARTER)
        return start + self._shift

    def _follow(self, before: Timeline, timeline: Timeline, now_s: float) -> int:
        old, new = round(before.ticks_at(now_s)), round(timeline.ticks_at(now_s))
        shift = self.shift_ticks
        if abs(old - new) > TICKS_PER_QUARTER:
            shift = self._shift = shift + ceil_to(old - new, TICKS_PER_QUARTER)
            return new + shift
        # Where the two lines cross is where the tempo changed; a line re-based on an older origin
        # says nothing about that, and then it changed now.
        at = timeline.origin_ticks
        return (at if abs(at - new) <= TICKS_PER_QUARTER else new) + shift

    def _now(self, now_s: float) -> int:
        if self._timeline is None:
            return self._last
        return max(self._last, self._ticks(self._timeline, now_s))

    def _ticks(self, timeline: Timeline, at_s: float) -> int:
        return round(timeline.ticks_at(at_s)) + self.shift_ticks

    @property
    def shift_ticks(self) -> int:
        """What is added to the band's ticks to give the take's."""
        return self._shift or 0
