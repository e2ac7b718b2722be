"""Key and chords: as the performing half measures them, so that training and analysis agree."""

from amt_live.analysis.harmony import (
    CHORD_TONES,
    Floats,
    chord_name,
    chords,
    histograms,
    key_correlations,
)

__all__ = ["CHORD_TONES", "Floats", "chord_name", "chords", "histograms", "key_correlations"]
