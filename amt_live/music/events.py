"""What is scheduled: notes, programs and marks in ticks. The engine makes, the player sends it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One note with its length. ``part`` indexes ``PARTS``, ``pitch`` 0-127, ``velocity`` 1-127."""

    start_ticks: int
    part: int
    pitch: int
    velocity: int
    duration_ticks: int

    @property
    def end_ticks(self) -> int:
        """Tick at which the note ends."""
        return self.start_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True)
class ProgramChange:
    """A part takes another sound (0-127) at a tick."""

    start_ticks: int
    part: int
    program: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar line: where the bar starts, how long it is, and its number counted from 0."""

    start_ticks: int
    duration_ticks: int
    number: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A text at a tick: written into takes as a marker (a mood that was applied, a scene)."""

    start_ticks: int
    text: str


Event = Note | ProgramChange | Bar | Mark
