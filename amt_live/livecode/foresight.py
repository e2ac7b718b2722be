"""What ``@logits`` is told of the bar that it leans on: which one that is, and what is known of it.

Hears what the daemon pushes; on the loop of the process that follows set list and rules. The bar is
the next one that is surely not decoded yet when the answer comes: the engine decodes 8 beats, or
2.5 seconds, ahead of what is heard, and the rules get half a bar or more.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from amt_live.control.leans import Leans
from amt_live.errors import AmtError
from amt_live.osc.arguments import Atom
from amt_live.osc.client import OscClient

AHEAD_BEATS: Final = 8.0
AHEAD_S: Final = 2.5
USUAL_BEATS: Final = 4


class Foresight:
    """Counts beats and parts, and knows since when a chord line goes round."""

    def __init__(self) -> None:
        self._beats = USUAL_BEATS
        self._last = (1, 1)
        self._chords = ("", 1)
        self._sounding: set[str] = set()
        self._sounded: set[str] = set()

    def hear(self, address: str, atoms: Sequence[Atom]) -> None:
        """Take in a push; what is malformed changes nothing."""
        match address, atoms:
            case "/amt/beat", (int(bar), int(beat)):
                if beat == 1:
                    if bar == self._last[0] + 1:
                        self._beats = max(self._last[1], 1)
                    self._sounded, self._sounding = self._sounding, set()
                self._last = (bar, beat)
            case "/amt/note", (str(part), *_):
                self._sounding.add(part)
            case "/amt/chords", (str(chords),):
                if chords != self._chords[0]:
                    self._chords = (chords, self._last[0] + (self._last != (1, 1)))

    def look(self, bar: int, tempo_bpm: float) -> dict[str, Any]:
        """What is told while ``bar`` is heard."""
        beats = max(AHEAD_BEATS, AHEAD_S * tempo_bpm / 60) / self._beats
        ahead = bar + int(beats + 0.5) + 1
        return {
            "ahead": ahead,
            "beats": self._beats,
            "beat": self._last[1],
            "chord": chord_in(*self._chords, ahead),
            "sounding": sorted(self._sounded | self._sounding),
        }


class Leaner:
    """Sends leans to the band. ``complain`` gets one line, once while ``has_told`` is not reset."""

    def __init__(self, client: OscClient, complain: Callable[[str], None]) -> None:
        self._client, self._complain = client, complain
        self._ask: asyncio.Task[None] | None = None
        self.has_told = False

    def lean(self, bar: int, leans: Leans) -> None:
        """Ask for leans in a bar; dropped while the band has not answered the last ones."""
        if self._ask is None or self._ask.done():
            self._ask = asyncio.create_task(self._send(bar, leans))

    async def _send(self, bar: int, leans: Leans) -> None:
        words = [word for name, nats in leans for word in (name, f"{nats:g}")]
        try:
            reply = await self._client.request("/amt/lean", bar, *words)
        except AmtError:
            return
        if not reply.ok and not self.has_told:
            # Once: rules that are always late would say so at every bar.
            self.has_told = True
            self._complain(f"what @logits wants came too late: {reply.why}")


def chord_in(chords: str, since_bar: int, bar: int) -> str:
    """The cell of a chord line that stands over a bar; '' where there is none."""
    cells: list[str] = []
    for cell in chords.split("|") if "|" in chords or chords not in ("", "free") else ():
        cell = cell.strip()
        cells.append(cells[-1] if cell == "%" and cells else cell)
    return cells[(bar - since_bar) % len(cells)] if cells and bar >= since_bar else ""
