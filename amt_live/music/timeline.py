"""One value that maps beats to seconds and back: a tempo and two origins.

Times are ``time.perf_counter`` seconds, which on Linux, macOS and Windows is one system-wide
monotonic clock, so daemon and player may exchange timelines. A tempo change makes a new value whose
origins lie at the change; what is queued in ticks is re-timed by it and never regenerated. (The
form is that of Ableton Link's ``Timeline``: tempo, beat origin, time origin.)
"""

from dataclasses import dataclass

from amt_live.music.beats import TICKS_PER_QUARTER

MIN_BPM = 20.0
MAX_BPM = 300.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """Maps ticks to seconds: ``origin_ticks`` sounds at ``origin_s``; ``tempo_bpm`` in quarters."""

    tempo_bpm: float
    origin_ticks: int
    origin_s: float

    def __post_init__(self) -> None:
        if not MIN_BPM <= self.tempo_bpm <= MAX_BPM:
            raise ValueError(f"tempo {self.tempo_bpm:g} is outside {MIN_BPM:g}-{MAX_BPM:g} bpm")

    @property
    def seconds_per_tick(self) -> float:
        """Seconds that one tick lasts."""
        return 60.0 / (self.tempo_bpm * TICKS_PER_QUARTER)

    def seconds_at(self, ticks: float) -> float:
        """The moment (perf_counter seconds) at which ``ticks`` sounds."""
        return self.origin_s + (ticks - self.origin_ticks) * self.seconds_per_tick

    def ticks_at(self, at_s: float) -> float:
        """The musical position, in ticks, at a moment."""
        return self.origin_ticks + (at_s - self.origin_s) / self.seconds_per_tick

    def with_tempo(self, tempo_bpm: float, at_ticks: int) -> "Timeline":
        """The same mapping up to ``at_ticks``, and ``tempo_bpm`` from there on."""
        return Timeline(tempo_bpm, at_ticks, self.seconds_at(at_ticks))
