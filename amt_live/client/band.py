"""A band to talk to: ``Band`` waits for you, ``AsyncBand`` is awaited.

``Band`` keeps its conversation on a thread of its own, so that it works from notebooks, prompts and
scripts alike. Thread: any, for all of ``Band``; its own loop, for all of ``AsyncBand``.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from amt_live.client.commands import Commands
from amt_live.client.events import Events
from amt_live.client.state import State, state_of
from amt_live.client.wire import Wire
from amt_live.errors import NetworkError, UsageError
from amt_live.osc.arguments import Atom
from amt_live.osc.sockets import DEFAULT_HOST, DEFAULT_PORT

PORT_VARIABLE: Final = "AMT_LIVE_OSC_PORT"
TIMEOUT_S: Final = 2.0

T = TypeVar("T")


def connect(
    host: str = DEFAULT_HOST, port: int | None = None, *, timeout_s: float = TIMEOUT_S
) -> "Band":
    """The band that listens at ``host`` and ``port`` (the daemon's ``--osc-port``).

    Without ``port`` it is that of the environment (``AMT_LIVE_OSC_PORT``), or 9740. Raises
    NetworkError, which says how to start a daemon, when nobody answers.
    """
    return Band(host, _port(port), timeout_s)


async def connect_async(
    host: str = DEFAULT_HOST, port: int | None = None, *, timeout_s: float = TIMEOUT_S
) -> "AsyncBand":
    """As ``connect``, on the running event loop."""
    wire = Wire(host, _port(port), timeout_s)
    try:
        await wire.open()
    except BaseException:
        await wire.close()
        raise
    return AsyncBand(wire)


class Band(Commands[None]):
    """A band whose commands return when they are done. Usable as ``with connect() as band:``."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="amt-live client", daemon=True
        )
        self._thread.start()
        self._wire = Wire(host, port, timeout_s)
        try:
            self._run(self._wire.open())
        except BaseException:
            self.close()
            raise

    def send(self, address: str, *atoms: Atom) -> None:
        """Any command by its OSC address; raises Refused, or NetworkError when nobody answers."""
        self._run(self._wire.request(address, *atoms))

    def ask(self, address: str) -> tuple[Atom, ...]:
        """The present values of an address, asked of the band; raises Refused, NetworkError."""
        return self._run(self._wire.request(address))

    def sync(self) -> None:
        """Wait until everything that anybody sent so far has taken effect."""
        self._run(self._wire.sync())

    @property
    def state(self) -> State:
        """What the band is set to and does now, without asking: it tells by itself."""
        return state_of(dict(self._wire.values))

    def events(self, timeout_s: float | None = None) -> Events:
        """What happens from now on, for ``for`` or ``async for``.

        It ends after ``timeout_s`` seconds in which nothing happened (None: never by itself).
        """
        return self._wire.stream(timeout_s)

    def close(self) -> None:
        """End the conversation; the band plays on. Safe to call twice."""
        if self._loop.is_closed():
            return
        self._run(self._wire.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> "Band":
        """The band itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if self._loop.is_closed():
            coroutine.close()
            raise NetworkError("this band was closed; connect() again")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


class AsyncBand(Commands[Coroutine[Any, Any, None]]):
    """A band whose commands are awaited; also for ``async with await connect_async() as band:``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def send(self, address: str, *atoms: Atom) -> None:
        """Any command by its OSC address; raises Refused, or NetworkError when nobody answers."""
        await self._wire.request(address, *atoms)

    async def ask(self, address: str) -> tuple[Atom, ...]:
        """The present values of an address, asked of the band; raises Refused, NetworkError."""
        return await self._wire.request(address)

    async def sync(self) -> None:
        """Wait until everything that anybody sent so far has taken effect."""
        await self._wire.sync()

    @property
    def state(self) -> State:
        """What the band is set to and does now, without asking: it tells by itself."""
        return state_of(self._wire.values)

    def events(self, timeout_s: float | None = None) -> Events:
        """What happens from now on; ends after ``timeout_s`` seconds of nothing (None: never)."""
        return self._wire.stream(timeout_s)

    async def close(self) -> None:
        """End the conversation; the band plays on. Safe to call twice."""
        await self._wire.close()

    async def __aenter__(self) -> "AsyncBand":
        """The band itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()


def _port(port: int | None) -> int:
    if port is not None:
        return port
    named = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if not named.isdecimal():
        raise UsageError(f"{PORT_VARIABLE}: '{named}' is not a whole number")
    return int(named)
