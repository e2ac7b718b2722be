"""Standard MIDI files, type 1: tempo map, meters and markers in the first track, then named tracks.

Written here and read back here with the standard library alone (the player imports little); tests
hold both against other libraries. Tempo in microseconds, a file matter, stays inside this module.
The same song always gives the same bytes. Channels count from 0.
"""

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amt_live.errors import FileError
from amt_live.midi.messages import control, note_off, note_on, program_change
from amt_live.midi.places import whole_file
from amt_live.midi.smf_reader import CorruptFile, RawTrack, read_raw
from amt_live.music.beats import TICKS_PER_QUARTER

CONDUCTOR: Final = "amt-live"
"""Name of the first track."""

_US_PER_MINUTE: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class SmfNote:
    """A note in a file."""

    start_ticks: int
    channel: int
    pitch: int
    velocity: int
    duration_ticks: int


@dataclass(frozen=True, slots=True)
class SmfProgram:
    """A program change in a file, 0-127."""

    at_ticks: int
    channel: int
    program: int


@dataclass(frozen=True, slots=True)
class SmfControl:
    """A control change in a file."""

    at_ticks: int
    channel: int
    control: int
    value: int


@dataclass(frozen=True, slots=True)
class Tempo:
    """From this tick on, quarters a minute."""

    at_ticks: int
    bpm: float


@dataclass(frozen=True, slots=True)
class Meter:
    """From this tick on, a time signature."""

    at_ticks: int
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Marker:
    """A text at a tick."""

    at_ticks: int
    text: str


@dataclass(frozen=True, slots=True)
class Track:
    """One named line."""

    name: str
    notes: tuple[SmfNote, ...] = ()
    programs: tuple[SmfProgram, ...] = ()
    controls: tuple[SmfControl, ...] = ()


@dataclass(frozen=True, slots=True)
class Song:
    """What a file holds. Ticks are of ``ticks_per_quarter``."""

    tracks: tuple[Track, ...]
    tempos: tuple[Tempo, ...] = ()
    meters: tuple[Meter, ...] = ()
    markers: tuple[Marker, ...] = ()
    ticks_per_quarter: int = TICKS_PER_QUARTER

    @property
    def end_ticks(self) -> int:
        """Tick at which the last note ends; 0 without notes."""
        ends = (n.start_ticks + n.duration_ticks for t in self.tracks for n in t.notes)
        return max(ends, default=0)

    def seconds_at(self, ticks: int) -> float:
        """Seconds from the start of the file to a tick (120 bpm until the first tempo)."""
        seconds, at_ticks, bpm = 0.0, 0, 120.0
        for tempo in self.tempos:
            if tempo.at_ticks >= ticks:
                break
            seconds += (tempo.at_ticks - at_ticks) * 60.0 / (bpm * self.ticks_per_quarter)
            at_ticks, bpm = tempo.at_ticks, tempo.bpm
        return seconds + (ticks - at_ticks) * 60.0 / (bpm * self.ticks_per_quarter)


def to_bytes(song: Song) -> bytes:
    """The file, byte for byte the same for the same song."""
    chunks = [_track_chunk(_conductor_events(song))]
    chunks += [_track_chunk(_track_events(track)) for track in song.tracks]
    header = struct.pack(">4sIHHH", b"MThd", 6, 1, len(chunks), song.ticks_per_quarter)
    return header + b"".join(chunks)


def write(song: Song, path: Path) -> None:
    """Write a file, whole or not at all; raises FileError where it cannot be written."""
    with whole_file(path, "choose another place") as file:
        file.write(to_bytes(song))


