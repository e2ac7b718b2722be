"""What the output has to play: the decoded music with its swing, and what is taken back from it.

Thread: engine. Invariant: the output holds what the placer placed, so that either of them going
back to a tick goes back together with the other.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from amt_live.engine.swing import Placer
from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.events import Bar, Event, Note, ProgramChange

CLICK: Final = (0, 37, 100, 120)
"""The count-in: part, pitch (side stick), velocity, ticks."""


LATELY: Final = 512
"""Notes that are remembered after they were queued."""


class Sink(Protocol):
    """As much of an ``Output`` as takes events."""

    def schedule(self, events: Sequence[Event]) -> None:
        """Queue events."""

    def drop_from(self, ticks: int) -> None:
        """Forget what has not started at or after ``ticks``."""


class Queued:
    """The way of events into an output."""

    def __init__(self, output: Sink) -> None:
        self._output = output
        self.placer = Placer()
        self.entry_ticks: int | None = None
        """Where the next notes are played, wherever they are written: a mood enters."""
        self.lately: deque[Note] = deque(maxlen=LATELY)
        """The notes that were queued last, decoded and placed."""
        self._programs: list[ProgramChange] = []

    @property
    def swing(self) -> float | None:
        """How late off-beats come, 0-1; None leaves them where the model put them."""
        return self.placer.amount

    def put(self, events: Sequence[Event]) -> None:
        """Queue music that was decoded."""
        self._programs.extend(e for e in events if isinstance(e, ProgramChange))
        entry_ticks = self.entry_ticks
        if entry_ticks is not None and any(isinstance(event, Note) for event in events):
            self.entry_ticks = None
        else:
            entry_ticks = None
        placed = self.placer.place(events, entry_ticks)
        self.lately.extend(event for event in placed if isinstance(event, Note))
        self._output.schedule(placed)

    def fill(self, notes: Sequence[Note]) -> None:
        """Queue notes that were not decoded, as they are; going back takes them back too."""
        self.placer.queued.extend((note, note) for note in notes)
        self._output.schedule(notes)

    def count_in(self, length_ticks: int) -> None:
        """Queue a bar of clicks, from tick 0."""
        part, pitch, velocity, duration = CLICK
        clicks = range(0, length_ticks, TICKS_PER_QUARTER)
        notes = [Note(t, part, pitch, velocity, duration) for t in clicks]
        self.put([Bar(0, length_ticks, -1), *notes])

    def go_back(self, ticks: int) -> None:
        """Forget what starts at or after a tick."""
        self._output.drop_from(ticks)
        self._again(self.placer.go_back(ticks))
        self._programs = [e for e in self._programs if e.start_ticks < ticks]
        while self.lately and self.lately[-1].start_ticks >= ticks:
            self.lately.pop()

    def set_swing(self, amount: float | None, from_ticks: int | None) -> None:
        """Another swing; what is queued from a tick on is placed again (None: nothing is)."""
        self.placer.amount = amount
        if from_ticks is not None:
            self._output.drop_from(from_ticks)
            self._again(self.placer.place_again(from_ticks))

    def passed_programs(self, playhead_ticks: int) -> Iterator[ProgramChange]:
        """The changes of sound that have been sent since this was asked last."""
        while self._programs and self._programs[0].start_ticks <= playhead_ticks:
            yield self._programs.pop(0)

    def forget_before(self, ticks: int) -> None:
        """Drop what cannot be taken back any more."""
        self.placer.forget_before(ticks)

    def clear(self) -> None:
        """Begin at tick 0 with nothing; the output was halted."""
        self.placer.clear()
        self.lately.clear()
        self._programs = []

    def _again(self, events: list[Event]) -> None:
        if events:
            self._output.schedule(events)
