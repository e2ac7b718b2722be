"""How a timeline is led to somebody else's clock without a jump.

The band is never moved, only hurried or held back: a timeline that is ``error_s`` behind plays
faster for a while, by so much that it has caught up at the end of it, and then at the clock's
tempo. The while is ``SETTLE_S``, longer where the tempo would be bent by more than ``MOST_BEND``.
Pure functions; the engine's ``ClockDesk`` calls them.
"""

from dataclasses import dataclass
from typing import Final

from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.timeline import MAX_BPM, MIN_BPM, Timeline
from amt_live.sync.heard import Heard

SETTLE_S: Final = 0.6
MOST_BEND: Final = 0.125
QUIET_S: Final = 0.0004
"""An error smaller than this is left: nobody hears it, and every change stands in the take."""

QUIET_TEMPO: Final = 0.0004


@dataclass(frozen=True, slots=True)
class Steering:
    """A timeline to use now, and until when (None: for good)."""

    timeline: Timeline
    until_s: float | None


def error_s(timeline: Timeline, heard: Heard, offset_beats: float, now_s: float) -> float:
    """How far the timeline is behind the clock, whose beat 0 is the band's ``offset_beats``."""
    wanted_ticks = (heard.beats_at(now_s) + offset_beats) * TICKS_PER_QUARTER
    behind_ticks = wanted_ticks - timeline.ticks_at(now_s)
    return behind_ticks / TICKS_PER_QUARTER * 60 / heard.tempo_bpm


def steered(timeline: Timeline, at_ticks: int, tempo_bpm: float, behind_s: float) -> Steering:
    """The timeline from ``at_ticks`` on that makes up for what it is behind."""
    tempo_bpm = playable(tempo_bpm)
    if abs(behind_s) < QUIET_S:
        return Steering(timeline.with_tempo(tempo_bpm, at_ticks), None)
    hold_s = max(SETTLE_S, abs(behind_s) / MOST_BEND)
    bent = timeline.with_tempo(playable(tempo_bpm * (1 + behind_s / hold_s)), at_ticks)
    return Steering(bent, bent.origin_s + hold_s)


def is_quiet(timeline: Timeline, tempo_bpm: float, behind_s: float) -> bool:
    """Whether the timeline is so near to the clock that it can stay."""
    off = abs(timeline.tempo_bpm / playable(tempo_bpm) - 1)
    return abs(behind_s) < QUIET_S and off < QUIET_TEMPO


def nearest_offset(band_beats: float, heard_beats: float, quantum_beats: float) -> float:
    """The offset that moves the band least and brings both to the same place in the quantum.

    ``band_beats``: the band's place counted from a bar line; the result is for that count.
    """
    apart = band_beats - heard_beats
    return quantum_beats * round(apart / quantum_beats)


def next_offset(band_beats: float, heard_beats: float, quantum_beats: float) -> float:
    """The offset with which the band, standing at its beat, begins next, and not in the past."""
    apart = band_beats - heard_beats
    return quantum_beats * (apart // quantum_beats)


def playable(tempo_bpm: float) -> float:
    """A tempo that a timeline can have."""
    return min(max(tempo_bpm, MIN_BPM), MAX_BPM)
