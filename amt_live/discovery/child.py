"""The daemon's end of discovery: starts the process, hears its one line, takes it down again.

Standard library only. Whatever becomes of the process, the daemon plays on.
"""

import asyncio
from importlib.util import find_spec
from typing import Final

from amt_live import children
from amt_live.children import Child

START_TIMEOUT_S: Final = 10.0
"""How long "ready" may wait for the line; the music does not."""

STOP_TIMEOUT_S: Final = 2.0
INSTALL: Final = (
    "no discovery: pip install 'amt-live[discovery]' brings it, --discovery off hides this"
)
_NEEDED: Final = ("websockets", "zeroconf")


class Discovery:
    """The process, from ``start`` to ``close``."""

    def __init__(self, process: Child | None, why_not: str = "") -> None:
        self._process = process
        self._why_not = why_not

    @classmethod
    def start(cls, host: str, osc_port: int, *, is_wanted: bool = True) -> "Discovery":
        """Start it for the daemon at ``host`` and ``osc_port``; never raises."""
        if not is_wanted:
            return cls(None)
        if any(find_spec(name) is None for name in _NEEDED):
            return cls(None, INSTALL)
        try:
            process = children.start("amt_live.discovery", [host, str(osc_port)])
        except OSError as error:
            return cls(None, f"no discovery: {error.strerror}")
        return cls(process)

    async def line(self) -> str:
        """What to tell the user, or nothing. Waits a moment for it."""
        if self._process is None or self._process.stdout is None:
            return self._why_not
        reading = asyncio.get_running_loop().run_in_executor(None, self._process.stdout.readline)
        try:
            said = await asyncio.wait_for(asyncio.shield(reading), START_TIMEOUT_S)
        except TimeoutError:
            return "discovery is still starting"
        return said.decode(errors="replace").strip() or "no discovery: its process ended at once"

    def close(self) -> None:
        """Let it say goodbye; then end it."""
        process, self._process = self._process, None
        if process is None:
            return
        children.end(process, STOP_TIMEOUT_S)
        if process.stdout is not None:
            process.stdout.close()