def read(path: Path) -> Song:
    """Read a type 0 or 1 file; raises FileError with one line for anything that is not one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        return from_bytes(data)
    except CorruptFile as error:
        raise FileError(f"{path} is not a MIDI file that can be read: {error}") from None


def from_bytes(data: bytes) -> Song:
    """Parse a file; raises CorruptFile (a ValueError) saying what is wrong."""
    ticks_per_quarter, raw_tracks = read_raw(data)
    tempos: dict[int, Tempo] = {}
    meters: dict[int, Meter] = {}
    markers: list[Marker] = []
    tracks: list[Track] = []
    for raw in raw_tracks:
        for at_ticks, kind, body in raw.metas:
            if kind == 0x51 and len(body) == 3 and any(body):
                bpm = _US_PER_MINUTE / int.from_bytes(body)
                tempos[at_ticks] = Tempo(at_ticks, bpm)
            elif kind == 0x58 and len(body) >= 2 and body[1] < 8:
                meters[at_ticks] = Meter(at_ticks, body[0], 1 << body[1])
            elif kind == 0x06:
                markers.append(Marker(at_ticks, _text(body)))
        track = _track_of(raw)
        if track.notes or track.programs or track.controls:
            tracks.append(track)
    return Song(
        tuple(tracks),
        tuple(tempos[at] for at in sorted(tempos)),
        tuple(meters[at] for at in sorted(meters)),
        tuple(sorted(markers, key=lambda marker: marker.at_ticks)),
        ticks_per_quarter,
    )


def _track_of(raw: RawTrack) -> Track:
    """Pair note-ons with note-offs, first in first out; a note left on ends with its track."""
    name = next((_text(body) for _, kind, body in raw.metas if kind == 0x03), "")
    # A deque: a hostile file can leave any number of notes of one pitch open.
    open_notes: dict[tuple[int, int], deque[tuple[int, int]]] = {}
    notes: list[SmfNote] = []
    programs: list[SmfProgram] = []
    controls: list[SmfControl] = []
    for at_ticks, status, first, second in raw.messages:
        kind, channel = status & 0xF0, status & 0x0F
        if kind == 0x90 and second:
            open_notes.setdefault((channel, first), deque()).append((at_ticks, second))
        elif kind in (0x80, 0x90):
            waiting = open_notes.get((channel, first))
            if waiting:
                start, velocity = waiting.popleft()
                notes.append(SmfNote(start, channel, first, velocity, at_ticks - start))
        elif kind == 0xC0:
            programs.append(SmfProgram(at_ticks, channel, first))
        elif kind == 0xB0:
            controls.append(SmfControl(at_ticks, channel, first, second))
    for (channel, pitch), waiting in open_notes.items():
        for start, velocity in waiting:
            notes.append(SmfNote(start, channel, pitch, velocity, raw.end_ticks - start))
    notes.sort(key=lambda note: (note.start_ticks, note.channel, note.pitch))
    return Track(name, tuple(notes), tuple(programs), tuple(controls))


_Rows = list[tuple[int, int, bytes]]


def _conductor_events(song: Song) -> _Rows:
    rows: _Rows = [(0, 0, _meta(0x03, CONDUCTOR.encode()))]
    for tempo in song.tempos:
        tempo_us = round(_US_PER_MINUTE / tempo.bpm)
        rows.append((tempo.at_ticks, 1, _meta(0x51, tempo_us.to_bytes(3))))
    for meter in song.meters:
        power = meter.denominator.bit_length() - 1
        rows.append((meter.at_ticks, 1, _meta(0x58, bytes((meter.numerator, power, 24, 8)))))
    rows += [(mark.at_ticks, 2, _meta(0x06, mark.text.encode())) for mark in song.markers]
    return rows


def _track_events(track: Track) -> _Rows:
    rows: _Rows = [(0, 0, _meta(0x03, track.name.encode()))]
    for program in track.programs:
        rows.append((program.at_ticks, 2, program_change(program.channel, program.program)))
    for change in track.controls:
        rows.append((change.at_ticks, 3, control(change.channel, change.control, change.value)))
    for note in track.notes:
        # A note of no length would end before it begins, as ends come first at one tick.
        end = note.start_ticks + max(1, note.duration_ticks)
        rows.append((end, 1, note_off(note.channel, note.pitch)))
        rows.append((note.start_ticks, 4, note_on(note.channel, note.pitch, note.velocity)))
    return rows


def _track_chunk(rows: _Rows) -> bytes:
    rows.sort(key=lambda row: row[:2])
    body = bytearray()
    at_ticks = 0
    for ticks, _, data in rows:
        body += _variable_length(ticks - at_ticks) + data
        at_ticks = ticks
    body += b"\x00" + _meta(0x2F, b"")
    return struct.pack(">4sI", b"MTrk", len(body)) + bytes(body)


def _meta(kind: int, body: bytes) -> bytes:
    return bytes((0xFF, kind)) + _variable_length(len(body)) + body


def _variable_length(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")


def notes_of(song: Song) -> Sequence[SmfNote]:
    """All notes of all tracks, by time."""
    notes = [note for track in song.tracks for note in track.notes]
    return sorted(notes, key=lambda note: (note.start_ticks, note.channel, note.pitch))
