"""A MIDI file as arrays: notes in ticks and on the grid, bars, tempo map.

Files are untrusted: too big, too long or broken ones raise FileError with one line. What is read
here is what ``report`` measures and ``roll`` draws.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import NOTE
from amt_live.errors import FileError
from amt_live.midi.smf import Meter, Song, read
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUM_CHANNEL, part_of_program
from amt_live.tokens.encode import snap

MAX_FILE_BYTES: Final = 4 << 20
MAX_BARS: Final = 20_000
LONGEST_STEPS: Final = 24 * STEPS_PER_BEAT
"""Notes held longer than the model can write are measured as that long."""

TIMED: Final = np.dtype(
    [
        ("start", "<i8"),
        ("duration", "<i8"),
        ("part", "u1"),
        ("pitch", "u1"),
        ("velocity", "u1"),
        ("channel", "u1"),
        ("program", "u1"),
    ]
)
"""One note as it stands in the file, times in the file's ticks."""

_SNAPPED: Final = np.array([snap(step) for step in range(STEPS_PER_BEAT)], np.int32)


@dataclass(frozen=True, slots=True)
class Music:
    """A file: ``timed`` [N] of TIMED by start, ``notes`` [N] of NOTE by step (the same notes on the
    grid), ``bars`` [B, 2] as (start, length) in grid steps, ``bar_ticks`` [B + 1] their edges."""

    song: Song
    size_bytes: int
    timed: NDArray[np.void]
    notes: NDArray[np.void]
    bars: NDArray[np.int32]
    bar_ticks: NDArray[np.float64]

    @property
    def beats(self) -> float:
        """Length of all bars in quarters."""
        return float(self.bar_ticks[-1]) / self.song.ticks_per_quarter

    def seconds_at(self, ticks: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds from the start of the file at many ticks at once."""
        tempos = [(0, 120.0), *((tempo.at_ticks, tempo.bpm) for tempo in self.song.tempos)]
        at = np.array([tick for tick, _ in tempos], np.float64)
        per_tick = 60.0 / (np.array([bpm for _, bpm in tempos]) * self.song.ticks_per_quarter)
        seconds = np.concatenate([[0.0], np.cumsum(np.diff(at) * per_tick[:-1])])
        index = np.searchsorted(at, ticks, side="right") - 1
        return np.asarray(seconds[index] + (ticks - at[index]) * per_tick[index])


def load_music(path: Path) -> Music:
    """Read a MIDI file; raises FileError that says in one line why it cannot be used."""
    try:
        size_bytes = path.stat().st_size
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from None
    if size_bytes > MAX_FILE_BYTES:
        raise FileError(
            f"{path} has {size_bytes / 2**20:.1f} MiB, too much for a piece of music; "
            f"choose a file of at most {MAX_FILE_BYTES >> 20} MiB"
        )
    song = read(path)
    timed = _timed_notes(song)
    if not len(timed):
        raise FileError(f"{path} holds no notes; choose a file with music in it")
    edges = _bar_edges(song, int((timed["start"] + timed["duration"]).max()), path)
    bars = _bars(song, edges)
    return Music(song, size_bytes, timed, _on_grid(song, timed, bars), bars, edges)


def _timed_notes(song: Song) -> NDArray[np.void]:
    changes: dict[int, list[tuple[int, int]]] = {}
    for track in song.tracks:
        for change in track.programs:
            changes.setdefault(change.channel, []).append((change.at_ticks, change.program))
    rows = [
        (note.start_ticks, note.duration_ticks, 0, note.pitch, note.velocity, note.channel, 0)
        for track in song.tracks
        for note in track.notes
    ]
    timed = np.array(rows, TIMED)
    for channel, at_program in changes.items():
        at_program.sort(key=lambda change: change[0])
        mine = np.flatnonzero(timed["channel"] == channel)
        at = [tick for tick, _ in at_program]
        index = np.searchsorted(at, timed["start"][mine], side="right") - 1
        # A note before the first program change of its channel is meant for it all the same.
        programs = np.array([program for _, program in at_program])
        timed["program"][mine] = programs[np.maximum(index, 0)]
    parts = np.array([part_of_program(program) for program in range(128)], np.uint8)
    timed["part"] = np.where(timed["channel"] == DRUM_CHANNEL, 0, parts[timed["program"]])
    return np.sort(timed, order=["start", "part", "pitch"])


def _on_grid(song: Song, timed: NDArray[np.void], bars: NDArray[np.int32]) -> NDArray[np.void]:
    """The notes where training would put them: on sixteenths or triplet eighths of their bar."""
    to_steps = STEPS_PER_BEAT / song.ticks_per_quarter
    notes = np.zeros(len(timed), NOTE)
    step = np.round(timed["start"] * to_steps).astype(np.int32)
    starts = bars[np.searchsorted(bars[:, 0], step, side="right") - 1, 0]
    beat = (step - starts) // STEPS_PER_BEAT * STEPS_PER_BEAT
    end = int(bars[-1].sum())
    notes["step"] = np.minimum(starts + beat + _SNAPPED[step - starts - beat], max(end - 1, 0))
    notes["duration"] = np.clip(np.round(timed["duration"] * to_steps), 1, LONGEST_STEPS)
    for name in ("part", "pitch", "velocity"):
        notes[name] = timed[name]
    return np.sort(notes, order=["step", "part", "pitch"])


def _bar_edges(song: Song, end_ticks: int, path: Path) -> NDArray[np.float64]:
    """Ticks of all bar lines up to the end of the music; a change of meter cuts a bar short."""
    meters = [meter for meter in song.meters if meter.numerator]
    if not meters or meters[0].at_ticks > 0:
        meters.insert(0, Meter(0, 4, 4))
    edges: list[NDArray[np.float64]] = []
    count = 0
    for index, meter in enumerate(meters):
        is_last = index + 1 == len(meters)
        end = end_ticks if is_last else min(meters[index + 1].at_ticks, end_ticks)
        if end <= meter.at_ticks and index:
            continue
        length = 4 * song.ticks_per_quarter * meter.numerator / meter.denominator
        bars = max(1, int(np.ceil((end - meter.at_ticks) / length)))
        count += bars
        if count > MAX_BARS:
            raise FileError(f"{path} has more than {MAX_BARS} bars; choose a shorter file")
        edges.append(meter.at_ticks + length * np.arange(bars, dtype=np.float64))
        last = edges[-1][-1] + length
    return np.concatenate([*edges, [last]])


def _bars(song: Song, edges: NDArray[np.float64]) -> NDArray[np.int32]:
    steps = np.round(edges * (STEPS_PER_BEAT / song.ticks_per_quarter)).astype(np.int32)
    return np.stack([steps[:-1], np.diff(steps)], axis=1)
