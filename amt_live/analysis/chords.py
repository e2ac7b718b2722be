"""The chords of a piece, bar by bar: one, or two where the halves of a bar differ."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis import harmony
from amt_live.analysis.music import Music
from amt_live.music.parts import DRUMS, part_named

Floats = NDArray[np.float32]

SPLIT_STEPS: Final = 48
"""Bars shorter than four quarters have one chord."""
_FARTHEST: Final = 16
"""A note is heard in at most so many half bars, which bounds the work that a file can cause."""


def chords_per_bar(music: Music) -> list[tuple[str, ...]]:
    """Chord names of each bar, such as ``("Am", "F")``; empty where nothing sounds."""
    bars = music.bars
    edges = np.append(np.stack([bars[:, 0], bars[:, 0] + bars[:, 1] // 2], axis=1).ravel(), 0)
    edges[-1] = int(bars[-1].sum())
    tones, bass = _sounding(music, edges)
    halves, _ = harmony.chords(tones, bass)
    together = (h.reshape(-1, 2, 12).sum(axis=1) for h in (tones, bass))
    wholes, _ = harmony.chords(*together)
    found: list[tuple[str, ...]] = []
    for index, (first, second) in enumerate(halves.reshape(-1, 2).tolist()):
        whole = int(wholes[index])
        differ = min(first, second) >= 0 and _root(first) != _root(second)
        if differ and bars[index, 1] >= SPLIT_STEPS:
            found.append((harmony.chord_name(first), harmony.chord_name(second)))
        else:
            found.append(() if whole < 0 else (harmony.chord_name(whole),))
    return found


def _root(chord: int) -> int:
    return chord // len(harmony.CHORD_TONES)


def _sounding(music: Music, edges: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Pitch-class histograms [segments, 12] of all that sounds between edges, and of its bass."""
    notes = music.notes[music.notes["part"] != DRUMS.index]
    start = notes["step"]
    end = np.minimum(start + notes["duration"].astype(np.int32), edges[-1])
    first = np.searchsorted(edges, start, side="right") - 1
    last = np.searchsorted(edges, end - 1, side="right") - 1
    count = np.clip(last - first + 1, 1, _FARTHEST)
    note = np.repeat(np.arange(len(notes)), count)
    segment = first[note] + np.arange(len(note)) - np.repeat(np.cumsum(count) - count, count)
    segments = len(edges) - 1
    segment = np.minimum(segment, segments - 1)
    heard = np.minimum(end[note], edges[segment + 1]) - np.maximum(start[note], edges[segment])
    weight = np.maximum(heard, 0).astype(np.float32)
    pitch = notes["pitch"][note]
    is_bass = notes["part"][note] == part_named("bass").index
    # Where no bass plays, the lowest note is it.
    has_bass = np.zeros(segments, bool)
    has_bass[segment[is_bass & (weight > 0)]] = True
    lowest = np.full(segments, 128, np.uint8)
    np.minimum.at(lowest, segment[weight > 0], pitch[weight > 0])
    is_bass |= ~has_bass[segment] & (pitch == lowest[segment])
    pitches = pitch.astype(np.float32)
    return (
        harmony.histograms(segment, pitches, weight, segments),
        harmony.histograms(segment[is_bass], pitches[is_bass], weight[is_bass], segments),
    )
