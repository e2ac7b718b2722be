"""Players that heed no word: the model without a mood, and ids drawn by how common they are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.control.state import Sampling
from amt_live.engine.model import open_model
from amt_live.inference.decoder import DecoderSizes
from amt_live.inference.generator import Generator
from amt_live.offline import Request, Stage
from amt_live.tokens import vocabulary as v
from amt_live.tokens.encode import encode
from export.attributes import key_scores
from export.evaluation.playing import Jukebox, played_of
from export.evaluation.window import Window
from export.evaluation.words import BPM, FIRST_SEED, TAKE_BARS
from export.gridding import grid_bars

Floats = NDArray[np.float32]

Floats64 = NDArray[np.float64]

COUNTED: Final = 400
"""So many windows are counted: the rarest ids do not matter."""


class UnigramDecoder:
    """A decoder that always answers the same: how common each id is. See ``inference.Decoder``."""

    def __init__(self, logits: Floats, sizes: DecoderSizes) -> None:
        self.sizes = sizes
        self.context = sizes.positions
        self.provider = "frequencies of ids"
        self.guided = False
        self.length = 0
        self._logits = logits[None]

    def fork(self) -> "UnigramDecoder":
        """Another one."""
        return UnigramDecoder(self._logits[0], self.sizes)

    def set_null(self, slot: Floats, add: Floats) -> None:
        """There is no mood to compare with."""

    def rewind(self, length: int) -> None:
        """Forget."""
        self.length = length

    def step(self, token: int, slot: Floats, add: Floats) -> Floats:
        """The same logits [1, V] whatever was played."""
        self.length += 1
        return self._logits

    def prefill(self, ids: Sequence[int], slots: Floats, adds: Floats) -> Floats:
        """The same."""
        self.length += len(ids)
        return self._logits


def unigram_logits(windows: Sequence[Window]) -> Floats:
    """Logarithms of how common ids are [V] in real windows; one is added to every count."""
    counts = np.ones(v.SIZE, np.float64)
    for window in windows:
        if len(window.notes):
            bars = grid_bars(window.notes, window.bars, key_scores(window.notes))
            counts += np.bincount(encode(bars), minlength=v.SIZE)
    return np.log(counts / counts.sum()).astype(np.float32)


def null_windows(jukebox: Jukebox, takes: int) -> list[Window]:
    """Windows of eight bars that the model plays without any mood."""
    # Without a mood there is nothing for guidance to point at, and one row is faster than two.
    sampling = replace(jukebox.sampling, guidance=1.0)
    asked = [Request("", FIRST_SEED + i, TAKE_BARS, BPM, sampling) for i in range(takes)]
    played = jukebox.play(asked, "no mood")
    return [w for i, take in enumerate(played) for w in take.windows(f"no mood#{i}", BPM)]


def unigram_windows(
    model_folder: Path, windows: Sequence[Window], takes: int, sampling: Sampling
) -> list[Window]:
    """Windows of ids drawn by how common they are in real ``windows``, under the same grammar."""
    opened = open_model(model_folder)
    sizes = opened.manifest.sizes
    table = DecoderSizes(
        sizes.vocabulary, sizes.hidden, sizes.layers, sizes.heads, sizes.head_size, sizes.positions
    )
    deaf: Any = UnigramDecoder(unigram_logits(windows[:: max(1, len(windows) // COUNTED)]), table)
    null = opened.moods.read("", {})
    stage = Stage(replace(opened, generator=Generator(deaf, null)))
    drawn = replace(sampling, guidance=1.0)
    found: list[Window] = []
    for i in tqdm(range(takes), desc="unigram", unit="take", disable=None):
        take = played_of(stage.play(Request("", FIRST_SEED + i, TAKE_BARS, BPM, drawn)))
        found += take.windows(f"unigram#{i}", BPM)
    return found


def under_every_label(
    windows: Sequence[Window], labels: Sequence[str], tempos: Mapping[str, Floats64]
) -> list[Window]:
    """The same windows as if each had been played for every label, at that label's tempos."""
    found: list[Window] = []
    for label in labels:
        steps = (np.arange(len(windows)) + 0.5) / max(len(windows), 1)
        bpm = np.quantile(tempos[label], steps) if len(tempos.get(label, ())) else steps * 0 + BPM
        shuffled = np.random.default_rng(0).permutation(bpm)
        found += [
            replace(window, label=label, bpm=float(at))
            for window, at in zip(windows, shuffled, strict=True)
        ]
    return found
