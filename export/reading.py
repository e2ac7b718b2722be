"""How well words are read: correlations of the read-out with real passages, for words that training
knows and for words held out.

``python -m export.reading corpus/b --against corpus/a`` draws fresh passages of the training split
(another seed than the caption bank's), captions them in both splits and as bare wordings, and
prints Pearson's r for each attribute.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from export import attributes, phrases, readout, words
from export.captions import Described, caption
from export.conditioning_data import open_embedder
from export.corpus import Corpus, load_corpus
from export.dataset import PassageSource

Floats = NDArray[np.float32]
SHOWN = ("arousal", "valence", "density", "velocity", "mode", "register", "shortness", "onsets",
         "drums_density", "triplets", "offbeat", "triple")  # fmt: skip


def fresh(corpus: Corpus, scale: attributes.Scale, count: int, seed: int) -> list[Described]:
    """Passages of the training split, each from another piece."""
    source = PassageSource(corpus, scale, "train", seed)
    return [
        next(source.passages(source.draw_piece(), 0, 16, written=False)).described
        for _ in range(count)
    ]


def load_readout(folder: Path) -> tuple[Floats, Floats, attributes.Scale]:
    """Weight, bias and scale of a corpus folder; fits the weight where an old file has none."""
    with np.load(folder / "conditioning.npz", allow_pickle=False) as data:
        scale = attributes.Scale(data["mean"], data["deviation"])
        if "readout_weight" in data:
            return data["readout_weight"], data["readout_bias"], scale
        vectors = data["vectors"].astype(np.float32)
        strength = np.full(vectors.shape[1], readout.DEFAULT_STRENGTH, np.float32)
        weight, bias = readout.ridge(data["embeddings"].astype(np.float32), vectors, strength)
        return weight, bias, scale


def summary(r: Floats) -> dict[str, float]:
    """r of the attributes that matter most, and means over parts and genres."""
    shown = {name: float(r[attributes.NAMES.index(name)]) for name in SHOWN}
    shown["parts (mean of 16)"] = float(r[attributes.PARTS_AT : attributes.GENRES_AT].mean())
    shown["genres (mean of 16)"] = float(r[attributes.GENRES_AT :].mean())
    shown["all (mean of 48)"] = float(r.mean())
    return shown


def main(argv: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--encoder", type=Path, default=Path("models/default"))
    parser.add_argument("--captions", type=int, default=1200)
    options = parser.parse_args(argv)
    folders = [options.data, *([options.against] if options.against else [])]
    readouts = [load_readout(folder) for folder in folders]
    passages = fresh(load_corpus(options.data), readouts[0][2], options.captions, seed=77)
    vectors = np.stack([passage.vector for passage in passages])
    embedder = open_embedder(options.encoder)
    rng = np.random.default_rng(78)
    columns: dict[str, dict[str, float]] = {}
    for split, bare in ((words.TRAIN, False), (words.EVALUATION, False), (words.TRAIN, True)):
        texts = [caption(passage, rng, split, bare=bare) for passage in passages]
        embeddings = np.stack([embedder.embed(text) for text in texts])
        for folder, (weight, bias, _) in zip(folders, readouts, strict=True):
            r = readout.correlations(embeddings @ weight + bias, vectors)
            kind = "bare" if bare else split
            columns[f"{folder.name} {kind}"] = summary(r)
    print(f"{'r':22s}" + "".join(f"{name:>16s}" for name in columns))
    for name in next(iter(columns.values())):
        print(f"{name:22s}" + "".join(f"{column[name]:16.2f}" for column in columns.values()))
    for name, pairs in (("arousal", phrases.AROUSAL), ("valence", phrases.VALENCE)):
        at = attributes.NAMES.index(name)
        low, high = (np.stack([embedder.embed(pair[i]) for pair in pairs]) for i in (0, 1))
        for folder, (weight, _, _) in zip(folders, readouts, strict=True):
            ordered = float(((high - low) @ weight[:, at] > 0).mean())
            print(f"{folder.name}: {name} of {len(pairs)} frozen pairs in order: {ordered:.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
