"""Holds a groove: the kit that the mood asks for, and bars that return as often as real ones do.

A small model draws every bar's drums and rhythm anew. Real drummers repeat: most of a bar is the
bar before. So what begins where is remembered for a bar, and leans on the draws of the next one, by
proportional and integral control of how alike neighbouring bars are (their Jaccard index), towards
how alike they are in the passage that the mood was taken from. Beside it the kinds of percussion
are held to their shares there: brushes and rides in one place, congas in another.

``Groove`` is a value, kept in the snapshots of a stream. Pure; thread: engine.
"""

import math
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.engine.bounds import within
from amt_live.music.drums import KINDS, kind_of
from amt_live.music.parts import DRUMS
from amt_live.text.aim import Aim
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote

Floats: TypeAlias = NDArray[np.float32]

KIT_NATS: Final = 0.8
"""For each doubling by which a kind of percussion is asked for more than it was heard."""
FARTHEST: Final = 2.5
LEAST_SHARE: Final = 0.02
"""Added to shares before they are compared."""
PATIENCE_NOTES: Final = 4.0
"""Notes that are taken to have been as asked, before anything was heard."""
KIT_MEMORY: Final = 32.0
"""Drum notes over which shares are averaged."""
REPEAT_NATS: Final = 5.0
"""For the difference between no likeness at all and bars that are the same."""
REPEAT_NATS_A_BAR: Final = 0.5
URGE: Final = (-0.5, 2.0)
MOST_NATS: Final = (-0.5, 2.5)
ELSEWHERE: Final = 0.5
"""What did not sound a bar ago is leaned against by so much of what leans on what did."""
LIKENESS_MEMORY_BARS: Final = 4.0
MOST_PLACE: Final = v.BAR_STEPS[-1] * 128
"""Above all that is remembered of a bar."""


class Repeats(NamedTuple):
    """What began in the bar before and in this one (sorted, without repeats), how alike
    neighbouring bars were of late (-1: not known), and how far the call for likeness has grown."""

    before: tuple[int, ...] = ()
    now: tuple[int, ...] = ()
    likeness: float = -1.0
    urge: float = 0.0


class Groove(NamedTuple):
    """What was played lately of rhythm."""

    beat: Repeats = Repeats()
    """Drum notes: grid step * 128 + pitch."""
    rhythm: Repeats = Repeats()
    """Grid steps at which anything began."""
    kit: tuple[float, ...] = (0.0,) * len(KINDS)
    """Drum notes of each kind, fading."""


SILENCE: Final = Groove()


def opened(groove: Groove, aim: Aim | None) -> Groove:
    """After a bar has ended."""
    return groove._replace(
        beat=_turned_over(groove.beat, None if aim is None else aim.beat_returns),
        rhythm=_turned_over(groove.rhythm, None if aim is None else aim.rhythm_returns),
    )


def begun(groove: Groove, step: int) -> Groove:
    """When something begins at a step of the bar."""
    return Groove(groove.beat, _with(groove.rhythm, step), groove.kit)


def played(groove: Groove, note: GridNote) -> Groove:
    """After a note."""
    if note.part != DRUMS.index:
        return groove
    kit = [count * (1 - 1 / KIT_MEMORY) for count in groove.kit]
    kit[kind_of(note.pitch)] += 1.0
    beat = _with(groove.beat, note.position * 128 + note.pitch)
    return Groove(beat, groove.rhythm, tuple(kit))


def turned(groove: Groove) -> Groove:
    """When the mood turns: the next bar need not be like those before."""
    return groove._replace(
        beat=groove.beat._replace(before=(), now=(), likeness=-1.0),
        rhythm=groove.rhythm._replace(before=(), now=(), likeness=-1.0),
    )


def lean(bias: Floats, groove: Groove, state: grammar.State, aim: Aim) -> None:
    """Add nats for the next draw to ``bias`` [V]."""
    drums = bias[v.DRUM_FIRST : v.DURATION_FIRST]
    if state.phase is grammar.Phase.PART:
        if state.part == DRUMS.index:
            _lean_drums(drums, groove, state, aim)
        return
    if state.phase is grammar.Phase.POSITION:
        _lean_drummer(bias, groove, state, aim)
        return
    if state.phase is grammar.Phase.PITCH and state.part == DRUMS.index:
        _lean_drums(drums, groove, state, aim)
    if state.phase is not grammar.Phase.DURATION:
        _lean_places(bias, groove, state, aim)


