"""Plays requests on a manual clock: as fast as the machine decodes, and the same notes every time.

Called by ``render`` (files) and by the evaluation (windows). Many takes are played by several
processes of one thread each, one take at a time: putting their decode steps into one batch was
measured not to help (a step of 8 guided streams takes 9 to 12 times that of one, because a CPU is
busy with a single one already), and the 8-bit kernels would make a take depend on its neighbours.
So a take is the same bytes whoever else is played.
"""

import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from amt_live.control.commands import Command, Transport
from amt_live.control.state import Notice, Sampling
from amt_live.engine.band import Band, Settings
from amt_live.engine.controls import Controls
from amt_live.engine.model import Model, open_model
from amt_live.engine.takes import TakeDesk
from amt_live.errors import AmtError
from amt_live.midi.clock import ManualClock
from amt_live.midi.memory_output import MemoryOutput
from amt_live.midi.output import NotesSent, PlayerReport
from amt_live.midi.smf import Song
from amt_live.music.beats import TICKS_PER_QUARTER
from amt_live.music.events import Bar, Note

Progress = Callable[[int, int], None]
"""Bars done, bars wanted."""

Follow = Callable[[Notice | None], Iterable[Command]]
"""Hears what the band tells, in order, and says what to do then; first None, before the first note.
Commands are carried out before the music goes on, as a performer's would be."""

_SLIVER_S: Final = 0.001
"""No note lies so close before the end."""

_NOWHERE: Final = Path("take.mid")
"""A recording has a name, though nothing is written here."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be played. ``changes`` are (beat, command), in order: those at beat 0 are set
    before the first note, later ones are given as soon as the playhead is there, as a performer
    would."""

    text: str
    seed: int = 0
    bars: int = 8
    tempo_bpm: float = 120.0
    sampling: Sampling = field(default_factory=Sampling)
    changes: tuple[tuple[float, Command], ...] = ()


@dataclass(frozen=True, slots=True)
class Take:
    """What was played: the song as a file would hold it, the notes as sent, the bars."""

    song: Song
    notes: tuple[Note, ...]
    bars: tuple[Bar, ...]
    duration_s: float
    """Of the music."""
    tokens: int
    """Ids of the stream."""
    cpu_s: float
    """Of one core, to play it: what else runs on the machine does not count."""


