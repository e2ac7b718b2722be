"""The endless token stream: decodes ids to notes with absolute ticks, and can go back.

Called by the performer, on the engine thread, one unit of work at a time. The invariant: what the
stream holds is a function of the plan, the seed and the sampling, never of how far it had been
decoded when the plan changed. Snapshots at every bar line and position keep the random state and
what was drawn there, so going back and on again gives the same notes, and a new mood gives the same
notes whether it was known early or late.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from amt_live.engine import heads, holding
from amt_live.engine.draws import Draws
from amt_live.engine.leaning import GROUPS
from amt_live.engine.pen import Pen
from amt_live.engine.places import Arrival, Jump, Left, Programs, Snapshot
from amt_live.engine.plan import Change, Direction, Plan
from amt_live.inference.generator import Generator
from amt_live.music.beats import GRID_TICKS, STEPS_PER_BEAT
from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.parts import PARTS
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote, note_of

BEAT_TICKS: Final = GRID_TICKS * STEPS_PER_BEAT
KEPT_BARS: Final = 512


class Stream:
    """Decodes under a plan. Thread: engine."""

    def __init__(self, generator: Generator, plan: Plan) -> None:
        self.plan = plan
        self.pinned_programs: dict[int, int] = {}
        """Programs that the performer set by hand, by part: moods leave these alone."""
        self.most_notes: int | None = None
        """At one place, while decoding is behind."""
        self.generator = generator
        self._sampler = generator.sampler
        self.draws = Draws(generator)
        self.begin(0)

    def begin(self, origin_ticks: int) -> None:
        """Forget everything; the first bar starts at ``origin_ticks``."""
        self.generator.reset()
        self.draws.rewind(0)
        self.bars: list[Bar] = []
        self.horizon_ticks = origin_ticks
        """Everything before it is decoded."""
        self._pen = Pen(self.plan.at(origin_ticks))
        self._floor_ticks = origin_ticks
        self._programs: Programs = (-1,) * len(PARTS)
        self.enters_at: int | None = None
        """The tick of a turn whose mood is to enter in haste: with a few notes at the first place
        from there on. None again once they are decoded."""
        self.group: list[Note] = []
        self._outbox: list[Event] = []
        self.forced: deque[int | tuple[int, int]] = deque()
        """Ids to be written next, or the range that the next one is drawn from."""
        self.next_bar: int | None = None
        """Where a bar line is due, once the draw has said that the bar ends."""
        self.heard_bars: Mapping[int, tuple[int, ...]] = {}
        """Bars that somebody else played, by the tick of their line: their ids after the mood. They
        are context, not music: no events come of them."""
        self.snapshots: list[Snapshot] = []
        self.jump: Jump | None = None
        """Where it will go on as elsewhere: see ``go_on_at``."""
        self.left: Left | None = None
        self.is_odd = False
        """Whether bars with an even number are played as odd ones."""
        self._arrive(Arrival(origin_ticks, None, self._sampler.state))

    def advance(self) -> list[Event]:
        """Do one unit of work, a token at most; the events that became complete."""
        if self.forced:
            forced = self.forced.popleft()
            token = forced if isinstance(forced, int) else self._draw_key(*forced)
            self._append(token, note_of(self._pen.state, token))
        elif self.next_bar is not None:
            self._open_bar(self.next_bar)
        elif self.bars and self.bars[-1].start_ticks in self.heard_bars:
            self._arrive(Arrival(self._bar_end(), None, self._sampler.state))
        else:
            self._draw()
        events, self._outbox = self._outbox, []
        return events

    def rewind(self, ticks: int) -> None:
        """Forget what starts at or after ``ticks``, and go on from there under the present plan."""
        if self.left is not None and ticks <= self.left.at_ticks:
            self._leap_back(self.left)
        index = bisect_left(self.snapshots, ticks, key=lambda snapshot: snapshot.ticks)
        if index == len(self.snapshots):
            return
        snapshot = self.snapshots[index]
        del self.snapshots[index:]
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
        if self.next_bar is not None:
            self.next_bar = self._bar_end()

    def recover(self) -> None:
        """After an error: go back to the last whole group."""
        self.rewind(self.snapshots[-1].ticks)

    def forget_before(self, ticks: int) -> None:
        """Drop what can no longer be gone back to."""
        if self.left is not None and ticks > self.left.at_ticks:
            self.left = None
        index = bisect_left(self.snapshots, ticks, key=lambda snapshot: snapshot.ticks)
        del self.snapshots[: max(index - 1, 0)]
        if len(self.bars) > 2 * KEPT_BARS:
            del self.bars[:KEPT_BARS]

    def bar_at(self, ticks: int) -> Bar | None:
        """The bar that holds a tick, as far as bars are known."""
        index = bisect_right(self.bars, ticks, key=lambda bar: bar.start_ticks)
        return self.bars[index - 1] if index else None

    def position_at(self, ticks: int) -> int:
        """How many ids lie before a tick; all there are for one that is not decoded."""
        index = bisect_left(self.snapshots, ticks, key=lambda snapshot: snapshot.ticks)
        if index == len(self.snapshots):
            return self.generator.position
        return self.snapshots[index].position

    def use(
        self, generator: Generator, base: int, translate: Callable[[Direction], Direction]
    ) -> None:
        """Go on with a generator that has heard the same ids from position ``base`` on."""

        def moved(change: Change) -> Change:
            return replace(change, direction=translate(change.direction))

        self.generator = self.draws.generator = generator
        self._sampler = generator.sampler
        self.snapshots = [
            replace(known, position=known.position - base, change=moved(known.change))
            for known in self.snapshots
            if known.position >= base
        ]
        self._pen.use(moved(self._pen.change))

    def go_on_at(self, jump: Jump | None) -> None:
        """Jump, or do not, in the place of the jump that waits or that may be gone back from.

        The plan holds already what follows.
        """
        if self.left is not None and jump is not None and jump.at_ticks > self.left.at_ticks:
            self.left = None  # that one was played
        at_ticks = self.stand_back()
        self.jump = jump
        if at_ticks is not None:
            self._arrive(self.snapshots.pop().arrival)
        if jump is not None:
            self.rewind(jump.at_ticks)

    def stand_back(self) -> int | None:
        """Be just before the jump, if it was done and can be gone back from; the tick of it.

        What was decoded beyond it is forgotten; ``jump`` is the one that waits then.
        """
        if self.left is None:
            return None
        at_ticks = self.left.at_ticks
        self._leap_back(self.left)
        snapshot = self.snapshots[-1]
        self._restore(snapshot)
        self.horizon_ticks = at_ticks
        self._sampler.state, self.next_bar = snapshot.arrival.random, at_ticks
        return at_ticks

    def _leap(self, jump: Jump, at_ticks: int) -> None:
        before = self._pen.change.direction
        spans = list(self.draws.spans(0))
        self.left = Left(jump, at_ticks, self.generator, spans, self.snapshots, self.is_odd)
        self.jump = None
        jump.generator.rewind(jump.here.position)
        self._use(jump.generator, jump.spans)
        state = jump.here.arrival.random
        here = replace(
            jump.here,
            ticks=at_ticks,
            arrival=Arrival(at_ticks, None, state),
            floor_ticks=self._floor_ticks,
        )
        number = self.bars[-1].number + 1 if self.bars else 0
        self.is_odd = jump.is_odd != bool(number % 2)
        programs = self._programs
        self._stand_at(here)
        self.snapshots, self.next_bar = [here], at_ticks
        self._sampler.state = state
        direction = self.plan.at(at_ticks).direction
        if direction.is_same_mood(here.change.direction) and direction.text != before.text:
            self._outbox.append(Mark(at_ticks, direction.text))
        self._outbox.extend(
            ProgramChange(at_ticks, part, program)
            for part, program in enumerate(here.programs)
            if program not in (-1, programs[part]) and part not in self.pinned_programs
        )

    def _leap_back(self, left: Left) -> None:
        self._use(left.generator, left.spans)
        self.snapshots, self.is_odd = left.snapshots, left.is_odd
        self.jump, self.left = left.jump, None

    def _use(self, generator: Generator, spans: Sequence[tuple[int, Direction]]) -> None:
        generator.set_sampling(self.generator.sampling)
        self.generator = self.draws.generator = generator
        self._sampler = generator.sampler
        self.draws.begin_as(spans)

    def here(self) -> Snapshot:
        """Where the stream is now, in the middle of a group too."""
        return Snapshot(
            self.horizon_ticks,
            self.snapshots[-1].arrival,
            self.generator.position,
            self._pen.state,
            self._pen.change,
            self._floor_ticks,
            self._programs,
            self._pen.key,
            self._pen.chords,
            self._pen.held,
        )

    def be_at(
        self,
        here: Snapshot,
        back: list[Snapshot],
        group: list[Note],
        forced: list[int | tuple[int, int]],
        next_bar: int | None,
    ) -> None:
        """Be where another stream was; its ids and bars are here already."""
        self.snapshots, self.group, self.next_bar = back, group, next_bar
        self.forced = deque(forced)
        self._outbox = []
        self._stand_at(here)

    # Drawing.

    def _draw(self) -> None:
        pen, draws = self._pen, self.draws
        is_entry = self.enters_at is not None and pen.change.at_ticks >= self.enters_at
        bar = self.bars[-1]
        ranges = pen.ranges(
            floor_step=-(-(self._floor_ticks - bar.start_ticks) // GRID_TICKS),
            in_group=len(self.group),
            most_notes=self.most_notes,
            at_once=is_entry,
        )
        token = draws.draw(ranges, grammar.forbidden(pen.state), pen.bias(), GROUPS, pen.heat)
        if v.BAR_FIRST <= token < v.POSITION_FIRST:
            # Which bar line was drawn does not matter: the plan says how long bars are.
            self._arrive(Arrival(self._bar_end(), None, self._sampler.state))
        elif v.POSITION_FIRST <= token < v.PART_VELOCITY_FIRST:
            step = v.POSITIONS[token - v.POSITION_FIRST]
            ticks = bar.start_ticks + step * GRID_TICKS
            self._arrive(Arrival(ticks, token, self._sampler.state))
        else:
            note = note_of(pen.state, token)
            if note is not None:
                self._add_note(note)
            self._append(token, note, is_drawn=not draws.is_scripted)

    def _draw_key(self, first: int, end: int) -> int:
        return self.draws.draw(((first, end),), (), self._pen.key_bias())

    def _add_note(self, note: GridNote) -> None:
        bar = self.bars[-1]
        start = bar.start_ticks + note.position * GRID_TICKS
        if start >= self._floor_ticks:
            touch = self._pen.touch(note, bar.number + self.is_odd)
            self.group.append(Note(start, note.part, note.pitch, touch, note.duration * GRID_TICKS))

    def _bar_end(self) -> int:
        bar = self.bars[-1]
        return bar.start_ticks + bar.duration_ticks

    # Between groups.

    def _arrive(self, arrival: Arrival) -> None:
        """Between two groups: give out what is complete, let a new mood in, or go on as drawn.

        A mood that turns in mid-bar takes the place of the drawn position and draws its own.
        """
        self._sampler.state = arrival.random
        complete = [note for note in self.group if note.start_ticks >= self._floor_ticks]
        if complete and self.enters_at is not None and complete[0].start_ticks >= self.enters_at:
            self.enters_at = None
        self._outbox.extend(complete)
        self.group = []
        before = self._pen.change
        turn = self._turn_before(arrival)
        self.snapshots.append(
            Snapshot(
                turn.at_ticks if turn else arrival.ticks,
                arrival,
                self.generator.position,
                self._pen.state,
                before,
                self._floor_ticks,
                self._programs,
                self._pen.key,
                self._pen.chords,
                self._pen.held,
            )
        )
        self.horizon_ticks = max(self.horizon_ticks, self.snapshots[-1].ticks)
        if turn is not None:
            self._floor_ticks = max(self._floor_ticks, turn.at_ticks)
            self._announce(turn, before)
            self.forced.append(v.MOOD)
        elif arrival.token is None:
            self.next_bar = arrival.ticks
            if self.jump is not None and arrival.ticks >= self.jump.at_ticks:
                self._leap(self.jump, arrival.ticks)
        else:
            self.forced.append(arrival.token)

    def _turn_before(self, arrival: Arrival) -> Change | None:
        """The next change of mood to be written before the arrival; others come into force."""
        if self._pen.state.phase is grammar.Phase.START:
            return None  # nothing is written yet: the first bar opens under what holds then
        until = arrival.ticks if arrival.token is not None else arrival.ticks - 1
        while change := self.plan.next_after(self._pen.change.at_ticks, until):
            before, self._pen.change = self._pen.change, change
            if not change.direction.is_same_mood(before.direction):
                return change
        return None

    def _announce(self, change: Change, before: Change | None) -> None:
        """The marker, the leaning and the sounds of a mood, at the tick where it begins."""
        self._pen.turn(change)
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
        self.next_bar = None
        change = self.plan.at(start_ticks)
        before = self._pen.change if self.bars else None
        self._pen.change = change
        if before is None or not change.direction.is_same_mood(before.direction):
            self._announce(replace(change, at_ticks=start_ticks), before)
        if self.bars and self.bars[-1].start_ticks in self.heard_bars:
            self._pen.held = holding.turned(self._pen.held)  # who was silent did so to listen
        beats = change.direction.mood.beats_per_bar
        number = self.bars[-1].number + 1 if self.bars else 0
        self.bars.append(Bar(start_ticks, beats * BEAT_TICKS, number))
        self._outbox.append(self.bars[-1])
        self.forced.extend((v.bar_id(beats * STEPS_PER_BEAT), v.MOOD))
        heard_ids = self.heard_bars.get(start_ticks)
        self.forced.extend(
            heads.controls(change.direction, number) if heard_ids is None else heard_ids
        )

    # Tokens.

    def _append(self, token: int, note: GridNote | None, *, is_drawn: bool = False) -> None:
        self._pen.write(token, note, is_drawn=is_drawn)
        generator, direction = self.generator, self._pen.change.direction
        if v.BAR_FIRST <= token < v.POSITION_FIRST:
            generator.mark()
        self.draws.heard(generator.position, direction)
        generator.feed(token, direction.mood)

    def _restore(self, snapshot: Snapshot) -> None:
        self.generator.rewind(snapshot.position)
        self.draws.rewind(snapshot.position)
        keep = bisect_left(self.bars, snapshot.ticks, key=lambda bar: bar.start_ticks)
        if snapshot.arrival.token is not None:
            # At the first position of a bar its line is written already.
            keep = bisect_right(self.bars, snapshot.ticks, key=lambda bar: bar.start_ticks)
        del self.bars[keep:]
        self._stand_at(snapshot)
        self.group, self._outbox = [], []
        self.forced.clear()
        self.next_bar = None

    def _stand_at(self, snapshot: Snapshot) -> None:
        self._pen.stand_at(snapshot)
        self._floor_ticks, self._programs = snapshot.floor_ticks, snapshot.programs
