"""Places of a stream, as values: where it is, where it may go back to, where it may go on from."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from amt_live.engine import holding
from amt_live.engine.plan import Change, Chord, Direction
from amt_live.inference.generator import Generator, Memory
from amt_live.tokens import grammar

Programs: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """The next group starts at ``ticks`` with the position ``token``, or (None) with a bar line."""

    ticks: int
    token: int | None
    random: Any
    """Random state after the draw."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The stream just before the first token at or after ``ticks``."""

    ticks: int
    arrival: Arrival
    position: int
    state: grammar.State
    change: Change
    floor_ticks: int
    programs: Programs
    key: int | None
    chords: tuple[Chord, ...]
    held: holding.Held = holding.SILENCE


@dataclass(frozen=True, slots=True)
class Jump:
    """From the first bar line at or after a tick on the stream goes on as it did elsewhere.

    ``generator`` has in mind ``memory``, what came before ``here``, a snapshot at a bar line; it is
    nobody else's.
    """

    at_ticks: int
    generator: Generator
    memory: Memory
    here: Snapshot
    spans: tuple[tuple[int, Direction], ...]
    is_odd: bool
    """Whether the bar that follows was an odd one: what is struck harder changes bar by bar."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a stream was before it jumped, to go back to."""

    jump: Jump
    at_ticks: int
    """The bar line at which it jumped."""
    generator: Generator
    spans: list[tuple[int, Direction]]
    snapshots: list[Snapshot]
    is_odd: bool
