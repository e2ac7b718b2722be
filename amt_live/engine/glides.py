"""Glides: the moods on the way to another one, and the bar lines at which each begins.

Thread: engine. All of a glide stands in the plan from the moment it is asked for, so that the
stream stays a function of the plan; the playhead only tells how far the performer has heard it.
"""

from collections.abc import Sequence

from amt_live.engine.meters import bars_ahead
from amt_live.engine.moods import Reading, Step
from amt_live.engine.stream import BEAT_TICKS, Stream


def laid_out(stream: Stream, at_ticks: int, readings: Sequence[Reading]) -> tuple[Step, ...]:
    """Readings one after the other: the first at a tick, each other at the next bar line."""
    bar = next(bars_ahead(stream, at_ticks))
    steps: list[Step] = []
    for reading in readings:
        steps.append(Step(at_ticks, reading))
        if at_ticks < bar.start_ticks:  # in the count-in
            at_ticks = bar.start_ticks
        elif len(steps) == 1 and at_ticks > bar.start_ticks:
            at_ticks = bar.start_ticks + bar.duration_ticks
        else:
            at_ticks += reading.mood.beats_per_bar * BEAT_TICKS
    return tuple(steps)
