"""The player's half of a take log: what it was asked, and at which moment each of it happened.

Filled by the performer, on its thread, while a take runs. What was asked stands in the band's half
of the log, in the same order; here stand the moments, to the last digit, and where the player
itself came late. Both halves together play the take again (``amt_live.replay``).
"""

import json
from collections.abc import Callable

from amt_live.midi.beginning import Beginning


class PlayerLog:
    """Lines of JSON objects into a sink, while there is one. Blocks: no."""

    def __init__(self) -> None:
        self._put: Callable[[bytes], None] | None = None

    def begin(
        self, put: Callable[[bytes], None] | None, beginning: Beginning, now_s: float
    ) -> None:
        """A take begins."""
        self._put = put
        if put is not None:
            record = {"p": "begin", "t": now_s, **beginning.as_record()}
            put(json.dumps(record, separators=(",", ":")).encode() + b"\n")

    def end(self, since_s: float, now_s: float) -> None:
        """The take ends; nothing was sent since a moment."""
        self.without("end", since_s, now_s)
        self._put = None

    def at(self, what: str, now_s: float) -> None:
        """Something that was asked happens."""
        if self._put is not None:
            self._put(b'{"p":"%s","t":%s}\n' % (what.encode(), repr(now_s).encode()))

    def sent_on(self, data: bytes, now_s: float) -> None:
        """A message that came from somebody's hands is sent on."""
        if self._put is not None:
            fields = (repr(now_s).encode(), data.hex().encode())
            self._put(b'{"p":"thru","t":%s,"d":"%s"}\n' % fields)

    def without(self, what: str, since_s: float, now_s: float) -> None:
        """Something happens, and nothing was sent since a moment, though something was due."""
        if self._put is not None:
            times = (repr(since_s).encode(), repr(now_s).encode())
            self._put(b'{"p":"%s","f":%s,"t":%s}\n' % (what.encode(), *times))
