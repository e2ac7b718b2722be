"""From a phrase's embedding to what the model hears: attributes, and the two vectors of a mood.

Called by the engine when a mood arrives or a knob moves (tens of microseconds). The attributes that
a linear read-out finds in the words are the same that knobs set by hand.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import ModelError
from amt_live.music.parts import PART_NAMES
from amt_live.text.aim import PROGRAMS, TRAITS, Aim, with_traits
from amt_live.text.examples import GENRE_PREFIX, PART_PREFIX, Examples

Floats: TypeAlias = NDArray[np.float32]

TRIPLE: Final = "triple"
VELOCITY: Final = "velocity"
VELOCITY_SPREAD: Final = "velocity_spread"
REGISTER: Final = "register"
RHYTHM: Final = ("onsets", "offbeat", "triplets")
PITCH_SPREAD: Final = "pitch_range"
SHORTNESS: Final = "shortness"
BASS_MOTION: Final = "bass_motion"
DENSITY: Final = "density"
"""Measured as the binary logarithm of notes a beat and ``FEW_NOTES``."""
FEW_NOTES: Final = 0.25
UNKNOWN_USUAL: Final = -0.2
"""Presence of a part taken as usual where a model does not say."""
FARTHEST: Final = 2.0
"""Words are read as at most this many standard deviations from the middle."""
FELT: Final[tuple[str, ...]] = ("arousal", "valence")
"""What a read-out finds in words more surely than a choice among passages does."""
MAX_EXAMPLES: Final = 65536
GENRE_THRESHOLD: Final = 0.5
"""A genre less sure than this (in standard deviations) does not choose programs."""


_UNREADABLE: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
    BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Mood:
    """What the model hears and what follows from the words beside it.

    ``slot`` and ``add`` are float32 [H]; ``attributes`` in standard deviations; ``programs`` maps
    the index of a part to a General MIDI program; bars have 3 or 4 beats.
    """

    slot: Floats
    add: Floats
    attributes: Mapping[str, float] = field(default_factory=dict)
    programs: Mapping[int, int] = field(default_factory=dict)
    beats_per_bar: int = 4
    velocity: float | None = None
    """Mean MIDI velocity that the words ask for; None where nothing is known of it."""
    notes_per_beat: float | None = None
    """How many notes a beat the words ask for."""
    presence: Mapping[str, float] = field(default_factory=dict)
    """How much more than usual (about -1.5 to 1.5) the words ask for each part, by its name."""
    absent: frozenset[str] = frozenset()
    """Parts that the words forbid: these do not play at all."""
    key: int | None = None
    """Key (0-11 major from C, 12-23 minor) that the words name."""
    touch: Floats | None = None
    """Velocities inside the levels, [parts, levels, quantiles]; None: the middle of each."""
    aim: Aim | None = None
    """What the music is held to; None where the words were read as a mean of much."""


class Conditioner:
    """``conditioning.npz`` of a model folder. Immutable after loading. Thread: any."""

    def __init__(self, folder: Path) -> None:
        """Read the arrays; ModelError if the file is missing or not what it should be."""
        path = folder / "conditioning.npz"
        try:
            # Opened here, because numpy leaves a file that it refuses open.
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                self._load({name: arrays[name] for name in arrays.files})
        except _UNREADABLE as error:
            raise ModelError(f"{path} cannot be used ({error}); get the model again.") from error

    def _load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        _check_arrays(arrays)
        self.attribute_names = tuple(str(name) for name in arrays["attribute_names"])
        self._readout = arrays["readout_weight"].astype(np.float32)
        self._readout_bias = arrays["readout_bias"].astype(np.float32)
        self._w1 = arrays["projection_w1"].astype(np.float32)
        self._b1 = arrays["projection_b1"].astype(np.float32)
        self._w2 = arrays["projection_w2"].astype(np.float32)
        self._b2 = arrays["projection_b2"].astype(np.float32)
        self._add = arrays["add_weight"].astype(np.float32)
        self._programs = arrays["programs"].astype(np.int16)
        self._triple_threshold = float(arrays["triple_threshold"])
        # Models that do not tell the scale of their attributes still play.
        self._scale = {
            str(name): (float(mean), float(deviation))
            for name, mean, deviation in zip(
                arrays["attribute_names"],
                arrays.get("scale_mean", ()),
                arrays.get("scale_deviation", ()),
                strict=False,
            )
        }
        usual = arrays.get("attribute_mean")
        if usual is None:
            usual = np.full(len(self.attribute_names), UNKNOWN_USUAL, np.float32)
        self._usual = usual.astype(np.float32)
        touch = arrays.get("velocity_quantiles")
        self._touch = None if touch is None else touch.astype(np.float32)
        self.dimension = self._readout.shape[0]
        self._examples = _examples_of(arrays, self.attribute_names)
        self._has_sounds = self._examples is not None and "example_programs" in arrays
        self.width, self.hidden = self._w1.shape
        self._index = {name: index for index, name in enumerate(self.attribute_names)}
        self._genres = [i for name, i in self._index.items() if name.startswith(GENRE_PREFIX)]

    def example(self, embedding: Floats, said: Mapping[str, float], draw: int) -> Floats | None:
        """Attributes and traits [A + K] of a real passage that fits a text, drawn by the number
        ``draw``; None for a model without passages. ``said`` are attributes that the words name.
        The meter is not left to luck: it is that of the mean reading."""
        if self._examples is None:
            return None
        mean = self._mean(embedding)
        must = np.ones(len(self._examples), bool)
        triples = self._examples.column(TRIPLE)
        if triples is not None:
            read = said.get(TRIPLE, float(mean[self._index[TRIPLE]]))
            must = (triples > self._triple_threshold) == (read > self._triple_threshold)
        felt = {name: float(mean[self._index[name]]) for name in FELT if name in self._index}
        return self._examples.choose(embedding, said, draw, must, felt)

    @property
    def whole_traits(self) -> int:
        """How many of the last numbers of an example are names, of which no mean can be taken."""
        return len(PROGRAMS) if self._has_sounds else 0

    def _mean(self, embedding: Floats) -> Floats:
        mean = embedding @ self._readout + self._readout_bias
        return np.asarray(np.clip(mean, -FARTHEST, FARTHEST), np.float32)

    def vector(
        self,
        embedding: Floats,
        overrides: Mapping[str, float] | None = None,
        example: Floats | None = None,
    ) -> Floats:
        """The conditioning vector, float32 [D]: a one, the attributes, the scaled embedding."""
        count = len(self.attribute_names)
        values = self._mean(embedding) if example is None else example[:count].copy()
        for name, value in (overrides or {}).items():
            if name in self._index:
                values[self._index[name]] = value
        scaled = embedding * np.sqrt(self.dimension)
        return np.concatenate(([1.0], values, scaled)).astype(np.float32)

    def condition(
        self,
        embedding: Floats,
        overrides: Mapping[str, float] | None = None,
        example: Floats | None = None,
    ) -> Mood:
        """The mood of an embedding (float32 [E], length 1).

        The attributes are those of an ``example`` [A + K]; without one, what a mean passage for
        such words is like. ``overrides`` sets attributes by hand, in standard deviations; names
        that this model does not know have no effect, because knobs outlive a change of model.
        """
        vector = self.vector(embedding, overrides, example)
        values = vector[1 : 1 + len(self.attribute_names)]
        slot, add = self._project(vector)
        triple = self._index.get(TRIPLE)
        notes = self._raw(DENSITY, values)
        is_triple = triple is not None and float(values[triple]) > self._triple_threshold
        return Mood(
            slot,
            add,
            dict(zip(self.attribute_names, values.tolist(), strict=True)),
            self._programs_of(values, None if example is None else example[len(values) :]),
            3 if is_triple else 4,
            self._raw(VELOCITY, values),
            None if notes is None else 2.0**notes,
            {
                name.removeprefix(PART_PREFIX): float(values[index] - self._usual[index])
                for name, index in self._index.items()
                if name.startswith(PART_PREFIX)
            },
            touch=self._touch,
            aim=None if example is None else self._aim(values, example[len(values) :]),
        )

    def _aim(self, values: Floats, traits: Floats) -> Aim:
        shares = [
            None if at is None else min(max(float(values[at]) / 2 + 0.3, 0.0), 1.0)
            for at in (self._index.get(PART_PREFIX + part) for part in PART_NAMES)
        ]
        shortness, notes = self._raw(SHORTNESS, values), self._raw(DENSITY, values)
        onsets, offbeat, triplets = (_positive(self._raw(name, values)) for name in RHYTHM)
        aim = Aim(
            tuple(shares),
            self._raw(REGISTER, values),
            None if shortness is None else -shortness,
            self._raw(VELOCITY, values),
            self._raw(PITCH_SPREAD, values),
            self._raw(VELOCITY_SPREAD, values),
            None if notes is None else max(2.0**notes - FEW_NOTES, 0.0),
            onsets,
            offbeat,
            triplets,
            bass_per_beat=_positive(self._raw(BASS_MOTION, values)),
        )
        # Models of before know no traits.
        return with_traits(aim, traits[: len(TRAITS)].tolist()) if len(traits) else aim

    def _raw(self, name: str, values: Floats) -> float | None:
        """An attribute in the unit it was measured in."""
        if name not in self._scale:
            return None
        mean, deviation = self._scale[name]
        return mean + deviation * float(values[self._index[name]])

    def scale_of(self, names: Sequence[str]) -> tuple[Floats, Floats] | None:
        """Means and deviations of attributes as measured; None where the model does not tell."""
        if not set(names) <= self._scale.keys():
            return None
        rows = np.array([self._scale[name] for name in names], np.float32)
        return rows[:, 0], rows[:, 1]

    def null(self) -> Mood:
        """No mood at all: what guidance points away from."""
        return Mood(*self._project(np.zeros(self.width, np.float32)), touch=self._touch)

    def _project(self, vector: Floats) -> tuple[Floats, Floats]:
        """slot = gelu_tanh(c W1 + b1) W2 + b2, add = slot W: as export.model.MoodGPT2.project."""
        x = vector @ self._w1 + self._b1
        x = 0.5 * x * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3)))
        slot = (x @ self._w2 + self._b2).astype(np.float32)
        return slot, slot @ self._add

    def _programs_of(self, values: Floats, traits: Floats | None) -> dict[int, int]:
        """The sounds of the passage that was chosen; where it is silent, those of its genre."""
        by_genre = self._genres_programs(values)
        if traits is None or len(traits) <= len(TRAITS):
            return by_genre
        heard = {part: int(program) for part, program in enumerate(traits[len(TRAITS) :])}
        return {**by_genre, **{part: program for part, program in heard.items() if program >= 0}}

    def _genres_programs(self, values: Floats) -> dict[int, int]:
        if not self._genres:
            return {}
        genre = max(self._genres, key=lambda index: float(values[index]))
        if values[genre] < GENRE_THRESHOLD:
            return {}
        row = self._programs[genre].tolist()
        return {part: program for part, program in enumerate(row) if program >= 0}


def _positive(value: float | None) -> float | None:
    return None if value is None else max(value, 0.0)


def _examples_of(arrays: Mapping[str, NDArray[Any]], names: Sequence[str]) -> Examples | None:
    if "examples" not in arrays:
        return None
    values, weight, bias, prior = (
        np.asarray(arrays[name], np.float32)
        for name in ("examples", "example_weight", "example_bias", "example_prior")
    )
    dimension = arrays["readout_weight"].shape[0]
    if values.ndim != 2 or not 0 < len(values) <= MAX_EXAMPLES or values.shape[1] != len(names):
        raise ValueError(f"examples has shape {values.shape}")
    traits = np.asarray(arrays.get("example_traits", np.zeros((len(values), 0))), np.float32)
    if traits.shape not in ((len(values), 0), (len(values), len(TRAITS))):
        raise ValueError(f"example_traits has shape {traits.shape}")
    sounds = np.asarray(arrays.get("example_programs", np.zeros((len(values), 0))), np.float32)
    if sounds.shape[0] != len(values) or sounds.shape[1] not in (0, len(PROGRAMS)):
        raise ValueError(f"example_programs has shape {sounds.shape}")
    if sounds.size and not (traits.size and sounds.min() >= -1 and sounds.max() <= 127):
        raise ValueError("example_programs are outside -1 to 127, or without traits")
    if weight.ndim != 2 or len(weight) != dimension or bias.ndim != 1:
        raise ValueError(f"example_weight has shape {weight.shape}")
    if not all(np.isfinite(array).all() for array in (values, traits, weight, bias, prior)):
        raise ValueError("examples hold something that is no number")
    return Examples(names, np.concatenate([values, traits, sounds], axis=1), weight, bias, prior)


def _check_arrays(arrays: Mapping[str, NDArray[Any]]) -> None:
    """ValueError unless all shapes fit each other and every number is one."""
    count, dimension = len(arrays["attribute_names"]), arrays["readout_weight"].shape[0]
    hidden = arrays["projection_b1"].size
    shapes = {
        "readout_weight": (dimension, count),
        "readout_bias": (count,),
        "projection_w1": (1 + count + dimension, hidden),
        "projection_b1": (hidden,),
        "projection_w2": (hidden, hidden),
        "projection_b2": (hidden,),
        "add_weight": (hidden, hidden),
        "programs": (count, 16),
        "triple_threshold": (),
    }
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape or array.dtype.kind not in "fi":
            raise ValueError(f"{name} is {array.dtype} of shape {array.shape}, expected {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds something that is no number")
    touch = arrays.get("velocity_quantiles")
    if touch is not None and (touch.ndim != 3 or touch.shape[:2] != (16, 8) or not touch.shape[2]):
        raise ValueError(f"velocity_quantiles has shape {touch.shape}")
    if touch is not None and not ((touch >= 1) & (touch <= 127)).all():
        raise ValueError("velocity_quantiles are outside 1 to 127")
    if not ((arrays["programs"] >= -1) & (arrays["programs"] <= 127)).all():
        raise ValueError("programs are outside -1 to 127")


def blend(embeddings: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Weighted mean of embeddings, float32 [E], made length 1 again.

    Raises ValueError if nothing is left of them: no weights, or embeddings that cancel out.
    """
    total = np.zeros_like(embeddings[0]) if embeddings else np.zeros(1, np.float32)
    for embedding, weight in zip(embeddings, weights, strict=True):
        total = total + np.float32(weight) * embedding
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise ValueError("the moods cancel out: give at least one of them a positive weight")
    return np.asarray(total / length, np.float32)
