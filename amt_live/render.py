"""The band on a manual clock: as fast as the machine decodes, and the same bytes every time.

Called by ``amt-live generate``. Time stands still while the band decodes, so nothing is ever late.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amt_live.control.commands import Transport
from amt_live.control.state import Notice, Sampling
from amt_live.engine.band import Band, Settings
from amt_live.engine.controls import Controls
from amt_live.engine.model import open_model
from amt_live.engine.takes import TakeDesk
from amt_live.midi.clock import ManualClock
from amt_live.midi.memory_output import MemoryOutput
from amt_live.midi.output import NotesSent, PlayerReport
from amt_live.midi.smf import Song, write
from amt_live.music.events import Note
from amt_live.music.parts import PARTS

MAX_BARS: Final = 10_000

Progress = Callable[[int, int], None]
"""Bars done, bars wanted."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was generated, in figures."""

    bars: int
    notes: int
    mean_pitch: float
    mean_velocity: float
    parts: tuple[str, ...]
    duration_s: float

    def lines(self) -> list[str]:
        """For people."""
        per_bar = self.notes / self.bars
        return [
            f"{self.notes} notes in {self.bars} bars ({self.duration_s:.1f} s), "
            f"{per_bar:.1f} notes per bar, mean pitch {self.mean_pitch:.1f}, "
            f"mean velocity {self.mean_velocity:.1f}",
            f"parts: {', '.join(self.parts) or 'none'}",
        ]


def generate(
    model_folder: Path,
    text: str,
    out: Path,
    *,
    bars: int,
    tempo_bpm: float,
    seed: int,
    progress: Progress,
) -> Figures:
    """Play ``bars`` bars of a mood into a MIDI file; raises AmtError."""
    model = open_model(model_folder, seed)
    clock = ManualClock()
    played: list[Note] = []

    def on_report(report: PlayerReport) -> None:
        if isinstance(report, NotesSent):
            played.extend(report.notes)

    output = MemoryOutput(clock, on_report)
    settings = Settings(text, tempo_bpm, seed, Sampling(), model.name)
    band = Band(model.generator, model.moods, output, clock, settings, _ignore)
    controls = Controls(band, TakeDesk(out.parent))
    output.take_start(out)
    controls.execute(Transport("play"))
    song, duration_s = _play(band, controls, output, bars, progress)
    write(song, out)
    return _figures(played, bars, duration_s)


def _play(
    band: Band, controls: Controls, output: MemoryOutput, bars: int, progress: Progress
) -> tuple[Song, float]:
    done = 0
    while (end := next((bar for bar in band.stream.bars if bar.number == bars), None)) is None:
        rest_s = band.turn()
        if rest_s > 0:
            output.advance(output.clock.now() + rest_s)
        if band.stream.bars and band.stream.bars[-1].number > done:
            done = band.stream.bars[-1].number
            progress(min(done, bars), bars)
    while (timeline := band.transport.timeline) is None:
        band.turn()
    output.drop_from(end.start_ticks)
    end_s = timeline.seconds_at(end.start_ticks)
    output.advance(end_s)
    controls.execute(Transport("stop"))
    progress(bars, bars)
    return output.end_recording(), end_s - timeline.seconds_at(0)


def _figures(played: list[Note], bars: int, duration_s: float) -> Figures:
    used = sorted({note.part for note in played})
    return Figures(
        bars,
        len(played),
        statistics.fmean(note.pitch for note in played) if played else 0.0,
        statistics.fmean(note.velocity for note in played) if played else 0.0,
        tuple(PARTS[part].name for part in used),
        duration_s,
    )


def _ignore(notice: Notice) -> None:
    del notice