class Stage:
    """An opened model and what it needs to play one request after the other. Thread: one."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def play(
        self, request: Request, progress: Progress | None = None, follow: Follow | None = None
    ) -> Take:
        """Play a request to its last bar; raises AmtError for a command that cannot be done."""
        began_s = time.thread_time()
        # The cache of the take before would be filled for guidance, only to be emptied.
        self.model.generator.reset()
        played = _Performance(self.model, request, follow)
        return played.run(progress or _unwatched, began_s)


class _Performance:
    """One request while it is played."""

    def __init__(self, model: Model, request: Request, follow: Follow | None) -> None:
        self._follow = follow
        self._told: list[Notice] = []
        publish = _ignore if follow is None else self._told.append
        self._generator = model.generator
        self._request = request
        self._clock = ManualClock()
        self._output = MemoryOutput(self._clock, self._on_report)
        settings = Settings(
            request.text, request.tempo_bpm, request.seed, request.sampling, model.name
        )
        self._band = Band(
            model.generator, model.moods, self._output, self._clock, settings, publish
        )
        self._controls = Controls(self._band, TakeDesk(_NOWHERE.parent))
        self._waiting = [
            (round(beat * TICKS_PER_QUARTER), command) for beat, command in request.changes
        ]
        self._notes: list[Note] = []
        self._bars: dict[int, Bar] = {}
        self._began_s: float | None = None
        """When the first beat sounded: a timeline knows the present tempo only."""

    def run(self, progress: Progress, began_s: float) -> Take:
        """Play it all."""
        self._obey(None)
        self._give_until(0)
        self._output.take_start(_NOWHERE)
        self._controls.execute(Transport("play"))
        wanted = self._request.bars
        while self._left_s() > _SLIVER_S:
            rest_s = self._band.turn()
            if self._began_s is None and self._band.transport.timeline is not None:
                self._began_s = self._band.transport.timeline.seconds_at(0)
            self._note_bars(progress)
            if self._listen():
                continue
            if rest_s > 0:
                self._move(min(rest_s, max(self._left_s(), 0.0)))
        timeline = self._band.transport.timeline
        while timeline is None:  # a single short bar ends before the playhead moves
            self._band.turn()
            timeline = self._band.transport.timeline
        end_ticks = self._bars[wanted].start_ticks
        tokens = self._generator.position
        self._output.drop_from(end_ticks)
        end_s = timeline.seconds_at(end_ticks)
        self._output.advance(end_s)
        self._controls.execute(Transport("stop"))
        progress(wanted, wanted)
        return Take(
            self._output.end_recording(),
            tuple(self._notes),
            tuple(self._bars[number] for number in range(wanted)),
            end_s - (timeline.seconds_at(0) if self._began_s is None else self._began_s),
            tokens,
            time.thread_time() - began_s,
        )

    def _left_s(self) -> float:
        """How long it is to be played on, at most.

        Until the last bar is decoded; where somebody follows, who may still change it, until just
        before its end.
        """
        last, timeline = self._bars.get(self._request.bars), self._band.transport.timeline
        if last is None:
            return math.inf
        if self._follow is None or timeline is None:
            return 0.0
        return timeline.seconds_at(last.start_ticks) - self._clock.now() - _SLIVER_S

    def _move(self, rest_s: float) -> None:
        """Let time pass, but not past the next command."""
        to_s = self._clock.now() + rest_s
        timeline = self._band.transport.timeline
        if self._waiting and timeline is not None:
            to_s = min(to_s, max(timeline.seconds_at(self._waiting[0][0]), self._clock.now()))
        self._output.advance(to_s)
        self._give_until(self._band.playhead_ticks)

    def _listen(self) -> bool:
        """Hand on what the band told; whether anything was done about it."""
        told = self._told[:]
        self._told.clear()
        return sum(self._obey(notice) for notice in told) > 0

    def _obey(self, notice: Notice | None) -> bool:
        commands = list(self._follow(notice)) if self._follow is not None else []
        for command in commands:
            self._execute(command)
        return bool(commands)

    def _execute(self, command: Command) -> None:
        self._controls.execute(command)
        # What was decoded ahead is taken back, and bars may be of another length then.
        known = self._band.stream.bars
        last = known[-1].number if known else -1
        self._bars = {n: bar for n, bar in self._bars.items() if n <= last}

    def _give_until(self, ticks: int) -> None:
        # Half a tick of rounding must not hold a command back for ever.
        while self._waiting and self._waiting[0][0] <= ticks + 1:
            self._execute(self._waiting.pop(0)[1])

    def _note_bars(self, progress: Progress) -> None:
        bars = self._band.stream.bars
        if bars and bars[-1].number not in self._bars:
            self._bars[bars[-1].number] = bars[-1]
            progress(min(bars[-1].number, self._request.bars), self._request.bars)

    def _on_report(self, report: PlayerReport) -> None:
        if isinstance(report, NotesSent):
            self._notes.extend(report.notes)


def play_many(
    model_folder: Path, requests: Sequence[Request], processes: int | None = None
) -> Iterator[tuple[int, Take]]:
    """Play requests, yielding (index, take) as they are done, in any order.

    ``processes`` None is one for each core that this process may use. Raises AmtError.
    """
    count = min(processes or usable_cores(), len(requests))
    if count <= 1:
        for index, request in enumerate(requests):
            yield index, _stage(model_folder).play(request)
        return
    context = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(count, context, _begin_process)
    try:
        yield from _spread(pool, model_folder, requests, 2 * count)
    except BrokenProcessPool:
        raise AmtError(
            "a playing process was ended from outside (out of memory?); start the command again"
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
            child.join()


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _spread(
    pool: ProcessPoolExecutor, folder: Path, requests: Sequence[Request], at_once: int
) -> Iterator[tuple[int, Take]]:
    rest = iter(enumerate(requests))
    under_way: dict[Future[Take], int] = {}
    while True:
        for index, request in islice(rest, at_once - len(under_way)):
            under_way[pool.submit(_play_in_process, folder, request)] = index
        if not under_way:
            return
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            yield under_way.pop(future), future.result()


def _play_in_process(folder: Path, request: Request) -> Take:
    return _stage(folder).play(request)


@lru_cache(maxsize=1)
def _stage(folder: Path) -> Stage:
    """The stage of this process: opening a model takes about as long as playing eight bars."""
    return Stage(open_model(folder))


def _begin_process() -> None:
    """Interrupting is the parent's business, and nothing goes on when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: "multiprocessing.process.BaseProcess") -> None:
    parent.join()
    os._exit(1)


def _unwatched(done: int, wanted: int) -> None:
    del done, wanted


def _ignore(notice: Notice) -> None:
    del notice
