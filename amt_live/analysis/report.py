"""Everything that ``amt-live analyze`` says of a file, as a value, as JSON and as text."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.chords import chords_per_bar
from amt_live.analysis.measures import key_scores
from amt_live.analysis.moods import MoodReading, Reading
from amt_live.analysis.music import Music
from amt_live.music.keys import key_name
from amt_live.music.parts import DRUMS, PARTS
from amt_live.tokens.vocabulary import KEY_ROOTS

SHOWN_READINGS: Final = 3
SHOWN_TEMPI: Final = 8
CHORDS_A_LINE: Final = 8
_INDENT: Final = " " * 10


@dataclass(frozen=True, slots=True)
class PartReport:
    """One part: ``programs`` count from 0; ``low`` and ``high`` are MIDI pitches."""

    name: str
    notes: int
    programs: tuple[int, ...]
    low: int
    high: int
    mean_velocity: float


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From this bar (counted from 1) and second on, quarters a minute."""

    bar: int
    at_s: float
    bpm: float


@dataclass(frozen=True, slots=True)
class KeyReport:
    """The best key and the next; confidence is the correlation with its profile, up to 1."""

    name: str
    confidence: float
    next_name: str
    next_confidence: float


@dataclass(frozen=True, slots=True)
class Report:
    """One file. Pitches leave drums out; ``low`` is None where only drums play."""

    file: str
    size_bytes: int
    duration_s: float
    bars: int
    beats: float
    meters: tuple[str, ...]
    tempo_bpm: float
    tempo_map: tuple[TempoChange, ...]
    notes: int
    unique_pitches: int
    low: int | None
    high: int | None
    mean_velocity: float
    notes_per_beat: float
    notes_per_bar: float
    parts: tuple[PartReport, ...]
    key: KeyReport | None
    chords: tuple[tuple[str, ...], ...]
    mood: MoodReading | None = None
    styles: tuple[Reading, ...] = ()
    style_analysis: Mapping[str, float] = field(default_factory=dict)
    """How much of each style is in it, 0-1, each for itself; see ``elements``."""
    model: str | None = None
    basis: tuple[str, ...] = field(default=())
    """What the readings rest on, or why there are none."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON; note names stand beside the numbers."""
        record = asdict(self)
        record["range"] = None
        if self.low is not None and self.high is not None:
            record["range"] = range_name(self.low, self.high)
        for row in (record, *record["parts"]):
            row["low_name"] = None if row["low"] is None else pitch_name(row["low"])
            row["high_name"] = None if row["high"] is None else pitch_name(row["high"])
        return record


def pitch_name(pitch: int) -> str:
    """Such as ``C4`` for 60."""
    return f"{KEY_ROOTS[pitch % 12]}{pitch // 12 - 1}"


def range_name(low: int, high: int) -> str:
    """Such as ``C3 (48) to C5 (72)``."""
    return f"{pitch_name(low)} ({low}) to {pitch_name(high)} ({high})"


def describe(path: Path, music: Music) -> Report:
    """All that can be measured without a model."""
    timed = music.timed
    pitched = timed[timed["part"] != DRUMS.index]
    ends = np.array([float((timed["start"] + timed["duration"]).max())])
    duration_s = float(music.seconds_at(ends)[0])
    music_beats = float(ends[0]) / music.song.ticks_per_quarter
    bars = len(music.bars)
    return Report(
        file=path.name,
        size_bytes=music.size_bytes,
        duration_s=duration_s,
        bars=bars,
        beats=music.beats,
        meters=_meters(music),
        tempo_bpm=60.0 * music_beats / duration_s if duration_s else 120.0,
        tempo_map=tuple(_tempo_map(music, ends[0])),
        notes=len(timed),
        unique_pitches=len(np.unique(pitched["pitch"])),
        low=int(pitched["pitch"].min()) if len(pitched) else None,
        high=int(pitched["pitch"].max()) if len(pitched) else None,
        mean_velocity=float(timed["velocity"].mean()),
        notes_per_beat=len(timed) / music.beats,
        notes_per_bar=len(timed) / bars,
        parts=tuple(_parts(timed)),
        key=_key(music),
        chords=tuple(chords_per_bar(music)) if len(pitched) else (),
    )


def _meters(music: Music) -> tuple[str, ...]:
    names = [f"{m.numerator}/{m.denominator}" for m in music.song.meters if m.numerator]
    return tuple(dict.fromkeys(names)) or ("4/4",)


