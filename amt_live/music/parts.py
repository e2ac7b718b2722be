"""The sixteen parts of the band: drums and fifteen instrument families, one MIDI channel each.

The order of the table is the order of parts inside one position of the token stream: drums and bass
first, because what the others play follows them.
"""

from dataclasses import dataclass
from typing import Final

DRUM_CHANNEL: Final = 9


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the band: ``channel``, ``program`` count from 0; ``programs`` is its family."""

    index: int
    name: str
    channel: int
    program: int
    programs: tuple[range, ...]


PARTS: Final[tuple[Part, ...]] = (
    Part(0, "drums", DRUM_CHANNEL, 0, ()),
    Part(1, "bass", 1, 33, (range(32, 40),)),
    Part(2, "piano", 0, 0, (range(8),)),
    Part(3, "mallets", 2, 11, (range(8, 16),)),
    Part(4, "organ", 3, 16, (range(16, 24),)),
    Part(5, "guitar", 4, 25, (range(24, 32),)),
    Part(6, "strings", 5, 42, (range(40, 48),)),
    Part(7, "ensemble", 6, 48, (range(48, 56),)),
    Part(8, "brass", 7, 61, (range(56, 64),)),
    Part(9, "reed", 8, 66, (range(64, 72),)),
    Part(10, "pipe", 10, 73, (range(72, 80),)),
    Part(11, "lead", 11, 81, (range(80, 88),)),
    Part(12, "pad", 12, 89, (range(88, 96),)),
    Part(13, "effects", 13, 98, (range(96, 104), range(120, 128))),
    Part(14, "ethnic", 14, 104, (range(104, 112),)),
    Part(15, "percussive", 15, 114, (range(112, 120),)),
)

DRUMS: Final = PARTS[0]
PART_NAMES: Final = tuple(part.name for part in PARTS)

_PART_OF_PROGRAM: Final = {
    program: part.index for part in PARTS for family in part.programs for program in family
}
_BY_NAME: Final = {part.name: part for part in PARTS}


def part_of_program(program: int, *, is_drums: bool = False) -> int:
    """Index of the part that a General MIDI program (0-127) belongs to."""
    return DRUMS.index if is_drums else _PART_OF_PROGRAM[program]


def part_named(name: str) -> Part:
    """The part called ``name``; raises ``KeyError`` when there is none."""
    return _BY_NAME[name]
