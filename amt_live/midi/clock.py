"""Where the time comes from: the system's monotonic clock, or one that a caller moves by hand.

Times are ``time.perf_counter`` seconds everywhere, never the wall clock: one NTP step must not move
notes. The manual clock makes tests exact and rendering faster than real time.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """A source of monotonic seconds."""

    def now(self) -> float:
        """Seconds, never decreasing. Thread: any."""


class RealClock:
    """The system's monotonic clock, shared by all processes of a machine."""

    def now(self) -> float:
        """``time.perf_counter`` seconds. Thread: any."""
        return time.perf_counter()


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
