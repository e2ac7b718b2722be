"""The way of a datagram into the server: what is too much is dropped before it is read.

Runs on the server's loop. A flood is emptied out of the socket as fast as it comes, so that what
matters is never behind it; what is admitted is carried out a short slice at a time. Invariant: a
panic starts in the turn of the loop in which it is read from the socket, whatever else waits.
"""

import asyncio
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from amt_live.osc.addresses import PANIC
from amt_live.osc.codec import Item, items_of
from amt_live.osc.guards import RateLimiter, Sender
from amt_live.osc.leases import Leases
from amt_live.osc.limits import Limits

_PANIC: Final = PANIC.encode() + b"\x00"
_BUNDLE: Final = b"#bundle\x00"
_MOST_BYTES: Final = 65_536

Handle = Callable[[Item, Sender, float], None]
"""Takes a message, its sender and when it arrived; never raises."""


class Intake:
    """Reads, admits, keeps and hands on, in the order of arrival."""

    def __init__(
        self,
        limits: Limits,
        limiter: RateLimiter,
        leases: Leases,
        panic: Callable[[Sender], None],
        handle: Handle,
        cut: Callable[[Sender, str], None],
    ) -> None:
        self._limits = limits
        self._limiter = limiter
        self._leases = leases
        self._panic = panic
        self._handle = handle
        self._cut = cut
        self._inbox: deque[tuple[bytes, Sender, float]] = deque()
        self._is_working = False
        self._begun: tuple[Iterator[Item], Sender, float] | None = None
        self._sock: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        """Take from this socket what the loop does not hand over by itself."""
        self._loop = loop
        # Windows has a read under way on the socket that must not be robbed of its datagram.
        self._sock = None if sys.platform == "win32" else sock

    def close(self) -> None:
        """Forget what waits."""
        self._loop = self._sock = self._begun = None
        self._inbox.clear()

    def take(self, data: bytes, sender: Sender) -> None:
        """A datagram has come; see to the ones behind it too. Never raises, never waits."""
        self._take(data, sender)
        # asyncio hands over one datagram a turn; a flood would be read later than it is sent.
        until_s = time.perf_counter() + self._limits.slice_s
        while self._sock is not None and time.perf_counter() < until_s:
            try:
                more, address = self._sock.recvfrom(_MOST_BYTES)
            except OSError:
                return
            self._take(more, (address[0], address[1]))

    def _take(self, data: bytes, sender: Sender) -> None:
        now_s = time.perf_counter()
        for _ in range(panics_in(data, self._limits)):
            self._panic(sender)
        is_listener = self._leases.renew(sender, now_s)
        if not self._limiter.admit(sender, now_s, is_listener=is_listener):
            self._cut(sender, "")
        elif len(self._inbox) >= self._limits.inbox:
            self._cut(sender, "")
        else:
            self._inbox.append((data, sender, now_s))
            if not self._is_working and self._loop is not None:
                self._is_working = True
                self._loop.call_soon(self._work)

    def _work(self) -> None:
        """Carry out what waits, for one slice; the rest after a pause."""
        until_s = time.perf_counter() + self._limits.slice_s
        while self._next() and time.perf_counter() < until_s:
            pass
        self._is_working = bool(self._inbox) or self._begun is not None
        if self._is_working and self._loop is not None:
            # A pause, not only a turn: the band decodes under the same interpreter lock.
            self._loop.call_later(self._limits.pause_s, self._work)

    def _next(self) -> bool:
        """Hand one message on; False when none is left."""
        if self._begun is None:
            if not self._inbox:
                return False
            data, sender, at_s = self._inbox.popleft()
            # The one place where the wall clock is read: time tags are in it.
            items = items_of(data, self._limits, time.perf_counter(), time.time())
            self._begun = items, sender, at_s
            is_paid = True
        else:
            items, sender, at_s = self._begun
            is_paid = False
        item = next(items, None)
        if item is None:
            self._begun = None
        elif is_paid or self._afford(sender):
            if item.address != PANIC:  # which was heard when it arrived
                self._handle(item, sender, at_s)
        else:
            self._begun = None  # the rest of this datagram is too much
            self._cut(sender, item.address)
        return True

    def _afford(self, sender: Sender) -> bool:
        is_listener = self._leases.holds(sender)
        return self._limiter.admit(sender, time.perf_counter(), is_listener=is_listener)


def panics_in(data: bytes, limits: Limits) -> int:
    """How many panics a datagram holds, alone or in bundles, whatever else is wrong with it."""
    if _PANIC not in data or len(data) > limits.datagram_bytes:
        return 0
    if data.startswith(_PANIC):
        return 1
    if not data.startswith(_BUNDLE):
        return 0
    count, at = 0, data.find(_PANIC)
    while at >= 0:
        # In a bundle the size of the element stands before it; in a text it does not.
        size = int.from_bytes(data[max(at - 4, 0) : at])
        count += at % 4 == 0 and len(_PANIC) < size <= len(data) - at
        at = data.find(_PANIC, at + 1)
    return count
