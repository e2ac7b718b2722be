"""What may follow what: the state of a token stream, as an immutable value.

The sampler masks every draw with ``allowed`` and ``forbidden``, so that nothing illegal is ever
played: positions ascend, parts come in their fixed order, no pitch sounds twice at one position and
part, notes per group and position are capped. Without this mask a small model plays several times
too many notes. ``advance`` is pure; a snapshot for rewinding is the value itself.

Thread: any. Cost: a few microseconds a token.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from amt_live.music.parts import DRUMS
from amt_live.tokens import vocabulary as v

MAX_NOTES_PER_GROUP: Final = 8
MAX_NOTES_PER_POSITION: Final = 24

Ranges = tuple[tuple[int, int], ...]


class Phase(IntEnum):
    """What the last token was."""

    START = 0
    BAR = 1
    HEAD = 2
    """In the bar's head: after MOOD or a control token."""
    CHORD_ROOT = 3
    POSITION = 4
    PART = 5
    DURATION = 6
    PITCH = 7
    """After a note, of drums too."""


class State(NamedTuple):
    """Where a stream stands. Steps are grid steps; -1 means none yet."""

    phase: Phase = Phase.START
    bar_steps: int = 0
    head: int = 0
    """Lowest id that may still come in the bar's head (controls come in the order of their ids)."""
    chords: int = 0
    position: int = -1
    part: int = -1
    level: int = -1
    duration: int = -1
    """Index into DURATIONS."""
    pitch: int = -1
    used: int = 0
    """Bit set of the pitches that this part has at this position."""
    in_group: int = 0
    at_position: int = 0


START: Final = State()

_BARS: Final = (v.BAR_FIRST, v.POSITION_FIRST)
_MOOD: Final = (v.MOOD, v.MOOD + 1)


def advance(state: State, token: int) -> State:
    """The state after ``token``; raises ValueError when the token may not stand there."""
    if not _is_allowed(state, token):
        raise ValueError(f"{v.name(token)} may not follow in phase {state.phase.name}")
    return after(state, token)


def after(state: State, token: int) -> State:
    """The state after a token that is known to be allowed there: it was drawn under the mask."""
    if token == v.MOOD:
        if state.phase is Phase.BAR:
            return State(Phase.HEAD, state.bar_steps, v.KEY_FIRST)
        # A mood set in mid-bar: the stream goes on at the next position.
        return State(Phase.HEAD, state.bar_steps, v.USED, position=state.position)
    if token < v.POSITION_FIRST:
        return State(Phase.BAR, v.BAR_STEPS[token - v.BAR_FIRST])
    if token < v.PART_VELOCITY_FIRST:
        position = v.POSITIONS[token - v.POSITION_FIRST]
        return State(Phase.POSITION, state.bar_steps, position=position)
    if token < v.PITCH_FIRST:
        return _open_group(state, token)
    if token < v.DURATION_FIRST:
        return _add_note(state, token)
    if token < v.KEY_FIRST:
        return _lengthened(state, token - v.DURATION_FIRST)
    return _advance_head(state, token)


def _open_group(state: State, token: int) -> State:
    part, level = divmod(token - v.PART_VELOCITY_FIRST, v.VELOCITY_LEVELS)
    same = part == state.part
    return State(
        Phase.PART,
        state.bar_steps,
        state.head,
        state.chords,
        state.position,
        part,
        level,
        -1,
        -1,
        state.used if same else 0,
        state.in_group if same else 0,
        state.at_position,
    )


def _lengthened(state: State, duration: int) -> State:
    _, bar_steps, head, chords, position, part, level, _, _, used, in_group, at_position = state
    return State(
        Phase.DURATION,
        bar_steps,
        head,
        chords,
        position,
        part,
        level,
        duration,
        -1,
        used,
        in_group,
        at_position,
    )


def _add_note(state: State, token: int) -> State:
    pitch = pitch_of(token)
    _, bar_steps, head, chords, position, part, level, duration, _, used, in_group, count = state
    return State(
        Phase.PITCH,
        bar_steps,
        head,
        chords,
        position,
        part,
        level,
        duration,
        pitch,
        used | 1 << pitch,
        in_group + 1,
        count + 1,
    )


def _advance_head(state: State, token: int) -> State:
    if token >= v.CHORD_QUALITY_FIRST:
        return state._replace(phase=Phase.HEAD, head=_chord_head(state.chords))
    if token >= v.CHORD_ROOT_FIRST:
        chords = state.chords + 1
        if token == v.NO_CHORD:
            return state._replace(phase=Phase.HEAD, head=_chord_head(chords), chords=chords)
        return state._replace(phase=Phase.CHORD_ROOT, chords=chords)
    first = v.DENSITY_FIRST if token < v.DENSITY_FIRST else v.CHORD_ROOT_FIRST
    return state._replace(phase=Phase.HEAD, head=first)


