"""Draws the piano roll: half-block pixels, one colour per part, run-length coded into segments.

Pure, called on the Textual thread a few times a second; the whole roll is drawn anew, which costs a
millisecond or two because a row is a byte array and a segment is a run of equal pixels.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from rich.segment import Segment
from rich.style import Style

from amt_live.music.parts import DRUMS, PARTS
from amt_live.tui.roll import PitchWindow, Roll, RollNote, fit_window
from amt_live.tui.theme import Palette, mix

Row = list[Segment]

COLUMNS_PER_BEAT: Final = 4
LABEL_COLUMNS: Final = 4
DRUM_ROWS: Final = 3

# Pixel values: what kind of background, then for every part its shades.
_PLAIN, _FUTURE, _BAR, _MOOD, _HEAD, _ARMED, _FRONT = range(7)
_OCTAVE: Final = 7
_FIRST_NOTE: Final = 14
_SOFT, _NORMAL, _ONSET, _SOUNDING, _DECIDED = range(5)
_SHADES: Final = 5

_DRUM_LANES: Final = (
    (range(49, 60), 0),  # cymbals
    ((42, 44, 46), 1),  # hi-hat
    ((41, 43, 45, 47, 48, 50), 2),  # toms
    ((37, 38, 39, 40), 3),  # snare
    ((35, 36), 4),  # bass drum
)
_OTHER_LANE: Final = 5


@dataclass(frozen=True, slots=True)
class RollFrame:
    """What to draw: the playhead, and where the armed mood will take effect (beats of the axis).

    ``silent`` are parts that are not heard; ``front`` is how far a wipe has come.
    """

    head: float
    armed_at: float | None
    is_playing: bool
    silent: frozenset[int] = frozenset()
    front: float | None = None
    beats_in_bar: int = 4


def drum_lane(pitch: int) -> int:
    """The pixel row (0 on top) of the drum field for a General MIDI drum."""
    for pitches, lane in _DRUM_LANES:
        if pitch in pitches and pitch not in (50, 54, 56, 58):
            return lane
    return 2 if pitch == 50 else _OTHER_LANE


class RollPainter:
    """Keeps the pitch window between frames, and the colour table of one palette."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._colours = colour_table(palette)
        self._window = PitchWindow(36, 48, 24)
        self._styles: dict[tuple[int, int], Style] = {}

    def paint(self, roll: Roll, frame: RollFrame, width: int, height: int) -> list[Row]:
        """``height`` rows of segments, each ``width`` cells wide."""
        columns = width - LABEL_COLUMNS
        pitch_rows = height - 1 - DRUM_ROWS
        if columns < 8 or pitch_rows < 2:
            return [[Segment(" " * width, self._ground)] for _ in range(height)]
        ahead = columns_ahead(columns)
        head_column = math.floor(frame.head * COLUMNS_PER_BEAT)
        first_column = head_column - (columns - 1 - ahead)
        notes = _visible(roll, frame, first_column, first_column + columns)
        pitches = [note.pitch for note in notes if note.part != DRUMS.index]
        self._window = fit_window(pitches, self._window, pitch_rows * 2)
        kinds = self._column_kinds(roll, frame, first_column, columns, head_column)
        pixels = self._pixels(notes, kinds, first_column, head_column, pitch_rows * 2, frame)
        rows = [self._ruler(roll, first_column, columns, frame)]
        rows.extend(
            [self._label(y, pitch_rows * 2), *self._run_rows(pixels[y], pixels[y + 1])]
            for y in range(0, len(pixels), 2)
        )
        return rows

    @property
    def _ground(self) -> Style:
        return _style(self._palette.dim, self._palette.ground)

    def _column_kinds(
        self, roll: Roll, frame: RollFrame, first_column: int, columns: int, head_column: int
    ) -> bytearray:
        head_x = head_column - first_column
        kinds = bytearray([_PLAIN] * columns)
        horizon = roll.horizon() if frame.is_playing else None
        if horizon is not None:
            end = math.ceil(horizon * COLUMNS_PER_BEAT) + 1 - first_column
            for x in range(head_x + 1, min(end, columns)):
                kinds[x] = _FUTURE
        if roll.bars and frame.is_playing:
            bar = roll.bars[-1].start + frame.beats_in_bar
            while (x := math.floor(bar * COLUMNS_PER_BEAT) - first_column) < columns:
                kinds[max(x, 0)] = _BAR
                bar += frame.beats_in_bar
        for marks, kind in ((roll.bars, _BAR), (roll.moods, _MOOD)):
            for mark in marks:
                x = math.floor(mark.start * COLUMNS_PER_BEAT) - first_column
                if 0 <= x < columns:
                    kinds[x] = kind
        kinds[head_x] = _HEAD
        if frame.armed_at is not None:
            x = math.ceil(frame.armed_at * COLUMNS_PER_BEAT - 1e-6) - first_column
            if 0 <= x < columns:
                kinds[x] = _ARMED
        if frame.front is not None:
            x = math.floor(frame.front * COLUMNS_PER_BEAT) - first_column
            if head_x < x < columns:
                kinds[x] = _FRONT
        return kinds

    def _pixels(
        self,
        notes: list[RollNote],
        kinds: bytearray,
        first_column: int,
        head_column: int,
        pitch_pixels: int,
        frame: RollFrame,
    ) -> list[bytearray]:
        window = self._window
        octave = bytearray(kind + _OCTAVE for kind in kinds)
        pixels = []
        for y in range(pitch_pixels):
            is_octave = _octave(window, pitch_pixels - 1 - y) is not None
            pixels.append(bytearray(octave if is_octave else kinds))
        pixels.extend(bytearray(octave) for _ in range(DRUM_ROWS * 2))
        columns = len(kinds)
        for note in notes:
            start = math.floor(note.start * COLUMNS_PER_BEAT) - first_column
            base = _FIRST_NOTE + note.part * _SHADES
            if note.part == DRUMS.index:
                row = pixels[pitch_pixels + drum_lane(note.pitch)]
                if 0 <= start < columns:
                    row[start] = base + _drum_shade(note, start, head_column - first_column, frame)
                continue
            end = max(start + 1, math.ceil(note.end * COLUMNS_PER_BEAT - 0.25) - first_column)
            y = pitch_pixels - 1 - window.row(note.pitch)
            if 0 <= y < pitch_pixels:
                self._draw(pixels[y], start, end, head_column - first_column, base, note, frame)
        return pixels

    def _draw(
        self,
        row: bytearray,
        start: int,
        end: int,
        head_x: int,
        base: int,
        note: RollNote,
        frame: RollFrame,
    ) -> None:
        columns = len(row)
        if note.start > frame.head:
            left, right = max(0, start), min(columns, end)
            if right > left:
                row[left:right] = bytes([base + _DECIDED]) * (right - left)
            return
        is_sounding = frame.is_playing and start <= head_x < end
        body = base + (_SOUNDING if is_sounding else _by_velocity(note))
        left, right = max(0, start), min(columns, end)
        past = min(right, head_x + 1)
        if past > left:
            row[left:past] = bytes([body]) * (past - left)
        ahead = max(left, head_x + 1)
        if right > ahead:
            row[ahead:right] = bytes([base + _DECIDED]) * (right - ahead)
        if 0 <= start < columns and end - start > 1 and not is_sounding:
            row[start] = base + _ONSET

    def _run_rows(self, upper: bytearray, lower: bytearray) -> Row:
        row: Row = []
        for pair, run in groupby(zip(upper, lower, strict=True)):
            length = sum(1 for _ in run)
            style = self._styles.get(pair)
            if style is None:
                style = _style(self._colours[pair[0]], self._colours[pair[1]])
                self._styles[pair] = style
            row.append(Segment((" " if pair[0] == pair[1] else "▀") * length, style))
        return row

    def _label(self, y: int, pitch_pixels: int) -> Segment:
        ink = _style(self._palette.faint, self._palette.ground)
        if y >= pitch_pixels:
            return Segment({0: "cym ", 2: "snr ", 4: "kick"}[y - pitch_pixels], ink)
        row = pitch_pixels - 1 - y
        octaves = [_octave(self._window, r) for r in (row, row - 1)]
        names = [f"C{octave}" for octave in octaves if octave is not None]
        return Segment(f"{names[0] if names else '':<{LABEL_COLUMNS}}", ink)

    def _ruler(self, roll: Roll, first_column: int, columns: int, frame: RollFrame) -> Row:
        palette = self._palette
        text = [" "] * columns
        colours = [palette.faint] * columns
        marks = [(mark, mark.text, palette.faint) for mark in roll.bars]
        marks += [(mark, f"◆ {mark.text} ", palette.mood) for mark in roll.moods]
        for mark, label, colour in marks:
            x = math.floor(mark.start * COLUMNS_PER_BEAT) - first_column
            # A mood's name stays at the left edge after its line has scrolled out.
            visible = label if x >= 0 else label[-x:] if colour == palette.faint else ""
            for offset, letter in enumerate(visible):
                if 0 <= max(x, 0) + offset < columns:
                    text[max(x, 0) + offset] = letter
                    colours[max(x, 0) + offset] = colour
        row = [Segment(" " * LABEL_COLUMNS, self._ground)]
        position = 0
        for colour, run in groupby(colours):
            length = sum(1 for _ in run)
            letters = "".join(text[position : position + length])
            row.append(Segment(letters, _style(colour, palette.ground)))
            position += length
        return row


