"""Captions: what a listener might have typed to get a passage, made from its labels and
measurements."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amt_live.music.parts import PART_NAMES
from export import attributes, words

Floats = NDArray[np.float32]

_AT = {name: index for index, name in enumerate(attributes.NAMES)}
_LEVEL_EDGES = (-1.05, -0.35, 0.35, 1.05)
_LEVELLED = (
    ("density", words.DENSITY),
    ("velocity", words.DYNAMICS),
    ("register", words.REGISTER),
    ("shortness", words.ARTICULATION),
    ("onsets", words.TEMPO),
)


@dataclass(frozen=True, slots=True)
class Described:
    """A passage as captions see it: its attribute vector and words that come with its piece."""

    vector: Floats
    genre_label: str | None = None
    """Fine genre, such as ``bossa nova``; None where it would be half a lie."""
    style_words: tuple[str, ...] = ()


def level(z: float) -> int:
    """Level 0-4 of a z-score."""
    return int(np.searchsorted(_LEVEL_EDGES, z))


def valence_level(z: float) -> int:
    """0 dark, 1 between, 2 bright."""
    return int(np.searchsorted((-0.45, 0.45), z))


def caption(passage: Described, rng: np.random.Generator) -> str:
    """A caption with a random subset of what is true of the passage, in random order and
    wording."""
    phrases: list[str] = []
    if rng.random() < 0.75:
        phrases += _mood(passage.vector, rng)
    if passage.genre_label and rng.random() < 0.55:
        phrases.append(_genre(passage, rng))
    if passage.style_words and rng.random() < 0.15:
        phrases.append(str(rng.choice(passage.style_words)))
    if rng.random() < 0.45:
        phrases += _instruments(passage.vector, rng)
    phrases += _levels(passage.vector, rng)
    if not phrases:
        phrases = _mood(passage.vector, rng)
    order = rng.permutation(len(phrases))
    joint = ", " if rng.random() < 0.4 else " "
    text = joint.join(phrases[i] for i in order)
    template = "{}" if rng.random() < 0.75 else str(rng.choice(words.TEMPLATES))
    return template.format(text)


def _pick(options: str, rng: np.random.Generator) -> str:
    return str(rng.choice(options.split("|")))


def _mood(vector: Floats, rng: np.random.Generator) -> list[str]:
    arousal, valence = float(vector[_AT["arousal"]]), float(vector[_AT["valence"]])
    if abs(arousal) > 0.5 and abs(valence) > 0.35 and rng.random() < 0.3:
        return [str(rng.choice(words.SCENES[(arousal > 0, valence > 0)]))]
    choices = words.MOODS[level(arousal)][valence_level(valence)].split()
    count = 2 if rng.random() < 0.35 else 1
    return [str(word) for word in rng.choice(choices, count, replace=False)]


def _genre(passage: Described, rng: np.random.Generator) -> str:
    assert passage.genre_label
    coarse = [g for g in attributes.GENRES if passage.vector[_AT[f"genre:{g}"]] > 0]
    if coarse and rng.random() < 0.4:
        return _pick(words.GENRES[coarse[0]], rng)
    return passage.genre_label


def _instruments(vector: Floats, rng: np.random.Generator) -> list[str]:
    shares = vector[attributes.PARTS_AT : attributes.GENRES_AT]
    present = [i for i in range(len(PART_NAMES)) if shares[i] > 0.4]
    if not present:
        return []
    if len(present) == 1 and rng.random() < 0.5:
        return ["solo " + _pick(words.PARTS[PART_NAMES[present[0]]], rng)]
    if PART_NAMES.index("drums") not in present and rng.random() < 0.25:
        return ["no drums" if rng.random() < 0.6 else "without drums"]
    count = min(len(present), int(rng.integers(1, 4)))
    names = [_pick(words.PARTS[PART_NAMES[i]], rng) for i in rng.choice(present, count, False)]
    text = " and ".join(names)
    return ["with " + text if rng.random() < 0.3 else text]


def _levels(vector: Floats, rng: np.random.Generator) -> list[str]:
    phrases = []
    for name, table in _LEVELLED:
        options = table[level(float(vector[_AT[name]]))]
        if options and rng.random() < 0.22:
            phrases.append(_pick(options, rng))
    options = words.MODE[valence_level(float(vector[_AT["mode"]]))]
    if options and rng.random() < 0.2:
        phrases.append(_pick(options, rng))
    if vector[_AT["triple"]] > 0.5 and rng.random() < 0.4:
        phrases.append(_pick("waltz|in three|3/4|waltz time|three-four", rng))
    return phrases
