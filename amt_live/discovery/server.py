"""The OSCQuery server: HTTP and WebSocket on one TCP port, in front of one daemon.

Runs on the loop of the discovery process, where nothing plays. Bound to where the daemon is bound.
"""

import logging
import socket
import time
from asyncio import BaseTransport
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from amt_live.discovery.answers import Answer, answer_to, is_allowed, is_ours
from amt_live.discovery.limits import Limits
from amt_live.discovery.listener import Listener
from amt_live.discovery.mirror import Mirror
from amt_live.discovery.tree import build, host_info
from amt_live.osc.arguments import Atom
from amt_live.osc.codec import encode
from amt_live.osc.guards import RateLimiter, Sender
from amt_live.osc.limits import Limits as OscLimits

_SECURITY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self' ws:; frame-ancestors 'none'"
)


class QueryServer:
    """Answers queries about the band behind ``mirror``, whose OSC is at ``daemon``."""

    def __init__(
        self,
        host: str,
        daemon: tuple[str, int],
        mirror: Mirror,
        *,
        is_everywhere: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self.port = 0
        self._host = host
        self._daemon = daemon
        self._mirror = mirror
        self._limits = limits or Limits()
        self._nodes = build()
        # Bound to every network, the OSC port is where the asker found this one.
        self._info = host_info(daemon[1], None if is_everywhere else host)
        self._names = frozenset({"localhost", socket.gethostname().lower()})
        self._asking = _limiter(self._limits.requests_per_s, self._limits.requests_at_once)
        self._talking = _limiter(self._limits.messages_per_s, self._limits.messages_at_once)
        self._open = 0
        self._listeners: set[Listener] = set()
        self._server: Server | None = None

    async def start(self, port: int) -> int:
        """Listen on ``port``, or on a free one if that is taken; returns which."""
        try:
            self._server = await self._serve(port)
        except OSError:
            self._server = await self._serve(0)
        self._mirror.on_message(self._heard)
        self.port = int(next(iter(self._server.sockets)).getsockname()[1])
        return self.port

    async def close(self) -> None:
        """End every connection."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, port: int) -> Server:
        quiet = logging.getLogger(f"{__name__}.quiet")
        quiet.disabled = True  # what strangers get wrong is not worth a line
        limits = self._limits
        return await serve(
            self._talk,
            self._host,
            port,
            process_request=self._ask,
            compression=None,
            server_header=None,
            open_timeout=limits.request_s,
            close_timeout=limits.request_s,
            max_size=limits.message_bytes,
            max_queue=8,
            logger=quiet,
            create_connection=_counted(self),
            backlog=limits.connections,
        )

    def _ask(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer a request; None lets it become a WebSocket."""
        origin, host = _only(request, "Origin"), _only(request, "Host")
        if not is_ours(host, self._names) or not is_allowed(origin, host):
            return _response(Answer(403, b'{"ERROR": "pages from elsewhere may not steer"}'), None)
        sender = (str(connection.remote_address[0]), 0)
        if not self._asking.admit(sender, time.perf_counter()):
            return _response(Answer(429, b'{"ERROR": "too many requests; wait a second"}'), origin)
        if "Upgrade" in request.headers:
            if len(self._listeners) < self._limits.listeners:
                return None
            return _response(Answer(503, b'{"ERROR": "no more listeners; close one"}'), origin)
        answer = answer_to(
            request.method, request.path, self._nodes, self._mirror.values, self._info
        )
        return _response(answer, origin, is_head=request.method == "HEAD")

    async def _talk(self, connection: ServerConnection) -> None:
        name: Sender = (str(connection.remote_address[0]), int(connection.remote_address[1]))
        listener = Listener(
            connection, name, self._nodes, self._mirror, self._daemon, self._talking, self._limits
        )
        if len(self._listeners) >= self._limits.listeners:
            return
        self._listeners.add(listener)
        try:
            await listener.run()
        except (ConnectionClosed, OSError):
            pass  # it left
        finally:
            self._listeners.discard(listener)

    def _heard(self, address: str, atoms: tuple[Atom, ...]) -> None:
        wanting = [each for each in self._listeners if each.wants(address)]
        if wanting:
            packet = encode(address, *atoms)
            for listener in wanting:
                listener.tell(address, packet)


def _limiter(rate_per_s: float, burst: int) -> RateLimiter:
    """Buckets for one sender; all together may have four times as much."""
    return RateLimiter(
        OscLimits(
            rate_per_s=rate_per_s,
            burst=burst,
            all_rate_per_s=4 * rate_per_s,
            all_burst=4 * burst,
        )
    )


def _counted(server: QueryServer) -> type[ServerConnection]:
    """Connections that are closed at once when there are too many of them."""

    class Counted(ServerConnection):
        def connection_made(self, transport: BaseTransport) -> None:
            super().connection_made(transport)
            server._open += 1
            if server._open > server._limits.connections:
                self.transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            server._open -= 1
            super().connection_lost(exc)

    return Counted


def _only(request: Request, header: str) -> str | None:
    """A header, or what is nobody's name when it comes twice."""
    found = request.headers.get_all(header)
    return (found[0] if len(found) == 1 else "//") if found else None


def _response(answer: Answer, origin: str | None, *, is_head: bool = False) -> Response:
    headers: dict[str, Any] = {
        "Date": formatdate(usegmt=True),
        "Connection": "close",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _SECURITY,
    }
    if answer.status != 204:
        headers |= {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
    if answer.status == 405:
        headers["Allow"] = "GET, HEAD"
    if origin is not None:
        headers |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    status = HTTPStatus(answer.status)
    return Response(status.value, status.phrase, Headers(headers), b"" if is_head else answer.body)
