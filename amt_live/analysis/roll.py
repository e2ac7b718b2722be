"""A picture of a piece: the piano roll with bars, chords, drums and a legend, as SVG or PNG.

Drawn without a graphics library, so that a base install can: rectangles and words, which ``svg``
writes as XML and ``png`` as pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis import png, svg
from amt_live.analysis.music import Music
from amt_live.analysis.report import Report, pitch_name
from amt_live.analysis.shapes import Picture, Rectangle, Word
from amt_live.errors import FileError, UsageError
from amt_live.music.parts import DRUMS, PARTS

GROUND: Final = "#0b0d12"
BLACK_KEY: Final = "#10131a"
LINE: Final = "#232836"
OCTAVE: Final = "#313848"
TEXT: Final = "#d9deea"
DIM: Final = "#8b93a7"
COLOURS: Final = (
    "#c8cdd8", "#ff8a5b", "#6db8ff", "#8ef0e0", "#c58bff", "#ffcf5c", "#ff7aa8", "#b0a1ff",
    "#ffe27a", "#8fe388", "#6fe0ff", "#ff6bd6", "#7f9cff", "#9aa5b8", "#d9a066", "#a8c66c",
)  # fmt: skip
"""By part."""

LEFT, RIGHT, TOP, BOTTOM = 46, 16, 58, 34
ROW: Final = 7
BEAT: Final = 16.0
"""Pixels a beat; pieces longer than ``WIDEST`` are pressed together."""
NARROWEST, WIDEST = 800, 4000
_BLACK: Final = (1, 3, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things lie: pixels a tick, and the rows of pitches and of drums."""

    per_tick: float
    width: int
    low: int
    high: int
    drums: tuple[int, ...]

    @property
    def roll_end(self) -> int:
        """Below the lowest pitch."""
        return TOP + (self.high - self.low + 1) * ROW

    @property
    def end(self) -> int:
        """Below the drums."""
        return self.roll_end + (ROW + len(self.drums) * ROW if self.drums else 0)

    def x(self, ticks: float) -> float:
        """Pixels from the left."""
        return LEFT + ticks * self.per_tick


def write_roll(path: Path, music: Music, report: Report) -> None:
    """Draw into a file; its ending says how. Raises UsageError or FileError with one line."""
    writers = {".svg": svg.to_bytes, ".png": png.to_bytes}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"--plot: {path.name} ends in neither .png nor .svg")
    data = writer(draw(music, report))
    try:
        path.write_bytes(data)
    except OSError as error:
        why = error.strerror or error
        raise FileError(f"cannot write {path}: {why}; choose another place") from None


def draw(music: Music, report: Report) -> Picture:
    """The picture; width and height in pixels."""
    frame = _frame(music, report)
    shapes = (
        *_ground(frame),
        *_bar_lines(music, frame),
        *_notes(music, frame),
    )
    words = (*_heading(report), *_labels(music, report, frame), *_legend(report, frame))
    return Picture(frame.width, frame.end + BOTTOM, GROUND, tuple(shapes), tuple(words))


def _frame(music: Music, report: Report) -> _Frame:
    width = int(np.clip(music.beats * BEAT, NARROWEST, WIDEST))
    low, high = report.low, report.high
    rows = (59, 60) if low is None or high is None else (max(0, low - 2), min(127, high + 2))
    drums = music.timed["pitch"][music.timed["part"] == DRUMS.index]
    return _Frame(
        width / float(music.bar_ticks[-1]),
        width + LEFT + RIGHT,
        *rows,
        tuple(sorted(set(drums.tolist()), reverse=True)),
    )


def _ground(frame: _Frame) -> Iterator[Rectangle]:
    span = frame.width - LEFT - RIGHT
    for pitch in range(frame.low, frame.high + 1):
        y = TOP + (frame.high - pitch) * ROW
        if pitch % 12 in _BLACK:
            yield Rectangle(LEFT, y, span, ROW, BLACK_KEY)
        elif pitch % 12 == 0:
            yield Rectangle(LEFT, y + ROW - 1, span, 1, OCTAVE)
    if frame.drums:
        yield Rectangle(LEFT, frame.roll_end + ROW // 2, span, 1, OCTAVE)


def _bar_lines(music: Music, frame: _Frame) -> Iterator[Rectangle]:
    every = _spread(music, frame, 8)
    for tick in music.bar_ticks[::every].tolist():
        yield Rectangle(frame.x(tick), TOP, 1, frame.end - TOP, LINE)


def _spread(music: Music, frame: _Frame, pixels: float) -> int:
    """Every which bar, so that these are at least so many pixels apart: 1, 2, 4, 8 and so on."""
    bar = (frame.width - LEFT - RIGHT) / len(music.bars)
    every = 1
    while bar * every < pixels:
        every *= 2
    return every


def _notes(music: Music, frame: _Frame) -> Iterator[Rectangle]:
    timed: NDArray[np.void] = music.timed
    drum_row = {pitch: index for index, pitch in enumerate(frame.drums)}
    columns = (timed[name].tolist() for name in ("start", "duration", "part", "pitch", "velocity"))
    for start, duration, part, pitch, velocity in zip(*columns, strict=True):
        strength = 0.4 + 0.6 * velocity / 127
        if part == DRUMS.index:
            y = frame.roll_end + ROW + drum_row[pitch] * ROW
            yield Rectangle(frame.x(start), y + 1, 3, ROW - 2, COLOURS[part], strength)
        else:
            y = TOP + (frame.high - pitch) * ROW
            width = max(duration * frame.per_tick - 0.5, 1.5)
            yield Rectangle(frame.x(start), y + 0.5, width, ROW - 1, COLOURS[part], strength)


def _heading(report: Report) -> Iterator[Word]:
    key = report.key.name if report.key else "no key"
    yield Word(
        LEFT,
        20,
        f"{report.file}  -  {key}, {report.tempo_bpm:.0f} bpm, {report.bars} bars, "
        f"{report.notes} notes",
        TEXT,
    )


def _labels(music: Music, report: Report, frame: _Frame) -> Iterator[Word]:
    numbered = _spread(music, frame, 40)
    for bar in range(0, len(music.bars), numbered):
        yield Word(frame.x(float(music.bar_ticks[bar])) + 2, TOP - 22, str(bar + 1), DIM)
    # Chords where all of a bar's fit above it.
    widths = np.diff(music.bar_ticks) * frame.per_tick
    for bar, names in enumerate(report.chords):
        text = " ".join(names)
        if text and widths[bar] >= png.width_of(text) + 4:
            yield Word(frame.x(float(music.bar_ticks[bar])) + 2, TOP - 8, text, TEXT)
    for pitch in range(frame.low, frame.high + 1):
        if pitch % 12 == 0 and frame.low < frame.high - 3:
            y = TOP + (frame.high - pitch) * ROW + ROW
            yield Word(8, y, pitch_name(pitch), DIM)
    if frame.drums:
        yield Word(8, frame.roll_end + 2 * ROW, "drums", DIM)


def _legend(report: Report, frame: _Frame) -> Iterator[Word]:
    x = float(LEFT)
    index_of = {part.name: part.index for part in PARTS}
    for part in report.parts:
        text = f"{part.name} {part.notes}"
        yield Word(x, frame.end + 22, text, COLOURS[index_of[part.name]])
        x += png.width_of(text) + 18
