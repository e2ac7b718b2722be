"""Drum notes of kits that differ from General MIDI's, mapped onto it.

The model writes the percussion of General MIDI level 2: pitches 27-87. General MIDI level 1
(35-81) is a part of it, and so is Roland's GS standard kit, which added 27-34 and 82-87; those pass
as they are. What differs, and what is done about it:

=====================  ==========================================  =================================
kit                    found by                                    what changes
=====================  ==========================================  =================================
Roland TD-11           the source ``groove``                       rims and edges of pads
Yamaha XG              the XG System On message, or bank 127       13-34 (84-87 are GM2's)
XG sound effects       bank 126                                    left out: no drums
GS 40 Brush            program 40                                  39 is a brush slap, not a clap
GS 48 Orchestra        program 48                                  hi-hats at 27-29, timpani 41-53
GS 56 SFX              program 56                                  left out: no drums
any                    pitch outside 27-87 after all of this       left out, and counted
=====================  ==========================================  =================================

Other GS and XG kits (room, power, electronic, TR-808, jazz: programs 8-32) put other sounds of the
same kind on the same pitches. A channel 10 that names no program plays the standard kit.
Sources: Roland SC-88 and Yamaha MU80 owner's manuals, drum set tables; General MIDI 2, percussion.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.tokens.vocabulary import DRUM_PITCHES

TD11: Final = {22: 42, 26: 46, 58: 43}
"""Roland TD-11 pads of the groove recordings: edges of the hi-hats, rim of the floor tom."""

XG: Final = {
    13: 86, 14: 87, 15: 27, 16: 28, 17: 29, 18: 30, 19: 39, 20: 32, 21: 33, 22: 34, 23: 33, 24: 34,
    25: 38, 26: 82, 27: 38, 28: 82, 29: 38, 30: 85, 31: 38, 32: 31, 33: 35, 34: 40,
}  # fmt: skip
"""Surdos, clicks and scratches move to where GM2 has them; brushes, rolls and second snares become
snares (the swirls shakers), a finger snap a hand clap."""

GS: Final = {25: 38, 26: 39}
"""Below GM2's range: a snare roll, a finger snap."""

GS_KITS: Final = {
    40: {39: 40},
    48: {
        27: 42, 28: 44, 29: 46, 30: 51, 39: 85, 41: 41, 42: 41, 43: 43, 44: 43, 45: 45, 46: 45,
        47: 47, 48: 47, 49: 48, 50: 48, 51: 50, 52: 50, 53: 50, 59: 49,
    },
}  # fmt: skip
GS_EFFECTS: Final = 56
XG_DRUM_BANK: Final = 127
XG_EFFECTS_BANK: Final = 126

_XG_ON: Final = re.compile(rb"\x43[\x10-\x1f]\x4c\x00\x00\x7e\x00\xf7", re.DOTALL)


def says_xg(data: bytes) -> bool:
    """Whether a MIDI file switches XG on: F0 43 1n 4C 00 00 7E 00 F7."""
    return _XG_ON.search(data) is not None


def to_gm(
    pitches: NDArray[np.uint8], program: int, *, xg: bool = False, td11: bool = False
) -> NDArray[np.int16]:
    """GM2 pitch of each drum note of a track, -1 where there is none."""
    table = np.arange(128, dtype=np.int16)
    changes = TD11 if td11 else XG if xg else GS | GS_KITS.get(program, {})
    for kit, general in changes.items():
        table[kit] = general
    table[(table < DRUM_PITCHES[0]) | (table > DRUM_PITCHES[-1])] = -1
    if program == GS_EFFECTS and not (xg or td11):
        table[:] = -1
    return np.asarray(table[pitches & 127])
