"""Captions: what a performer might have typed to get a passage, made from its labels and
measurements.

Everything said is true of the passage as it sounds, after any augmentation. A caption is a random
subset of what is true, in random order and wording; one in four is a single bare wording. The
training split never uses held-out words (``words.held_out``); the evaluation split uses them alone
wherever there are any.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.parts import PART_NAMES
from export import attributes, words
from export.words import frames

Floats = NDArray[np.float32]
Bases = list[tuple[str, str, str]]
"""Label, kind and text of wordings that have no frame yet."""

_AT: Final = {name: index for index, name in enumerate(attributes.NAMES)}
_LEVEL_EDGES: Final = (-1.05, -0.35, 0.35, 1.05)
_LEVELLED: Final = (
    ("density", "density"),
    ("velocity", "dynamics"),
    ("register", "register"),
    ("shortness", "articulation"),
    ("onsets", "tempo"),
)
_LEVEL_CHANCE: Final = (0.3, 0.18, 0.05, 0.18, 0.3)
"""By level: how often it is spoken of. The ordinary is seldom worth a word."""
PRESENT: Final = 0.4
"""Attribute value of a part from which it is named: about one note every beat."""
_GAPS: Final = (", ", ", ", " ", " ", " and ")


@dataclass(frozen=True, slots=True)
class Described:
    """A passage as captions see it: its attribute vector and words that come with its piece."""

    vector: Floats
    genre_label: str | None = None
    """Fine genre, such as ``bossa nova``; None where it would be half a lie."""
    style_words: tuple[str, ...] = ()
    key: int | None = None
    """0-11 major, 12-23 minor from C on; None where the passage does not say it plainly."""
    bpm: float | None = None
    metre: int | None = None
    """Quarter notes in a bar, for captions; None where they change."""
    plain_mode: bool = True
    """Whether one key fits well enough to speak of major or minor."""


def level(z: float) -> int:
    """Level 0-4 of a z-score."""
    return int(np.searchsorted(_LEVEL_EDGES, z))


def valence_level(z: float) -> int:
    """0 dark, 1 between, 2 bright."""
    return int(np.searchsorted((-0.45, 0.45), z))


def caption(
    passage: Described, rng: np.random.Generator, split: str = words.TRAIN, *, bare: bool = False
) -> str:
    """A caption of a passage for one split. ``bare`` asks for a single wording, unframed."""
    for _ in range(40):
        text = _bare(passage, rng, split) if bare else _caption(passage, rng, split)
        if text and (split == words.EVALUATION or not words.leaks(text)):
            return text
    return _mood_name(passage.vector)


def captions(
    passages: Iterator[Described], rng: np.random.Generator, split: str = words.TRAIN
) -> Iterator[tuple[str, Described]]:
    """One caption for each passage, as it comes."""
    for passage in passages:
        yield caption(passage, rng, split), passage


def _caption(passage: Described, rng: np.random.Generator, split: str) -> str:
    draw = rng.random()
    if draw < 0.14:
        return _bare(passage, rng, split)
    if draw < 0.27:
        return _single(passage, rng, split)
    return _several(passage, rng, split)


def _bare(passage: Described, rng: np.random.Generator, split: str) -> str:
    """One wording as it is: what a hurried performer types."""
    chosen = _one(passage, rng, split)
    return chosen[2] if chosen else ""


def _single(passage: Described, rng: np.random.Generator, split: str) -> str:
    """One wording in a sentence, or with an adverb."""
    if rng.random() < 0.15:
        return _asked(passage.vector, rng, split)
    chosen = _one(passage, rng, split)
    if chosen is None:
        return ""
    label, kind, text = chosen
    if kind == "mood" and rng.random() < 0.3:
        options = words.adverbs(label)
        return f"{options[int(rng.integers(len(options)))]} {text}"
    if kind == "text":
        return words.fill(_of(frames.WHOLE, rng), text)
    return words.framed(kind, text, rng)


def _one(passage: Described, rng: np.random.Generator, split: str) -> tuple[str, str, str] | None:
    sources: tuple[tuple[float, Callable[[], Bases]], ...] = (
        (0.32, lambda: _mood(passage.vector, rng, split)[:1]),
        (0.22, lambda: _genre(passage, rng, split)),
        (0.22, lambda: _instruments(passage.vector, rng, split)),
        (0.24, lambda: _measured(passage, rng, split, 3.0)[:1]),
    )
    weights = np.array([weight for weight, _ in sources])
    for index in rng.choice(len(sources), len(sources), replace=False, p=weights):
        found = sources[index][1]()
        if found:
            return found[0]
    return None


def _several(passage: Described, rng: np.random.Generator, split: str) -> str:
    found: Bases = []
    vector = passage.vector
    if rng.random() < 0.7:
        found += _mood(vector, rng, split)
    if rng.random() < 0.5:
        found += _genre(passage, rng, split)
    if passage.style_words and rng.random() < 0.12 and split == words.TRAIN:
        found.append(("style", "text", str(rng.choice(passage.style_words))))
    if rng.random() < 0.54:
        found += _instruments(vector, rng, split)
    found += _measured(passage, rng, split, 1.0)
    if not found:
        return ""
    first = found[int(rng.integers(len(found)))]
    order = [found[i] for i in rng.permutation(len(found))][:5]
    if rng.random() < 0.35:
        # One wording in a sentence of its own kind, the others as they are.
        rest = [text for _, _, text in order if text != first[2]]
        framed = first[2] if first[1] == "text" else words.framed(first[1], first[2], rng)
        return ", ".join([framed, *rest])
    text = _joined(order, rng)
    return words.fill(_of(frames.WHOLE, rng), text) if rng.random() < 0.3 else text


def _joined(order: Bases, rng: np.random.Generator) -> str:
    """Adjectives before what they describe, or everything in a row."""
    if rng.random() < 0.5:
        rank = {"": 0, "mood": 0, "genre": 1, "+": 2, "part": 2}
        order = sorted(order, key=lambda row: rank.get(row[1], 3))
        text = order[0][2]
        for before, after in pairwise(order):
            if after[1] in ("+", "part") and before[1] not in ("+", "part"):
                text += " with " + after[2]
            elif before[1] in ("", "mood") and after[1] in ("", "mood", "genre"):
                text += " " + after[2]
            elif before[1] == after[1] == "+":
                text += " and " + after[2]
            else:
                text += ", " + after[2]
        return text
    gap = _of(_GAPS, rng) if len(order) == 2 else _of(_GAPS[:4], rng)
    return gap.join(text for _, _, text in order)


def _of(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _drawn(label: str, rng: np.random.Generator, split: str) -> Bases:
    base = words.draw(label, split, rng)
    return [(label, *base)] if base else []


def _mood(vector: Floats, rng: np.random.Generator, split: str) -> Bases:
    arousal, valence = float(vector[_AT["arousal"]]), float(vector[_AT["valence"]])
    if rng.random() < 0.34:
        if abs(arousal) > 0.5 and abs(valence) > 0.35:
            return _drawn(f"scene:{arousal > 0:d}{valence > 0:d}", rng, split)
        if abs(arousal) < 0.4 and abs(valence) < 0.5:
            return _drawn("scene:middle", rng, split)
    shade = _shade(vector)
    if shade and rng.random() < 0.2:
        return _drawn(shade, rng, split)
    cell = f"mood:{level(arousal)}{valence_level(valence)}"
    found = _drawn(cell, rng, split)
    if found and found[0][1] == "mood" and rng.random() < 0.35:
        other = _drawn(cell, rng, split)
        found += [row for row in other if row[1] == "mood" and row[2] != found[0][2]]
    return found


def _shade(vector: Floats) -> str | None:
    """Dark means minor and low, bright major and high."""
    mode, register = float(vector[_AT["mode"]]), float(vector[_AT["register"]])
    if mode < -0.4 and register < -0.2:
        return "dark"
    return "bright" if mode > 0.4 and register > 0.2 else None


def _asked(vector: Floats, rng: np.random.Generator, split: str) -> str:
    """What is asked of music that plays already: make it angrier."""
    arousal, valence = float(vector[_AT["arousal"]]), float(vector[_AT["valence"]])
    if abs(arousal) < 0.5 or abs(valence) < 0.35:
        return ""
    found = _drawn(f"more:{arousal > 0:d}{valence > 0:d}", rng, split)
    return words.framed(*found[0][1:], rng) if found else ""


def _genre(passage: Described, rng: np.random.Generator, split: str) -> Bases:
    coarse = [g for g in attributes.GENRES if passage.vector[_AT[f"genre:{g}"]] > 0]
    if coarse and (passage.genre_label is None or split == words.EVALUATION or rng.random() < 0.4):
        # Only the name of a broad genre is sure to fit a finer one.
        label = f"genre:{coarse[0]}"
        if split == words.TRAIN and passage.genre_label and rng.random() < 0.5:
            return [(label, "genre", coarse[0])]
        return _drawn(label, rng, split)
    return [("genre", "genre", passage.genre_label)] if passage.genre_label else []


def _instruments(vector: Floats, rng: np.random.Generator, split: str) -> Bases:
    shares = vector[attributes.PARTS_AT : attributes.GENRES_AT]
    present = [i for i in range(len(PART_NAMES)) if shares[i] > PRESENT]
    if not present:
        return []
    drums = PART_NAMES.index("drums")
    if drums not in present and shares[drums] < -0.5 and rng.random() < 0.2:
        return _drawn("no drums", rng, split)
    if rng.random() < 0.14:
        size = max(n for n in words.ENSEMBLE if n <= len(present))
        # Five parts are no quartet, and not yet everybody.
        if size in (1, 2, 3, len(present)) or len(present) >= 6:
            return _drawn(f"ensemble:{size}", rng, split)
    if len(present) == 1:
        name = _part(present[0], rng, split)
        if rng.random() < 0.6:
            name = _of(frames.SOLO, rng).format(name)
        return [("part", "text" if " " in name else "part", name)]
    count = min(len(present), int(rng.integers(1, 4)))
    chosen = rng.permutation(present)[:count]
    text = _listed([_part(int(i), rng, split) for i in chosen], rng)
    if count == len(present) and rng.random() < 0.6:
        text = _of(frames.ONLY, rng).format(text)
        if drums not in present and rng.random() < 0.3:
            text = _of(("no drums, {}", "drop the drums, {}", "{}, without drums"), rng).format(
                text
            )
        return [("parts", "text", text)]
    return [("parts", "part", text)]


def _listed(names: list[str], rng: np.random.Generator) -> str:
    if len(names) == 1:
        return names[0]
    if rng.random() < 0.3:
        return ", ".join(names)
    return ", ".join(names[:-1]) + (" and " if rng.random() < 0.85 else " plus ") + names[-1]


def _part(index: int, rng: np.random.Generator, split: str) -> str:
    label = f"part:{PART_NAMES[index]}"
    # The name itself twice as often as its likes.
    if split == words.TRAIN and rng.random() < 0.25:
        return words.labels()[label][0][1]
    base = words.draw(label, split, rng) or words.draw(label, words.TRAIN, rng)
    assert base
    return base[1]


def _measured(passage: Described, rng: np.random.Generator, split: str, weight: float) -> Bases:
    """Wordings of what is measured: levels, mode, metre, feel, texture, key and tempo."""
    vector = passage.vector
    chances: list[tuple[float, str]] = []
    for name, label in _LEVELLED:
        index = level(float(vector[_AT[name]]))
        chances.append((_LEVEL_CHANCE[index], f"{label}:{index}"))
    mode = valence_level(float(vector[_AT["mode"]]))
    if passage.plain_mode:
        chances.append(((0.24, 0.01, 0.2)[mode], f"mode:{mode}"))
    chances += [(chance, label) for chance, label in _traits(passage)]
    found: Bases = []
    for index in rng.permutation(len(chances)):
        chance, label = chances[index]
        if rng.random() < chance * weight:
            found += _drawn(label, rng, split)
    if passage.key is not None and rng.random() < 0.05:
        minor, tonic = divmod(passage.key, 12)
        name = f"{frames.KEYS[tonic]} {'minor' if minor else 'major'}"
        found.append(("key", "text", _of(frames.KEY, rng).format(name)))
    if passage.bpm is not None and rng.random() < 0.03:
        found.append(("bpm", "text", _of(frames.BPM, rng).format(round(passage.bpm))))
    return found


def _traits(passage: Described) -> Iterator[tuple[float, str]]:
    """Chances of metre, feel and texture, where they are marked enough to be heard."""
    vector = passage.vector
    if vector[_AT["triple"]] > 0.5:
        yield 0.4, "metre:3"
    elif passage.metre == 4:
        yield 0.02, "metre:4"
    triplets, offbeat = float(vector[_AT["triplets"]]), float(vector[_AT["offbeat"]])
    if triplets > 1.0:
        yield 0.2, "feel:swing"
    elif offbeat > 0.9:
        yield 0.14, "feel:syncopated"
    elif offbeat < -0.9:
        yield 0.12, "feel:straight"
    for name, high in words.TEXTURE:
        value = float(vector[_AT[name]])
        if value > 1.0 if high else value < -1.0:
            yield 0.1, f"{name}:{'high' if high else 'low'}"


def _mood_name(vector: Floats) -> str:
    arousal, valence = float(vector[_AT["arousal"]]), float(vector[_AT["valence"]])
    return words.MOODS[level(arousal)][valence_level(valence)].split()[0]
