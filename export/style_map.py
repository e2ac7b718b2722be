"""A map of the styles of a corpus: every text a dot, near ones near, each style in its colour."""

import colorsys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis import png, svg
from amt_live.analysis.shapes import Picture, Rectangle, Word
from amt_live.errors import FileError
from export.style_names import Named
from export.styles import Clusters

WIDTH: Final = 1200
HEIGHT: Final = 800
MARGIN: Final = 60
DOT: Final = 4
GROUND: Final = "#0b0d12"
TEXT: Final = "#d9deea"
LINE: Final = 11
"""Pixels from one name to the next: no two are written over each other."""


def flattened(clusters: Clusters, seed: int = 0) -> NDArray[np.float64]:
    """Places [N, 2] between 0 and 1: t-SNE begun from the two widest directions."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(30.0, (len(clusters.vectors) - 1) / 3)
    tsne = TSNE(init="pca", perplexity=perplexity, random_state=seed)
    with threadpool_limits(1):
        made = tsne.fit_transform(clusters.vectors)
    low, high = made.min(axis=0), made.max(axis=0)
    return np.asarray((made - low) / np.maximum(high - low, 1e-9), np.float64)


def draw(clusters: Clusters, named: Sequence[Named], places: NDArray[np.float64]) -> Picture:
    """The picture; a name stands in the middle of its dots."""
    size = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    pixels = MARGIN + places * size
    colours = {
        style.cluster: _colour(number / len(named), 0.62 + 0.2 * (number % 2))
        for number, style in enumerate(named)
    }
    dots = tuple(
        Rectangle(float(x), float(y), DOT, DOT, colours[int(label)], 0.75)
        for (x, y), label in zip(pixels, clusters.labels, strict=True)
    )
    words = [Word(MARGIN, 24, _title(clusters), TEXT)]
    used: list[tuple[float, float, float]] = []
    for style in named:
        x, y = np.median(pixels[clusters.labels == style.cluster], axis=0)
        width = png.width_of(style.name)
        x = float(np.clip(x - width / 2, 4, WIDTH - width - 4))
        y = _free_row(used, x, float(y), width)
        words.append(Word(x, y, style.name, TEXT))
    return Picture(WIDTH, HEIGHT, GROUND, dots, tuple(words))


def write(picture: Picture, path: Path) -> list[Path]:
    """Write the picture as ``path``.svg and ``path``.png; raises FileError."""
    made = []
    for suffix, to_bytes in ((".svg", svg.to_bytes), (".png", png.to_bytes)):
        target = path.with_name(path.name + suffix)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(to_bytes(picture))
        except OSError as error:
            raise FileError(f"{target} cannot be written ({error.strerror}); use --map") from error
        made.append(target)
    return made


def _title(clusters: Clusters) -> str:
    count = len(clusters.centres)
    return (
        f"{count} styles of {len(clusters.documents)} texts, silhouette {clusters.silhouette:.3f}"
    )


def _free_row(used: list[tuple[float, float, float]], x: float, y: float, width: int) -> float:
    """The row at or below ``y`` where nothing is written yet."""
    while any(abs(y - row) < LINE and x < end and x + width > start for row, start, end in used):
        y += 1
    used.append((y, x - 4, x + width + 4))
    return y


def _colour(hue: float, lightness: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.75)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
