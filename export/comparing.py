"""Compares training runs by how much of a mood they hear: loss told the words, against other words.

Held-out passages of different pieces follow one another, so that every passage brings another mood
that what went before does not tell. Losses are nats a token, on the same passages for every run:
told by the passages' own moods, by those of other passages, and by nothing. What a mood adds is the
difference; it lives in the first bar after a change, before the music itself tells the rest. Once
moods are what words tell (a caption's embedding, and the attributes read from it), and once what
the passage was measured to be: between the two lies what better words could bring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from tqdm import tqdm

from amt_live.errors import FileError
from amt_live.tokens import vocabulary as v
from export import conditioning_data
from export.corpus import Corpus, load_corpus
from export.dataset import PassageSource, conditioning
from export.evaluation.bootstrap import interval_of
from export.model import MoodGPT2
from export.run_folder import read_run, torch_model
from export.training.batches import Batch, batch_of

Floats = NDArray[np.float64]

LENGTH: Final = 512
BATCH: Final = 8
SEED: Final = 11
CLIP: Final = 2.0
"""Attributes read from words are used up to so many deviations, as they are when it plays."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one run hears of moods, in nats a token, with 95 % intervals over sequences.

    ``loss`` is told by words; gains are how much higher a loss is under the moods of other passages
    (``words``, ``measured``) and under no mood. ``first_bar`` ones count the first bar after a
    change alone.
    """

    way_in: str
    heard: str
    parameters: int
    tokens: int
    loss: float
    words: float
    words_ci: tuple[float, float]
    words_first_bar: float
    words_first_bar_ci: tuple[float, float]
    words_over_none: float
    measured_first_bar: float
    measured_first_bar_ci: tuple[float, float]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Music:
    """Batches told by words and by measurement, and which targets lie in a first bar."""

    words: tuple[Batch, ...]
    measured: tuple[Batch, ...]
    first_bars: tuple[NDArray[np.bool_], ...]


def compare(runs: Sequence[Path], data: Path, sequences: int) -> dict[str, Heard]:
    """What each run hears, by the run's name; raises FileError for a folder that holds none."""
    corpus = load_corpus(data)
    # The words that the runs learned from lie beside the corpus; no encoder is asked for others.
    words = conditioning_data.load_or_make(data, corpus, data, 0)
    music = _music(corpus, words, sequences)
    found: dict[str, Heard] = {}
    for folder in tqdm(runs, desc="runs", unit="run", disable=None):
        run = read_run(folder)
        if run.config["conditioning"] != words.bank.width:
            raise FileError(f"{folder} was trained on another corpus than {data}")
        found[folder.name] = heard_by(torch_model(run), music, int(run.training["tokens"]))
    return found


def heard_by(model: MoodGPT2, music: _Music, tokens: int) -> Heard:
    """What a model hears, after ``tokens`` of training."""
    told, null = (losses(model, b) for b in (music.words, _silenced(music.words)))
    other = losses(model, _shuffled(music.words))
    every = [np.isfinite(row) for row in told]
    first = [a & b for a, b in zip(music.first_bars, every, strict=True)]
    measured = losses(model, music.measured), losses(model, _shuffled(music.measured))
    return Heard(
        model.config.way_in,
        model.config.heard,
        sum(p.numel() for p in model.parameters()),
        tokens,
        float(np.nanmean(np.concatenate(told))),
        *_gain(told, other, every),
        *_gain(told, other, first),
        _gain(told, null, every)[0],
        *_gain(*measured, first),
    )


def _music(corpus: Corpus, words: conditioning_data.ConditioningData, sequences: int) -> _Music:
    source = PassageSource(corpus, words.scale, "validation", SEED, changed=False)
    in_words, measured = [], []
    masks: list[NDArray[np.bool_]] = []
    for first in range(0, sequences, BATCH):
        drawn = []
        for index in range(first, min(first + BATCH, sequences)):
            source.rng = np.random.default_rng((SEED, index))
            drawn.append(source.sequence(words.bank, LENGTH, plain=True, splices=1.0))
        batch = batch_of(drawn, [0] * len(drawn))
        measured.append(batch)
        in_words.append(_in_words(batch, words))
        masks += list(first_bars(batch).numpy())
    return _Music(tuple(in_words), tuple(measured), tuple(masks))


