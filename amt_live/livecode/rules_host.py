"""Keeps a rules file running: a process of its own, a time budget, and a way back from what fails.

Runs on the loop of the process that follows set list and rules. A new version is loaded beside the
old one and takes its place once it has loaded. A call that raises or takes too long ends the
version: the one before it is started again, and the reason is reported.
"""

import asyncio
import contextlib
import json
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from amt_live.control.leans import Leans, leans_of
from amt_live.livecode.rules import PATIENCE

LOAD_S: Final = 10.0
"""Processor time that a file may take to load; heavy imports are slow, and nobody waits."""

CALL_S: Final = 2.0
"""Processor time that the functions of a file may take for one event."""

GRACE_S: Final = 2.0
"""What interrupts them by itself has so much longer; then the process is killed."""

MAX_VERSIONS: Final = 8
MAX_EVENTS: Final = 8
MAX_ANSWER_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a version failed: one line, its line in the file (0: none), its frames."""

    why: str
    line: int = 0
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call wants: lines of the language, and leans; ``said`` is what it printed."""

    lines: tuple[str, ...] = ()
    said: str = ""
    leans: Leans = ()


class Worker:
    """One process with one version of the rules."""

    def __init__(self, name: str, source: str) -> None:
        self.source = source
        self._name = name
        self._process: asyncio.subprocess.Process | None = None

    async def load(self) -> Answer | Failure:
        """Start the process and run the file."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "amt_live.livecode.rules_worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=MAX_ANSWER_BYTES,
        )
        return await self._ask({"name": self._name, "source": self.source}, LOAD_S)

    async def call(self, event: str, value: Any, band: dict[str, Any]) -> Answer | Failure:
        """Have the functions called for one event."""
        return await self._ask({"event": event, "value": value, "band": band}, CALL_S)

    async def close(self) -> None:
        """End the process, whatever it does."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _ask(self, question: dict[str, Any], budget_s: float) -> Answer | Failure:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps({**question, "budget_s": budget_s}).encode() + b"\n")
            async with asyncio.timeout(budget_s * PATIENCE + GRACE_S):
                line = await process.stdout.readline()
            answer = json.loads(line)
            leans = leans_of((str(name), nats) for name, nats in answer.get("leans", ()))
        except TimeoutError:
            why = f"takes longer than {budget_s * PATIENCE:g} s; do less, or do it in another way"
            return Failure(why)
        except (ValueError, TypeError, AttributeError, OSError):
            return Failure("the process of the rules ended; what it ran may have ended it")
        if "why" in answer:
            return Failure(answer["why"], int(answer["line"]), answer["trace"])
        return Answer(tuple(map(str, answer["lines"])), answer["said"], leans)


@dataclass(slots=True)
class RulesHost:
    """The rules that run now, and those that ran before. All methods: on one loop.

    ``say`` gets the lines that rules say, ``tell`` what became of a version (None: it runs) and
    what it printed, ``lean`` in which bar they lean on what.
    """

    name: str
    read_band: Callable[[], dict[str, Any]]
    say: Callable[[str], None]
    tell: Callable[[Failure | None, str], None]
    lean: Callable[[int, Leans], None] = lambda bar, leans: None
    _current: Worker | None = None
    _good: list[str] = field(default_factory=list)
    _events: deque[tuple[str, Any]] = field(default_factory=lambda: deque(maxlen=MAX_EVENTS))
    _fresh: str | None = None
    _loading: asyncio.Task[None] | None = None
    _loaded: tuple[Worker, Answer | Failure] | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def save(self, source: str) -> None:
        """A new version of the file; one that is still loading is forgotten."""
        self._fresh = source
        self._wake.set()

    def event(self, kind: str, value: Any) -> None:
        """Something happened; while the rules are busy only the newest events are kept."""
        if self._current is not None:
            self._events.append((kind, value))
            self._wake.set()

    async def run(self) -> None:
        """Load, call and roll back, until cancelled. Events go on while a version loads."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                if self._fresh is not None:
                    await self._begin(self._fresh)
                if self._loaded is not None:
                    await self._take_over(*self._loaded)
                if self._events:
                    await self._call(*self._events.popleft())
                if self._events or self._loaded is not None:
                    self._wake.set()
        finally:
            await self._forget_loading()
            if self._current is not None:
                await self._current.close()

    async def _begin(self, source: str) -> None:
        self._fresh = None
        await self._forget_loading()
        self._loading = asyncio.create_task(self._load(source))

    async def _load(self, source: str) -> None:
        worker = Worker(self.name, source)
        try:
            answer = await worker.load()
        except asyncio.CancelledError:
            await worker.close()
            raise
        except OSError as error:
            answer = Failure(f"no process can be started ({error.strerror}); save again later")
        self._loaded = (worker, answer)
        self._wake.set()

    async def _forget_loading(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
            self._loading = None
        if self._loaded is not None:
            await self._loaded[0].close()
            self._loaded = None

    async def _take_over(self, worker: Worker, answer: Answer | Failure) -> None:
        """Only when it has loaded does a version take the place of the present one."""
        self._loaded = self._loading = None
        if isinstance(answer, Failure):
            await worker.close()
            self.tell(answer, "")
            if self._current is None and worker.source in self._good:
                self._good.remove(worker.source)  # it ran once, and does not even load any more
                await self._go_back()
            return
        if self._current is not None:
            await self._current.close()
        self._current = worker
        self._good = [good for good in self._good if good != worker.source][-MAX_VERSIONS + 1 :]
        self._good.append(worker.source)
        self._events.clear()
        self.tell(None, answer.said)
        for line in answer.lines:
            self.say(line)

    async def _call(self, kind: str, value: Any) -> None:
        if self._current is None:
            return
        band = self.read_band()
        if kind == "bar":
            band["bar"] = value  # the band may be further by now
        answer = await self._current.call(kind, value, band)
        if isinstance(answer, Failure):
            failed, self._current = self._current, None
            await failed.close()
            self._good = [good for good in self._good if good != failed.source]
            self.tell(answer, "")
            await self._go_back()
            return
        for line in answer.lines:
            self.say(line)
        if answer.leans:
            self.lean(int(band.get("ahead", 0)), answer.leans)
        if answer.said:
            self.tell(None, answer.said)

    async def _go_back(self) -> None:
        """Start the version before, unless a newer one is on its way."""
        self._events.clear()
        if self._good and self._loading is None and self._fresh is None:
            self._loading = asyncio.create_task(self._load(self._good[-1]))
