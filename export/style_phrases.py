"""Style words out of prose: short phrases about mood, instruments and tempo, and nobody's name.

A phrase is a run of words of ``lexicon`` as they stand in the text, lower case. Names are kept out
three times: capitals are never taken (but to open a sentence that goes on in a phrase), only known
words are, and a phrase that spells a given name (artists, titles) is dropped.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from export.lexicon import ADVERBS, INNER, MODIFIERS, NOUNS

LONGEST: Final = 4
MOST: Final = 16
_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'“])")
_TOKEN: Final = re.compile(r"[\w'’-]+|[^\w\s]")
_KNOWN: Final = MODIFIERS | NOUNS | INNER


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(part for part in _SENTENCE.split(" ".join(text.split())) if part)


def style_phrases(text: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Phrases of one to four words in the order of the text; ``names`` never appear in them."""
    spelled = [words for words in map(_words, names) if words]
    found: dict[str, None] = {}
    for sentence in sentences(_ASIDE.sub(" ", text)):
        for run in _runs(_TOKEN.findall(sentence)):
            if not _spells(run, spelled):
                found.setdefault(" ".join(run))
    return tuple(found)[:MOST]


def _runs(tokens: list[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for index, token in enumerate([*tokens, "."]):
        word = token.lower()
        opens = index == 0 and len(tokens) > 1 and tokens[1].lower() in NOUNS | INNER
        is_plain = token == word or (opens and tokens[1] == tokens[1].lower())
        if is_plain and word in ADVERBS:
            continue
        if is_plain and word in _KNOWN:
            run.append(word)
            # A modifier after a noun begins something else: "slow drums | heavy bass".
            if len(run) > 1 and run[-2] in NOUNS - INNER and word in MODIFIERS - INNER:
                yield from _phrase(run[:-1])
                run = [word]
            continue
        yield from _phrase(run)
        run = []


def _phrase(run: list[str]) -> Iterator[list[str]]:
    """The end of a run if it says something: modifiers with or without their noun."""
    while run and run[-1] not in NOUNS and run[-1] not in MODIFIERS:
        run = run[:-1]
    run = run[-LONGEST:]
    if run and (run[-1] in MODIFIERS or any(word in MODIFIERS | INNER for word in run[:-1])):
        yield run


def _words(name: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(name) if token[0].isalnum()]


def _spells(run: list[str], names: list[list[str]]) -> bool:
    """Whether a whole name stands in the run, or the run is several words of a longer one."""
    joined = f" {' '.join(run)} "
    for words in names:
        name = f" {' '.join(words)} "
        if name in joined or (len(run) > 1 and joined in name):
            return True
    return False
