"""What style a piece is nearest to, by what a model reads in style words.

A model's text read-out turns words into the attributes that pieces are measured by (see
``measures``); so a style word and a piece can be compared: cosine similarity of their attributes,
the mean of all styles taken away, softmax. Nothing was trained for it but the read-out itself.

How often that is right on held-out pieces, ``python -m export.readings`` measures and writes into
``readings.json``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import MEASURED, Scale
from amt_live.analysis.moods import Reading
from amt_live.music.parts import PART_NAMES

Floats = NDArray[np.float32]

STYLES: Final = {
    "rock": ("rock", "rock band", "guitar rock", "classic rock"),
    "metal": ("metal", "heavy metal", "thrash", "industrial metal", "doom"),
    "jazz": ("jazz", "swing", "jazz combo", "bebop", "jazz club"),
    "blues": ("blues", "twelve-bar blues", "blues band"),
    "latin": ("latin", "latin dance", "salsa", "bossa nova", "tropical"),
    "classical": ("classical", "classical music", "chamber music", "art song", "baroque"),
    "folk": ("folk", "folk tune", "traditional dance", "acoustic folk", "fiddle tune"),
    "electronic": ("electronic", "techno", "club music", "synth music", "edm"),
    "pop": ("pop", "pop song", "pop ballad", "chart pop"),
    "country": ("country", "country and western", "nashville", "bluegrass"),
    "soul": ("soul", "funk", "r&b", "gospel", "motown groove"),
    "hip hop": ("hip hop", "trap", "lo-fi beats", "rap beat", "boom bap"),
    "ambient": ("ambient", "new age", "background music", "soundscape", "lullaby"),
    "orchestral": ("orchestral", "cinematic", "film score", "game music", "symphonic"),
    "ragtime": ("ragtime", "boogie-woogie", "dixieland", "stride piano"),
    "march": ("march", "polka", "marching band", "oom-pah", "hymn"),
}
"""Styles and the words that stand for each."""

SHARPNESS: Final = 6.0
"""Of the softmax; the likeliest value on 520 training pieces."""


_ATTRIBUTES: Final = (*MEASURED, *(f"part:{name}" for name in PART_NAMES))


def basis(measured: Mapping[str, Any]) -> str:
    """What the readings rest on; ``measured`` are the figures of ``readings.json``."""
    return (
        "cosine similarity of measured attributes with what the model's text read-out gives for "
        f"style words, softmax; with models/{measured['model']} right first for "
        f"{measured['first']:.0%} and among the first three for {measured['among_three']:.0%} of "
        f"{measured['pieces']} held-out pieces (chance {measured['chance_among_three']:.0%}, "
        f"always the three commonest {measured['commonest_three']:.0%})"
    )


def style_vectors(
    attributes_of: Callable[[str], Floats], names: Sequence[str]
) -> NDArray[np.float64] | None:
    """Attributes [styles, 30] of the styles; None if the model lacks some of these attributes.

    ``attributes_of`` is the read-out of a phrase: values of the attributes ``names``.
    """
    if not set(_ATTRIBUTES) <= set(names):
        return None
    columns = [list(names).index(name) for name in _ATTRIBUTES]
    rows = [
        np.mean([attributes_of(phrase)[columns] for phrase in phrases], axis=0)
        for phrases in STYLES.values()
    ]
    return np.stack(rows).astype(np.float64)


def read_styles(
    raw: Floats, shares: Floats, scale: Scale, styles: NDArray[np.float64]
) -> tuple[Reading, ...]:
    """All styles, likeliest first, for windows: raw MEASURED values [W, M], parts [W, 16]."""
    z = np.mean([scale.z(row)[: len(MEASURED)] for row in raw], axis=0)
    # Parts as in the attributes of a model: 0.3 is the middle.
    piece = np.concatenate([z, (shares.mean(axis=0) - 0.3) * 2.0])
    middle = styles.mean(axis=0)
    score = SHARPNESS * _unit(styles - middle) @ _unit(piece - middle)
    share = np.exp(score - score.max())
    share /= share.sum()
    found = [Reading(name, float(p)) for name, p in zip(STYLES, share, strict=True)]
    return tuple(sorted(found, key=lambda reading: -reading.probability))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9))
