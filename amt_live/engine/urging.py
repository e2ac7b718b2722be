"""How what was heard leans on the next draw, where it differs from what the mood asks for.

Parts are called by their shares, pitch, length and loudness along slopes that move a mean and leave
its spread, the next position by how many there should be. See ``conducting``. Thread: engine. Pure.
Asked with every token: what depends on one number only is made once and kept.
"""

import math
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.engine.bounds import within
from amt_live.engine.conducting import (
    BASS,
    FULLNESS_NATS,
    HASTE_NATS,
    LENGTH,
    LOUDNESS,
    MAX_NATS,
    NOTE_MEMORY,
    OFFBEAT,
    PITCH,
    QUALITIES,
    RANGE,
    TRIPLET,
    TRIPLETS,
    Heard,
    asked,
    away,
    missing,
    slowness,
    stillness,
    thinness,
)
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import PARTS
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v

Floats: TypeAlias = NDArray[np.float32]

PART_NATS: Final = 3.0
"""For a part that is asked for all the time and is silent."""
BASS_NATS: Final = 1.0
"""For the bass, for each halving of the notes that are asked of it."""
USUAL_GAP_BEATS: Final = 0.5
CONDUCTED: Final = frozenset(
    (
        grammar.Phase.HEAD,
        grammar.Phase.POSITION,
        grammar.Phase.PART,
        grammar.Phase.DURATION,
        grammar.Phase.PITCH,
    )
)
SPREAD_NATS: Final = 4.0
"""For each deviation of pitch or loudness, squared, and each that its spread is off."""
MAX_SPREAD_NATS: Final = 1.5
MAX_WIDENING_NATS: Final = 0.4
FARTHEST: Final = 2.0
"""Deviations (of pitch: octaves)."""
REACH_OCTAVES: Final = 2.0
OUTLYING_NATS: Final = 3.0
"""For each octave beyond reach, squared."""
NARROWER: Final = 0.88
"""Over eight bars a spread is wider than over the notes that are remembered."""


def lean(bias: Floats, heard: Heard, state: grammar.State, aim: Aim) -> None:
    """Add nats for the next draw to ``bias`` [V], where the phase draws from."""
    phase = state.phase
    if phase is grammar.Phase.DURATION:
        if state.part != BASS:
            _lean_pitches(bias[v.PITCH_FIRST : v.DRUM_FIRST], heard, aim)
    elif phase is grammar.Phase.PART:
        slope = steepness(heard, LENGTH, aim)
        if slope and aim.length is not None:
            lengths = bias[v.DURATION_FIRST : v.KEY_FIRST]
            lengths += slope * _units_from(aim.length, LENGTH)
    else:
        if phase is not grammar.Phase.HEAD:
            parts = bias[v.PART_VELOCITY_FIRST : v.PITCH_FIRST]
            parts += _part_nats(heard, aim)
        if phase is not grammar.Phase.POSITION:
            ahead = bias[v.BAR_FIRST : v.PART_VELOCITY_FIRST]
            ahead += _ahead(heard, state, aim)


def steepness(heard: Heard, which: int, aim: Aim) -> float:
    """Nats for each unit of a quality; 0 where nothing is asked of it."""
    quality, wanted = QUALITIES[which], asked(which, aim)
    slope = heard.slopes[which]
    slope += quality.nats * away(which, wanted, heard.means[which], heard.counts[which])
    return within(slope, -quality.most, quality.most)


def _lean_pitches(pitches: Floats, heard: Heard, aim: Aim) -> None:
    slope = steepness(heard, PITCH, aim)
    if slope and aim.pitch is not None:
        pitches += slope * _units_from(aim.pitch, PITCH)
    spread = _spread(heard, PITCH, aim)
    if spread:
        # To the nearest unit of the scale: so the squares are known already.
        pitches -= spread * _squares_from(round(heard.means[PITCH]), PITCH)
    if heard.counts[PITCH] or aim.pitch is not None:
        # Nobody's hand reaches far from all that is asked and heard.
        pitches += _beyond_reach(round(heard.means[PITCH] if aim.pitch is None else aim.pitch))


def _part_nats(heard: Heard, aim: Aim) -> Floats:
    """For every part at every level."""
    calls = zip(missing(heard, aim), heard.urges, strict=True)
    nats = [PART_NATS * error + urge for error, urge in calls]
    nats[BASS] += BASS_NATS * stillness(heard, aim)
    slope = 0.0 if aim.velocity is None else steepness(heard, LOUDNESS, aim)
    spread = _spread(heard, LOUDNESS, aim)
    units = _loud_units(aim.velocity or 0.0)
    squares = _loud_squares(round(heard.means[LOUDNESS]))
    nats += [slope * unit - spread * square for unit, square in zip(units, squares, strict=True)]
    of_all: Floats = np.array(nats, np.float32).dot(_OF_PART_AND_LEVEL)
    return of_all