def _chord_head(chords: int) -> int:
    return v.CHORD_ROOT_FIRST if chords < 2 else v.USED


def pitch_of(token: int) -> int:
    """MIDI pitch of a PITCH or DRUM id."""
    if token >= v.DRUM_FIRST:
        return token - v.DRUM_FIRST + v.DRUM_PITCHES[0]
    return token - v.PITCH_FIRST


def allowed(state: State) -> Ranges:
    """Half-open ranges of the ids that may follow; ``forbidden`` cuts single ids out of them."""
    phase = state.phase
    if phase is Phase.START:
        return (_BARS,)
    if phase is Phase.BAR:
        return (_MOOD,)
    if phase is Phase.CHORD_ROOT:
        return ((v.CHORD_QUALITY_FIRST, v.USED),)
    if phase is Phase.HEAD:
        end = v.CHORD_QUALITY_FIRST
        head: Ranges = ((state.head, end),) if state.head < end else ()
        return (_BARS, *_positions_after(state), *head)
    if phase is Phase.POSITION:
        return ((v.PART_VELOCITY_FIRST, v.PITCH_FIRST),)
    if phase is Phase.PART:
        if state.part == DRUMS.index:
            return ((v.DRUM_FIRST, v.DURATION_FIRST),)
        return ((v.DURATION_FIRST, v.KEY_FIRST),)
    if phase is Phase.DURATION:
        return ((v.PITCH_FIRST, v.DRUM_FIRST),)
    return _after_note(state)


def _after_note(state: State) -> Ranges:
    """In the order of their ids."""
    onward: Ranges = (_BARS, *_positions_after(state))
    if state.at_position >= MAX_NOTES_PER_POSITION:
        return onward
    part, is_full = state.part, state.in_group >= MAX_NOTES_PER_GROUP
    is_drums = part == DRUMS.index
    ranges = list(onward)
    if state.level and not is_full:
        # The same part softer: louder notes of a group come first.
        first = v.PART_VELOCITY_FIRST + part * v.VELOCITY_LEVELS
        ranges.append((first, first + state.level))
    next_part = v.PART_VELOCITY_FIRST + (part + 1) * v.VELOCITY_LEVELS
    if next_part < v.PITCH_FIRST:
        ranges.append((next_part, v.PITCH_FIRST))
    if is_full:
        return tuple(ranges)
    if is_drums:
        higher = v.drum_id(state.pitch) + 1
        if higher < v.DURATION_FIRST:
            ranges.append((higher, v.DURATION_FIRST))
    else:
        higher = v.PITCH_FIRST + state.pitch + 1
        if higher < v.DRUM_FIRST:
            ranges.append((higher, v.DRUM_FIRST))
        if state.duration > 0:
            ranges.append((v.DURATION_FIRST, v.DURATION_FIRST + state.duration))
    return tuple(ranges)


def _positions_after(state: State) -> Ranges:
    first = v.POSITION_FIRST + _POSITIONS_BEFORE[state.position + 1]
    end = v.POSITION_FIRST + _POSITIONS_BEFORE[state.bar_steps]
    return ((first, end),) if first < end else ()


_POSITIONS_BEFORE: Final = tuple(
    sum(position < step for position in v.POSITIONS) for step in range(v.BAR_STEPS[-1] + 1)
)
"""How many grid positions of a bar lie before each step."""


def forbidden(state: State) -> tuple[int, ...]:
    """Single ids that ``allowed`` includes and that may not follow: pitches already used here."""
    if not state.used or state.phase not in (Phase.PART, Phase.DURATION, Phase.PITCH):
        return ()
    first = v.DRUM_FIRST - v.DRUM_PITCHES[0] if state.part == DRUMS.index else v.PITCH_FIRST
    found, bits = [], state.used
    while bits:
        low = bits & -bits
        found.append(first + low.bit_length() - 1)
        bits ^= low
    return tuple(found)


def may_insert_mood(state: State) -> bool:
    """Whether the engine may set a new mood here, in mid-bar: between two positions."""
    return state.phase is Phase.PITCH or (state.phase is Phase.HEAD)


def _is_allowed(state: State, token: int) -> bool:
    if token == v.MOOD and may_insert_mood(state):
        return True
    for first, end in allowed(state):
        if first <= token < end:
            return token not in forbidden(state)
    return False
