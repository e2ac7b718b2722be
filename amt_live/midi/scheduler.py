"""The beat-timed event queue: what is to be sent, in ticks, and when that is in seconds.

Used by the performer, on its thread. Everything is queued in ticks and turned into seconds only
when asked what is due, so a new timeline re-times all of it at once and nothing is regenerated.

The late policy: a note-on more than ``late_limit_s`` late is dropped and counted, and as its note-
off is queued only when a note was started, the note-off goes with it. Note-offs, programs and
marks are never dropped for being late.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.timeline import Timeline

LATE_LIMIT_S: Final = 0.1
"""A note this late is heard as a mistake: it is better left out."""

# What comes first at one tick: ends before beginnings, and a sound before the notes that use it.
_ORDER: Final[dict[type, int]] = {Bar: 1, Mark: 2, ProgramChange: 3, Note: 4}


@dataclass(frozen=True, slots=True)
class NoteEnd:
    """The queued end of a sounding voice."""

    start_ticks: int
    voice_id: int


@dataclass(frozen=True, slots=True)
class Due:
    """Something to send now, with the moment at which it should have been sent."""

    event: Event | NoteEnd
    due_s: float
    now_s: float

    @property
    def late_s(self) -> float:
        """How long ago it was due."""
        return self.now_s - self.due_s


class Scheduler:
    """A heap in ticks under one timeline. Thread: one."""

    def __init__(self, late_limit_s: float = LATE_LIMIT_S) -> None:
        self.timeline: Timeline | None = None
        self.dropped = 0
        self._late_limit_s = late_limit_s
        self._heap: list[tuple[int, int, int, Event | NoteEnd]] = []
        self._added = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, events: Iterable[Event]) -> None:
        """Queue events, in any order; at one tick, notes keep the order of adding."""
        for event in events:
            self._push(_ORDER[type(event)], event)

    def add_end(self, end_ticks: int, voice_id: int) -> None:
        """Queue the end of a voice."""
        self._push(0, NoteEnd(end_ticks, voice_id))

    def drop_from(self, ticks: int) -> None:
        """Forget everything at or after ``ticks`` that has not started; ends of voices stay."""
        self._keep([row for row in self._heap if row[0] < ticks or isinstance(row[3], NoteEnd)])

    def drop_due(self, now_s: float) -> None:
        """Forget everything that is due at ``now_s``, uncounted."""
        timeline = self.timeline
        if timeline is not None:
            self._keep([row for row in self._heap if timeline.seconds_at(row[0]) > now_s])

    def ends(self) -> dict[int, int]:
        """The tick at which each voice is to end."""
        queued = (row[3] for row in self._heap)
        return {end.voice_id: end.start_ticks for end in queued if isinstance(end, NoteEnd)}

    def drop_events(self) -> None:
        """Forget everything but the ends of voices."""
        self._keep([row for row in self._heap if isinstance(row[3], NoteEnd)])

    def drop_ends(self) -> None:
        """Forget the ends of voices: for when all voices were ended at once."""
        self._keep([row for row in self._heap if not isinstance(row[3], NoteEnd)])

    def next_at_s(self) -> float | None:
        """When the next thing is due; None when nothing is queued or the timeline stands."""
        if self.timeline is None or not self._heap:
            return None
        return self.timeline.seconds_at(self._heap[0][0])

    def pop_due(self, now_s: float) -> Due | None:
        """The next thing due at ``now_s``, having dropped and counted notes that are too late."""
        while (at_s := self.next_at_s()) is not None and at_s <= now_s:
            event = heapq.heappop(self._heap)[3]
            if isinstance(event, Note) and now_s - at_s > self._late_limit_s:
                self.dropped += 1
                continue
            return Due(event, at_s, now_s)
        return None

    def _push(self, order: int, event: Event | NoteEnd) -> None:
        self._added += 1
        heapq.heappush(self._heap, (event.start_ticks, order, self._added, event))

    def _keep(self, rows: list[tuple[int, int, int, Event | NoteEnd]]) -> None:
        heapq.heapify(rows)
        self._heap = rows
