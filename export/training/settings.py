"""How a training run goes: sizes by name, and the settings that a run folder remembers."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from amt_live.errors import UsageError
from export.ways import HEARD, WAYS_IN

SIZES: Final[dict[str, dict[str, int | float | str]]] = {
    "tiny": {"hidden": 64, "layers": 2, "heads": 2},
    "small": {"hidden": 128, "layers": 4, "heads": 4},
    "default": {"hidden": 192, "layers": 6, "heads": 6},
    "large": {"hidden": 512, "layers": 6, "heads": 8, "dropout": 0.1},
    # The reference design's own model and learning rate. Its text encoder is bert-base-uncased with
    # [CLS]: name that with --encoder. It keeps our measured attributes beside the embedding's 768.
    "reference": {
        "hidden": 1024, "layers": 6, "heads": 8, "dropout": 0.1, "attention_dropout": 0.1,
        "optimizer": "adamw", "other_lr": 1e-4,
    },
}  # fmt: skip
SCHEDULES: Final = ("cosine", "linear")
OPTIMIZERS: Final = ("muon", "adamw")
PRECISIONS: Final = ("auto", "fp32", "bf16", "fp16")
LOWEST_RATE: Final = 0.05

REMEMBERED: Final = (
    "tokens", "batch", "accumulate", "length", "long_from", "schedule", "decay", "warmup",
    "optimizer", "matrix_lr", "other_lr", "patience", "seed", "validate_every",
    "checkpoint_every",
)  # fmt: skip
"""What a run keeps when it is resumed without being told otherwise."""
UNRECORDED: Final = {"schedule": "linear"}
"""How runs went that were started before their settings were written down."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How a run goes. ``tokens`` is the whole run, of all workers together."""

    data: Path
    run: Path
    encoder: Path
    hidden: int = 192
    layers: int = 6
    heads: int = 6
    dropout: float = 0.0
    attention_dropout: float = 0.0
    way_in: str = WAYS_IN[0]
    heard: str = HEARD[0]
    tokens: int = 16_000_000
    batch: int = 8
    """Sequences that a worker puts through the model at once."""
    accumulate: int = 1
    """Such batches to one update of the weights."""
    length: int = 512
    long_from: float = 0.75
    """Share of the run after which sequences have the model's full length."""
    schedule: str = "cosine"
    decay: float = 0.6
    """Share of the run over which a linear schedule comes down, at its end."""
    warmup: float = 0.02
    optimizer: str = "muon"
    """``muon`` is for the matrices inside the layers; all else is AdamW's."""
    matrix_lr: float = 0.01
    other_lr: float = 1.5e-3
    patience: int = 0
    """Validations without a better mean loss after which the run ends; 0: none."""
    threads: int = 1
    loaders: int | None = None
    """Processes that make sequences; None: none on a CPU, up to eight beside a GPU."""
    device: str = "cpu"
    precision: str = "auto"
    compile: bool = False
    seed: int = 1
    captions: int = 24_000
    validate_every: int = 250
    checkpoint_every: int = 100
    log_every: int = 20
    minutes: float | None = None
    """Stop with a checkpoint after so many minutes; the same settings go on from there."""
    start: Path | None = None
    """A model folder to start from (fine-tuning)."""

    def __post_init__(self) -> None:
        for name in ("tokens", "batch", "accumulate", "length", "hidden", "layers", "heads"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be 1 or more")
        if self.hidden % self.heads:
            raise UsageError(f"hidden ({self.hidden}) must be a multiple of heads ({self.heads})")
        for name, choices in (
            ("schedule", SCHEDULES),
            ("optimizer", OPTIMIZERS),
            ("way_in", WAYS_IN),
            ("heard", HEARD),
        ):
            value = getattr(self, name)
            if value not in choices:
                raise UsageError(f"no {name} {value!r}; use {' or '.join(choices)}")

    def remembered(self) -> dict[str, object]:
        """What the run folder keeps of this."""
        kept = {name: value for name, value in asdict(self).items() if name in REMEMBERED}
        return {**kept, "start": self.start.name if self.start else None}

    def rate(self, tokens: int) -> float:
        """Share of the base learning rates when ``tokens`` are done.

        A linear warm-up; then half a cosine, or a plateau and a line, down to a twentieth.
        """
        done = min(tokens / self.tokens, 1.0)
        warm = min(1.0, (done + 1e-9) / max(self.warmup, 1e-9))
        if self.schedule == "linear":
            return max(LOWEST_RATE, min(1.0, warm, (1 - done) / self.decay))
        falling = max(0.0, done - self.warmup) / (1 - self.warmup)
        cosine = LOWEST_RATE + (1 - LOWEST_RATE) * 0.5 * (1 + math.cos(math.pi * falling))
        return max(LOWEST_RATE, min(warm, cosine))

    def sequences(self, tokens: int, positions: int) -> tuple[int, int]:
        """Sequences of a worker for one update when ``tokens`` are done, and their length."""
        count, length = self.batch * self.accumulate, min(self.length, positions)
        if tokens >= self.long_from * self.tokens and length < positions:
            return max(1, count * length // positions), positions
        return count, length
