"""Windows of whole bars, cut from a prepared corpus or from a MIDI file that the band played."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import NOTE
from amt_live.analysis.music import load_music
from amt_live.midi.smf import read
from amt_live.music.parts import DRUMS
from export.attributes import genre_of
from export.corpus import Corpus, PieceInfo
from export.evaluation.window import Window

BARS: Final = 8
MIN_WINDOWS: Final = 30
"""A label with fewer real windows is not scored: its quantiles would be noise."""
USUAL_BPM: Final = 120.0
_BPM_RANGE: Final = (20.0, 400.0)


def corpus_windows(
    corpus: Corpus,
    *,
    bars: int = BARS,
    splits: Collection[str] | None = None,
    per_piece: int | None = None,
    seed: int = 0,
) -> list[Window]:
    """Consecutive windows of ``bars`` bars that do not overlap, labelled by ``genre_of``.

    ``splits`` None takes all pieces (the held-out test music is prepared as a corpus of its own);
    ``per_piece`` takes at most so many windows of each piece, drawn at random. Windows without
    notes are kept where the music before and after sounds; the rest of a piece that fills no window
    is left out. Pieces for drums alone have no label: words that name a genre ask for a band.
    """
    rng = np.random.default_rng(seed)
    found: list[Window] = []
    for piece in corpus.pieces:
        if splits is not None and piece.split not in splits:
            continue
        notes, lines = corpus.notes[slice(*piece.notes)], corpus.bars[slice(*piece.bars)]
        firsts = np.arange(0, len(lines) - bars + 1, bars)
        if per_piece is not None and len(firsts) > per_piece:
            firsts = np.sort(rng.choice(firsts, per_piece, replace=False))
        label = genre_of(piece) if (notes["part"] != DRUMS.index).any() else None
        name = f"{piece.source}/{piece.name}"
        bpm = _bpm_of(piece)
        found += [cut(notes, lines[at : at + bars], bpm, label, name) for at in firsts]
    return found


def file_windows(
    path: Path,
    *,
    bpm: float,
    bars: int = BARS,
    wanted_bars: int | None = None,
    label: str | None = None,
    piece: str = "",
) -> list[Window]:
    """Windows of a MIDI file that the band played; silence at its end counts up to ``wanted_bars``.

    Without ``wanted_bars`` the bars end with the last note, and what fills no window is left out.
    Raises FileError when the file cannot be read.
    """
    if any(track.notes for track in read(path).tracks):
        music = load_music(path)
        notes, lines = music.notes, music.bars
    else:
        notes, lines = np.zeros(0, NOTE), np.array([(0, 48)], np.int32)
    lines = lines[: wanted_bars or len(lines)]
    missing = max(0, (wanted_bars or 0) - len(lines))
    length = int(lines[-1, 1])
    after = int(lines[-1].sum()) + length * np.arange(missing)
    silent = np.stack([after, np.full(missing, length)], axis=1).astype(np.int32)
    lines = np.concatenate([lines, silent])
    return [
        cut(notes, lines[at : at + bars], bpm, label, piece)
        for at in range(0, len(lines) - bars + 1, bars)
    ]


def cut(
    notes: NDArray[np.void], bars: NDArray[np.int32], bpm: float, label: str | None, piece: str
) -> Window:
    """The window of the given bars [N, 2] out of sorted notes; both count from the same zero."""
    start, end = int(bars[0, 0]), int(bars[-1].sum())
    low, high = np.searchsorted(notes["step"], (start, end))
    inside = notes[low:high].copy()
    inside["step"] -= start
    return Window(inside, bars - np.array([start, 0], np.int32), bpm, label, piece)


def by_label(windows: Iterable[Window]) -> dict[str, list[Window]]:
    """Windows of each label, labels in alphabetical order; those without one are left out."""
    groups: dict[str, list[Window]] = defaultdict(list)
    for window in windows:
        if window.label is not None:
            groups[window.label].append(window)
    return dict(sorted(groups.items()))


def scored_labels(windows: Sequence[Window], minimum: int = MIN_WINDOWS) -> tuple[str, ...]:
    """Labels that have enough real windows to be compared with."""
    return tuple(label for label, of in by_label(windows).items() if len(of) >= minimum)


def draw(
    windows: Sequence[Window], labels: Sequence[str], per_label: int, seed: int = 0
) -> list[Window]:
    """At most ``per_label`` windows of each label at random: as many real ones as were played."""
    rng = np.random.default_rng(seed)
    groups = by_label(windows)
    return [
        groups[label][index]
        for label in labels
        for index in rng.permutation(len(groups.get(label, ())))[:per_label]
    ]


def _bpm_of(piece: PieceInfo) -> float:
    """The piece's mean tempo as its labels record it; some recorded ones are absurd."""
    try:
        bpm = float(piece.labels.get("bpm", USUAL_BPM))
    except ValueError:
        return USUAL_BPM
    return bpm if _BPM_RANGE[0] <= bpm <= _BPM_RANGE[1] else USUAL_BPM
