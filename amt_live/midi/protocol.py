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
from amt_live.midi.fields import (
    MAX_TICKS,
    ProtocolError,
    channel_message,
    event_of,
    note_of,
    number_of,
    row_of,
    text_of,
    ticks_of,
    within,
)
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
from amt_live.music.events import Event
from amt_live.music.parts import PARTS
from amt_live.music.timeline import Timeline


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
class SetLatency:
    """Another output latency, in milliseconds."""

    latency_ms: float


@dataclass(frozen=True, slots=True)
class SetClockOut:
    """Send MIDI clock, or none."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class SendOn:
    """Send on one channel message of three bytes at most, at once."""

    data: bytes


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
class PortPeers:
    """Who is connected to the port, or will be again when they come back; kept by the daemon."""

    names: tuple[str, ...]


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
    | SetLatency
    | SetClockOut
    | SendOn
    | PanicNow
    | Halt
    | TakeStart
    | TakeStop
    | Capture
    | Quit
)
PipeReport = PlayerReport | NoTake | PortPeers | CaptureKept | CaptureFailed


def encode_command(command: PlayerCommand) -> bytes:
    """One line."""
    match command:
        case Schedule():
            return _line("schedule", [row_of(event) for event in command.events])
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
        case SetLatency():
            return _line("latency", command.latency_ms)
        case SetClockOut():
            return _line("clock_out", int(command.is_on))
        case SendOn():
            return _line("thru", command.data.hex())
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
            words = [report.api, report.name, report.note, report.realtime]
            return _line("opened", [*words, report.lead_s, report.own])
        case PortLost():
            return _line("lost", report.why)
        case NotesSent():
            return _line("notes", [row_of(note) for note in report.notes])
        case Timing():
            times = [report.p50_ms, report.p99_ms, report.p999_ms]
            counts = [report.sent, report.dropped, report.port_losses, report.xruns]
            return _line("timing", [*times, *counts])
        case TakeWritten():
            return _line("take", [str(report.path), report.notes])
        case PlayerTrouble():
            return _line("trouble", report.why)
        case PlayerGone():
            return _line("gone", report.why)
        case NoTake():
            return _line("no_take", str(report.path))
        case PortPeers():
            return _line("peers", list(report.names))
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


def _timeline(body: Any) -> SetTimeline:
    if body is None:
        return SetTimeline(None)
    tempo_bpm, origin_ticks, origin_s = body
    return SetTimeline(Timeline(number_of(tempo_bpm), ticks_of(origin_ticks), number_of(origin_s)))


def _part(body: Any) -> SetPartField:
    index, field, value = body
    allowed = RANGES[field]
    value = within(value, allowed.start, allowed.stop - 1)
    return SetPartField(within(index, 0, len(PARTS) - 1), field, value)


def _timing(body: Any) -> Timing:
    p50, p99, p999, *counts = body
    sent, dropped, losses, xruns = (within(count, 0, MAX_TICKS) for count in counts)
    times = (number_of(p50), number_of(p99), number_of(p999))
    return Timing(*times, sent, dropped, losses, xruns)


def _take(body: Any) -> TakeWritten:
    path, notes = body
    return TakeWritten(Path(text_of(path)), within(notes, 0, MAX_TICKS))


def _capture(body: Any) -> Capture:
    path, bars = body
    return Capture(Path(text_of(path)), within(bars, 1, MAX_CAPTURE_BARS))


def _capture_failed(body: Any) -> CaptureFailed:
    path, why, is_empty = body
    return CaptureFailed(Path(text_of(path)), text_of(why), is_empty is True)


def _opened(body: Any) -> PortOpened:
    api, name, note, realtime, lead_s, own = body
    words = (text_of(api), text_of(name), text_of(note), text_of(realtime))
    return PortOpened(*words, number_of(lead_s), text_of(own))


_COMMANDS: Final[dict[str, Callable[[Any], object]]] = {
    "schedule": lambda body: Schedule(tuple(event_of(row) for row in body)),
    "drop_from": lambda body: DropFrom(ticks_of(body)),
    "timeline": _timeline,
    "part": _part,
    "latency": lambda body: SetLatency(number_of(body)),
    "clock_out": lambda body: SetClockOut(within(body, 0, 1) == 1),
    "thru": lambda body: SendOn(channel_message(text_of(body))),
    "panic": lambda _: PanicNow(),
    "halt": lambda _: Halt(),
    "take_start": lambda body: TakeStart(Path(text_of(body))),
    "take_stop": lambda body: TakeStop(Path(text_of(body))),
    "capture": _capture,
    "quit": lambda _: Quit(),
}
_REPORTS: Final[dict[str, Callable[[Any], object]]] = {
    "opened": _opened,
    "lost": lambda body: PortLost(text_of(body)),
    "notes": lambda body: NotesSent(tuple(note_of(row) for row in body)),
    "timing": _timing,
    "take": _take,
    "trouble": lambda body: PlayerTrouble(text_of(body)),
    "gone": lambda body: PlayerGone(text_of(body)),
    "no_take": lambda body: NoTake(Path(text_of(body))),
    "peers": lambda body: PortPeers(tuple(text_of(name) for name in body)),
    "capture_kept": lambda body: CaptureKept(Path(text_of(body))),
    "capture_failed": _capture_failed,
}
