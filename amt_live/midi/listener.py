"""What the processes have in common that listen to a port: ``midi.ears`` and ``midi_in.process``.

Their pipes, of which C libraries get nothing to print on, and the port, which is looked for until
it is there, and again when it is lost.
"""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

from amt_live.errors import PortError
from amt_live.midi.clock_in import ClockPort

LOOK_EVERY_S: Final = 1.0


class Pipes:
    """Lines from stdin, and b"" at its end, go to ``take`` on a thread; ``tell`` writes to what was
    stdout."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._up = os.dup(1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        self._take = take
        self.ended = threading.Event()
        threading.Thread(target=self._read, name="pipe", daemon=True).start()

    def tell(self, line: bytes) -> None:
        """Write a line. Thread: one."""
        try:
            os.write(self._up, line)
        except OSError:
            self.ended.set()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in sys.stdin.buffer:
                self._take(line)
        self.ended.set()
        self._take(b"")


class PortWatch:
    """A port that is to be heard. Thread: main."""

    def __init__(self, opens: Callable[[], ClockPort], complain: Callable[[str], None]) -> None:
        """``complain`` gets each reason why nothing is heard, once until ``content``."""
        self._opens, self._complain = opens, complain
        self._told_why = ""
        self._look_at_s = 0.0
        self.port: ClockPort | None = None

    def look(self) -> bool:
        """See, once a second, that there is a port and that it is still there.

        Whether one was opened just now.
        """
        now_s = time.perf_counter()
        if now_s < self._look_at_s:
            return False
        self._look_at_s = now_s + LOOK_EVERY_S
        if self.port is not None and (why := self.port.lost()) is not None:
            self.complain(why)
            if why.startswith("the jack server"):
                os._exit(1)  # Its library waits for the dead; another process begins anew.
            self.close()
        if self.port is not None:
            return False
        try:
            self.port = self._opens()
        except PortError as error:
            self.complain(str(error))
            return False
        return True

    def complain(self, why: str) -> None:
        """Nothing is heard, and why."""
        if why != self._told_why:
            self._told_why = why
            self._complain(why)

    def content(self) -> None:
        """All is well: any reason from here on is a new one."""
        self._told_why = ""

    def close(self) -> None:
        """Hear nothing."""
        port, self.port = self.port, None
        if port is not None:
            port.close()
