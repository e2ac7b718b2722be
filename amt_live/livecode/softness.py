"""Whether a line that begins with a keyword is a command or a mood, and what is only a slip. Pure.

Some keywords also begin moods ("swing era big band", "take five"): those are keywords only in
front of what they take. A word that nearly is a keyword, in front of what that takes, is an error:
on a stage a slip of the finger must not become a mood.
"""

import difflib
import re
from collections.abc import Sequence
from typing import Final

from amt_live.livecode.keywords import ALL, BY_NAME, Keyword
from amt_live.livecode.pieces import Piece
from amt_live.music.keys import spelled_key
from amt_live.music.parts import PART_NAMES

CLOSE: Final = 0.7
"""How much a word must resemble another to be taken for it."""

NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
BANK_ACTIONS: Final = ("store", "recall", "clear")
PARTS: Final = (*PART_NAMES, ALL)


def is_number(word: Piece) -> bool:
    """Whether a word is a number, or ``free`` in its place."""
    return NUMBER.fullmatch(word.text) is not None or word.text.lower() == "free"


def is_keyword_here(keyword: Keyword, words: Sequence[Piece]) -> bool:
    """Whether the first of these words, which has the name of a keyword, is meant as one."""
    rest = [word for word in words[1:] if not word.text.startswith("@")]
    if not keyword.soft:
        return True
    if keyword.soft == "alone":
        return len(words) == 1
    if not rest:
        return False
    first = rest[0].text.rstrip(",").lower()
    match keyword.soft:
        case "number":
            return is_number(rest[0])
        case "count":
            return NUMBER.fullmatch(rest[0].text) is not None
        case "part":
            return first in (*PARTS, "*")
        case "take":
            return first in ("start", "stop")
        case "bank":
            return first in BANK_ACTIONS
        case _:
            key = " ".join(word.text for word in rest)
            return key.lower() == "free" or spelled_key(key) is not None


def slip_of_part(keyword: Keyword, words: Sequence[Piece]) -> str | None:
    """The part that was meant behind a keyword for parts; None where a mood was."""
    if keyword.soft != "part" or len(words) < 2:
        return None
    near = difflib.get_close_matches(words[1].text.rstrip(",").lower(), PARTS, 1, 0.8)
    return near[0] if near else None


def slip_of_keyword(words: Sequence[Piece]) -> Keyword | None:
    """The keyword that a first word was perhaps meant to be."""
    if len(words) < 2 or len(words[0].text) < 3:
        return None
    names = [k.name for k in BY_NAME.values() if k.shape in ("setting", "parts", "part")]
    near = difflib.get_close_matches(words[0].text.lower(), [*names, "chords", "every"], 1, CLOSE)
    meant = BY_NAME[near[0]] if near else None
    return meant if meant is not None and is_keyword_here(meant, words) else None
