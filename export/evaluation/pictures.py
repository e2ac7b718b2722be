"""Pictures of an evaluation: densities by label, opposite words, changes of mood, drift."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from export.evaluate import Findings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Sheet

PLAYED: Final = "#ff8a5b"
REAL: Final = "#6db8ff"
DARK: Final = {
    "figure.facecolor": "#0b0d12", "axes.facecolor": "#0b0d12", "savefig.facecolor": "#0b0d12",
    "axes.edgecolor": "#313848", "axes.labelcolor": "#d9deea", "text.color": "#d9deea",
    "xtick.color": "#8b93a7", "ytick.color": "#8b93a7", "grid.color": "#232836",
    "axes.grid": True, "axes.axisbelow": True, "font.size": 9, "svg.hashsalt": "amt-live",
}  # fmt: skip


def draw(found: Findings, folder: Path) -> list[Path]:
    """Write what there is to show as SVG files into a folder; the paths."""
    import matplotlib

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    # The agg and svg back ends need no screen.
    with matplotlib.rc_context({**DARK, "backend": "svg"}):
        for name, sheet in _sheets(found):
            path = folder / f"{name}.svg"
            sheet.savefig(path, metadata={"Date": None}, bbox_inches="tight")
            paths.append(path)
    return paths


def _sheet(rows: int, columns: int, width: float, height: float) -> "tuple[Sheet, Any]":
    from matplotlib.figure import Figure as Sheet

    sheet = Sheet(figsize=(width, height))
    return sheet, sheet.subplots(rows, columns, squeeze=False)


def _sheets(found: Findings) -> "Iterator[tuple[str, Sheet]]":
    if found.played is not None and found.real is not None:
        yield "densities", _densities(found)
    if found.swaps:
        yield "opposite-words", _swaps(found)
    if found.flips:
        yield "changes", _flips(found)
    if found.drift:
        yield "drift", _drift(found)


def _densities(found: Findings) -> "Sheet":
    assert found.played is not None and found.real is not None
    sheet, ((axes,),) = _sheet(1, 1, 8, 4)
    for shift, (name, side, colour) in enumerate(
        (("real", found.real, REAL), ("played", found.played, PLAYED))
    ):
        values = [side.profiles.notes_per_s[side.labels == label] for label in found.labels]
        at = np.arange(len(values)) + 0.36 * (shift - 0.5)
        boxes = axes.boxplot(
            values,
            positions=at,
            widths=0.3,
            whis=(5, 95),
            showfliers=False,
            patch_artist=True,
            manage_ticks=False,
            medianprops={"color": "#0b0d12"},
            whiskerprops={"color": colour},
            capprops={"color": colour},
        )
        for box in boxes["boxes"]:
            box.set(facecolor=colour, edgecolor=colour)
        axes.plot([], [], "s", color=colour, label=name)
    axes.set_xticks(range(len(found.labels)), found.labels, rotation=30)
    axes.set_ylabel("notes a second (5 to 95 %)")
    axes.legend(frameon=False)
    return sheet


def _swaps(found: Findings) -> "Sheet":
    kinds = list(dict.fromkeys(swap.attribute for swap in found.swaps))
    pairs = [list(dict.fromkeys(s.pair for s in found.swaps if s.attribute == k)) for k in kinds]
    sheet, ((*columns,),) = _sheet(1, len(kinds), 6.5 * len(kinds), 1 + 0.26 * max(map(len, pairs)))
    for axes, kind, names in zip(columns, kinds, pairs, strict=True):
        for swap in (s for s in found.swaps if s.attribute == kind):
            y = names.index(swap.pair)
            axes.plot([swap.low, swap.high], [y, y], color="#313848", lw=1)
            axes.plot(swap.low, y, "o", color=REAL, ms=4)
            axes.plot(swap.high, y, "o", color=PLAYED, ms=4)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlabel(f"{kind}, standard deviations")
    return sheet


def _flips(found: Findings) -> "Sheet":
    sheet, ((axes,),) = _sheet(1, 1, 6, 3.5)
    for kind, colour in (("played", PLAYED), ("spliced", REAL), ("unchanged", "#8b93a7")):
        beats = np.sort([getattr(flip, kind) for flip in found.flips])
        share = np.arange(1, len(beats) + 1) / len(beats)
        known = np.isfinite(beats)
        axes.step([0, *beats[known]], [0, *share[known]], where="post", color=colour, label=kind)
    axes.axvline(4, color="#313848", lw=1)
    axes.axvline(8, color="#313848", lw=1)
    axes.set(xlabel="beats after the bar line", ylabel="changes that are heard", ylim=(0, 1.02))
    axes.legend(frameon=False)
    return sheet


def _drift(found: Findings) -> "Sheet":
    names = list(found.drift)
    columns = 4
    rows = -(-len(names) // columns)
    sheet, grid = _sheet(rows, columns, 3 * columns, 2.2 * rows)
    every: list[Axes] = grid.ravel().tolist()
    for axes, name in zip(every, names, strict=False):
        mean, low, high = np.array(found.drift[name]).T
        at = np.arange(len(mean))
        axes.errorbar(at, mean, yerr=(mean - low, high - mean), fmt="o", color=PLAYED, capsize=3)
        axes.set_xticks(at, [f"minute {minute}" for minute in found.minutes])
        axes.margins(x=0.3)
        axes.set_title(name.replace("_", " "), fontsize=9)
    for axes in every[len(names) :]:
        axes.set_visible(False)
    sheet.tight_layout()
    return sheet
