"""What the evaluation found, for people and for programs."""

import math
from collections.abc import Mapping
from typing import Any, Final

from export.evaluation.figure import Figure, Figures

SECTIONS: Final = (
    ("Follows words", ("swap_arousal", "swap_valence", "explicit", "asked_", "genre_top3",
                       "adherence")),
    ("Like real music of its label", ("ndr", "velocity_similarity", "pitch_class", "register",
                                      "rhythm", "overall")),
    ("Well made", ("degenerate", "copy_excess", "frechet", "music_")),
    ("In time with the performer", ("flip_", "drift_", "density_rho", "key_accuracy",
                                    "chord_tone_share", "octave_rho", "energy_rho")),
    ("Speed", ("tokens_per_s",)),
)  # fmt: skip
"""Titles, and the beginnings of the names that stand under them."""
WIDTH: Final = 30
SMALL: Final = 0.01


def flat(figures: Figures, about: Mapping[str, Any]) -> dict[str, Any]:
    """One flat object: NAME, NAME_ci, and where there is one NAME_ceiling and NAME_floor_KIND."""
    table: dict[str, Any] = {}
    for name, figure in figures.items():
        if math.isnan(figure.value):
            continue
        table[name] = _round(figure.value)
        if not math.isnan(figure.low):
            table[f"{name}_ci"] = [_round(figure.low), _round(figure.high)]
        if figure.ceiling is not None:
            table[f"{name}_ceiling"] = _round(figure.ceiling)
        for kind, value in figure.floors.items():
            table[f"{name}_floor_{kind.replace(' ', '_')}"] = _round(value)
    return table | dict(about)


def lines(figures: Figures, about: Mapping[str, Any]) -> list[str]:
    """The table, by section; figures that no section names come last."""
    rows: list[str] = []
    left = dict(figures)
    for title, starts in (*SECTIONS, ("Other", ("",))):
        mine = [name for start in starts for name in left if name.startswith(start)]
        if not mine:
            continue
        rows += ["", f"{title:<{WIDTH}} {'':>8}  {'95 %':<17} ceiling  floors"]
        for name in dict.fromkeys(mine):
            rows.append(_line(name, left.pop(name)))
    rows += ["", *(f"{name:<{WIDTH}} {value}" for name, value in about.items())]
    return rows[1:]


def _line(name: str, figure: Figure) -> str:
    known = not math.isnan(figure.low)
    interval = f"[{_show(figure.low)}, {_show(figure.high)}]" if known else ""
    ceiling = "" if figure.ceiling is None else _show(figure.ceiling)
    floors = ", ".join(f"{kind} {_show(value)}" for kind, value in figure.floors.items())
    row = f"  {name:<{WIDTH - 2}} {_show(figure.value):>8}  {interval:<17} {ceiling:<8} {floors}"
    return row.rstrip()


def _show(value: float) -> str:
    if math.isnan(value):
        return "-"
    if value and abs(value) < SMALL:
        return f"{value:.4f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def _round(value: float) -> float:
    return round(value, 4 if abs(value) < SMALL else 3 if abs(value) < 100 else 1)
