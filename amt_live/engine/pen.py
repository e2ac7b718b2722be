"""Where a stream stands on the page, and what that says of the next draw: mask, lean and note.

Called by the stream, on the engine thread, with every token; it knows neither ticks nor the model.
"""

from typing import Final

import numpy as np

from amt_live.engine import heads, holding, openings
from amt_live.engine.chording import chord_at, heard, is_on_beat
from amt_live.engine.leaning import Floats, Leaning, Over
from amt_live.engine.places import Snapshot
from amt_live.engine.plan import Change, Chord, Direction
from amt_live.engine.ruling import nats_for
from amt_live.engine.touch import velocity
from amt_live.music.parts import part_named
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

BASS: Final = part_named("bass").index
ENTRY_NOTES: Final = 3
"""Notes with which a mood enters that turns at once: more would take longer to decode."""
PLACING: Final = frozenset((grammar.Phase.HEAD, grammar.Phase.PITCH))
"""Where the next position may be drawn."""
PLACING_HEAT: Final = 0.82
"""Rhythm is drawn cooler than pitch: what repeats, grooves."""


class Pen:
    """The state after the ids so far, and the direction that they are written under."""

    def __init__(self, change: Change) -> None:
        self.state = grammar.START
        self.change = change
        self.key: int | None = None
        """Key (0-23) that the last bar with a key was written in, under this mood."""
        self.chords: tuple[Chord, ...] = ()
        """Chords of the bar in progress."""
        self.held = holding.SILENCE
        self._leaning = Leaning(change.direction.mood)
        self._sum: Floats = np.zeros(v.SIZE, np.float32)
        self._aimed: Direction | None = None
        self._aim: Aim | None = None

    def stand_at(self, snapshot: Snapshot) -> None:
        """Be where the stream was."""
        self.state, self.change = snapshot.state, snapshot.change
        self.key, self.chords, self.held = snapshot.key, snapshot.chords, snapshot.held
        self._leaning = Leaning(snapshot.change.direction.mood)

    def use(self, change: Change) -> None:
        """Write under the same mood as another model reads it."""
        self.change, self._leaning = change, Leaning(change.direction.mood)

    def turn(self, change: Change) -> None:
        """Another mood begins: nothing that was called for is called for any more."""
        self._leaning = Leaning(change.direction.mood)
        self.held = holding.turned(self.held)
        if change.direction.step <= 1:  # a glide keeps the key that it began in
            self.key = None

    @property
    def aim(self) -> Aim | None:
        """What the music is held to."""
        direction = self.change.direction
        if direction is not self._aimed:
            self._aimed, self._aim = direction, heads.aim(direction)
        return self._aim

    @property
    def heat(self) -> float:
        """What the temperature of the next draw is multiplied by."""
        return PLACING_HEAT if self.state.phase in PLACING else 1.0

    def ranges(
        self, *, floor_step: int, in_group: int, most_notes: int | None, at_once: bool
    ) -> grammar.Ranges:
        """Which ids may be drawn next; see ``openings``. ``at_once``: a mood enters in haste."""
        return openings.ranges(
            self.state,
            floor_step=floor_step,
            in_group=in_group,
            most_notes=ENTRY_NOTES if at_once else most_notes,
            at_once=at_once,
            are_chords_written=bool(self.change.direction.chords),
        )

    def bias(self) -> Floats:
        """How the mood, the key, the chord and whoever is outside lean on the next draw: nats [V],
        good until the next call. In phases that are held to the mood they are whole where the phase
        draws from, and nowhere else."""
        leans = self.change.direction.leans
        return self._own_bias() + nats_for(leans) if leans else self._own_bias()

    def key_bias(self) -> Floats:
        """The same for the draw of a key at the head of a bar."""
        return self._leaning.bias(self.key)

    def _own_bias(self) -> Floats:
        state, direction = self.state, self.change.direction
        phase = state.phase
        is_key_asked = direction.key is not None or direction.mood.key is not None
        if phase is grammar.Phase.CHORD_ROOT and (planned := self.chords[-1]) is not None:
            return self._leaning.quality_bias(self.key, planned[0], is_key_asked=is_key_asked)
        over = None
        if phase is grammar.Phase.PITCH or phase is grammar.Phase.DURATION:
            chord = chord_at(self.chords, state.position, state.bar_steps)
            if chord is not None:
                is_asked = bool(direction.chords)
                over = Over(chord, is_asked, state.part == BASS, is_on_beat(state.position))
        bias = self._leaning.bias(self.key, over, is_key_asked=is_key_asked)
        aim = self.aim
        if aim is None or phase not in holding.HELD:
            return bias
        both = self._sum
        np.copyto(both, bias)
        asked = holding.Asked(is_key_asked, bool(direction.chords))
        holding.lean(both, self.held, state, self.key, aim, asked)
        return both

    def touch(self, note: GridNote, bar: int) -> int:
        """How hard a note is struck, in a bar with such a number."""
        quantiles, level = self.change.direction.mood.touch, self.state.level
        return velocity(quantiles, note.part, level, note.pitch, note.position, bar)

    def write(self, token: int, note: GridNote | None, *, is_drawn: bool) -> None:
        """Stand behind one more id, which made a note or none.

        Raises ValueError for one that may not stand there; ``is_drawn`` says that it was drawn
        under the mask of this place.
        """
        before = self.state
        go_on = grammar.after if is_drawn else grammar.advance
        self.state = go_on(before, token)
        self.held = holding.after(self.held, before, token, note, self.key, self.aim)
        if token >= v.KEY_FIRST:
            if token < v.DENSITY_FIRST:
                self.key = token - v.KEY_FIRST
            elif token >= v.CHORD_ROOT_FIRST:
                self.chords = heard(self.chords, token)
        elif v.BAR_FIRST <= token < v.POSITION_FIRST:
            self.chords = ()
