"""Which JACK frame sounds at which moment: the map from ``time.perf_counter`` to frames.

JACK counts frames by the clock of the sound card, the band counts seconds by the clock of the
machine; the two drift apart by some hundred thousandths. In every period the process callback takes
the frame at which it began (``last_frame_time``) and how many passed since, between two readings of
``perf_counter``. (JACK's own estimate, ``frame_time``, was seen to run a quarter of a second ahead
of the periods on a server that lost some.) A second-order loop follows these pairs: its state is
one line, *frame = frame0 + (t - t0) * rate*. The loop is fast at first and slow later (a bandwidth
of ``_SLOW`` rad/s), so that wake-ups that come late do not move notes, while drift is followed; a
jump (the server lost periods) is taken over at once. The form is that of the delay-locked loop of
F. Adriaensen, "Using a DLL to filter time" (2005).

Invariant: the line is one tuple, replaced whole: another thread may read it at any time.
Frames are counted on past 32 bits, where JACK's own counter begins again (after a day).
"""

from typing import Final

_SLOW: Final = 0.3
_FAST: Final = 3.0
JUMP_S: Final = 0.010
_MOST_DRIFT: Final = 0.001
"""No sound card is further off than this share of its rate."""

_UNSURE_S: Final = 0.0002
_HALF: Final = 1 << 31
_WRAP: Final = 1 << 32


def unwrapped(frame: int, near: int) -> int:
    """JACK's 32-bit count as one that goes on: the one nearest to ``near``."""
    return near + (frame - near + _HALF) % _WRAP - _HALF


class FrameClock:
    """Follows the frames of a server. Thread: ``observe`` one, ``frame_at`` any."""

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.jumps = 0
        """How often the frames jumped: the server lost periods."""
        self._line: tuple[float, float, float] | None = None
        self._since_s = 0.0
        self._jumped = False

    @property
    def is_set(self) -> bool:
        """Whether anything was observed."""
        return self._line is not None

    def observe(self, frame: int, before_s: float, after_s: float) -> None:
        """It was ``frame`` (unwrapped) at some moment between two readings of ``perf_counter``.

        Readings far apart (the thread was interrupted between them) say too little and are left.
        """
        if after_s - before_s > _UNSURE_S and self._line is not None:
            return
        at_s = (before_s + after_s) / 2
        line = self._line
        if line is None:
            self._line, self._since_s = (float(frame), at_s, self.rate_hz), at_s
            return
        frame0, at0_s, rate = line
        passed_s = at_s - at0_s
        expected = frame0 + passed_s * rate
        error = frame - expected
        if self._jumped or passed_s <= 0 or abs(error) > JUMP_S * self.rate_hz:
            self._jumped = False
            self.jumps += 1
            self._line, self._since_s = (float(frame), at_s, rate), at_s
            return
        omega = max(_SLOW, min(_FAST, 2.0 / max(at_s - self._since_s, 1e-3)))
        step = min(omega * passed_s, 0.5)
        bound = _MOST_DRIFT * self.rate_hz
        drift = rate + step * omega * error - self.rate_hz
        rate = self.rate_hz + min(max(drift, -bound), bound)
        self._line = (expected + 1.4142 * step * error, at_s, rate)

    def jump(self) -> None:
        """The server lost periods: believe the next observation whole. Thread: any."""
        self._jumped = True

    def frame_at(self, at_s: float) -> int:
        """The frame that sounds at a moment. Raises RuntimeError before anything was observed."""
        if self._line is None:
            raise RuntimeError("no period has run yet")
        frame0, at0_s, rate = self._line
        return round(frame0 + (at_s - at0_s) * rate)

    def moment_of(self, frame: int) -> float:
        """When a frame sounds (or sounded): the other way round."""
        if self._line is None:
            raise RuntimeError("no period has run yet")
        frame0, at0_s, rate = self._line
        return at0_s + (frame - frame0) / rate
