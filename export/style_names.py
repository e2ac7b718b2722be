"""Names for clusters of style words: what is nearest to a cluster and far from the others."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.text.embedder import Embedder
from export.lexicon import FILLERS, MODIFIERS

Floats = NDArray[np.float32]

COMMON: Final = 0.06
"""Share of a cluster's documents that a phrase is in before it may name the cluster."""
CANDIDATES: Final = 40
LONGEST_NAME: Final = 4
LONGEST_TEXT: Final = 9
GAIN: Final = 0.01
"""How much nearer another phrase must bring the text of a style."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text of a corpus, with its genre and the phrases in it as far as labels tell."""

    text: str
    genre: str = ""
    phrases: tuple[str, ...] = ()
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Named:
    """A cluster with its name, the words to play it by, its size and its most central texts."""

    name: str
    text: str
    size: int
    cluster: int
    examples: tuple[str, ...]


def name_clusters(
    documents: Sequence[Document], vectors: Floats, labels: NDArray[np.int64], embedder: Embedder
) -> list[Named]:
    """A name for each cluster, none twice, in the order of their numbers."""
    middle = vectors.mean(axis=0)
    named: list[Named] = []
    taken: set[str] = set()
    for cluster in range(int(labels.max()) + 1):
        members = np.flatnonzero(labels == cluster)
        # What all texts have in common says nothing about any of them.
        centre = vectors[members].mean(axis=0)
        aim = _unit(centre - middle)
        some = [documents[i] for i in members]
        name = _name(some, aim, embedder, taken)
        taken.add(name)
        text = _text(name, some, _unit(centre), embedder)
        order = members[np.argsort(-(vectors[members] @ centre))]
        examples = tuple(documents[i].text for i in order)
        named.append(Named(name, text, len(members), cluster, examples))
    return named


def _name(documents: Sequence[Document], aim: Floats, embedder: Embedder, taken: set[str]) -> str:
    """Usually a modifier and a noun phrase: ``brassy big band jazz``."""
    nouns = _common(Counter(d.genre for d in documents if d.genre), len(documents))
    phrases = _common(_phrase_counts(documents), len(documents))
    modifiers = [phrase for phrase in phrases if phrase in MODIFIERS]
    nouns = nouns or [phrase for phrase in phrases if phrase not in MODIFIERS] or phrases
    pairs = [f"{m} {n}" for m in modifiers for n in nouns if _fits(m, n)]
    for candidates in (pairs, nouns, phrases, [d.text for d in documents]):
        free = [words for words in candidates if words not in taken and 0 < len(words) <= 60]
        if free:
            return free[int(np.argmax(embedder.embed_many(free) @ aim))]
    return f"style {len(taken) + 1}"


def _text(name: str, documents: Sequence[Document], centre: Floats, embedder: Embedder) -> str:
    """The name and the phrases that together come nearest to the centre."""
    text = name
    score = float(embedder.embed(text) @ centre)
    phrases = _common(_phrase_counts(documents), len(documents))
    while True:
        room = LONGEST_TEXT - len(text.split())
        said = set(text.replace(",", " ").split())
        free = [p for p in phrases if len(p.split()) <= room and not said & set(p.split())]
        if not free:
            return text
        scores = embedder.embed_many([f"{text}, {phrase}" for phrase in free]) @ centre
        best = int(np.argmax(scores))
        if scores[best] < score + GAIN:
            return text
        text, score = f"{text}, {free[best]}", float(scores[best])


def _common(counts: Counter[str], total: int) -> list[str]:
    frequent = [words for words, count in counts.most_common(CANDIDATES) if count / total > COMMON]
    return frequent or [words for words, _ in counts.most_common(3)]


def _phrase_counts(documents: Sequence[Document]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for document in documents:
        labelled = [
            phrase for phrase in document.phrases if len(phrase.split()) <= LONGEST_NAME - 1
        ]
        counts.update(set(labelled) if document.genre else set(_grams(document.text)))
    return counts


def _grams(text: str) -> Iterator[str]:
    """Runs of one to three words of a caption, without words that say nothing at their ends."""
    for part in text.lower().split(","):
        words = part.split()
        for length in (1, 2, 3):
            for first in range(len(words) - length + 1):
                run = words[first : first + length]
                if run[0] not in FILLERS and run[-1] not in FILLERS:
                    yield " ".join(run)


def _fits(modifier: str, noun: str) -> bool:
    """Together short, and not the same word twice (``bluesy blues``)."""
    words = noun.split()
    stem = modifier[:4]
    return len(words) < LONGEST_NAME and not any(word.startswith(stem) for word in words)


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return unit
