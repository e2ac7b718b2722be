"""Running out of memory: told from other errors, and answered with smaller batches."""

import gc
from collections.abc import Callable
from typing import TypeVar

import torch

from amt_live.errors import AmtError

T = TypeVar("T")

_CPU_WORDS = ("can't allocate memory", "not enough memory", "std::bad_alloc")


class OutOfMemory(AmtError):
    """Even one sequence at a time does not fit."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out; torch's CPU allocator has no type for it."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _CPU_WORDS)


class Portions:
    """Into how many portions a step's sequences are split; grows when memory runs out.

    The effective batch stays what it was: the portions' gradients are accumulated.
    """

    def __init__(self, at_once: int, say: Callable[[str], None]) -> None:
        self.at_once = at_once
        self._say = say

    def run(self, sequences: int, step: Callable[[list[slice]], T]) -> T:
        """``step`` with slices of at most ``at_once`` sequences; again with half when memory runs
        out.

        ``step`` must be able to start again from nothing. Raises OutOfMemory when single sequences
        do not fit.
        """
        while True:
            size = min(self.at_once, sequences)
            try:
                return step([slice(at, at + size) for at in range(0, sequences, size)])
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            # Outside the handler: the error holds the frames, and they hold the tensors.
            self._halve(size)

    def _halve(self, size: int) -> None:
        if size == 1:
            raise OutOfMemory(
                "out of memory with one sequence at a time; use a smaller --size or --length, or "
                "--device cpu"
            )
        self.at_once = size // 2
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self._say(
            f"out of memory: {self.at_once} sequences at a time from here on instead of {size}, "
            "with more of them to an update"
        )
