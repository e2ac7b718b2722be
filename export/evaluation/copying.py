"""How much of what is played stands in the training music, in whatever key.

A phrase is a run of notes of one line: intervals in semitones, and times between onsets, which
transposition leaves as they are. Lines are the highest notes of each part but drums, and those of
all such parts together: the melody. Drum patterns are common property, and so are runs that use few
different steps (scales, repeated notes, broken chords): they are not counted.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.parts import DRUMS, PART_NAMES
from export.corpus import load_corpus
from export.evaluation.probe import fingerprint
from export.evaluation.window import Window

Hashes = NDArray[np.uint64]

VERSION: Final = 1
PHRASE_STEPS: Final = 16
"""Steps from note to note in a phrase: it has one note more."""
DIFFERENT_STEPS: Final = 8
"""Phrases with fewer different steps are common property."""
LONGEST_GAP: Final = 48
"""Onsets farther apart than this many grid steps are as far apart as this."""
_MELODY: Final = len(PART_NAMES)
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


def load_known(corpus_folder: Path, cache: Path) -> Hashes:
    """Sorted hashes of all phrases of the training split of a prepared corpus, from ``cache`` or
    made now (half a minute for ten million notes). Raises FileError when the corpus is none."""
    path = cache / f"phrases-{VERSION}-{fingerprint(corpus_folder)}.npy"
    if path.is_file():
        return np.load(path, allow_pickle=False)
    corpus = load_corpus(corpus_folder)
    pieces = [piece for piece in corpus.pieces if piece.split == "train"]
    found = [np.zeros(0, np.uint64)]
    for first in range(0, len(pieces), 1000):  # bounds the memory
        some = pieces[first : first + 1000]
        notes = np.concatenate([corpus.notes[slice(*piece.notes)] for piece in some])
        lengths = [piece.notes[1] - piece.notes[0] for piece in some]
        hashes, _ = phrases(notes, np.repeat(np.arange(len(some)), lengths))
        found.append(_unique(hashes))
    known = _unique(np.concatenate(found))
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npy")
    np.save(partial, known)
    partial.replace(path)
    return known


def copied_share(windows: Sequence[Window], known: Hashes) -> NDArray[np.float64]:
    """Share [W] of each window's phrases that ``known`` holds; NaN where it has no phrase.

    The copy excess is the mean over played windows less that over held-out real ones.
    """
    if not windows:
        return np.zeros(0)
    notes = np.concatenate([window.notes for window in windows])
    of = np.repeat(np.arange(len(windows)), [len(window.notes) for window in windows])
    hashes, owner = phrases(notes, of)
    at = np.minimum(np.searchsorted(known, hashes), max(len(known) - 1, 0))
    hit = known[at] == hashes if len(known) else np.zeros(len(hashes), bool)
    counts = np.bincount(owner, minlength=len(windows))
    hits = np.bincount(owner, hit, minlength=len(windows))
    return np.where(counts > 0, hits / np.maximum(counts, 1), np.nan)


def phrases(notes: NDArray[np.void], owner: NDArray[np.intp]) -> tuple[Hashes, NDArray[np.intp]]:
    """Hashes [P] of the phrases of sorted notes [N] and their owners [P].

    ``owner`` [N], ascending, numbers the piece or window of each note: no phrase crosses it.
    """
    pitched = notes["part"] != DRUMS.index
    notes, owner = notes[pitched], owner[pitched]
    found = [
        _phrases_of(*_line(notes, owner, notes["part"].astype(np.int64))),
        _phrases_of(*_line(notes, owner, np.full(len(notes), _MELODY))),
    ]
    hashes, owners = zip(*found, strict=True)
    return np.concatenate(hashes), np.concatenate(owners)


def _line(
    notes: NDArray[np.void], owner: NDArray[np.intp], part: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(line, step, pitch) of the highest notes of each line's onsets, line by line."""
    line = owner * (_MELODY + 1) + part
    # Notes come by step, so lines need no other order; small integers sort many times faster.
    order = np.argsort(line.astype(np.min_scalar_type(int(line.max(initial=0)))), kind="stable")
    line, step = line[order], notes["step"][order].astype(np.int64)
    first = np.ones(len(line), bool)
    first[1:] = (line[1:] != line[:-1]) | (step[1:] != step[:-1])
    begins = np.flatnonzero(first)
    if not len(begins):
        return line, step, line
    pitch = np.maximum.reduceat(notes["pitch"][order].astype(np.int64), begins)
    return line[begins], step[begins], pitch


def _phrases_of(
    line: NDArray[np.int64], step: NDArray[np.int64], pitch: NDArray[np.int64]
) -> tuple[Hashes, NDArray[np.intp]]:
    count = len(line) - PHRASE_STEPS
    if count <= 0:
        return np.zeros(0, np.uint64), np.zeros(0, np.intp)
    interval = np.diff(pitch) + 128
    token = (interval << 6 | np.minimum(np.diff(step), LONGEST_GAP)).astype(np.uint64)
    mixed = _mix(token)
    hashes = np.zeros(count, np.uint64)
    for k in range(PHRASE_STEPS):
        hashes = hashes * _MULTIPLIER + mixed[k : k + count]
    whole = line[:count] == line[PHRASE_STEPS:]
    hashes, begins = _mix(hashes[whole]), np.flatnonzero(whole)
    varied = _different(token, begins) >= DIFFERENT_STEPS
    return hashes[varied], (line[begins[varied]] // (_MELODY + 1)).astype(np.intp)


def _different(token: Hashes, begins: NDArray[np.intp]) -> NDArray[np.int64]:
    """How many different steps each phrase has."""
    windows = np.lib.stride_tricks.sliding_window_view(token.astype(np.uint16), PHRASE_STEPS)
    ordered = np.sort(windows[begins], axis=1)
    return 1 + (np.diff(ordered, axis=1) != 0).sum(axis=1)


def _unique(values: Hashes) -> Hashes:
    # np.unique hashes since numpy 2.3, which on millions of numbers takes several times as long.
    values = np.sort(values)
    kept = np.ones(len(values), bool)
    kept[1:] = values[1:] != values[:-1]
    return values[kept]


def _mix(values: Hashes) -> Hashes:
    """Spreads bits (the finalizer of splitmix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
