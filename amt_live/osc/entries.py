"""Rows of the address table, and the makers of rows that resemble each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from amt_live.control.commands import (
    Command,
    KnobName,
    PartField,
    SamplingName,
    SetKnob,
    SetPart,
    SetSampling,
    Transport,
    TransportAction,
)
from amt_live.control.state import BandState, PartState
from amt_live.control.when import When
from amt_live.music.parts import PART_NAMES
from amt_live.osc.arguments import Argument, ArgumentKind, Atom
from amt_live.osc.words import FREE

ALL_PARTS: Final = "*"
PART_FIELD: Final = "{part}"

Kind = Literal["setting", "action", "reading", "service", "push"]
"""setting: set with arguments, read without. action: does something. reading: can be read only.
service: about the connection, not the music. push: only ever sent by the daemon."""

Make = Callable[[str, Sequence[Atom | None]], Command]
Read = Callable[[BandState, str], tuple[Atom, ...] | None]


@dataclass(frozen=True, slots=True)
class Address:
    """One row of the table. ``path`` may hold ``{part}``; ``make`` and ``read`` get the part.

    ``arguments`` are what it takes; of readings and pushes what they carry. ``cost`` weighs a
    message in the rate limit (one that is answered by a hundred costs more).
    """

    path: str
    kind: Kind
    sentence: str
    arguments: tuple[Argument, ...] = ()
    make: Make | None = None
    read: Read | None = None
    takes_when: bool = False
    cost: int = 1
    repeats: tuple[int, int] | None = None
    """How often, at least and at most, the text and the number in ``arguments`` come in turn."""
    many: bool = False
    """It carries as many arguments as there are, each like the one in ``arguments``."""

    @property
    def usage(self) -> str:
        """The arguments as a user types them: ``bpm [glide_beats]``."""
        words = [f"[{a.name}]" if a.optional else a.name for a in self.arguments]
        if self.repeats:
            words = [*words, *words, "..."]
        return " ".join([*words, "[@when]"] if self.takes_when else words)

    @property
    def times(self) -> str:
        """How often the arguments come, as a user reads it; empty for once."""
        return f"{self.repeats[0]} to {self.repeats[1]} times in turn" if self.repeats else ""


@dataclass(frozen=True, slots=True)
class Route:
    """An address as it arrived: its row, and the part that it names ('' if it has none)."""

    entry: Address
    part: str = ""


def number(value: Atom | None) -> float:
    """A value that ``values_of`` has found to be a number."""
    assert isinstance(value, int | float)
    return value


def when_of(value: Atom | None) -> When | None:
    """The boundary that a row's optional last atom names; the server has checked the word."""
    return None if value is None else When(str(value))


def transport_action(name: TransportAction, sentence: str) -> Address:
    """A row that moves the transport."""
    return Address(f"/amt/transport/{name}", "action", sentence, make=lambda *_: Transport(name))


def switch(
    path: str, sentence: str, make: Callable[[bool], Command], read: Callable[[BandState], bool]
) -> Address:
    """A row for something that is on (1) or off (0)."""
    return Address(
        path,
        "setting",
        sentence,
        (Argument("on", "whole", 0, 1, default=0),),
        lambda _part, values: make(number(values[0]) == 1),
        lambda state, _part: (int(read(state)),),
    )


def knob(name: KnobName, sentence: str) -> Address:
    """A row for a knob from 0 to 1, or free."""

    def make(_part: str, values: Sequence[Atom | None]) -> SetKnob:
        return SetKnob(name, None if values[0] == FREE else float(number(values[0])))

    def read(state: BandState, _part: str) -> tuple[Atom, ...]:
        value = dict(state.knobs).get(name)
        return (FREE if value is None else float(value),)

    argument = Argument(name, "real", 0, 1, words=(FREE,), default=FREE)
    return Address(f"/amt/{name}", "setting", sentence, (argument,), make, read)


def sampling(name: SamplingName, argument: Argument, sentence: str) -> Address:
    """A row for one way of drawing tokens."""

    def make(_part: str, values: Sequence[Atom | None]) -> SetSampling:
        return SetSampling(name, number(values[0]))

    def read(state: BandState, _part: str) -> tuple[Atom, ...]:
        return (getattr(state.sampling, name),)

    return Address(f"/amt/sampling/{name}", "setting", sentence, (argument,), make, read)


def part_field(
    field: PartField, low: int, high: int, default: Atom | None, sentence: str
) -> Address:
    """A row for one field of every part; read for all parts, it has a value for each."""

    def make(part: str, values: Sequence[Atom | None]) -> SetPart:
        return SetPart(part, field, int(number(values[0])))

    def read(state: BandState, part: str) -> tuple[Atom, ...] | None:
        if part != ALL_PARTS:
            return next((_field(p, field) for p in state.parts if p.name == part), None)
        values = [value for name in PART_NAMES for value in read(state, name) or ()]
        return tuple(values) if len(values) == len(PART_NAMES) else None

    argument = Argument(field, "whole", low, high, default=default)
    return Address(f"/amt/part/{PART_FIELD}/{field}", "setting", sentence, (argument,), make, read)


def _field(part: PartState, field: PartField) -> tuple[Atom, ...]:
    return (int(getattr(part, field)),)


def push(path: str, sentence: str, *arguments: Argument) -> Address:
    """A row for what only the daemon sends."""
    return Address(path, "push", sentence, arguments)


def carried(*names_and_units: str) -> tuple[Argument, ...]:
    """Arguments of a push: ``name`` or ``name:unit``; ``$`` marks a text, ``#`` a whole number."""
    kinds: dict[str, ArgumentKind] = {"$": "text", "#": "whole"}
    made = []
    for item in names_and_units:
        name, _, unit = item.partition(":")
        made.append(Argument(name.rstrip("$#"), kinds.get(name[-1], "real"), unit=unit))
    return tuple(made)
