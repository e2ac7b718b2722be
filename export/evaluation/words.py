"""Does the music follow words? Genre prompts, opposite words with the same seed, explicit words.

Each protocol says what to play (requests) and reads the answer; the phrases are frozen in
``export.phrases``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.control.state import Sampling
from amt_live.manifest import load_manifest
from amt_live.music.parts import DRUMS, part_named
from amt_live.offline import Request
from amt_live.text.conditioning import Conditioner
from amt_live.text.embedder import Embedder
from export import attributes, phrases
from export.evaluation.attributes_asked import attribute_correlation, measured_z
from export.evaluation.bootstrap import Indices, interval_of
from export.evaluation.figure import Figure, Figures, mean_of
from export.evaluation.playing import Jukebox
from export.evaluation.window import Window

Floats = NDArray[np.float64]
Floats32 = NDArray[np.floating]

BPM: Final = 120.0
TEMPO_RANGE: Final = (30.0, 300.0)
BARS: Final = 8
TAKE_BARS: Final = 16
"""Genre takes hold two windows: half of the real ones are no beginnings either."""
FIRST_SEED: Final = 11
ALMOST: Final = 0.9
LEANS: Final = 0.35
"""Standard deviations from the middle at which captions begin to say sparse, loud, high ..."""
PRESENT_PER_BEAT: Final = 0.25
AT: Final = {name: i for i, name in enumerate((*attributes.MEASURED, *attributes.DERIVED))}


def key_of_window(window: Window) -> int:
    """The key (0-23, minor from 12) that a window's notes fit best."""
    return int(attributes.key_scores(window.notes).argmax())


def z_of(window: Window, scale: attributes.Scale) -> Floats:
    """Attributes [CONTINUOUS] of a window in standard deviations; silence is everything at its
    lowest."""
    return np.asarray(measured_z([window], scale)[0], np.float64)


# Genres.


