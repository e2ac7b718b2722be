"""Does the model follow words? Plays what the protocols ask for, measures it beside real music.

The protocols are in ``export.evaluation``: ``words``, ``midstream``, ``drift``, ``controls`` and
``floors`` play, the others measure. Phrases and seeds are frozen; real music of the test split is
for judging only, and ``--split validation`` is there to choose by.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.control.state import Sampling
from amt_live.engine.model import model_hash
from amt_live.errors import FileError
from amt_live.manifest import load_manifest
from export import attributes, phrases
from export.corpus import Corpus, load_corpus, prepare
from export.evaluation import controls, drift, floors, midstream, words
from export.evaluation.bootstrap import interval_of
from export.evaluation.copying import load_known
from export.evaluation.figure import Figure, Figures, mean_of
from export.evaluation.frechet import frechet, real_distance
from export.evaluation.likeness import Judge, Measured, likeness, measure, relabelled, scored_only
from export.evaluation.musicality import musicality
from export.evaluation.playing import Jukebox
from export.evaluation.probe import load_probe
from export.evaluation.real import corpus_windows, scored_labels
from export.evaluation.window import Window

Floats = NDArray[np.float64]
Say = Callable[[str], None]

TEST: Final = "test"
VALIDATION: Final = "validation"
REAL: Final = ("data/test", "../shared/data/test")
TRAIN: Final = ("corpus/all", "corpus")
NOTES: Final = "notes.npz"
QUICK_LABELS: Final = 4
SCENES_PART: Final = 3
"""One window in so many more is asked for by a scene."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is played; 0 seeds or streams leave a protocol out."""

    seeds: int = 2
    control_seeds: int = 2
    windows_a_label: int = 20
    floor_takes: int = 12
    streams: int = 2
    minutes: tuple[int, ...] = drift.MINUTES
    pairs: int | None = None
    """Of opposite words; None is all."""
    changes: int | None = None
    """Pairs of moods to change between; None is all, 0 none."""
    labels: int | None = None


QUICK: Final = Effort(1, 1, 8, 3, 1, drift.QUICK_MINUTES, 4, 2, QUICK_LABELS)


@dataclass(frozen=True, slots=True)
class Options:
    """What ``amt-live evaluate`` was asked for; None looks in the usual places."""

    model: Path
    cache: Path
    real: Path | None = None
    train: Path | None = None
    split: str = TEST
    effort: Effort = field(default_factory=Effort)
    sampling: Sampling = field(default_factory=Sampling)
    processes: int | None = None


@dataclass(slots=True)
class Findings:
    """Figures, what they are of, and what pictures show."""

    figures: Figures
    about: dict[str, Any]
    swaps: list[words.Swap]
    flips: list[midstream.Flip]
    drift: drift.Drift
    minutes: tuple[int, ...]
    played: Measured | None = None
    real: Measured | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Music:
    """Real windows to compare with, and what training music gives to judge by."""

    real: Measured
    labels: tuple[str, ...]
    tempos: Mapping[str, Floats]
    judge: Judge | None


