"""What words say outright: instruments wanted, unwanted and alone, key, mode, meter.

A sentence encoder hears the colour of "no drums" and misses the "no". What a performer says by name
is therefore read by rule, beside the encoder, and obeyed as far as the music allows. A phrase that
names nothing gives an empty reading. Pure; thread: any. English.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from amt_live.music.keys import key_of
from amt_live.music.parts import PART_NAMES
from amt_live.text.conditioning import TRIPLE, Mood
from amt_live.text.examples import PART_PREFIX
from amt_live.text.instruments import instruments
from amt_live.text.plain_words import asked_by

_NEGATIONS: Final = frozenset(("no", "without", "minus", "sans", "drop", "lose", "mute"))
_ONLY_BEFORE: Final = frozenset(("solo", "only", "just", "unaccompanied", "lone"))
_ONLY_AFTER: Final = frozenset(("alone", "only", "unaccompanied"))
_COMPLETE: Final = frozenset(("string quartet", "string trio"))
"""Names that stand for the whole band."""
_SPANNED: Final = frozenset(
    ("the", "a", "an", "one", "single", "any", "and", "or", "nor", "&", "more")
)
"""Words that a negation or an "only" reaches across."""
_SAID_AS: Final = (
    (
        re.compile(
            r"\b(?:leav(?:e|ing) out|tak(?:e|ing) out|get rid of|do without|omit(?:ting)?"
            r"|skip(?:ping)?|except(?: for)?|(?:everything|everyone|anything|all) but)\b"
        ),
        "without",
    ),
    (
        re.compile(
            r",?\s*(?:\band )?\b(?:nothing (?:else|more|besides)|all alone|on (?:its|their) own"
            r"|(?:all )?by (?:itself|themselves))\b"
        ),
        " alone",
    ),
    (re.compile(r"\bnothing but\b"), "only"),
    (re.compile(r"\b(low|high)[ -](?:notes|register)\b"), r"\1-pitched"),
)  # fmt: skip
"""Phrases, and the word that says the same."""
_WORD: Final = re.compile(r"\d+/\d+|[a-z&]+(?:['-][a-z]+)*|[,;.]")
_KEY: Final = re.compile(
    r"\b(?:in|key of)\s+([A-Ga-g]\s*(?:#|♯|♭|b|\s?sharp|\s?flat)?\s*(?:major|minor|maj|min|m)\b)"
    r"|\b([A-G]\s*(?:#|♯|♭|b|\s?sharp|\s?flat)?\s+(?:major|minor))\b"
)
_MODES: Final = {"minor": -1, "major": 1}
_METERS: Final = {
    "waltz": 3, "waltzes": 3, "3/4": 3, "minuet": 3, "mazurka": 3, "three-four": 3,
    "4/4": 4, "four-four": 4,
}  # fmt: skip
_PRESENT: Final = 1.4
"""The attribute of a part that plays all the time (``export.attributes.vector``)."""
_MISSING: Final = -0.6
_MUCH_MORE: Final = 1.5
"""Presence above the usual, of a part that was named."""
_SURE: Final = 1.3
_IN_THREE: Final = 3.0
_IN_FOUR: Final = -0.4
_NOT_A_MODE: Final = frozenset(("injury", "injuries", "league", "character", "detail", "details"))


@dataclass(frozen=True, slots=True)
class Explicit:
    """What a text names. ``wanted`` and ``unwanted`` hold names of parts; ``only`` is everything
    that may play, or None; ``programs`` the General MIDI sound of a part, by its index."""

    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    programs: dict[int, int] = field(default_factory=dict)
    key: int | None = None
    """0-11 major from C, 12-23 minor."""
    mode: int | None = None
    """1 major, -1 minor."""
    beats_per_bar: int | None = None
    character: dict[str, float] = field(default_factory=dict)
    """Attributes that plain words ask for, in standard deviations: examples are chosen by them."""

    @property
    def absent(self) -> frozenset[str]:
        """Parts that are not to play at all."""
        if self.only is None:
            return self.unwanted
        return self.unwanted | (frozenset(PART_NAMES) - self.only)


def read_explicit(text: str) -> Explicit:
    """Read what a text says outright."""
    plain = text.lower()
    for phrase, same in _SAID_AS:
        plain = phrase.sub(same, plain)
    words = _WORD.findall(plain)
    wanted: set[str] = set()
    unwanted: set[str] = set()
    only: set[str] = set()
    programs: dict[int, int] = {}
    mentions = list(_mentions(words))
    passed = [word in _SPANNED for word in words]
    for start, end, _ in mentions:
        passed[start:end] = [True] * (end - start)
    for start, end, name in mentions:
        parts, program = _known()[name]
        before = _before(words, passed, start)
        if before in _NEGATIONS:
            unwanted.update(parts)
            continue
        wanted.add(parts[0])
        after = _after(words, passed, end)
        if name in _COMPLETE or before in _ONLY_BEFORE or after in _ONLY_AFTER:
            only.update(parts)
        if program is not None:
            programs.setdefault(PART_NAMES.index(parts[0]), program)
    if only:
        only |= wanted
    key = _key(text)
    mode = _mode(words) if key is None else (-1 if key >= 12 else 1)
    meter = next((_METERS[word] for word in words if word in _METERS), None)
    if meter is None and "in three" in " ".join(words):
        meter = 3
    return Explicit(
        frozenset(wanted - unwanted),
        frozenset(unwanted - wanted),
        frozenset(only) or None,
        programs,
        key,
        mode,
        meter,
        asked_by(words),
    )


def attributes_said(said: Explicit) -> dict[str, float]:
    """Attributes in standard deviations, as training knows them, for what was said."""
    values = {PART_PREFIX + name: _PRESENT for name in said.wanted}
    values.update({PART_PREFIX + name: _MISSING for name in said.absent})
    if said.mode is not None:
        values["mode"] = _SURE * said.mode
    if said.beats_per_bar is not None:
        values[TRIPLE] = _IN_THREE if said.beats_per_bar == 3 else _IN_FOUR
    return values


def wanted(said: Explicit) -> dict[str, float]:
    """What an example is chosen by: what was said, and the character that plain words ask for."""
    return {**said.character, **attributes_said(said)}


def obey(mood: Mood, said: Explicit) -> Mood:
    """The mood with everything in it that is no attribute: sounds, silence, key, meter."""
    presence = {**mood.presence, **dict.fromkeys(said.wanted, _MUCH_MORE)}
    return replace(
        mood,
        presence=presence,
        absent=said.absent,
        key=said.key,
        programs={**mood.programs, **said.programs},
        beats_per_bar=said.beats_per_bar or mood.beats_per_bar,
    )


@cache
def _known() -> dict[str, tuple[tuple[str, ...], int | None]]:
    return instruments()


@cache
def _longest_name() -> int:
    return max(name.count(" ") + 1 for name in _known())


def _mentions(words: list[str]) -> Iterator[tuple[int, int, str]]:
    """(first word, word after, name) of every instrument named, the longest names first."""
    index = 0
    while index < len(words):
        for length in range(min(_longest_name(), len(words) - index), 0, -1):
            name = " ".join(words[index : index + length])
            if name in _known():
                yield index, index + length, name
                index += length
                break
        else:
            index += 1


def _before(words: list[str], passed: list[bool], start: int) -> str:
    """The word before a name, over nothing but other names and articles; empty for none."""
    at = start - 1
    while at >= 0 and passed[at]:
        at -= 1
    return words[at] if at >= 0 else ""


def _after(words: list[str], passed: list[bool], end: int) -> str:
    """The word after a name, as ``_before``."""
    while end < len(words) and passed[end]:
        end += 1
    return words[end] if end < len(words) else ""


def _key(text: str) -> int | None:
    match = _KEY.search(text)
    return key_of((match.group(1) or match.group(2)).strip()) if match else None


def _mode(words: list[str]) -> int | None:
    for index, word in enumerate(words):
        follows = words[index + 1] if index + 1 < len(words) else ""
        if word in _MODES and follows not in _NOT_A_MODE:
            return _MODES[word]
    return None
