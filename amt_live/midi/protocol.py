"""The pipe between daemon and player: one JSON object a line, commands down and reports up.

Both ends use this module. Everything read is validated, so that a wrong line is one error and
never a wrong note: ``decode_command`` and ``decode_report`` raise ProtocolError and nothing else.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from amt_live.control.commands import MAX_CAPTURE_BARS, PartField
from amt_live.midi.mixer import RANGES
from amt_live.midi.output import (
    NotesSent,
    PlayerGone,
    PlayerReport,
    PlayerTrouble,
    PortLost,
    PortOpened,
    TakeWritten,
    Timing,
)
from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.parts import PARTS
from amt_live.music.timeline import Timeline

MAX_TICKS: Final = 1 << 40
MAX_TEXT_CHARS: Final = 4096


class ProtocolError(ValueError):
    """A line that is not a command or a report; the text says why."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Queue events."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class DropFrom:
    """Forget what has not started from a tick on."""

    ticks: int


@dataclass(frozen=True, slots=True)
class SetTimeline:
    """Re-time, or stop."""

    timeline: Timeline | None


@dataclass(frozen=True, slots=True)
class SetPartField:
    """One field of one part."""

    index: int
    field: PartField
    value: int


@dataclass(frozen=True, slots=True)
class PanicNow:
    """All sound off."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop and empty the queue."""


@dataclass(frozen=True, slots=True)
class TakeStart:
    """Record to a file."""

    path: Path


@dataclass(frozen=True, slots=True)
class TakeStop:
    """Finish the take ``path``; answered by ``TakeWritten`` or, without it, by ``NoTake``."""

    path: Path


@dataclass(frozen=True, slots=True)
class Capture:
    """Keep the last bars; answered by ``CaptureKept`` or ``CaptureFailed``."""

    path: Path
    bars: int


@dataclass(frozen=True, slots=True)
class Quit:
    """End every note, finish the take, exit."""


@dataclass(frozen=True, slots=True)
class NoTake:
    """Answer to ``TakeStop`` when nothing was written; not passed on to the engine."""

    path: Path


@dataclass(frozen=True, slots=True)
class CaptureKept:
    """The journal of a capture is whole; the daemon, which has time, makes the file from it."""

    path: Path


@dataclass(frozen=True, slots=True)
class CaptureFailed:
    """A capture could not be made; one line. ``is_empty``: nothing was played."""

    path: Path
    why: str
    is_empty: bool = False


PlayerCommand = (
    Schedule
    | DropFrom
    | SetTimeline
    | SetPartField
    | PanicNow
    | Halt
    | TakeStart
    | TakeStop
    | Capture
    | Quit
)
PipeReport = PlayerReport | NoTake | CaptureKept | CaptureFailed


def encode_command(command: PlayerCommand) -> bytes:
    """One line."""
    match command:
        case Schedule():
            return _line("schedule", [_event_row(event) for event in command.events])
        case DropFrom():
            return _line("drop_from", command.ticks)
        case SetTimeline(None):
            return _line("timeline", None)
        case SetTimeline(timeline):
            assert timeline is not None
            row = [timeline.tempo_bpm, timeline.origin_ticks, timeline.origin_s]
            return _line("timeline", row)
        case SetPartField():
            return _line("part", [command.index, command.field, command.value])
        case PanicNow():
            return _line("panic", None)
        case Halt():
            return _line("halt", None)
        case TakeStart():
            return _line("take_start", str(command.path))
        case TakeStop():
            return _line("take_stop", str(command.path))
        case Capture():
            return _line("capture", [str(command.path), command.bars])
        case Quit():
            return _line("quit", None)


def decode_command(line: bytes) -> PlayerCommand:
    """The command of a line; raises ProtocolError."""
    return cast(PlayerCommand, _decode(line, _COMMANDS))


def encode_report(report: PipeReport) -> bytes:
    """One line."""
    match report:
        case PortOpened():
            return _line("opened", [report.api, report.name, report.note, report.realtime])
        case PortLost():
            return _line("lost", report.why)
        case NotesSent():
            return _line("notes", [_event_row(note) for note in report.notes])
        case Timing():
            times = [report.p50_ms, report.p99_ms, report.p999_ms]
            return _line("timing", [*times, report.sent, report.dropped])
        case TakeWritten():
            return _line("take", [str(report.path), report.notes])
        case PlayerTrouble():
            return _line("trouble", report.why)
        case PlayerGone():
            return _line("gone", report.why)
        case NoTake():
            return _line("no_take", str(report.path))
        case CaptureKept():
            return _line("capture_kept", str(report.path))
        case CaptureFailed():
            return _line("capture_failed", [str(report.path), report.why, report.is_empty])


