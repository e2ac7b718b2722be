"""Times steps of a millisecond on a machine that does other things too.

Used by ``bench`` and what measures beside it. A step in which the system took the core away counts
by its processor time, and of several turns the quiet ones count.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

try:
    import resource
except ImportError:  # Windows does not tell how often a thread was interrupted
    resource = None  # type: ignore[assignment]


class Sample(NamedTuple):
    """One step: how long it took, and whether the system took the core away meanwhile. Then the
    duration is the processor time, for the rest went to somebody else."""

    duration_s: float
    disturbed: bool


class Stopwatch:
    """Times one step, from when it is made until ``stop``. All that is timed has one thread."""

    __slots__ = ("_began_s", "_cpu_s", "_cuts")

    def __init__(self) -> None:
        self._cuts = _interruptions()
        self._cpu_s = time.process_time()
        self._began_s = time.perf_counter()

    def stop(self, less_s: float = 0.0) -> Sample:
        """The step; ``less_s`` of it belonged to something else."""
        took_s = time.perf_counter() - self._began_s
        cpu_s = time.process_time() - self._cpu_s
        disturbed = _interruptions() != self._cuts
        return Sample((min(cpu_s, took_s) if disturbed else took_s) - less_s, disturbed)


def _interruptions() -> int:
    """How often the system took the core away from this process, as far as it tells."""
    return 0 if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def timed(
    step: Callable[[], object],
    count: int,
    pause_s: float = 0.0,
    back: Callable[[], object] | None = None,
) -> list[Sample]:
    """Time a step ``count`` times; ``back`` undoes it, untimed."""
    samples = []
    for _ in range(count):
        if pause_s:
            time.sleep(pause_s)  # what is measured, not a way to wait
        watch = Stopwatch()
        step()
        samples.append(watch.stop())
        if back is not None:
            back()
    return samples


def median_ms(samples: Iterable[Sample]) -> float:
    """The median of steps."""
    return statistics.median(sample.duration_s for sample in samples) * 1000


def quiet_ms(turns: Sequence[Sequence[Sample]]) -> float:
    """What a step takes while the machine leaves it alone: a quarter of the turns are not slower.

    Each turn stands for its median. On a machine with nothing else to do this is about the median
    of all; beside other work, all that is measured in turns loses the same.
    """
    medians = sorted(median_ms(turn) for turn in turns if turn)
    return medians[(len(medians) - 1) // 4]
