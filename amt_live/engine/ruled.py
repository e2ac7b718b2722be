"""Leans from outside on their way into the plan: for one bar that is not decoded yet.

Thread: engine. Nothing is gone back to for them: what comes too late is refused, and whoever leans
leans on a later bar. They stand in the plan, so a rewind meets them again, and a take holds them.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from amt_live.control.leans import MAX_BARS_AHEAD, Leans
from amt_live.engine.meters import bars_ahead
from amt_live.errors import UsageError

if TYPE_CHECKING:
    from amt_live.engine.band import Band


def lean(band: "Band", bar: int, leans: Leans) -> None:
    """Let the draws of a bar, counted from 1, lean; raises UsageError for one that cannot wait."""
    stream = band.stream
    decoded = stream.bars[-1].number + 1 if stream.bars else 0
    if bar <= decoded:
        raise UsageError(f"bar {bar} is decoded already; lean on bar {decoded + 1} or a later one")
    if bar > decoded + MAX_BARS_AHEAD:
        why = f"bar {bar} is too far ahead; bar {decoded + MAX_BARS_AHEAD} is the last one now"
        raise UsageError(why)
    ahead = bars_ahead(stream, stream.bars[-1].start_ticks if stream.bars else 0)
    found = next(known for known in ahead if known.number + 1 == bar)
    end_ticks = found.start_ticks + found.duration_ticks
    stream.plan.revise(found.start_ticks, lambda d: replace(d, leans=leans), end_ticks)
    band.tape.planned()
