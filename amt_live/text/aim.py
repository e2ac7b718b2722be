"""What a mood asks for in numbers that can be heard: who plays how much, how high, long, loud."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from amt_live.music.drums import KIND_NAMES
from amt_live.music.parts import PART_NAMES

TRAITS: Final = (
    *(f"kit:{name}" for name in KIND_NAMES),
    "beat_returns",
    "rhythm_returns",
    "entropy",
    "chromatic",
)
"""What is known of a passage beside its attributes; the returns are below 0 where there is nothing
to return, the entropy where there are no pitches."""
PROGRAMS: Final = tuple(f"program:{name}" for name in PART_NAMES)
"""The General MIDI sounds of a passage's parts; -1 for those that do not play. No mean is taken of
them."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What music is held to (``engine.conducting``), measured as ``analysis.measures`` does. None
    of a number: whatever comes.

    ``shares`` of the time that each part plays, by its index in PARTS (1: a note in two beats or
    more); the mean ``pitch`` of everything but bass and drums, and the deviation of all pitches;
    the binary logarithm of the mean ``length`` in beats; mean and deviation of ``velocity``;
    note-ons a beat, and positions a beat at which anything begins; of these, the share off the beat
    and the share on triplets. ``kit`` is each kind's share of the drum notes (``music.drums``),
    ``beat_returns`` and ``rhythm_returns`` how alike neighbouring bars are, 0 to 1, in their drum
    notes and in where anything begins. ``entropy`` of the pitch classes in bits, ``chromatic`` the
    share of notes outside of the key; ``bass_per_beat`` the notes of the bass.
    """

    shares: tuple[float | None, ...]
    pitch: float | None = None
    length: float | None = None
    velocity: float | None = None
    pitch_spread: float | None = None
    velocity_spread: float | None = None
    notes_per_beat: float | None = None
    onsets_per_beat: float | None = None
    offbeat: float | None = None
    triplets: float | None = None
    kit: tuple[float, ...] | None = None
    beat_returns: float | None = None
    rhythm_returns: float | None = None
    entropy: float | None = None
    chromatic: float | None = None
    bass_per_beat: float | None = None


def with_traits(aim: Aim, traits: Sequence[float]) -> Aim:
    """An aim with what the TRAITS of a passage say."""
    *kit, beat, rhythm, entropy, chromatic = traits
    total = sum(kit)
    return replace(
        aim,
        kit=tuple(share / total for share in kit) if total > 0 else None,
        beat_returns=None if beat < 0 else beat,
        rhythm_returns=None if rhythm < 0 else rhythm,
        entropy=None if entropy < 0 else entropy,
        chromatic=None if entropy < 0 else chromatic,
    )
