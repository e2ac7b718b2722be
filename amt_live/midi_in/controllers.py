"""Controllers, what they are bound to, and the command that a movement makes. Pure.

A controller is a CC, a key or the pitch wheel of one channel. It is bound to an address of the
table: then its travel runs over the range of the address (or between two numbers after it); or to a
whole command (``/amt/mood dark waltz @beat``), which is carried out when it is pressed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from amt_live.control.commands import Command
from amt_live.control.hands import Learn, SetThru, Unlearn
from amt_live.control.state import BandState
from amt_live.errors import UsageError
from amt_live.osc.arguments import Argument, Atom, number_of
from amt_live.osc.entries import Route
from amt_live.osc.routing import command_of, look_up

ControllerKind = Literal["cc", "note", "bend"]

FIRST_MODE_MESSAGE: Final = 120
"""Controllers from here on are messages about the channel (all notes off and others)."""

PRESSED: Final = 0.5
_BEND_TOP: Final = (1 << 14) - 1
_SPELLED: Final = re.compile(r"(cc|note|bend)(?: (\d{1,3}))? on (\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Controller:
    """One thing that can be moved; ``channel`` 0-15, ``number`` 0-127 (0 for the wheel)."""

    kind: ControllerKind
    channel: int
    number: int

    def __str__(self) -> str:
        number = "" if self.kind == "bend" else f" {self.number}"
        return f"{self.kind}{number} on {self.channel + 1}"


@dataclass(frozen=True, slots=True)
class Movement:
    """Where a controller is now, 0-1; ``is_key``: it is one that is pressed and let go."""

    controller: Controller
    value: float

    @property
    def is_key(self) -> bool:
        """Whether it is one that is pressed and let go."""
        return self.controller.kind == "note"


def controller_of(text: str) -> Controller:
    """The controller of a text such as ``cc 74 on 1``; raises UsageError."""
    match = _SPELLED.fullmatch(text)
    if match is None or (match[1] == "bend") != (match[2] is None):
        raise UsageError(f"'{text[:40]}' is no controller; write cc 74 on 1, note 36 on 10, ...")
    number, channel = int(match[2] or 0), int(match[3])
    if not 1 <= channel <= 16 or number > 127:
        raise UsageError(f"'{text[:40]}': channels are 1-16, numbers 0-127")
    kind: ControllerKind = "cc" if match[1] == "cc" else "note" if match[1] == "note" else "bend"
    return Controller(kind, channel - 1, number)


def movement_of(data: bytes) -> Movement | None:
    """What a channel message says of a controller; None where it says nothing."""
    kind, channel = data[0] & 0xF0, data[0] & 0x0F
    if kind == 0xB0 and data[1] < FIRST_MODE_MESSAGE:
        return Movement(Controller("cc", channel, data[1]), data[2] / 127)
    if kind in (0x80, 0x90):
        velocity = data[2] if kind == 0x90 else 0
        return Movement(Controller("note", channel, data[1]), velocity / 127)
    if kind == 0xE0:
        return Movement(Controller("bend", channel, 0), (data[1] | data[2] << 7) / _BEND_TOP)
    return None


@dataclass(frozen=True, slots=True)
class Target:
    """What a controller is bound to. ``low`` and ``high``: its travel over the first argument, None
    for a whole command; ``words``: the travel is over these."""

    text: str
    route: Route
    path: str
    atoms: tuple[Atom, ...] = ()
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    is_whole: bool = False

    def atoms_at(self, value: float) -> tuple[Atom, ...]:
        """What to send where the controller is at ``value``, 0-1."""
        if self.words:
            at = min(int(value * len(self.words)), len(self.words) - 1)
            return (self.words[at],)
        assert self.low is not None and self.high is not None
        number = self.low + value * (self.high - self.low)
        return (round(number),) if self.is_whole else (number,)

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.is_whole and (self.low, self.high) == (0, 1)


def target_of(text: str) -> Target:
    """What ``/amt/learn`` names: an address, a range after it or a whole command after it.

    Raises UsageError (a Refusal where the table refuses).
    """
    path, *words = text.split()
    route = look_up(path)
    entry = route.entry
    if entry.make is None:
        raise UsageError(f"{path} can only be read; bind a controller to what can be set")
    argument = entry.arguments[0] if entry.arguments else None
    if argument is not None and entry.repeats is None and not entry.takes_when:
        if (target := _travel(text, path, route, argument, words)) is not None:
            return target
    command = command_of(route, words)
    if isinstance(command, Learn | Unlearn | SetThru) and not words:
        raise UsageError(f"{path} needs a value to be bound to a controller")
    return Target(text, route, path, tuple(words))


def _travel(
    text: str, path: str, route: Route, argument: Argument, words: Sequence[str]
) -> Target | None:
    """The target of a controller whose travel sets the first argument; None: it is a command."""
    if argument.kind == "word":
        return Target(text, route, path, words=argument.words) if not words else None
    if argument.kind == "text":
        return None
    low, high = argument.low, argument.high
    is_whole = argument.kind == "whole"
    if not words:
        return Target(f"{text} {low:g} {high:g}", route, path, (), low, high, (), is_whole)
    ends = [number_of(word) for word in words]
    if len(ends) != 2 or None in ends or ends[0] == ends[1]:
        return None
    first, last = (float(end) for end in ends if end is not None)
    if not all(low <= end <= high for end in (first, last)):
        raise UsageError(f"{path}: the range lies outside {argument.limits}")
    return Target(text, route, path, (), first, last, (), is_whole)


def command_for(
    target: Target, movement: Movement, before: float, state: BandState
) -> Command | None:
    """The command that a movement makes, or None; ``before``: where the controller was."""
    is_pressed = movement.value >= PRESSED if not movement.is_key else movement.value > 0
    was_pressed = before >= PRESSED if not movement.is_key else before > 0
    if target.low is None and not target.words:
        if not is_pressed or was_pressed:
            return None
        return command_of(target.route, list(target.atoms))
    if movement.is_key:
        if not is_pressed:
            return None
        if target.is_switch and target.route.entry.read is not None:
            now = target.route.entry.read(state, target.route.part) or (0,)
            return command_of(target.route, [int(not now[0])])
    if target.is_switch:
        return command_of(target.route, [int(target.atoms_at(float(is_pressed))[0])])
    return command_of(target.route, list(target.atoms_at(movement.value)))
