"""Swing: off-beats moved later between the stream, which is straight, and the output.

Thread: engine. Invariant: what is queued in the output is what ``Placer`` placed, so that going
back in the stream, or another swing, takes from the queue what it must and gives back the rest.
A note moves at most to the next place of the grid: with any history of swing, two notes of a part
never change places, and none is lost.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from amt_live.music.beats import GRID_TICKS, TICKS_PER_QUARTER
from amt_live.music.events import Event, Note

_STRAIGHT: Final = (0, 120, 160, 240, 320, 360, 480)
"""Sixteenths and triplet eighths of a beat, in ticks ..."""
_LATEST: Final = (0, 160, 160, 320, 320, 400, 480)
"""... and where they are under full swing: triplets are swung already and stay."""


def swung(ticks: int, amount: float) -> int:
    """Where a tick lies under a swing of 0-1: eighths up to a third of the beat before the next,
    sixteenths likewise within their eighths. Rises with ``ticks``, and never moves earlier.
    """
    beat, phase = divmod(ticks, TICKS_PER_QUARTER)
    index = bisect_right(_STRAIGHT, phase) - 1
    low, high = _STRAIGHT[index], _STRAIGHT[index + 1]
    first, last = (
        straight + amount * (_LATEST[i] - straight)
        for i, straight in ((index, low), (index + 1, high))
    )
    moved = first + (last - first) * (phase - low) / (high - low)
    return beat * TICKS_PER_QUARTER + max(round(moved), phase)


def _moved(event: Event, ticks: int) -> Event:
    return replace(event, start_ticks=ticks) if isinstance(event, Note) else event


class Placer:
    """Gives events their place, and remembers those that may not have been sent."""

    def __init__(self) -> None:
        self.amount: float | None = None
        """0-1; None leaves the timing to the model."""
        self.queued: deque[tuple[Event, Event]] = deque()
        """Events as the stream wrote them, and as they were placed."""

    def place(self, events: Iterable[Event], entry_ticks: int | None = None) -> list[Event]:
        """Events under the swing of the moment, to be queued; notes all at one tick if it is
        given.
        """
        pairs = [(event, self._placed(event)) for event in events]
        if entry_ticks is not None:
            pairs = [(event, _moved(event, entry_ticks)) for event, _ in pairs]
        self.queued.extend(pairs)
        return [placed for _, placed in pairs]

    def go_back(self, ticks: int) -> list[Event]:
        """The stream forgets what starts at or after a tick; what of the rest was placed there.

        That has to be queued again after the output dropped everything from the tick on.
        """
        self.queued = deque(pair for pair in self.queued if pair[0].start_ticks < ticks)
        return [placed for _, placed in self.queued if placed.start_ticks >= ticks]

    def place_again(self, ticks: int) -> list[Event]:
        """Everything placed at or after a tick, under another swing; nothing before the tick.

        It has to be queued after the output dropped everything from the tick on.
        """
        pairs: list[tuple[Event, Event]] = []
        again: list[Event] = []
        for event, placed in self.queued:
            if placed.start_ticks >= ticks:
                moved = self._placed(event)
                # What would have sounded by now keeps the place that it had.
                placed = moved if moved.start_ticks >= ticks else placed
                again.append(placed)
            pairs.append((event, placed))
        self.queued = deque(pairs)
        return again

    def forget_before(self, ticks: int) -> None:
        """Forget what was sent."""
        while self.queued and self.queued[0][1].start_ticks < ticks:
            self.queued.popleft()

    def clear(self) -> None:
        """Forget everything: the output is empty."""
        self.queued.clear()

    def _placed(self, event: Event) -> Event:
        if not self.amount or not isinstance(event, Note):
            return event
        start = swung(event.start_ticks, self.amount)
        end = swung(event.end_ticks, self.amount)
        shortest = min(event.duration_ticks, GRID_TICKS)
        return replace(event, start_ticks=start, duration_ticks=max(end - start, shortest))
