"""A MIDI file as what a synthesizer is sent: all channel messages in order, in seconds.

Unlike ``analysis.music`` nothing is left out: pitch bends and controllers sound too.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amt_live.errors import FileError
from amt_live.midi.smf import Song, from_bytes
from amt_live.midi.smf_reader import CorruptFile, read_raw

MAX_FILE_BYTES: Final = 4 << 20
MAX_S: Final = 2 * 3600.0

Message = tuple[float, int, int, int]
"""Seconds from the start, status byte, and two data bytes."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A file to be heard: its messages by time, and when the last of them is sent."""

    path: Path
    messages: tuple[Message, ...]
    duration_s: float


def load_performance(path: Path) -> Performance:
    """Read a MIDI file (untrusted); raises FileError that says in one line what is wrong."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise FileError(f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB; cut it into pieces")
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        song = from_bytes(data)
        _, tracks = read_raw(data)
    except CorruptFile as error:
        raise FileError(f"{path} is not a MIDI file that can be read: {error}") from None
    rows = [message for track in tracks for message in track.messages]
    rows.sort(key=lambda message: message[0])  # stable: a track keeps its own order
    if not any(status & 0xF0 == 0x90 and velocity for _, status, _, velocity in rows):
        raise FileError(f"{path} holds no notes; choose a file with music in it")
    messages = tuple(_timed(song, rows))
    duration_s = messages[-1][0]
    if duration_s > MAX_S:
        raise FileError(
            f"{path} lasts {duration_s / 60:.0f} minutes; files of up to {MAX_S / 60:.0f} minutes "
            "can be rendered"
        )
    return Performance(path, messages, duration_s)


def _timed(song: Song, rows: list[tuple[int, int, int, int]]) -> list[Message]:
    timed: list[Message] = []
    tempos = iter(song.tempos)
    tempo = next(tempos, None)
    at_s, at_ticks, s_per_tick = 0.0, 0, 60.0 / (120.0 * song.ticks_per_quarter)
    for ticks, status, first, second in rows:
        while tempo is not None and tempo.at_ticks <= ticks:
            at_s += (tempo.at_ticks - at_ticks) * s_per_tick
            at_ticks, s_per_tick = tempo.at_ticks, 60.0 / (tempo.bpm * song.ticks_per_quarter)
            tempo = next(tempos, None)
        timed.append((at_s + (ticks - at_ticks) * s_per_tick, status, first, second))
    return timed
