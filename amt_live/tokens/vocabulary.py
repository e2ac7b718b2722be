"""The one table of token ids that training, export and performance share.

A bar of music is written as

    BAR(length) MOOD [KEY] [DENSITY] [CHORD_ROOT CHORD_QUALITY]{0,2} group*

and a group, everything one part starts at one position, as

    [POSITION] (PART_VELOCITY (DURATION PITCH+)+)+      drums: PART_VELOCITY DRUM+

Part and velocity share one token and drums have no length, which makes a band about a fifth shorter
than one token for each. Control tokens are optional: absent means free. Ids are fixed for ever by
this table; ``fingerprint`` is stored in every model folder.
"""

import hashlib
from functools import lru_cache
from typing import Final

from amt_live.music.beats import GRID_OFFSETS, STEPS_PER_BEAT
from amt_live.music.keys import ROOTS
from amt_live.music.parts import PART_NAMES

SIZE: Final = 512
"""Width of the model's vocabulary; ids past the table are reserved and never sampled."""

PAD: Final = 0
MOOD: Final = 1

MAX_BAR_BEATS: Final = 6
BAR_STEPS: Final = tuple(range(STEPS_PER_BEAT, MAX_BAR_BEATS * STEPS_PER_BEAT + 1, 6))
"""Bar lengths in grid steps: 1 to 6 beats by half beats."""

POSITIONS: Final = tuple(
    beat * STEPS_PER_BEAT + offset for beat in range(MAX_BAR_BEATS) for offset in GRID_OFFSETS
)
"""Grid steps inside a bar where notes may start."""

VELOCITY_LEVELS: Final = 8
VELOCITY_EDGES: Final = (36, 50, 62, 74, 86, 98, 110)
"""Velocities below the first edge are level 0, and so on."""
VELOCITY_CENTRES: Final = (28, 44, 57, 69, 81, 93, 105, 118)
"""What a level sounds at."""

DURATIONS: Final = (
    1, 2, 3, 4, 6, 8, 9, 12, 15, 18, 21, 24, 30, 36, 42, 48, 60, 72, 84, 96, 120, 144, 192, 288,
)  # fmt: skip
"""Note lengths in grid steps, a 48th of a bar of four to 24 beats."""

DRUM_PITCHES: Final = tuple(range(27, 88))
"""General MIDI (level 2) percussion."""

KEY_ROOTS: Final = ROOTS
DENSITY_LEVELS: Final = 8
DENSITY_EDGES: Final = (1.5, 3.0, 4.5, 6.5, 8.5, 11.0, 15.0)
"""Note-ons a beat at which the next DENSITY level begins."""
CHORD_QUALITIES: Final = (
    "maj", "min", "7", "maj7", "m7", "dim", "m7b5", "dim7", "aug", "sus4", "6", "m6",
)  # fmt: skip

BAR_FIRST: Final = 2
POSITION_FIRST: Final = BAR_FIRST + len(BAR_STEPS)
PART_VELOCITY_FIRST: Final = POSITION_FIRST + len(POSITIONS)
PITCH_FIRST: Final = PART_VELOCITY_FIRST + len(PART_NAMES) * VELOCITY_LEVELS
DRUM_FIRST: Final = PITCH_FIRST + 128
DURATION_FIRST: Final = DRUM_FIRST + len(DRUM_PITCHES)
KEY_FIRST: Final = DURATION_FIRST + len(DURATIONS)
DENSITY_FIRST: Final = KEY_FIRST + 24
CHORD_ROOT_FIRST: Final = DENSITY_FIRST + DENSITY_LEVELS
NO_CHORD: Final = CHORD_ROOT_FIRST + 12
CHORD_QUALITY_FIRST: Final = NO_CHORD + 1
USED: Final = CHORD_QUALITY_FIRST + len(CHORD_QUALITIES)
"""Ids from here to ``SIZE`` are reserved."""

_POSITION_INDEX: Final = {step: index for index, step in enumerate(POSITIONS)}


def bar_id(steps: int) -> int:
    """Id of the bar line of a bar of ``steps``; raises ValueError if not in the table."""
    return BAR_FIRST + BAR_STEPS.index(steps)


def position_id(step: int) -> int:
    """Id of a position in the bar; raises KeyError off the grid."""
    return POSITION_FIRST + _POSITION_INDEX[step]


def part_velocity_id(part: int, level: int) -> int:
    """Id that opens a group of ``part`` (index in PARTS) at a velocity level 0-7."""
    return PART_VELOCITY_FIRST + part * VELOCITY_LEVELS + level


def pitch_id(pitch: int) -> int:
    """Id of a pitch 0-127."""
    return PITCH_FIRST + pitch


def drum_id(pitch: int) -> int:
    """Id of a percussion note 27-87."""
    return DRUM_FIRST + pitch - DRUM_PITCHES[0]


def key_id(root: int, minor: bool) -> int:
    """Id of a key; ``root`` 0-11 from C."""
    return KEY_FIRST + root + (12 if minor else 0)


def density_id(level: int) -> int:
    """Id of a density level 0-7 (sparse to full)."""
    return DENSITY_FIRST + level


def chord_ids(root: int, quality: int) -> tuple[int, int]:
    """The two ids of a chord: root 0-11 from C, quality an index in CHORD_QUALITIES."""
    return CHORD_ROOT_FIRST + root, CHORD_QUALITY_FIRST + quality


def velocity_level(velocity: int) -> int:
    """Level 0-7 of a MIDI velocity 1-127."""
    return sum(velocity >= edge for edge in VELOCITY_EDGES)


def nearest_duration(steps: int) -> int:
    """Index of the length in the table nearest to ``steps`` (of two equally near, the shorter)."""
    return min(range(len(DURATIONS)), key=lambda index: abs(DURATIONS[index] - steps))


def name(token: int) -> str:
    """Readable name of an id, for logs, tests and the fingerprint."""
    return _names()[token]


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    names = ["PAD", "MOOD"]
    names += [f"BAR_{steps}" for steps in BAR_STEPS]
    names += [f"POSITION_{step}" for step in POSITIONS]
    names += [f"{part}_V{level}" for part in PART_NAMES for level in range(VELOCITY_LEVELS)]
    names += [f"PITCH_{pitch}" for pitch in range(128)]
    names += [f"DRUM_{pitch}" for pitch in DRUM_PITCHES]
    names += [f"DURATION_{steps}" for steps in DURATIONS]
    names += [f"KEY_{root}_{mode}" for mode in ("major", "minor") for root in KEY_ROOTS]
    names += [f"DENSITY_{level}" for level in range(DENSITY_LEVELS)]
    names += [f"CHORD_{root}" for root in KEY_ROOTS] + ["NO_CHORD"]
    names += [f"QUALITY_{quality}" for quality in CHORD_QUALITIES]
    names += [f"RESERVED_{token}" for token in range(len(names), SIZE)]
    return tuple(names)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """SHA-256 of the table and of what ids mean; a model folder of another one cannot be played."""
    numbers = (VELOCITY_EDGES, VELOCITY_CENTRES, DENSITY_EDGES)
    meaning = "\n".join((*_names(), *map(repr, numbers)))
    return hashlib.sha256(meaning.encode()).hexdigest()
