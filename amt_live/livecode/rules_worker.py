"""The process that runs one version of a rules file: events in, lines of the language out.

Started by ``rules_host`` as ``python -m amt_live.livecode.rules_worker``, one JSON object a line
both ways: first ``{"name", "source"}``, then ``{"event", "value", "band"}``, with ``budget_s``, and
answered by ``{"lines", "leans", "said"}`` or ``{"why", "line", "trace"}``. What takes too long is
interrupted, so that its line can be told; what cannot be interrupted, its starter kills. It is
polite (low priority) and bounded in memory, so that the music never waits for it.
"""

import contextlib
import ctypes
import io
import json
import linecache
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from amt_live.control.leans import Leans, leans_of
from amt_live.livecode.rules import EVERY, LOGITS, ON_MOOD, PATIENCE, Ahead, Band

NICENESS: Final = 10
MEMORY_BYTES: Final = 1 << 30
MAX_SAID_CHARS: Final = 200
MAX_TRACE_CHARS: Final = 800
_PR_SET_PDEATHSIG: Final = 1

Namespace = dict[str, Any]
Wanted = tuple[list[str], Leans]
"""Lines to say and what to lean on."""


def main() -> int:
    """Serve until the pipe ends; returns the exit code."""
    _be_polite()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the rules, or a library in C, write to stdout must not get among the answers.
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(nothing, number)
    asked: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin, asked), daemon=True).start()
    sys.stdin = open(os.devnull)  # the rules must not read the pipe
    first = json.loads(asked.get())
    name = first["name"]
    functions: list[Any] = []

    def load() -> Wanted:
        functions.extend(_functions(name, first["source"]))
        return [], ()

    def call(question: dict[str, Any]) -> Wanted:
        band = Band(question["band"])
        for function in functions:
            _call(function, question["event"], question["value"], band)
        return band.lines, _leans(functions, question)

    _answer(answers, name, load, first["budget_s"])
    while True:
        question = json.loads(asked.get())
        _answer(answers, name, partial(call, question), question["budget_s"])


def _be_polite() -> None:
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    if sys.platform == "linux":
        # The thread that reads the pipe notices the same, unless C code holds the interpreter.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _read(pipe: IO[str], asked: "queue.SimpleQueue[str]") -> None:
    for line in pipe:
        asked.put(line)
    os._exit(0)


def _functions(name: str, source: str) -> list[Any]:
    """Run the file; its marked functions, in their order."""
    sys.path.insert(0, str(Path(name).parent))
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: Namespace = {"__name__": "rules", "__file__": name}
    exec(compile(source, name, "exec"), space)
    marks = (EVERY, ON_MOOD, LOGITS)
    found = [value for value in space.values() if any(hasattr(value, mark) for mark in marks)]
    return list(dict.fromkeys(found))


def _call(function: Any, event: str, value: Any, band: Band) -> None:
    if event == "bar" and hasattr(function, EVERY):
        if (band.bar - 1) % getattr(function, EVERY) == 0:
            function(band)
    elif event == "mood" and hasattr(function, ON_MOOD):
        function(band, value)


class _Rubbish(ValueError):
    """What a function gave is no lean; ``line`` is where the function begins."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


def _leans(functions: list[Any], question: dict[str, Any]) -> Leans:
    """What the functions for logits want of the bar ahead: all of it together."""
    wanted: list[tuple[str, float]] = []
    for function in functions:
        if question["event"] == "bar" and hasattr(function, LOGITS):
            ahead = Ahead(question["band"])
            returned = function(ahead)
            try:
                wanted += ahead.leans(returned)
                leans_of(wanted)
            except ValueError as error:
                line = getattr(getattr(function, "__code__", None), "co_firstlineno", 0)
                raise _Rubbish(str(error), line) from None
    return leans_of(wanted)


def _answer(answers: IO[str], name: str, work: Callable[[], Wanted], budget_s: float) -> None:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), _interrupted_after(budget_s):
            lines, leans = work()
            answer: dict[str, Any] = {"lines": lines, "leans": leans}
        answer["said"] = " ".join(said.getvalue().split())[-MAX_SAID_CHARS:]
    except BaseException as error:  # SystemExit and KeyboardInterrupt are only errors of the rules
        answer = _failure(error, name)
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


class _TakesTooLong(BaseException):
    """Raised inside of rules; not an Exception, which they might catch and go on."""


@contextlib.contextmanager
def _interrupted_after(budget_s: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer"):  # Windows: the process is killed
        yield
        return

    def interrupt(number: int, _frame: object) -> None:
        how = f"{budget_s:g} s of the processor"
        if number == signal.SIGALRM:
            how = f"{budget_s * PATIENCE:g} s"
        raise _TakesTooLong(f"takes longer than {how}; do less, or do it in another way")

    signal.signal(signal.SIGPROF, interrupt)
    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_PROF, budget_s)
    signal.setitimer(signal.ITIMER_REAL, budget_s * PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _failure(error: BaseException, name: str) -> dict[str, Any]:
    """What went wrong, its line in the rules, and the frames that are the rules' own."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == name]
    kind = type(error).__name__
    said = f"{kind}: {error}" if isinstance(error, Exception) else str(error) or kind
    why = " ".join(said.split())[:300]
    line = frames[-1].lineno or 0 if frames else 0
    if isinstance(error, _Rubbish):
        line, why = error.line, str(error)[:300]
    if isinstance(error, SyntaxError) and error.filename == name:
        line, why = error.lineno or 0, f"{kind}: {error.msg}"
    shown = [f"line {f.lineno} in {f.name}: {f.line}" for f in frames]
    return {"why": why, "line": line, "trace": "; ".join(shown)[-MAX_TRACE_CHARS:]}


if __name__ == "__main__":
    sys.exit(main())
