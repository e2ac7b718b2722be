"""Which ids may follow in a stream that is being played: the grammar's, and what time leaves open.

Called by the stream for every draw. Pure; thread: engine.
"""

from bisect import bisect_left

from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v


def ranges(
    state: grammar.State,
    *,
    floor_step: int,
    in_group: int,
    most_notes: int | None,
    at_once: bool,
    are_chords_written: bool,
) -> grammar.Ranges:
    """Half-open ranges of ids.

    Nothing begins before ``floor_step`` of the bar, and a group that lies before it ends; of
    ``most_notes`` at one place ``in_group`` are there. ``at_once`` leaves only the first place that
    there is, or the bar line. Where the chords are written the model adds none of its own.
    """
    allowed = grammar.allowed(state)
    if at_once and state.phase is grammar.Phase.HEAD:
        allowed = _first_place(allowed, floor_step)
    if most_notes is not None and state.phase is grammar.Phase.PITCH and in_group >= most_notes:
        allowed = tuple(span for span in allowed if span[0] < v.PART_VELOCITY_FIRST)
    if state.phase is not grammar.Phase.PITCH and state.phase is not grammar.Phase.HEAD:
        return allowed
    if state.phase is grammar.Phase.HEAD and are_chords_written:
        allowed = tuple(span for span in allowed if span[0] < v.KEY_FIRST)
    if floor_step <= state.position:
        return allowed
    first = v.POSITION_FIRST + bisect_left(v.POSITIONS, floor_step)
    left = []
    for low, high in allowed:
        if v.POSITION_FIRST <= low < v.PART_VELOCITY_FIRST:
            low = max(low, first)
        elif low >= v.PART_VELOCITY_FIRST and state.phase is grammar.Phase.PITCH:
            continue  # the group in progress lies before the floor: it ends here
        if low < high:
            left.append((low, high))
    return tuple(left)


def _first_place(allowed: grammar.Ranges, floor_step: int) -> grammar.Ranges:
    place = v.POSITION_FIRST + bisect_left(v.POSITIONS, max(floor_step, 0))
    first = tuple((place, place + 1) for low, high in allowed if low <= place < high)
    return first[:1] or tuple(span for span in allowed if span[0] == v.BAR_FIRST)
