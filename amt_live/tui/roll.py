"""The music as the piano roll draws it: what was played, what is decided, what was wiped.

Filled from pushed notices on the Textual thread. Notes, bars and moods lie on one axis, which
counts beats since this screen attached: it only grows, also when the band starts again at bar 1, so
what was played stays in view.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from amt_live.music.beats import GRID_OFFSETS, STEPS_PER_BEAT

KEPT_BEATS: Final = 160
"""How far back notes are kept: more than the widest screen shows."""

MAX_NOTES: Final = 6000

MAX_DECIDED: Final = 1500

WIPE_S: Final = 0.6
"""How long what a mood change takes back is seen going."""

_SAME_BEATS: Final = 0.3
"""A played note is the decided one of its part and pitch that is not farther away."""

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


@dataclass(frozen=True, slots=True)
class Wipe:
    """What was taken back at ``at_s``: everything from ``start`` on."""

    start: float
    end: float
    at_s: float
    notes: tuple[RollNote, ...]

    def front(self, now_s: float) -> float | None:
        """How far it has been wiped; None when it is over. It begins fast, as a hand would."""
        done = (now_s - self.at_s) / WIPE_S
        if not 0.0 <= done < 1.0:
            return None
        return self.start + (self.end - self.start) * (1 - (1 - done) ** 2)


class Roll:
    """Collects what was played; ``position`` says where the playhead is between two beats.

    ``changes`` counts up with everything that arrives, so a painter knows whether to paint.
    """

    def __init__(self) -> None:
        self.notes: deque[RollNote] = deque(maxlen=MAX_NOTES)
        self.bars: deque[RollMark] = deque(maxlen=KEPT_BEATS)
        self.moods: deque[RollMark] = deque(maxlen=64)
        self.decided: deque[RollNote] = deque(maxlen=MAX_DECIDED)
        self.wiped: Wipe | None = None
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
        start = _snapped(self.position(at_s, tempo_bpm))
        for decided in self.decided:
            is_it = decided.part == part and decided.pitch == pitch
            if is_it and abs(decided.start - start) < _SAME_BEATS:
                start = decided.start
                self.decided.remove(decided)
                break
        self.notes.append(RollNote(start, start + max(beats, 0.0), part, pitch, velocity))
        self.last_hit_s[part] = at_s
        self.changes += 1

    def decide(
        self,
        note: RollNote,
        at_s: float,
        tempo_bpm: float,
    ) -> None:
        """A note was decided; its start and end are counted from the playhead of that moment."""
        start = _snapped(max(0.0, self.position(at_s, tempo_bpm) + note.start))
        end = start + note.end - note.start
        self.decided.append(RollNote(start, end, note.part, note.pitch, note.velocity))
        self.changes += 1

    def wipe(self, in_beats: float, at_s: float, tempo_bpm: float) -> None:
        """What was decided from so many beats after the playhead on is taken back."""
        start = _snapped(self.position(at_s, tempo_bpm) + in_beats)
        gone = tuple(note for note in self.decided if note.start >= start - 0.02)
        if not gone:
            return
        self.decided = deque(
            (note for note in self.decided if note.start < start - 0.02), maxlen=MAX_DECIDED
        )
        self.wiped = Wipe(start, max(note.end for note in gone), at_s, gone)
        self.changes += 1

    def horizon(self) -> float | None:
        """Up to where everything is decided; None when nothing is known of it."""
        return max((note.start for note in self.decided), default=None)

    def mood(self, text: str, at_s: float, tempo_bpm: float) -> None:
        """A mood took effect."""
        position = round(self.position(at_s, tempo_bpm) * 4) / 4
        if self.moods and self.moods[-1].start == position:
            self.moods.pop()
        self.moods.append(RollMark(position, text))
        self.changes += 1

    def stop(self) -> None:
        """The band stopped: the playhead stays, sounding notes end here, the future is gone."""
        self.decided.clear()
        self.wiped = None
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
        # What was decided and never came: its part is silent, or its push was lost.
        while self.decided and self.decided[0].start < self._beats - 1.0:
            self.decided.popleft()
        while self.notes and self.notes[0].start < oldest:
            self.notes.popleft()
        while self.bars and self.bars[0].start < oldest:
            self.bars.popleft()
        while self.moods and self.moods[0].start < oldest:
            self.moods.popleft()


def _snapped(position: float) -> float:
    whole = math.floor(position)
    return whole + min(_SNAP, key=lambda step: abs(step - (position - whole)))


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
