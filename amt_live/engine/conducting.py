"""Holds the music to what its mood asks for: hears what was played, and leans on the draws to come.

A model follows its own notes more than its conditioning: a part that is silent stays silent, a high
line stays high. So what was played lately is measured, and what differs from the mood's own
attributes leans on the next draws, by proportional and integral control (Astrom and Murray,
Feedback Systems, 2008, chapter 11): a part that was asked for is called until it plays, and one
that nobody asked for leaves.

``Heard`` is a value, kept in the snapshots of a stream. Pure; thread: engine.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS, PARTS, part_named
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

Floats: TypeAlias = NDArray[np.float32]

MEMORY_BEATS: Final = 8.0
"""What was played so long ago counts a third of what is played now."""
PART_NATS: Final = 3.0
"""For a part that is asked for all the time and is silent."""
PART_NATS_PER_BEAT: Final = 0.15
"""How the call grows while it stays so."""
PART_URGE: Final = (-3.0, 4.0)
HASTE_NATS: Final = 0.6
"""For each beat that the next position is away, for each halving of the onsets that are asked."""
FULLNESS_NATS: Final = 0.8
"""For one more note at a position, for each halving of the notes that are asked."""
BASS_NATS: Final = 1.0
"""For the bass, for each halving of the notes that are asked of it."""
GROWTH_PER_BEAT: Final = 0.08
"""How haste and fullness grow, as a share of what they begin with."""
MAX_NATS: Final = 1.5
USUAL_GAP_BEATS: Final = 0.5
FEW: Final = 0.25
"""Notes a beat, added before densities are compared: nothing and next to nothing are alike."""
NOTE_MEMORY: Final = 32.0
"""Notes over which pitch, length and loudness are averaged."""
CONDUCTED: Final = frozenset(
    (
        grammar.Phase.HEAD,
        grammar.Phase.POSITION,
        grammar.Phase.PART,
        grammar.Phase.DURATION,
        grammar.Phase.PITCH,
    )
)
TRIPLETS: Final = (4, 8)
"""Steps inside a beat that are thirds of it."""
BASS: Final = part_named("bass").index


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality of single notes that is held to a mean: its unit (what counts as one deviation),
    the slope in nats for each deviation that the mean is off, and how that grows with each note."""

    unit: float
    nats: float
    nats_a_note: float
    most: float = 1.5


