"""The passages that moods take their attributes from, and the score by which words choose them.

The passages are eight bars each: some as they were written, some changed by the rules of expression
that training knows, for words that ask for more than anybody wrote. The score is a contrastive fit:
of a batch of captions and passages, which belongs to which? Most of a batch are whole captions,
each with the passage it was made for; the rest are bare wordings, as performers type them, each
with any passage that a wording of the same label was said of. Held-out wordings take no part.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.engine.colouring import entropy, scale_of
from amt_live.music.drums import KINDS, kind_of
from amt_live.music.parts import DRUMS
from amt_live.text.aim import PROGRAMS
from amt_live.text.examples import features
from export import attributes, words
from export.corpus import Corpus
from export.dataset import PassageSource

Floats = NDArray[np.float32]

WRITTEN: Final = 4096
CHANGED: Final = 4096
"""Passages that a model carries, as they were written and changed: 0.8 MB."""
CHANGED_NATS: Final = -1.5
"""A changed passage is chosen less readily, whatever the words are."""
EACH: Final = 40
"""Passages of one piece are no more than that."""
BARS: Final = 8
ARRAYS: Final = (
    "examples", "example_traits", "example_programs", "example_prior", "example_weight",
    "example_bias",
)  # fmt: skip
"""Names in ``conditioning.npz``."""
BATCH: Final = 1024
BARE: Final = 192
"""Of a batch."""
EPOCHS: Final = 20
RATE: Final = 3e-3
RIDGE: Final = 0.1
LEAST_ROWS: Final = 20
"""Labels said of fewer passages are left out."""


@dataclass(frozen=True, slots=True)
class Score:
    """``embedding @ weight + bias`` [F], times the features [F] of a passage, is its score."""

    weight: Floats
    bias: Floats

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """By their names in ARRAYS."""
        half = {"example_weight": self.weight, "example_bias": self.bias}
        return {name: array.astype(np.float16) for name, array in half.items()}


@dataclass(frozen=True, slots=True)
class Bare:
    """Wordings by themselves: embeddings [B, E], the rows that each was said of, how often each is
    drawn."""

    embeddings: Floats
    rows: list[NDArray[np.int64]]
    share: NDArray[np.float64]


def passages(corpus: Corpus, scale: attributes.Scale, seed: int) -> dict[str, NDArray[Any]]:
    """What is known of passages of the training pieces, and priors, by their names in ARRAYS."""
    enough = EACH * sum(piece.split == "train" for piece in corpus.pieces)
    written = _drawn(corpus, scale, min(WRITTEN, enough), seed, changed=False)
    changed = _drawn(corpus, scale, min(CHANGED, enough), seed + 1, changed=True)
    prior = np.repeat([0.0, CHANGED_NATS], [len(written), len(changed)])
    known = np.concatenate([written, changed]).astype(np.float16)
    return {
        "examples": known[:, : len(attributes.NAMES)],
        "example_traits": known[:, len(attributes.NAMES) : -len(PROGRAMS)],
        "example_programs": known[:, -len(PROGRAMS) :].astype(np.int8),
        "example_prior": prior.astype(np.float16),
    }


def traits_of(notes: NDArray[np.void], bars: NDArray[np.int32]) -> list[float]:
    """TRAITS of notes in bars [N, 2] (start, length in grid steps)."""
    bar = np.searchsorted(bars[:, 0], notes["step"], side="right") - 1
    inside = notes["step"] - bars[bar, 0]
    is_drum = notes["part"] == DRUMS.index
    kinds = [kind_of(int(pitch)) for pitch in notes["pitch"][is_drum]]
    kit = np.bincount(kinds, minlength=len(KINDS)) / max(len(kinds), 1)
    hits = inside[is_drum].astype(np.int64) * 128 + notes["pitch"][is_drum]
    return [
        *kit.tolist(),
        _returns(hits, bar[is_drum], len(bars)),
        _returns(inside.astype(np.int64), bar, len(bars)),
        *_colour(notes[~is_drum]),
    ]


def _colour(pitched: NDArray[np.void]) -> tuple[float, float]:
    """Entropy of the pitch classes in bits, and the share outside of the likeliest key; -1 and 0
    without notes."""
    if not len(pitched):
        return -1.0, 0.0
    classes = np.bincount(pitched["pitch"] % 12, minlength=12)
    inside = np.array(scale_of(int(attributes.key_scores(pitched).argmax())))
    return entropy(tuple(classes.tolist())), float(classes[~inside].sum() / classes.sum())


def _returns(values: NDArray[np.int64], bar: NDArray[np.intp], bars: int) -> float:
    """How alike neighbouring bars are in the values that they hold: the mean Jaccard index of those
    in which anything is; -1 where there is no such pair."""
    held = [set(values[bar == index].tolist()) for index in range(bars)]
    pairs = [(a, b) for a, b in pairwise(held) if a and b]
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs])) if pairs else -1.0


def _drawn(
    corpus: Corpus, scale: attributes.Scale, count: int, seed: int, *, changed: bool
) -> Floats:
    """Attributes, traits and sounds [count, A + K + 16]: a passage of every piece, then another
    one, until there are enough.

    A drummer alone is left out: "rock" is played by a band, and "drums alone" is said outright.
    """
    source = PassageSource(corpus, scale, "train", seed, changed=changed)
    pieces = [p for p in source.pieces if any(q >= 0 for q in np.delete(p.programs, DRUMS.index))]
    pieces = pieces or source.pieces
    order = source.rng.permutation(len(pieces))
    vectors = []
    for index in tqdm(range(count), desc="examples", unit="passage", disable=None):
        piece = pieces[order[index % len(order)]]
        last = max(1, piece.bars[1] - piece.bars[0] - BARS + 1)
        first = int(source.rng.integers(0, last))
        passage = source.passage(piece, first, BARS)
        bars = corpus.bars[slice(*piece.bars)][first : first + BARS]
        traits = traits_of(passage.notes, bars - [bars[0, 0], 0])
        known = [*passage.described.vector, *traits, *piece.programs[: len(PROGRAMS)]]
        vectors.append(np.array(known, np.float32))
    return np.stack(vectors)


def bare_wordings(texts: Sequence[str], embed: Callable[[list[str]], Floats]) -> Bare:
    """Wordings of training with the captions [N] that hold one of their label."""
    found: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        for base in words.found_in(text):
            found.setdefault(base, []).append(row)
    bases: list[str] = []
    rows: list[NDArray[np.int64]] = []
    share: list[float] = []
    for label in words.labels():
        wordings = [text for _, text in words.bases(label, words.TRAIN)]
        said_of = sorted({row for text in wordings for row in found.get(text, ())})
        if len(said_of) >= LEAST_ROWS:
            bases += wordings
            rows += [np.array(said_of)] * len(wordings)
            share += [len(wordings) ** -0.5] * len(wordings)
    each = np.array(share, np.float64)
    return Bare(embed(bases) if bases else np.zeros((0, 0), np.float32), rows, each / each.sum())


def fit(embeddings: Floats, vectors: Floats, bare: Bare | None = None) -> Score:
    """The score of captions' embeddings [N, E] and passages' attributes [N, A].

    InfoNCE (van den Oord et al. 2018) with a ridge, by AdamW, at a learning rate that falls to 0.
    """
    import torch

    table = features(vectors, attributes.NAMES)
    scale = np.maximum(table.std(axis=0), 0.1)
    told = torch.tensor((table - table.mean(axis=0)) / scale)
    asked = torch.tensor(embeddings * np.float32(np.sqrt(embeddings.shape[1])))
    weight = torch.zeros(asked.shape[1], told.shape[1], requires_grad=True)
    bias = torch.zeros(told.shape[1], requires_grad=True)
    optimiser = torch.optim.AdamW([weight, bias], lr=RATE, weight_decay=0)
    rng = np.random.default_rng(0)
    batch = min(BATCH, len(asked))
    steps = EPOCHS * (len(asked) // batch)
    bare_count = BARE if bare is not None and len(bare.rows) else 0
    if bare is not None and bare_count:
        alone = torch.tensor(bare.embeddings * np.float32(np.sqrt(embeddings.shape[1])))
    for step in range(steps):
        if step % (len(asked) // batch) == 0:
            order = rng.permutation(len(asked))
        at = (step % (len(asked) // batch)) * batch
        rows = order[at : at + batch - bare_count]
        queries = asked[rows]
        if bare is not None and bare_count:
            which = rng.choice(len(bare.rows), bare_count, p=bare.share)
            of = [bare.rows[i][rng.integers(len(bare.rows[i]))] for i in which]
            queries, rows = torch.cat([queries, alone[which]]), np.concatenate([rows, of])
        scores = (queries @ weight + bias) @ told[rows].T
        loss = torch.nn.functional.cross_entropy(scores, torch.arange(len(rows)))
        loss = loss + RIDGE * (weight**2).sum()
        optimiser.param_groups[0]["lr"] = RATE * (1 - step / steps)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    # Features are taken as they are where moods are read: the scale goes into the weights, and the
    # mean, the same for every passage, changes no choice.
    fitted = weight.detach().numpy() * np.sqrt(embeddings.shape[1]) / scale
    return Score(fitted.astype(np.float32), (bias.detach().numpy() / scale).astype(np.float32))
