"""The player's reports on their way up the pipe: batched, so that sending a note costs an append.

Note-ons go out at most ``INTERVAL_S`` after they were sent, lateness figures twice a second. A
daemon that does not read blocks only the thread here.
"""

import os
from collections import deque
from collections.abc import Callable
from typing import Final

from amt_live.midi.background import Batcher
from amt_live.midi.output import NotesSent, Timing
from amt_live.midi.protocol import PipeReport, encode_report
from amt_live.music.events import Note

INTERVAL_S: Final = 0.04
_TIMING_EVERY: Final = 12  # intervals
_WINDOW: Final = 1000


class Reporter:
    """Writes reports to a file descriptor. ``note`` and ``report``: any thread, never blocking."""

    def __init__(self, pipe: int) -> None:
        self.measure: Callable[[], list[float] | None] = lambda: None
        """The lateness that the port itself measured since the last call, where it does."""
        self.dropped = self.port_losses = self.xruns = 0
        self._pipe = pipe
        self._broken = False
        self._late_ms: deque[float] = deque(maxlen=_WINDOW)
        self._sent = 0
        self._told = (0, 0, 0, 0)
        self._round = 0
        self._batcher: Batcher[tuple[Note, float] | PipeReport] = Batcher(
            "reports", INTERVAL_S, self._write
        )

    def note(self, note: Note, late_s: float) -> None:
        """A note-on was sent."""
        self._batcher.put((note, late_s * 1000))

    def report(self, report: PipeReport) -> None:
        """Anything else to tell."""
        self._batcher.put(report)

    def close(self) -> None:
        """Write what is left."""
        self._batcher.close(timeout_s=2.0)

    def _write(self, items: list[tuple[Note, float] | PipeReport]) -> None:
        lines: list[bytes] = []
        notes: list[Note] = []
        measured = self.measure()
        self._late_ms.extend(measured or ())
        for item in items:
            if isinstance(item, tuple):
                notes.append(item[0])
                if measured is None:
                    self._late_ms.append(item[1])
                continue
            if notes:
                lines.append(encode_report(NotesSent(tuple(notes))))
                notes = []
            lines.append(encode_report(item))
        if notes:
            lines.append(encode_report(NotesSent(tuple(notes))))
        self._sent += sum(isinstance(item, tuple) for item in items)
        self._round += 1
        counts = (self._sent, self.dropped, self.port_losses, self.xruns)
        if self._round % _TIMING_EVERY == 0 and self._told != counts:
            self._told = counts
            lines.append(encode_report(self._timing()))
        self._put(b"".join(lines))

    def _timing(self) -> Timing:
        ordered = sorted(self._late_ms) or [0.0]
        p50, p99, p999 = (
            round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
            for share in (0.5, 0.99, 0.999)
        )
        return Timing(p50, p99, p999, *self._told)

    def _put(self, data: bytes) -> None:
        while data and not self._broken:
            try:
                data = data[os.write(self._pipe, data) :]
            except OSError:  # The daemon is gone: the end of stdin tells the player.
                self._broken = True
