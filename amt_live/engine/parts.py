"""The sixteen parts as set by the performer, and how these settings reach the output.

Thread: engine. A program set by hand stays: moods leave that part alone from then on.
"""

from dataclasses import replace
from typing import Any, Final

from amt_live.control.commands import SetPart
from amt_live.control.state import PartState
from amt_live.errors import UsageError
from amt_live.midi.output import Output
from amt_live.music.parts import PARTS

ALL: Final = "*"
_RANGES: Final = {
    "mute": (0, 1),
    "solo": (0, 1),
    "channel": (1, 16),
    "program": (0, 127),
    "level": (0, 127),
    "octave": (-4, 4),
}


class PartDesk:
    """What every part is set to."""

    def __init__(self) -> None:
        self.states: tuple[PartState, ...] = tuple(
            PartState(part.name, part.channel + 1, part.program) for part in PARTS
        )
        self.programs_by_hand: dict[int, int] = {}

    def set(self, command: SetPart, output: Output) -> None:
        """Set one field of one part or of all; raises UsageError for what does not exist."""
        low, high = _RANGES[command.field]
        if not low <= command.value <= high:
            raise UsageError(f"{command.field} {command.value} is outside {low}-{high}")
        indices = [p.index for p in PARTS if command.part in (ALL, p.name)]
        if not indices:
            names = " ".join(part.name for part in PARTS)
            raise UsageError(f"no part is called '{command.part}'; the parts are {names} and *")
        for index in indices:
            self._set(index, command)
            output.set_part(index, command.field, command.value)
            if command.field == "program":
                self.programs_by_hand[index] = command.value

    def sent(self, index: int, program: int) -> None:
        """A mood gave a part another sound."""
        states = list(self.states)
        states[index] = replace(states[index], program=program)
        self.states = tuple(states)

    def _set(self, index: int, command: SetPart) -> None:
        states = list(self.states)
        value: Any = command.value
        if command.field in ("mute", "solo"):
            value = bool(value)
        states[index] = replace(states[index], **{command.field: value})
        self.states = tuple(states)
