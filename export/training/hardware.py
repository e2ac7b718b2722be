"""Where a run computes and in what precision: cpu, cuda or mps; fp32, bf16 or fp16."""

from contextlib import AbstractContextManager, nullcontext

import torch

from amt_live.errors import UsageError
from export.training.workers import Workers

_TYPES = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}


def pick_device(name: str, workers: Workers) -> torch.device:
    """The device called auto, cpu, cuda or mps; UsageError when this machine has no such."""
    if name == "auto":
        name = "cpu"
        if torch.cuda.is_available():
            name = "cuda"
        elif torch.backends.mps.is_available():
            name = "mps"
    kind = name.partition(":")[0]
    if kind not in ("cpu", "cuda", "mps"):
        raise UsageError(f"no device {name!r}; use --device auto, cpu, cuda or mps")
    if kind == "cuda" and not torch.cuda.is_available():
        raise UsageError("this torch sees no CUDA device; use --device cpu, or a CUDA build")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("this torch sees no Apple GPU; use --device cpu")
    if name == "cuda":
        device = torch.device("cuda", workers.local_rank)
        torch.cuda.set_device(device)
        torch.set_float32_matmul_precision("high")
        return device
    return torch.device(name)


def pick_precision(name: str, device: torch.device) -> torch.dtype | None:
    """The type of the fast arithmetic, None for float32; UsageError where it would crawl.

    A CPU without units for it computes bfloat16 some 50 times slower than float32.
    """
    if name not in ("auto", *_TYPES):
        raise UsageError(f"no precision {name!r}; use --precision auto, fp32, bf16 or fp16")
    if name == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else None
    if _TYPES[name] is not None and device.type != "cuda":
        raise UsageError(
            f"{name} needs a CUDA device and this run is on {device.type}; use --precision fp32"
        )
    return _TYPES[name]


class Arithmetic:
    """Mixed precision on one device: autocast, and for fp16 a loss scale. Not thread-safe."""

    def __init__(self, device: torch.device, dtype: torch.dtype | None) -> None:
        self.device = device
        self.dtype = dtype
        self.scaler = torch.amp.GradScaler(device.type, enabled=dtype == torch.float16)

    @property
    def name(self) -> str:
        """As ``--precision`` calls it."""
        return next(name for name, dtype in _TYPES.items() if dtype == self.dtype)

    def cast(self) -> AbstractContextManager[object]:
        """The context to run the model in."""
        if self.dtype is None:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.dtype)
