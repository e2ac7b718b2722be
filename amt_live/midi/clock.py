"""Where the time comes from: the system's monotonic clock, or one that a caller moves by hand.

Times are ``time.perf_counter`` seconds everywhere, never the wall clock: one NTP step must not move
notes. The manual clock makes tests exact and rendering faster than real time. The leading clock is
the player's: what is due by it is handed over early, by what the port and the instrument need.
"""

import time
from collections.abc import Callable
from typing import Final, Protocol

SLEW: Final = 0.1
"""A lead that changes does so by this share of the time that passes: no burst, no hole."""


class Clock(Protocol):
    """A source of monotonic seconds."""

    def now(self) -> float:
        """Seconds, never decreasing. Thread: any."""


class RealClock:
    """The system's monotonic clock, shared by all processes of a machine."""

    def now(self) -> float:
        """``time.perf_counter`` seconds. Thread: any."""
        return time.perf_counter()


class LeadingClock:
    """The system's clock, ahead of itself by ``lead_s`` (behind it where that is negative).

    Whoever acts when something is due by this clock acts ``lead_s`` before it is due. So a port
    that is told early, an instrument that answers late and one that answers early are all the same
    to what is built on the clock: its moments stay those at which music sounds. Thread: one.
    """

    def __init__(self, lead_s: float = 0.0, real: Callable[[], float] = time.perf_counter) -> None:
        self._real = real
        self._from_s = self._to_s = lead_s
        self._since_s = real()

    @property
    def lead_s(self) -> float:
        """The lead now."""
        return self._lead_at(self._real())

    def set_lead(self, lead_s: float) -> None:
        """Go over to another lead; the clock runs a tenth faster or slower until it is there."""
        now_s = self._real()
        self._from_s, self._to_s, self._since_s = self._lead_at(now_s), lead_s, now_s

    def now(self) -> float:
        """Seconds of music, never decreasing."""
        real_s = self._real()
        return real_s + self._lead_at(real_s)

    def _lead_at(self, real_s: float) -> float:
        moved_s = SLEW * (real_s - self._since_s)
        if self._to_s >= self._from_s:
            return min(self._from_s + moved_s, self._to_s)
        return max(self._from_s - moved_s, self._to_s)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s

    def now(self) -> float:
        """The time last set. Thread: any."""
        return self._now_s

    def move_to(self, at_s: float) -> None:
        """Move forward to a moment; a moment in the past leaves the clock where it is."""
        self._now_s = max(self._now_s, at_s)
