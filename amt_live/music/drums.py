"""Kinds of percussion: which General MIDI sounds stand in for each other in a pattern."""

from typing import Final

KINDS: Final[tuple[tuple[str, tuple[int, ...]], ...]] = (
    ("kick", (35, 36)),
    ("snare", (38, 40)),
    ("stick", (31, 33, 37, 39)),
    ("closed hi-hat", (42, 44)),
    ("open hi-hat", (46,)),
    ("ride", (51, 53, 59)),
    ("crash", (49, 52, 55, 57)),
    ("tom", (41, 43, 45, 47, 48, 50)),
    ("hand drum", (60, 61, 62, 63, 64, 65, 66, 78, 79, 86, 87)),
    ("shaken", (54, 69, 70, 82, 83, 84)),
    ("struck", (56, 67, 68, 75, 76, 77, 80, 81)),
    ("other", ()),
)
"""Name and pitches (General MIDI 2, percussion); the last one is all that is left."""
KIND_NAMES: Final = tuple(name for name, _ in KINDS)
_KIND_OF: Final = {pitch: kind for kind, (_, pitches) in enumerate(KINDS) for pitch in pitches}


def kind_of(pitch: int) -> int:
    """Index in KINDS of a percussion pitch."""
    return _KIND_OF.get(pitch, len(KINDS) - 1)
