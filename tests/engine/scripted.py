"""Parts that play by a script: a decoder without weights, a reader without words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from amt_live.inference.decoder import Kept
from amt_live.inference.generator import Generator
from amt_live.text.conditioning import Floats, Mood
from amt_live.tokens import vocabulary as v

HIDDEN = 4


class ScriptedDecoder:
    """Wishes that depend on the ids and moods it has read: a wrong rewind shows as other notes.

    ``slot[0]`` of a mood is its favourite part, and ``add`` must come with the same mood.
    """

    def __init__(self, context: int = 1024) -> None:
        self.context = context
        self.guided = False
        self.ids: list[int] = []
        self.moods: list[float] = []
        self.prefilled = 0
        self.fails = 0

    @property
    def length(self) -> int:
        return len(self.ids)

    def set_null(self, slot: Floats, add: Floats) -> None:
        del slot, add

    def fork(self) -> "ScriptedDecoder":
        return ScriptedDecoder(self.context)

    def warm(self) -> None:
        assert not self.ids

    def rewind(self, length: int) -> None:
        assert 0 <= length <= len(self.ids)
        del self.ids[length:], self.moods[length:]

    def keep(self, length: int) -> Kept:
        cache = np.array(self.moods[:length], np.float32).reshape(1, 1, 1, 1, length, 1)
        return Kept(np.array(self.ids[:length]), cache, (length, 0), self.guided)

    def take_up(self, kept: Kept) -> None:
        self.ids, self.moods = kept.ids.tolist(), kept.cache.ravel().tolist()
        self.guided = kept.guided

    def prefill(self, ids: Sequence[int], slots: Floats, adds: Floats) -> Floats:
        self.prefilled += len(ids)
        for token, slot, add in zip(ids, slots, adds, strict=True):
            self._append(token, slot, add)
        return self._logits()

    def step(self, token: int, slot: Floats, add: Floats) -> Floats:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the graph fell over")
        self._append(token, slot, add)
        return self._logits()

    def _append(self, token: int, slot: Floats, add: Floats) -> None:
        assert len(self.ids) < self.context
        assert slot[0] == add[0]
        self.ids.append(token)
        self.moods.append(float(slot[0]))

    def _logits(self) -> Floats:
        # All that is in the cache counts, as it does in a model.
        seen = hash((tuple(self.ids), tuple(self.moods))) % 2**32
        logits = np.random.default_rng(seen).normal(size=(1, v.SIZE)).astype(np.float32)
        logits[0, v.PART_VELOCITY_FIRST : v.PITCH_FIRST] -= 6
        favourite = v.part_velocity_id(int(self.moods[-1]), 0)
        logits[0, favourite : favourite + v.VELOCITY_LEVELS] += 14
        logits[0, v.BAR_FIRST : v.POSITION_FIRST] -= 2
        logits[0, v.POSITION_FIRST : v.PART_VELOCITY_FIRST] += 2
        return logits


def make_generator(decoder: ScriptedDecoder, seed: int) -> Generator:
    """A real generator over a scripted decoder."""
    silence = np.zeros(HIDDEN, np.float32)
    return Generator(decoder, Mood(silence, silence), seed)  # type: ignore[arg-type]


class ScriptedReader:
    """A text means a favourite part by the sum of its letters; a last 3 means three beats."""

    def __init__(self) -> None:
        self.read_texts: list[tuple[str, dict[str, float]]] = []

    def read(self, text: str, overrides: Mapping[str, float], draw: int = 0) -> Mood:
        self.read_texts.append((text, dict(overrides)))
        part = part_of(text)
        vector = np.full(HIDDEN, part, np.float32)
        beats = 3 if text.endswith("3") else 4
        programs = {part: 7} if "strange" in text else {}
        return Mood(vector, vector, {}, programs, beats)

    def blend(
        self, texts: Sequence[tuple[str, float]], overrides: Mapping[str, float], draw: int = 0
    ) -> Mood:
        """Plays the part of the heaviest text; the weights show in the vector's fraction."""
        heaviest, weight = max(texts, key=lambda pair: pair[1])
        mood = self.read(heaviest, overrides)
        self.read_texts[-1] = (" + ".join(f"{t} {w:.2g}" for t, w in texts), dict(overrides))
        vector = mood.slot + np.float32(weight / 2)
        return replace(mood, slot=vector, add=vector)


def part_of(text: str) -> int:
    """The part that a text makes the scripted decoder prefer."""
    return 1 + sum(map(ord, text)) % 14
