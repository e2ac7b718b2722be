"""Forty numbers that tell one kind of music from another; the probe and the Frechet distance read
them.

Tempo is left out: the performer sets it, not the model. So is everything that follows from the
length of a file.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import key_scores
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.keys import SCALES
from amt_live.music.parts import DRUMS, PART_NAMES, part_named
from export.evaluation.patterns import bar_of, groove_consistency, self_similarity
from export.evaluation.window import Window

Floats = NDArray[np.float64]

SHAPES: Final = (
    "density", "drums_density", "onsets", "polyphony", "velocity", "velocity_spread", "shortness",
    "register", "pitch_range", "bass_pitch", "bass_motion", "mode", "chromatic", "entropy",
    "offbeats", "sixteenths", "triplets", "kick_on_beats", "snare_on_backbeats", "ride",
    "hand_drums", "groove", "repetition", "triple",
)  # fmt: skip
"""Densities are logarithms of notes a beat; drum features are shares of the drum notes."""
FEATURES: Final = (*SHAPES, *(f"part:{name}" for name in PART_NAMES))
"""``part:X`` is the share of bars in which part X plays."""

BASS: Final = part_named("bass").index
USUAL_BASS_PITCH: Final = 40.0
_SCALES: Final = np.array(
    [
        [(pitch - root) % 12 in scale for pitch in range(12)]
        for scale in SCALES
        for root in range(12)
    ]
)
_KICKS: Final = (35, 36)
_SNARES: Final = (37, 38, 39, 40)
_RIDES: Final = (51, 53, 59)
_HAND_DRUMS: Final = range(60, 82)


def features(windows: Sequence[Window]) -> Floats:
    """FEATURES of each window [W, 40]; a silent window has 0 almost everywhere, never NaN."""
    table = np.zeros((len(windows), len(FEATURES)))
    for row, window in enumerate(windows):
        table[row] = [*_shapes(window), *_parts(window)]
    return np.nan_to_num(table)


def pitch_class_entropy(pitches: NDArray[np.integer]) -> float:
    """Entropy in bits (0 to 3.58) of the pitch classes of some notes (Wu and Yang 2020); NaN for
    none."""
    if not len(pitches):
        return float("nan")
    share = np.bincount(pitches % 12, minlength=12) / len(pitches)
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum())


def _shapes(window: Window) -> list[float]:
    notes, beats = window.notes, max(window.steps / STEPS_PER_BEAT, 1e-9)
    is_drum = notes["part"] == DRUMS.index
    pitched = notes[~is_drum]
    scores = key_scores(pitched)
    onsets = np.unique(notes["step"])
    inside = onsets % STEPS_PER_BEAT
    velocity = notes["velocity"].astype(np.float64)
    pitch = pitched["pitch"].astype(np.intp)
    is_bass = pitched["part"] == BASS
    upper = pitch[~is_bass]
    key = _SCALES[int(scores.argmax())]
    return [
        np.log2(0.25 + len(notes) / beats),
        np.log2(0.25 + is_drum.sum() / beats),
        len(onsets) / beats,
        len(pitched) / max(len(np.unique(pitched["step"])), 1),
        velocity.mean() if len(notes) else 0.0,
        velocity.std() if len(notes) else 0.0,
        -np.log2(pitched["duration"].mean() / STEPS_PER_BEAT) if len(pitched) else 0.0,
        upper.mean() if len(upper) else 60.0,
        pitch.std() if len(pitch) else 0.0,
        pitch[is_bass].mean() if is_bass.any() else USUAL_BASS_PITCH,
        is_bass.sum() / beats,
        float(scores[:12].max() - scores[12:].max()),
        1 - key[pitch % 12].mean() if len(pitch) else 0.0,
        pitch_class_entropy(pitch),
        *((np.isin(inside, at)).mean() if len(inside) else 0.0 for at in ((6,), (3, 9), (4, 8))),
        *_drums(window, notes[is_drum], bar_of(window)[is_drum]),
        groove_consistency(window),
        self_similarity(window, 1),
        float(window.bars[0, 1] in (36, 18, 72)),
    ]


def _drums(window: Window, drums: NDArray[np.void], bar: NDArray[np.intp]) -> list[float]:
    """kick_on_beats, snare_on_backbeats, ride, hand_drums; beats counted by beat of the window."""
    if not len(drums):
        return [0.0, 0.0, 0.0, 0.0]
    inside = drums["step"] - window.bars[bar, 0]
    beat = inside // STEPS_PER_BEAT
    on_beat = inside % STEPS_PER_BEAT == 0
    beats = max(window.steps / STEPS_PER_BEAT, 1)
    kicks = on_beat & np.isin(drums["pitch"], _KICKS)
    snares = on_beat & (beat % 2 == 1) & np.isin(drums["pitch"], _SNARES)
    return [
        len(np.unique(drums["step"][kicks])) / beats,
        len(np.unique(drums["step"][snares])) / beats * 2,
        float(np.isin(drums["pitch"], _RIDES).mean()),
        float(np.isin(drums["pitch"], _HAND_DRUMS).mean()),
    ]


def _parts(window: Window) -> Floats:
    plays = np.zeros((len(window.bars), len(PART_NAMES)))
    plays[bar_of(window), window.notes["part"]] = 1
    return np.asarray(plays.mean(axis=0))
