"""Where a performer was when a take began, as a value that a take log keeps.

Pure; thread: any. Reading one back checks every number: logs come from disk.
"""

from dataclasses import dataclass
from typing import Any, Final

from amt_live.control.commands import PartField
from amt_live.midi.fields import (
    MAX_TICKS,
    ProtocolError,
    event_of,
    number_of,
    row_of,
    ticks_of,
    within,
)
from amt_live.midi.mixer import RANGES
from amt_live.music.events import Bar
from amt_live.music.parts import PARTS
from amt_live.music.timeline import Timeline

HELD_TICKS: Final = MAX_TICKS
"""The end of a note that somebody holds: it ends when the key is let go."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """``strips`` are the fields of every part; ``voices`` what sounds, oldest first: part, channel
    from 0, pitch, and the tick at which it ends. ``bar`` is the one that plays.
    """

    timeline: Timeline | None
    bar: Bar | None
    strips: tuple[dict[PartField, int], ...]
    voices: tuple[tuple[int, int, int, int], ...]

    def as_record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "timeline": timeline_record(self.timeline),
            "bar": None if self.bar is None else row_of(self.bar),
            "strips": [[strip[field] for field in RANGES] for strip in self.strips],
            "voices": [list(voice) for voice in self.voices],
        }


def beginning_of(record: dict[str, Any]) -> Beginning:
    """Read a record back; raises ProtocolError, TypeError, ValueError or KeyError."""
    bar = None if record["bar"] is None else event_of(record["bar"])
    if bar is not None and not isinstance(bar, Bar):
        raise ProtocolError("not a bar")
    strips = []
    for values in record["strips"]:
        pairs = zip(RANGES, values, strict=True)
        strips.append({f: within(v, RANGES[f].start, RANGES[f].stop - 1) for f, v in pairs})
    if len(strips) != len(PARTS):
        raise ProtocolError("not a mixer")
    voices = [
        (
            within(part, 0, len(PARTS) - 1),
            within(channel, 0, 15),
            within(pitch, 0, 127),
            ticks_of(e),
        )
        for part, channel, pitch, e in record["voices"]
    ]
    return Beginning(timeline_of(record["timeline"]), bar, tuple(strips), tuple(voices))


def timeline_record(timeline: Timeline | None) -> list[float] | None:
    """A timeline as JSON."""
    if timeline is None:
        return None
    return [timeline.tempo_bpm, timeline.origin_ticks, timeline.origin_s]


def timeline_of(body: Any) -> Timeline | None:
    """Read a timeline back; raises ProtocolError, TypeError or ValueError."""
    if body is None:
        return None
    tempo_bpm, origin_ticks, origin_s = body
    return Timeline(number_of(tempo_bpm), ticks_of(origin_ticks), number_of(origin_s))
