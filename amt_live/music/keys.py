"""Keys as people write them: ``D minor``, ``Dm``, ``f# min``; and as numbers.

A key is 0-11 for the major ones from C upwards and 12-23 for the minor ones. Pure.
"""

import re
from typing import Final

ROOTS: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Names of the pitch classes from C."""

SCALES: Final = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11))
"""Semitones above the tonic: major, and minor with both sevenths."""

_NATURALS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS: Final = {"": "", "♯": "#", "sharp": "#", "♭": "b", "flat": "b"}
_SHIFTS: Final = {"": 0, "#": 1, "b": -1}
# A bare M is no minor, whatever the case of the words: to many it says major.
_KEY: Final = re.compile(
    r"([A-Ga-g])\s*(#|b|♯|♭|sharp|flat)?\s*((?i:major|minor|maj|min)|m)?", re.ASCII
)


def spelled_key(text: str) -> str | None:
    """``D minor`` for every way to write it, with the tonic as it was written; None for no key."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    letter, sign, mode = (group or "" for group in match.groups())
    scale = "minor" if mode.lower() in ("minor", "min", "m") else "major"
    return f"{letter.upper()}{_SIGNS.get(sign, sign)} {scale}"


def key_of(text: str) -> int | None:
    """The key 0-23 of a text; None for no key."""
    spelled = spelled_key(text)
    if spelled is None:
        return None
    tonic, scale = spelled.split()
    return pitch_class(tonic[0], tonic[1:]) + (12 if scale == "minor" else 0)


def key_name(key: int) -> str:
    """Readable name of a key 0-23, such as ``D minor``."""
    mode, root = divmod(key, 12)
    return f"{ROOTS[root]} {'minor' if mode else 'major'}"


def pitch_class(letter: str, sign: str) -> int:
    """0-11 from C, for a letter in either case and ``#``, ``b``, ``♯``, ``♭`` or nothing."""
    return (_NATURALS[letter.upper()] + _SHIFTS[_SIGNS.get(sign, sign)]) % 12
