"""The music that was played, as the piano roll draws it: notes, bars and moods on one beat axis.

Filled from pushed notices on the Textual thread. The axis counts beats since this screen attached:
it only grows, also when the band starts again at bar 1, so what was played stays in view.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from amt_live.music.beats import GRID_OFFSETS, STEPS_PER_BEAT

KEPT_BEATS: Final = 160
"""How far back notes are kept: more than the widest screen shows."""

MAX_NOTES: Final = 6000

_SNAP: Final = tuple(step / STEPS_PER_BEAT for step in (*GRID_OFFSETS, STEPS_PER_BEAT))


@dataclass(frozen=True, slots=True)
class RollNote:
    """One note: ``start`` and ``end`` in beats of the axis, ``part`` indexes ``PARTS``."""

    start: float
    end: float
    part: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class RollMark:
    """A bar line (``text`` is its number) or a mood change (``text`` is the mood)."""

    start: float
    text: str


class Roll:
    """Collects what was played; ``position`` says where the playhead is between two beats.

    ``changes`` counts up with everything that arrives, so a painter knows whether to paint.
    """

    def __init__(self) -> None:
        self.notes: deque[RollNote] = deque(maxlen=MAX_NOTES)
        self.bars: deque[RollMark] = deque(maxlen=KEPT_BEATS)
        self.moods: deque[RollMark] = deque(maxlen=64)
        self.last_hit_s: dict[int, float] = {}
        self.changes = 0
        self._beats = 0.0
        self._at_s: float | None = None

    def position(self, now_s: float, tempo_bpm: float) -> float:
        """Where the playhead is, in beats of the axis.

        Runs on between two beats, but no further than the next beat: a stopped band stands still.
        """
        if self._at_s is None:
            return self._beats
        elapsed = (now_s - self._at_s) * tempo_bpm / 60.0
        return self._beats + min(max(elapsed, 0.0), 1.0)

    def beat(self, bar: int, beat: int, at_s: float, tempo_bpm: float) -> None:
        """A beat passed. Lost pushes and half-beat bars are made up from the time that went by."""
        if self._at_s is not None:
            elapsed = (at_s - self._at_s) * tempo_bpm / 60.0
            # Past four beats without a push it was a pause, not a loss.
            step = round(elapsed * 2) / 2 if elapsed < 4.5 else 1.0
            self._beats += 1.0 if 0.7 < elapsed < 1.3 else max(0.5, step)
        self._at_s = at_s
        self.changes += 1
        if beat == 1:
            self.bars.append(RollMark(self._beats, str(bar)))
        self._forget()

    def note(
        self, part: int, pitch: int, velocity: int, beats: float, at_s: float, tempo_bpm: float
    ) -> None:
        """A note was sent; its start is put on the grid, for datagrams arrive unevenly."""
        position = self.position(at_s, tempo_bpm)
        whole = math.floor(position)
        start = whole + min(_SNAP, key=lambda step: abs(step - (position - whole)))
        self.notes.append(RollNote(start, start + max(beats, 0.0), part, pitch, velocity))
        self.last_hit_s[part] = at_s
        self.changes += 1

    def mood(self, text: str, at_s: float, tempo_bpm: float) -> None:
        """A mood took effect."""
        position = round(self.position(at_s, tempo_bpm) * 4) / 4
        if self.moods and self.moods[-1].start == position:
            self.moods.pop()
        self.moods.append(RollMark(position, text))
        self.changes += 1

    def stop(self) -> None:
        """The band stopped: the playhead stays, sounding notes end here."""
        if self._at_s is None:
            return
        self._at_s = None
        self.changes += 1
        self._beats = math.ceil(self._beats + 1.0)
        ended = [
            RollNote(n.start, min(n.end, self._beats), n.part, n.pitch, n.velocity)
            for n in self.notes
        ]
        self.notes = deque(ended, maxlen=MAX_NOTES)

    def _forget(self) -> None:
        oldest = self._beats - KEPT_BEATS
        while self.notes and self.notes[0].start < oldest:
            self.notes.popleft()
        while self.bars and self.bars[0].start < oldest:
            self.bars.popleft()
        while self.moods and self.moods[0].start < oldest:
            self.moods.popleft()


@dataclass(frozen=True, slots=True)
class PitchWindow:
    """The pitches in view: ``span`` semitones from ``low`` up, spread over ``rows`` pixel rows."""

    low: int
    span: int
    rows: int

    def row(self, pitch: int) -> int:
        """The pixel row of a pitch, 0 at the bottom; may lie outside the window."""
        return (pitch - self.low) * self.rows // self.span

    def lowest_in(self, row: int) -> int:
        """The lowest pitch that is drawn in a row."""
        return self.low + -(-row * self.span // self.rows)


def fit_window(pitches: list[int], before: PitchWindow, rows: int) -> PitchWindow:
    """The window that shows ``pitches`` in ``rows`` pixel rows, a semitone each if there is room.

    Moves only when something falls outside or a third of it has become empty, so that the roll
    does not jitter while it scrolls.
    """
    if not pitches:
        return before if before.rows == rows else PitchWindow(before.low, max(rows, 24), rows)
    lowest, highest = min(pitches), max(pitches)
    needed = highest - lowest + 1
    is_inside = before.low <= lowest and highest < before.low + before.span
    is_snug = before.span <= max(rows, round(needed * 1.5))
    if before.rows == rows and is_inside and is_snug:
        return before
    span = max(rows, needed + 2)
    low = max(0, min(lowest - (span - needed) // 2, 128 - span))
    return PitchWindow(low, span, rows)
