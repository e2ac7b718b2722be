"""What a run writes down as it goes: ``log.jsonl``, TensorBoard's event files, lines for a person.

Only the first worker writes. Rows past the step that a run resumes from are taken out, so that the
log reads as if the run had never been stopped.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tqdm import tqdm

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

LOG_NAME = "log.jsonl"
PLOTS = "plots"


class Journal:
    """The log of one run. Not thread-safe."""

    def __init__(self, run: Path, *, writing: bool) -> None:
        self._path = run / LOG_NAME
        self._plots = run / PLOTS
        self._writing = writing
        self._board: SummaryWriter | None = None

    def open(self, step: int) -> None:
        """Begin, or go on after ``step``."""
        if not self._writing:
            return
        _keep_rows_up_to(self._path, step)
        writer = _summary_writer()
        if writer is None:
            self.say("no live plots: pip install tensorboard for them")
        else:
            self._board = writer(str(self._plots), purge_step=step + 1 if step else None)

    def last_loss(self) -> float | None:
        """The running mean loss of the last row that has one."""
        if not self._path.is_file():
            return None
        rows = map(json.loads, reversed(self._path.read_text(encoding="utf-8").splitlines()))
        return next((float(row["loss"]) for row in rows if "loss" in row), None)

    def close(self) -> None:
        """Write out what is left."""
        if self._board is not None:
            self._board.close()

    def row(self, step: int, tokens: int, seconds: float, values: Mapping[str, object]) -> None:
        """One row of the log, and its numbers on the plots."""
        if not self._writing:
            return
        row = {"step": step, "tokens": tokens, "seconds": round(seconds, 1), **memory()}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**row, **values}) + "\n")
        if self._board is not None:
            for name, value in values.items():
                self._plot(name, value, step)
            self._board.flush()

    def _plot(self, name: str, value: object, step: int) -> None:
        assert self._board is not None
        if isinstance(value, Mapping):
            for inner, number in value.items():
                self._board.add_scalar(f"{name}/{inner}", number, step)
        else:
            self._board.add_scalar(f"train/{name}", value, step)

    def say(self, line: str) -> None:
        """A line for the person in front, beside the progress bar."""
        if self._writing:
            tqdm.write(line, file=sys.stderr)


def memory() -> dict[str, int]:
    """The most memory this process has held, in MiB, where the system tells."""
    held: dict[str, int] = {}
    try:
        import resource
    except ImportError:  # Windows
        pass
    else:
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        held["memory_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
    if torch.cuda.is_initialized():
        held["gpu_mib"] = round(torch.cuda.max_memory_allocated() / (1 << 20))
    return held


def _summary_writer() -> "type[SummaryWriter] | None":
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter


def _keep_rows_up_to(path: Path, step: int) -> None:
    if not path.is_file():
        return
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if row.endswith("\n") and _step_of(row) <= step]
    if len(kept) < len(rows):
        partial = path.with_suffix(".partial")
        partial.write_text("".join(kept), encoding="utf-8")
        os.replace(partial, path)


def _step_of(row: str) -> float:
    try:
        return float(json.loads(row)["step"])
    except (ValueError, KeyError, TypeError):  # a row that a kill cut in two
        return float("inf")
