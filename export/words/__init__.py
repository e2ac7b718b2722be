"""The words of captions: many wordings for each meaning, and which of them training never sees.

``wordings(label, split)`` lists what somebody might type for one label. A fifth of the base words,
phrases and scenes is held out by a stable hash, so that the evaluation can ask for meanings in
words that no caption of the training split holds; the frozen phrases of ``export.phrases`` are
held out too. The first word of each list names its label and is always in training.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np

from export import phrases
from export.words import frames
from export.words.bands import GENRES, PARTS
from export.words.levels import (
    ARTICULATION,
    DENSITY,
    DYNAMICS,
    ENSEMBLE,
    FEEL,
    METRE_FOUR,
    METRE_THREE,
    MODE,
    NO_DRUMS,
    REGISTER,
    TEMPO,
    TEXTURE,
)
from export.words.moods import BRIGHT, COMPARATIVES, DARK, MOODS, PHRASES
from export.words.scenes import MIDDLE, SCENES

__all__ = [
    "ARTICULATION", "BRIGHT", "COMPARATIVES", "DARK", "DENSITY", "DYNAMICS", "ENSEMBLE",
    "EVALUATION", "FEEL", "GENRES", "METRE_FOUR", "METRE_THREE", "MIDDLE", "MODE", "MOODS",
    "NO_DRUMS", "PARTS", "PHRASES", "REGISTER", "SCENES", "TEMPO", "TEXTURE", "TRAIN", "adverbs",
    "bases", "draw", "fill", "fingerprint", "found_in", "framed", "held_out", "labels", "leaks",
    "wordings",
]  # fmt: skip

TRAIN: Final = "train"
EVALUATION: Final = "evaluation"
HELD_SHARE: Final = 0.26
"""Of what may be held out: a fifth of everything."""
ALWAYS: Final = frozenset(
    "calm|quiet|angry|warm|empty|smooth|heavy|steady|average|open|thin|endless|ordinary|brisk|"
    "quick|"
    "breakneck|racing|sustained|connected|funk|trap|choir|bells|trio|percussive|unaccompanied|"
    "robotic|bass guitar|string quartet|going berserk|berserk|unwinding|unwinding after work|"
    "hyperactive and manic|manic|hyperactive|soothing|stormy|lonely|hopeful|nostalgic|uneasy|"
    "symphonic|cinematic|marimba|pizzicato|electric piano|lo-fi|few notes|no percussion|harmonica|"
    "in a minor key|minor key|mid-tempo|pounding|uplifting|epic score|new orleans jazz|subdued|"
    "thick chords|atmospheric|stripped bare|long sustained notes|largo|slow jam|boss fight|slow|"
    "background music|twelve-bar blues|drop the drums|house|samba|reggae|tango|techno|disco|"
    "double bass|upright bass|grand piano|acoustic guitar|electric guitar|distorted guitar|"
    "violin|cello|harp|trumpet|trombone|saxophone|clarinet|violins|sad|happy|cheerful|romantic|"
    "dreamy|mellow|relaxed|dramatic|scary|spooky|wild|powerful|aggressive|playful|mysterious|"
    "drum and bass|sax|walking|crazy|everybody|blue|expressive|r&b|pop ballad|film score|edm|"
    "frenetic|"
    "gentle|soft|bouncy|groovy|angrier|happier and wilder|sadder|calmer|singing|minimal|packed|"
    "busy|full|rich|dense|high|low|short|quieter|louder|faster|slower|staccato|legato|waltz".split(
        "|"
    )
)
"""Plain words that everybody types: training has them all."""
_WORD: Final = re.compile(r"[a-z0-9&#'/-]+")
_LEVELS: Final = {
    "density": DENSITY,
    "dynamics": DYNAMICS,
    "register": REGISTER,
    "articulation": ARTICULATION,
    "tempo": TEMPO,
}
_FRAMES: Final = {
    "": frames.ADJECTIVE,
    "+": frames.NOUN,
    "@": frames.MANNER,
    "mood": frames.ADJECTIVE,
    "phrase": frames.PHRASE,
    "scene": frames.SCENE,
    "comparative": frames.COMPARATIVE,
    "part": frames.PART,
    "genre": frames.GENRE,
}


@cache
def held_out(base: str) -> bool:
    """Whether a base word, phrase or scene is kept for evaluation only."""
    return base in _held()


@cache
def labels() -> dict[str, tuple[tuple[str, str], ...]]:
    """All labels, each with its base wordings as (kind, text); the first names the label."""
    table: dict[str, list[tuple[str, str]]] = {}
    for a, row in enumerate(MOODS):
        for v, words in enumerate(row):
            table[f"mood:{a}{v}"] = [("mood", word) for word in words.split()]
            table[f"mood:{a}{v}"] += [("phrase", text) for text in PHRASES[a][v].split("|")]
    for (aroused, bright), scenes in SCENES.items():
        table[f"scene:{aroused:d}{bright:d}"] = [("scene", text) for text in scenes]
        more = COMPARATIVES[aroused, bright].split("|")
        table[f"more:{aroused:d}{bright:d}"] = [("comparative", text) for text in more]
    table["scene:middle"] = [("scene", text) for text in MIDDLE]
    for name, levels in _LEVELS.items():
        for index, text in enumerate(levels):
            table[f"{name}:{index}"] = _marked(text)
    for index, text in enumerate(MODE):
        table[f"mode:{index}"] = _marked(text)
    for (name, high), text in TEXTURE.items():
        table[f"{name}:{'high' if high else 'low'}"] = _marked(text)
    for name, text in FEEL.items():
        table[f"feel:{name}"] = _marked(text)
    for size, text in ENSEMBLE.items():
        table[f"ensemble:{size}"] = _marked(text)
    for name, text in (("metre:3", METRE_THREE), ("metre:4", METRE_FOUR), ("dark", DARK),
                       ("bright", BRIGHT), ("no drums", NO_DRUMS)):  # fmt: skip
        table[name] = _marked(text)
    for name, text in PARTS.items():
        table[f"part:{name}"] = [("part", word) for word in text.split("|")]
    for name, text in GENRES.items():
        table[f"genre:{name}"] = [("genre", word) for word in text.split("|")]
    return {label: tuple(rows) for label, rows in table.items()}


@cache
def bases(label: str, split: str) -> tuple[tuple[str, str], ...]:
    """Base wordings (kind, text) of a label for one split; may be empty for evaluation."""
    rows = labels()[label]
    if split == EVALUATION:
        return tuple(row for row in rows if held_out(row[1]))
    return tuple(row for row in rows if not leaks(row[1]))


@cache
def wordings(label: str, split: str) -> tuple[str, ...]:
    """All distinct wordings of a label made from one base: frames, and adverbs for adjectives."""
    found = dict.fromkeys(text for row in bases(label, split) for text in _wordings(label, *row))
    return tuple(text for text in found if split == EVALUATION or not leaks(text))


def draw(label: str, split: str, rng: np.random.Generator) -> tuple[str, str] | None:
    """A random base (kind, text) of a label; None where the split has none."""
    rows = bases(label, split)
    return rows[int(rng.integers(len(rows)))] if rows else None


def framed(kind: str, text: str, rng: np.random.Generator) -> str:
    """A base in a random frame of its kind."""
    options = _FRAMES[kind]
    return fill(options[int(rng.integers(len(options)))], text)


def fill(frame: str, text: str) -> str:
    """A frame around a text, with "an" before a vowel."""
    if text[0] in "aeiou":
        frame = frame.replace("a {}", "an {}") if frame.startswith("a {}") else frame
    return frame.format(text)


def adverbs(label: str) -> tuple[str, ...]:
    """Adverbs that do not contradict a label's level."""
    return frames.STRONG if label.startswith(("mood:0", "mood:4")) else frames.MILD