def _tempo_map(music: Music, end_ticks: float) -> Iterator[TempoChange]:
    tempos = [(tempo.at_ticks, tempo.bpm) for tempo in music.song.tempos]
    if not tempos or tempos[0][0] > 0:
        tempos.insert(0, (0, 120.0))
    for at_ticks, bpm in tempos:
        if at_ticks <= end_ticks:
            bar = int(np.searchsorted(music.bar_ticks, at_ticks, side="right"))
            at_s = float(music.seconds_at(np.array([float(at_ticks)]))[0])
            yield TempoChange(bar, at_s, bpm)


def _parts(timed: NDArray[np.void]) -> Iterator[PartReport]:
    for part in PARTS:
        mine = timed[timed["part"] == part.index]
        if len(mine):
            yield PartReport(
                part.name,
                len(mine),
                tuple(np.unique(mine["program"]).tolist()),
                int(mine["pitch"].min()),
                int(mine["pitch"].max()),
                float(mine["velocity"].mean()),
            )


def _key(music: Music) -> KeyReport | None:
    scores = key_scores(music.notes)
    if scores.max() <= 0:
        return None
    best, second = np.argsort(-scores)[:2].tolist()
    return KeyReport(
        key_name(best),
        float(scores[best]),
        key_name(second),
        float(scores[second]),
    )


def lines(report: Report) -> Iterator[str]:
    """For people."""
    size = report.size_bytes
    shown = f"{size / 1024:.1f} KiB" if size >= 1024 else f"{size} bytes"
    minutes, seconds = divmod(report.duration_s, 60)
    length = f"{minutes:.0f} min {seconds:.1f} s" if minutes else f"{seconds:.1f} s"
    yield f"{report.file}: {shown}, {length}, {report.bars} bars of {', '.join(report.meters)}"
    yield from _tempo_lines(report)
    if report.low is None or report.high is None:
        yield f"notes     {report.notes}, drums only"
    else:
        yield (
            f"notes     {report.notes}, {report.unique_pitches} different pitches, "
            f"{range_name(report.low, report.high)}"
        )
    yield f"velocity  {report.mean_velocity:.1f} on average"
    yield (f"density   {report.notes_per_beat:.2f} notes a beat, {report.notes_per_bar:.1f} a bar")
    for index, part in enumerate(report.parts):
        yield f"{_INDENT if index else 'parts     '}{_part_line(part)}"
    if report.key is not None:
        key = report.key
        yield (
            f"key       {key.name} (confidence {key.confidence:.2f}; "
            f"next {key.next_name} {key.next_confidence:.2f})"
        )
    yield from _chord_lines(report.chords)
    yield from _reading_lines(report)


def _tempo_lines(report: Report) -> Iterator[str]:
    if len(report.tempo_map) == 1:
        yield f"tempo     {report.tempo_bpm:.1f} bpm"
        return
    bpm = [change.bpm for change in report.tempo_map]
    yield (
        f"tempo     {report.tempo_bpm:.1f} bpm on average, {len(bpm)} tempi "
        f"from {min(bpm):.1f} to {max(bpm):.1f}"
    )
    shown = [f"bar {change.bar}: {change.bpm:.1f}" for change in report.tempo_map[:SHOWN_TEMPI]]
    yield _INDENT + ", ".join(shown) + (", ..." if len(bpm) > SHOWN_TEMPI else "")


def _part_line(part: PartReport) -> str:
    line = f"{part.name}: {part.notes} notes"
    if part.name != DRUMS.name:
        programs = ", ".join(str(program + 1) for program in part.programs)
        line += f", {pitch_name(part.low)} to {pitch_name(part.high)}, program {programs}"
    return f"{line}, velocity {part.mean_velocity:.0f}"


def _chord_lines(chords: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for first in range(0, len(chords), CHORDS_A_LINE):
        row = chords[first : first + CHORDS_A_LINE]
        cells = " | ".join(" ".join(bar) or "-" for bar in row)
        yield f"{_INDENT if first else 'chords    '}{first + 1:>3}  | {cells} |"


def _reading_lines(report: Report) -> Iterator[str]:
    if report.mood is not None:
        mood = report.mood
        yield (
            f"mood      arousal {mood.arousal:+.1f}, valence {mood.valence:+.1f}: "
            f"{_shown(mood.readings)}"
        )
    if report.styles:
        yield f"style     {_shown(report.styles)}"
    if report.style_analysis:
        strongest = list(report.style_analysis.items())[:SHOWN_READINGS]
        yield "          " + ", ".join(f"{name} {share:.1f}" for name, share in strongest)
    for index, line in enumerate(report.basis):
        yield f"{_INDENT if index else 'readings  '}{line}"


def _shown(readings: tuple[Reading, ...]) -> str:
    return ", ".join(f"{r.name} {100 * r.probability:.0f} %" for r in readings[:SHOWN_READINGS])
