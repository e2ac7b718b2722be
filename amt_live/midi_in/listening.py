"""The daemon's handle on the process that hears hands, which is started when it is first wanted.

Any method may be called from any thread and returns at once (``close`` waits); what is heard
arrives on a thread of its own. A process that ends while it is wanted is started again.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Final

from amt_live import children
from amt_live.children import Child
from amt_live.midi_in.pipe import Report, Trouble, decode, encode_own
from amt_live.midi_in.process import HANDS_CLIENT

RETRY_S: Final = 1.0
STOP_TIMEOUT_S: Final = 3.0

OnReport = Callable[[Report], None]


class HandsProcess:
    """Hears a port in a process of its own."""

    def __init__(
        self,
        on_report: OnReport,
        own_port: Callable[[], str],
        api: str = "auto",
        port: str | None = None,
        client_name: str = HANDS_CLIENT,
    ) -> None:
        """``port``: part of the name of one that exists; None makes one, for others to connect to.

        ``own_port``: the full name of the port that the band plays through, at this moment.
        """
        self._on_report = on_report
        self._own_port = own_port
        self._arguments = ["--midi-api", api, "--client-name", client_name]
        if port is not None:
            self._arguments.append(f"--port={port}")
        self._lock = threading.Lock()
        self._process: Child | None = None
        self._is_wanted = False

    @property
    def pid(self) -> int | None:
        """The number of the process, where there is one."""
        process = self._process
        return None if process is None else process.pid

    def start(self) -> None:
        """Listen from now on, if nobody asked for it before."""
        with self._lock:
            if self._is_wanted:
                return
            self._is_wanted = True
        self._spawn()

    def tell_own(self) -> None:
        """The band plays through another port: that must not be heard either."""
        with self._lock:
            process = self._process
            if process is not None and process.stdin is not None:
                with contextlib.suppress(OSError, ValueError):
                    process.stdin.write(encode_own(self._own_port()))
                    process.stdin.flush()

    def close(self) -> None:
        """Listen no more. Waits for the process."""
        with self._lock:
            self._is_wanted = False
            process, self._process = self._process, None
        if process is not None:
            children.end(process, STOP_TIMEOUT_S)

    def _spawn(self) -> None:
        with self._lock:
            if not self._is_wanted:
                return
            process = children.start("amt_live.midi_in.process", self._arguments)
            self._process = process
        self.tell_own()
        threading.Thread(target=self._read, args=(process,), name="hands", daemon=True).start()

    def _read(self, process: Child) -> None:
        """Thread: hands. Until the process ends."""
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if (report := decode(line)) is not None:
                    self._on_report(report)
        process.wait()
        children.let_go(process)
        if self._process is not process:
            return
        self._on_report(Trouble("listening to the hands ended; trying again", is_deaf=True))
        timer = threading.Timer(RETRY_S, self._spawn)
        timer.daemon = True
        timer.start()
