"""The linear read-out from text embeddings to attributes, and how well it reads unseen wordings.

Ridge regression, with the strength of each attribute chosen on captions that hold wordings which
the fit has not seen: random rows share their words with the fit, and would always ask for too weak
a ridge.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from export import words

Floats = NDArray[np.float32]

SHRINKAGE: Final = 1.35
"""Ridge predictions are too timid: they are scaled up by this much, and clipped to 2 deviations
where they are used."""
STRENGTHS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
DEFAULT_STRENGTH: Final = 4.0
FOLDS: Final = 8
FOLDS_TRIED: Final = 4
LEAST_ROWS: Final = 1000
"""Fewer captions than this are too few to choose by."""


@dataclass(frozen=True, slots=True)
class Readout:
    """``embedding @ weight + bias`` gives the attributes; ``correlation`` [A] is that of unseen
    wordings (NaN where it was not measured), ``strength`` [A] the ridge of each attribute."""

    weight: Floats
    bias: Floats
    strength: Floats
    correlation: Floats


def fit(texts: Sequence[str], embeddings: Floats, vectors: Floats) -> Readout:
    """Fit attributes [N, A] to the unit embeddings [N, E] of captions."""
    attributes = vectors.shape[1]
    strength = np.full(attributes, DEFAULT_STRENGTH, np.float32)
    correlation = np.full(attributes, np.nan, np.float32)
    if len(texts) >= LEAST_ROWS:
        table = _unseen_wordings(texts, embeddings, vectors)
        strength = np.array(STRENGTHS, np.float32)[table.argmax(axis=0)]
        correlation = table.max(axis=0).astype(np.float32)
    weight, bias = ridge(embeddings, vectors, strength)
    return Readout(weight, bias, strength, correlation)


def ridge(embeddings: Floats, vectors: Floats, strength: Floats) -> tuple[Floats, Floats]:
    """Weights [E, A] and bias [A] with a ridge for each attribute, scaled against shrinkage."""
    return _solved(_decomposed(embeddings, vectors), strength)


@dataclass(frozen=True, slots=True)
class _Decomposed:
    """What all strengths of one fit share: the costly part of it."""

    values: NDArray[np.float64]
    basis: NDArray[np.float64]
    inner: NDArray[np.float64]
    x_mean: NDArray[np.float64]
    y_mean: NDArray[np.float64]


def _decomposed(embeddings: Floats, vectors: Floats) -> _Decomposed:
    x, y = embeddings.astype(np.float64), vectors.astype(np.float64)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    x -= x_mean
    values, basis = np.linalg.eigh(x.T @ x)
    return _Decomposed(values, basis, basis.T @ (x.T @ (y - y_mean)), x_mean, y_mean)


def _solved(fit: _Decomposed, strength: Floats) -> tuple[Floats, Floats]:
    inner = fit.inner / (fit.values[:, None] + strength[None])
    weight = fit.basis @ inner * SHRINKAGE
    bias = fit.y_mean - fit.x_mean @ weight
    return weight.astype(np.float32), bias.astype(np.float32)


def correlations(predicted: Floats, vectors: Floats) -> Floats:
    """Pearson's r of each attribute [A]; 0 where one side never changes."""
    p, y = predicted - predicted.mean(axis=0), vectors - vectors.mean(axis=0)
    norm = np.sqrt((p**2).sum(axis=0) * (y**2).sum(axis=0))
    r: Floats = np.where(norm > 1e-6, (p * y).sum(axis=0) / np.maximum(norm, 1e-6), 0.0)
    return r.astype(np.float32)


def _unseen_wordings(texts: Sequence[str], embeddings: Floats, vectors: Floats) -> Floats:
    """r [strengths, A] on captions with a wording that the fit has not seen, mean over folds."""
    fold_of = {
        text: int(hashlib.sha256(b"fold " + text.encode()).hexdigest()[:8], 16) % FOLDS
        for rows in words.labels().values()
        for _, text in rows
    }
    member = np.zeros((len(texts), FOLDS), bool)
    for row, text in enumerate(texts):
        for base in words.found_in(text):
            member[row, fold_of[base]] = True
    table = np.zeros((len(STRENGTHS), vectors.shape[1]), np.float32)
    for fold in range(FOLDS_TRIED):
        unseen = member[:, fold]
        shared = _decomposed(embeddings[~unseen], vectors[~unseen])
        for index, value in enumerate(STRENGTHS):
            strength = np.full(vectors.shape[1], value, np.float32)
            weight, bias = _solved(shared, strength)
            predicted = embeddings[unseen] @ weight + bias
            table[index] += correlations(predicted, vectors[unseen]) / FOLDS_TRIED
    return table
