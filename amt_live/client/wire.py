"""The line to a band: one conversation over OSC, what it told last, and who hears it.

All methods but ``stream`` run on one loop, which the blocking band has in a thread of its own.
"""

import asyncio
import threading

from amt_live.client.events import Event, Events, Found, Lost, event_of
from amt_live.errors import AmtError
from amt_live.osc.arguments import Atom
from amt_live.osc.client import OscClient


class Refused(AmtError):
    """The band did not do it; ``code`` is the one word of ``/amt/fail``, the text says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Wire:
    """Talks to one daemon."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self.values: dict[str, tuple[Atom, ...]] = {}
        self._client = OscClient(host, port, timeout_s=timeout_s)
        self._client.subscribe(self._heard)
        self._streams: tuple[Events, ...] = ()
        self._changing = threading.Lock()

    async def open(self) -> None:
        """Connect and listen; raises NetworkError."""
        await self._client.connect()
        await self._client.listen()
        # The first values were sent before this answer, so they are here.
        await self._client.sync()
        self._client.on_connection(lambda is_there: self._tell(Found() if is_there else Lost()))

    async def close(self) -> None:
        """End the conversation, and every stream of events."""
        await self._client.close()
        await asyncio.sleep(0)  # in which the loop closes the socket
        for stream in self._streams:
            stream.close()

    async def request(self, address: str, *atoms: Atom) -> tuple[Atom, ...]:
        """Send and wait for the answer; its values. Raises Refused and NetworkError."""
        reply = await self._client.request(address, *atoms)
        if not reply.ok:
            raise Refused(reply.code, reply.why)
        return reply.values

    async def sync(self) -> None:
        """Wait until everything sent so far has taken effect."""
        await self._client.sync()

    def stream(self, timeout_s: float | None) -> Events:
        """The events from now on. Thread: any."""
        events = Events(timeout_s, self._leave)
        with self._changing:
            self._streams = (*self._streams, events)
        return events

    def _leave(self, events: Events) -> None:
        with self._changing:
            self._streams = tuple(stream for stream in self._streams if stream is not events)

    def _heard(self, address: str, atoms: tuple[Atom, ...]) -> None:
        event = event_of(address, atoms)
        if event is None:
            return
        self.values[address] = atoms
        if address in ("/amt/mood/applied", "/amt/mood/cancelled"):
            self.values.pop("/amt/mood/armed", None)
        self._tell(event)

    def _tell(self, event: Event) -> None:
        for stream in self._streams:
            stream.put(event)
