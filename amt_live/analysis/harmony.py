"""Key and chords of stretches of music, by correlation with templates. Pure numpy, vectorised.

Keys: Krumhansl and Kessler's probe-tone profiles (1982), correlated with pitch-class histograms
weighted by duration. Chords: cosine with binary chord templates, the bass counted double. Training
measures with the same functions.
"""

import numpy as np
from numpy.typing import NDArray

from amt_live.tokens import vocabulary as v

Floats = NDArray[np.float32]

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

CHORD_TONES = (
    (0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 3, 6),
    (0, 3, 6, 10), (0, 3, 6, 9), (0, 4, 8), (0, 5, 7), (0, 4, 7, 9), (0, 3, 7, 9),
)  # fmt: skip
"""Pitch classes of CHORD_QUALITIES above the root, in the vocabulary's order."""

_CHORD_PRIOR = (0.0, 0.0, -0.01, -0.02, -0.01, -0.04, -0.05, -0.06, -0.06, -0.05, -0.05, -0.05)
"""Plain chords are preferred when two fit alike: symmetric and sixth chords share their notes
with them."""


def _key_profiles() -> Floats:
    rows = [np.roll(profile, root) for profile in (_MAJOR, _MINOR) for root in range(12)]
    table = np.array(rows, np.float32)
    table -= table.mean(axis=1, keepdims=True)
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))


def _chord_templates() -> Floats:
    table = np.zeros((12 * len(CHORD_TONES), 12), np.float32)
    for quality, tones in enumerate(CHORD_TONES):
        for root in range(12):
            table[root * len(CHORD_TONES) + quality, [(root + tone) % 12 for tone in tones]] = 1
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))


_KEYS = _key_profiles()
_CHORDS = _chord_templates()


def histograms(segment: NDArray[np.intp], pitch: Floats, weight: Floats, segments: int) -> Floats:
    """Pitch-class histograms [segments, 12] of notes that lie in ``segment``, weighted."""
    index = segment * 12 + pitch.astype(np.intp) % 12
    return np.bincount(index, weight, segments * 12).reshape(segments, 12).astype(np.float32)


def key_correlations(histogram: Floats) -> Floats:
    """Correlation [..., 24] of histograms [..., 12] with the 12 major and 12 minor keys."""
    centred = histogram - histogram.mean(axis=-1, keepdims=True)
    norm = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.asarray((centred / np.maximum(norm, 1e-6)) @ _KEYS.T)


def chords(histogram: Floats, bass_histogram: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Best chord (root * 12 + quality) of each row, -1 where nothing sounds, and its cosine."""
    profile = histogram + bass_histogram
    norm = np.linalg.norm(profile, axis=-1, keepdims=True)
    score = (profile / np.maximum(norm, 1e-6)) @ _CHORDS.T
    score = score + np.tile(np.array(_CHORD_PRIOR, np.float32), 12)
    # The bass note is more often the root than not.
    bass = bass_histogram / np.maximum(bass_histogram.sum(axis=-1, keepdims=True), 1e-6)
    score = score + 0.15 * np.repeat(bass, len(CHORD_TONES), axis=-1)
    best = score.argmax(axis=-1)
    return np.where(norm[..., 0] > 0, best, -1), score.max(axis=-1)


def chord_name(chord: int) -> str:
    """Readable name, such as ``Dm7``."""
    root, quality = divmod(chord, len(CHORD_TONES))
    suffix = {"maj": "", "min": "m"}.get(v.CHORD_QUALITIES[quality], v.CHORD_QUALITIES[quality])
    return v.KEY_ROOTS[root] + suffix
