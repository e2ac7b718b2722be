"""Reads MIDI's clock messages: pulses, start, stop, continue and song position, as ``Heard``.

Pulses find the tempo whether the song runs or not; only while it runs do they move the song. The
pulse that follows a start is beat 0, the one that follows a continue is the song position (MIDI 1.0
Detailed Specification, System Real Time Messages). Thread: one.
"""

from typing import Final

from amt_live.sync.heard import Heard
from amt_live.sync.pulse_clock import PULSES_A_BEAT, PulseClock

CLOCK: Final = 0xF8
START: Final = 0xFA
CONTINUE: Final = 0xFB
STOP: Final = 0xFC
SONG_POSITION: Final = 0xF2
PULSES_A_SIXTEENTH: Final = 6


class MidiSong:
    """Somebody's song, as their clock tells it."""

    def __init__(self, tempo_bpm: float = 120.0) -> None:
        self.clock = PulseClock(tempo_bpm)
        self._is_running = False
        self._is_about_to_run = False
        self._has_position = False
        self._from_top = False
        self._starts = 0
        self._first_count = 0
        """The number of the pulse that was song pulse 0."""
        self._next_song_pulse = 0

    def take_in(self, data: bytes, at_s: float) -> bool:
        """A message came; True where that is to be told at once."""
        status = data[0] if data else 0
        if status == CLOCK:
            return self._pulse(at_s)
        if status == START:
            self._next_song_pulse = 0
            return self._start(from_top=True)
        if status == CONTINUE:
            return self._start(from_top=self._next_song_pulse == 0)
        if status == STOP:
            was_running, self._is_running = self._is_running, False
            self._is_about_to_run = False
            if was_running:
                self._next_song_pulse = self._song_pulse + 1
            return was_running
        if status == SONG_POSITION and len(data) >= 3 and not self._is_running:
            self._next_song_pulse = (data[1] | data[2] << 7) * PULSES_A_SIXTEENTH
        return False

    def heard(self, now_s: float) -> Heard:
        """What is known now."""
        line = self.clock.line
        first = self._first_count if self._is_running else 0
        return Heard(
            "midi",
            is_locked=self.clock.count >= 0 and not self.clock.is_silent(now_s),
            is_running=self._is_running,
            has_position=self._has_position,
            starts=self._starts,
            from_top=self._from_top,
            tempo_bpm=self.clock.tempo_bpm,
            beats=(line.count - first) / PULSES_A_BEAT,
            at_s=line.at_s,
        )

    @property
    def _song_pulse(self) -> int:
        return self.clock.count - self._first_count

    def _start(self, *, from_top: bool) -> bool:
        self._is_about_to_run = True
        self._is_running = False
        self._from_top = from_top
        return False

    def _pulse(self, at_s: float) -> bool:
        self.clock.pulse(at_s)
        if not self._is_about_to_run:
            return self.clock.count == 0
        self._is_about_to_run = False
        self._is_running = self._has_position = True
        self._starts += 1
        self._first_count = self.clock.count - self._next_song_pulse
        return True
