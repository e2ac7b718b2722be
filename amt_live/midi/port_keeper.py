"""Keeps the player's port: sends early by what it needs, and opens it again when it was lost.

Used on the player's main thread; closing what was lost and looking for it again have a thread of
their own, because both block. While the port is away the music goes on into nothing.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from amt_live.errors import PortError
from amt_live.midi.clock import LeadingClock
from amt_live.midi.jack_links import Joined
from amt_live.midi.output import PlayerTrouble, PortLost, PortOpened
from amt_live.midi.ports import NullPort, OutputPort
from amt_live.midi.protocol import PipeReport, PortPeers

RETRY_S: Final = 0.5
RTMIDI_RETRY_S: Final = 2.0
"""Opening RtMidi holds up all Python for a tenth of a second and more: not so often."""

MAX_LATENCY_MS: Final = 500.0

Reopen = Callable[[Sequence[str]], OutputPort]
"""Opens the port as it was asked for, with who was connected to it; raises PortError."""


class PortKeeper:
    """``clock`` is the time by which the music is to be handed over. Thread: one."""

    def __init__(
        self,
        port: OutputPort,
        reopen: Reopen,
        report: Callable[[PipeReport], None],
        back: Callable[[OutputPort], None],
        latency_ms: float = 0.0,
    ) -> None:
        """``back`` gets the port once it is open again, on another thread: hand it to ``adopt``."""
        self.port = port
        self.losses = 0
        self._reopen = reopen
        self._report = report
        self._back = back
        self._latency_s = latency_ms / 1000
        self._lead_s = port.lead_s
        self.clock = LeadingClock(port.lead_s + self._latency_s)
        self._xruns_before = 0
        self._peers: tuple[str, ...] = ()
        self._away_s: float | None = None
        self._closing = threading.Event()

    @property
    def xruns(self) -> int:
        """How often the server came too late."""
        return self._xruns_before + self.port.xruns

    @property
    def is_away(self) -> bool:
        """Whether the port is lost at the moment."""
        return self._away_s is not None

    def send(self, data: bytes, at_s: float | None = None) -> None:
        """Send something that is due at a moment of the music, or at once."""
        if at_s is not None:
            at_s -= self.clock.lead_s - self._lead_s
        try:
            self.port.send(data, at_s)
        except PortError as error:
            self.lose(str(error))

    def set_latency(self, latency_ms: float) -> None:
        """The instrument answers this late (or early): send so much earlier from here on."""
        self._latency_s = min(max(latency_ms, -MAX_LATENCY_MS), MAX_LATENCY_MS) / 1000
        self.clock.set_lead(self._lead_s + self._latency_s)

    def check(self) -> Joined:
        """Look after the port, about once a second; who joined.

        Raises PortError where the port is lost for good.
        """
        if (why := self.port.lost()) is not None:
            self.lose(why)
        if self.port.lead_s != self._lead_s and not self.is_away:
            self._lead_s = self.port.lead_s
            self.clock.set_lead(self._lead_s + self._latency_s)
        peers = self.port.peers
        if peers is not None and peers != self._peers and not self.is_away:
            self._peers = peers
            self._report(PortPeers(peers))
        return self.port.joined()

    def lose(self, why: str) -> None:
        """The port is gone: play into nothing until it is back."""
        if self.is_away:
            return
        self.losses += 1
        self._away_s = time.perf_counter()
        self._report(PortLost(why))
        old, self.port = self.port, NullPort()
        self._xruns_before += old.xruns
        peers = old.peers or self._peers
        threading.Thread(
            target=self._look, args=(old, peers), name="reopening", daemon=True
        ).start()

    def adopt(self, port: OutputPort, realtime: str) -> None:
        """The port is back."""
        away_s = time.perf_counter() - (self._away_s or time.perf_counter())
        self.port, self._away_s = port, None
        self._lead_s = port.lead_s
        self.clock.set_lead(self._lead_s + self._latency_s)
        words = (port.api, port.name, port.note, realtime)
        self._report(PortOpened(*words, self.clock_lead_s, port.own))
        self._report(PlayerTrouble(f"the {port.api} port {port.name} is back after {away_s:.1f} s"))

    @property
    def clock_lead_s(self) -> float:
        """By how much music is handed over before it sounds; 0 where it is handed over later."""
        return max(0.0, self._lead_s + self._latency_s)

    def close(self) -> None:
        """Close the port, and look for none."""
        self._closing.set()
        self.port.close()

    def _look(self, old: OutputPort, peers: Sequence[str]) -> None:
        """Thread: reopening."""
        with contextlib.suppress(Exception):
            old.close()
        retry_s = RETRY_S if old.take_lateness_ms() is not None else RTMIDI_RETRY_S
        while not self._closing.wait(retry_s):
            try:
                port = self._reopen(peers)
            except PortError:
                continue
            if port.api == "null":  # auto finds nothing yet
                continue
            self._back(port)
            return
