"""``amt-live tui --web``: the screen in a browser, for a phone or a second screen.

textual-serve runs one screen for each page that is open. This is a door to the band: it opens on
this machine only unless told otherwise, and a page of another site cannot use it, because the
socket is refused to whoever does not come from its own address.
"""

import ipaddress
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from amt_live.errors import AmtError, NetworkError, UsageError

if TYPE_CHECKING:
    from aiohttp import web

DEFAULT_PORT: Final = 8740
DEFAULT_HOST: Final = "127.0.0.1"
MAX_PAGES: Final = 8
_PAGE: Final = Path(__file__).parent / "web_page"
_HOME: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def place_of(text: str) -> tuple[str, int]:
    """Host and port of ``[HOST:]PORT``; raises UsageError."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"--web: {text[:60]!r} is no place; write 8740, or 0.0.0.0:8740")
    return host.strip("[]") or DEFAULT_HOST, int(port)


def serve(at: str, flags: Sequence[str], say: Callable[[str], None]) -> int:
    """Serve the screen until a signal comes; ``flags`` are those of the screen, ``say`` prints.

    Raises AmtError where the extra is missing or the port is taken. Thread: the main one.
    """
    host, port = place_of(at)
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ModuleNotFoundError:
        raise AmtError("--web needs textual-serve: pip install 'amt-live[web]'") from None
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        why = error.strerror or error
        raise NetworkError(f"--web cannot open {host}:{port}: {why}; try another port") from None
    port = listening.getsockname()[1]
    # With exec no shell stands between: the screen sees the server go, and goes with it.
    command = [sys.executable, "-m", "amt_live", "tui", *flags]
    server = Server(
        f"exec {shlex.join(command)}", host, port, title="amt-live", templates_path=str(_PAGE)
    )
    pages = 0

    @web.middleware
    async def guard(
        request: "web.Request", handler: "Callable[[web.Request], Awaitable[web.StreamResponse]]"
    ) -> "web.StreamResponse":
        nonlocal pages
        if not is_own(request.headers.get("Host", ""), request.headers.get("Origin"), host):
            raise web.HTTPForbidden(text="this page was not asked for by its own address\n")
        if request.path != "/ws":
            return await handler(request)
        if pages >= MAX_PAGES:
            raise web.HTTPServiceUnavailable(text=f"{MAX_PAGES} screens are open already\n")
        pages += 1
        try:
            return await handler(request)
        finally:
            pages -= 1

    async def app() -> "web.Application":
        made = await server._make_app()
        made.middlewares.append(guard)
        made.on_startup.clear()  # it would print the command line
        say(f"the screen is at http://{_shown(host)}:{port}")
        return made

    web.run_app(app(), sock=listening, print=None)
    return 0


def is_own(asked: str, origin: str | None, host: str) -> bool:
    """Whether a request names this server (no rebound name) and comes from its own page.

    ``asked`` is its Host header; a name that is no number must be this machine's own.
    """
    name = urlsplit(f"//{asked}").hostname or ""
    if name not in _HOME and name != host:
        try:
            ipaddress.ip_address(name)
        except ValueError:
            if name.removesuffix(".local") != socket.gethostname().lower():
                return False
        if host in _HOME:
            return False
    return origin is None or urlsplit(origin).netloc == asked


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