def leaks(text: str) -> bool:
    """Whether a text holds a held-out wording or a frozen phrase as whole words."""
    held, longest = _held_words()
    return any(gram in held for gram in _grams(text, longest))


def found_in(text: str) -> set[str]:
    """All base wordings that a text holds as whole words."""
    known, longest = _base_words()
    return {known[gram] for gram in _grams(text, longest) if gram in known}


def fingerprint() -> str:
    """A hash of every word and frame: captions made from others are out of date."""
    names = [name for name in vars(frames) if name.isupper()]
    every = repr(
        (labels(), [(name, getattr(frames, name)) for name in sorted(names)], sorted(_held()))
    )
    return hashlib.sha256(every.encode()).hexdigest()[:16]


def _marked(text: str) -> list[tuple[str, str]]:
    return [(t[0], t[1:]) if t[0] in "+@" else ("", t) for t in text.split("|")]


def _wordings(label: str, kind: str, text: str) -> Iterator[str]:
    for frame in _FRAMES[kind]:
        yield fill(frame, text)
    if kind == "mood":
        for adverb in adverbs(label):
            yield f"{adverb} {text}"
    if kind == "part":
        yield from (frame.format(text) for frame in (*frames.SOLO, *frames.ONLY))


@cache
def _held() -> frozenset[str]:
    names = {rows[0][1] for rows in labels().values()}
    every = {text for rows in labels().values() for _, text in rows}
    return frozenset(text for text in every - names - ALWAYS if _hash(text) < HELD_SHARE)


@cache
def _held_words() -> tuple[frozenset[tuple[str, ...]], int]:
    held = frozenset(_gram(text) for text in (*_held(), *phrases.frozen()))
    return held, max(map(len, held))


@cache
def _base_words() -> tuple[dict[tuple[str, ...], str], int]:
    known = {_gram(text): text for rows in labels().values() for _, text in rows}
    return known, max(map(len, known))


def _gram(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _grams(text: str, longest: int) -> Iterator[tuple[str, ...]]:
    """All runs of up to ``longest`` words."""
    words = _WORD.findall(text.lower())
    for first in range(len(words)):
        for last in range(first + 1, min(first + longest, len(words)) + 1):
            yield tuple(words[first:last])


def _hash(text: str) -> float:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32
