"""What is being played, by name: the chord of the last beats and the key of the last bars.

Pure, called once a beat on the Textual thread. Chords are matched against templates with the bass
as a hint; keys by correlation with the profiles of Krumhansl and Kessler, "Tracing the dynamic
changes in perceived tonal organization" (1982).
"""

from collections.abc import Iterable
from typing import Final

from amt_live.music.keys import ROOTS
from amt_live.music.parts import DRUMS
from amt_live.tui.roll import RollNote

CHORD_BEATS: Final = 2.0
KEY_BEATS: Final = 32.0

_CHORDS: Final = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim": (0, 3, 6),
    "sus4": (0, 5, 7),
    "5": (0, 7),
}
_MAJOR: Final = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR: Final = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_BASS_BONUS: Final = 0.15
_MISSING_COST: Final = 0.12
_SURE: Final = 0.62
"""A chord that explains less than this share of what sounds is not named."""

_SURE_KEY: Final = 0.6


def _weights(notes: Iterable[RollNote], first: float, end: float) -> list[float]:
    weights = [0.0] * 12
    for note in notes:
        if note.part != DRUMS.index and note.end > first and note.start < end:
            weights[note.pitch % 12] += min(note.end, end) - max(note.start, first)
    return weights


def chord_name(notes: Iterable[RollNote], now: float) -> str:
    """The chord that sounds in the last beats before ``now`` (beats of the axis), or ''."""
    heard = [note for note in notes if note.end > now - CHORD_BEATS and note.start <= now]
    weights = _weights(heard, now - CHORD_BEATS, now)
    total = sum(weights)
    if total <= 0 or sum(weight > 0.04 * total for weight in weights) < 2:
        return ""
    pitched = [note.pitch for note in heard if note.part != DRUMS.index]
    bass = min(pitched) % 12
    best, found = 0.0, ""
    for root in range(12):
        for suffix, steps in _CHORDS.items():
            tones = [weights[(root + step) % 12] for step in steps]
            score = sum(tones) / total - _MISSING_COST * sum(tone < 0.03 * total for tone in tones)
            score += _BASS_BONUS * (root == bass) - 0.02 * len(steps)
            if score > best:
                best, found = score, f"{ROOTS[root]}{suffix}"
    return found if best > _SURE else ""


def key_name(notes: Iterable[RollNote], now: float) -> str:
    """The key of the last bars before ``now`` (beats of the axis), or '' where it is not plain."""
    weights = _weights(notes, now - KEY_BEATS, now)
    if sum(weight > 0 for weight in weights) < 4:
        return ""
    best, found = 0.0, ""
    for tonic in range(12):
        turned = weights[tonic:] + weights[:tonic]
        for profile, mode in ((_MAJOR, "major"), (_MINOR, "minor")):
            score = _correlation(turned, profile)
            if score > best:
                best, found = score, f"{ROOTS[tonic]} {mode}"
    return found if best > _SURE_KEY else ""


def _correlation(one: Iterable[float], other: Iterable[float]) -> float:
    xs, ys = list(one), list(other)
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    dx, dy = [x - mean_x for x in xs], [y - mean_y for y in ys]
    scale = (sum(x * x for x in dx) * sum(y * y for y in dy)) ** 0.5
    return sum(x * y for x, y in zip(dx, dy, strict=True)) / scale if scale else 0.0
