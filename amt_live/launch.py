"""``amt-live play``: starts a daemon as a child, shows the screen, and stops what it started."""

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import IO, Final

from amt_live.daemon import OSC_LINE, READY
from amt_live.errors import AmtError, UsageError
from amt_live.welcome import welcome

START_TIMEOUT_S: Final = 30.0
STOP_TIMEOUT_S: Final = 10.0
DEFAULT_OSC_PORT: Final = 9740


def play(flags: list[str], *, theme: str | None = None, keys: str | None = None) -> int:
    """Start, show, stop, unless it is left playing: the exit code of the screen.

    Raises AmtError with the daemon's line.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the screen needs a terminal; without one use: amt-live daemon")
    left_by: list[int] = []
    leave_on_signals(left_by)
    band = None
    try:
        band = ChildBand(flags)
        if not welcome(band.lines, flags, band.host, band.osc_port):
            sys.stderr.writelines(f"{line}\n" for line in band.lines)
        from amt_live.tui.run import run

        ending = run(band.host, band.osc_port, owns_daemon=True, theme=theme, keys=keys)
        if ending.plays_on and not left_by:
            sys.stderr.write(f"{band.leave()}\n")
            band = None
        return ending.code
    finally:
        if band is not None:
            band.stop()
        if left_by:
            # With its terminal gone the screen's own threads would keep this process for ever.
            os._exit(128 + left_by[0])


class ChildBand:
    """A daemon of our own, which plays when the constructor returns; ``lines`` is what it said."""

    def __init__(self, flags: list[str], *, ends_with_us: bool = False) -> None:
        """Raises AmtError with the daemon's line. Blocks until it plays.

        ``ends_with_us``: it ends even where this process is killed and cannot end it.
        """
        if ends_with_us:
            flags = ["--ends-with-stdin", *flags]
        # A session of its own: keys such as Ctrl-C go to the screen, which then stops the daemon.
        self._child = subprocess.Popen(
            [sys.executable, "-m", "amt_live", "daemon", "--may-be-silent", *flags],
            stdin=subprocess.PIPE if ends_with_us else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._child.stdout is not None and self._child.stderr is not None
        self._errors = _Drain(self._child.stderr)
        try:
            self.lines = _await_ready(self._child, self._errors)
            self.host, _, port = _osc_address(self.lines).rpartition(":")
            self.osc_port = int(port)
        except BaseException:
            self.stop()
            raise
        self._rest = _Drain(self._child.stdout)

    @property
    def complaints(self) -> list[str]:
        """The last lines on its stderr."""
        return list(self._errors.lines)

    def leave(self) -> str:
        """Let it play on without us; what to tell about that."""
        where = "" if self.osc_port == DEFAULT_OSC_PORT else f" --osc-port {self.osc_port}"
        # Nobody waits for it any more, and that is meant.
        self._child.returncode = 0
        pid = self._child.pid
        return f"the band plays on: amt-live tui{where} shows it, kill {pid} ends it"

    def stop(self) -> None:
        """End it, and wait until it has."""
        _stop(self._child)


class _Drain:
    """Reads a pipe to its end, so that the other side never waits; keeps the last lines."""

    def __init__(self, pipe: IO[str]) -> None:
        self.lines: collections.deque[str] = collections.deque(maxlen=20)
        self._pipe = pipe
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with self._pipe, contextlib.suppress(ValueError):
            for line in self._pipe:
                self.lines.append(line.rstrip())


def _await_ready(child: "subprocess.Popen[str]", errors: _Drain) -> list[str]:
    assert child.stdout is not None
    timer = threading.Timer(START_TIMEOUT_S, child.kill)
    timer.start()
    lines: list[str] = []
    try:
        for line in child.stdout:
            if line.strip() == READY:
                return lines
            lines.append(line.rstrip())
    finally:
        timer.cancel()
    code = child.wait()
    errors.thread.join(STOP_TIMEOUT_S)
    why = errors.lines[-1] if errors.lines else f"the daemon ended with code {code}"
    error = AmtError(why.removeprefix("amt-live: "))
    error.exit_code = code if code in (1, 2) else 1
    raise error


def _osc_address(lines: list[str]) -> str:
    return next(line.removeprefix(OSC_LINE) for line in lines if line.startswith(OSC_LINE))


def _stop(child: "subprocess.Popen[str]") -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def leave_on_signals(left_by: list[int]) -> None:
    """A closed terminal or a SIGTERM still stops the daemon, through the usual way out."""

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        left_by.append(number)
        sys.exit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, leave)
