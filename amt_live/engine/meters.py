"""Where bars lie: those that are decoded, and those that the plan lets us foresee.

Thread: engine. Ticks in, bar numbers from 0 out; ``place`` gives what users see, counted from 1.
"""

from collections.abc import Iterator

from amt_live.control.when import When, finer_boundary
from amt_live.engine.stream import BEAT_TICKS, Stream
from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.events import Bar


def bars_ahead(stream: Stream, from_ticks: int) -> Iterator[Bar]:
    """Bars that end after a tick: known ones, then foreseen ones without end."""
    for bar in stream.bars:
        if bar.start_ticks + bar.duration_ticks > from_ticks:
            yield bar
    if stream.bars:
        last = stream.bars[-1]
        start, number = last.start_ticks + last.duration_ticks, last.number + 1
    else:
        start, number = stream.horizon_ticks, 0
    while True:
        length = stream.plan.at(start).direction.mood.beats_per_bar * BEAT_TICKS
        if start + length > from_ticks:
            yield Bar(start, length, number)
        start, number = start + length, number + 1


def boundary(stream: Stream, when: When, earliest_ticks: int) -> int:
    """The tick at which a change asked for ``when`` happens: at or after ``earliest_ticks``."""
    if when is When.NOW:
        return earliest_ticks
    if when.bars is None:
        return finer_boundary(when, earliest_ticks)
    for bar in bars_ahead(stream, earliest_ticks):
        if bar.start_ticks >= earliest_ticks and bar.number % when.bars == 0:
            return bar.start_ticks
    raise AssertionError("bars go on for ever")


def place(stream: Stream, ticks: int) -> tuple[int, float]:
    """Bar and beat of a tick, both from 1; bar 0 is the count-in."""
    bar = stream.bar_at(ticks)
    if bar is None or ticks >= bar.start_ticks + bar.duration_ticks:
        bar = next(bars_ahead(stream, ticks))
    if ticks < bar.start_ticks:
        return 0, 1 + (ticks / TICKS_PER_QUARTER)
    return bar.number + 1, 1 + (ticks - bar.start_ticks) / TICKS_PER_QUARTER