PITCH, LENGTH, LOUDNESS, RANGE, OFFBEAT, TRIPLET = range(6)
QUALITIES: Final = (
    Quality(12.0, 1.0, 0.05),
    Quality(1.5, 0.8, 0.04),
    Quality(20.0, 0.3, 0.02),
    Quality(12.0, 0.0, 0.0),
    Quality(0.25, 0.6, 0.02),
    Quality(0.25, 0.6, 0.02),
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


_NONE: Final = (0.0,) * len(QUALITIES)


class Heard(NamedTuple):
    """What was played lately, and how far the calls have grown."""

    step: int = 0
    """Where in the bar it was measured, in grid steps."""
    beats: float = 0.0
    """How much was measured: grows to ``MEMORY_BEATS``."""
    notes: tuple[float, ...] = (0.0,) * len(PARTS)
    """Notes of each part, fading."""
    urges: tuple[float, ...] = (0.0,) * len(PARTS)
    onsets: float = 0.0
    """Positions at which something began, fading."""
    haste: float = 0.0
    """How far the call for more onsets has grown."""
    fullness: float = 0.0
    """How far the call for more notes has grown."""
    means: tuple[float, ...] = _NONE
    variances: tuple[float, ...] = _NONE
    counts: tuple[float, ...] = _NONE
    slopes: tuple[float, ...] = _NONE


SILENCE: Final = Heard()


def opened(heard: Heard, bar_steps: int, aim: Aim | None) -> Heard:
    """After a bar of so many steps has ended."""
    return arrived(heard, bar_steps, aim)._replace(step=0)


def begun(heard: Heard, step: int, aim: Aim | None) -> Heard:
    """When something begins at a step of the bar."""
    heard = arrived(heard, step, aim)
    heard = heard._replace(onsets=heard.onsets + 1)
    inside = step % STEPS_PER_BEAT
    heard = _averaged(heard, OFFBEAT, float(inside != 0), aim)
    return _averaged(heard, TRIPLET, float(inside in TRIPLETS), aim)


def arrived(heard: Heard, step: int, aim: Aim | None) -> Heard:
    """When the stream comes to a step of its bar: what was played fades, calls grow."""
    beats = (step - heard.step) / STEPS_PER_BEAT
    if beats <= 0:
        return heard
    fade = math.exp(-beats / MEMORY_BEATS)
    heard = heard._replace(
        step=step,
        beats=heard.beats * fade + MEMORY_BEATS * (1 - fade),
        notes=tuple(count * fade for count in heard.notes),
        onsets=heard.onsets * fade,
    )
    if aim is None:
        return heard
    urges = tuple(
        _within(urge + PART_NATS_PER_BEAT * beats * error, *PART_URGE)
        for urge, error in zip(heard.urges, _missing(heard, aim), strict=True)
    )
    grown = GROWTH_PER_BEAT * beats
    haste = heard.haste + HASTE_NATS * grown * _slowness(heard, aim)
    fullness = heard.fullness + FULLNESS_NATS * grown * _thinness(heard, aim)
    return heard._replace(
        urges=urges,
        haste=_within(haste, -MAX_NATS, MAX_NATS),
        fullness=_within(fullness, -MAX_NATS, MAX_NATS),
    )


def played(heard: Heard, note: GridNote, aim: Aim | None) -> Heard:
    """After a note."""
    notes = list(heard.notes)
    notes[note.part] += 1.0
    heard = _averaged(heard._replace(notes=tuple(notes)), LOUDNESS, note.velocity, aim)
    if note.part == DRUMS.index:
        return heard
    heard = _averaged(heard, LENGTH, note.duration / STEPS_PER_BEAT, aim)
    heard = _averaged(heard, RANGE, note.pitch, aim)
    return heard if note.part == BASS else _averaged(heard, PITCH, note.pitch, aim)


def turned(heard: Heard) -> Heard:
    """When the mood turns: what was played stays heard, the calls begin anew."""
    return heard._replace(urges=SILENCE.urges, slopes=_NONE, haste=0.0, fullness=0.0)


def lean(bias: Floats, heard: Heard, state: grammar.State, aim: Aim) -> None:
    """Add nats for the next draw to ``bias`` [V]."""
    if state.phase is grammar.Phase.DURATION:
        if state.part != BASS:
            nats = _slope(heard, PITCH, aim) + _spread(heard, PITCH, aim)
            if heard.counts[PITCH] or aim.pitch is not None:
                nats += _outlying(heard, aim)
            bias[v.PITCH_FIRST : v.DRUM_FIRST] += nats
        return
    if state.phase is grammar.Phase.PART:
        bias[v.DURATION_FIRST : v.KEY_FIRST] += _slope(heard, LENGTH, aim)
        return
    parts = [
        PART_NATS * error + urge
        for error, urge in zip(_missing(heard, aim), heard.urges, strict=True)
    ]
    parts[BASS] += BASS_NATS * _stillness(heard, aim)
    loudness = _slope(heard, LOUDNESS, aim) + _spread(heard, LOUDNESS, aim)
    nats = np.array(parts, np.float32)[:, None] + loudness
    bias[v.PART_VELOCITY_FIRST : v.PITCH_FIRST] += nats.ravel()
    if state.phase is not grammar.Phase.POSITION:
        bias[v.BAR_FIRST : v.PART_VELOCITY_FIRST] += _ahead(heard, state, aim)


def _ahead(heard: Heard, state: grammar.State, aim: Aim) -> Floats:
    """Nats for the bar line and the positions that may come next."""
    at = max(state.position, 0)
    gaps = np.full(v.PART_VELOCITY_FIRST - v.BAR_FIRST, state.bar_steps - at, np.float32)
    gaps[v.POSITION_FIRST - v.BAR_FIRST :] = _POSITIONS - at
    haste = _within(HASTE_NATS * _slowness(heard, aim) + heard.haste, -MAX_NATS, MAX_NATS)
    nats = np.float32(-haste) * (gaps / np.float32(STEPS_PER_BEAT) - np.float32(USUAL_GAP_BEATS))
    if state.phase is grammar.Phase.PITCH:
        fullness = FULLNESS_NATS * _thinness(heard, aim) + heard.fullness
        nats -= np.float32(_within(fullness, -MAX_NATS, MAX_NATS))
    kinds = nats[v.POSITION_FIRST - v.BAR_FIRST :]
    kinds += np.float32(_steepness(heard, OFFBEAT, aim)) * _IS_OFFBEAT
    kinds += np.float32(_steepness(heard, TRIPLET, aim)) * _IS_TRIPLET
    return nats


def _slowness(heard: Heard, aim: Aim) -> float:
    """By how many doublings there are too few onsets; 0 until something was heard."""
    if aim.onsets_per_beat is None or heard.beats < 1.0:
        return 0.0
    played = heard.onsets / heard.beats
    return _within(math.log2((aim.onsets_per_beat + FEW) / (played + FEW)), -2.0, 2.0)


def _missing(heard: Heard, aim: Aim) -> list[float]:
    """By how much each part plays too little (above 0) or too much, -1 to 1."""
    beats = max(heard.beats, 1.0)
    return [
        0.0 if share is None else share - min(2.0 * notes / beats, 1.0)
        for share, notes in zip(aim.shares, heard.notes, strict=True)
    ]


def _stillness(heard: Heard, aim: Aim) -> float:
    """By how many doublings the bass plays too few notes; 0 until something was heard."""
    if not aim.bass_per_beat or heard.beats < 1.0:
        return 0.0
    played = heard.notes[BASS] / heard.beats
    return _within(math.log2((aim.bass_per_beat + FEW) / (played + FEW)), -2.0, 2.0)


def _thinness(heard: Heard, aim: Aim) -> float:
    """By how many doublings there are too few notes; 0 until something was heard."""
    if aim.notes_per_beat is None or heard.beats < 1.0:
        return 0.0
    played = sum(heard.notes) / heard.beats
    return _within(math.log2((aim.notes_per_beat + FEW) / (played + FEW)), -2.0, 2.0)


def _averaged(heard: Heard, which: int, value: float, aim: Aim | None) -> Heard:
    quality = QUALITIES[which]
    count = heard.counts[which] * (1 - 1 / NOTE_MEMORY) + 1
    away = value - heard.means[which]
    variance = (1 - 1 / count) * (heard.variances[which] + away**2 / count)
    heard = heard._replace(
        means=_put(heard.means, which, heard.means[which] + away / count),
        variances=_put(heard.variances, which, variance),
        counts=_put(heard.counts, which, count),
    )
    if aim is None:
        return heard
    slope = heard.slopes[which] + quality.nats_a_note * _away(heard, which, aim)
    slope = _within(slope, -quality.most, quality.most)
    return heard._replace(slopes=_put(heard.slopes, which, slope))


def _asked(which: int, aim: Aim) -> float | None:
    return (aim.pitch, aim.length, aim.velocity, None, aim.offbeat, aim.triplets)[which]


def _away(heard: Heard, which: int, aim: Aim) -> float:
    """How far what is asked lies above what was heard, in deviations."""
    asked, mean = _asked(which, aim), heard.means[which]
    if asked is None or not heard.counts[which]:
        return 0.0
    return (asked - (math.log2(mean) if which == LENGTH else mean)) / QUALITIES[which].unit


def _slope(heard: Heard, which: int, aim: Aim) -> Floats:
    """Nats along a scale of values: a slope, so that the mean moves and the spread stays."""
    asked = _asked(which, aim)
    if asked is None:
        return _NOWHERE[which]
    return np.float32(_steepness(heard, which, aim)) * _units_from(asked, which)


def _steepness(heard: Heard, which: int, aim: Aim) -> float:
    """Nats for each unit; 0 where nothing is asked."""
    quality = QUALITIES[which]
    slope = quality.nats * _away(heard, which, aim) + heard.slopes[which]
    return _within(slope, -quality.most, quality.most)


def _spread(heard: Heard, which: int, aim: Aim) -> Floats:
    """Nats for values near their mean (where the spread is too wide) or far from it."""
    # The range of pitches is that of the whole band, bass included; what moves are the others.
    over = RANGE if which == PITCH else which
    asked = aim.pitch_spread if which == PITCH else aim.velocity_spread
    if asked is None or heard.counts[over] < NOTE_MEMORY / 2:
        return _NOWHERE[which]
    unit = QUALITIES[which].unit
    too_wide = (math.sqrt(heard.variances[over]) - NARROWER * asked) / unit
    nats = _within(SPREAD_NATS * too_wide, -MAX_WIDENING_NATS, MAX_SPREAD_NATS)
    # To the nearest unit of the scale: so the squares are known already.
    return np.float32(-nats) * _squares_from(round(heard.means[which]), which)


@lru_cache(maxsize=256)  # asked for with every note
def _units_from(centre: float, which: int) -> Floats:
    """How far the values of a scale lie from a centre; from ``FARTHEST`` on all are as far, so that
    no lean makes the farthest the likeliest."""
    away = (_SCALES[which] - np.float32(centre)) / np.float32(QUALITIES[which].unit)
    clipped: Floats = np.clip(away, -FARTHEST, FARTHEST)
    return clipped


@lru_cache(maxsize=512)
def _squares_from(centre: int, which: int) -> Floats:
    squares: Floats = _units_from(centre, which) ** 2
    return squares


def _outlying(heard: Heard, aim: Aim) -> Floats:
    """Nats against pitches far from all that is asked and heard: no hand reaches there."""
    return _beyond_reach(round(heard.means[PITCH] if aim.pitch is None else aim.pitch))


@lru_cache(maxsize=128)
def _beyond_reach(centre: int) -> Floats:
    beyond = np.abs(_PITCHES - np.float32(centre)) / np.float32(12.0) - np.float32(REACH_OCTAVES)
    nats: Floats = np.float32(-OUTLYING_NATS) * np.maximum(beyond, 0) ** 2
    return nats


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _put(values: tuple[float, ...], at: int, value: float) -> tuple[float, ...]:
    return (*values[:at], value, *values[at + 1 :])


_PITCHES: Final = np.arange(128, dtype=np.float32)
_LENGTHS: Final = np.log2(np.array(v.DURATIONS, np.float32) / STEPS_PER_BEAT)
_VELOCITIES: Final = np.array(v.VELOCITY_CENTRES, np.float32)
_SCALES: Final = {PITCH: _PITCHES, LENGTH: _LENGTHS, LOUDNESS: _VELOCITIES}
_NOWHERE: Final = {which: np.zeros_like(scale) for which, scale in _SCALES.items()}
_POSITIONS: Final = np.array(v.POSITIONS, np.float32)
_IS_OFFBEAT: Final = (_POSITIONS % STEPS_PER_BEAT != 0).astype(np.float32)
_IS_TRIPLET: Final = np.isin(_POSITIONS % STEPS_PER_BEAT, TRIPLETS).astype(np.float32)
