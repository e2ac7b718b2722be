"""Texts with a form of their own, checked where they arrive: keys, chord lines, bare file names."""

import re
from typing import Final

from amt_live.control.commands import MAX_NAME_CHARS
from amt_live.music.keys import spelled_key
from amt_live.osc.arguments import Refusal, quoted

FREE: Final = "free"
"""The word that hands a knob back to the model."""

MAX_CHORD_BARS: Final = 64

_CHORD: Final = re.compile(
    r"[A-G](#|b|♯|♭)?[A-Za-z0-9#+°øΔ♯♭^()-]{0,12}(/[A-G](#|b|♯|♭)?)?", re.ASCII
)
_SEPARATORS: Final = frozenset('/\\:<>"|?*')
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"}
)


def key_of(text: str) -> str | None:
    """``D minor`` from ``d min``, ``Dm``, ``D minor``; None for ``free``; raises Refusal."""
    if text.lower() == FREE:
        return None
    spelled = spelled_key(text)
    if spelled is None:
        raise Refusal("arguments", f"{quoted(text)} is not a key; write D minor, Bb major or free")
    return spelled


def chords_of(text: str) -> str | None:
    """A chord line with one space around its bar lines; None for ``free``; raises Refusal."""
    if text.lower() == FREE:
        return None
    bars = [bar.split() for bar in text.strip("| ").split("|")]
    if len(bars) > MAX_CHORD_BARS:
        raise Refusal("text", f"{len(bars)} bars of chords; {MAX_CHORD_BARS} is the most")
    if bars[0] == ["%"]:
        raise Refusal("arguments", "% repeats the bar before it: the first bar needs a chord")
    for bar in bars:
        if not bar:
            raise Refusal("arguments", "a bar has no chord; write Dm7 | G7 | Cmaj7 | %")
        for chord in bar:
            if chord not in ("%", "NC") and not _CHORD.fullmatch(chord):
                raise Refusal(
                    "arguments", f"{quoted(chord)} is not a chord; write Dm7 | G7 | Cmaj7 | %"
                )
    return " | ".join(" ".join(bar) for bar in bars)


def scene_name(text: str) -> str:
    """A bare name without a word that says when; raises Refusal."""
    if not text:
        raise Refusal("name", "the name is empty; give the name of a scene")
    if any(word.startswith("@") for word in text.split()):
        raise Refusal("name", f"{quoted(text)} holds a word with @, which says when; rename it")
    return bare_name(text)


def bare_name(text: str) -> str:
    """A name that is safe as a file name on every system; raises Refusal. Never a path."""
    if not text:
        raise Refusal("name", "the name is empty; leave it out to have one made from the clock")
    if len(text) > MAX_NAME_CHARS:
        raise Refusal("name", f"the name is {len(text)} characters long; {MAX_NAME_CHARS} at most")
    if _SEPARATORS & set(text) or not text.isprintable():
        raise Refusal("name", f'{quoted(text)} must be a bare name, without / \\ : < > " | ? *')
    if text.startswith(".") or text.endswith("."):
        raise Refusal("name", f"{quoted(text)} must not start or end with a dot")
    if text.split(".")[0].strip().lower() in _RESERVED:
        raise Refusal("name", f"{quoted(text)} is a device on Windows; choose another name")
    return text
