"""MIDI clock beside the notes: 24 pulses to the quarter, start, stop, continue, song position.

The pulses come from the same timeline as the notes and take the same way with the moment at which
they are due, so they are as punctual. Used on the player's main thread. A band that begins at its
beginning sends a start; one that goes on, or whose clock is switched on while it plays, sends the
position of the next sixteenth and a continue, and the pulse after it is that sixteenth (MIDI 1.0
Detailed Specification, System Real Time Messages).

Invariant: pulses are sent in order, each once, and only between a start and a stop. One that is
late is sent all the same, because whoever follows counts them; after a long stall the position is
told anew instead.
"""

from collections.abc import Callable
from typing import Final

from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.timeline import Timeline
from amt_live.sync.midi_song import (
    CLOCK,
    CONTINUE,
    PULSES_A_SIXTEENTH,
    SONG_POSITION,
    START,
    STOP,
)
from amt_live.sync.pulse_clock import PULSES_A_BEAT

TICKS_A_PULSE: Final = TICKS_PER_QUARTER // PULSES_A_BEAT
MOST_BEHIND: Final = 2 * PULSES_A_BEAT
BEFORE_S: Final = 0.002
"""A start is sent so long before the first pulse, where there is time: receivers need a while."""

MAX_POSITION: Final = (1 << 14) - 1

Send = Callable[[bytes, float | None], None]


class ClockOut:
    """Sends the clock of a timeline while it is on. Thread: one."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_on = False
        self._timeline: Timeline | None = None
        self._pulse: int | None = None
        """The next pulse; None while nothing is sent."""

    def turn(self, is_on: bool) -> None:
        """Send from now on, or no more."""
        self._is_on = is_on
        if not is_on:
            self._stop()

    def next_at_s(self) -> float | None:
        """When the next pulse is due; None: none before a call changes that."""
        if self._timeline is None or self._pulse is None:
            return None
        return self._timeline.seconds_at(self._pulse * TICKS_A_PULSE)

    def run(self, timeline: Timeline | None, now_s: float) -> None:
        """Send what is due at ``now_s`` under the timeline that holds now."""
        self._timeline = timeline
        if timeline is None or not self._is_on:
            self._stop()
            return
        at_pulse = max(timeline.ticks_at(now_s), timeline.origin_ticks) / TICKS_A_PULSE
        if self._pulse is not None and abs(at_pulse - self._pulse) > MOST_BEHIND:
            self._stop()
        if self._pulse is None:
            self._begin(timeline, at_pulse, now_s)
        while self._pulse is not None and (at_s := self.next_at_s()) is not None and at_s <= now_s:
            self._send(bytes([CLOCK]), at_s)
            self._pulse += 1

    def _begin(self, timeline: Timeline, at_pulse: float, now_s: float) -> None:
        if at_pulse <= 0:
            self._pulse, messages = 0, [bytes([START])]
        else:
            sixteenth = -int(-at_pulse // PULSES_A_SIXTEENTH)
            self._pulse = sixteenth * PULSES_A_SIXTEENTH
            position = sixteenth % (MAX_POSITION + 1)
            where = bytes([SONG_POSITION, position & 0x7F, position >> 7])
            messages = [where, bytes([CONTINUE])]
        first_s = timeline.seconds_at(self._pulse * TICKS_A_PULSE)
        for message in messages:
            self._send(message, first_s - BEFORE_S if first_s - BEFORE_S > now_s else None)

    def _stop(self) -> None:
        if self._pulse is not None:
            self._pulse = None
            self._send(bytes([STOP]), None)
