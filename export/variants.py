"""The decoder in 32, 8 and 4 bits: made, scored against each other, and offered or not.

Called by ``export_model``. A variant that loses too much on held-out music is not offered: it stays
in the table with its figure.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from amt_live.inference.bench import PAUSE_S, step_ms
from amt_live.inference.decoder import Decoder, DecoderSizes, load_decoder
from export.graph import quantise_blocks, quantise_matmuls
from export.passages import Passage
from export.scoring import REFERENCE, Hear, Score, as_a_whole, by_steps, score
from export.to_onnx import DecoderShape, Weights, build_decoder

KINDS: Final = {"fp32": "float32", "int8": "uint8-per-channel", "int4": "int4-block32"}
"""Variants, and how manifests call their weights."""
MOST_LOST: Final = {"int8": 0.01, "int4": 0.03}
"""How much higher the perplexity may be than that of fp32."""
MOST_TOKENS: Final = 100_000
LEAST_OF_MOST: Final = 8192
WORK: Final = 2.5e11
"""Tokens times parameters that are heard at most: large models are scored on less."""

SPEED_AT: Final = 512
STEPS: Final = 40


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of the table. Speeds are in tokens a second, with guidance, at 512 positions."""

    name: str
    kind: str
    megabytes: float
    paced: float
    hot: float
    score: Score

    @property
    def offered(self) -> bool:
        """Whether it loses little enough to be played."""
        return self.score.change <= MOST_LOST.get(self.name, np.inf)

    def as_dict(self) -> dict[str, Any]:
        """For the manifest: rounded to what was measured."""
        row = {key: _rounded(value) for key, value in asdict(self.score).items()}
        return {
            "name": self.name,
            "weights": self.kind,
            "megabytes": round(self.megabytes, 2),
            "tokens_per_s_paced": round(self.paced),
            "tokens_per_s_hot": round(self.hot),
            **row,
            "offered": self.offered,
        }


def _rounded(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.4g}")


class Variants:
    """Decoders of one run, in a folder of their own each, below ``scratch``."""

    def __init__(self, scratch: Path, weights: Weights, shape: DecoderShape) -> None:
        self._scratch = scratch
        self._weights = weights
        self.shape = shape
        build_decoder(weights, shape).save(self.path("fp32"))
        quantise_matmuls(self.path("fp32"), self.path("int8"))
        _blocks(self.path("fp32"), self.path("int4"))

    def path(self, name: str) -> Path:
        """Where a variant's graph lies."""
        folder = self._scratch / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / "decoder.onnx"

    def open(self, name: str) -> Decoder:
        """A variant's decoder, as it will play."""
        shape = self.shape
        sizes = DecoderSizes(
            shape.vocabulary,
            shape.hidden,
            shape.layers,
            shape.heads,
            shape.head_size,
            shape.positions,
        )
        return load_decoder(self.path(name).parent, sizes)

    def table(self, passages: Iterable[Passage], parameters: int) -> list[Variant]:
        """Every variant, measured."""
        most = int(np.clip(WORK / parameters, LEAST_OF_MOST, MOST_TOKENS))
        scores = score(self.hearing(), passages, most)
        rows = []
        for name, kind in KINDS.items():
            decoder = self.open(name)
            megabytes = self.path(name).stat().st_size / 1e6
            paced, hot = (tokens_per_s(decoder, pause_s) for pause_s in (PAUSE_S, 0.0))
            rows.append(Variant(name, kind, megabytes, paced, hot, scores[name]))
        return rows

    def hearing(self) -> dict[str, Hear]:
        """What scores each variant."""
        whole = self._scratch / "whole"
        whole.mkdir()
        build_decoder(self._weights, self.shape, every_position=True).save(whole / "fp32.onnx")
        _blocks(whole / "fp32.onnx", whole / "int4.onnx")
        return {
            REFERENCE: as_a_whole(whole / "fp32.onnx", self.shape),
            "int8": by_steps(self.open("int8")),
            "int4": as_a_whole(whole / "int4.onnx", self.shape),
        }


def _blocks(source: Path, target: Path) -> None:
    log = logging.getLogger("onnxruntime.quantization.matmul_nbits_quantizer")
    before = log.disabled
    log.disabled = True  # it tells of every node
    try:
        quantise_blocks(source, target)
    finally:
        log.disabled = before


def tokens_per_s(decoder: Decoder, pause_s: float) -> float:
    """Guided steps a second at 512 positions; with a pause between them, as a band plays."""
    place = min(SPEED_AT, decoder.context // 2)
    took_ms = step_ms(decoder, place, steps=STEPS, pause_s=pause_s)
    decoder.guided = False
    return 1000 / took_ms


HEADER: Final = (
    "variant", "MB", "tokens/s paced", "hot", "perplexity", "against fp32", "KL", "same best id",
    "status",
)  # fmt: skip


def cells(row: Mapping[str, Any], plays: str) -> tuple[str, ...]:
    """One row of the table as texts, from its record."""
    name = row["name"]
    best = name == REFERENCE
    change = "" if best else f"{row['change']:+.2%} (±{row['noise']:.2%})"
    verdict = "offered" if row["offered"] else f"not offered: over {MOST_LOST.get(name, 0):.0%}"
    return (
        name,
        f"{row['megabytes']:.1f}",
        str(row["tokens_per_s_paced"]),
        str(row["tokens_per_s_hot"]),
        f"{row['perplexity']:.3f}",
        change,
        "" if best else f"{row['kl']:.1e}",
        "" if best else f"{row['top1']:.1%}",
        "plays" if name == plays else verdict,
    )


def lines(rows: Iterable[Mapping[str, Any]], plays: str) -> list[str]:
    """The table for a terminal."""
    table = [HEADER, *(cells(row, plays) for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADER))]
    return [
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in table
    ]
