"""What a band does, as values, and the stream of them that a program loops over.

Events are put in on the client's loop and taken out on any thread or loop. Invariant: a program
that does not take them costs the newest ``KEPT`` of them and nothing else.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from amt_live.control.state import (
    BeatPassed,
    ErrorNotice,
    Health,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NoteDecided,
    NotePlayed,
    TransportChanged,
    Wiped,
)
from amt_live.osc.arguments import Atom

KEPT: Final = 4096
_LOOK_S: Final = 0.5
"""A blocked thread looks up so often: on some systems Ctrl-C reaches it only then."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A value is now another one; ``values`` are as its OSC address carries them."""

    address: str
    values: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """The band does not answer any more, or has ended."""


@dataclass(frozen=True, slots=True)
class Found:
    """The band is there again."""


Event = (
    MoodArmed
    | MoodApplied
    | BeatPassed
    | NotePlayed
    | NoteDecided
    | Wiped
    | TransportChanged
    | HealthReport
    | ErrorNotice
    | Changed
    | Lost
    | Found
)

_MADE: Final[dict[str, Callable[..., Event]]] = {
    "/amt/mood/armed": MoodArmed,
    "/amt/mood/applied": MoodApplied,
    "/amt/beat": BeatPassed,
    "/amt/note": NotePlayed,
    "/amt/decided": NoteDecided,
    "/amt/wiped": Wiped,
    "/amt/transport/state": TransportChanged,
    "/amt/health": lambda *values: HealthReport(Health(*values)),
    "/amt/error": ErrorNotice,
}
_NO_NEWS: Final = frozenset(
    {"/amt/done", "/amt/fail", "/amt/pong", "/amt/synced", "/amt/startup", "/amt/shutdown"}
)


def event_of(address: str, values: tuple[Atom, ...]) -> Event | None:
    """The event that a message tells; None for answers."""
    make: Any = _MADE.get(address)
    if make is None:
        return None if address in _NO_NEWS else Changed(address, values)
    try:
        event: Event = make(*values)
    except TypeError:  # a daemon of another version tells more, or less
        return Changed(address, values)
    return event


class Events:
    """The events from now on: loop over it with ``for``, or with ``async for``.

    It ends when the band is closed, or when nothing happened for ``timeout_s`` seconds.
    """

    def __init__(self, timeout_s: float | None, leave: Callable[["Events"], None]) -> None:
        self._timeout_s = timeout_s
        self._leave = leave
        self._waiting: deque[Event] = deque(maxlen=KEPT)
        self._is_closed = False
        self._news = threading.Condition()
        self._wakers: list[Callable[[], object]] = []

    def close(self) -> None:
        """End the stream. Thread: any."""
        self._leave(self)
        with self._news:
            self._is_closed = True
            self._wake()

    def put(self, event: Event) -> None:
        """Something happened. Thread: any. Blocks: no."""
        with self._news:
            self._waiting.append(event)
            self._wake()

    def _wake(self) -> None:
        self._news.notify_all()
        wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def __iter__(self) -> "Events":
        """Loop over it, blocking."""
        return self

    def __next__(self) -> Event:
        """The next event; waits for it."""
        until_s = None if self._timeout_s is None else time.perf_counter() + self._timeout_s
        with self._news:
            while not self._waiting and not self._is_closed:
                left_s = _LOOK_S if until_s is None else until_s - time.perf_counter()
                if left_s <= 0:
                    raise StopIteration
                self._news.wait(min(left_s, _LOOK_S))
            if not self._waiting:
                raise StopIteration
            return self._waiting.popleft()

    def __aiter__(self) -> "Events":
        """Loop over it, awaiting."""
        return self

    async def __anext__(self) -> Event:
        """The next event; awaits it on whatever loop this is."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout_s):
                while True:
                    news = asyncio.Event()
                    with self._news:
                        if self._waiting:
                            return self._waiting.popleft()
                        if self._is_closed:
                            raise StopAsyncIteration
                        self._wakers.append(lambda news=news: _set(loop, news))  # type: ignore[misc]
                    await news.wait()
        except TimeoutError:
            raise StopAsyncIteration from None


def _set(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(news.set)
