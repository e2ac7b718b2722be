"""What can come next on a line that is being typed, for the screen and the prompt. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from amt_live.control.when import When
from amt_live.livecode.keywords import ALL, BY_NAME, KEYWORDS
from amt_live.livecode.softness import BANK_ACTIONS
from amt_live.music.keys import ROOTS
from amt_live.music.parts import PART_NAMES
from amt_live.osc.words import FREE

MIN_CHARS: Final = 2
"""Letters of a first word before it is completed: it may well be a mood."""

Names = Mapping[str, Sequence[str]]
"""Names that the band knows now: ``scene``, ``style`` and ``bank``."""


def completions(line: str, names: Names) -> list[str]:
    """Whole lines that this one could become by completing its last word, the likeliest first."""
    head, last = _split(line)
    words = head.split()
    if last.startswith("@"):
        found: Sequence[str] = [f"@{when}" for when in When]
    else:
        found = _after(words, last, names)
    return [f"{head}{word}" for word in found if word.lower().startswith(last.lower()) and last]


def _split(line: str) -> tuple[str, str]:
    """The line up to its last word, and that word, which may stand behind a bracket or comma."""
    start = max(line.rfind(char) for char in " [,") + 1
    return line[:start], line[start:]


def _after(words: list[str], last: str, names: Names) -> Sequence[str]:
    words = _inner(words)
    if not words:
        return [keyword.name for keyword in KEYWORDS] if len(last) >= MIN_CHARS else []
    keyword = BY_NAME.get(words[0].lower())
    if keyword is None:
        return []
    if keyword.shape == "parts" or (keyword.shape == "part" and len(words) == 1):
        return [*PART_NAMES, ALL]
    if keyword.name == "key":
        return [*ROOTS, FREE] if len(words) == 1 else ["major", "minor"]
    if keyword.name == "quantise":
        return list(When)
    if keyword.name == "take" and len(words) == 1:
        return ["start", "stop"]
    if keyword.name == "bank":
        actions: Sequence[str] = BANK_ACTIONS if len(words) == 1 else ()
        return actions or (names.get("bank", ()) if len(words) == 2 else [])
    if keyword.name in ("scene", "style"):
        actions = ["save", "delete"] if keyword.name == "scene" else []
        return [*names.get(keyword.name, ()), *actions] if len(words) == 1 else []
    if keyword.name in ("density", "energy", "swing", "chords") and len(words) == 1:
        return [FREE]
    return []


def _inner(words: list[str]) -> list[str]:
    """The words of the command behind ``at 33`` and ``every 8``."""
    while len(words) >= 2 and words[0].lower() in ("at", "every") and words[1].isdecimal():
        words = words[2:]
        if words and words[0].lower() in ("bar", "bars"):
            words = words[1:]
    if words and words[0].startswith("["):
        words = [words[0].removeprefix("["), *words[1:]]
    return [word for word in words if word]
