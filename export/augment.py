"""Mood augmentation: a real passage changed by known rules of musical expression.

Calmer music is softer, thinner, longer, lower; more aroused music is louder, busier, shorter,
higher
(Gabrielsson and Lindstroem 2010; Juslin and Timmers 2010); minor is darker than major. So mood
words get
examples of every kind of instrumentation, and mean something that can be measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS

BASS = 1


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a passage: ``arousal`` -1..1 (0 untouched), and whether the mode was
    swapped."""

    arousal: float = 0.0
    swap_mode: bool = False
    thinned: bool = False
    """Parts were removed: the genre label no longer describes it fully."""


def draw_change(rng: np.random.Generator) -> Change:
    """Half of the passages are changed in arousal, a third in mode."""
    arousal = 0.0
    if rng.random() < 0.5:
        arousal = float(rng.uniform(0.25, 1.0) * rng.choice((-1, 1)))
    thinned = arousal < 0 and rng.random() < 0.45
    return Change(arousal, bool(rng.random() < 0.33), bool(thinned))


def apply(
    notes: NDArray[np.void],
    change: Change,
    key_scores: NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[NDArray[np.void], bool]:
    """The changed passage, and whether the mode really was swapped (only where the key is
    plain)."""
    notes = notes.copy()
    swapped = False
    if change.swap_mode and key_scores.max() > 0.6:
        notes = _swap_mode(notes, int(key_scores.argmax()))
        swapped = True
    if change.arousal < 0:
        notes = _calm(notes, -change.arousal, change.thinned, rng)
    elif change.arousal > 0:
        notes = _arouse(notes, change.arousal, rng)
    return notes, swapped


def _swap_mode(notes: NDArray[np.void], key: int) -> NDArray[np.void]:
    """Parallel major or minor: third, sixth and seventh moved by a semitone."""
    minor, tonic = divmod(key, 12)
    degree = (notes["pitch"].astype(np.int16) - tonic) % 12
    pitched = notes["part"] != DRUMS.index
    if minor:
        shift = np.isin(degree, (3, 8, 10)).astype(np.int16)
    else:
        shift = -np.isin(degree, (4, 9, 11)).astype(np.int16)
    notes["pitch"] = np.where(pitched, np.clip(notes["pitch"] + shift, 0, 127), notes["pitch"])
    return notes


def _calm(
    notes: NDArray[np.void], strength: float, thinned: bool, rng: np.random.Generator
) -> NDArray[np.void]:
    softer = notes["velocity"] - np.int16(8 + 37 * strength * rng.uniform(0.6, 1))
    notes["velocity"] = np.clip(softer, 12, 127)
    keep = np.ones(len(notes), bool)
    if thinned:
        parts = np.unique(notes["part"])
        if len(parts) > 1:
            gone = parts[rng.random(len(parts)) < 0.25 + 0.35 * strength]
            if rng.random() < 0.6:
                gone = np.union1d(gone, [DRUMS.index])
            if len(np.setdiff1d(parts, gone)):
                keep &= ~np.isin(notes["part"], gone)
    if rng.random() < 0.8:
        inside = notes["step"] % STEPS_PER_BEAT
        off = inside != 0
        sixteenth = np.isin(inside, (3, 9))
        chance = strength * np.where(sixteenth, 0.9, 0.6)
        # One draw a step: chords go or stay whole.
        draw = np.random.default_rng(rng.integers(2**31)).random(
            int(notes["step"].max(initial=0)) + 1
        )
        keep &= ~(off & (draw[notes["step"]] < chance))
    if keep.sum() >= 2:
        notes = notes[keep]
    if rng.random() < 0.7:
        longer = notes["duration"] * (1 + strength * rng.uniform(0.3, 1.2))
        notes["duration"] = np.clip(longer, 2, 96)
    if rng.random() < 0.3 * strength + 0.1:
        _octave(notes, -12)
    return notes


def _arouse(notes: NDArray[np.void], strength: float, rng: np.random.Generator) -> NDArray[np.void]:
    louder = notes["velocity"] + np.int16(8 + 28 * strength * rng.uniform(0.6, 1))
    notes["velocity"] = np.clip(louder, 1, 127)
    if rng.random() < 0.75:
        notes = _split(notes, 6 if strength < 0.6 or rng.random() < 0.6 else 3)
    if rng.random() < 0.6:
        notes["duration"] = np.clip(notes["duration"] * (1 - 0.5 * strength), 2, 288)
    if rng.random() < 0.3 * strength:
        _octave(notes, 12)
    return notes


def _split(notes: NDArray[np.void], pulse: int) -> NDArray[np.void]:
    """Notes of a beat and more on the eighth grid become repeated pulses (up to a bar's worth)."""
    drums = notes["part"] == DRUMS.index
    long = ~drums & (notes["duration"] >= 2 * pulse) & (notes["step"] % pulse == 0)
    long &= notes["duration"] >= STEPS_PER_BEAT
    count = np.where(long, np.minimum(notes["duration"] // pulse, 8), 1).astype(np.intp)
    index = np.repeat(np.arange(len(notes)), count)
    order = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)
    out = notes[index]
    is_split = long[index]
    out["step"] += np.where(is_split, order * pulse, 0)
    out["duration"] = np.where(is_split, pulse, out["duration"])
    quieter = (order > 0) & is_split
    out["velocity"] = np.where(quieter, np.maximum(out["velocity"] - 8, 1), out["velocity"])
    return out


def _octave(notes: NDArray[np.void], shift: int) -> None:
    movable = (notes["part"] != DRUMS.index) & (notes["part"] != BASS)
    moved = notes["pitch"].astype(np.int16) + shift
    notes["pitch"] = np.where(movable & (moved >= 28) & (moved <= 100), moved, notes["pitch"])
