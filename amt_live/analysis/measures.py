"""What a passage is like, measured: note density, loudness, register, mode, arousal, valence.

Training measures its passages with these functions, so that a file and a model's words can be put
on one scale: that of the data the model learned from (``scale_mean`` and ``scale_deviation`` in
``conditioning.npz`` of a model folder).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis import harmony
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS, PART_NAMES

Floats = NDArray[np.float32]

NOTE: Final = np.dtype(
    [("step", "<i4"), ("part", "u1"), ("pitch", "u1"), ("velocity", "u1"), ("duration", "<u2")]
)
"""One note on the grid: ``step`` and ``duration`` in grid steps, ``part`` an index in PARTS."""

MEASURED: Final = (
    "density", "velocity", "shortness", "register", "mode", "onsets", "polyphony", "offbeat",
    "triplets", "drums_density", "bass_motion", "velocity_spread", "pitch_range", "triple",
)  # fmt: skip
"""Density is the logarithm of note-ons a beat; mode is how much better the best major key fits
than the best minor one."""

DERIVED: Final = ("arousal", "valence")


def measure(notes: NDArray[np.void], steps: int, bar_steps: int, key_scores: Floats) -> Floats:
    """Raw values of MEASURED for notes (steps relative to the passage) that last ``steps`` grid
    steps.

    ``key_scores`` are the 24 key correlations of the music around the passage.
    """
    beats = steps / STEPS_PER_BEAT
    drums = notes["part"] == DRUMS.index
    pitched = notes[~drums]
    n = max(len(pitched), 1)
    pitch = pitched["pitch"].astype(np.float32)
    velocity = notes["velocity"].astype(np.float32)
    onsets = np.unique(notes["step"])
    inside = onsets % STEPS_PER_BEAT
    bass = pitched["part"] == 1
    onset_positions = max(len(np.unique(pitched["step"])), 1)
    return np.array(
        [
            np.log2(0.25 + len(notes) / beats),
            velocity.mean() if len(notes) else 70.0,
            -np.log2(pitched["duration"].mean() / STEPS_PER_BEAT) if len(pitched) else 0.0,
            pitch[~bass].mean() if (~bass).any() else 60.0,
            key_scores[:12].max() - key_scores[12:].max(),
            len(onsets) / beats,
            n / onset_positions,
            (inside != 0).mean() if len(onsets) else 0.0,
            np.isin(inside, (4, 8)).mean() if len(onsets) else 0.0,
            np.log2(0.25 + drums.sum() / beats),
            bass.sum() / beats,
            velocity.std() if len(notes) else 0.0,
            pitch.std() if len(pitched) else 0.0,
            1.0 if bar_steps in (36, 18) else 0.0,
        ],
        np.float32,
    )


def part_shares(notes: NDArray[np.void], steps: int) -> Floats:
    """Presence of the 16 parts, 0-1: one note every two beats counts as present."""
    counts = np.bincount(notes["part"], minlength=len(PART_NAMES))[: len(PART_NAMES)]
    shares: Floats = np.minimum(counts * (2.0 * STEPS_PER_BEAT / steps), 1.0).astype(np.float32)
    return shares


def key_scores(notes: NDArray[np.void]) -> Floats:
    """Key correlations [24] of some notes, drums left out, weighted by length."""
    pitched = notes[notes["part"] != DRUMS.index]
    weight = np.minimum(pitched["duration"], 48).astype(np.float32)
    zero = np.zeros(len(pitched), np.intp)
    histogram = harmony.histograms(zero, pitched["pitch"].astype(np.float32), weight, 1)
    correlations: Floats = harmony.key_correlations(histogram)[0]
    return correlations


class Scale:
    """Means and deviations of the attributes over the training data; turns raw values into
    z-scores."""

    def __init__(self, mean: Floats, deviation: Floats) -> None:
        self.mean = mean
        self.deviation = deviation

    @classmethod
    def fit(cls, raw: Floats) -> "Scale":
        """From raw measurements [N, len(MEASURED)]."""
        return cls(raw.mean(axis=0), np.maximum(raw.std(axis=0), 1e-3))

    def z(self, raw: Floats) -> Floats:
        """MEASURED and DERIVED z-scores, clipped to 3."""
        z = np.clip((raw - self.mean) / self.deviation, -3, 3)
        at = {name: index for index, name in enumerate(MEASURED)}
        arousal = 0.6 * z[at["density"]] + 0.6 * z[at["velocity"]] + 0.35 * z[at["shortness"]]
        arousal += 0.25 * z[at["drums_density"]] + 0.2 * z[at["onsets"]]
        valence = 0.85 * z[at["mode"]] + 0.3 * z[at["register"]] + 0.25 * arousal / 1.4
        return np.concatenate([z, [arousal / 1.4, valence]]).astype(np.float32)
