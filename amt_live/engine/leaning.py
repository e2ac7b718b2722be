"""What a mood's attributes ask for, as a soft prior on the draw: parts, loudness, mode and scale.

The model hears the mood through its conditioning; a small model hears softly. The attributes that
the
text was read as say the same in the vocabulary's own terms (which parts, how loud, major or minor),
so they lean on the logits too, by a few nats at most: nothing is forbidden, and a phrase that says
nothing of a thing leaves it alone. The scale of the key in force leans against foreign pitches.

Thread: engine. Pure: the same attributes and key give the same array.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.engine.chording import fitting_qualities, lean, tones
from amt_live.music.keys import SCALES
from amt_live.music.parts import PARTS
from amt_live.text.conditioning import Mood
from amt_live.tokens import vocabulary as v

Floats: TypeAlias = NDArray[np.float32]

PART_NATS: Final = 2.0
"""For a part that is asked for by one unit of presence more than usual."""
PART_LIMITS: Final = (-5.0, 2.5)
ABSENT_NATS: Final = -50.0
"""What the words forbid is not played."""
NAMED_KEY_NATS: Final = 12.0
VELOCITY_WIDTH: Final = 24.0
"""Velocities this far from what is asked cost half a nat, twice as far two."""
MODE_NATS: Final = 4.0
PLAN_NATS: Final = 0.0
"""A bar's chords had better be planned before it is played: bars with a plan hold together."""
SAME_KEY_NATS: Final = 1.5
"""A mood stays in its key unless the model is sure."""
FOREIGN_PITCH_NATS: Final = -0.15
TRIAD_NATS: Final = 0.08
"""The tonic's triad is what tells a minor key from the major one with the same notes."""
ASKED_KEY_WEIGHT: Final = 10.0
TONIC_CHORD_NATS: Final = 0.3
STRANGE_CHORD_NATS: Final = -0.5
"""A chord whose root is not in the scale."""
QUALITY_NATS: Final = 0.3
_MAJOR_QUALITIES: Final = ("maj", "7", "maj7", "6")
_MINOR_QUALITIES: Final = ("min", "m7", "m6", "dim", "m7b5")
OVERSHOOT: Final = 1.05
"""Guidance pushes past the density that is asked for: measured, by about a third."""
MAX_DENSITY_LEVEL: Final = 6
"""The fullest level that words alone ask for; a hand may ask for more."""
GROUPS: Final = (
    (v.PART_VELOCITY_FIRST, v.PITCH_FIRST),
    (v.PITCH_FIRST, v.DRUM_FIRST),
    (v.DURATION_FIRST, v.KEY_FIRST),
)
"""Leaning says which part and which pitch, not whether there is another note: that stays with the
model and its density."""


class Over(NamedTuple):
    """The chord that a note is played over, and where and by whom."""

    chord: tuple[int, int]
    is_asked: bool
    is_bass: bool
    on_beat: bool


