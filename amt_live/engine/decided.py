"""Tells what is decided already, note by note, and what is taken back: the future, for screens.

Thread: engine. Invariant: the output is told first; nobody who looks costs the music anything but
the telling.
"""

from collections.abc import Callable, Sequence
from typing import Final

from amt_live.control.state import NoteDecided, Notice, Wiped
from amt_live.engine.queued import Sink
from amt_live.music.beats import ticks_to_beats
from amt_live.music.events import Event, Note
from amt_live.music.parts import PARTS

_NOTHING: Final = -1


class Decided:
    """Stands between the queue and an output; ``playhead`` says which tick is heard now."""

    def __init__(
        self, output: Sink, playhead: Callable[[], int], publish: Callable[[Notice], None]
    ) -> None:
        self._output = output
        self._playhead = playhead
        self._publish = publish
        self._latest_ticks = _NOTHING

    def schedule(self, events: Sequence[Event]) -> None:
        """Queue events, then tell of their notes."""
        self._output.schedule(events)
        playhead = self._playhead()
        for note in events:
            if isinstance(note, Note):
                self._latest_ticks = max(self._latest_ticks, note.start_ticks)
                self._publish(
                    NoteDecided(
                        PARTS[note.part].name,
                        note.pitch,
                        note.velocity,
                        ticks_to_beats(note.duration_ticks),
                        ticks_to_beats(note.start_ticks - playhead),
                    )
                )

    def drop_from(self, ticks: int) -> None:
        """Forget what has not started at or after ``ticks``, and tell where that is."""
        self._output.drop_from(ticks)
        if self._latest_ticks >= ticks:
            self._latest_ticks = ticks - 1
            self._publish(Wiped(ticks_to_beats(ticks - self._playhead())))
