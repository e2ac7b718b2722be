"""What a mood asks for in numbers that can be heard: who plays how much, how high, long, loud."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aim:
    """What music is held to (``engine.conducting``), measured as ``analysis.measures`` does. None
    of a number: whatever comes.

    ``shares`` of the time that each part plays, by its index in PARTS (1: a note in two beats or
    more); the mean ``pitch`` of everything but bass and drums, and the deviation of all pitches;
    the binary logarithm of the mean ``length`` in beats; mean and deviation of ``velocity``;
    note-ons a beat, and positions a beat at which anything begins; of these, the share off the beat
    and the share on triplets.
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
