"""The endless token stream: decodes ids to notes with absolute ticks, and can go back.

Called by the performer, on the engine thread, one unit of work at a time. The invariant: what the
stream holds is a function of the plan, the seed and the sampling, never of how far it had been
decoded when the plan changed. Snapshots at every bar line and position keep the random state and
what was drawn there, so going back and on again gives the same notes, and a new mood gives the same
notes whether it was known early or late.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Final

from amt_live.engine import heads
from amt_live.engine.leaning import GROUPS, Leaning
from amt_live.engine.plan import Change, Plan
from amt_live.inference.generator import Generator
from amt_live.music.beats import GRID_TICKS, STEPS_PER_BEAT
from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.parts import PARTS
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import note_of

BEAT_TICKS: Final = GRID_TICKS * STEPS_PER_BEAT
KEPT_BARS: Final = 512

Programs = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """The next group starts at ``ticks`` with the position ``token``, or (None) with a bar line."""

    ticks: int
    token: int | None
    random: Any
    """Random state after the draw."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The stream just before the first token at or after ``ticks``."""

    ticks: int
    arrival: _Arrival
    position: int
    state: grammar.State
    change: Change
    floor_ticks: int
    programs: Programs
    key: int | None


class Stream:
    """Decodes under a plan. Thread: engine."""

    def __init__(self, generator: Generator, plan: Plan) -> None:
        self.plan = plan
        self.pinned_programs: dict[int, int] = {}
        """Programs that the performer set by hand, by part: moods leave these alone."""
        self._generator = generator
        self._sampler = generator.sampler
        self.begin(0)

    def begin(self, origin_ticks: int) -> None:
        """Forget everything; the first bar starts at ``origin_ticks``."""
        self._generator.reset()
        self.bars: list[Bar] = []
        self.horizon_ticks = origin_ticks
        """Everything before it is decoded."""
        self._state = grammar.START
        self._change = self.plan.at(origin_ticks)
        self._floor_ticks = origin_ticks
        self._programs: Programs = (-1,) * len(PARTS)
        self._key: int | None = None
        """Key (0-23) that the last bar with a key was written in, under this mood."""
        self._leaning = Leaning(self._change.direction.mood)
        self._group: list[Note] = []
        self._outbox: list[Event] = []
        self._forced: deque[int | tuple[int, int]] = deque()
        """Ids to be written next, or the range that the next one is drawn from."""
        self._next_bar: int | None = None
        """Where a bar line is due, once the draw has said that the bar ends."""
        self._snapshots: list[_Snapshot] = []
        self._arrive(_Arrival(origin_ticks, None, self._sampler.state))

    def advance(self) -> list[Event]:
        """Do one unit of work, a token at most; the events that became complete."""
        if self._forced:
            forced = self._forced.popleft()
            self._append(forced if isinstance(forced, int) else self._draw_key(*forced))
        elif self._next_bar is not None:
            self._open_bar(self._next_bar)
        else:
            self._draw()
        events, self._outbox = self._outbox, []
        return events

    def rewind(self, ticks: int) -> None:
        """Forget what starts at or after ``ticks``, and go on from there under the present plan."""
        index = bisect_left(self._snapshots, ticks, key=lambda snapshot: snapshot.ticks)
        if index == len(self._snapshots):
            return
        snapshot = self._snapshots[index]
        del self._snapshots[index:]
        self._restore(snapshot)
        self.horizon_ticks = min(self.horizon_ticks, ticks)
        self._arrive(snapshot.arrival)

    def skip_to(self, ticks: int) -> None:
        """Write nothing before ``ticks``: the playhead has overtaken the stream."""
        self._floor_ticks = max(self._floor_ticks, ticks)
        self.horizon_ticks = max(self.horizon_ticks, ticks)
        if not self.bars:
            return
        # Whole bars may go by unplayed; the grid of bar lines stays where it was.
        bar = self.bars[-1]
        while ticks >= bar.start_ticks + 2 * bar.duration_ticks:
            bar = replace(bar, start_ticks=self._bar_end(), number=bar.number + 1)
            self.bars.append(bar)
        if self._next_bar is not None:
            self._next_bar = self._bar_end()

    def recover(self) -> None:
        """After an error: go back to the last whole group."""
        self.rewind(self.horizon_ticks)

    def forget_before(self, ticks: int) -> None:
        """Drop what can no longer be gone back to."""
        index = bisect_left(self._snapshots, ticks, key=lambda snapshot: snapshot.ticks)
        del self._snapshots[: max(index - 1, 0)]
        if len(self.bars) > 2 * KEPT_BARS:
            del self.bars[:KEPT_BARS]

    def bar_at(self, ticks: int) -> Bar | None:
        """The bar that holds a tick, as far as bars are known."""
        index = bisect_right(self.bars, ticks, key=lambda bar: bar.start_ticks)
        return self.bars[index - 1] if index else None

    # Drawing.

    def _draw(self) -> None:
        bias = self._leaning.bias(self._key)
        token = self._generator.choose(self._ranges(), grammar.forbidden(self._state), bias, GROUPS)
        if v.BAR_FIRST <= token < v.POSITION_FIRST:
            # Which bar line was drawn does not matter: the plan says how long bars are.
            self._arrive(_Arrival(self._bar_end(), None, self._sampler.state))
        elif v.POSITION_FIRST <= token < v.PART_VELOCITY_FIRST:
            step = v.POSITIONS[token - v.POSITION_FIRST]
            ticks = self.bars[-1].start_ticks + step * GRID_TICKS
            self._arrive(_Arrival(ticks, token, self._sampler.state))
        else:
            self._add_note(token)
            self._append(token)

    def _draw_key(self, first: int, end: int) -> int:
        return self._generator.choose(((first, end),), (), self._leaning.bias(self._key))

    def _add_note(self, token: int) -> None:
        note = note_of(self._state, token)
        if note is None:
            return
        start = self.bars[-1].start_ticks + note.position * GRID_TICKS
        duration = note.duration * GRID_TICKS
        if start >= self._floor_ticks:
            self._group.append(Note(start, note.part, note.pitch, note.velocity, duration))

    def _ranges(self) -> grammar.Ranges:
        allowed = grammar.allowed(self._state)
        phase = self._state.phase
        if phase is not grammar.Phase.PITCH and phase is not grammar.Phase.HEAD:
            return allowed
        floor_step = -(-(self._floor_ticks - self.bars[-1].start_ticks) // GRID_TICKS)
        if floor_step <= self._state.position:
            return allowed
        first = v.POSITION_FIRST + bisect_left(v.POSITIONS, floor_step)
        ranges = []
        for low, high in allowed:
            if v.POSITION_FIRST <= low < v.PART_VELOCITY_FIRST:
                low = max(low, first)
            elif low >= v.PART_VELOCITY_FIRST and phase is grammar.Phase.PITCH:
                continue  # the group in progress lies before the floor: it ends here
            if low < high:
                ranges.append((low, high))
        return tuple(ranges)

    def _bar_end(self) -> int:
        bar = self.bars[-1]
        return bar.start_ticks + bar.duration_ticks

    # Between groups.

    def _arrive(self, arrival: _Arrival) -> None:
        """Between two groups: give out what is complete, let a new mood in, or go on as drawn.

        A mood that turns in mid-bar takes the place of the drawn position and draws its own.
        """
        self._sampler.state = arrival.random
        self._outbox.extend(note for note in self._group if note.start_ticks >= self._floor_ticks)
        self._group = []
        before = self._change
        turn = self._turn_before(arrival)
        self._snapshots.append(
            _Snapshot(
                turn.at_ticks if turn else arrival.ticks,
                arrival,
                self._generator.position,
                self._state,
                before,
                self._floor_ticks,
                self._programs,
                self._key,
            )
        )
        self.horizon_ticks = max(self.horizon_ticks, self._snapshots[-1].ticks)
        if turn is not None:
            self._floor_ticks = max(self._floor_ticks, turn.at_ticks)
            self._announce(turn, before)
            self._forced.append(v.MOOD)
        elif arrival.token is None:
            self._next_bar = arrival.ticks
        else:
            self._forced.append(arrival.token)

    def _turn_before(self, arrival: _Arrival) -> Change | None:
        """The next change of mood to be written before the arrival; others come into force."""
        until = arrival.ticks if arrival.token is not None else arrival.ticks - 1
        while change := self.plan.next_after(self._change.at_ticks, until):
            before, self._change = self._change, change
            if not change.direction.is_same_mood(before.direction):
                return change
        return None

    def _announce(self, change: Change, before: Change | None) -> None:
        """The marker, the leaning and the sounds of a mood, at the tick where it begins."""
        self._leaning = Leaning(change.direction.mood)
        if change.direction.step <= 1:  # a glide keeps the key that it began in
            self._key = None
        is_new = before is None or before.direction.revision[0] != change.direction.revision[0]
        if is_new and change.direction.text:
            self._outbox.append(Mark(change.at_ticks, change.direction.text))
        programs = change.direction.mood.programs
        wanted = tuple(
            self.pinned_programs.get(part.index, programs.get(part.index, part.program))
            for part in PARTS
        )
        self._outbox.extend(
            ProgramChange(change.at_ticks, part, program)
            for part, program in enumerate(wanted)
            if program != self._programs[part] and part not in self.pinned_programs
        )
        self._programs = wanted

    def _open_bar(self, start_ticks: int) -> None:
        self._next_bar = None
        change = self.plan.at(start_ticks)
        before = self._change if self.bars else None
        self._change = change
        if before is None or not change.direction.is_same_mood(before.direction):
            self._announce(replace(change, at_ticks=start_ticks), before)
        beats = change.direction.mood.beats_per_bar
        number = self.bars[-1].number + 1 if self.bars else 0
        self.bars.append(Bar(start_ticks, beats * BEAT_TICKS, number))
        self._outbox.append(self.bars[-1])
        self._forced.extend((v.bar_id(beats * STEPS_PER_BEAT), v.MOOD))
        self._forced.extend(heads.controls(change.direction, number))

    # Tokens.

    def _append(self, token: int) -> None:
        self._state = grammar.advance(self._state, token)
        if v.KEY_FIRST <= token < v.DENSITY_FIRST:
            self._key = token - v.KEY_FIRST
        if v.BAR_FIRST <= token < v.POSITION_FIRST:
            self._generator.mark()
        self._generator.feed(token, self._change.direction.mood)

    def _restore(self, snapshot: _Snapshot) -> None:
        self._generator.rewind(snapshot.position)
        keep = bisect_left(self.bars, snapshot.ticks, key=lambda bar: bar.start_ticks)
        if snapshot.arrival.token is not None:
            # At the first position of a bar its line is written already.
            keep = bisect_right(self.bars, snapshot.ticks, key=lambda bar: bar.start_ticks)
        del self.bars[keep:]
        self._state = snapshot.state
        self._change = snapshot.change
        self._floor_ticks = snapshot.floor_ticks
        self._programs = snapshot.programs
        self._key = snapshot.key
        self._leaning = Leaning(snapshot.change.direction.mood)
        self._group, self._outbox = [], []
        self._forced.clear()
        self._next_bar = None