def colour_table(palette: Palette) -> tuple[str, ...]:
    """The colour of every pixel value: backgrounds, the same on octave lines, parts in shades."""
    ground = palette.ground
    backgrounds = (
        ground,
        mix(ground, palette.text, 0.075),
        palette.line,
        mix(ground, palette.mood, 0.35),
        mix(ground, palette.text, 0.30),
        mix(ground, palette.armed, 0.45),
        palette.armed,
    )
    octaves = tuple(mix(colour, palette.text, 0.045) for colour in backgrounds)
    bright = "#ffffff" if palette.is_dark else "#000000"
    notes = tuple(
        shade
        for colour in palette.parts
        for shade in (
            mix(colour, ground, 0.50),
            mix(colour, ground, 0.25),
            colour,
            mix(colour, bright, 0.45),
            mix(colour, ground, 0.58),
        )
    )
    return (*backgrounds, *octaves, *notes)


def _octave(window: PitchWindow, row: int) -> int | None:
    """The octave (C4 is pitch 60) that starts in a pixel row."""
    for pitch in range(window.lowest_in(row), window.lowest_in(row + 1)):
        if pitch % 12 == 0:
            return pitch // 12 - 1
    return None


def columns_ahead(columns: int) -> int:
    """How many columns lie behind the playhead: what is decided, two bars where there is room."""
    return max(3, min(8 * COLUMNS_PER_BEAT, columns * 2 // 5))


def _drum_shade(note: RollNote, start: int, head_x: int, frame: RollFrame) -> int:
    if note.start > frame.head:
        return _DECIDED
    return _SOUNDING if frame.is_playing and head_x - start < 1 else _by_velocity(note)


def _by_velocity(note: RollNote) -> int:
    return _SOFT if note.velocity < 56 else _NORMAL


def _visible(roll: Roll, frame: RollFrame, first_column: int, end_column: int) -> list[RollNote]:
    first, end = first_column / COLUMNS_PER_BEAT, end_column / COLUMNS_PER_BEAT
    notes = [note for note in roll.notes if note.end >= first and note.start < end]
    coming = [note for note in roll.decided if frame.head < note.start < end]
    if frame.front is not None and roll.wiped is not None:
        # What is being wiped lies on top of what is decided anew until the front has passed it.
        coming = [note for note in coming if note.start <= frame.front]
        coming += [note for note in roll.wiped.notes if frame.front < note.start < end]
    notes += [note for note in coming if note.part not in frame.silent]
    # In order of parts, so that drums and bass lie under what moves above them.
    notes.sort(key=lambda note: note.part, reverse=True)
    return notes


@lru_cache(maxsize=4096)
def _style(colour: str, background: str) -> Style:
    return Style(color=colour, bgcolor=background)


assert _FIRST_NOTE + len(PARTS) * _SHADES <= 256, "a pixel is one byte"
