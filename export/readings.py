"""``python -m export.readings corpus/all``: fits and judges what is said of styles by ``analyze``.

Writes ``amt_live/analysis/readings.json``: for each element (jazz, ballad, ...) a logistic
regression on what is measured of a piece, fitted on the training pieces of a corpus, with what it
is worth on the validation pieces; and how well the words of a model find a piece's style. Labels
are the sources' own.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.analysis import elements, styles
from amt_live.analysis.measures import MEASURED, Scale
from amt_live.analysis.moods import WINDOW_BARS, window_measures
from amt_live.manifest import load_manifest
from amt_live.text.conditioning import Conditioner
from amt_live.text.embedder import Embedder
from export import attributes
from export.corpus import Corpus, PieceInfo, load_corpus

Floats = NDArray[np.float64]

WINDOWS: Final = 6
"""At most so many of a piece are measured, spread over it."""
RIDGE: Final = 3.0
FEWEST: Final = 40
"""An element that fewer training pieces have is left out."""
BALLAD: Final = "ballad"
_LABELS: Final = ("genre", "subgenre", "style_words")


def main(argv: list[str] | None = None) -> int:
    """Fit, judge, write, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/default"))
    parser.add_argument("-o", "--output", type=Path, default=elements.PATH)
    options = parser.parse_args(argv)
    record = make(load_corpus(options.corpus), options.model)
    options.output.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    for line in lines(record):
        print(line)
    return 0


def make(corpus: Corpus, model: Path) -> dict[str, Any]:
    """Everything that is written, as a record."""
    sets = {split: Measured.of(corpus, split) for split in ("train", "validation")}
    train, held = sets["train"], sets["validation"]
    mean, deviation = train.features.mean(axis=0), np.maximum(train.features.std(axis=0), 1e-3)
    probes = {}
    for name in (*attributes.GENRES, BALLAD):
        y, truth = train.labelled(name), held.labelled(name)
        if y.sum() < FEWEST:
            continue
        weights = fit(_standardised(train.features, mean, deviation), y)
        found = elements.probability(_standardised(held.features, mean, deviation), weights)
        probes[name] = {
            "weights": [round(float(w), 4) for w in weights],
            "training_pieces": int(y.sum()),
            **judged(found, truth),
        }
    return {
        "trained_on": len(train.features),
        "held_out": len(held.features),
        "mean": [round(float(x), 5) for x in mean],
        "deviation": [round(float(x), 5) for x in deviation],
        "elements": probes,
        "styles": judge_styles(held, model),
    }


class Measured:
    """Pieces of a split: ``features`` [N, 30] as ``elements`` takes them, and what they are."""

    def __init__(self, raw: list[Floats], shares: list[Floats], pieces: list[PieceInfo]) -> None:
        self.raw, self.shares, self.pieces = raw, shares, pieces
        self.features = np.stack(
            [elements.features(r, s) for r, s in zip(raw, shares, strict=True)]
        )
        self.genres = [attributes.genre_of(piece) for piece in pieces]

    @classmethod
    def of(cls, corpus: Corpus, split: str) -> "Measured":
        """Measure the pieces of a split that hold notes."""
        raw, shares, pieces = [], [], []
        chosen = [piece for piece in corpus.pieces if piece.split == split]
        for piece in tqdm(chosen, desc=split, unit="piece", disable=None):
            rows = list(_windows(corpus, piece))
            if rows:
                raw.append(np.stack([row for row, _ in rows]))
                shares.append(np.stack([row for _, row in rows]))
                pieces.append(piece)
        return cls(raw, shares, pieces)

    def labelled(self, name: str) -> NDArray[np.bool_]:
        """Which pieces have an element, by their labels."""
        if name == BALLAD:
            return np.array(
                [any(BALLAD in p.labels.get(k, "").lower() for k in _LABELS) for p in self.pieces]
            )
        return np.array([genre == name for genre in self.genres])


def _windows(corpus: Corpus, piece: PieceInfo) -> Iterator[tuple[Any, Any]]:
    notes, bars = corpus.notes[slice(*piece.notes)], corpus.bars[slice(*piece.bars)]
    firsts = np.arange(0, len(bars), WINDOW_BARS)
    if len(firsts) > WINDOWS:
        firsts = firsts[np.linspace(0, len(firsts) - 1, WINDOWS).astype(int)]
    return window_measures(notes, bars, firsts.tolist())


