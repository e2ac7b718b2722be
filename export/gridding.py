"""A measured passage as bars of the token grid, each with its key, its density and its chords."""

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote
from amt_live.tokens.encode import GridBar
from export import harmony

Floats = NDArray[np.float32]

_ON_GRID = frozenset(v.POSITIONS)


def grid_bars(notes: NDArray[np.void], bars: NDArray[np.int32], scores: Floats) -> list[GridBar]:
    """Bars as the encoder takes them: ``notes`` sorted by step, ``bars`` [B, 2] starts and lengths
    in steps, ``scores`` how well each key 0-23 fits."""
    key = int(scores.argmax()) if scores.max() > 0.55 else None
    chords = _bar_chords(notes, bars)
    edges = np.searchsorted(notes["step"], [*bars[:, 0], int(bars[-1].sum())])
    columns = {name: notes[name].tolist() for name in notes.dtype.names or ()}
    grid = []
    for index, (start, steps) in enumerate(bars.tolist()):
        span = range(int(edges[index]), int(edges[index + 1]))
        rows = tuple(
            GridNote(
                columns["step"][i] - start,
                columns["part"][i],
                columns["pitch"][i],
                columns["velocity"][i],
                columns["duration"][i],
            )
            for i in span
            if columns["step"][i] - start in _ON_GRID
        )
        level = int(np.searchsorted(v.DENSITY_EDGES, len(rows) * STEPS_PER_BEAT / steps))
        grid.append(GridBar(steps, rows, key, level, chords[index]))
    return grid


def _bar_chords(
    notes: NDArray[np.void], bars: NDArray[np.int32]
) -> list[tuple[tuple[int, int] | None, ...]]:
    """One chord a bar, or two where the halves of a bar of four differ."""
    pitched = notes[notes["part"] != DRUMS.index]
    halves = np.stack([bars[:, 0], bars[:, 0] + bars[:, 1] // 2], axis=1).ravel()
    segment = np.searchsorted(halves, pitched["step"], side="right") - 1
    length = np.minimum(pitched["duration"], 24).astype(np.float32)
    pitch = pitched["pitch"].astype(np.float32)
    all_tones = harmony.histograms(segment, pitch, length, len(halves))
    bass = pitched["part"] == 1
    bass_tones = harmony.histograms(segment[bass], pitch[bass], length[bass], len(halves))
    chord_half, _ = harmony.chords(all_tones, bass_tones)
    whole = all_tones.reshape(-1, 2, 12).sum(axis=1)
    chord_whole, _ = harmony.chords(whole, bass_tones.reshape(-1, 2, 12).sum(axis=1))
    result: list[tuple[tuple[int, int] | None, ...]] = []
    for index, (first, second) in enumerate(chord_half.reshape(-1, 2).tolist()):
        both = first >= 0 and second >= 0 and first // 12 != second // 12
        if both and bars[index, 1] >= 48:
            result.append((divmod(first, 12), divmod(second, 12)))
        else:
            best = int(chord_whole[index])
            result.append((None,) if best < 0 else (divmod(best, 12),))
    return result