def evaluate(options: Options, say: Say) -> Findings:
    """Everything that the model, the real music and the effort allow; raises AmtError."""
    began_s = time.perf_counter()
    music = _music(options, say)
    scale = scale_of(options.model)
    jukebox = Jukebox(options.model, options.cache, options.sampling, options.processes)
    effort = options.effort
    figures, swaps, worded = words.swaps(jukebox, scale, effort.seeds, effort.pairs)
    figures |= words.explicit(jukebox, scale, max(1, effort.seeds // 2), effort.pairs)
    found = Findings(figures, {}, swaps, [], {}, effort.minutes)
    if music is not None:
        worded += _compare(found, jukebox, music, options)
    figures |= words.asked_and_heard(options.model, worded, scale)
    if effort.changes != 0:
        changes, found.flips = midstream.midstream(jukebox, scale, effort.changes)
        figures |= changes
    if effort.control_seeds:
        figures |= controls.controls(jukebox, scale, effort.control_seeds)
    if effort.streams:
        same, found.drift = drift.drift(jukebox, effort.streams, effort.minutes)
        figures |= same
    figures["tokens_per_s"] = _speed(jukebox)
    told = ", ".join(f"{title} {spent_s:.0f}" for title, spent_s in jukebox.spent_s.items())
    say(f"played in {sum(jukebox.spent_s.values()):.0f} s of one core: {told}")
    found.about = _about(options, time.perf_counter() - began_s)
    return found


def scale_of(model: Path) -> attributes.Scale:
    """The scale of a model's attributes; raises FileError for a model that tells none."""
    with np.load(model / "conditioning.npz", allow_pickle=False) as arrays:
        if "scale_mean" not in arrays:
            raise FileError(
                f"{model} does not tell the scale of its attributes; export the model again"
            )
        return attributes.Scale(arrays["scale_mean"], arrays["scale_deviation"])


# Real music.


def _music(options: Options, say: Say) -> _Music | None:
    train = _first(options.train, TRAIN)
    real = _real_corpus(options, train, say)
    if real is None:
        return None
    splits = (VALIDATION,) if options.split == VALIDATION else None
    windows = corpus_windows(real, splits=splits)
    labels = tuple(x for x in scored_labels(windows) if x in phrases.GENRES)
    labels = labels[: options.effort.labels]
    windows = scored_only(windows, labels)
    if not windows:
        say("no label has enough real windows: only what needs no real music is measured")
        return None
    judge = None
    if train is None:
        say("no prepared training corpus (--train): adherence, copies and breaks are not measured")
    else:
        judge = Judge(load_probe(train, options.cache), load_known(train, options.cache))
    tempos = {
        label: np.array([w.bpm for w in windows if w.label == label], np.float64)
        for label in labels
    }
    return _Music(measure(windows, labels, judge), labels, tempos, judge)


def _real_corpus(options: Options, train: Path | None, say: Say) -> Corpus | None:
    if options.split == VALIDATION:
        if train is None:
            raise FileError("--split validation needs a prepared corpus; name one with --train")
        return load_corpus(options.real or train)
    folder = _first(options.real, REAL)
    if folder is None:
        say("no real music (--real): only what needs none is measured")
        return None
    if (folder / NOTES).is_file():
        return load_corpus(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = "\n".join(f"{path.relative_to(folder)} {path.stat().st_size}" for path in files)
    out = options.cache / f"real-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    if not (out / NOTES).is_file():
        prepare([folder], out)
    return load_corpus(out)


def _first(given: Path | None, usual: Sequence[str]) -> Path | None:
    if given is not None:
        if not given.is_dir():
            raise FileError(f"{given} is no folder; name a corpus or a folder of MIDI files")
        return given
    wanted = (NOTES,) if usual is TRAIN else ("", NOTES)
    for name in usual:
        if any((Path(name) / inside).exists() for inside in wanted):
            return Path(name)
    return None


# Played beside real.


def _compare(found: Findings, jukebox: Jukebox, music: _Music, options: Options) -> list[Window]:
    """What is like real music and what is not; returns what was played for the labels."""
    effort, labels = options.effort, music.labels
    windows = words.genre_windows(jukebox, labels, music.tempos, effort.windows_a_label)
    played = measure(windows, labels, music.judge)
    floor = {
        "no mood": floors.null_windows(jukebox, effort.floor_takes),
        "unigram": floors.unigram_windows(
            options.model, music.real.windows, effort.floor_takes, options.sampling
        ),
    }
    under = {
        name: relabelled(
            measure(some, labels, music.judge),
            floors.under_every_label(some, labels, music.tempos),
            labels,
            music.judge,
        )
        for name, some in floor.items()
    }
    found.figures |= likeness(played, music.real, labels, under, music.judge)
    found.figures |= _music_figures(played, music.real)
    if music.judge is not None:
        found.figures |= _scene_figures(jukebox, music, effort.windows_a_label // SCENES_PART)
    if music.judge is not None:
        found.figures["frechet"] = _frechet(played, music.real, under, music.judge)
    found.played, found.real, found.labels = played, music.real, labels
    return windows


def _scene_figures(jukebox: Jukebox, music: _Music, wanted: int) -> Figures:
    """Genres that a scene stands for and no word names: read right at once, and among three."""
    windows = words.genre_windows(
        jukebox, music.labels, dict(music.tempos), max(wanted, 2), phrases.GENRE_SCENES
    )
    reading = measure(windows, music.labels, music.judge).reading
    assert reading is not None
    groups = [window.piece for window in windows]
    return {
        "genre_scene_top1": mean_of(reading.hits, groups),
        "genre_scene_top3": mean_of(reading.in_top3, groups),
    }


def _music_figures(played: Measured, real: Measured) -> Figures:
    """Musicality, played; the real mean of the same labels stands as the ceiling."""
    mine, theirs = musicality(played.windows), musicality(real.windows)
    groups = [window.piece for window in played.windows]
    figures: Figures = {}
    for name, values in mine.items():
        means = [
            float(np.nanmean(theirs[name][real.labels == label]))
            for label in np.unique(played.labels)
        ]
        figures[f"music_{name}"] = mean_of(values, groups, ceiling=float(np.nanmean(means)))
    return figures


def _frechet(
    played: Measured, real: Measured, under: Mapping[str, Measured], judge: Judge
) -> Figure:
    standard = judge.probe.standardised
    mine, theirs = standard(played.table), standard(real.table)
    # Every label weighs the same among the played ones, so it must among the real ones.
    balanced = theirs[_balanced(real.labels)]
    groups = [window.piece for window in played.windows]
    low, high = interval_of(
        lambda at: frechet(mine[at], balanced), groups, strata=played.labels.tolist(), draws=60
    )
    pieces = real.profiles.pieces.tolist()
    return Figure(
        frechet(mine, balanced),
        low,
        high,
        ceiling=real_distance(theirs, pieces, len(mine)),
        floors={name: frechet(standard(m.table), balanced) for name, m in under.items()},
    )


def _balanced(labels: NDArray[np.str_]) -> NDArray[np.intp]:
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    most = max(len(row) for row in rows)
    return np.concatenate([rng.choice(row, most) for row in rows])


# About.


def _speed(jukebox: Jukebox) -> Figure:
    costs = np.array(jukebox.costs, np.float64)

    def speed(at: NDArray[np.intp]) -> float:
        return float(costs[at, 0].sum() / max(costs[at, 1].sum(), 1e-9))

    every = np.arange(len(costs))
    low, high = interval_of(speed, [str(i) for i in every])
    return Figure(speed(every), low, high)


def _about(options: Options, took_s: float) -> dict[str, Any]:
    effort, sampling = options.effort, options.sampling
    return {
        "split": options.split,
        "seeds": f"{words.FIRST_SEED} to {words.FIRST_SEED + effort.seeds - 1}",
        "windows_a_label": effort.windows_a_label,
        "guidance": sampling.guidance,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "phrases": len(phrases.frozen()),
        "seconds": round(took_s, 1),
        "prompts_sha256": hashlib.sha256("\n".join(phrases.frozen()).encode()).hexdigest(),
        "model_sha256": model_hash(load_manifest(options.model)),
    }
