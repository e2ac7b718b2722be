"""One call as a value: its bars, what hands pressed, what was heard of it, and its answer. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from amt_live.control.hands import CallMode
from amt_live.engine.hearing import DensityKeeper, Press, Sparseness
from amt_live.engine.plan import Change, Direction, Plan
from amt_live.music.beats import GRID_TICKS
from amt_live.music.events import Bar, Note
from amt_live.tokens.decode import GridNote
from amt_live.tokens.encode import snap


@dataclass(slots=True)
class Call:
    """One call: its bars, what was pressed, and the notes of each bar that is over."""

    bars: list[Bar]
    mode: CallMode
    presses: list[Press] = field(default_factory=list)
    held: dict[tuple[int, int], Press] = field(default_factory=dict)
    heard: list[list[GridNote]] = field(default_factory=list)
    ids: dict[int, tuple[int, ...]] = field(default_factory=dict)
    rhythm: list[Note] = field(default_factory=list)
    """A bar of it, from tick 0."""
    answer: list[Bar] = field(default_factory=list)
    answer_end: int | None = None
    keeper: DensityKeeper | None = None
    sparse: Sparseness | None = None
    before: Direction | None = None

    @property
    def end(self) -> int:
        """The tick at which it is over, and the answer begins."""
        return end_of(self.bars[-1])

    @property
    def open_bar(self) -> Bar:
        """The bar that is listened to now."""
        return self.bars[len(self.heard)]


def between(plan: Plan, first: int, end: int, put: Callable[[Direction], Direction]) -> Plan:
    """A plan that is changed from one tick to another; what holds after it stays."""
    changes = [change for change in plan.changes if change.at_ticks < first]
    changes.append(Change(first, put(plan.at(first).direction)))
    changes += [
        Change(change.at_ticks, put(change.direction))
        for change in plan.changes
        if first < change.at_ticks < end
    ]
    changes.append(Change(end, plan.at(end).direction))
    changes += [change for change in plan.changes if change.at_ticks > end]
    return Plan.of(changes)


def as_before(call: Call, direction: Direction) -> Direction:
    """A direction with the key and the density that held before the answer."""
    before = call.before
    if before is None:
        return direction
    return replace(direction, key=before.key, density=before.density)


def end_of(bar: Bar) -> int:
    """The tick at which a bar ends."""
    return bar.start_ticks + bar.duration_ticks


def on_grid(notes: Sequence[Note], steps: int) -> list[GridNote]:
    """Notes of one bar (from tick 0) on its grid."""
    found = []
    for note in notes:
        position = snap(round(note.start_ticks / GRID_TICKS))
        if 0 <= position < steps:
            duration = max(round(note.duration_ticks / GRID_TICKS), 1)
            found.append(GridNote(position, note.part, note.pitch, note.velocity, duration))
    return found
