"""Reads many MIDI files in many processes, none of which a file can take down.

A worker is a process of its own: a file that crashes it, or keeps it for too long, is refused and
the rest goes on in a fresh one. Workers are spawned, not forked, so that each holds only its own
end of one pipe: when the main process is killed they see the end of it and leave.
"""

import contextlib
import hashlib
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import NOTE
from amt_live.errors import AmtError
from export.near_duplicates import Sketches, sketches

TIME_LIMIT_S: Final = 20.0
"""Far more than the largest file takes on a busy machine (well below a second)."""
START_LIMIT_S: Final = 120.0
MEMORY_BYTES: Final = 4 << 30
BATCH: Final = 16
CRASHED: Final = "the reader crashed on it"
TOO_LONG: Final = f"took more than {TIME_LIMIT_S:.0f} s to read"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of a file besides its notes; ``refused`` says why there are none."""

    refused: str = ""
    programs: tuple[int, ...] = ()
    content: str = ""
    shape: str = ""
    seconds: float = 0.0
    bpm: float = 0.0
    metre: str = ""
    key: int = -1
    key_fit: float = 0.0
    dropped_drums: int = 0
    notes: int = 0
    bars: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as it was read: facts, notes [N] of NOTE, bars [B, 2], sketches."""

    facts: Facts
    notes: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, NOTE))
    bars: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    sketches: Sketches = field(
        default_factory=lambda: Sketches(np.zeros(0, np.uint64), np.zeros(0, np.uint64))
    )


@dataclass(frozen=True, slots=True)
class Job:
    """One file to be read."""

    data: bytes
    td11: bool = False

    @property
    def key(self) -> str:
        """The same for the same bytes, read in the same way."""
        return hashlib.sha1(b"td11" * self.td11 + self.data).hexdigest()


def parse(job: Job) -> Parsed:
    """Read one file; what cannot be used comes back refused. Runs in a worker."""
    from export.midi_files import Refused, read_piece

    try:
        piece = read_piece(job.data, td11=job.td11)
    except Refused as why:
        return Parsed(Facts(refused=str(why)))
    except (MemoryError, RecursionError):
        return Parsed(Facts(refused="needs too much memory"))
    facts = Facts(
        programs=piece.programs,
        content=piece.content,
        shape=piece.shape,
        seconds=piece.seconds,
        bpm=piece.bpm,
        metre=piece.metre,
        key=piece.key,
        key_fit=piece.key_fit,
        dropped_drums=piece.dropped_drums,
        notes=len(piece.notes),
        bars=len(piece.bars),
    )
    return Parsed(facts, piece.notes, piece.bars, sketches(piece.notes))


Parse = Callable[[Job], Parsed]


def _work(pipe: Connection, parse_one: Parse) -> None:
    """A worker's life: batches in, one answer a file, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides
    _limit_memory()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        if parse_one is parse:
            import export.midi_files  # noqa: F401 - not on the first file's time

        pipe.send("ready")
        while True:
            for job in pipe.recv():
                pipe.send(parse_one(job))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is there, or macOS
            resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))


class _Worker:
    """One process, and the jobs that it has not answered yet."""

    def __init__(self, parse_one: Parse, jobs: list[Job]) -> None:
        context: Any = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, parse_one), daemon=True)
        self.process.start()
        theirs.close()
        self.jobs = jobs
        self.ready = False
        self.since = time.perf_counter()

    def give(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.since = time.perf_counter()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # found out when waiting
            self.pipe.send(jobs)

    def left_s(self, time_limit_s: float) -> float:
        """Seconds until it is held to be stuck."""
        limit = time_limit_s if self.ready else START_LIMIT_S
        return limit - (time.perf_counter() - self.since)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


class Readers:
    """Some workers. Use as a context; ``read`` once."""

    def __init__(
        self, processes: int, parse_one: Parse = parse, time_limit_s: float = TIME_LIMIT_S
    ) -> None:
        self._processes = max(1, processes)
        self._parse = parse_one
        self._time_limit_s = time_limit_s
        self._again: list[Job] = []
        self._workers: list[_Worker] = []

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def read(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Parsed]]:
        """Each job with its answer, in any order."""
        while len(self._workers) < self._processes and (batch := self._next(jobs)):
            self._workers.append(_Worker(self._parse, batch))
        while busy := [worker for worker in self._workers if worker.jobs]:
            patience = max(0.0, min(worker.left_s(self._time_limit_s) for worker in busy))
            heard = wait([worker.pipe for worker in busy], timeout=patience)
            for worker in busy:
                if worker.pipe in heard:
                    yield from self._hear(worker, jobs)
                elif worker.left_s(self._time_limit_s) <= 0:
                    yield self._replace(worker, TOO_LONG, jobs)

    def _next(self, jobs: Iterator[Job]) -> list[Job]:
        batch, self._again = self._again[:BATCH], self._again[BATCH:]
        while len(batch) < BATCH and (job := next(jobs, None)) is not None:
            batch.append(job)
        return batch

    def _hear(self, worker: _Worker, jobs: Iterator[Job]) -> Iterator[tuple[Job, Parsed]]:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            if not worker.ready:
                raise AmtError(
                    "a process that reads files ended as it started: is there memory left, and is "
                    "symusic installed?"
                ) from None
            yield self._replace(worker, CRASHED, jobs)
            return
        if worker.ready:
            yield worker.jobs.pop(0), answer
            worker.since = time.perf_counter()
            if not worker.jobs and (batch := self._next(jobs)):
                worker.give(batch)
        else:
            worker.ready = True
            worker.give(worker.jobs)

    def _replace(self, worker: _Worker, why: str, jobs: Iterator[Job]) -> tuple[Job, Parsed]:
        """End a worker that is stuck or gone, refuse its file, give the rest to a new one."""
        if not worker.ready:
            raise AmtError("a process that reads files did not start within two minutes")
        lost, self._again = worker.jobs[0], self._again + worker.jobs[1:]
        worker.end()
        self._workers.remove(worker)
        if batch := self._next(jobs):
            self._workers.append(_Worker(self._parse, batch))
        return lost, Parsed(Facts(refused=why))