def genre_windows(
    jukebox: Jukebox,
    labels: Sequence[str],
    tempos: dict[str, Floats],
    wanted: int,
    wordings: Mapping[str, Sequence[str]] = phrases.GENRES,
) -> list[Window]:
    """``wanted`` windows of eight bars for each label, at the tempos of real windows of that label.

    ``tempos``: of the real windows; even steps through their quantiles are taken, because tempo is
    the performer's, and density a second follows from it.
    """
    takes = -(-wanted // (TAKE_BARS // BARS))
    asked = [
        (label, request)
        for label in labels
        for request in genre_requests(wordings[label], tempos.get(label), takes, jukebox.sampling)
    ]
    played = jukebox.play([request for _, request in asked], "genres")
    windows: list[Window] = []
    for (label, request), take in zip(asked, played, strict=True):
        windows += take.windows(name_of(request), request.tempo_bpm, label, BARS)
    return windows


def genre_requests(
    wordings: Sequence[str], tempos: Floats | None, takes: int, sampling: Sampling
) -> list[Request]:
    """Takes for one label: its wordings in turn, seeds that count up, tempos in a fixed order."""
    steps = (np.arange(takes) + 0.5) / takes
    bpm = np.quantile(tempos, steps) if tempos is not None and len(tempos) else np.full(takes, BPM)
    bpm = np.random.default_rng(0).permutation(np.clip(bpm, *TEMPO_RANGE))
    return [
        Request(
            wordings[i % len(wordings)],
            FIRST_SEED + i,
            TAKE_BARS,
            round(float(bpm[i]), 1),
            sampling,
        )
        for i in range(takes)
    ]


def name_of(request: Request) -> str:
    """Windows of one take hang together under this name."""
    return f"{request.text}#{request.seed}"


# Opposite words.


@dataclass(frozen=True, slots=True)
class Swap:
    """One pair with one seed: what was asked to be low and high, as it was read."""

    attribute: str
    pair: str
    low: float
    high: float

    @property
    def ordered(self) -> float:
        """1 where the words came out in their order."""
        return float(self.high > self.low)


def swaps(
    jukebox: Jukebox, scale: attributes.Scale, seeds: int, pairs: int | None = None
) -> tuple[Figures, list[Swap], list[Window]]:
    """Opposite phrases with the same seed: ``swap_arousal``, ``swap_valence``; pairs at most."""
    tables = {"arousal": phrases.AROUSAL[:pairs], "valence": phrases.VALENCE[:pairs]}
    asked = [
        Request(text, FIRST_SEED + seed, BARS, BPM, jukebox.sampling)
        for table in tables.values()
        for pair in table
        for seed in range(seeds)
        for text in pair
    ]
    played = iter(jukebox.play(asked, "opposite words"))
    found: list[Swap] = []
    windows: list[Window] = []
    for attribute, table in tables.items():
        for pair in table:
            for seed in range(seeds):
                two = [next(played).whole(f"{text}#{FIRST_SEED + seed}", BPM) for text in pair]
                low, high = (float(z_of(window, scale)[AT[attribute]]) for window in two)
                found.append(Swap(attribute, " / ".join(pair), low, high))
                windows += two
    figures: Figures = {}
    for attribute in tables:
        mine = [swap for swap in found if swap.attribute == attribute]
        groups = [swap.pair for swap in mine]
        figures[f"swap_{attribute}"] = mean_of([s.ordered for s in mine], groups)
        figures[f"swap_{attribute}_apart"] = mean_of([s.high - s.low for s in mine], groups)
    return figures, found, windows


# Explicit words.


def explicit(
    jukebox: Jukebox, scale: attributes.Scale, seeds: int, most: int | None = None
) -> Figures:
    """Share of windows that obey words that leave no doubt: all of them, and by kind."""
    table = phrases.EXPLICIT[:most]
    asked = [
        Request(text, FIRST_SEED + seed, BARS, BPM, jukebox.sampling)
        for text, _, _ in table
        for seed in range(seeds)
    ]
    played = jukebox.play(asked, "explicit words")
    obeyed: dict[str, list[tuple[str, float]]] = {}
    for index, take in enumerate(played):
        text, check, of = table[index // seeds]
        window = take.whole(text, BPM)
        kind = "level" if check in ("low", "high") else check
        obeyed.setdefault(kind, []).append((text, float(obeys(window, check, of, scale))))
    every = [row for rows in obeyed.values() for row in rows]
    figures = {"explicit": _obeyed(every)}
    return figures | {f"explicit_{kind}": _obeyed(rows) for kind, rows in obeyed.items()}


def _obeyed(rows: Sequence[tuple[str, float]]) -> Figure:
    return mean_of([value for _, value in rows], [text for text, _ in rows])


def obeys(window: Window, check: str, of: str, scale: attributes.Scale) -> bool:
    """Whether a window does what words said.

    only: at least 90 % of its notes are of the part; with: the part plays one note in four beats or
    more; without: not one note of it; low, high: the attribute lies 0.35 standard deviations or
    more off the middle; minor, major: the mode of the key that fits best; waltz: all bars have
    three beats. A silent window obeys nothing.
    """
    notes = window.notes
    if not len(notes):
        return False
    if check in ("only", "with", "without"):
        mine = int((notes["part"] == part_named(of).index).sum())
        if check == "only":
            return mine >= ALMOST * len(notes)
        return not mine if check == "without" else mine >= PRESENT_PER_BEAT * window.steps / 12
    if check == "waltz":
        return bool((window.bars[:, 1] == 36).all())
    if check in ("minor", "major"):
        pitched = bool((notes["part"] != DRUMS.index).any())
        return pitched and (key_of_window(window) >= 12) == (check == "minor")
    z = float(z_of(window, scale)[AT[of]])
    return z <= -LEANS if check == "low" else z >= LEANS


# What the model reads in the words against what is heard.


def asked_and_heard(model: Path, windows: Sequence[Window], scale: attributes.Scale) -> Figures:
    """``asked_NAME``: rank correlation of an attribute that the model's own read-out finds in the
    words with what was played to them."""
    texts = [window.piece.partition("#")[0] for window in windows]
    embed = Embedder(model, load_manifest(model, verify=False)).embed
    conditioner = Conditioner(model)
    known = {name: index + 1 for index, name in enumerate(conditioner.attribute_names)}
    wanted: dict[str, list[float]] = {}
    for text in dict.fromkeys(texts):
        vector = conditioner.vector(embed(text))
        wanted[text] = [float(vector[known[n]]) if n in known else math.nan for n in AT]
    asked = np.array([wanted[text] for text in texts])
    heard = measured_z(windows, scale)
    figures: Figures = {}
    for name, value in attribute_correlation(heard, asked).items():
        if math.isnan(value):
            continue
        # Windows to one text hang together: the text is what is asked.
        low, high = interval_of(_correlation(heard, asked, name), texts, draws=100)
        figures[f"asked_{name}"] = Figure(value, low, high)
    return figures


def _correlation(heard: Floats32, asked: Floats32, name: str) -> Callable[[Indices], float]:
    return lambda at: attribute_correlation(heard[at], asked[at])[name]