def decode_report(line: bytes) -> PipeReport:
    """The report of a line; raises ProtocolError."""
    return cast(PipeReport, _decode(line, _REPORTS))


def _line(kind: str, body: object) -> bytes:
    return json.dumps([kind, body], separators=(",", ":")).encode() + b"\n"


def _decode(line: bytes, table: dict[str, Callable[[Any], object]]) -> object:
    try:
        kind, body = json.loads(line)
        return table[kind](body)
    except ProtocolError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ProtocolError(f"not understood: {line[:80]!r}") from None


def _event_row(event: Event) -> list[int | str]:
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


def _event(row: Any) -> Event:
    kind, start, *rest = row
    start = _ticks(start)
    if kind == "n":
        part, pitch, velocity, duration = rest
        return Note(
            start,
            _within(part, 0, len(PARTS) - 1),
            _within(pitch, 0, 127),
            _within(velocity, 1, 127),
            _within(duration, 1, MAX_TICKS),
        )
    if kind == "p":
        part, program = rest
        return ProgramChange(start, _within(part, 0, len(PARTS) - 1), _within(program, 0, 127))
    if kind == "b":
        duration, number = rest
        return Bar(start, _within(duration, 1, MAX_TICKS), _within(number, 0, MAX_TICKS))
    if kind == "m":
        (text,) = rest
        return Mark(start, _text(text))
    raise ProtocolError(f"no event is called {kind!r}")


def _note(row: Any) -> Note:
    event = _event(row)
    if not isinstance(event, Note):
        raise ProtocolError("a note was expected")
    return event


def _timeline(body: Any) -> SetTimeline:
    if body is None:
        return SetTimeline(None)
    tempo_bpm, origin_ticks, origin_s = body
    return SetTimeline(Timeline(_number(tempo_bpm), _ticks(origin_ticks), _number(origin_s)))


def _part(body: Any) -> SetPartField:
    index, field, value = body
    allowed = RANGES[field]
    value = _within(value, allowed.start, allowed.stop - 1)
    return SetPartField(_within(index, 0, len(PARTS) - 1), field, value)


def _timing(body: Any) -> Timing:
    p50, p99, p999, sent, dropped = body
    times = (_number(p50), _number(p99), _number(p999))
    return Timing(*times, _within(sent, 0, MAX_TICKS), _within(dropped, 0, MAX_TICKS))


def _take(body: Any) -> TakeWritten:
    path, notes = body
    return TakeWritten(Path(_text(path)), _within(notes, 0, MAX_TICKS))


def _capture(body: Any) -> Capture:
    path, bars = body
    return Capture(Path(_text(path)), _within(bars, 1, MAX_CAPTURE_BARS))


def _capture_failed(body: Any) -> CaptureFailed:
    path, why, is_empty = body
    return CaptureFailed(Path(_text(path)), _text(why), is_empty is True)


def _opened(body: Any) -> PortOpened:
    api, name, note, realtime = body
    return PortOpened(_text(api), _text(name), _text(note), _text(realtime))


def _within(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ProtocolError(f"{value!r} is not an integer within {low}..{high}")
    return value


def _ticks(value: Any) -> int:
    return _within(value, -MAX_TICKS, MAX_TICKS)


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not abs(value) < 1e15:
        raise ProtocolError(f"{value!r} is not a number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise ProtocolError("a text was expected")
    return value


_COMMANDS: Final[dict[str, Callable[[Any], object]]] = {
    "schedule": lambda body: Schedule(tuple(_event(row) for row in body)),
    "drop_from": lambda body: DropFrom(_ticks(body)),
    "timeline": _timeline,
    "part": _part,
    "panic": lambda _: PanicNow(),
    "halt": lambda _: Halt(),
    "take_start": lambda body: TakeStart(Path(_text(body))),
    "take_stop": lambda body: TakeStop(Path(_text(body))),
    "capture": _capture,
    "quit": lambda _: Quit(),
}
_REPORTS: Final[dict[str, Callable[[Any], object]]] = {
    "opened": _opened,
    "lost": lambda body: PortLost(_text(body)),
    "notes": lambda body: NotesSent(tuple(_note(row) for row in body)),
    "timing": _timing,
    "take": _take,
    "trouble": lambda body: PlayerTrouble(_text(body)),
    "gone": lambda body: PlayerGone(_text(body)),
    "no_take": lambda body: NoTake(Path(_text(body))),
    "capture_kept": lambda body: CaptureKept(Path(_text(body))),
    "capture_failed": _capture_failed,
}
