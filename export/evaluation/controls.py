"""Do the hands on the controls get what they ask for? Density, key, chords, octave, energy."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.control.commands import Command, SetChords, SetKey, SetKnob, SetPart
from amt_live.engine.harmony import parse_chords
from amt_live.music.keys import key_name
from amt_live.music.parts import DRUMS
from amt_live.offline import Request
from amt_live.tokens.vocabulary import CHORD_QUALITIES, DENSITY_LEVELS
from export import attributes, phrases
from export.evaluation.bootstrap import Indices, interval_of
from export.evaluation.figure import Figure, Figures, mean_of
from export.evaluation.playing import Jukebox
from export.evaluation.window import Window
from export.evaluation.words import AT, BARS, BPM, FIRST_SEED, key_of_window, z_of

Floats = NDArray[np.float64]

KEYS: Final = 24
LINES: Final = (
    "C | Am | F | G7",
    "Dm7 | G7 | Cmaj7 | Cmaj7",
    "Am | F | C | G",
    "E7 | A7 | D7 | G7",
    "Cm | Fm | Bb7 | Ebmaj7",
    "F#m | D | A | E",
)
OCTAVES: Final = (-2, -1, 0, 1, 2)
ENERGIES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
SOLO: Final = "just one piano"
_TONES: Final = {
    "maj": (0, 4, 7), "min": (0, 3, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10), "dim": (0, 3, 6), "m7b5": (0, 3, 6, 10), "dim7": (0, 3, 6, 9),
    "aug": (0, 4, 8), "sus4": (0, 5, 7), "6": (0, 4, 7, 9), "m6": (0, 3, 7, 9),
}  # fmt: skip

Case = tuple[float, Request]
"""What is asked for, as a number, and how."""


def controls(
    jukebox: Jukebox,
    scale: attributes.Scale,
    seeds: int,
    only: Collection[str] = ("density", "key", "chords", "octave", "energy"),
) -> Figures:
    """``density_rho``, ``key_accuracy``, ``chord_tone_share``, ``octave_rho``, ``energy_rho``.

    Correlations are Spearman's, over all takes. A key counts as hit when it is the one of 24 that
    fits best (Krumhansl and Kessler); chord tones are weighed by how long they sound.
    """
    made = {
        "density": lambda: _density(jukebox, seeds),
        "key": lambda: _keys(jukebox, max(1, seeds // 2)),
        "chords": lambda: _chords(jukebox, seeds),
        "octave": lambda: _octaves(jukebox, seeds),
        "energy": lambda: _energies(jukebox, seeds),
    }
    tables = {name: made[name]() for name in only}
    every = [case for table in tables.values() for case in table]
    played = iter(jukebox.play([request for _, request in every], "controls"))
    judged = {
        "density": ("density_rho", lambda x, w: _rho(x, w, _notes_per_beat)),
        "key": ("key_accuracy", _key_accuracy),
        "chords": ("chord_tone_share", _chord_tones),
        "octave": ("octave_rho", lambda x, w: _rho(x, w, _mean_pitch)),
        "energy": ("energy_rho", lambda x, w: _rho(x, w, lambda one: _arousal(one, scale))),
    }
    figures: Figures = {}
    for name, table in tables.items():
        windows = [next(played).whole(f"{name}#{i}", BPM) for i in range(len(table))]
        figure_name, judge = judged[name]
        figures[figure_name] = judge([value for value, _ in table], windows)
    return figures


def _request(jukebox: Jukebox, index: int, *commands: Command, text: str | None = None) -> Request:
    words = text or phrases.PLAIN[index % len(phrases.PLAIN)]
    changes = tuple((0.0, command) for command in commands)
    return Request(words, FIRST_SEED + index, BARS, BPM, jukebox.sampling, changes)


def _density(jukebox: Jukebox, seeds: int) -> list[Case]:
    top = DENSITY_LEVELS - 1
    return [
        (float(level), _request(jukebox, i, SetKnob("density", level / top)))
        for level in range(DENSITY_LEVELS)
        for i in range(seeds)
    ]


def _keys(jukebox: Jukebox, seeds: int) -> list[Case]:
    return [
        (float(key), _request(jukebox, i, SetKey(key_name(key))))
        for key in range(KEYS)
        for i in range(seeds)
    ]


def _chords(jukebox: Jukebox, seeds: int) -> list[Case]:
    return [
        (float(line), _request(jukebox, i, SetChords(chords)))
        for line, chords in enumerate(LINES)
        for i in range(seeds)
    ]


def _octaves(jukebox: Jukebox, seeds: int) -> list[Case]:
    return [
        (float(octave), _request(jukebox, i, SetPart("*", "octave", octave), text=SOLO))
        for octave in OCTAVES
        for i in range(seeds)
    ]


def _energies(jukebox: Jukebox, seeds: int) -> list[Case]:
    return [
        (energy, _request(jukebox, i, SetKnob("energy", energy)))
        for energy in ENERGIES
        for i in range(seeds)
    ]


def _notes_per_beat(window: Window) -> float:
    return len(window.notes) / (window.steps / 12)


def _mean_pitch(window: Window) -> float:
    pitched = window.notes["pitch"][window.notes["part"] != DRUMS.index]
    return float(pitched.mean()) if len(pitched) else float("nan")


def _arousal(window: Window, scale: attributes.Scale) -> float:
    return float(z_of(window, scale)[AT["arousal"]])


def _key_accuracy(asked: Sequence[float], windows: Sequence[Window]) -> Figure:
    hits = [float(key_of_window(w) == key) for key, w in zip(asked, windows, strict=True)]
    return mean_of(hits, [key_name(int(key)) for key in asked])


def _chord_tones(asked: Sequence[float], windows: Sequence[Window]) -> Figure:
    shares = [
        chord_tone_share(window, LINES[int(line)])
        for line, window in zip(asked, windows, strict=True)
    ]
    return mean_of(shares, [window.piece for window in windows])


def chord_tone_share(window: Window, line: str) -> float:
    """Share of the sounding time of pitched notes that chord tones have; NaN without notes.

    A note belongs to the bar that it starts in; what of it sounds beyond is not judged.
    """
    chords = parse_chords(line)
    notes = window.notes[window.notes["part"] != DRUMS.index]
    if not len(notes):
        return float("nan")
    bar = np.searchsorted(window.bars[:, 0], notes["step"], side="right") - 1
    rest = window.bars[bar].sum(axis=1) - notes["step"]
    weight = np.minimum(notes["duration"], rest).astype(np.float64)
    tones = np.zeros((len(chords), 12), bool)
    for index, (chord, *_) in enumerate(chords):
        assert chord is not None
        root, quality = chord
        tones[index, [(root + step) % 12 for step in _TONES[CHORD_QUALITIES[quality]]]] = True
    inside = tones[bar % len(chords), notes["pitch"] % 12]
    return float((weight * inside).sum() / weight.sum())


def _rho(
    asked: Sequence[float], windows: Sequence[Window], obtained: Callable[[Window], float]
) -> Figure:
    x, y = np.array(asked), np.array([obtained(window) for window in windows])
    kept = ~np.isnan(y)
    x, y = x[kept], y[kept]
    groups = [str(i) for i in range(len(x))]
    strata = [f"{value:g}" for value in x]

    def statistic(at: Indices) -> float:
        return spearman(x[at], y[at])

    return Figure(spearman(x, y), *interval_of(statistic, groups, strata=strata))


def spearman(x: Floats, y: Floats) -> float:
    """Rank correlation, ties sharing their mean rank; 0 where one side does not vary."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    from scipy.stats import spearmanr

    return float(spearmanr(x, y).statistic)