def _ahead(heard: Heard, state: grammar.State, aim: Aim) -> Floats:
    """Nats for the bar line and the positions that may come next."""
    at = max(state.position, 0)
    haste = within(HASTE_NATS * slowness(heard, aim) + heard.haste, -MAX_NATS, MAX_NATS)
    here = haste * (at / STEPS_PER_BEAT + USUAL_GAP_BEATS)
    if state.phase is grammar.Phase.PITCH:
        fullness = FULLNESS_NATS * thinness(heard, aim) + heard.fullness
        here -= within(fullness, -MAX_NATS, MAX_NATS)
    nats = (
        here - haste * state.bar_steps / STEPS_PER_BEAT,
        here,
        -haste,
        steepness(heard, OFFBEAT, aim),
        steepness(heard, TRIPLET, aim),
    )
    of_all: Floats = np.array(nats, np.float32).dot(_OF_PLACES)
    return of_all


def _spread(heard: Heard, which: int, aim: Aim) -> float:
    """Nats against each squared unit from the mean (where the spread is too wide), or for it."""
    # The range of pitches is that of the whole band, bass included; what moves are the others.
    over = RANGE if which == PITCH else which
    wanted = aim.pitch_spread if which == PITCH else aim.velocity_spread
    if wanted is None or heard.counts[over] < NOTE_MEMORY / 2:
        return 0.0
    too_wide = (math.sqrt(heard.variances[over]) - NARROWER * wanted) / QUALITIES[which].unit
    return within(SPREAD_NATS * too_wide, -MAX_WIDENING_NATS, MAX_SPREAD_NATS)


@lru_cache(maxsize=256)
def _units_from(centre: float, which: int) -> Floats:
    """How far the values of a scale lie from a centre; from ``FARTHEST`` on all are as far, so that
    no lean makes the farthest the likeliest."""
    distances = (_SCALES[which] - np.float32(centre)) / np.float32(QUALITIES[which].unit)
    clipped: Floats = np.clip(distances, -FARTHEST, FARTHEST)
    return clipped


@lru_cache(maxsize=512)
def _squares_from(centre: int, which: int) -> Floats:
    squares: Floats = _units_from(centre, which) ** 2
    return squares


@lru_cache(maxsize=256)
def _loud_units(centre: float) -> tuple[float, ...]:
    return tuple(_units_from(centre, LOUDNESS).tolist())


@lru_cache(maxsize=128)
def _loud_squares(centre: int) -> tuple[float, ...]:
    return tuple(_squares_from(centre, LOUDNESS).tolist())


@lru_cache(maxsize=128)
def _beyond_reach(centre: int) -> Floats:
    beyond = np.abs(_PITCHES - np.float32(centre)) / np.float32(12.0) - np.float32(REACH_OCTAVES)
    nats: Floats = np.float32(-OUTLYING_NATS) * np.maximum(beyond, 0) ** 2
    return nats


def _rows_of_places() -> Floats:
    """Bar lines; positions; how many beats they lie in the bar; which are off the beat; which are
    thirds of it [5, bar lines and positions]."""
    steps = np.array(v.POSITIONS, np.float32)
    rows = np.zeros((5, v.PART_VELOCITY_FIRST - v.BAR_FIRST), np.float32)
    lines = v.POSITION_FIRST - v.BAR_FIRST
    rows[0, :lines] = 1.0
    rows[1, lines:] = 1.0
    rows[2, lines:] = steps / np.float32(STEPS_PER_BEAT)
    rows[3, lines:] = steps % STEPS_PER_BEAT != 0
    rows[4, lines:] = np.isin(steps % STEPS_PER_BEAT, TRIPLETS)
    return rows


def _rows_of_parts() -> Floats:
    """Each part at all levels, then each level of all parts [parts + levels, both]."""
    parts = np.repeat(np.eye(len(PARTS), dtype=np.float32), v.VELOCITY_LEVELS, axis=1)
    levels = np.tile(np.eye(v.VELOCITY_LEVELS, dtype=np.float32), (1, len(PARTS)))
    return np.concatenate((parts, levels))


_PITCHES: Final = np.arange(128, dtype=np.float32)
_LENGTHS: Final = np.log2(np.array(v.DURATIONS, np.float32) / STEPS_PER_BEAT)
_VELOCITIES: Final = np.array(v.VELOCITY_CENTRES, np.float32)
_SCALES: Final = {PITCH: _PITCHES, LENGTH: _LENGTHS, LOUDNESS: _VELOCITIES}
_OF_PLACES: Final = _rows_of_places()
_OF_PART_AND_LEVEL: Final = _rows_of_parts()
