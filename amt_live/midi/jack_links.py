"""Who is connected to our JACK port, and who is connected again when they come back.

A synth that is restarted, or a server that is, forgets connections. This remembers by name whom the
port was connected to, looks twice a second, and connects whoever has come back. A connection that
is gone while its port stayed was taken away by a person and is forgotten.
"""

import contextlib
import threading
from collections.abc import Sequence
from typing import Any, Final, Literal

PERIOD_S: Final = 0.5

Joined = Literal["", "new", "restored"]
"""Nobody; somebody who knows no programs yet; somebody on whom a dead player's notes may sound."""


class Links:
    """Looks after the connections of one port, on a thread of its own."""

    def __init__(
        self,
        client: Any,
        port: Any,
        target: str,
        restore: Sequence[str],
        vanished: threading.Event,
    ) -> None:
        """Connect to ``target`` and to whoever of ``restore`` is there, before this returns.

        ``vanished`` is set when any port was unregistered: who lost the connection since then may
        have been restarted, however quickly.
        """
        self._client = client
        self._port = port
        self._target = target
        self._away = set(restore) | ({target} if target else set())
        """Known, and not connected because they are not there."""
        self._there: frozenset[str] = frozenset()
        self._unsilenced = set(restore)
        self._joined: Joined = ""
        self.target_gone = False
        self._closing = threading.Event()
        self._vanished = vanished
        self._look()
        self._joined = ""  # What is connected from the start is greeted with the port.
        self._thread = threading.Thread(target=self._run, name="links", daemon=True)
        self._thread.start()

    @property
    def peers(self) -> tuple[str, ...]:
        """Who is connected or will be again."""
        return tuple(sorted(self._there | self._away))

    def joined(self) -> Joined:
        """Who was connected since the last call; see ``Joined``."""
        joined, self._joined = self._joined, ""
        return joined

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        if self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _run(self) -> None:
        while not self._closing.wait(PERIOD_S):
            with contextlib.suppress(Exception):  # The server is going, or a port just went.
                self._look()

    def _look(self) -> None:
        may_be_new = self._vanished.is_set()
        ports = {port.name for port in self._client.get_ports(is_midi=True, is_input=True)}
        connected = {port.name for port in self._port.connections}
        lost = self._there - connected
        # Gone from the port list, or quickly back in it: both will be connected again.
        self._away |= {name for name in lost if name not in ports or may_be_new}
        self._away -= connected
        for name in sorted(self._away & ports):
            with contextlib.suppress(Exception):
                self._client.connect(self._port, name)
                connected.add(name)
                self._away.discard(name)
        came = connected - self._there
        if came & self._unsilenced:
            self._joined = "restored"
        elif came and not self._joined:
            self._joined = "new"
        self._unsilenced -= came
        self._there = frozenset(connected)
        if may_be_new:
            self._vanished.clear()
        self.target_gone = bool(self._target) and self._target not in ports
