"""Plays what the evaluation asks for and keeps it, so that an interrupted evaluation goes on.

A take is kept under a hash of the model, of the code that played it and of the request; nothing has
to be thrown away by hand after a change of any of them. Windows are cut straight from the song that
a file would hold, without writing one.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

import amt_live
from amt_live.analysis.measures import NOTE
from amt_live.control.state import Sampling
from amt_live.manifest import load_manifest
from amt_live.midi.smf import Song
from amt_live.music.beats import GRID_TICKS
from amt_live.music.events import Bar
from amt_live.music.parts import PARTS
from amt_live.offline import Request, Take, play_many
from export.evaluation.real import cut
from export.evaluation.window import Window

_PLAYED_BY: Final = ("control", "engine", "inference", "midi", "music", "text", "tokens")
"""Packages of amt_live that decide what a request sounds like."""

Play = Callable[[Sequence[Request]], Iterable[tuple[int, Take]]]


@dataclass(frozen=True, slots=True)
class Played:
    """A take as the evaluation keeps it: notes on the grid, bars, what it cost."""

    notes: NDArray[np.void]
    bars: NDArray[np.int32]
    tokens: int
    cpu_s: float

    def windows(
        self, name: str, bpm: float, label: str | None = None, bars: int = 8
    ) -> list[Window]:
        """Windows of whole bars, one after the other; silence counts."""
        firsts = range(0, len(self.bars) - bars + 1, bars)
        return [cut(self.notes, self.bars[at : at + bars], bpm, label, name) for at in firsts]

    def whole(self, name: str, bpm: float, label: str | None = None) -> Window:
        """All of it as one window."""
        return cut(self.notes, self.bars, bpm, label, name)


class Jukebox:
    """Plays requests with one model, by several processes, and remembers takes on disk."""

    def __init__(
        self, model: Path, cache: Path, sampling: Sampling, processes: int | None = None
    ) -> None:
        self.sampling = sampling
        self.model = model
        self._folder = cache / "takes" / _fingerprint(model)
        self._play: Play = lambda requests: play_many(model, requests, processes)
        self.costs: list[tuple[int, float]] = []
        """(ids, seconds of one core) of every take that was asked for."""
        self.spent_s: dict[str, float] = {}
        """Seconds of one core by what was played."""

    def play(self, requests: Sequence[Request], title: str) -> list[Played]:
        """The takes of requests, in their order, under a progress bar called ``title``."""
        found: dict[Request, Played] = {}
        bar = tqdm(desc=title, total=len(requests), unit="take", disable=None)
        for request in requests:
            known = self._remembered(request)
            if known is not None:
                found[request] = known
                bar.update()
        rest = [request for request in dict.fromkeys(requests) if request not in found]
        for index, take in self._play(rest):
            found[rest[index]] = kept = played_of(take)
            self._remember(rest[index], kept)
            bar.update()
        bar.close()
        takes = [found[request] for request in requests]
        self.costs += [(take.tokens, take.cpu_s) for take in takes]
        spent_s = sum(take.cpu_s for take in takes)
        self.spent_s[title] = self.spent_s.get(title, 0.0) + spent_s
        return takes

    def _path(self, request: Request) -> Path:
        return self._folder / f"{key_of(request)}.npz"

    def _remembered(self, request: Request) -> Played | None:
        try:
            # Opened here, because numpy leaves a file that it refuses open.
            path = self._path(request)
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return Played(
                    arrays["notes"],
                    arrays["bars"],
                    int(arrays["tokens"]),
                    float(arrays["cpu_s"]),
                )
        except (OSError, EOFError, KeyError, ValueError, BadZipFile):
            return None

    def _remember(self, request: Request, played: Played) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(request)
        partial = path.with_suffix(".partial.npz")
        np.savez_compressed(
            partial,
            notes=played.notes,
            bars=played.bars,
            tokens=np.int64(played.tokens),
            cpu_s=np.float64(played.cpu_s),
        )
        partial.replace(path)


def key_of(request: Request) -> str:
    """Hash of everything in a request."""
    told = asdict(request)
    told["changes"] = [
        (beat, type(command).__name__, asdict(command)) for beat, command in request.changes
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def window_notes(song: Song) -> NDArray[np.void]:
    """The notes of a song on the grid, sorted, as reading its file back would give them."""
    part_of = {part.channel: part.index for part in PARTS}
    rows = [
        (
            round(note.start_ticks / GRID_TICKS),
            max(round(note.duration_ticks / GRID_TICKS), 1),
            part_of[note.channel],
            note.pitch,
            note.velocity,
        )
        for track in song.tracks
        for note in track.notes
    ]
    notes = np.zeros(len(rows), NOTE)
    if rows:
        columns = zip(*rows, strict=True)
        for name, column in zip(
            ("step", "duration", "part", "pitch", "velocity"), columns, strict=True
        ):
            notes[name] = column
    return np.sort(notes, order=["step", "part", "pitch"])


def bar_rows(bars: Sequence[Bar]) -> NDArray[np.int32]:
    """(start, length) in grid steps, [N, 2]."""
    rows = [(bar.start_ticks // GRID_TICKS, bar.duration_ticks // GRID_TICKS) for bar in bars]
    return np.array(rows, np.int32).reshape(-1, 2)


def played_of(take: Take) -> Played:
    """A take as the evaluation keeps it."""
    return Played(window_notes(take.song), bar_rows(take.bars), take.tokens, take.cpu_s)


def _fingerprint(model: Path) -> str:
    """Of the model's files and of the code that plays it."""
    digest = hashlib.sha256(json.dumps(load_manifest(model).files, sort_keys=True).encode())
    package = Path(amt_live.__file__).parent
    sources = [package / "offline.py"]
    for name in _PLAYED_BY:
        sources += sorted((package / name).rglob("*.py"))
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:32]
