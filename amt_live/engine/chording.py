"""Which chord sounds where in a bar, and how the draw of pitches leans on it.

A bar's head holds no chord, one, or two (one for each half). Pure; thread: engine.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.harmony import CHORD_TONES
from amt_live.engine.plan import Chord
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.tokens import vocabulary as v

Floats: TypeAlias = NDArray[np.float32]

ASKED_NATS: Final = (0.6, -1.2)
"""For a tone of a chord that the performer wrote, and for any other tone, on the beat."""
PLANNED_NATS: Final = (0.1, -0.1)
"""The same for a chord that the model planned itself."""
OFF_BEAT: Final = 0.6
"""Share of that between the beats, where notes pass from one chord tone to another."""
BASS_ROOT_NATS: Final = 3.5
"""The bass tells which chord it is."""

FOREIGN_TONE_NATS: Final = -1.2
"""For each tone of a planned chord that is not in the scale of the key."""


def heard(chords: tuple[Chord, ...], token: int) -> tuple[Chord, ...]:
    """The chords of a bar's head after one more id of it."""
    if token == v.NO_CHORD:
        return (*chords, None)
    if v.CHORD_ROOT_FIRST <= token < v.NO_CHORD:
        return (*chords, (token - v.CHORD_ROOT_FIRST, 0))
    if v.CHORD_QUALITY_FIRST <= token < v.USED:
        last = chords[-1]
        assert last is not None
        return (*chords[:-1], (last[0], token - v.CHORD_QUALITY_FIRST))
    return chords


def chord_at(chords: tuple[Chord, ...], position: int, bar_steps: int) -> Chord:
    """The chord in force at a step of a bar; None where there is none."""
    if not chords:
        return None
    return chords[1] if len(chords) > 1 and 2 * position >= bar_steps else chords[0]


def tones(chord: tuple[int, int]) -> frozenset[int]:
    """Pitch classes of a chord."""
    root, quality = chord
    return frozenset((root + tone) % 12 for tone in CHORD_TONES[quality])


def lean(chord: tuple[int, int], *, is_asked: bool, is_bass: bool, on_beat: bool) -> Floats:
    """Nats for every id [V]: pitches lean on the chord, nothing else does."""
    inside, outside = ASKED_NATS if is_asked else PLANNED_NATS
    share = 1.0 if on_beat else OFF_BEAT
    classes = tones(chord)
    nats = np.full(12, outside * share, np.float32)
    nats[list(classes)] = inside * share
    if is_bass and is_asked:
        nats[chord[0]] += BASS_ROOT_NATS if on_beat else 0.0
    bias = np.zeros(v.SIZE, np.float32)
    bias[v.PITCH_FIRST : v.DRUM_FIRST] = nats[np.arange(v.DRUM_FIRST - v.PITCH_FIRST) % 12]
    return bias


def fitting_qualities(root: int, scale: frozenset[int]) -> Floats:
    """Nats for every id [V]: a chord's quality leans on those whose tones are in the scale."""
    bias = np.zeros(v.SIZE, np.float32)
    for quality in range(len(CHORD_TONES)):
        bias[v.CHORD_QUALITY_FIRST + quality] = FOREIGN_TONE_NATS * len(
            tones((root, quality)) - scale
        )
    return bias


def is_on_beat(position: int) -> bool:
    """Whether a step of the bar is a beat."""
    return position % STEPS_PER_BEAT == 0
