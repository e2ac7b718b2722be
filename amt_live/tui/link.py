"""The screen's line to the daemon: looks until it is there, then listens, also across its restarts.

Runs as one task of the Textual loop and hands every message on with the moment it arrived.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from amt_live.errors import AmtError, NetworkError
from amt_live.osc.client import OscClient
from amt_live.tui.messages import Atom
from amt_live.tui.view import LinkState

LOOK_S: Final = 0.5
"""How often a daemon that was never there is looked for."""

KEEP_ALIVE_S: Final = 1.0
"""How often the lease is renewed: with it a lost daemon is noticed within three seconds."""

Receive = Callable[[str, Sequence[Atom], float], None]
"""Called with address, arguments and the moment of arrival (perf_counter seconds)."""

Changed = Callable[[LinkState], None]


class Link(Protocol):
    """What the screen needs of its line to the band."""

    async def run(self, receive: Receive, changed: Changed) -> None:
        """Look for the daemon until it is there; from then on listen to it, until ``close``."""

    async def close(self) -> None:
        """End the conversation."""

    async def ask(self, address: str, *atoms: Atom) -> None:
        """Send one command; raises AmtError when it is refused or not answered."""


class OscLink:
    """The line over UDP. All methods: on the loop that runs the screen."""

    def __init__(self, host: str, osc_port: int, *, keep_alive_s: float = KEEP_ALIVE_S) -> None:
        self._client = OscClient(host, osc_port, keep_alive_s=keep_alive_s)

    async def run(self, receive: Receive, changed: Changed) -> None:
        """Look for the daemon until it is there; the client keeps the lease from then on."""
        client = self._client
        client.subscribe(lambda address, atoms: receive(address, atoms, time.perf_counter()))
        client.on_connection(lambda is_there: changed("connected" if is_there else "lost"))
        while True:
            try:
                await client.connect()
                await client.listen()
                return
            except NetworkError:
                await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """End the lease and the conversation."""
        await self._client.close()

    async def ask(self, address: str, *atoms: Atom) -> None:
        """Send one command; raises AmtError when it is refused or not answered."""
        reply = await self._client.request(address, *atoms)
        if not reply.ok:
            raise AmtError(reply.why or f"{address} was refused ({reply.code})")
