"""How near played windows lie to real ones, label by label: in density, loudness, keys, rhythm.

Note Density Ratio and Velocity Similarity are the reference design's names; it gives no formulas,
so they are defined here. Every window weighs the same, however many notes it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import key_scores
from amt_live.music.parts import DRUMS
from export.evaluation.bootstrap import Indices, Resampler, centred
from export.evaluation.patterns import SIXTEENTHS, sixteenth_of
from export.evaluation.window import Window

Floats = NDArray[np.float64]

QUANTILES: Final = tuple(round(0.05 * k, 2) for k in range(1, 20))
HISTOGRAMS: Final = ("velocity_similarity", "pitch_class", "register", "rhythm")
MEASURES: Final = ("ndr", *HISTOGRAMS)
_BINS: Final = {"velocity_similarity": 16, "pitch_class": 24, "register": 16, "rhythm": 16}
_LOWEST_PITCH: Final = 18
_REGISTER_SEMITONES: Final = 6
SPLITS: Final = 40


@dataclass(frozen=True, slots=True)
class Profiles:
    """What is compared, measured once: each row a window.

    ``notes_per_s`` [W]: note-ons a second, drums among them. ``histograms``: per name an array
    [W, bins] of rows that sum to 1, or to 0 where the window has no such notes:

    - velocity_similarity: velocities of all notes, 16 bins of 8;
    - pitch_class: mode and pitch class above the tonic, 24 bins, of the key that correlates best
      with the window (Krumhansl and Kessler); so transposition does not matter, but mode and scale
      do;
    - register: pitches of all but drums, 16 bins of 6 semitones from 18 (ends hold the rest);
    - rhythm: onsets of all notes by the sixteenth of the bar (a fifth and sixth beat count as a
      first and second).
    """

    labels: NDArray[np.str_]
    pieces: NDArray[np.str_]
    notes_per_s: Floats
    histograms: dict[str, Floats]

    def take(self, at: Indices | NDArray[np.bool_]) -> "Profiles":
        """The rows ``at``, in that order."""
        rows = {name: table[at] for name, table in self.histograms.items()}
        return Profiles(self.labels[at], self.pieces[at], self.notes_per_s[at], rows)


@dataclass(frozen=True, slots=True)
class Similarity:
    """Figures 0-1 by MEASURES: ``per_label[label][measure]`` and their mean over labels."""

    per_label: dict[str, dict[str, float]]
    macro: dict[str, float]


def profiles(windows: Sequence[Window]) -> Profiles:
    """Measure windows for comparison."""
    tables = {name: np.zeros((len(windows), bins)) for name, bins in _BINS.items()}
    rates = np.zeros(len(windows))
    for row, window in enumerate(windows):
        rates[row] = len(window.notes) / max(window.seconds, 1e-9)
        for name, values in _binned(window).items():
            counts = np.bincount(values, minlength=_BINS[name])
            tables[name][row] = counts / max(counts.sum(), 1)
    labels = np.array([window.label or "" for window in windows], np.str_)
    return Profiles(labels, np.array([w.piece for w in windows], np.str_), rates, tables)


def _binned(window: Window) -> dict[str, NDArray[np.intp]]:
    notes = window.notes
    pitched = notes[notes["part"] != DRUMS.index]
    pitch = pitched["pitch"].astype(np.intp)
    mode, tonic = divmod(int(key_scores(pitched).argmax()), 12) if len(pitched) else (0, 0)
    return {
        "velocity_similarity": notes["velocity"].astype(np.intp) >> 3,
        "pitch_class": mode * 12 + (pitch - tonic) % 12,
        "register": np.clip((pitch - _LOWEST_PITCH) // _REGISTER_SEMITONES, 0, 15),
        "rhythm": sixteenth_of(window) % SIXTEENTHS,
    }


def compare(played: Profiles, real: Profiles, labels: Sequence[str]) -> Similarity:
    """Played windows against real ones of the same label.

    ndr: mean over the 5 to 95 % quantiles of notes a second (steps of 5 %) of min/max of both.
    The others: overlap of the mean histograms, the sum over bins of the smaller one, 1 when alike.
    A label without played windows scores 0: nothing that was asked for may be left out.
    """
    per_label = {label: _compare(played, real, label) for label in labels}
    macro = {m: float(np.mean([row[m] for row in per_label.values()])) for m in MEASURES}
    return Similarity(per_label, macro)


def _compare(played: Profiles, real: Profiles, label: str) -> dict[str, float]:
    mine, theirs = played.labels == label, real.labels == label
    if not mine.any() or not theirs.any():
        return dict.fromkeys(MEASURES, 0.0)
    figures = {"ndr": density_ratio(played.notes_per_s[mine], real.notes_per_s[theirs])}
    for name in HISTOGRAMS:
        a, b = (p.histograms[name][at] for p, at in ((played, mine), (real, theirs)))
        figures[name] = float(np.minimum(_pooled(a), _pooled(b)).sum())
    return figures


def density_ratio(played: Floats, real: Floats) -> float:
    """Mean over the 5 to 95 % quantiles of the smaller over the larger; silence twice is alike."""
    a, b = np.quantile(played, QUANTILES), np.quantile(real, QUANTILES)
    larger = np.maximum(a, b)
    return float(np.where(larger > 0, np.minimum(a, b) / np.maximum(larger, 1e-9), 1.0).mean())


def _pooled(rows: Floats) -> Floats:
    total = rows.sum(axis=0)
    return np.asarray(total / max(total.sum(), 1e-9))


def ceiling(real: Profiles, labels: Sequence[str], seed: int = 0) -> Similarity:
    """Real music against real music: the mean over 40 random halves, split by piece."""
    rng = np.random.default_rng(seed)
    halves = (_halves(real, labels, rng) for _ in range(SPLITS))
    return _mean([compare(first, second, labels) for first, second in halves], labels)


def floor(real: Profiles, labels: Sequence[str], seed: int = 0) -> Similarity:
    """Real music under other labels: what a band scores that plays real music but heeds no word.

    As ``ceiling``, of the same halves, but in the first the pieces trade labels, and none keeps its
    own: so the two differ in the labels only.
    """
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(SPLITS):
        first, second = _halves(real, labels, rng)
        _, begins, of = np.unique(first.pieces, return_index=True, return_inverse=True)
        shuffled = rng.permutation(first.labels[begins])[of]
        other = Profiles(shuffled, first.pieces, first.notes_per_s, first.histograms)
        found.append(compare(other.take(shuffled != first.labels), second, labels))
    return _mean(found, labels)


def _halves(
    real: Profiles, labels: Sequence[str], rng: np.random.Generator
) -> tuple[Profiles, Profiles]:
    """Each label's pieces in two halves at random; other labels are left out."""
    scored = np.isin(real.labels, labels)
    first = np.zeros(len(real.labels), bool)
    for label in labels:
        names = np.unique(real.pieces[real.labels == label])
        half = rng.permutation(names)[: len(names) // 2]
        first |= np.isin(real.pieces, half) & (real.labels == label)
    return real.take(first), real.take(scored & ~first)


def macro_interval(
    played: Profiles, real: Profiles, labels: Sequence[str], *, draws: int = 200, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """95 % interval of each macro figure; pieces of both sides are drawn again, within labels."""
    rng = np.random.default_rng(seed)
    sides = [p.take(np.isin(p.labels, labels)) for p in (played, real)]
    again = [Resampler(p.pieces.tolist(), p.labels.tolist()) for p in sides]
    rows: dict[str, list[float]] = {name: [] for name in MEASURES}
    for _ in range(draws):
        drawn = (p.take(r.draw(rng)) for p, r in zip(sides, again, strict=True))
        for name, value in compare(*drawn, labels).macro.items():
            rows[name].append(value)
    figures = compare(played, real, labels).macro
    return {name: centred(values, figures[name]) for name, values in rows.items()}


def overall(macro: dict[str, float], adherence: float, degenerate: float, copied: float) -> float:
    """The geometric mean of NDR, the four overlaps and adherence, less what is broken or copied.

    ``degenerate``: share of windows; ``copied``: excess copy rate. Adherence is capped at 1, copied
    from below at 0: being better than real music in one thing does not make up for another.
    """
    factors = [*(macro[name] for name in MEASURES), min(max(adherence, 0.0), 1.0)]
    mean = float(np.prod(factors)) ** (1 / len(factors))
    return mean * (1 - degenerate) * (1 - max(copied, 0.0))


def _mean(found: Sequence[Similarity], labels: Sequence[str]) -> Similarity:
    per_label = {
        label: {m: float(np.mean([one.per_label[label][m] for one in found])) for m in MEASURES}
        for label in labels
    }
    return Similarity(
        per_label, {m: float(np.mean([one.macro[m] for one in found])) for m in MEASURES}
    )
