"""The sixteen parts as set by the performer, and how these settings reach the output.

Thread: engine. A program set by hand stays: moods leave that part alone from then on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from amt_live.control.commands import PartField, SetPart
from amt_live.control.state import PartState
from amt_live.errors import UsageError
from amt_live.midi.output import Output
from amt_live.music.parts import PARTS

ALL: Final = "*"
_RANGES: Final[dict[PartField, tuple[int, int]]] = {
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

    def recall(
        self,
        states: Sequence[PartState],
        by_hand: Mapping[int, int],
        programs: Mapping[int, int],
        output: Output,
    ) -> None:
        """Set every part as a scene has it; ``programs`` of the mood where none was set by hand."""
        self.programs_by_hand = dict(by_hand)
        wanted = []
        for part, before, after in zip(PARTS, self.states, states, strict=True):
            chosen = programs.get(part.index, part.program)
            after = replace(after, program=by_hand.get(part.index, chosen))
            wanted.append(after)
            for field in _RANGES:
                value = getattr(after, field)
                if value != getattr(before, field):
                    output.set_part(part.index, field, int(value))
        self.states = tuple(wanted)

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