def _standardised(features: Floats, mean: Floats, deviation: Floats) -> Floats:
    return np.clip((features - mean) / deviation, -elements.CLIP, elements.CLIP)


def fit(x: Floats, y: NDArray[np.bool_]) -> Floats:
    """Ridge logistic regression by Newton's method: weights [F + 1], the bias last."""
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    penalty = np.full(x.shape[1], RIDGE)
    penalty[-1] = 0.0
    weights = np.zeros(x.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + penalty * weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curvature + 1e-6 * np.eye(len(weights)), gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def judged(found: Floats, truth: NDArray[np.bool_]) -> dict[str, float]:
    """On held-out pieces: how sure it is where it is so and where it is not, the area under the
    curve, and the mean distance of probability and frequency over ten bins (calibration)."""
    bins = np.minimum((found * 10).astype(int), 9)
    gaps = [
        abs(found[bins == b].mean() - truth[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    ranks = found.argsort().argsort() + 1
    yes, no = int(truth.sum()), int((~truth).sum())
    area = (ranks[truth].sum() - yes * (yes + 1) / 2) / max(yes * no, 1)
    return {
        "held_out_pieces": yes,
        "where_it_is": round(float(found[truth].mean()), 3) if yes else 0.0,
        "where_it_is_not": round(float(found[~truth].mean()), 3),
        "area": round(float(area), 3),
        "calibration_error": round(float(sum(gaps)), 3),
    }


def judge_styles(held: Measured, model: Path) -> dict[str, Any]:
    """How often a model's words find the genre of held-out pieces, first and among three."""
    manifest, conditioner = load_manifest(model, verify=False), Conditioner(model)
    embed, names = Embedder(model, manifest).embed, conditioner.attribute_names
    found = styles.style_vectors(
        lambda phrase: conditioner.vector(embed(phrase))[1 : 1 + len(names)], names
    )
    scale = conditioner.scale_of(MEASURED)
    if found is None or scale is None:
        raise SystemExit(f"{model} does not read what is measured")
    places = []
    truths = []
    for raw, shares, genre in zip(held.raw, held.shares, held.genres, strict=True):
        if genre in styles.STYLES:
            readings = styles.read_styles(raw, shares, Scale(*scale), found)
            places.append([reading.name for reading in readings].index(genre))
            truths.append(genre)
    place, truth = np.array(places), np.array(truths)
    counts = np.array([(truth == genre).sum() for genre in styles.STYLES])
    each = [place[truth == genre] for genre in np.unique(truth)]
    return {
        "model": manifest.name,
        "pieces": len(place),
        "first": round(float((place == 0).mean()), 3),
        "among_three": round(float((place < 3).mean()), 3),
        "first_mean_over_styles": round(float(np.mean([(p == 0).mean() for p in each])), 3),
        "among_three_mean_over_styles": round(float(np.mean([(p < 3).mean() for p in each])), 3),
        "commonest_three": round(float(np.sort(counts)[-3:].sum() / len(place)), 3),
        "chance_among_three": round(3 / len(styles.STYLES), 3),
    }


def lines(record: dict[str, Any]) -> Iterator[str]:
    """For people."""
    yield f"fitted on {record['trained_on']} pieces, judged on {record['held_out']} held out"
    yield "element      pieces  held out  sure where it is  where not  area   calibration error"
    for name, row in record["elements"].items():
        yield (
            f"{name:<12} {row['training_pieces']:>6}  {row['held_out_pieces']:>8}  "
            f"{row['where_it_is']:>16.2f}  {row['where_it_is_not']:>9.2f}  {row['area']:.3f}  "
            f"{row['calibration_error']:.3f}"
        )
    row = record["styles"]
    yield (
        f"styles by the words of {row['model']}, {row['pieces']} pieces: right first "
        f"{row['first']:.0%}, among three {row['among_three']:.0%} (always the commonest three "
        f"{row['commonest_three']:.0%}, chance {row['chance_among_three']:.0%}); mean over styles "
        f"{row['first_mean_over_styles']:.0%} and {row['among_three_mean_over_styles']:.0%}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
