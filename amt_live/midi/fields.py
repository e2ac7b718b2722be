"""What stands in a line of the pipe: events, ticks, numbers and texts, each validated when read.

Every reader here raises ProtocolError for what it does not allow (or ValueError, TypeError or
KeyError for what is not even of its shape, which ``protocol`` turns into one).
"""

from typing import Any, Final

from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.parts import PARTS

MAX_TICKS: Final = 1 << 40
MAX_TEXT_CHARS: Final = 4096


class ProtocolError(ValueError):
    """A line that is not a command or a report; the text says why."""


def row_of(event: Event) -> list[int | str]:
    """A row of JSON for an event."""
    match event:
        case Note():
            numbers = [event.part, event.pitch, event.velocity, event.duration_ticks]
            return ["n", event.start_ticks, *numbers]
        case ProgramChange():
            return ["p", event.start_ticks, event.part, event.program]
        case Bar():
            return ["b", event.start_ticks, event.duration_ticks, event.number]
        case Mark():
            return ["m", event.start_ticks, event.text]


def event_of(row: Any) -> Event:
    """The event of a row."""
    kind, start, *rest = row
    start = ticks_of(start)
    if kind == "n":
        part, pitch, velocity, duration = rest
        return Note(
            start,
            within(part, 0, len(PARTS) - 1),
            within(pitch, 0, 127),
            within(velocity, 1, 127),
            within(duration, 1, MAX_TICKS),
        )
    if kind == "p":
        part, program = rest
        return ProgramChange(start, within(part, 0, len(PARTS) - 1), within(program, 0, 127))
    if kind == "b":
        duration, number = rest
        return Bar(start, within(duration, 1, MAX_TICKS), within(number, -1, MAX_TICKS))
    if kind == "m":
        (text,) = rest
        return Mark(start, text_of(text))
    raise ProtocolError(f"no event is called {kind!r}")


def note_of(row: Any) -> Note:
    """The note of a row."""
    event = event_of(row)
    if not isinstance(event, Note):
        raise ProtocolError("a note was expected")
    return event


def within(value: Any, low: int, high: int) -> int:
    """An integer within bounds, both included."""
    if type(value) is not int or not low <= value <= high:
        raise ProtocolError(f"{value!r} is not an integer within {low}..{high}")
    return value


def ticks_of(value: Any) -> int:
    """A position in ticks."""
    return within(value, -MAX_TICKS, MAX_TICKS)


def number_of(value: Any) -> float:
    """A number of a sensible size."""
    if type(value) not in (int, float) or not abs(value) < 1e15:
        raise ProtocolError(f"{value!r} is not a number")
    return float(value)


def channel_message(value: Any) -> bytes:
    """A channel message (a note, a controller, a program, pressure, bend) written in hex."""
    data = bytes.fromhex(text_of(value))
    length = 2 if data and data[0] & 0xE0 == 0xC0 else 3
    if len(data) != length or not 0x80 <= data[0] < 0xF0 or max(data[1:]) > 127:
        raise ProtocolError("a channel message was expected")
    return data


def text_of(value: Any) -> str:
    """A text of a sensible length."""
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise ProtocolError("a text was expected")
    return value
