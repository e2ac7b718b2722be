"""How the band is doing: speed of decoding, lateness, underruns; told twice a second.

Thread: engine.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from amt_live.control.state import Health, HealthReport, Notice
from amt_live.midi.clock import Clock
from amt_live.midi.output import PortOpened, Timing

PERIOD_S: Final = 0.5
MARGIN_TOKENS: Final = 24
"""Tokens that must be decoded before the first notes after a boundary can be sent: counts until
it was measured a few times how long that takes."""

ENTRY_TOKENS: Final = 14
"""The same for a mood that enters with a few notes."""

MEASURED: Final = 16
FEW: Final = 4
ROOM: Final = 1.25
"""What a turn took at most of late, times this, is what the next one is given."""

MIN_MARGIN_S: Final = 0.02
MAX_MARGIN_S: Final = 0.5
USUAL_TOKEN_S: Final = 0.003
GROUP_TOKENS: Final = 10
HANDOVER_S: Final = 0.004
"""From the engine to the player: a line down a pipe and the waking of its reader."""


class HealthDesk:
    """Counts and measures."""

    def __init__(self, clock: Clock, publish: Callable[[Notice], None]) -> None:
        self._clock = clock
        self._publish = publish
        self.next_s = clock.now() + PERIOD_S
        self.underruns = self.thinned = self.repeated = self.held = 0
        self._timing = Timing(0.0, 0.0, 0.0, 0, 0)
        self._dropped_before = self._losses_before = self._xruns_before = 0
        self._rights = ""
        self._lead_s = 0.0
        self._tokens = 0
        self._busy_s = 0.0
        self._token_s = 0.0
        self._turns_s: deque[float] = deque(maxlen=MEASURED)
        self._entries_s: deque[float] = deque(maxlen=MEASURED)

    @property
    def margin_s(self) -> float:
        """How far ahead of the playhead a change must lie to be decoded in time."""
        return self._needed_s(self._turns_s, MARGIN_TOKENS)

    @property
    def entry_margin_s(self) -> float:
        """The same for a mood that enters with a few notes only."""
        return min(self._needed_s(self._entries_s, ENTRY_TOKENS), self.margin_s)

    def _needed_s(self, measured_s: Sequence[float], tokens: int) -> float:
        needed_s = tokens * (self._token_s or USUAL_TOKEN_S)
        if len(measured_s) >= FEW:
            needed_s = ROOM * max(measured_s)
        return min(max(needed_s, MIN_MARGIN_S), MAX_MARGIN_S) + self.handover_s

    @property
    def handover_s(self) -> float:
        """How far ahead of the playhead a note must lie to be sent in time."""
        return HANDOVER_S + self._lead_s

    @property
    def group_s(self) -> float:
        """How long a few notes take to be decoded."""
        return GROUP_TOKENS * (self._token_s or USUAL_TOKEN_S) + self.handover_s

    def decoded(self, duration_s: float) -> None:
        """One unit of decoding took this long."""
        self._tokens += 1
        self._busy_s += duration_s

    def turned(self, duration_s: float, *, in_haste: bool = False) -> None:
        """From going back to the first notes that were decoded then, it took this long."""
        (self._entries_s if in_haste else self._turns_s).append(duration_s)

    def timing(self, timing: Timing) -> None:
        """What the player measured."""
        self._timing = timing

    def opened(self, port: PortOpened) -> None:
        """A port was opened: what the player was granted, and how early it hands notes over."""
        self._rights, self._lead_s = port.realtime, port.lead_s

    def player_replaced(self) -> None:
        """Another player counts from zero."""
        self._dropped_before += self._timing.dropped
        self._losses_before += self._timing.port_losses
        self._xruns_before += self._timing.xruns
        self._timing = Timing(0.0, 0.0, 0.0, 0, 0)

    def health(self, horizon_beats: float) -> Health:
        """The figures now."""
        return Health(
            horizon_beats=horizon_beats,
            tokens_per_s=1 / self._token_s if self._token_s else 0.0,
            lateness_p99_ms=self._timing.p99_ms,
            underruns=self.underruns,
            dropped=self._dropped_before + self._timing.dropped,
            lateness_p50_ms=self._timing.p50_ms,
            lateness_p999_ms=self._timing.p999_ms,
            port_losses=self._losses_before + self._timing.port_losses,
            xruns=self._xruns_before + self._timing.xruns,
            rights=self._rights,
            thinned=self.thinned,
            repeated=self.repeated,
            held=self.held,
        )

    def report(self, horizon_beats: float) -> None:
        """Tell, when it is time."""
        if self._clock.now() < self.next_s:
            return
        self.next_s = self._clock.now() + PERIOD_S
        if self._tokens and self._busy_s > 0:
            self._token_s = self._busy_s / self._tokens
        self._tokens, self._busy_s = 0, 0.0
        self._publish(HealthReport(self.health(horizon_beats)))
