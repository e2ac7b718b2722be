"""The lines between the daemon and the process that hears hands: reports up, our own port down.

Everything read is checked; ``decode`` gives None for what is no report. Moments are
``time.perf_counter`` seconds, the same for all processes of a machine.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

MAX_LINE_BYTES: Final = 1 << 16
MAX_MESSAGES: Final = 256
"""In one line."""
_MAX_TEXT_CHARS: Final = 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """Channel messages, each with the moment at which it came, in order."""

    messages: tuple[tuple[float, bytes], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The port that is heard."""

    port: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """One line that says what is wrong, and what to do. ``is_deaf``: nothing is heard now."""

    why: str
    is_deaf: bool = False


Report = Heard | Opened | Trouble


def is_channel_message(data: bytes) -> bool:
    """Whether it is a whole note, controller, program, pressure or bend."""
    if not data or not 0x80 <= data[0] < 0xF0:
        return False
    length = 2 if data[0] & 0xE0 == 0xC0 else 3
    return len(data) == length and max(data[1:]) < 0x80


def encode(report: Report) -> bytes:
    """One line."""
    match report:
        case Heard(messages):
            body: object = [[at_s, data.hex()] for at_s, data in messages]
            kind = "heard"
        case Opened(port):
            kind, body = "opened", port
        case Trouble(why, is_deaf):
            kind, body = "trouble", [why, is_deaf]
    return json.dumps([kind, body], separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Report | None:
    """The report of a line; None for anything else."""
    try:
        kind, body = json.loads(line)
        if kind == "heard":
            return Heard(tuple(_message(row) for row in body))
        if kind == "opened":
            return Opened(_text(body))
        if kind == "trouble":
            why, is_deaf = body
            return Trouble(_text(why), is_deaf is True)
    except (ValueError, TypeError, RecursionError):
        pass
    return None


def encode_own(port: str) -> bytes:
    """The port that must not be heard: the band's own."""
    return json.dumps(["own", port]).encode() + b"\n"


def decode_own(line: bytes) -> str | None:
    """The port of a line; None for anything else."""
    try:
        kind, port = json.loads(line)
        if kind == "own":
            return _text(port)
    except (ValueError, TypeError, RecursionError):
        pass
    return None


def _message(row: Any) -> tuple[float, bytes]:
    at_s, digits = row
    data = bytes.fromhex(digits)
    if type(at_s) not in (int, float) or not is_channel_message(data):
        raise ValueError("not a message")
    return float(at_s), data


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value[:_MAX_TEXT_CHARS]
