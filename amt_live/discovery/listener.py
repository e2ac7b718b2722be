"""One WebSocket client: what it listens to is pushed to it, and what it sends goes to the band.

Runs on the loop of the discovery process. Each client has a UDP socket of its own towards the
daemon, so that the daemon counts, limits and answers it like any other sender. Invariant: a client
that does not read costs at most one message for each address and ``Limits.events`` more.
"""

import asyncio
import contextlib
import json
import time
from collections import deque
from typing import Any, Protocol

from amt_live.discovery.limits import Limits
from amt_live.discovery.mirror import Mirror
from amt_live.discovery.tree import Node
from amt_live.osc.codec import encode
from amt_live.osc.guards import RateLimiter, Sender
from amt_live.osc.intake import panics_in
from amt_live.osc.limits import Limits as OscLimits

_OSC_LIMITS = OscLimits()


class Socket(Protocol):
    """What is needed of a WebSocket."""

    async def recv(self) -> str | bytes:
        """The next message."""

    async def send(self, message: bytes) -> None:
        """Send one; waits while the other side does not read."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the conversation."""


class Listener(asyncio.DatagramProtocol):
    """Serves one client until it leaves."""

    def __init__(
        self,
        socket: Socket,
        name: Sender,
        nodes: dict[str, Node],
        mirror: Mirror,
        daemon: tuple[str, int],
        limiter: RateLimiter,
        limits: Limits,
    ) -> None:
        self._socket = socket
        self._name = name
        self._nodes = nodes
        self._mirror = mirror
        self._daemon = daemon
        self._limiter = limiter
        self._listening: set[str] = set()
        self._values: dict[str, bytes] = {}
        self._events: deque[bytes] = deque(maxlen=limits.events)
        self._wake = asyncio.Event()
        self._transport: asyncio.DatagramTransport | None = None

    def wants(self, address: str) -> bool:
        """Whether this client listens to it."""
        return address in self._listening

    def tell(self, address: str, packet: bytes) -> None:
        """Something was said on an address: of a value only the last word counts."""
        node = self._nodes.get(address)
        if node is not None and node.route is not None and node.route.entry.kind == "setting":
            self._values[address] = packet
        else:
            self._events.append(packet)
        self._wake.set()

    async def run(self) -> None:
        """Serve until the connection ends, which it does with an exception."""
        sender = asyncio.create_task(self._send())
        try:
            while True:
                message = await self._socket.recv()
                if isinstance(message, str):
                    if self._limiter.admit(self._name, time.perf_counter()) and not self._obey(
                        message
                    ):
                        await self._socket.close(1008, "send JSON with COMMAND and DATA")
                        return
                elif panics_in(message, _OSC_LIMITS) or self._limiter.admit(
                    self._name, time.perf_counter()
                ):
                    await self._forward(message)
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await sender
            if self._transport is not None:
                self._transport.sendto(encode("/amt/notify", 0))
                self._transport.close()

    def _obey(self, text: str) -> bool:
        """Carry out a command; False for what is none. Commands of other servers are passed by."""
        try:
            said: Any = json.loads(text)
        except (ValueError, RecursionError):
            return False
        if not isinstance(said, dict) or not isinstance(said.get("COMMAND"), str):
            return False
        path = said.get("DATA")
        if said["COMMAND"] == "LISTEN" and isinstance(path, str) and path in self._nodes:
            self._listening.add(path)
            if path in self._mirror.values:
                self.tell(path, encode(path, *self._mirror.values[path]))
        elif said["COMMAND"] == "IGNORE" and isinstance(path, str):
            self._listening.discard(path)
        return True

    async def _forward(self, packet: bytes) -> None:
        if self._transport is None:
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, remote_addr=self._daemon
            )
        self._transport.sendto(packet)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """The daemon answers this client: done, fail, or a value that it asked for."""
        self._events.append(data)
        self._wake.set()

    def error_received(self, exc: Exception) -> None:
        """The daemon is gone: this process ends soon too."""

    async def _send(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._events or self._values:
                if self._events:
                    await self._socket.send(self._events.popleft())
                else:
                    await self._socket.send(self._values.pop(next(iter(self._values))))
