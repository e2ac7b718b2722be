"""How like real music of the label that was asked for: the figures that make up ``overall``."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from export.evaluation import overlap, probe
from export.evaluation.bootstrap import Indices, Resampler, centred
from export.evaluation.copying import Hashes, copied_share
from export.evaluation.features import features
from export.evaluation.figure import Figure, Figures
from export.evaluation.musicality import degenerate
from export.evaluation.window import Window

Floats = NDArray[np.float64]

DRAWS: Final = 200
SHUFFLES: Final = 10
NAMES: Final = (
    *overlap.MEASURES, "adherence", "genre_top3", "degenerate", "copy_excess", "overall",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judge:
    """What training music gives to judge by; ``probe.load_probe`` and ``copying.load_known``."""

    probe: probe.Probe
    known: Hashes


@dataclass(frozen=True, slots=True)
class Measured:
    """Windows, measured once: profiles, features, and per window what the judge says of it."""

    windows: tuple[Window, ...]
    profiles: overlap.Profiles
    table: Floats
    reading: probe.Reading | None = None
    broken: Floats | None = None
    copied: Floats | None = None

    @property
    def labels(self) -> NDArray[np.str_]:
        """Of each window, empty where it has none."""
        return self.profiles.labels


def measure(windows: Sequence[Window], labels: Sequence[str], judge: Judge | None) -> Measured:
    """Measure windows; without a judge only what needs none."""
    table, profiles = features(windows), overlap.profiles(windows)
    if judge is None:
        return Measured(tuple(windows), profiles, table)
    broken = degenerate(windows, judge.probe.limits)["any"].astype(np.float64)
    copied = copied_share(windows, judge.known)
    reading = probe.read(judge.probe, windows, table, labels)
    return Measured(tuple(windows), profiles, table, reading, broken, copied)


def relabelled(
    measured: Measured, windows: Sequence[Window], labels: Sequence[str], judge: Judge | None
) -> Measured:
    """The same windows under other labels and tempos, several times over: ``windows`` repeats those
    of ``measured`` in their order."""
    times = len(windows) // len(measured.windows)
    profiles = overlap.profiles(windows)
    table = np.tile(measured.table, (times, 1))
    if judge is None or measured.broken is None or measured.copied is None:
        return Measured(tuple(windows), profiles, table)
    return Measured(
        tuple(windows),
        profiles,
        table,
        probe.read(judge.probe, windows, table, labels),
        np.tile(measured.broken, times),
        np.tile(measured.copied, times),
    )


def score(
    played: Measured,
    real: Measured,
    labels: Sequence[str],
    at: Indices | None = None,
    real_at: Indices | None = None,
) -> dict[str, float]:
    """NAMES of played windows against real ones; NaN for what needs a judge and has none."""
    at = np.arange(len(played.windows)) if at is None else at
    real_at = np.arange(len(real.windows)) if real_at is None else real_at
    macro = overlap.compare(played.profiles.take(at), real.profiles.take(real_at), labels).macro
    row = dict(macro) | dict.fromkeys(NAMES[len(macro) :], math.nan)
    if played.reading is None or real.reading is None:
        return row
    assert played.broken is not None and played.copied is not None and real.copied is not None
    of, real_of = played.labels[at], real.labels[real_at]
    top1 = _macro(real.reading.hits[real_at], real_of, labels)
    row["adherence"] = _macro(played.reading.hits[at], of, labels) / max(top1, 1e-9)
    row["genre_top3"] = _macro(played.reading.in_top3[at], of, labels)
    row["degenerate"] = float(played.broken[at].mean())
    row["copy_excess"] = _mean(played.copied[at]) - _mean(real.copied[real_at])
    row["overall"] = overlap.overall(macro, row["adherence"], row["degenerate"], row["copy_excess"])
    return row


def likeness(
    played: Measured,
    real: Measured,
    labels: Sequence[str],
    floors: dict[str, Measured],
    judge: Judge | None,
) -> Figures:
    """The figures with intervals (pieces of both sides drawn again, within labels), the ceiling of
    real against real, and floors: those given, and real music under shuffled labels."""
    values = score(played, real, labels)
    drawn = _draws(played, real, labels)
    ceiling = _ceiling(real, labels)
    beside = {name: score(floor, real, labels) for name, floor in floors.items()}
    beside["shuffled"] = _shuffled(real, labels, judge)
    figures: Figures = {}
    for name, value in values.items():
        if math.isnan(value):
            continue
        low, high = centred([row[name] for row in drawn], value)
        told = {kind: row[name] for kind, row in beside.items() if not math.isnan(row[name])}
        figures[name] = Figure(value, low, high, ceiling.get(name), told)
    return figures


def _draws(played: Measured, real: Measured, labels: Sequence[str]) -> list[dict[str, float]]:
    rng = np.random.default_rng(0)
    sides = [Resampler(m.profiles.pieces.tolist(), m.labels.tolist()) for m in (played, real)]
    return [score(played, real, labels, *(side.draw(rng) for side in sides)) for _ in range(DRAWS)]


def _ceiling(real: Measured, labels: Sequence[str]) -> dict[str, float]:
    macro = overlap.ceiling(real.profiles, labels).macro
    row = dict(macro)
    if real.reading is not None and real.broken is not None:
        row |= {"adherence": 1.0, "genre_top3": real.reading.top3, "copy_excess": 0.0}
        row["degenerate"] = float(real.broken.mean())
        row["overall"] = overlap.overall(macro, 1.0, row["degenerate"], 0.0)
    return row


def _shuffled(real: Measured, labels: Sequence[str], judge: Judge | None) -> dict[str, float]:
    """Real music that heeds no word: its pieces trade labels."""
    macro = overlap.floor(real.profiles, labels).macro
    row = dict(macro) | dict.fromkeys(NAMES[len(macro) :], math.nan)
    if judge is None or real.reading is None or real.broken is None:
        return row
    readings = [_read_shuffled(real, labels, judge, seed) for seed in range(SHUFFLES)]
    row["adherence"] = float(np.mean([probe.adherence(r, real.reading) for r in readings]))
    row["genre_top3"] = float(np.mean([reading.top3 for reading in readings]))
    row["degenerate"], row["copy_excess"] = float(real.broken.mean()), 0.0
    row["overall"] = overlap.overall(macro, row["adherence"], row["degenerate"], 0.0)
    return row


def _read_shuffled(real: Measured, labels: Sequence[str], judge: Judge, seed: int) -> probe.Reading:
    _, of = np.unique(real.profiles.pieces, return_inverse=True)
    first = np.unique(of, return_index=True)[1]
    shuffled = np.random.default_rng(seed).permutation(real.labels[first])[of].tolist()
    windows = [replace(w, label=label) for w, label in zip(real.windows, shuffled, strict=True)]
    return probe.read(judge.probe, windows, real.table, labels)


def scored_only(windows: Sequence[Window], labels: Sequence[str]) -> list[Window]:
    """Windows of the labels that are scored."""
    return [window for window in windows if window.label in labels]


def _macro(values: Floats, of: NDArray[np.str_], labels: Sequence[str]) -> float:
    means = [float(np.nanmean(values[of == label])) for label in labels if (of == label).any()]
    return sum(means) / max(len(labels), 1)


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else 0.0
