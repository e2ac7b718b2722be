"""MIDI messages as bytes, and the pair (part, bytes) that goes to a port and into a take.

Channels count from 0 here: these are bytes on the wire.
"""

from typing import Final, NamedTuple

NO_PART: Final = -1
"""The part of a message that concerns the whole port."""

CONTROL_VOLUME: Final = 7
CONTROL_ALL_SOUND_OFF: Final = 120
CONTROL_ALL_NOTES_OFF: Final = 123

_NOTE_OFF: Final = 0x80
_NOTE_ON: Final = 0x90
_CONTROL: Final = 0xB0
_PROGRAM: Final = 0xC0


class Wire(NamedTuple):
    """One message to send, and the index of the part it belongs to (``NO_PART``: none)."""

    part: int
    data: bytes

    @property
    def channel(self) -> int:
        """Channel 0-15."""
        return self.data[0] & 0x0F

    @property
    def is_note_on(self) -> bool:
        """Whether this starts a note."""
        return self.data[0] & 0xF0 == _NOTE_ON

    @property
    def is_note_off(self) -> bool:
        """Whether this ends a note."""
        return self.data[0] & 0xF0 == _NOTE_OFF

    @property
    def is_program(self) -> bool:
        """Whether this is a program change."""
        return self.data[0] & 0xF0 == _PROGRAM

    @property
    def is_control(self) -> bool:
        """Whether this is a control change."""
        return self.data[0] & 0xF0 == _CONTROL


def note_on(channel: int, pitch: int, velocity: int) -> bytes:
    """Start of a note; ``velocity`` 1-127 (0 would mean its end)."""
    return bytes((_NOTE_ON | channel, pitch, velocity))


def note_off(channel: int, pitch: int) -> bytes:
    """End of a note, at the usual release velocity."""
    return bytes((_NOTE_OFF | channel, pitch, 64))


def control(channel: int, number: int, value: int) -> bytes:
    """Control change."""
    return bytes((_CONTROL | channel, number, value))


def program_change(channel: int, program: int) -> bytes:
    """Another sound, 0-127."""
    return bytes((_PROGRAM | channel, program))


def all_notes_off() -> list[bytes]:
    """The polite stop on every channel."""
    return [control(channel, CONTROL_ALL_NOTES_OFF, 0) for channel in range(16)]


def all_sound_off() -> list[bytes]:
    """The panic on every channel: silence now, release tails included, then no note left on."""
    return [
        control(channel, number, 0)
        for channel in range(16)
        for number in (CONTROL_ALL_SOUND_OFF, CONTROL_ALL_NOTES_OFF)
    ]
