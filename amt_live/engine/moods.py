"""The mood that plays, the one that is armed, those before; and the reader of words.

Thread: engine. Invariant: at most one mood is armed; arming another one first takes the armed one
out of the plan.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from amt_live.engine.plan import Direction, Source
from amt_live.engine.recipes import Recipe, between, name_of, plain
from amt_live.engine.roles import MoodReader
from amt_live.engine.scenes import Scene
from amt_live.errors import UsageError
from amt_live.text.conditioning import Floats, Mood, blend
from amt_live.text.examples import PART_PREFIX, mixed
from amt_live.text.explicit import attributes_said, obey, read_explicit, wanted

if TYPE_CHECKING:
    from amt_live.engine.banks import Bank

MAX_HISTORY: Final = 100
ENERGY_ATTRIBUTES: Final = ("arousal", "velocity")
ENERGY_SPAN: Final = 2.0
"""Energy 0 and 1 are this many standard deviations below and above the middle."""


class _Embedder(Protocol):
    def embed(self, text: str) -> Floats: ...

    def knows(self, text: str) -> bool: ...


class _Conditioner(Protocol):
    def condition(
        self,
        embedding: Floats,
        overrides: Mapping[str, float] | None = None,
        example: Floats | None = None,
    ) -> Mood: ...

    def example(self, embedding: Floats, said: Mapping[str, float], draw: int) -> Floats | None: ...

    def null(self) -> Mood: ...

    @property
    def whole_traits(self) -> int: ...


class TextMoods:
    """Reads words with the text encoder of a model. Thread: any."""

    def __init__(self, embedder: _Embedder, conditioner: _Conditioner) -> None:
        self._embedder = embedder
        self._conditioner = conditioner

    def knows(self, text: str) -> bool:
        """Whether a text was read before, so that reading it again costs next to nothing."""
        return not text or self._embedder.knows(text)

    def hear(self, text: str) -> None:
        """Read a text, so that it is known."""
        self._embedder.embed(text)

    def read(self, text: str, overrides: Mapping[str, float], draw: int = 0) -> Mood:
        """See ``roles.MoodReader``."""
        if not text:
            return self._conditioner.null()
        embedding, said = self._embedder.embed(text), read_explicit(text)
        named = attributes_said(said)
        example = self._conditioner.example(embedding, wanted(said), _number(draw, text))
        return obey(self._conditioner.condition(embedding, {**named, **overrides}, example), said)

    def blend(
        self,
        texts: Sequence[tuple[str, float]],
        overrides: Mapping[str, float],
        draw: int = 0,
    ) -> Mood:
        """See ``roles.MoodReader``."""
        embeddings = [self._embedder.embed(text) for text, _ in texts]
        weights = [weight for _, weight in texts]
        try:
            mean = blend(embeddings, weights)
        except ValueError as error:
            raise UsageError(str(error)) from None
        examples = [
            self._conditioner.example(embedding, wanted(read_explicit(text)), _number(draw, text))
            for embedding, (text, _) in zip(embeddings, texts, strict=True)
        ]
        known = [(e, w) for e, w in zip(examples, weights, strict=True) if e is not None]
        example = None
        if len(known) == len(texts):
            example = mixed(known, self._conditioner.whole_traits)
        said = read_explicit(max(texts, key=lambda pair: pair[1])[0])
        by_rule = {**attributes_said(said), **overrides}
        return obey(self._conditioner.condition(mean, by_rule, example), said)


def _number(draw: int, text: str) -> int:
    """A number for each text under one draw, so that no passage is lucky for all of them."""
    return zlib.crc32(f"{draw} {text}".encode())


@dataclass(frozen=True, slots=True)
class Reading:
    """A recipe that was read: what a direction needs to know of it."""

    id: int
    text: str
    mood: Mood
    energy: float | None
    recipe: Recipe
    step: int = 0
    """Which step of a glide it is, from 1."""
    sounds: Recipe = ()
    """The recipe whose parts, programs and meter it has, where that is another one."""
    draw: int = 0
    """The number that its examples were drawn by."""

    @property
    def source(self) -> Source:
        """What it was read from."""
        return (self.recipe, self.sounds, self.energy, self.draw)

    def put(self, direction: Direction) -> Direction:
        """A direction with this mood in it."""
        revision = (self.id, self.energy)
        return replace(
            direction,
            mood=self.mood,
            text=self.text,
            revision=revision,
            step=self.step,
            source=self.source,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A reading, and the tick from which it holds."""

    at_ticks: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Armed:
    """A reading that waits for its tick; ``before`` is what it will replace."""

    reading: Reading
    before: Reading
    at_ticks: int
    arrived_s: float
    is_undo: bool = False
    then: tuple[Step, ...] = ()
    """The rest of a glide that begins with it: the last one is where it goes."""
    ends_glide: bool = False
    scene: Scene | None = None
    """What is set together with it."""
    bank: "Bank | None" = None
    """What the stream goes on from together with it."""


