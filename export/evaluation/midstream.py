"""How soon is a change of mood heard? Beats from the bar line at which it was to turn.

A reader is fitted for each pair of moods on takes of either mood alone; after the change it reads
one beat after the other. Beside it stand the same reader on a stream that does not change (its
false alarms) and on a hard splice of two takes (the best that any band could do).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.control.commands import SetMood
from amt_live.control.state import Sampling
from amt_live.control.when import When
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.offline import Request
from export import attributes, phrases
from export.evaluation.bootstrap import Indices, interval_of
from export.evaluation.figure import Figure, Figures
from export.evaluation.flips import beat_readings, fit_sides, flip_beats, median_and_p90, splice
from export.evaluation.playing import Jukebox
from export.evaluation.window import Window
from export.evaluation.words import BPM, FIRST_SEED

Floats = NDArray[np.float64]

BARS: Final = 12
TURN_BAR: Final = 8
GIVEN_AT_BEAT: Final = 20.0
"""When the performer sends it: the music before the line does not depend on that."""
LATEST: Final = float(4 * (BARS - TURN_BAR))
"""Beats that are played after the line."""
FIT_SEED: Final = FIRST_SEED
SEED: Final = FIRST_SEED + 1


@dataclass(frozen=True, slots=True)
class Flip:
    """Beats until the reading flips for one change: played, never changed, and spliced."""

    change: str
    played: float
    unchanged: float
    spliced: float


def midstream(
    jukebox: Jukebox, scale: attributes.Scale, pairs: int | None = None
) -> tuple[Figures, list[Flip]]:
    """``flip_beats_median``, ``flip_beats_p90`` and what stands beside them.

    A change that is never read counts as later than all beats that were played (infinity in the
    flips, the beats that there were in the figures).
    """
    table = phrases.CHANGES[:pairs]
    asked: list[Request] = []
    for pair in table:
        asked += [_request(t, seed, jukebox.sampling) for t in pair for seed in (FIT_SEED, SEED)]
        asked += [_request(a, SEED, jukebox.sampling, b) for a, b in (pair, pair[::-1])]
    played = [take.whole("", BPM) for take in jukebox.play(asked, "changes of mood")]
    flips: list[Flip] = []
    for index, (first, second) in enumerate(table):
        a_fit, a, b_fit, b, a_to_b, b_to_a = played[6 * index : 6 * index + 6]
        sides = fit_sides(beat_readings(a_fit, scale), beat_readings(b_fit, scale))
        for name, still, other, turned, sign in (
            (f"{first} > {second}", a, b, a_to_b, 1.0),
            (f"{second} > {first}", b, a, b_to_a, -1.0),
        ):
            found = [
                flip_beats(sign * sides.score(beat_readings(w, scale, from_beat=_turn_beat(w))))
                for w in (turned, still, splice(still, other, _turn_beat(still)))
            ]
            flips.append(Flip(name, *found))
    return _figures(flips), flips


def _request(text: str, seed: int, sampling: Sampling, then: str | None = None) -> Request:
    # Whether bars have three or four beats, the next line of eight bars is that of bar TURN_BAR.
    changes = () if then is None else ((GIVEN_AT_BEAT, SetMood(then, When.BARS_8)),)
    return Request(text, seed, BARS, BPM, sampling, changes)


def _turn_beat(window: Window) -> int:
    return int(window.bars[TURN_BAR, 0]) // STEPS_PER_BEAT


def _figures(flips: Sequence[Flip]) -> Figures:
    groups = [flip.change for flip in flips]
    columns = {
        kind: np.minimum([getattr(flip, kind) for flip in flips], LATEST)
        for kind in ("played", "unchanged", "spliced")
    }
    rows = {kind: median_and_p90(values) for kind, values in columns.items()}
    figures: Figures = {}
    for index, name in enumerate(("flip_beats_median", "flip_beats_p90")):
        figures[name] = Figure(
            rows["played"][index],
            *interval_of(_statistic(columns["played"], index), groups),
            ceiling=rows["spliced"][index],
            floors={"no change": rows["unchanged"][index]},
        )
    return figures


def _statistic(values: Floats, index: int) -> Callable[[Indices], float]:
    return lambda at: median_and_p90(values[at])[index]
