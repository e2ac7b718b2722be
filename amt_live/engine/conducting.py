"""Holds the music to what its mood asks for: hears what was played, and lets calls for more grow.

A model follows its own notes more than its conditioning: a part that is silent stays silent, a high
line stays high. So what was played lately is measured, and what differs from the mood's own
attributes leans on the next draws, by proportional and integral control (Astrom and Murray,
Feedback Systems, 2008, chapter 11): a part that was asked for is called until it plays, and one
that nobody asked for leaves. ``urging`` says how that leans on a draw.

``Heard`` is a value, kept in the snapshots of a stream. Pure; thread: engine. Asked with every
token, so it counts in plain numbers and makes each value once.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from amt_live.engine.bounds import within
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS, PARTS, part_named
from amt_live.text.aim import Aim
from amt_live.tokens.decode import GridNote

MEMORY_BEATS: Final = 8.0
"""What was played so long ago counts a third of what is played now."""
PART_NATS_PER_BEAT: Final = 0.15
"""How the call for a part that is asked for all the time grows while it is silent."""
PART_URGE: Final = (-3.0, 4.0)
HASTE_NATS: Final = 0.6
"""For each beat that the next position is away, for each halving of the onsets that are asked."""
FULLNESS_NATS: Final = 0.8
"""For one more note at a position, for each halving of the notes that are asked."""
GROWTH_PER_BEAT: Final = 0.08
"""How haste and fullness grow, as a share of what they begin with."""
MAX_NATS: Final = 1.5
FEW: Final = 0.25
"""Notes a beat, added before densities are compared: nothing and next to nothing are alike."""
MOST_DOUBLINGS: Final = 2.0
NOTE_MEMORY: Final = 32.0
"""Notes over which pitch, length and loudness are averaged."""
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
    inside = step % STEPS_PER_BEAT
    values = ((OFFBEAT, float(inside != 0)), (TRIPLET, float(inside in TRIPLETS)))
    return _averaged(heard, heard.notes, heard.onsets + 1, values, aim)


def arrived(heard: Heard, step: int, aim: Aim | None) -> Heard:
    """When the stream comes to a step of its bar: what was played fades, calls grow."""
    beats = (step - heard.step) / STEPS_PER_BEAT
    if beats <= 0:
        return heard
    fade = math.exp(-beats / MEMORY_BEATS)
    heard = heard._replace(
        step=step,
        beats=heard.beats * fade + MEMORY_BEATS * (1 - fade),
        notes=tuple([count * fade for count in heard.notes]),
        onsets=heard.onsets * fade,
    )
    if aim is None:
        return heard
    gain, (low, high) = PART_NATS_PER_BEAT * beats, PART_URGE
    grown_urges = [
        urge + gain * error for urge, error in zip(heard.urges, missing(heard, aim), strict=True)
    ]
    urges = [low if urge < low else high if urge > high else urge for urge in grown_urges]
    grown = GROWTH_PER_BEAT * beats
    haste = heard.haste + HASTE_NATS * grown * slowness(heard, aim)
    fullness = heard.fullness + FULLNESS_NATS * grown * thinness(heard, aim)
    return heard._replace(
        urges=tuple(urges),
        haste=within(haste, -MAX_NATS, MAX_NATS),
        fullness=within(fullness, -MAX_NATS, MAX_NATS),
    )


def played(heard: Heard, note: GridNote, aim: Aim | None) -> Heard:
    """After a note."""
    counts = list(heard.notes)
    counts[note.part] += 1.0
    values: list[tuple[int, float]] = [(LOUDNESS, note.velocity)]
    if note.part != DRUMS.index:
        values += [(LENGTH, note.duration / STEPS_PER_BEAT), (RANGE, note.pitch)]
        if note.part != BASS:
            values.append((PITCH, note.pitch))
    return _averaged(heard, tuple(counts), heard.onsets, values, aim)


def turned(heard: Heard) -> Heard:
    """When the mood turns: what was played stays heard, the calls begin anew."""
    return heard._replace(urges=SILENCE.urges, slopes=_NONE, haste=0.0, fullness=0.0)


def missing(heard: Heard, aim: Aim) -> list[float]:
    """By how much each part plays too little (above 0) or too much, -1 to 1."""
    half = max(heard.beats, 1.0) / 2.0
    return [
        0.0 if share is None else share - (notes / half if notes < half else 1.0)
        for share, notes in zip(aim.shares, heard.notes, strict=True)
    ]


def slowness(heard: Heard, aim: Aim) -> float:
    """By how many doublings there are too few onsets; 0 until something was heard."""
    if aim.onsets_per_beat is None or heard.beats < 1.0:
        return 0.0
    return _doublings(aim.onsets_per_beat, heard.onsets / heard.beats)


def stillness(heard: Heard, aim: Aim) -> float:
    """By how many doublings the bass plays too few notes; 0 until something was heard."""
    if not aim.bass_per_beat or heard.beats < 1.0:
        return 0.0
    return _doublings(aim.bass_per_beat, heard.notes[BASS] / heard.beats)


def thinness(heard: Heard, aim: Aim) -> float:
    """By how many doublings there are too few notes; 0 until something was heard."""
    if aim.notes_per_beat is None or heard.beats < 1.0:
        return 0.0
    return _doublings(aim.notes_per_beat, sum(heard.notes) / heard.beats)


def _doublings(asked: float, played: float) -> float:
    return within(math.log2((asked + FEW) / (played + FEW)), -MOST_DOUBLINGS, MOST_DOUBLINGS)


def asked(which: int, aim: Aim) -> float | None:
    """The mean that a quality is held to."""
    return (aim.pitch, aim.length, aim.velocity, None, aim.offbeat, aim.triplets)[which]


def away(which: int, asked: float | None, mean: float, count: float) -> float:
    """How far what is asked lies above what was heard, in deviations."""
    if asked is None or not count:
        return 0.0
    return (asked - (math.log2(mean) if which == LENGTH else mean)) / QUALITIES[which].unit


def _averaged(
    heard: Heard,
    notes: tuple[float, ...],
    onsets: float,
    values: Iterable[tuple[int, float]],
    aim: Aim | None,
) -> Heard:
    """With these notes and onsets, and these values of qualities heard, each once."""
    means, variances = list(heard.means), list(heard.variances)
    counts, slopes = list(heard.counts), list(heard.slopes)
    for which, value in values:
        count = counts[which] * (1 - 1 / NOTE_MEMORY) + 1
        off = value - means[which]
        mean = means[which] + off / count
        variances[which] = (1 - 1 / count) * (variances[which] + off**2 / count)
        means[which], counts[which] = mean, count
        if aim is not None:
            quality = QUALITIES[which]
            slope = slopes[which] + quality.nats_a_note * away(
                which, asked(which, aim), mean, count
            )
            slopes[which] = within(slope, -quality.most, quality.most)
    return Heard(
        heard.step,
        heard.beats,
        notes,
        heard.urges,
        onsets,
        heard.haste,
        heard.fullness,
        tuple(means),
        tuple(variances),
        tuple(counts),
        tuple(slopes),
    )
