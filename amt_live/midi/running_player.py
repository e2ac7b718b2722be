"""One player process, the pipe to it and the threads that read from it.

``PlayerProcess`` starts one and another when that died. Invariant: ``opened`` ends exactly once,
with the port or with the reason, and ``gone`` is called only where a port had been opened.
"""

import contextlib
import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import IO, Final

from amt_live import children
from amt_live.errors import PortError
from amt_live.midi.fields import ProtocolError
from amt_live.midi.output import PortLost, PortOpened
from amt_live.midi.protocol import PipeReport, decode_report

STOP_TIMEOUT_S: Final = 3.0

_log = logging.getLogger(__name__)


class RunningPlayer:
    """A player from its start to its end; every line it reports is passed to ``receive``."""

    def __init__(
        self,
        arguments: list[str],
        receive: Callable[[PipeReport], None],
        gone: Callable[[str], None],
        lent: Sequence[int] = (),
    ) -> None:
        """``lent``: file descriptors that the player gets under the same numbers."""
        self.opened: Future[PortOpened] = Future()
        self._receive = receive
        self._gone = gone
        self.process = children.start(
            "amt_live.midi.player", arguments, stderr=subprocess.PIPE, pass_fds=tuple(lent)
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._stdin: IO[bytes] = self.process.stdin
        self._threads = [
            threading.Thread(
                target=self._read_reports, args=(self.process.stdout,), name="reports", daemon=True
            ),
            threading.Thread(
                target=_log_lines, args=(self.process.stderr,), name="player-log", daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()

    def write(self, line: bytes) -> None:
        """Send a line; a dead player is reported by the thread that reads from it."""
        with contextlib.suppress(OSError, ValueError):
            self._stdin.write(line)
            self._stdin.flush()

    def stop(self) -> None:
        """Close the pipe, which ends the player, and see that it does."""
        children.let_go(self.process)
        for end in (self.process.terminate, self.process.kill):
            try:
                self.process.wait(STOP_TIMEOUT_S)
                break
            except subprocess.TimeoutExpired:
                end()
        self.process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(STOP_TIMEOUT_S)

    def _read_reports(self, pipe: IO[bytes]) -> None:
        last_words = ""
        with pipe:
            for line in pipe:
                try:
                    report = decode_report(line)
                except ProtocolError as error:
                    _log.warning("from the player: %s", error)
                    continue
                if isinstance(report, PortLost):
                    last_words = report.why
                    if not self.opened.done():
                        break
                self._deliver(report)
                if isinstance(report, PortOpened):
                    last_words = ""
                    if not self.opened.done():
                        self.opened.set_result(report)
        code = self.process.wait()
        why = last_words or f"the player ended unexpectedly (code {code})"
        if not self.opened.done():
            self.opened.set_exception(PortError(why))
        else:
            self._gone(why)

    def _deliver(self, report: PipeReport) -> None:
        try:
            self._receive(report)
        except Exception:  # A listener's fault must not end the reading, or the player would block.
            _log.exception("a listener failed on %s", type(report).__name__)


def _log_lines(pipe: IO[bytes]) -> None:
    with pipe:
        for line in pipe:
            _log.warning("player: %s", line.decode(errors="replace").rstrip())
