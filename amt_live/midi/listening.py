"""The daemon's handle on the process that listens to a clock: one process for each time of it.

Any method may be called from any thread and returns at once; what is heard arrives on a thread of
its own. A process that ends while it is wanted is started again, unless it said that listening can
never work here.
"""

import contextlib
import json
import threading
from collections.abc import Callable
from typing import Final, Protocol

from amt_live import children
from amt_live.children import Child
from amt_live.control.commands import ClockSource
from amt_live.midi.clock_in import CLOCK_CLIENT
from amt_live.sync.heard import EarReport, EarTrouble, decode

RETRY_S: Final = 1.0
STOP_TIMEOUT_S: Final = 3.0
NEVER: Final = 2
"""The exit code that says so."""

OnEar = Callable[[EarReport], None]


class Ears(Protocol):
    """What listens to a clock for the band. Thread: any. Blocks: no."""

    def listen(self, source: ClockSource, tempo_bpm: float) -> None:
        """Listen to this from now on, and to nothing else; ``internal`` is nothing."""

    def set_tempo(self, tempo_bpm: float) -> None:
        """Ask a Link session for another tempo."""

    def set_playing(self, is_playing: bool) -> None:
        """Start or stop a Link session."""


class EarProcess:
    """Listens in a process of its own; ``on_report`` gets what it says."""

    def __init__(
        self,
        on_report: OnEar,
        api: str = "auto",
        port: str | None = None,
        client_name: str = CLOCK_CLIENT,
    ) -> None:
        self._on_report = on_report
        self._arguments = ["--midi-api", api, "--client-name", client_name]
        if port is not None:
            self._arguments.append(f"--port={port}")
        self._lock = threading.Lock()
        self._process: Child | None = None
        self._turn = 0
        """Which listening this is: what an earlier one still says is left."""

    @property
    def pid(self) -> int | None:
        """The number of the process, where there is one."""
        process = self._process
        return None if process is None else process.pid

    def listen(self, source: ClockSource, tempo_bpm: float) -> None:
        """See ``Ears``."""
        with self._lock:
            self._turn += 1
            old, self._process = self._process, None
            turn = self._turn
        if old is not None:
            children.let_go(old)
        if source != "internal":
            self._start(turn, source, tempo_bpm)

    def set_tempo(self, tempo_bpm: float) -> None:
        """See ``Ears``."""
        self._write(["tempo", tempo_bpm])

    def set_playing(self, is_playing: bool) -> None:
        """See ``Ears``."""
        self._write(["playing", is_playing])

    def close(self) -> None:
        """Listen no more. Waits for the process."""
        with self._lock:
            self._turn += 1
            process, self._process = self._process, None
        if process is not None:
            children.end(process, STOP_TIMEOUT_S)

    def _start(self, turn: int, source: ClockSource, tempo_bpm: float) -> None:
        words = [source, f"--tempo={tempo_bpm}", *self._arguments]
        with self._lock:
            if turn != self._turn:
                return
            self._process = process = children.start("amt_live.midi.ears", words)
        threading.Thread(
            target=self._read, args=(turn, source, tempo_bpm, process), name="ears", daemon=True
        ).start()

    def _read(self, turn: int, source: ClockSource, tempo_bpm: float, process: Child) -> None:
        """Thread: ears. Until the process ends."""
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                report = decode(line)
                if report is not None and turn == self._turn:
                    self._on_report(report)
        code = process.wait()
        children.let_go(process)
        if turn != self._turn or code == NEVER:
            return
        self._on_report(EarTrouble(f"listening to the {source} clock ended; trying again"))
        timer = threading.Timer(RETRY_S, self._start, (turn, source, tempo_bpm))
        timer.daemon = True
        timer.start()

    def _write(self, command: list[object]) -> None:
        with self._lock:
            process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                process.stdin.write(json.dumps(command).encode() + b"\n")
                process.stdin.flush()
