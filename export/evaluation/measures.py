"""The measuring half of the evaluation, in one place: what to call, and in which order.

Everything reads ``Window`` lists, real or played; nothing here plays a model. A whole report::

    real = corpus_windows(load_corpus(test_folder))       # held out: never fitted on
    labels = scored_labels(real)                          # those with 30 real windows or more
    probe = load_probe(train_folder, cache)               # fitted on real training music only
    known = load_known(train_folder, cache)

    mine, theirs = profiles(played), profiles(real)
    similarity = compare(mine, theirs, labels)            # .macro["ndr"], ...; .per_label
    best, worst = ceiling(theirs, labels), floor(theirs, labels)
    intervals = macro_interval(mine, theirs, labels)

    heard = read(probe, played, features(played), labels)
    marks = read(probe, real, features(real), labels)
    share = adherence(heard, marks)                       # genre_top3 is heard.top3
    broken = degenerate(played, probe.limits)["any"]
    copied = nanmean(copied_share(played, known)) - nanmean(copied_share(real, known))
    figure = overall(similarity.macro, share, broken.mean(), copied)
    low, high = interval(broken, [window.piece for window in played])

Tempo is no part of a model: give played windows the ``bpm`` of real training pieces of their label,
or notes a second compare tempi, not density.
"""

from export.evaluation.attributes_asked import ASKED, attribute_correlation, measured_z
from export.evaluation.bootstrap import interval, interval_of
from export.evaluation.copying import copied_share, load_known
from export.evaluation.features import FEATURES, features
from export.evaluation.flips import (
    Sides,
    beat_readings,
    fit_sides,
    flip_beats,
    median_and_p90,
    splice,
)
from export.evaluation.frechet import frechet, real_distance
from export.evaluation.musicality import MUSICALITY, Limits, degenerate, musicality
from export.evaluation.overlap import (
    MEASURES,
    Profiles,
    Similarity,
    ceiling,
    compare,
    floor,
    macro_interval,
    overall,
    profiles,
)
from export.evaluation.patterns import self_similarity
from export.evaluation.probe import Probe, Reading, adherence, load_probe, read
from export.evaluation.real import by_label, corpus_windows, cut, draw, file_windows, scored_labels

__all__ = [
    "ASKED", "FEATURES", "MEASURES", "MUSICALITY", "Limits", "Probe", "Profiles", "Reading",
    "Sides", "Similarity", "adherence", "attribute_correlation", "beat_readings", "by_label",
    "ceiling", "compare", "copied_share", "corpus_windows", "cut", "degenerate", "draw", "features",
    "file_windows", "fit_sides", "flip_beats", "floor", "frechet", "interval", "interval_of",
    "load_known", "load_probe", "macro_interval", "measured_z", "median_and_p90", "musicality",
    "overall", "profiles", "read", "real_distance", "scored_labels", "self_similarity", "splice",
]  # fmt: skip
