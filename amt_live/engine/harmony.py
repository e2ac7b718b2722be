"""Keys and chord lines as a performer writes them, read into the ids of the vocabulary."""

import re
from typing import Final

from amt_live.engine.plan import Chord
from amt_live.errors import UsageError
from amt_live.music.keys import key_of, pitch_class
from amt_live.tokens.vocabulary import CHORD_QUALITIES

MAX_CHORD_BARS: Final = 64
MAX_CHORDS_IN_BAR: Final = 2

_ROOT: Final = re.compile(r"([A-Ga-g])([#b♯♭]?)(.*)$")
_ALIASES: Final = {
    "": "maj", "M": "maj", "m": "min", "-": "min", "9": "7", "13": "7", "M7": "maj7", "Δ": "maj7",
    "maj9": "maj7", "min7": "m7", "-7": "m7", "m9": "m7", "o": "dim", "°": "dim", "ø": "m7b5",
    "o7": "dim7", "°7": "dim7", "+": "aug", "sus": "sus4", "min6": "m6",
}  # fmt: skip
_NO_CHORD: Final = ("NC", "N.C.", "N.C")


def parse_key(text: str) -> int:
    """0-11 for major keys from C, 12-23 for minor ones; raises UsageError."""
    key = key_of(text.strip())
    if key is None:
        raise UsageError(f"'{text}' is not a key; write one such as D minor, Bb major or free")
    return key


def parse_chords(text: str) -> tuple[tuple[Chord, ...], ...]:
    """Bars of one or two chords (``Dm7 | G7 | Cmaj7 A7 | %``); raises UsageError."""
    bars: list[tuple[Chord, ...]] = []
    for cell in text.strip().strip("|").split("|"):
        words = cell.split()
        if not 1 <= len(words) <= MAX_CHORDS_IN_BAR:
            raise UsageError(
                f"a bar holds one or two chords, not '{cell.strip()}'; write Dm7 | G7 | C | %"
            )
        if words == ["%"]:
            if not bars:
                raise UsageError("% repeats the bar before it; the first bar needs a chord")
            bars.append(bars[-1])
        else:
            bars.append(tuple(_chord(word) for word in words))
    if len(bars) > MAX_CHORD_BARS:
        raise UsageError(f"the chord line has {len(bars)} bars; {MAX_CHORD_BARS} is the most")
    return tuple(bars)


def _chord(word: str) -> Chord:
    if word.upper() in _NO_CHORD:
        return None
    match = _ROOT.match(word.partition("/")[0])
    quality = match.group(3) if match else "?"
    quality = _ALIASES.get(quality, quality)
    if match is None or quality not in CHORD_QUALITIES:
        known = " ".join(CHORD_QUALITIES)
        raise UsageError(f"'{word}' is not a chord that the band knows; after the root: {known}")
    return pitch_class(match.group(1), match.group(2)), CHORD_QUALITIES.index(quality)
