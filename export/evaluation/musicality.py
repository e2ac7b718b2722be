"""How well made is a window? Figures that real music sets the mark for, and what is broken."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS
from export.evaluation.features import pitch_class_entropy
from export.evaluation.patterns import bar_of, groove_consistency, onset_grid, self_similarity
from export.evaluation.window import Window

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MUSICALITY: Final = (
    "pitch_class_entropy", "scale_consistency", "groove_consistency", "polyphony",
    "empty_beat_rate", "self_similarity_1", "self_similarity_2", "self_similarity_4",
)  # fmt: skip
SILENT_BARS: Final = 2
DENSITY_QUANTILE: Final = 0.999
DENSITY_MARGIN: Final = 1.5
HANGING_STEPS: Final = 8 * STEPS_PER_BEAT
"""Two bars of four quarters."""
LOOP_BARS: Final = 5
"""So many equal bars in a row make a loop; one in a thousand real windows of eight bars has one."""
_SCALES: Final = np.array(
    [
        [(pitch - root) % 12 in scale for pitch in range(12)]
        for scale in ({0, 2, 4, 5, 7, 9, 11}, {0, 2, 3, 5, 7, 8, 10})
        for root in range(12)
    ]
)


def musicality(windows: Sequence[Window]) -> dict[str, Floats]:
    """MUSICALITY of each window [W]; NaN where a figure has no meaning (no pitched note).

    - pitch_class_entropy: bits, mean over each four bars (Wu and Yang 2020, H4);
    - scale_consistency: largest share of pitched notes that fits one major or natural minor scale
      (Mogren, C-RNN-GAN, 2016);
    - groove_consistency: see ``patterns.groove_consistency``;
    - polyphony: pitched notes that sound at once, where any does (MusPy, Dong et al. 2020);
    - empty_beat_rate: share of beats in which nothing sounds (MusPy); a drum sounds where it is
      struck;
    - self_similarity_N: see ``patterns.self_similarity``, N bars apart.
    """
    rows = [_measured(window) for window in windows]
    return {
        name: np.array([row[i] for row in rows], np.float64) for i, name in enumerate(MUSICALITY)
    }


def _measured(window: Window) -> tuple[float, ...]:
    notes = window.notes
    pitched = notes[notes["part"] != DRUMS.index]
    sounding = _sounding(window)
    heard = sounding > 0
    struck = np.zeros(window.steps, bool)
    struck[notes["step"]] = True
    beats = -(-window.steps // STEPS_PER_BEAT)
    full = np.zeros(beats * STEPS_PER_BEAT, bool)
    full[: window.steps] = heard | struck
    return (
        _entropy(window, 4),
        float((_SCALES @ np.bincount(pitched["pitch"] % 12, minlength=12)).max() / len(pitched))
        if len(pitched)
        else float("nan"),
        groove_consistency(window),
        float(sounding[heard].mean()) if heard.any() else float("nan"),
        float(1 - full.reshape(beats, STEPS_PER_BEAT).any(axis=1).mean()),
        *(self_similarity(window, lag) for lag in (1, 2, 4)),
    )


def _entropy(window: Window, bars: int) -> float:
    """Mean entropy of groups of bars that hold pitched notes."""
    notes = window.notes
    group = bar_of(window) // bars
    is_pitched = notes["part"] != DRUMS.index
    found = [
        pitch_class_entropy(notes["pitch"][is_pitched & (group == g)])
        for g in range(-(-len(window.bars) // bars))
    ]
    return float(np.nanmean(found)) if not np.isnan(found).all() else float("nan")


def _sounding(window: Window) -> NDArray[np.int64]:
    """How many pitches of all parts but drums sound at each step [steps].

    A pitch struck again while it sounds is one pitch of its part: some files hold every note for
    bars.
    """
    pitched = window.notes[window.notes["part"] != DRUMS.index]
    pitched = np.sort(pitched, order=["part", "pitch", "step"])
    end = np.minimum(pitched["step"] + pitched["duration"].astype(np.int64), window.steps)
    again = (np.diff(pitched["part"]) == 0) & (np.diff(pitched["pitch"]) == 0)
    end[:-1][again] = np.minimum(end[:-1], pitched["step"][1:])[again]
    change = np.bincount(pitched["step"], minlength=window.steps + 1)
    change = change - np.bincount(end, minlength=window.steps + 1)
    return np.cumsum(change)[: window.steps]


@dataclass(frozen=True, slots=True)
class Limits:
    """What no music does: more note-ons a beat, or more notes at once, than these."""

    notes_per_beat: float
    polyphony: float

    @classmethod
    def of(cls, real: Sequence[Window]) -> "Limits":
        """One and a half times the 99.9 % quantiles of real training windows."""
        density = [len(w.notes) / max(w.steps / STEPS_PER_BEAT, 1e-9) for w in real]
        most = [float(_sounding(w).max(initial=0)) for w in real]
        edges = (float(np.quantile(values, DENSITY_QUANTILE)) for values in (density, most))
        return cls(*(DENSITY_MARGIN * edge for edge in edges))

    def as_array(self) -> Floats:
        """For a file."""
        return np.array(astuple(self))

    @classmethod
    def from_array(cls, values: Floats) -> "Limits":
        """From ``as_array``."""
        return cls(*(float(value) for value in values))


def degenerate(windows: Sequence[Window], limits: Limits) -> dict[str, Bools]:
    """Why windows are broken: a mask [W] per reason, and ``any`` of them.

    - silent: nothing starts or sounds in two bars or more, wherever they lie;
    - loop: one bar, note for note (step, part, pitch), five times in a row or more; bars with fewer
      than two notes do not count;
    - hanging: fewer notes than one in two bars, one of them two bars of four quarters long or more;
    - crowded: beyond ``limits``.
    """
    reasons = {
        "silent": [_silent_bars(w) >= SILENT_BARS for w in windows],
        "loop": [_longest_loop(w) >= LOOP_BARS for w in windows],
        "hanging": [_hangs(w) for w in windows],
        "crowded": [_crowded(w, limits) for w in windows],
    }
    masks = {name: np.array(values, bool) for name, values in reasons.items()}
    masks["any"] = np.any(list(masks.values()), axis=0) if len(windows) else np.zeros(0, bool)
    return masks


def _silent_bars(window: Window) -> int:
    heard = onset_grid(window).any(axis=1)
    sounding = _sounding(window) > 0
    return sum(
        not heard[i] and not sounding[start : start + length].any()
        for i, (start, length) in enumerate(window.bars.tolist())
    )


def _longest_loop(window: Window) -> int:
    """Length in bars of the longest run of equal bars."""
    notes, bar = window.notes, bar_of(window)
    inside = notes["step"] - window.bars[bar, 0]
    code = (inside.astype(np.int64) << 16) | (notes["part"].astype(np.int64) << 8) | notes["pitch"]
    edges = np.searchsorted(bar, np.arange(len(window.bars) + 1))
    longest, run, before = 0, 0, b""
    for first, last in pairwise(edges.tolist()):
        now = np.unique(code[first:last]).tobytes() if last - first >= 2 else b""
        run = run + 1 if now and now == before else int(bool(now))
        before, longest = now, max(longest, run)
    return longest


def _hangs(window: Window) -> bool:
    pitched = window.notes[window.notes["part"] != DRUMS.index]
    few = len(window.notes) < len(window.bars) / 2
    return bool(few and len(pitched) and pitched["duration"].max() >= HANGING_STEPS)


def _crowded(window: Window, limits: Limits) -> bool:
    density = len(window.notes) / max(window.steps / STEPS_PER_BEAT, 1e-9)
    most = _sounding(window).max(initial=0)
    return bool(density > limits.notes_per_beat or most > limits.polyphony)
