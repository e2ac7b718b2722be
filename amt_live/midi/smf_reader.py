"""The bytes of a Standard MIDI File as timed messages: chunks, variable lengths, running status.

Called by ``smf``. Strict about structure and lenient about content: unknown chunks, meta events and
system messages are skipped, a file that ends too early is an error.
"""

import struct
from dataclasses import dataclass, field


class CorruptFile(ValueError):
    """The bytes are not a MIDI file; the text says what is wrong, for one line."""


@dataclass(slots=True)
class RawTrack:
    """One track: channel messages as (tick, status, data 1, data 2), metas (tick, kind, body)."""

    messages: list[tuple[int, int, int, int]] = field(default_factory=list)
    metas: list[tuple[int, int, bytes]] = field(default_factory=list)
    end_ticks: int = 0


def read_raw(data: bytes) -> tuple[int, list[RawTrack]]:
    """Ticks per quarter and the tracks; raises CorruptFile."""
    if len(data) < 14 or data[:4] != b"MThd":
        raise CorruptFile("it does not begin with a MIDI header")
    length, kind, _, division = struct.unpack(">IHHH", data[4:14])
    if length < 6:
        raise CorruptFile("its header is too short")
    if kind > 1:
        raise CorruptFile(f"type {kind} files are not supported, only types 0 and 1")
    if division & 0x8000:
        raise CorruptFile("its time is in film frames, not in beats")
    if division == 0:
        raise CorruptFile("it has no ticks per quarter")
    at = 8 + length
    tracks = []
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8])
        body = data[at + 8 : at + 8 + size]
        if name == b"MTrk":
            if len(body) < size:
                raise CorruptFile("it is cut short")
            tracks.append(_read_track(body))
        at += 8 + size
    if not tracks:
        raise CorruptFile("it has no tracks")
    return division, tracks


def _read_track(body: bytes) -> RawTrack:
    track = RawTrack()
    at, ticks, status = 0, 0, 0
    try:
        while at < len(body):
            delta, at = _variable_length(body, at)
            ticks += delta
            track.end_ticks = ticks
            if body[at] & 0x80:
                status = body[at]
                at += 1
            elif not 0x80 <= status < 0xF0:
                raise CorruptFile("a message has no status")
            if status == 0xFF:
                kind = body[at]
                size, at = _variable_length(body, at + 1)
                if at + size > len(body):
                    raise CorruptFile("a text or setting runs past its track")
                if kind == 0x2F:
                    break
                track.metas.append((ticks, kind, body[at : at + size]))
                at += size
            elif status >= 0xF0:
                size, at = _variable_length(body, at)
                at += size
            elif status & 0xE0 == 0xC0:
                track.messages.append((ticks, status, body[at] & 0x7F, 0))
                at += 1
            else:
                track.messages.append((ticks, status, body[at] & 0x7F, body[at + 1] & 0x7F))
                at += 2
    except IndexError:
        raise CorruptFile("a track is cut short") from None
    return track


def _variable_length(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(4):
        byte = body[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, at
    raise CorruptFile("a length has more than four bytes")
