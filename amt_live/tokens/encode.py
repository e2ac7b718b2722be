"""From bars of notes to ids, in the one canonical order that the grammar allows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from amt_live.music.beats import GRID_OFFSETS, STEPS_PER_BEAT
from amt_live.music.parts import DRUMS
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote
from amt_live.tokens.grammar import MAX_NOTES_PER_GROUP, MAX_NOTES_PER_POSITION

_NEAREST_OFFSET = tuple(
    min((*GRID_OFFSETS, STEPS_PER_BEAT), key=lambda offset: abs(offset - step))
    for step in range(STEPS_PER_BEAT)
)
_LEVEL = tuple(v.velocity_level(velocity) for velocity in range(128))
_DURATION = tuple(v.nearest_duration(steps) for steps in range(v.DURATIONS[-1] + 1))


@dataclass(frozen=True, slots=True)
class GridBar:
    """One bar: its length, its notes, and the control tokens of its head (None and () are free)."""

    steps: int
    notes: tuple[GridNote, ...]
    key: int | None = None
    density: int | None = None
    chords: tuple[tuple[int, int] | None, ...] = ()
    """Up to two of (root, quality); None is a stretch without a chord."""


def snap(step: int) -> int:
    """The grid position nearest to a step, in steps; may be the start of the next beat."""
    beat, inside = divmod(step, STEPS_PER_BEAT)
    return beat * STEPS_PER_BEAT + _NEAREST_OFFSET[inside]


def encode_head(bar: GridBar) -> list[int]:
    """Ids of the bar line, the MOOD slot and the control tokens. ``key``: 0-23, minor from 12."""
    ids = [v.bar_id(bar.steps), v.MOOD]
    if bar.key is not None:
        ids.append(v.KEY_FIRST + bar.key)
    if bar.density is not None:
        ids.append(v.density_id(bar.density))
    for chord in bar.chords[:2]:
        ids.extend((v.NO_CHORD,) if chord is None else v.chord_ids(*chord))
    return ids


def encode_bar(bar: GridBar) -> list[int]:
    """Ids of one bar. Notes must start on grid positions of the bar (see ``snap``).

    Doubled pitches are merged (the louder, then the longer one stays), and what exceeds the caps of
    the grammar is left out, the softest first.
    """
    ids = encode_head(bar)
    notes = sorted(bar.notes)
    for position, at_position in groupby(notes, key=lambda note: note.position):
        ids.append(v.position_id(position))
        ids.extend(_encode_position(at_position))
    return ids


def encode(bars: Iterable[GridBar]) -> list[int]:
    """Ids of several bars in a row."""
    return [token for bar in bars for token in encode_bar(bar)]


def _encode_position(notes: Iterable[GridNote]) -> list[int]:
    ids: list[int] = []
    left = MAX_NOTES_PER_POSITION
    for part, group in groupby(notes, key=lambda note: note.part):
        rows = _distinct(part, group)[: min(left, MAX_NOTES_PER_GROUP)]
        left -= len(rows)
        ids.extend(_encode_group(part, rows))
    return ids


def _distinct(part: int, group: Iterable[GridNote]) -> list[tuple[int, int, int]]:
    """Rows (-level, -duration index, pitch), sorted, one for each pitch."""
    best: dict[int, tuple[int, int, int]] = {}
    drums = part == DRUMS.index
    longest = len(_DURATION) - 1
    for note in group:
        if drums and not v.DRUM_PITCHES[0] <= note.pitch <= v.DRUM_PITCHES[-1]:
            continue
        duration = 0 if drums else _DURATION[min(max(note.duration, 1), longest)]
        row = (-_LEVEL[note.velocity], -duration, note.pitch)
        if note.pitch not in best or row < best[note.pitch]:
            best[note.pitch] = row
    return sorted(best.values())


def _encode_group(part: int, rows: Sequence[tuple[int, int, int]]) -> list[int]:
    ids: list[int] = []
    last_level = last_duration = None
    for level, duration, pitch in rows:
        if level != last_level:
            ids.append(v.part_velocity_id(part, -level))
            last_level, last_duration = level, None
        if part == DRUMS.index:
            ids.append(v.drum_id(pitch))
            continue
        if duration != last_duration:
            ids.append(v.DURATION_FIRST - duration)
            last_duration = duration
        ids.append(v.pitch_id(pitch))
    return ids
