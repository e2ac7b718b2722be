"""How each part is sent: channel, program, mute, solo, level, octave. Applied when sending.

Used by the performer, on its thread. Settings come as the performer of the music says them:
channels from 1, programs from 0, level 0-127 (control 7), octave -4 to 4; bytes are made here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from amt_live.control.commands import PartField
from amt_live.midi.messages import CONTROL_VOLUME, Wire, control, program_change
from amt_live.music.parts import DRUMS, PARTS

RANGES: Final[Mapping[PartField, range]] = {
    "mute": range(2),
    "solo": range(2),
    "channel": range(1, 17),
    "program": range(128),
    "level": range(128),
    "octave": range(-4, 5),
}
"""What each field of a part may be."""

ENDS_NOTES: Final = frozenset(("mute", "solo", "channel", "program"))
"""Fields whose change ends the sounding notes concerned."""


@dataclass(frozen=True, slots=True)
class _Strip:
    channel: int
    program: int
    mute: int = 0
    solo: int = 0
    level: int = 100
    octave: int = 0


class Mixer:
    """The sixteen strips. Thread: one."""

    def __init__(self) -> None:
        self._strips = [_Strip(part.channel + 1, part.program) for part in PARTS]

    def set(self, index: int, field: PartField, value: int) -> bool:
        """Change one field; returns whether it changed. Raises ValueError outside its range."""
        if value not in RANGES[field]:
            allowed = RANGES[field]
            raise ValueError(f"{field} {value} is outside {allowed.start}..{allowed.stop - 1}")
        before = self._strips[index]
        if getattr(before, field) == value:
            return False
        match field:
            case "channel":
                after = replace(before, channel=value)
            case "program":
                after = replace(before, program=value)
            case "mute":
                after = replace(before, mute=value)
            case "solo":
                after = replace(before, solo=value)
            case "level":
                after = replace(before, level=value)
            case "octave":
                after = replace(before, octave=value)
        self._strips[index] = after
        return True

    def fields(self, index: int) -> dict[PartField, int]:
        """All that a part is set to."""
        strip = self._strips[index]
        return {field: int(getattr(strip, field)) for field in RANGES}

    def channel(self, index: int) -> int:
        """The channel of a part as it goes into a byte, 0-15."""
        return self._strips[index].channel - 1

    def is_audible(self, index: int) -> bool:
        """Whether the notes of a part are sent at all."""
        strip = self._strips[index]
        return not strip.mute and (bool(strip.solo) or not any(s.solo for s in self._strips))

    def pitch(self, index: int, pitch: int) -> int:
        """The pitch that is sent: moved by the octave setting, folded back into 0-127."""
        if index == DRUMS.index:
            return pitch
        moved = pitch + 12 * self._strips[index].octave
        while moved > 127:
            moved -= 12
        while moved < 0:
            moved += 12
        return moved

    def setup(self, index: int) -> tuple[Wire, Wire]:
        """Program and level of a part, as sent when a port opens and when its channel changes."""
        strip = self._strips[index]
        channel = strip.channel - 1
        return (
            Wire(index, program_change(channel, strip.program)),
            Wire(index, control(channel, CONTROL_VOLUME, strip.level)),
        )
