"""Rows of a take, and the song they make: what is tapped, kept in a journal, and written.

A row is a short list that survives JSON: [take tick, kind, ...]. Take ticks start at 0 on a bar
line (or a beat) and never go back. Reading rows back is forgiving: a journal may end in the middle
of a line.
"""

from collections.abc import Iterable
from typing import Final

from amt_live.midi.messages import CONTROL_ALL_SOUND_OFF, Wire
from amt_live.midi.smf import (
    Marker,
    Meter,
    SmfControl,
    SmfNote,
    SmfProgram,
    Song,
    Tempo,
    Track,
)
from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.parts import PARTS

Row = list[int | float | str]

ON: Final = "on"
OFF: Final = "off"
PROGRAM: Final = "program"
CONTROL: Final = "control"
TEMPO: Final = "tempo"
BAR: Final = "bar"
MARK: Final = "mark"
END: Final = "end"

_MAX_TICKS: Final = (1 << 28) - 1
"""What a MIDI file can say; days of music."""

_PART: Final = (0, len(PARTS) - 1)
_CHANNEL: Final = (0, 15)
_DATA: Final = (0, 127)
_RANGES: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    ON: (_PART, _CHANNEL, _DATA, (1, 127)),
    OFF: (_PART, _CHANNEL, _DATA),
    PROGRAM: (_PART, _CHANNEL, _DATA),
    CONTROL: (_PART, _CHANNEL, _DATA, _DATA),
    TEMPO: ((4, 1000),),
    BAR: ((1, 64 * TICKS_PER_QUARTER),),
    END: (),
}


def row_of(at_ticks: int, wire: Wire) -> Row | None:
    """The row of a sent message; None for channel-mode messages, which do not replay."""
    data = wire.data
    if wire.is_note_on:
        return [at_ticks, ON, wire.part, wire.channel, data[1], data[2]]
    if wire.is_note_off:
        return [at_ticks, OFF, wire.part, wire.channel, data[1]]
    if wire.is_program:
        return [at_ticks, PROGRAM, wire.part, wire.channel, data[1]]
    if wire.is_control and data[1] < CONTROL_ALL_SOUND_OFF:
        return [at_ticks, CONTROL, wire.part, wire.channel, data[1], data[2]]
    return None


def is_row(value: object) -> bool:
    """Whether something read from a journal is a row, every number of it within its range."""
    if not isinstance(value, list) or len(value) < 2 or not isinstance(value[1], str):
        return False
    if type(value[0]) is not int or not 0 <= value[0] <= _MAX_TICKS:
        return False
    kind, rest = value[1], value[2:]
    if kind == MARK:
        return len(rest) == 1 and isinstance(rest[0], str) and _can_be_written(rest[0])
    ranges = _RANGES.get(kind)
    if ranges is None or len(rest) != len(ranges):
        return False
    numbers = (int, float) if kind == TEMPO else (int,)
    return all(
        type(item) in numbers and low <= item <= high
        for item, (low, high) in zip(rest, ranges, strict=True)
    )


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Builder:
    """Collects rows into tracks; one use."""

    def __init__(self) -> None:
        self.tempos: list[Tempo] = []
        self.meters: list[Meter] = []
        self.markers: list[Marker] = []
        self.notes: dict[int, list[SmfNote]] = {}
        self.programs: dict[int, list[SmfProgram]] = {}
        self.controls: dict[int, list[SmfControl]] = {}
        self.open: dict[tuple[int, int], tuple[int, int, int]] = {}
        self.last_ticks = 0

    def take(self, row: Row) -> None:
        at_ticks = int(row[0])
        self.last_ticks = max(self.last_ticks, at_ticks)
        kind = row[1]
        if kind == MARK:
            self.markers.append(Marker(at_ticks, str(row[2])))
        elif kind == TEMPO:
            self.tempos = [tempo for tempo in self.tempos if tempo.at_ticks != at_ticks]
            self.tempos.append(Tempo(at_ticks, float(row[2])))
        elif kind == BAR:
            self._bar(at_ticks, int(row[2]))
        elif kind != END:
            self._message(at_ticks, str(kind), [int(item) for item in row[2:]])

    def _bar(self, at_ticks: int, duration_ticks: int) -> None:
        if duration_ticks % TICKS_PER_QUARTER == 0:
            meter = Meter(at_ticks, duration_ticks // TICKS_PER_QUARTER, 4)
        else:
            meter = Meter(at_ticks, 2 * duration_ticks // TICKS_PER_QUARTER, 8)
        before = self.meters[-1] if self.meters else None
        if before is None or before.numerator * meter.denominator != (
            meter.numerator * before.denominator
        ):
            self.meters.append(meter)

    def _message(self, at_ticks: int, kind: str, values: list[int]) -> None:
        part, channel, first = values[:3]
        if kind == ON:
            self.end_note(channel, first, at_ticks)
            self.open[channel, first] = (part, at_ticks, values[3])
        elif kind == OFF:
            self.end_note(channel, first, at_ticks)
        elif kind == PROGRAM:
            self.programs.setdefault(part, []).append(SmfProgram(at_ticks, channel, first))
        else:
            change = SmfControl(at_ticks, channel, first, values[3])
            self.controls.setdefault(part, []).append(change)

    def end_note(self, channel: int, pitch: int, at_ticks: int) -> None:
        # An end without a beginning belongs to a note that sounded before the take began.
        if (begun := self.open.pop((channel, pitch), None)) is not None:
            part, start, velocity = begun
            note = SmfNote(start, channel, pitch, velocity, max(1, at_ticks - start))
            self.notes.setdefault(part, []).append(note)


def song_of(rows: Iterable[Row]) -> Song:
    """The song of a take: a track for each part that played; notes left on end at the last row."""
    builder = _Builder()
    for row in rows:
        builder.take(row)
    for channel, pitch in list(builder.open):
        builder.end_note(channel, pitch, builder.last_ticks)
    tracks = tuple(
        Track(
            PARTS[part].name,
            tuple(sorted(builder.notes[part], key=lambda note: (note.start_ticks, note.pitch))),
            tuple(builder.programs.get(part, ())),
            tuple(builder.controls.get(part, ())),
        )
        for part in sorted(builder.notes)
        if 0 <= part < len(PARTS)
    )
    return Song(
        tracks,
        tuple(sorted(builder.tempos, key=lambda tempo: tempo.at_ticks)),
        tuple(builder.meters),
        tuple(builder.markers),
    )
