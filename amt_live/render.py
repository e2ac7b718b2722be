"""A mood into MIDI files, faster than real time and with the same bytes every time.

Called by ``amt-live generate``. Time stands still while the band decodes, so nothing is ever late.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amt_live.engine.model import open_model
from amt_live.midi.smf import write
from amt_live.music.parts import PARTS
from amt_live.offline import Progress, Request, Stage, Take, play_many

MAX_BARS: Final = 10_000


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
    stage = Stage(open_model(model_folder, seed))
    take = stage.play(Request(text, seed, bars, tempo_bpm), progress)
    write(take.song, out)
    return figures_of(take)


def generate_many(
    model_folder: Path,
    requests: Sequence[Request],
    outs: Sequence[Path],
    processes: int | None = None,
) -> Iterator[tuple[int, Figures]]:
    """Play several requests into a file each, yielding (index, figures) as each lies finished.

    Every file has the bytes that ``generate`` would give it. Raises AmtError.
    """
    for index, take in play_many(model_folder, requests, processes):
        write(take.song, outs[index])
        yield index, figures_of(take)


def numbered(out: Path, takes: int) -> list[Path]:
    """Where several takes go: ``out-1.mid``, ``out-2.mid`` and so on."""
    return [out.with_name(f"{out.stem}-{number + 1}{out.suffix}") for number in range(takes)]


def figures_of(take: Take) -> Figures:
    """A take in figures."""
    notes = take.notes
    used = sorted({note.part for note in notes})
    return Figures(
        len(take.bars),
        len(notes),
        statistics.fmean(note.pitch for note in notes) if notes else 0.0,
        statistics.fmean(note.velocity for note in notes) if notes else 0.0,
        tuple(PARTS[part].name for part in used),
        take.duration_s,
    )
