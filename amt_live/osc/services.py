"""The addresses that are about the connection: notify, status, help, ping, sync.

Runs on the server's loop; each is one method that answers by itself, or raises Refusal.
"""

import time
from collections.abc import Callable, Sequence

from amt_live.osc.answers import Answers
from amt_live.osc.arguments import Atom, Refusal
from amt_live.osc.entries import number
from amt_live.osc.guards import Sender
from amt_live.osc.leases import Leases
from amt_live.osc.limits import Limits
from amt_live.osc.pushes import Pushes
from amt_live.osc.routing import help_about

Later = Callable[[Sender | None, Callable[[], None]], None]
"""Calls back when the earlier commands of a sender, or of everybody (None), have taken effect."""


class Services:
    """Serves one server's listeners."""

    def __init__(
        self,
        leases: Leases,
        pushes: Pushes,
        answers: Answers,
        later: Later,
        limits: Limits,
        version: str,
    ) -> None:
        self._leases = leases
        self._pushes = pushes
        self._answers = answers
        self._later = later
        self._limits = limits
        self._version = version
        self._by_path: dict[str, Callable[[Sender, Sequence[Atom | None]], None]] = {
            "/amt/notify": self._notify,
            "/amt/status": self._status,
            "/amt/help": self._help,
            "/amt/ping": self._ping,
            "/amt/sync": self._sync,
        }

    def serve(self, path: str, sender: Sender, values: Sequence[Atom | None]) -> None:
        """Answer ``sender``; ``values`` are the checked arguments. Raises Refusal."""
        self._by_path[path](sender, values)

    def _notify(self, sender: Sender, values: Sequence[Atom | None]) -> None:
        on, port = values
        osc_port = None if port is None else int(number(port))
        if not on:
            self._leases.end(sender, osc_port)
        else:
            granted = self._leases.grant(sender, osc_port, time.perf_counter())
            if granted is None:
                raise Refusal("busy", f"{self._limits.leases} listeners are the most; end one")
            target, is_new = granted
            if is_new:
                self._pushes.welcome(target, self._version)
        self._answers.done(sender, "/amt/notify")

    def _status(self, sender: Sender, _values: Sequence[Atom | None]) -> None:
        def answer() -> None:
            self._pushes.everything(self._answers.ears(sender))
            self._answers.done(sender, "/amt/status")

        self._later(sender, answer)

    def _help(self, sender: Sender, values: Sequence[Atom | None]) -> None:
        for line in help_about(str(values[0] or "")):
            self._answers.tell(sender, "/amt/help", *line)
        self._answers.done(sender, "/amt/help")

    def _ping(self, sender: Sender, _values: Sequence[Atom | None]) -> None:
        self._answers.tell(sender, "/amt/pong", self._version)

    def _sync(self, sender: Sender, values: Sequence[Atom | None]) -> None:
        asked = 0 if values[0] is None else values[0]
        self._later(None, lambda: self._answers.tell(sender, "/amt/synced", asked))
