"""The mood that plays, the one that is armed, those before; and the reader of words.

Thread: engine. Invariant: at most one mood is armed; arming another one first takes the armed one
out of the plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from amt_live.engine.plan import Direction
from amt_live.engine.recipes import Recipe, name_of, plain
from amt_live.engine.roles import MoodReader
from amt_live.errors import UsageError
from amt_live.text.conditioning import Floats, Mood, blend

MAX_HISTORY: Final = 100
ENERGY_ATTRIBUTES: Final = ("arousal", "velocity")
ENERGY_SPAN: Final = 2.0
"""Energy 0 and 1 are this many standard deviations below and above the middle."""


class _Embedder(Protocol):
    def embed(self, text: str) -> Floats: ...


class _Conditioner(Protocol):
    def condition(
        self, embedding: Floats, overrides: Mapping[str, float] | None = None
    ) -> Mood: ...

    def null(self) -> Mood: ...


class TextMoods:
    """Reads words with the text encoder of a model. Thread: any."""

    def __init__(self, embedder: _Embedder, conditioner: _Conditioner) -> None:
        self._embedder = embedder
        self._conditioner = conditioner

    def read(self, text: str, overrides: Mapping[str, float]) -> Mood:
        """The mood of a text; the empty one is the null mood."""
        if not text:
            return self._conditioner.null()
        return self._conditioner.condition(self._embedder.embed(text), overrides)

    def blend(self, texts: Sequence[tuple[str, float]], overrides: Mapping[str, float]) -> Mood:
        """The mood of the weighted mean of texts; raises UsageError where they cancel out."""
        embeddings = [self._embedder.embed(text) for text, _ in texts]
        try:
            mean = blend(embeddings, [weight for _, weight in texts])
        except ValueError as error:
            raise UsageError(str(error)) from None
        return self._conditioner.condition(mean, overrides)


@dataclass(frozen=True, slots=True)
class Reading:
    """A recipe that was read: what a direction needs to know of it."""

    id: int
    text: str
    mood: Mood
    energy: float | None
    recipe: Recipe

    def put(self, direction: Direction) -> Direction:
        """A direction with this mood in it."""
        return replace(direction, mood=self.mood, text=self.text, revision=(self.id, self.energy))


@dataclass(frozen=True, slots=True)
class Armed:
    """A reading that waits for its tick; ``before`` is what it will replace."""

    reading: Reading
    before: Reading
    at_ticks: int
    arrived_s: float
    is_undo: bool


class MoodDesk:
    """Reads moods and remembers them."""

    def __init__(self, reader: MoodReader, text: str = "") -> None:
        self._reader = reader
        self._next_id = 1
        self.energy: float | None = None
        self.current = Reading(0, text, self._read(plain(text)), None, plain(text))
        self.armed: Armed | None = None
        self._history: list[Reading] = []

    def direction(self) -> Direction:
        """The current mood as the only direction."""
        now = self.current
        return Direction(now.mood, now.text, (now.id, now.energy))

    def new_id(self) -> int:
        """A number that no mood has had."""
        self._next_id += 1
        return self._next_id - 1

    def read(self, recipe: Recipe) -> Reading:
        """Read a new mood, a few milliseconds for each text; raises UsageError."""
        mood = self._read(recipe)
        return Reading(self.new_id(), name_of(recipe), mood, self.energy, recipe)

    def set_energy(self, energy: float | None) -> dict[int, Reading]:
        """Read the current and the armed mood again under another energy; the readings by id."""
        self.energy = energy
        self.current = self._reread(self.current)
        if self.armed is not None:
            reading = self._reread(self.armed.reading)
            self.armed = replace(self.armed, reading=reading, before=self.current)
        readings = [self.current] + ([self.armed.reading] if self.armed else [])
        return {reading.id: reading for reading in readings}

    def _reread(self, reading: Reading) -> Reading:
        return replace(reading, mood=self._read(reading.recipe), energy=self.energy)

    def previous(self) -> Reading | None:
        """The mood before the current one."""
        return self._history[-1] if self._history else None

    def apply(self) -> Armed:
        """The armed mood becomes the current one."""
        assert self.armed is not None
        armed, self.armed = self.armed, None
        if armed.is_undo:
            self._history.pop()
        else:
            self._history.append(self.current)
            del self._history[:-MAX_HISTORY]
        self.current = armed.reading
        return armed

    def _read(self, recipe: Recipe) -> Mood:
        overrides = {}
        if self.energy is not None:
            value = (2 * self.energy - 1) * ENERGY_SPAN
            overrides = dict.fromkeys(ENERGY_ATTRIBUTES, value)
        if len(recipe) > 1:
            return self._reader.blend(recipe, overrides)
        return self._reader.read(recipe[0][0], overrides)
