"""Plays the same phrases at several settings of the sampling, one beside the other, to choose by.

Only what a setting moves is played: opposite words, explicit words and windows for each label, on
the validation split. Takes are kept, so an interrupted sweep goes on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from amt_live.errors import UsageError
from export.evaluate import VALIDATION, Effort, Findings, Options, Say, evaluate

NAMES: Final = ("guidance", "temperature", "top_p")
SHOWN: Final = (
    "overall", "adherence", "genre_top3", "swap_arousal", "swap_valence", "explicit", "ndr",
    "velocity_similarity", "music_pitch_class_entropy", "degenerate", "copy_excess",
)  # fmt: skip
EFFORT: Final = Effort(
    seeds=1, control_seeds=0, windows_a_label=12, floor_takes=2, streams=0, pairs=12, changes=0
)
MOST_VALUES: Final = 12


def read_sweep(text: str) -> tuple[str, tuple[float, ...]]:
    """``guidance=1,1.5,2`` as a name and values; raises UsageError."""
    name, _, listed = text.replace("-", "_").partition("=")
    try:
        values = tuple(float(value) for value in listed.split(","))
    except ValueError:
        values = ()
    if name not in NAMES or not 1 <= len(values) <= MOST_VALUES:
        raise UsageError(
            f"--sweep {text!r}: write NAME=VALUE,VALUE,... with a NAME of {', '.join(NAMES)}"
        )
    return name, values


def sweep(
    options: Options, name: str, values: Sequence[float], say: Say
) -> Iterator[tuple[float, Findings]]:
    """What is found at each value, as it is found."""
    for value in values:
        say(f"{name} {value:g}")
        sampling = replace(options.sampling, **{name: value})
        yield (
            value,
            evaluate(replace(options, split=VALIDATION, effort=EFFORT, sampling=sampling), say),
        )


def head(name: str) -> str:
    """The line above a table of ``row``."""
    return f"{name:>11} " + " ".join(f"{shown.removeprefix('music_')[:12]:>12}" for shown in SHOWN)


def row(value: float, found: Findings) -> str:
    """One setting in a line; - for what was not measured."""
    cells = [
        f"{found.figures[shown].value:12.3f}" if shown in found.figures else f"{'-':>12}"
        for shown in SHOWN
    ]
    return f"{value:11g} " + " ".join(cells)
