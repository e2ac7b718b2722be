"""How everything else talks to the daemon: an asyncio client with a lease, and a blocking question.

``OscClient`` serves the TUI and live code, on their loop; ``send_and_wait`` serves the command
line. The daemon plays on whether or not anybody is connected; a client notices within seconds that
it is gone, and by itself that it is back.
"""

import asyncio
import contextlib
import logging
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from amt_live.errors import NetworkError
from amt_live.osc.addresses import ROUTES
from amt_live.osc.arguments import Atom
from amt_live.osc.codec import Malformed, Message, decode, encode
from amt_live.osc.limits import Limits
from amt_live.osc.sockets import DEFAULT_HOST, DEFAULT_PORT, RECEIVE_BUFFER_BYTES, resolve

KEEP_ALIVE_S: Final = 2.0
"""How often the lease is renewed, which is also how the client knows that the daemon is there."""

_LIMITS: Final = Limits(datagram_bytes=65_536, text_chars=65_536)
_ANSWERS: Final = {"/amt/ping": "/amt/pong", "/amt/sync": "/amt/synced"}

Subscriber = Callable[[str, tuple[Atom, ...]], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one message. ``values`` are what was asked for (a value, a version, a number);
    ``code`` and ``why`` are filled when it failed."""

    address: str
    values: tuple[Atom, ...] = ()
    code: str = ""
    why: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return not self.code


def reply_to(address: str, message: Message) -> Reply | None:
    """``message`` as the answer to what was sent to ``address``; None when it is something else."""
    named = message.atoms[0] if message.atoms else None
    if message.address == "/amt/done" and named == address:
        return Reply(address)
    if message.address == "/amt/fail" and named == address:
        code, why = [*map(str, message.atoms[1:3]), "", ""][:2]
        return Reply(address, code=code or "unknown", why=why)
    if message.address == _ANSWERS.get(address):
        return Reply(address, message.atoms)
    route = ROUTES.get(address)
    if route is not None and route.entry.read is not None and message.address == address:
        return Reply(address, message.atoms)
    return None


class OscClient(asyncio.DatagramProtocol):
    """One conversation with one daemon. All methods: on the loop that called ``connect``."""

    def __init__(
        self,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        *,
        timeout_s: float = 2.0,
        keep_alive_s: float = KEEP_ALIVE_S,
    ) -> None:
        self.host = host
        self.port = port
        self.connected = False
        """Whether the daemon answered last time."""
        self.version = ""
        """The daemon's version, from its last pong or startup."""
        self._timeout_s = timeout_s
        self._keep_alive_s = keep_alive_s
        self._transport: asyncio.DatagramTransport | None = None
        self._asked: dict[str, deque[tuple[bool, asyncio.Future[Reply]]]] = {}
        self._subscribers: list[tuple[str, Subscriber]] = []
        self._watchers: list[Callable[[bool], None]] = []
        self._keeper: asyncio.Task[None] | None = None
        self._syncs = 0

    async def connect(self) -> str:
        """Open the conversation; returns the daemon's version. Raises NetworkError."""
        if self._transport is None:
            family, address = resolve(self.host, self.port)
            sock = socket.socket(family, socket.SOCK_DGRAM)
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            sock.setblocking(False)
            sock.connect(address)
            loop = asyncio.get_running_loop()
            await loop.create_datagram_endpoint(lambda: self, sock=sock)
        reply = await self.request("/amt/ping")
        self.version = str(reply.values[0]) if reply.values else ""
        self._set_connected(True)
        return self.version

    async def listen(self) -> None:
        """Lease pushes and keep the lease, through restarts of the daemon, until ``close``.

        The first lease is followed at once by every value there is (``subscribe`` before).
        Raises NetworkError when the daemon does not answer now.
        """
        await self.request("/amt/notify", 1)
        self._set_connected(True)
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """End the lease and the conversation. Safe to call twice, or without ``connect``."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
            self.send("/amt/notify", 0)
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self._give_up(NetworkError("the connection was closed"))

    def subscribe(self, subscriber: Subscriber, prefix: str = "/amt/") -> Callable[[], None]:
        """Call ``subscriber(address, atoms)`` for all that arrives under ``prefix``.

        Answers are among it. Returns what ends the subscription.
        """
        item = (prefix, subscriber)
        self._subscribers.append(item)
        return lambda: self._subscribers.remove(item) if item in self._subscribers else None

    def on_connection(self, watcher: Callable[[bool], None]) -> None:
        """Call ``watcher`` with True when the daemon is there (again), False when it is gone."""
        self._watchers.append(watcher)

    def send(self, address: str, *atoms: Atom) -> None:
        """Send and do not wait. The answer still reaches subscribers."""
        if self._transport is not None:
            self._transport.sendto(encode(address, *atoms))

    async def request(self, address: str, *atoms: Atom, timeout_s: float | None = None) -> Reply:
        """Send one message and wait for its answer; a fail is a reply too (``reply.ok`` is False).

        Raises NetworkError when nothing comes in time.
        """
        if self._transport is None:
            raise NetworkError("not connected to a daemon; call connect() first")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        entry = (not atoms, future)
        queue = self._asked.setdefault(address, deque())
        queue.append(entry)
        self.send(address, *atoms)
        try:
            async with asyncio.timeout(self._timeout_s if timeout_s is None else timeout_s):
                return await future
        except TimeoutError:
            raise nobody_answers(self.host, self.port) from None
        finally:
            if entry in queue:
                queue.remove(entry)
            if not queue and self._asked.get(address) is queue:
                del self._asked[address]

    async def sync(self) -> None:
        """Wait until everything sent so far has taken effect. Raises NetworkError."""
        self._syncs += 1
        await self.request("/amt/sync", self._syncs)

    # asyncio.DatagramProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def error_received(self, exc: Exception) -> None:
        """The system says that nobody listens there: no need to wait any longer."""
        self._set_connected(False)
        self._give_up(nobody_answers(self.host, self.port))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand answers to those who wait for them, and everything to subscribers."""
        for item in decode(data, _LIMITS, time.perf_counter(), time.time()):
            if isinstance(item, Malformed):
                _log.warning("the daemon sent something unreadable: %s", item.why)
                continue
            if item.address == "/amt/startup" and item.atoms:
                self.version = str(item.atoms[0])
            self._resolve(item)
            for prefix, subscriber in list(self._subscribers):
                if item.address.startswith(prefix):
                    subscriber(item.address, item.atoms)
            if item.address == "/amt/shutdown":
                self._set_connected(False)

    def _resolve(self, message: Message) -> None:
        if message.address in ("/amt/done", "/amt/fail"):
            address = str(message.atoms[0]) if message.atoms else ""
        else:
            back = {answer: asked for asked, answer in _ANSWERS.items()}
            address = back.get(message.address, message.address)
        queue = self._asked.get(address)
        reply = reply_to(address, message) if queue else None
        if not queue or reply is None:
            return
        is_value = message.address == address
        for entry in queue:
            is_question, future = entry
            # A pushed value answers a question for it, never a command that sets it.
            if not future.done() and (is_question or not is_value):
                queue.remove(entry)
                future.set_result(reply)
                return

    async def _keep(self) -> None:
        """Renew the lease; a daemon that was started anew gets the first one."""
        while True:
            await asyncio.sleep(self._keep_alive_s)
            try:
                await self.request("/amt/notify", 1)
            except NetworkError:
                self._set_connected(False)
            else:
                self._set_connected(True)

    def _set_connected(self, connected: bool) -> None:
        if connected == self.connected:
            return
        self.connected = connected
        for watcher in list(self._watchers):
            watcher(connected)

    def _give_up(self, error: NetworkError) -> None:
        for queue in self._asked.values():
            for _, future in queue:
                if not future.done():
                    future.set_exception(error)


def nobody_answers(host: str, port: int) -> NetworkError:
    """The error for a daemon that is not there."""
    return NetworkError(
        f"no daemon answers at {host}:{port}; start one with: amt-live daemon --osc-port {port}"
    )


def send_and_wait(
    host: str, port: int, address: str, atoms: tuple[Atom, ...] = (), timeout_s: float = 2.0
) -> tuple[Reply, list[Message]]:
    """Send one message and block until it is answered: the reply, and what arrived before it.

    Raises NetworkError when nothing comes in time. Thread: any. Blocks: up to ``timeout_s``.
    """
    family, target = resolve(host, port)
    heard: list[Message] = []
    until_s = time.perf_counter() + timeout_s
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(target)
            sock.send(encode(address, *atoms))
            while (left_s := until_s - time.perf_counter()) > 0:
                sock.settimeout(left_s)
                data = sock.recv(65_536)
                for item in decode(data, _LIMITS, time.perf_counter(), time.time()):
                    if isinstance(item, Malformed):
                        continue
                    reply = reply_to(address, item)
                    if reply is not None and (not reply.values or not atoms or address in _ANSWERS):
                        return reply, heard
                    heard.append(item)
        except OSError:
            pass  # refused or timed out: said below
    raise nobody_answers(host, port)
