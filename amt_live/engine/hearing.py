"""What hands played, as bars on the token grid; its key and its density. Pure; thread: engine.

Notes are moved to the grid as training moves those of files (``tokens.encode``): to the nearest
sixteenth or triplet eighth. A bar becomes the ids that follow its line and its mood: key and
density as they were heard, then the notes.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from amt_live.analysis.measures import NOTE, key_scores
from amt_live.engine.heads import MIDDLES
from amt_live.midi.fields import within
from amt_live.music.beats import GRID_TICKS, STEPS_PER_BEAT
from amt_live.music.events import Bar
from amt_live.music.parts import DRUMS, PART_NAMES
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote
from amt_live.tokens.encode import GridBar, encode_bar, snap

MOST_NOTES_A_BAR: Final = 64
"""The loudest stay: more would take too long to listen to."""

HEAD_IDS: Final = 2
"""The bar line and its mood."""

FEW_NOTES: Final = 6
FEW_CLASSES: Final = 3
"""A key of fewer notes, or of fewer different ones, cannot be told."""

SURE: Final = 0.55
"""A key that correlates less with what was played cannot be told."""

HOME_SCORE: Final = 0.08
"""What the first and the last low note count beside the correlation with a key."""

MOST_BENT: Final = 2.0
"""The rest of an answer is made so much fuller or thinner at most."""

EVEN_NOTES: Final = 4.0
"""Added before notes are compared: a first bar says little."""

MAX_HEARD_BARS: Final = 64
_MAX_IDS: Final = 1024


@dataclass(slots=True)
class Press:
    """A key that was pressed, in ticks of the band; ``end`` None while it is held."""

    start: float
    channel: int
    pitch: int
    velocity: int
    end: float | None = None


def grid_notes(
    presses: Iterable[Press], bar: Bar, now: float, part_of: Mapping[int, int]
) -> list[GridNote]:
    """The notes of one bar on its grid; ``part_of`` a channel, piano for others."""
    steps = bar.duration_ticks // GRID_TICKS
    notes = []
    for press in presses:
        position = snap(round((press.start - bar.start_ticks) / GRID_TICKS))
        if not 0 <= position < steps:
            continue
        part = part_of.get(press.channel, _PIANO)
        is_drum = v.DRUM_PITCHES[0] <= press.pitch <= v.DRUM_PITCHES[-1]
        if part == DRUMS.index and not is_drum:
            continue
        end = now if press.end is None else press.end
        duration = max(round((end - press.start) / GRID_TICKS), 1)
        notes.append(GridNote(position, part, press.pitch, press.velocity, duration))
    notes.sort(key=lambda note: -note.velocity)
    return sorted(notes[:MOST_NOTES_A_BAR])


def key_heard(bars: Sequence[Sequence[GridNote]]) -> int | None:
    """The key 0-23 that most likely was played in; None where it cannot be told."""
    rows = [
        (0, note.part, note.pitch, note.velocity, min(note.duration, 288))
        for bar in bars
        for note in bar
        if note.part != DRUMS.index
    ]
    if len(rows) < FEW_NOTES or len({row[2] % 12 for row in rows}) < FEW_CLASSES:
        return None
    scores = key_scores(np.array(rows, NOTE))
    if scores.max() < SURE:
        return None
    # Who plays a phrase begins and ends at home: that tells keys of the same notes apart.
    for home in _ends(bars):
        scores[[home % 12, home % 12 + 12]] += HOME_SCORE
    return int(scores.argmax())


def _ends(bars: Sequence[Sequence[GridNote]]) -> tuple[int, int]:
    """The lowest pitches of the first moment and of the last half bar that was played."""
    played = [[n for n in bar if n.part != DRUMS.index] for bar in bars]
    played = [bar for bar in played if bar]
    first = min(played[0], key=lambda note: (note.position, note.pitch))
    end = max(note.position for note in played[-1])
    last = [note.pitch for note in played[-1] if note.position > end - 2 * STEPS_PER_BEAT]
    return first.pitch, min(last)


def notes_a_beat(bars: Sequence[Sequence[GridNote]], steps: Sequence[int]) -> float:
    """Note-ons a beat from the first bar in which anything was played to the last; 0 for none.

    Of notes that are fewer than the bars, the silence around them is part of what was played.
    """
    played = [index for index, bar in enumerate(bars) if bar]
    if not played:
        return 0.0
    first, end = played[0], played[-1] + 1
    if sum(map(len, bars)) < len(bars):
        first, end = 0, len(bars)
    beats = sum(steps[first:end]) / STEPS_PER_BEAT
    return sum(map(len, bars)) / beats


def density_of(notes_per_beat: float) -> int:
    """The DENSITY level 0-7 of so many notes."""
    return sum(notes_per_beat >= edge for edge in v.DENSITY_EDGES)


@dataclass(frozen=True, slots=True)
class Sparseness:
    """Of an answer that has to be thinner than any bar which the model can be asked for."""

    notes_per_beat: float
    at_once: int
    """Notes at one place, at most."""

    @classmethod
    def of(cls, bars: Sequence[Sequence[GridNote]], notes_per_beat: float) -> "Sparseness | None":
        """That of some heard bars; None for bars that are empty, or full enough."""
        places = sum(len({note.position for note in bar}) for bar in bars)
        if not places or notes_per_beat >= MIDDLES[0]:
            return None
        return cls(notes_per_beat, math.ceil(sum(map(len, bars)) / places))

    def free_beats(self, notes: int) -> float:
        """The beats that so many notes fill: the next one comes after them."""
        return notes / self.notes_per_beat


class DensityKeeper:
    """Chooses the level to ask for so that an answer comes out as dense as what was heard.

    Moods answer one level differently: an organ hymn thinner, funk fuller. So what came is compared
    with what was asked, and the rest of the answer is to make up for it.
    """

    def __init__(self, notes_per_beat: float, beats: float) -> None:
        """Over so many ``beats`` of answer."""
        self._wanted = notes_per_beat
        self._beats = beats
        self.level = density_of(notes_per_beat)
        self.bars = 0
        self._measured_beats = 0.0
        self._asked = 0.0
        """Notes that were asked for so far, had every level been answered in full."""

    def measure(self, bars: int, notes: int, beats: float) -> None:
        """So many bars of answer, ``beats`` long, hold so many notes."""
        self._asked += MIDDLES[self.level] * (beats - self._measured_beats)
        self.bars, self._measured_beats = bars, beats
        left = self._beats - beats
        if left <= 0:
            return
        missing = (self._wanted * self._beats - notes) / left
        missing = min(max(missing, self._wanted / MOST_BENT), self._wanted * MOST_BENT)
        response = (notes + EVEN_NOTES) / (self._asked + EVEN_NOTES)
        asked = missing / min(max(response, 1 / MOST_BENT**2), MOST_BENT**2)
        best = min(range(len(MIDDLES)), key=lambda at: abs(np.log2(MIDDLES[at] / asked)))
        # A step at a time: what a level brings is heard a bar later.
        self.level += min(max(best - self.level, -1), 1)


def ids_of(notes: Sequence[GridNote], steps: int, key: int | None) -> tuple[int, ...]:
    """The ids of a heard bar after its line and its mood."""
    density = density_of(len(notes) * STEPS_PER_BEAT / steps)
    return tuple(encode_bar(GridBar(steps, tuple(notes), key, density))[HEAD_IDS:])


def heard_record(bars: Mapping[int, tuple[int, ...]]) -> list[list[Any]]:
    """Heard bars as JSON."""
    return [[start, list(ids)] for start, ids in sorted(bars.items())]


def heard_of(value: Any) -> dict[int, tuple[int, ...]]:
    """Heard bars from JSON; raises ValueError or TypeError for what is none."""
    if len(value) > MAX_HEARD_BARS:
        raise ValueError("too many bars")
    bars = {}
    for start, ids in value:
        if len(ids) > _MAX_IDS:
            raise ValueError("too long a bar")
        bars[within(start, 0, 1 << 40)] = tuple(within(token, 0, v.SIZE - 1) for token in ids)
    return bars


_PIANO: Final = PART_NAMES.index("piano")
