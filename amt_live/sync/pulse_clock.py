"""Finds the even clock behind pulses that arrive unevenly: MIDI clock through cables and computers.

Two parts. A line, *moment of pulse n = at + (n - count) * period*, is fitted to the pulses by a
growing-memory filter: with ``n`` pulses seen its gains are g = 2(2n + 1) / ((n + 1)(n + 2)) and
h = 6 / ((n + 1)(n + 2)), which gives the least-squares line through all of them (E. Brookner,
*Tracking and Kalman Filtering Made Easy*, 1998, section 1.2.10). ``n`` grows no further than
``MEMORY``: from then on it is a second-order loop of constant bandwidth.

And a watch over what does not fit. A pulse far off the line is left out. Several in a row that are
a whole number of periods late mean that pulses were lost: they are counted in. Several in a row
that lie elsewhere, or a mean error that jitter does not explain, mean another tempo: the line is
drawn anew through the latest pulses. After a silence the line is believed: the pulse that comes is
the nearest one of it, so nothing jumps.

Invariant: the count never goes back, and a pulse is never counted twice. Thread: one.
"""

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PULSES_A_BEAT: Final = 24
MEMORY: Final = 96
"""Pulses that the line remembers: four beats."""

RECENT: Final = 12
"""Pulses whose mean error shows another tempo, and through which the line is then drawn."""

SUSPECTS: Final = 6
MOST_STEPS: Final = 2
LEAST_LEAP: Final = 0.6
SILENCE_PULSES: Final = 4.0
SILENCE_S: Final = 0.25
MIN_PERIOD_S: Final = 60 / (330 * PULSES_A_BEAT)
MAX_PERIOD_S: Final = 60 / (18 * PULSES_A_BEAT)

_SURE: Final = 4.5
"""A mean error of so many of its standard deviations is no accident."""

_FIRST_JITTER_S: Final = 0.003
_MIN_JITTER_S: Final = 0.00025
_JITTER_GAIN: Final = 1 / 48


@dataclass(frozen=True, slots=True)
class Line:
    """Pulse ``count`` comes at ``at_s``, another one every ``period_s``."""

    count: float
    at_s: float
    period_s: float

    def moment_of(self, count: float) -> float:
        """When a pulse comes."""
        return self.at_s + (count - self.count) * self.period_s

    def count_at(self, at_s: float) -> float:
        """How many pulses have come by a moment, and the share of the next."""
        return self.count + (at_s - self.at_s) / self.period_s