class Leaning:
    """The prior of one mood. The null mood leans nowhere, but to planned bars."""

    def __init__(self, mood: Mood) -> None:
        self._mode = float(np.clip(mood.attributes.get("mode", 0.0), -2, 2))
        self._base = np.zeros(v.SIZE, np.float32)
        self._base[v.CHORD_ROOT_FIRST : v.NO_CHORD] += PLAN_NATS
        self._qualities: dict[tuple[int | None, int, bool], Floats] = {}
        self._known: dict[tuple[int | None, Over | None, bool], Floats] = {}
        self._lean_parts(mood.presence, mood.absent)
        if mood.key is not None:
            self._base[v.KEY_FIRST + mood.key] += NAMED_KEY_NATS
        self._lean_mode()
        if mood.velocity is not None and mood.aim is None:
            self._lean_velocity(mood.velocity)

    def bias(
        self, key: int | None, over: Over | None = None, *, is_key_asked: bool = False
    ) -> Floats:
        """Nats to add to the logits [V] while ``key`` (0-23, minor from 12) is in force, and a
        chord. A key that somebody asked for is made plainer than one that the model drew."""
        known = self._known.get((key, over, is_key_asked))
        if known is None:
            weight = ASKED_KEY_WEIGHT if is_key_asked else 1.0
            known = self._with_key(key, tones(over.chord) if over else frozenset(), weight)
            if over is not None:
                known += lean(
                    over.chord,
                    is_asked=over.is_asked,
                    is_bass=over.is_bass,
                    on_beat=over.on_beat,
                )
            self._known[key, over, is_key_asked] = known
        return known

    def _lean_parts(self, presence: Mapping[str, float], absent: frozenset[str]) -> None:
        for part in PARTS:
            nats = np.clip(PART_NATS * presence.get(part.name, 0.0), *PART_LIMITS)
            if part.name in absent:
                nats = np.float32(ABSENT_NATS)
            first = v.part_velocity_id(part.index, 0)
            self._base[first : first + v.VELOCITY_LEVELS] += nats

    def _lean_velocity(self, asked: float) -> None:
        centres = np.array(v.VELOCITY_CENTRES, np.float32)
        nats = -0.5 * ((centres - np.clip(asked, centres[0], centres[-1])) / VELOCITY_WIDTH) ** 2
        nats -= nats.max()
        self._base[v.PART_VELOCITY_FIRST : v.PITCH_FIRST] += np.tile(nats, len(PARTS))

    def _lean_mode(self) -> None:
        mode = self._mode
        self._base[v.KEY_FIRST : v.KEY_FIRST + 12] += MODE_NATS * mode
        self._base[v.KEY_FIRST + 12 : v.KEY_FIRST + 24] -= MODE_NATS * mode
        for sign, qualities in ((1, _MAJOR_QUALITIES), (-1, _MINOR_QUALITIES)):
            for quality in qualities:
                token = v.CHORD_QUALITY_FIRST + v.CHORD_QUALITIES.index(quality)
                self._base[token] += sign * QUALITY_NATS * mode

    def quality_bias(self, key: int | None, root: int, *, is_key_asked: bool = False) -> Floats:
        """Nats for the draw of a chord's quality after its root, as ``bias``."""
        known = self._qualities.get((key, root, is_key_asked))
        if known is None:
            known = self.bias(key, is_key_asked=is_key_asked)
            if key is not None:
                weight = ASKED_KEY_WEIGHT if is_key_asked else 1.0
                known = known + np.float32(weight) * fitting_qualities(root, _scale(key))
            self._qualities[key, root, is_key_asked] = known
        return known

    def _with_key(self, key: int | None, chord: frozenset[int], weight: float) -> Floats:
        bias = self._base.copy()
        if key is None:
            return bias
        bias[v.KEY_FIRST + key] += SAME_KEY_NATS
        minor, root = divmod(key, 12)
        scale = _scale(key) | chord
        foreign = [v.pitch_id(pitch) for pitch in range(128) if pitch % 12 not in scale]
        bias[foreign] += weight * FOREIGN_PITCH_NATS
        triad = {(root + step) % 12 for step in (0, 3 if minor else 4, 7)}
        bias[[v.pitch_id(pitch) for pitch in range(128) if pitch % 12 in triad]] += (
            weight * TRIAD_NATS
        )
        bias[v.CHORD_ROOT_FIRST + root] += weight * TONIC_CHORD_NATS
        strange = [v.CHORD_ROOT_FIRST + step for step in range(12) if step not in _scale(key)]
        bias[strange] += STRANGE_CHORD_NATS
        if (self._mode < 0) != bool(minor):  # the key was set by hand, against the words
            bias[v.CHORD_QUALITY_FIRST : v.USED] -= self._base[v.CHORD_QUALITY_FIRST : v.USED]
        return bias


def _scale(key: int) -> frozenset[int]:
    minor, root = divmod(key, 12)
    return frozenset((root + step) % 12 for step in SCALES[minor])


def density_level(mood: Mood) -> int | None:
    """DENSITY level 0-7 that a mood asks for; None where it says nothing of it."""
    if mood.notes_per_beat is None:
        return None
    asked = OVERSHOOT * mood.notes_per_beat
    level = sum(asked >= edge for edge in v.DENSITY_EDGES)
    return min(level, MAX_DENSITY_LEVEL)
