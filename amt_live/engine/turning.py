"""A mood that turns while the band plays: when the stream went back, and the entry in haste.

Thread: engine. A mood that is asked for at once enters with a few notes as soon as they are
decoded; how long that took from the moment it turned is measured.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from amt_live.music.events import Event, Note

if TYPE_CHECKING:
    from amt_live.engine.band import Band

MAX_ENTRY_S: Final = 0.25
"""A mood that did not enter so long after its turn has come too late."""


class TurnDesk:
    """Knows the last turn of the stream, and lets a mood enter."""

    def __init__(self, band: "Band") -> None:
        self._band = band
        self._turned_s: float | None = None
        """When a turn was asked for whose first notes are still to come."""
        self._went_back_s = float("-inf")

    def went_back(self, *, is_heard: bool) -> None:
        """The stream goes back now; whether the notes that follow are a turn that can be heard."""
        self._went_back_s = now_s = self._band.clock.now()
        self._turned_s = now_s if is_heard else None

    def has_just_turned(self, within_s: float) -> bool:
        """Whether the stream went back so lately that it may well be close to the playhead."""
        return self._band.clock.now() - self._went_back_s < within_s

    def let_enter(self, at_ticks: int) -> None:
        """The mood that turns at a tick enters in haste, with a few notes."""
        self._band.tape.write("enters", at_ticks)
        self._band.stream.enters_at = at_ticks

    def is_entering(self) -> bool:
        """Whether a mood that turned a moment ago is about to enter."""
        band = self._band
        turned_at = band.stream.enters_at
        if turned_at is None:
            return False
        return band.playhead_ticks < turned_at + band.transport.ticks_in(MAX_ENTRY_S)

    def enter(self, entering: int, events: Sequence[Event]) -> None:
        """The first notes of a mood that enters in haste: they are played as soon as can be."""
        band = self._band
        self.measure(events, in_haste=True)
        at_ticks = max(entering, band.soonest_ticks())
        band.tape.enter(at_ticks)
        band.tape.flush()
        band.queued.entry_ticks = at_ticks
        band.queued.put(events)
        if band.stream.horizon_ticks <= at_ticks:  # what comes next would be late
            band.skip_to(at_ticks + band.transport.ticks_in(band.health.group_s))

    def measure(self, events: Sequence[Event], *, in_haste: bool = False) -> None:
        """How long the turn took, if these are its first notes."""
        turned_s = self._turned_s
        if turned_s is not None and any(isinstance(event, Note) for event in events):
            self._turned_s = None
            self._band.health.turned(self._band.clock.now() - turned_s, in_haste=in_haste)
