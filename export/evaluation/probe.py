"""Which kind of music does a window sound like? A linear reader of forty features, fitted on real
music only.

It is linear on purpose. With products of features it reads more of the real test windows, but by
the very patterns of the semi-synthetic sources, which held-out pieces share with training ones.
Features are standardised and clipped at three deviations, so that no single odd one decides.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from export.corpus import load_corpus
from export.evaluation.features import FEATURES, features
from export.evaluation.musicality import Limits
from export.evaluation.real import corpus_windows
from export.evaluation.window import Window

Floats = NDArray[np.float64]

VERSION: Final = 3
"""Counts up when features, limits or the fit change, so that old caches are not read."""
PER_PIECE: Final = 2
CLIP: Final = 3.0
INVERSE_REGULARISATION: Final = 0.1
_TEMPERATURES: Final = np.geomspace(0.3, 3.0, 41)


@dataclass(frozen=True, slots=True)
class Probe:
    """A fitted probe. ``mean`` and ``deviation`` [40] standardise; ``weights`` [40, labels] and
    ``bias`` [labels] are those of a multinomial logistic regression, divided by the temperature
    that validation music asked for. ``limits`` hold what is absurd, ``reference`` [N, 40] the
    standardised features of real training windows and ``reference_labels`` [N] their labels."""

    labels: NDArray[np.str_]
    mean: Floats
    deviation: Floats
    weights: Floats
    bias: Floats
    limits: Limits
    reference: Floats
    reference_labels: NDArray[np.str_]

    def standardised(self, table: Floats) -> Floats:
        """Features [W, 40] in deviations of real training music, clipped at three."""
        return np.clip((table - self.mean) / self.deviation, -CLIP, CLIP)

    def training_rows(self, labels: Sequence[str], per_label: int, seed: int = 0) -> Floats:
        """Standardised features of at most ``per_label`` real training windows of each label: what
        a Frechet distance is when real music plays."""
        rng = np.random.default_rng(seed)
        rows = [
            rng.permutation(np.flatnonzero(self.reference_labels == label))[:per_label]
            for label in labels
        ]
        return self.reference[np.concatenate(rows)]

    def probabilities(self, table: Floats) -> Floats:
        """Calibrated probabilities [W, labels] of features [W, 40]; all labels alike at first."""
        return _softmax(self.standardised(table) @ self.weights + self.bias)


@dataclass(frozen=True, slots=True)
class Reading:
    """How windows whose label is known (real) or was asked for (played) are read.

    Each figure is a mean over labels of means over windows. ``hits`` [W] and ``in_top3`` [W] are
    0 or 1 for each window, for intervals; NaN for windows whose label is not scored.
    """

    top1: float
    top3: float
    probability: float
    per_label: dict[str, float]
    """Top-1 accuracy of each label."""
    hits: Floats
    in_top3: Floats


def read(probe: Probe, windows: Sequence[Window], table: Floats, labels: Sequence[str]) -> Reading:
    """Read windows with features ``table`` [W, 40]; only those of ``labels`` count."""
    probabilities = probe.probabilities(table)
    order = np.argsort(-probabilities, axis=1)
    wanted = np.array([window.label or "" for window in windows], np.str_)
    scored = np.isin(wanted, labels)
    best = probe.labels[order[:, :3]] == wanted[:, None]
    hits = np.where(scored, best[:, 0], np.nan)
    in_top3 = np.where(scored, best.any(axis=1), np.nan)
    of_wanted = np.where(wanted[:, None] == probe.labels, probabilities, 0).sum(axis=1)
    masks = {label: wanted == label for label in labels}
    present = {label: mask for label, mask in masks.items() if mask.any()}

    def macro(values: Floats) -> float:
        # A label that was never played was not followed.
        return sum(float(values[m].mean()) for m in present.values()) / max(len(labels), 1)

    per_label = {label: float(hits[mask].mean()) for label, mask in present.items()}
    return Reading(macro(hits), macro(in_top3), macro(of_wanted), per_label, hits, in_top3)


def adherence(played: Reading, real: Reading) -> float:
    """Balanced top-1 accuracy on played windows as a share of that on real held-out ones."""
    return played.top1 / max(real.top1, 1e-9)


def load_probe(corpus_folder: Path, cache: Path) -> Probe:
    """The probe of a prepared corpus, from the folder ``cache`` or fitted now (about a minute).

    The validation pieces of the corpus set the temperature; its other pieces fit the rest. Raises
    FileError when the corpus is none.
    """
    path = cache / f"probe-{VERSION}-{fingerprint(corpus_folder)}.npz"
    if path.is_file():
        return _load(path)
    corpus = load_corpus(corpus_folder)
    train = corpus_windows(corpus, splits=("train",), per_piece=PER_PIECE)
    held = corpus_windows(corpus, splits=("validation",), per_piece=PER_PIECE)
    probe = fit_probe(train, held)
    cache.mkdir(parents=True, exist_ok=True)
    _save(path, probe)
    return probe


def fingerprint(corpus_folder: Path) -> str:
    """Sixteen digits that change with the notes or the labels of a prepared corpus."""
    digest = hashlib.sha256()
    for name in ("notes.npz", "pieces.jsonl"):
        path = corpus_folder / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:16]


def fit_probe(train: Sequence[Window], held: Sequence[Window]) -> Probe:
    """Fit on real windows with labels; ``held`` (other pieces) sets the temperature."""
    from sklearn.linear_model import LogisticRegression

    limits = Limits.of(train)
    train, held = ([w for w in some if w.label is not None] for some in (train, held))
    table = features(train)
    mean, deviation = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-3)
    wanted = np.array([window.label for window in train], np.str_)
    z = np.clip((table - mean) / deviation, -CLIP, CLIP)
    model = LogisticRegression(
        C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=500, tol=1e-4
    ).fit(z, wanted)
    weights, bias = model.coef_.T.astype(np.float64), model.intercept_.astype(np.float64)
    if len(model.classes_) == 2:  # one column then, for the second class
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    probe = Probe(np.asarray(model.classes_), mean, deviation, weights, bias, limits, z, wanted)
    temperature = _temperature(probe, held)
    return replace(
        probe,
        weights=weights / temperature,
        bias=bias / temperature,
        reference=z.astype(np.float32),
    )


def _temperature(probe: Probe, held: Sequence[Window]) -> float:
    """The divisor of the logits under which held windows, labels weighed alike, are likeliest
    (temperature scaling, Guo et al. 2017)."""
    known = [window for window in held if window.label in probe.labels]
    if not known:
        return 1.0
    of = np.searchsorted(probe.labels, [window.label for window in known])
    logits = probe.standardised(features(known)) @ probe.weights + probe.bias
    weight = 1 / np.bincount(of, minlength=len(probe.labels))[of]
    losses = [
        -(weight * np.log(_softmax(logits / t)[np.arange(len(of)), of] + 1e-12)).sum()
        for t in _TEMPERATURES
    ]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _save(path: Path, probe: Probe) -> None:
    arrays = {f.name: getattr(probe, f.name) for f in fields(Probe) if f.name != "limits"}
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(
        partial, **arrays, limits=probe.limits.as_array(), features=np.array(FEATURES, np.str_)
    )
    partial.replace(path)


def _load(path: Path) -> Probe:
    with np.load(path, allow_pickle=False) as arrays:
        values = {f.name: arrays[f.name] for f in fields(Probe) if f.name != "limits"}
        return Probe(**values, limits=Limits.from_array(arrays["limits"]))
