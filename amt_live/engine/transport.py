"""Where the music is: stopped or moving, at which tempo, and the glide to another one.

Thread: engine. Invariant: the timeline exists exactly while the playhead moves; a position is kept
while it does not.
"""

from dataclasses import dataclass
from typing import Final

from amt_live.control.state import TransportState
from amt_live.midi.clock import Clock
from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.timeline import Timeline

GLIDE_STEP_TICKS: Final = TICKS_PER_QUARTER // 4


@dataclass(slots=True)
class _Glide:
    from_ticks: int
    from_bpm: float
    to_bpm: float
    duration_ticks: int
    next_ticks: int


class Transport:
    """Playhead and tempo."""

    def __init__(self, clock: Clock, tempo_bpm: float) -> None:
        self._clock = clock
        self.tempo_bpm = tempo_bpm
        self.state: TransportState = "stopped"
        self.timeline: Timeline | None = None
        self.position_ticks = 0
        """The playhead while nothing moves."""
        self.first_bar_ticks = 0
        """Where bar 1 starts: after the count-in, if there was one."""
        self._glide: _Glide | None = None

    @property
    def is_running(self) -> bool:
        """Whether the band plays or is about to."""
        return self.state != "stopped"

    @property
    def playhead_ticks(self) -> int:
        """The position heard now."""
        if self.timeline is None:
            return self.position_ticks
        return max(int(self.timeline.ticks_at(self._clock.now())), self.position_ticks)

    def start_moving(self, delay_s: float) -> Timeline:
        """Let the playhead move from its position, after ``delay_s``."""
        start_s = self._clock.now() + delay_s
        self.timeline = Timeline(self.tempo_bpm, self.position_ticks, start_s)
        return self.timeline

    def begin(self, timeline: Timeline) -> Timeline:
        """Let the playhead move as somebody else's clock does."""
        self.timeline, self.tempo_bpm, self._glide = timeline, timeline.tempo_bpm, None
        return timeline

    def lead(self, timeline: Timeline, tempo_bpm: float) -> Timeline:
        """Another timeline, through the playhead; ``tempo_bpm`` is what it will come to."""
        self.timeline, self.tempo_bpm, self._glide = timeline, tempo_bpm, None
        return timeline

    def hold(self) -> None:
        """Stop the playhead where it is."""
        self.position_ticks = self.playhead_ticks
        self.timeline = None
        self.state = "stopped"
        if self._glide:
            self.tempo_bpm = self._glide.to_bpm
            self._glide = None

    def set_tempo(self, tempo_bpm: float, glide_beats: float) -> Timeline | None:
        """Another tempo from the playhead on; the new timeline, None while nothing moves."""
        self._glide = None
        ticks = int(glide_beats * TICKS_PER_QUARTER)
        if self.timeline is None or ticks < GLIDE_STEP_TICKS:
            return self._turn(tempo_bpm)
        now = self.playhead_ticks
        self._glide = _Glide(now, self.tempo_bpm, tempo_bpm, ticks, now + GLIDE_STEP_TICKS)
        return None

    def glide(self) -> Timeline | None:
        """The next step of a glide when it is due: the new timeline."""
        glide, now = self._glide, self.playhead_ticks
        if glide is None or self.timeline is None or now < glide.next_ticks:
            return None
        done = (now - glide.from_ticks) / glide.duration_ticks
        if done >= 1:
            self._glide = None
            return self._turn(glide.to_bpm)
        glide.next_ticks = now + GLIDE_STEP_TICKS
        return self._turn(glide.from_bpm + done * (glide.to_bpm - glide.from_bpm))

    def seconds_until(self, ticks: int) -> float:
        """Seconds until the playhead reaches a tick; 0 while nothing moves."""
        if self.timeline is None:
            return 0.0
        return self.timeline.seconds_at(ticks) - self._clock.now()

    def ticks_in(self, duration_s: float) -> int:
        """How many ticks go by in some seconds."""
        return int(duration_s * self.tempo_bpm * TICKS_PER_QUARTER / 60)

    @property
    def next_glide_ticks(self) -> int | None:
        """When ``glide`` has something to do."""
        return self._glide.next_ticks if self._glide else None

    def _turn(self, tempo_bpm: float) -> Timeline | None:
        self.tempo_bpm = tempo_bpm
        if self.timeline is not None:
            self.timeline = self.timeline.with_tempo(tempo_bpm, self.playhead_ticks)
        return self.timeline
