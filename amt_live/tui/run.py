"""The screen on this terminal: opened, kept until it is left, and the terminal put back as it was.

Called by the command line. Thread: the main one, because of signals.
"""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from amt_live.errors import UsageError
from amt_live.tui import faults, keyfile, remember
from amt_live.tui.app import StageApp
from amt_live.tui.history import MoodHistory, default_path
from amt_live.tui.keys import KEYS, key_name
from amt_live.tui.link import OscLink
from amt_live.tui.pages import Leave
from amt_live.tui.theme import PALETTES

PATIENCE_S: Final = 5.0
"""For a screen to close after a signal."""
LASTING_S: Final = 5.0
"""A screen that broke after so long is opened again; sooner, it would only break again."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a screen was left: its exit code, and whether the band is to play on."""

    code: int
    plays_on: bool


def run(
    host: str,
    osc_port: int,
    *,
    owns_daemon: bool = False,
    theme: str | None = None,
    keys: str | None = None,
) -> Ending:
    """Show the screen for the daemon at ``host:osc_port`` until it is left.

    ``theme`` None is the one of the last time; ``keys`` names a keys file. A screen that breaks is
    opened again, and says so; the band plays on in any case. Raises UsageError where there is no
    terminal or no such file. Thread: the main one.
    """
    is_served = "TEXTUAL_DRIVER" in os.environ
    if not is_served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the screen needs a terminal; without one use: amt-live daemon")
    if is_served:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    table, trouble = keyfile.load_keys(_keys_path(keys))
    theme_path = remember.default_path()
    palette = remember.remembered_theme(theme_path) if theme is None else PALETTES[theme]
    while True:
        app = StageApp(
            OscLink(host, osc_port),
            f"{host}:{osc_port}",
            owns_daemon=owns_daemon,
            history=MoodHistory(default_path()),
            palette=palette,
            keys=table,
            theme_path=theme_path,
            trouble=trouble,
        )
        opened_s = time.perf_counter()
        with _leaving_on_signals(app):
            app.run()
        if app.fault is None:
            return Ending(app.return_code or 0, app.return_value is Leave.PLAYING)
        trouble = faults.kept(app.fault, faults.default_path())
        if is_served or time.perf_counter() - opened_s < LASTING_S:
            sys.stderr.write(f"amt-live: {trouble}\n")
            return Ending(1, True)
        # The band does not need this screen, but who plays does.
        palette = app.palette


def _end_with(server_pid: int) -> None:
    """End with the web server: nobody sees this screen any more, and the band does not need it."""
    while os.getppid() == server_pid:
        time.sleep(1.0)
    os._exit(0)


def _keys_path(given: str | None) -> Path:
    if given is None:
        return keyfile.default_path()
    path = Path(given).expanduser()
    if not path.exists():
        raise UsageError(f"--keys: there is no file {given}; leave it out for the usual keys")
    return path


def list_keys(say: Callable[[str], None]) -> int:
    """Print the table of keys as a keys file that changes nothing."""
    say(f"# {keyfile.default_path()}")
    for key in KEYS:
        names = [*key.always, *key.command]
        about = key.about or key.name.replace("_", " ")
        shown = ", ".join(f'"{name}"' for name in names)
        say(f"{key.name} = [{shown}]  # {about}: {' '.join(map(key_name, names))}")
    return 0


@contextmanager
def _leaving_on_signals(app: StageApp) -> Iterator[None]:
    """Closes the screen on a signal, so that the terminal is as it was, and only then obeys it."""
    came: list[int] = []
    is_left = threading.Event()

    def leave(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        threading.Thread(target=_unblock, args=(app, is_left, number), daemon=True).start()
        app.exit()

    names = ("SIGTERM", "SIGHUP")
    ends = [signal.Signals[name] for name in names if name in signal.Signals.__members__]
    before = {number: signal.signal(number, leave) for number in ends}
    try:
        yield
    finally:
        is_left.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _unblock(app: StageApp, is_left: threading.Event, number: int) -> None:
    """Keeps the screen from waiting for a terminal that is gone.

    Textual writes on a thread of its own, through a queue of a few frames. That thread ends with
    the terminal, and the loop would wait for room in the queue for ever. Where it waits all the
    same, the process ends without it: nothing is kept here that could be lost.
    """
    until_s = time.perf_counter() + PATIENCE_S
    writer = getattr(app._driver, "_writer_thread", None)
    frames = getattr(writer, "_queue", None)
    while writer is not None and frames is not None and not is_left.wait(0.05):
        while not writer.is_alive():
            try:
                frames.get_nowait()
            except queue.Empty:
                break
        if time.perf_counter() > until_s:
            os._exit(128 + number)