def _lean_drums(drums: Floats, groove: Groove, state: grammar.State, aim: Aim) -> None:
    """Which drum, of those that play here."""
    if aim.kit is not None:
        drums += _kit_nats(aim.kit, groove.kit)
    nats = _nats(groove.beat, aim.beat_returns)
    if nats and groove.beat.before:
        drums += nats * _drums_again(groove.beat.before, state.position)


def _lean_drummer(bias: Floats, groove: Groove, state: grammar.State, aim: Aim) -> None:
    """Whether there are drums here."""
    nats = _nats(groove.beat, aim.beat_returns)
    if nats and groove.beat.before:
        played_here = state.position in _steps_of(groove.beat.before)
        first = v.part_velocity_id(DRUMS.index, 0)
        levels = bias[first : first + v.VELOCITY_LEVELS]
        levels += nats if played_here else -ELSEWHERE * nats


def _lean_places(bias: Floats, groove: Groove, state: grammar.State, aim: Aim) -> None:
    """Where in the bar something begins next; the bar line, where nothing did."""
    nats = _nats(groove.rhythm, aim.rhythm_returns)
    before = groove.rhythm.before
    if not nats or not before:
        return
    places = bias[v.POSITION_FIRST : v.PART_VELOCITY_FIRST]
    places += nats * _places_again(before)
    if before[-1] > state.position:
        lines = bias[v.BAR_FIRST : v.POSITION_FIRST]
        lines -= ELSEWHERE * nats


@lru_cache(maxsize=64)
def _kit_nats(asked: tuple[float, ...], heard: tuple[float, ...]) -> Floats:
    """For every drum, by how much more its kind is asked for than it was heard."""
    total = sum(heard) + PATIENCE_NOTES
    by_kind = [
        KIT_NATS * _doublings(share, (count + PATIENCE_NOTES * share) / total)
        for share, count in zip(asked, heard, strict=True)
    ]
    nats: Floats = np.array(by_kind, np.float32)[_KIND_OF_ID]
    return nats


@lru_cache(maxsize=64)
def _drums_again(before: tuple[int, ...], position: int) -> Floats:
    """1 for every drum that sounded at a position of the bar before, less than 0 for the others."""
    shares = np.full(v.DURATION_FIRST - v.DRUM_FIRST, -ELSEWHERE, np.float32)
    first = position * 128
    again = [hit - first for hit in before if first <= hit < first + 128]
    shares[[pitch - v.DRUM_PITCHES[0] for pitch in again]] = 1.0
    return shares


@lru_cache(maxsize=16)  # the same for a whole bar
def _steps_of(before: tuple[int, ...]) -> frozenset[int]:
    return frozenset(hit // 128 for hit in before)


@lru_cache(maxsize=16)
def _places_again(before: tuple[int, ...]) -> Floats:
    """1 for every position at which something began in the bar before, less than 0 for others."""
    shares = np.full(len(v.POSITIONS), -ELSEWHERE, np.float32)
    shares[[_INDEX_OF_STEP[step] for step in before if step in _INDEX_OF_STEP]] = 1.0
    return shares


def _nats(repeats: Repeats, asked: float | None) -> float:
    if asked is None:
        return 0.0
    missing = 0.0 if repeats.likeness < 0 else asked - repeats.likeness
    return within(REPEAT_NATS * missing + repeats.urge, *MOST_NATS)


def _turned_over(repeats: Repeats, asked: float | None) -> Repeats:
    """A bar is over: it is compared with the one before."""
    either = {*repeats.before, *repeats.now}
    if not repeats.before or not either:
        return repeats._replace(before=repeats.now, now=())
    alike = len(set(repeats.before) & set(repeats.now)) / len(either)
    if repeats.likeness >= 0:
        alike = repeats.likeness + (alike - repeats.likeness) / LIKENESS_MEMORY_BARS
    urge = repeats.urge
    if asked is not None:
        urge = within(urge + REPEAT_NATS_A_BAR * (asked - alike), *URGE)
    return Repeats(repeats.now, (), alike, urge)


def _with(repeats: Repeats, what: int) -> Repeats:
    now = repeats.now
    if now and what <= now[-1]:  # seldom: a bar is written from its beginning to its end
        now = tuple(sorted({*now, what}))
    else:
        now = (*now, what)
    return Repeats(repeats.before, now, repeats.likeness, repeats.urge)


def _doublings(asked: float, heard: float) -> float:
    doublings = math.log2((asked + LEAST_SHARE) / (heard + LEAST_SHARE))
    return within(doublings, -FARTHEST, FARTHEST)


_KIND_OF_ID: Final = np.array([kind_of(pitch) for pitch in v.DRUM_PITCHES], np.intp)
_INDEX_OF_STEP: Final = {step: index for index, step in enumerate(v.POSITIONS)}
