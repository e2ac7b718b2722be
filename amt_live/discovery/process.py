"""The discovery process: started by the daemon, ends when its standard input does.

Its one line on standard output says where it is found, or why it is not.
"""

import asyncio
import contextlib
import ipaddress
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Final

from amt_live.discovery.announce import Announcement
from amt_live.discovery.mirror import Mirror
from amt_live.discovery.server import QueryServer
from amt_live.errors import one_line
from amt_live.osc.sockets import resolve

NICENESS_AT_START: Final = 5
NICENESS: Final = 10
"""Whoever looks around waits for the music, not the other way."""

_LOCAL: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def main(argv: Sequence[str]) -> int:
    """``HOST OSC_PORT``: serve the daemon that listens there."""
    _be_nice(NICENESS_AT_START)
    # Ctrl-C is the daemon's affair; this process follows it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(_serve(argv[0], int(argv[1])))
    except Exception as error:  # whatever it is, it is one line, and the music goes on
        _say(f"no discovery: {one_line(error)}")
        return 1
    return 0


async def _serve(host: str, osc_port: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_await_end, args=(loop, stopped), daemon=True).start()
    _, (host, _) = resolve(host, osc_port)
    local = _LOCAL.get(host, host)
    mirror = Mirror(local, osc_port)
    server = QueryServer(
        host, (local, osc_port), mirror, is_everywhere=ipaddress.ip_address(host).is_unspecified
    )
    port = await server.start(osc_port)
    shown = f"[{local}]" if ":" in local else local
    _say(f"OSCQuery at http://{shown}:{port}, a page to steer by at http://{shown}:{port}/?HTML")
    _be_nice(NICENESS)
    announcement = Announcement(host, port, osc_port)
    tasks = [asyncio.create_task(mirror.follow()), asyncio.create_task(_announce(announcement))]
    await stopped.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(
        mirror.close(), server.close(), announcement.close(), return_exceptions=True
    )


def _be_nice(niceness: int) -> None:
    # Set, not added to: the daemon may be running before everybody else.
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, niceness)


async def _announce(announcement: Announcement) -> None:
    # Without multicast nobody is told; those who know the address are served all the same.
    with contextlib.suppress(OSError):
        await announcement.start()


def _await_end(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stdin.buffer.read()
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stopped.set)


def _say(line: str) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
