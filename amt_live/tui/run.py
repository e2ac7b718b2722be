"""The screen on this terminal: opened, kept until it is left, and the terminal put back as it was.

Called by the command line. Thread: the main one, because of signals.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from amt_live.errors import UsageError
from amt_live.tui.app import StageApp
from amt_live.tui.history import MoodHistory, default_path
from amt_live.tui.link import OscLink


def run(host: str, osc_port: int, *, owns_daemon: bool = False) -> int:
    """Show the screen for the daemon at ``host:osc_port`` until it is left; the exit code.

    Raises UsageError where there is no terminal. Thread: the main one.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the screen needs a terminal; without one use: amt-live daemon")
    app = StageApp(
        OscLink(host, osc_port),
        f"{host}:{osc_port}",
        owns_daemon=owns_daemon,
        history=MoodHistory(default_path()),
    )
    with _leaving_on_signals(app):
        app.run()
    return app.return_code or 0


@contextmanager
def _leaving_on_signals(app: StageApp) -> Iterator[None]:
    """Closes the screen on a signal, so that the terminal is as it was, and only then obeys it."""
    came: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        app.exit()

    names = ("SIGTERM", "SIGHUP")
    ends = [signal.Signals[name] for name in names if name in signal.Signals.__members__]
    before = {number: signal.signal(number, leave) for number in ends}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
