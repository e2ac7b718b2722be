"""What the band said last on each address: heard over OSC like any other client hears it.

Runs on the loop of the discovery process. It asks nothing of the band beyond one lease of pushes.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from amt_live.control.state import BandState
from amt_live.errors import NetworkError
from amt_live.osc.addresses import ROUTES
from amt_live.osc.arguments import Atom
from amt_live.osc.client import OscClient

LOOK_S: Final = 0.5
"""How often a daemon that does not answer yet is asked again."""

_ARMED: Final = "/amt/mood/armed"
_NO_LONGER_ARMED: Final = frozenset({"/amt/mood/applied", "/amt/mood/cancelled"})

_NOTHING: Final = BandState()

Hear = Callable[[str, tuple[Atom, ...]], None]


class Mirror:
    """The last value of every address, and who wants to hear the next ones."""

    def __init__(self, host: str, osc_port: int) -> None:
        self.values: dict[str, tuple[Atom, ...]] = {}
        self._client = OscClient(host, osc_port)
        self._client.subscribe(self._heard)
        self._hear: Hear = lambda _address, _atoms: None

    def on_message(self, hear: Hear) -> None:
        """Call ``hear`` with all that the band says from now on."""
        self._hear = hear

    async def follow(self) -> None:
        """Listen from now on; waits until the daemon answers."""
        while True:
            try:
                await self._client.connect()
                await self._client.listen()
                return
            except NetworkError:
                await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """End the lease."""
        await self._client.close()

    def _heard(self, address: str, atoms: tuple[Atom, ...]) -> None:
        if address not in ROUTES or address in ("/amt/done", "/amt/fail", "/amt/pong"):
            return  # answers to our own messages
        self.values[address] = atoms
        if address in _NO_LONGER_ARMED:
            read = ROUTES[_ARMED].entry.read
            assert read is not None
            self.values[_ARMED] = read(_NOTHING, "") or ()
        self._hear(address, atoms)
