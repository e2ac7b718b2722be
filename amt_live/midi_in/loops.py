"""Whether what comes in is what went out: a loop of cables, through whatever programs.

Where the system tells who is connected (JACK), the band's own port is never heard in the first
place. Elsewhere, and through other programs, a loop shows in the notes: what comes in is, key by
key and velocity by velocity, what was sent a moment ago. A performer does not play like that.
"""

from collections import deque
from typing import Final

ECHO_S: Final = 0.25
"""An echo comes back within this time, and the player tells what it sent within it."""

THRU_ECHO_S: Final = 0.04
"""The same of what is sent on, which is known at once; hands repeat a key more slowly."""

WINDOW_S: Final = 2.0
ENOUGH: Final = 6
SHARE: Final = 0.75
"""So many echoes in the window, and so large a share of what came in, are a loop."""

QUIET_S: Final = 3.0
"""Without an echo for so long there is none any more."""

Key = tuple[int, int, int]
"""Channel, pitch, velocity."""


class LoopGuard:
    """Compares. Thread: one at a time."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, Key]] = deque(maxlen=256)
        self._sent: deque[tuple[float, Key]] = deque(maxlen=256)
        self._came: deque[float] = deque(maxlen=512)
        self._echoes: deque[float] = deque(maxlen=512)
        self._last_s = float("-inf")
        self.is_loop = False

    def heard(self, key: Key, at_s: float) -> None:
        """A note-on came in."""
        self._came.append(at_s)
        if not self._match(self._sent, key, at_s):
            self._heard.append((at_s + ECHO_S, key))
        self._judge(at_s)

    def sent(self, key: Key, at_s: float) -> None:
        """A note-on was sent, at most ``ECHO_S`` ago."""
        if not self._match(self._heard, key, at_s):
            self._sent.append((at_s + ECHO_S, key))
        self._judge(at_s)

    def sent_on(self, key: Key, at_s: float) -> None:
        """A note-on that came in is sent on."""
        self._sent.append((at_s + THRU_ECHO_S, key))

    def _match(self, others: deque[tuple[float, Key]], key: Key, at_s: float) -> bool:
        while others and others[0][0] < at_s:
            others.popleft()
        for each in others:
            if each[1] == key and each[0] >= at_s:
                others.remove(each)
                self._echoes.append(at_s)
                return True
        return False

    def _judge(self, now_s: float) -> None:
        for times in (self._came, self._echoes):
            while times and times[0] < now_s - WINDOW_S:
                times.popleft()
        echoes = len(self._echoes)
        if echoes >= ENOUGH and echoes >= SHARE * len(self._came):
            self.is_loop = True
            self._last_s = now_s
        elif self.is_loop and now_s - self._last_s > QUIET_S:
            self.is_loop = False