def _in_words(batch: Batch, words: conditioning_data.ConditioningData) -> Batch:
    """Attributes as the words tell them, not as the music has them: what is known on a stage."""
    width = words.readout_weight.shape[1]
    scale = np.sqrt(np.float32(words.readout_weight.shape[0]))
    embeddings = batch.conditioning[..., 1 + width :].numpy() / scale
    read = np.clip(embeddings @ words.readout_weight + words.readout_bias, -CLIP, CLIP)
    vectors = np.stack(
        [
            np.stack([conditioning(a, e) for a, e in zip(rows, texts, strict=True)])
            for rows, texts in zip(read, embeddings, strict=True)
        ]
    )
    return Batch(batch.ids, batch.moods, batch.offsets, torch.from_numpy(vectors))


def _shuffled(batches: Sequence[Batch]) -> tuple[Batch, ...]:
    """The same music, each sequence under the moods of the next one of its batch."""
    return tuple(
        Batch(b.ids, b.moods, b.offsets, torch.stack([_moods_after(b, i) for i in range(len(b))]))
        for b in batches
    )


def _moods_after(batch: Batch, row: int) -> torch.Tensor:
    """The moods [M, D] of the sequence after ``row``, over and over: rows are padded with none."""
    after = (row + 1) % len(batch)
    count = int(batch.moods[after].max()) + 1
    return batch.conditioning[after, torch.arange(batch.conditioning.shape[1]) % count]


def _silenced(batches: Sequence[Batch]) -> tuple[Batch, ...]:
    return tuple(
        Batch(b.ids, b.moods, b.offsets, torch.zeros_like(b.conditioning)) for b in batches
    )


def first_bars(batch: Batch) -> torch.Tensor:
    """Which targets [B, T] lie in the first bar of a passage, except a sequence's first passage,
    which is no change."""
    ids, moods = batch.ids[:, 1:], batch.moods[:, 1:]
    is_bar = (ids >= v.BAR_FIRST) & (ids < v.BAR_FIRST + len(v.BAR_STEPS))
    begins = torch.nn.functional.pad(moods[:, 1:] != moods[:, :-1], (1, 0))
    bars = is_bar.cumsum(1)
    # The count of bars at the beginning of the passage that a token is in.
    at = torch.where(begins, bars, 0).cummax(1).values
    return (moods > 0) & (bars == at)


@torch.no_grad()
def losses(model: MoodGPT2, batches: Sequence[Batch]) -> list[Floats]:
    """Losses of every sequence's targets, NaN where nothing was to be told."""
    rows: list[Floats] = []
    for batch in batches:
        logits = model(
            batch.ids[:, :-1], batch.positions(), batch.conditioning, batch.moods[:, :-1]
        )
        targets = batch.targets()
        losses = functional.cross_entropy(
            logits.transpose(1, 2).float(), targets, ignore_index=-100, reduction="none"
        ).double()
        rows += list(losses.masked_fill(targets < 0, torch.nan).numpy())
    return rows


def _gain(
    told: Sequence[Floats], other: Sequence[Floats], counted: Sequence[NDArray[np.bool_]]
) -> tuple[float, tuple[float, float]]:
    """Mean of other minus told over the counted targets, and its 95 % interval over sequences."""
    sums = np.array(
        [(b - a)[c].sum() for a, b, c in zip(told, other, counted, strict=True)], np.float64
    )
    counts = np.array([c.sum() for c in counted], np.float64)

    def mean(at: NDArray[np.intp]) -> float:
        return float(sums[at].sum() / max(counts[at].sum(), 1.0))

    return mean(np.arange(len(sums))), interval_of(mean, [str(i) for i in range(len(sums))])


def lines(found: Mapping[str, Heard]) -> list[str]:
    """A table, best heard first."""
    head = (
        f"{'way in':9} {'hears':11} {'params':>8} {'tokens':>9} {'loss':>6}  {'words add':>22}  "
        f"{'words, first bar':>22}  {'over none':>9}  {'measured, first bar':>22}"
    )
    rows = sorted(found.values(), key=lambda h: -h.measured_first_bar)
    return [head] + [
        f"{h.way_in:9} {h.heard:11} {h.parameters:8} {h.tokens:9} {h.loss:6.3f}  "
        f"{_with(h.words, h.words_ci)}  {_with(h.words_first_bar, h.words_first_bar_ci)}  "
        f"{h.words_over_none:+9.4f}  {_with(h.measured_first_bar, h.measured_first_bar_ci)}"
        for h in rows
    ]


def _with(value: float, interval: tuple[float, float]) -> str:
    return f"{value:+.4f} {interval[0]:+.3f}..{interval[1]:+.3f}".rjust(22)
