"""What governs the music from which tick on: moods and per-bar controls, as a small sorted list.

The token stream is a function of this plan, the seed and the sampling: arming, cancelling and
undoing a mood edit the plan and rewind the stream to the edit; nothing else has to remember it.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from amt_live.control.leans import Leans
from amt_live.text.conditioning import Mood

Source = tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...], float | None, int]
"""What a mood was read from: its recipe, that of its sounds where it is another, the energy, and
the number that its examples were drawn by."""

Chord = tuple[int, int] | None
"""Root 0-11 from C and an index into CHORD_QUALITIES; None is a stretch without a chord."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What the band is told: a mood, and controls that hold for every bar. None leaves it free.

    ``revision`` tells two readings of one text apart (its id, and the energy it was read with).
    """

    mood: Mood = field(compare=False)
    text: str
    revision: tuple[int, float | None]
    key: int | None = None
    density: int | None = None
    chords: tuple[tuple[Chord, ...], ...] = ()
    chords_from_bar: int = 0
    step: int = 0
    """Which step of a glide it is, from 1; 0 outside one."""
    source: Source = field(default=((("", 1.0),), (), None, 0), compare=False)
    leans: Leans = ()
    """What somebody outside prefers in this stretch; no part of a mood, nor of the controls."""

    def put(self, direction: "Direction") -> "Direction":
        """Another direction, under the controls of this one."""
        return replace(
            direction,
            key=self.key,
            density=self.density,
            chords=self.chords,
            chords_from_bar=self.chords_from_bar,
            leans=self.leans,
        )

    def is_same_mood(self, other: "Direction") -> bool:
        """Whether nothing turns between the two, whatever their controls are."""
        return self.revision == other.revision and self.step == other.step


@dataclass(frozen=True, slots=True)
class Change:
    """From ``at_ticks`` on, ``direction`` holds."""

    at_ticks: int
    direction: Direction


class Plan:
    """Changes in the order of their ticks; the first one holds from the beginning of time."""

    def __init__(self, direction: Direction, at_ticks: int = 0) -> None:
        self._changes = [Change(at_ticks, direction)]

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Plan":
        """A plan that holds these changes, at least one, in the order of their ticks."""
        plan = cls(changes[0].direction, changes[0].at_ticks)
        plan._changes = list(changes)
        return plan

    @property
    def changes(self) -> list[Change]:
        """All of it. Do not change it: another list takes its place when the plan changes."""
        return self._changes

    def at(self, ticks: int) -> Change:
        """The change in force at a tick (the first one for any tick before it)."""
        index = bisect_right(self._changes, ticks, key=lambda change: change.at_ticks)
        return self._changes[max(index - 1, 0)]

    def next_after(self, after_ticks: int, until_ticks: int) -> Change | None:
        """The first change after ``after_ticks`` and not after ``until_ticks``."""
        index = bisect_right(self._changes, after_ticks, key=lambda change: change.at_ticks)
        if index < len(self._changes) and self._changes[index].at_ticks <= until_ticks:
            return self._changes[index]
        return None

    def revise(
        self,
        from_ticks: int,
        revision: Callable[[Direction], Direction],
        until_ticks: int | None = None,
    ) -> None:
        """Change what holds from a tick on, later changes included, or up to another tick."""
        before = [change for change in self._changes if change.at_ticks < from_ticks]
        after = [change for change in self._changes if change.at_ticks > from_ticks]
        after.insert(0, Change(from_ticks, self.at(from_ticks).direction))
        if until_ticks is not None and all(change.at_ticks != until_ticks for change in after):
            after.append(Change(until_ticks, self.at(until_ticks).direction))
            after.sort(key=lambda change: change.at_ticks)
        merged = before
        for change in after:
            is_meant = until_ticks is None or change.at_ticks < until_ticks
            direction = revision(change.direction) if is_meant else change.direction
            if not merged or merged[-1].direction != direction:
                merged.append(Change(change.at_ticks, direction))
        self._changes = merged

    def replace_from(self, from_ticks: int, changes: Sequence[Change]) -> None:
        """Let these changes take the place of what holds from a tick on; the first one is there."""
        before = [change for change in self._changes if change.at_ticks < from_ticks]
        self._changes = [*before, *changes]

    def forget_before(self, ticks: int) -> None:
        """Drop what was superseded before a tick."""
        current = self.at(ticks)
        if current is not self._changes[0]:
            self._changes = [c for c in self._changes if c.at_ticks >= current.at_ticks]