class PulseClock:
    """Follows pulses; the first one is number 0."""

    def __init__(self, tempo_bpm: float = 120.0) -> None:
        """``tempo_bpm`` is believed until there are two pulses."""
        self.count = -1
        """The number of the latest pulse."""
        self.relocks = 0
        """How often the line was drawn anew, or found again after a silence."""
        self.lost = 0
        """Pulses that did not come and were counted in."""
        self._line = Line(0.0, 0.0, 60 / (tempo_bpm * PULSES_A_BEAT))
        self._seen = 0
        self._latest_s = -math.inf
        self._variance = _FIRST_JITTER_S**2
        self._errors: deque[float] = deque(maxlen=RECENT)
        self._points: deque[tuple[int, float]] = deque(maxlen=RECENT)
        self._suspects: list[float] = []
        self._leap_s = 0.0
        """By how much the first suspect was later than the pulse before it."""

    @property
    def line(self) -> Line:
        """Where the pulses lie; meaningless before the first."""
        return self._line

    @property
    def tempo_bpm(self) -> float:
        """Quarters a minute."""
        return 60 / (self._line.period_s * PULSES_A_BEAT)

    @property
    def jitter_s(self) -> float:
        """The standard deviation of the pulses around the line."""
        return math.sqrt(self._variance)

    def is_silent(self, now_s: float) -> bool:
        """Whether the pulses have stopped coming (or none came yet)."""
        return now_s - self._latest_s > max(SILENCE_PULSES * self._line.period_s, SILENCE_S)

    def pulse(self, at_s: float) -> None:
        """A pulse came."""
        was_silent, self._latest_s = self.is_silent(at_s), max(at_s, self._latest_s)
        if self.count < 0:
            self.count = 0
            self._line = Line(0.0, at_s, self._line.period_s)
            self._keep_point(at_s)
            self._seen = 1
            return
        if was_silent:
            self._find_again(at_s)
            return
        self.count += 1
        self._keep_point(at_s)
        error_s = at_s - self._line.moment_of(self.count)
        if self._seen > RECENT and abs(error_s) > self._gate_s():
            self._suspect(error_s)
            return
        self._suspects.clear()
        self._follow(error_s)

    def _keep_point(self, at_s: float) -> None:
        self._points.append((self.count, at_s))

    def _gate_s(self) -> float:
        period_s = self._line.period_s
        return min(max(0.3 * period_s, 6 * self.jitter_s), 0.7 * period_s)

    def _follow(self, error_s: float) -> None:
        """The growing-memory filter, and the watch over its errors."""
        n = min(self._seen, MEMORY)
        g = 2 * (2 * n + 1) / ((n + 1) * (n + 2))
        h = 6 / ((n + 1) * (n + 2))
        line = self._line
        self._line = Line(
            float(self.count),
            line.moment_of(self.count) + g * error_s,
            _sane(line.period_s + h * error_s),
        )
        self._seen += 1
        self._variance += _JITTER_GAIN * (error_s**2 - self._variance)
        self._variance = max(self._variance, _MIN_JITTER_S**2)
        self._errors.append(error_s)
        if len(self._errors) == RECENT and self._seen > 2 * RECENT:
            mean_s = math.fsum(self._errors) / RECENT
            if abs(mean_s) > _SURE * self.jitter_s / math.sqrt(RECENT):
                self._draw_anew(self._points)

    def _suspect(self, error_s: float) -> None:
        """A pulse that does not fit: wait for more of its kind."""
        if not self._suspects:
            self._leap_s = error_s - (self._errors[-1] if self._errors else 0.0)
        self._suspects.append(error_s)
        if len(self._suspects) < SUSPECTS:
            return
        period_s = self._line.period_s
        missed = [round(error / period_s) for error in self._suspects]
        errors_s = [e - m * period_s for e, m in zip(self._suspects, missed, strict=True)]
        # A loss is one leap, and then as before; at another tempo every pulse is further off.
        is_leap = self._leap_s > LEAST_LEAP * period_s and missed[0] > 0
        if is_leap and missed == sorted(missed) and len(set(missed)) <= MOST_STEPS:
            self._count_in(missed[-1])
            self._follow(errors_s[-1])
        else:
            points = list(self._points)[-SUSPECTS:]
            if not self._draw_anew(points):
                del self._suspects[0]
                return
        self._suspects.clear()

    def _count_in(self, missed: int) -> None:
        self.lost += missed
        self.count += missed
        self._points.clear()
        self._errors.clear()

    def _find_again(self, at_s: float) -> None:
        """The first pulse after a silence: the nearest one of the line."""
        passed = max(1, round(self._line.count_at(at_s)) - self.count)
        self.lost += passed - 1
        self.count += passed
        self.relocks += 1
        self._points.clear()
        self._errors.clear()
        self._suspects.clear()
        self._keep_point(at_s)
        self._seen = min(self._seen, RECENT)
        self._follow(at_s - self._line.moment_of(self.count))

    def _draw_anew(self, points: Sequence[tuple[int, float]]) -> bool:
        """The line through the latest pulses, if it is one of a clock."""
        line = fitted(points)
        if len(points) < SUSPECTS or not MIN_PERIOD_S <= line.period_s <= MAX_PERIOD_S:
            return False
        self._line = Line(float(self.count), line.moment_of(self.count), line.period_s)
        self._seen = len(points)
        self._errors.clear()
        self.relocks += 1
        return True


def fitted(points: Sequence[tuple[int, float]]) -> Line:
    """The least-squares line through (number, moment) of pulses; two at least."""
    fit = statistics.linear_regression([n for n, _ in points], [t for _, t in points])
    return Line(0.0, fit.intercept, fit.slope)


def _sane(period_s: float) -> float:
    return min(max(period_s, MIN_PERIOD_S), MAX_PERIOD_S)