class MoodDesk:
    """Reads moods and remembers them."""

    def __init__(self, reader: MoodReader, text: str = "", draw: int = 0) -> None:
        self._reader = reader
        self._next_id = 1
        self.energy: float | None = None
        self.draw = draw
        """What new moods are drawn by: the seed."""
        mood = self._read(plain(text))
        self.current = Reading(0, text, mood, None, plain(text), draw=draw)
        self.armed: Armed | None = None
        self.steps: tuple[Step, ...] = ()
        """Steps of a glide that the playhead has not reached; its end is the armed mood."""
        self._history: list[Reading] = []

    def direction(self) -> Direction:
        """The current mood as the only direction."""
        now = self.current
        return Direction(now.mood, now.text, (now.id, now.energy), source=now.source)

    def new_id(self) -> int:
        """A number that no mood has had."""
        self._next_id += 1
        return self._next_id - 1

    def read(self, recipe: Recipe) -> Reading:
        """Read a new mood, a few milliseconds for each text; raises UsageError."""
        mood = self._read(recipe)
        return Reading(self.new_id(), name_of(recipe), mood, self.energy, recipe, draw=self.draw)

    def read_under(self, recipe: Recipe, energy: float | None) -> Reading:
        """Read a mood under the energy of a scene."""
        kept, self.energy = self.energy, energy
        try:
            return self.read(recipe)
        finally:
            self.energy = kept

    @property
    def reader(self) -> MoodReader:
        """What reads words at present."""
        return self._reader

    @property
    def latest(self) -> Reading:
        """What will play when nothing that is armed is applied."""
        return self.steps[-1].reading if self.steps else self.current

    def glide(self, recipe: Recipe, bars: int) -> list[Reading]:
        """The readings of ``bars`` bars on the way from the latest mood, and the one at the end."""
        start, number = self.latest, self.new_id()
        end = replace(self.read(recipe), step=bars + 1)
        readings = []
        for step in range(1, bars + 1):
            fraction = step / (bars + 1)
            on_the_way = between(start.recipe, recipe, fraction)
            # What cannot lie in between changes once, at half way.
            sounds = start.sounds or start.recipe if fraction < 0.5 else recipe
            mood = self._read(on_the_way, sounds)
            name = name_of(on_the_way)
            readings.append(
                Reading(number, name, mood, self.energy, on_the_way, step, sounds, self.draw)
            )
        return [*readings, end]

    def set_energy(self, energy: float | None) -> dict[tuple[int, int], Reading]:
        """Read what plays and what is to come again under another energy, by id and step."""
        self.energy = energy
        self.current = self._reread(self.current)
        self.steps = self._reread_steps(self.steps)
        readings = [self.current, *(step.reading for step in self.steps)]
        if self.armed is not None and self.armed.scene is not None:
            self.armed = replace(self.armed, before=self.latest)  # a scene has its own energy
        elif self.armed is not None:
            reading, then = self._reread(self.armed.reading), self._reread_steps(self.armed.then)
            self.armed = replace(self.armed, reading=reading, before=self.latest, then=then)
            readings += [reading, *(step.reading for step in then)]
        return {(reading.id, reading.step): reading for reading in readings}

    def _reread(self, reading: Reading) -> Reading:
        recipe, sounds, _, draw = reading.source
        mood = self.mood_of((recipe, sounds, self.energy, draw))
        return replace(reading, mood=mood, energy=self.energy)

    def _reread_steps(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(replace(step, reading=self._reread(step.reading)) for step in steps)

    def pass_steps(self, ticks: int) -> bool:
        """The steps of a glide that begin up to a tick become current; whether there were any."""
        passed = [step for step in self.steps if step.at_ticks <= ticks]
        if passed:
            self.current = passed[-1].reading
            self.steps = self.steps[len(passed) :]
        return bool(passed)

    def end_glide(self, from_ticks: int) -> tuple[int, Reading]:
        """Take what comes from a tick on out of a glide: where that began, and what plays on."""
        assert self.armed is not None
        rest = [step.at_ticks for step in self.steps if step.at_ticks >= from_ticks]
        at_ticks = min([*rest, self.armed.at_ticks])
        self.armed = None
        self.steps = tuple(step for step in self.steps if step.at_ticks < from_ticks)
        return at_ticks, self.latest

    def previous(self) -> Reading | None:
        """The mood before the current one."""
        return self._history[-1] if self._history else None

    def apply(self) -> Armed:
        """The armed mood becomes the current one; the end of a glide that it begins is armed."""
        assert self.armed is not None
        armed, self.armed = self.armed, None
        self.current, self.steps = self.latest, ()
        if armed.is_undo:
            self._history.pop()
        elif not armed.ends_glide:  # back from a glide is back to where it came from
            self._history.append(self.current)
            del self._history[:-MAX_HISTORY]
        self.current = armed.reading
        if armed.then:
            *steps, end = armed.then
            self.steps = tuple(steps)
            self.armed = Armed(
                end.reading, self.latest, end.at_ticks, armed.arrived_s, ends_glide=True
            )
        if armed.bank is not None:
            self.steps, waited = armed.bank.steps, armed.bank.armed
            self.armed = waited and replace(waited, arrived_s=armed.arrived_s)
        return armed

    def sources(self) -> list[Source]:
        """What everything that is known here was read from."""
        return [reading.source for reading in self._known()]

    def use(self, reader: MoodReader, mood_of: Callable[[Source], Mood]) -> None:
        """Read by another model from here on, and everything that is known too."""

        def again(reading: Reading) -> Reading:
            return replace(reading, mood=mood_of(reading.source))

        def step_again(step: Step) -> Step:
            return replace(step, reading=again(step.reading))

        self._reader = reader
        self.current = again(self.current)
        self.steps = tuple(map(step_again, self.steps))
        self._history = [again(reading) for reading in self._history]
        if self.armed is not None:
            self.armed = replace(
                self.armed,
                reading=again(self.armed.reading),
                before=again(self.armed.before),
                then=tuple(map(step_again, self.armed.then)),
            )

    def _known(self) -> list[Reading]:
        steps = list(self.steps)
        readings = [self.current, *self._history]
        if self.armed is not None:
            readings += [self.armed.reading, self.armed.before]
            steps += self.armed.then
        return readings + [step.reading for step in steps]

    def mood_of(self, source: Source) -> Mood:
        """The mood of a source, as it was read before."""
        recipe, sounds, energy, draw = source
        kept = (self.energy, self.draw)
        self.energy, self.draw = energy, draw
        try:
            return self._read(recipe, sounds)
        finally:
            self.energy, self.draw = kept

    def _read(self, recipe: Recipe, sounds: Recipe = ()) -> Mood:
        """The mood of a recipe, with the parts, the programs and the meter of another one."""
        if not sounds or sounds == recipe:
            return self._mood_of(recipe)
        other = self._mood_of(sounds)
        try:
            mood = self._mood_of(recipe)
        except UsageError:
            return other  # halfway between opposites there is nothing
        parts = {k: v for k, v in other.attributes.items() if k.startswith(PART_PREFIX)}
        aim = mood.aim
        if aim is not None and other.aim is not None:
            aim = replace(aim, shares=other.aim.shares)
        return replace(
            mood,
            aim=aim,
            attributes={**mood.attributes, **parts},
            presence=other.presence,
            absent=other.absent,
            programs=other.programs,
            beats_per_bar=other.beats_per_bar,
        )

    def _mood_of(self, recipe: Recipe) -> Mood:
        overrides = {}
        if self.energy is not None:
            value = (2 * self.energy - 1) * ENERGY_SPAN
            overrides = dict.fromkeys(ENERGY_ATTRIBUTES, value)
        if len(recipe) > 1:
            return self._reader.blend(recipe, overrides, self.draw)
        return self._reader.read(recipe[0][0], overrides, self.draw)
