"""What a longer context is worth: the loss of the same tokens with more and less heard before them.

The last tokens of long held-out sequences are told again and again, each time with a window that
begins at the bar line that leaves it no longer than a context. The engine cuts its context at bar
lines, too. Losses are nats a token, told by the passages' own moods as they were measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from tqdm import tqdm

from amt_live.errors import UsageError
from amt_live.tokens import vocabulary as v
from export import conditioning_data
from export.comparing import SEED, Floats, losses
from export.corpus import load_corpus
from export.dataset import PassageSource
from export.dataset import Sequence as Drawn
from export.evaluation.bootstrap import interval_of
from export.model import MoodGPT2
from export.run_folder import read_run, torch_model
from export.training.batches import Batch, batch_of

TOLD: Final = 128
"""Tokens at the end of every sequence whose loss is counted; every context has room for them."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a model loses on the last tokens of sequences with a context of ``tokens``.

    ``over_longest`` is how much more than with the longest context, with its 95 % interval over
    sequences.
    """

    tokens: int
    heard: float
    """How many tokens the window held on average, the told ones with them."""
    loss: float
    over_longest: float
    over_longest_ci: tuple[float, float]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def compare_contexts(
    runs: Sequence[Path], data: Path, contexts: Sequence[int], sequences: int
) -> dict[str, tuple[Worth, ...]]:
    """What each context is worth to each run, by the run's name. FileError for a folder that holds
    no run; UsageError for a context that a run has no positions for."""
    corpus = load_corpus(data)
    words = conditioning_data.load_or_make(data, corpus, data, 0)
    source = PassageSource(corpus, words.scale, "validation", SEED, changed=False)
    longest, drawn = max(contexts), []
    for index in range(sequences):
        source.rng = np.random.default_rng((SEED, index))
        drawn.append(source.sequence(words.bank, longest, plain=True, splices=0.0))
    found = {}
    for folder in tqdm(runs, desc="runs", unit="run", disable=None):
        run = read_run(folder)
        positions = int(run.config["positions"])
        if positions < longest:
            raise UsageError(f"{folder} hears {positions} tokens; ask for no longer context")
        found[folder.name] = worths(torch_model(run), drawn, contexts)
    return found


def worths(
    model: MoodGPT2, sequences: Sequence[Drawn], contexts: Sequence[int]
) -> tuple[Worth, ...]:
    """What each context is worth to a model, shortest first."""
    means, lengths = {}, {}
    for context in sorted(contexts):
        windows = [window(sequence, context) for sequence in sequences]
        told = [losses(model, [batch])[0][-TOLD:] for batch in windows]
        means[context] = np.array([np.nanmean(row) for row in told])
        lengths[context] = float(np.mean([batch.ids.shape[1] - 1 for batch in windows]))
    longest = means[max(contexts)]

    def of(context: int) -> Worth:
        more: Floats = means[context] - longest
        names = [str(index) for index in range(len(more))]
        return Worth(
            context,
            lengths[context],
            float(means[context].mean()),
            float(more.mean()),
            interval_of(lambda at: float(more[at].mean()), names),
        )

    return tuple(of(context) for context in means)


def window(sequence: Drawn, context: int) -> Batch:
    """The end of a sequence: what begins at a bar line and is no longer than ``context``.

    Where a bar is longer than that, the window begins inside of it.
    """
    ids = sequence.ids
    first = len(ids) - 1 - context
    is_bar = (ids >= v.BAR_FIRST) & (ids < v.BAR_FIRST + len(v.BAR_STEPS))
    lines = np.flatnonzero(is_bar[first : len(ids) - 1 - TOLD])
    first += int(lines[0]) if len(lines) else 0
    moods = sequence.mood_index[first:]
    cut = Drawn(ids[first:], moods - moods[0], sequence.conditioning[moods[0] :])
    return batch_of([cut], [0])


def lines(found: Mapping[str, Sequence[Worth]]) -> list[str]:
    """A table, run by run."""
    rows = [f"{'run':16} {'context':>7} {'heard':>6} {'loss':>6}  {'over the longest':>22}"]
    for name, some in found.items():
        for worth in some:
            low, high = worth.over_longest_ci
            rows.append(
                f"{name:16} {worth.tokens:7} {worth.heard:6.0f} {worth.loss:6.3f}  "
                + f"{worth.over_longest:+.4f} {low:+.3f}..{high:+.3f}".rjust(22)
            )
    return rows
