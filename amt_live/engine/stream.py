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

from amt_live.engine import heads, holding, openings
from amt_live.engine.chording import chord_at, heard, is_on_beat
from amt_live.engine.draws import Draws
from amt_live.engine.leaning import GROUPS, Floats, Leaning, Over
from amt_live.engine.places import Arrival, Jump, Left, Programs, Snapshot
from amt_live.engine.plan import Change, Chord, Direction, Plan
from amt_live.engine.ruling import nats_for
from amt_live.engine.touch import velocity
from amt_live.inference.generator import Generator
from amt_live.music.beats import GRID_TICKS, STEPS_PER_BEAT
from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.music.parts import PARTS, part_named
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import note_of

BEAT_TICKS: Final = GRID_TICKS * STEPS_PER_BEAT
KEPT_BARS: Final = 512
ENTRY_NOTES: Final = 3
"""Notes with which a mood enters that turns at once: more would take longer to decode."""
BASS: Final = part_named("bass").index

PLACING: Final = frozenset((grammar.Phase.HEAD, grammar.Phase.PITCH))
"""Where the next position may be drawn."""
PLACING_HEAT: Final = 0.82
"""Rhythm is drawn cooler than pitch: what repeats, grooves."""


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
        self._state = grammar.START
        self._change = self.plan.at(origin_ticks)
        self._floor_ticks = origin_ticks
        self._programs: Programs = (-1,) * len(PARTS)
        self._key: int | None = None
        """Key (0-23) that the last bar with a key was written in, under this mood."""
        self.enters_at: int | None = None
        """The tick of a turn whose mood is to enter in haste: with a few notes at the first place
        from there on. None again once they are decoded."""
        self._chords: tuple[Chord, ...] = ()
        """Chords of the bar in progress."""
        self._held = holding.SILENCE
        self._leaning = Leaning(self._change.direction.mood)
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
            self._append(forced if isinstance(forced, int) else self._draw_key(*forced))
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
        self._change = moved(self._change)
        self._leaning = Leaning(self._change.direction.mood)

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
        before = self._change.direction
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
            self._state,
            self._change,
            self._floor_ticks,
            self._programs,
            self._key,
            self._chords,
            self._held,
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
        bias = self._bias()
        heat = PLACING_HEAT if self._state.phase in PLACING else 1.0
        ranges, forbidden = self._ranges(), grammar.forbidden(self._state)
        token = self.draws.draw(ranges, forbidden, bias, GROUPS, heat)
        if v.BAR_FIRST <= token < v.POSITION_FIRST:
            # Which bar line was drawn does not matter: the plan says how long bars are.
            self._arrive(Arrival(self._bar_end(), None, self._sampler.state))
        elif v.POSITION_FIRST <= token < v.PART_VELOCITY_FIRST:
            step = v.POSITIONS[token - v.POSITION_FIRST]
            ticks = self.bars[-1].start_ticks + step * GRID_TICKS
            self._arrive(Arrival(ticks, token, self._sampler.state))
        else:
            self._add_note(token)
            self._append(token)

    def _bias(self) -> Floats:
        """How the mood, the key, the chord and whoever is outside lean on the next draw."""
        leans = self._change.direction.leans
        return self._own_bias() + nats_for(leans) if leans else self._own_bias()

    def _own_bias(self) -> Floats:
        """How the mood, the key and the chord lean."""
        state, direction = self._state, self._change.direction
        is_key_asked = direction.key is not None or direction.mood.key is not None
        if state.phase is grammar.Phase.CHORD_ROOT and (planned := self._chords[-1]) is not None:
            return self._leaning.quality_bias(self._key, planned[0], is_key_asked=is_key_asked)
        chord = chord_at(self._chords, state.position, state.bar_steps)
        if chord is None or state.phase not in (grammar.Phase.DURATION, grammar.Phase.PITCH):
            over = None
        else:
            is_asked = bool(direction.chords)
            over = Over(chord, is_asked, state.part == BASS, is_on_beat(state.position))
        bias = self._leaning.bias(self._key, over, is_key_asked=is_key_asked)
        aim = heads.aim(direction)
        if aim is None or state.phase not in holding.HELD:
            return bias
        bias = bias.copy()
        asked = holding.Asked(is_key_asked, bool(direction.chords))
        holding.lean(bias, self._held, state, self._key, aim, asked)
        return bias

    def _draw_key(self, first: int, end: int) -> int:
        return self.draws.draw(((first, end),), (), self._leaning.bias(self._key))

    def _add_note(self, token: int) -> None:
        note = note_of(self._state, token)
        if note is None:
            return
        start = self.bars[-1].start_ticks + note.position * GRID_TICKS
        duration = note.duration * GRID_TICKS
        if start >= self._floor_ticks:
            mood, bar = self._change.direction.mood, self.bars[-1].number
            touch = velocity(
                mood.touch,
                note.part,
                self._state.level,
                note.pitch,
                note.position,
                bar + self.is_odd,
            )
            self.group.append(Note(start, note.part, note.pitch, touch, duration))

    def _ranges(self) -> grammar.Ranges:
        is_entry = self.enters_at is not None and self._change.at_ticks >= self.enters_at
        return openings.ranges(
            self._state,
            floor_step=-(-(self._floor_ticks - self.bars[-1].start_ticks) // GRID_TICKS),
            in_group=len(self.group),
            most_notes=ENTRY_NOTES if is_entry else self.most_notes,
            at_once=is_entry,
            are_chords_written=bool(self._change.direction.chords),
        )

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
        before = self._change
        turn = self._turn_before(arrival)
        self.snapshots.append(
            Snapshot(
                turn.at_ticks if turn else arrival.ticks,
                arrival,
                self.generator.position,
                self._state,
                before,
                self._floor_ticks,
                self._programs,
                self._key,
                self._chords,
                self._held,
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
        if self._state.phase is grammar.Phase.START:
            return None  # nothing is written yet: the first bar opens under what holds then
        until = arrival.ticks if arrival.token is not None else arrival.ticks - 1
        while change := self.plan.next_after(self._change.at_ticks, until):
            before, self._change = self._change, change
            if not change.direction.is_same_mood(before.direction):
                return change
        return None

    def _announce(self, change: Change, before: Change | None) -> None:
        """The marker, the leaning and the sounds of a mood, at the tick where it begins."""
        self._leaning = Leaning(change.direction.mood)
        self._held = holding.turned(self._held)
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
        self.next_bar = None
        change = self.plan.at(start_ticks)
        before = self._change if self.bars else None
        self._change = change
        if before is None or not change.direction.is_same_mood(before.direction):
            self._announce(replace(change, at_ticks=start_ticks), before)
        if self.bars and self.bars[-1].start_ticks in self.heard_bars:
            self._held = holding.turned(self._held)  # who was silent did so to listen
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

    def _append(self, token: int) -> None:
        before, self._state = self._state, grammar.advance(self._state, token)
        aim = heads.aim(self._change.direction)
        self._held = holding.after(self._held, before, token, self._state, self._key, aim)
        if v.KEY_FIRST <= token < v.DENSITY_FIRST:
            self._key = token - v.KEY_FIRST
        if v.BAR_FIRST <= token < v.POSITION_FIRST:
            self.generator.mark()
            self._chords = ()
        elif token >= v.CHORD_ROOT_FIRST:
            self._chords = heard(self._chords, token)
        self.draws.heard(self.generator.position, self._change.direction)
        self.generator.feed(token, self._change.direction.mood)

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
        self._state = snapshot.state
        self._change = snapshot.change
        self._floor_ticks = snapshot.floor_ticks
        self._programs = snapshot.programs
        self._key = snapshot.key
        self._chords = snapshot.chords
        self._held = snapshot.held
        self._leaning = Leaning(snapshot.change.direction.mood)
