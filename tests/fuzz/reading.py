"""Hostile datagrams through the whole way of a message, without a socket: read, looked up, done.

No rate limit stands before it here, so every datagram is read to its end, and what makes sense is
carried out by a band on a clock that does not tick.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from itertools import chain, islice
from pathlib import Path

from amt_live.control.commands import Command
from amt_live.errors import AmtError
from amt_live.midi_in.desk import HandsDesk
from amt_live.osc.arguments import Refusal, values_of
from amt_live.osc.codec import Malformed, items_of
from amt_live.osc.intake import panics_in
from amt_live.osc.limits import Limits
from amt_live.osc.routing import command_of, look_up
from tests.engine.stage import Stage
from tests.fuzz.datagrams import Corpus, giants

_LIMITS = Limits()
PLAY_EVERY = 50
"""Commands after which the band plays on for a moment."""


def read(data: bytes) -> Iterable[tuple[str, Command | None]]:
    """What becomes of each message of a datagram: ``malformed``, ``refused``, ``read``, ``done``.

    Anything raised but a Refusal, or said in more than one line, is a defect.
    """
    panics_in(data, _LIMITS)
    for item in items_of(data, _LIMITS, time.perf_counter(), time.time()):
        if isinstance(item, Malformed):
            assert "\n" not in item.why
            yield "malformed", None
            continue
        try:
            route = look_up(item.address)
            if route.entry.kind == "service":
                values_of(route.entry.arguments, item.atoms)
                yield "read", None
            elif route.entry.kind in ("push", "reading") or (not item.atoms and route.entry.read):
                yield "read", None
            else:
                yield "done", command_of(route, item.atoms)
        except Refusal as refusal:
            assert "\n" not in str(refusal) and len(str(refusal)) < 600
            yield "refused", None


def read_all(
    count: int, seed: int, progress: Callable[[int], object] = lambda done: None
) -> Counter[str]:
    """Read so many datagrams and carry out what they ask for; what became of them, counted."""
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        stage.play()
        hands = _hands(stage)
        for number, data in enumerate(chain(giants(), islice(Corpus(seed), count))):
            seen["datagrams"] += 1
            for outcome, command in read(data):
                seen[outcome] += 1
                if command is not None:
                    _carry_out(stage, hands, command, seen)
            if number % 1000 == 999:
                progress(1000)
    return seen


def _hands(stage: Stage) -> HandsDesk:
    """What takes commands before the band does, as in the daemon."""

    def submit(command: Command) -> "Future[None]":
        stage.do(command)
        done: Future[None] = Future()
        done.set_result(None)
        return done

    return HandsDesk(
        submit, lambda notes: None, lambda data: None, lambda: stage.band.state, lambda why: None
    )


def _carry_out(stage: Stage, hands: HandsDesk, command: Command, seen: Counter[str]) -> None:
    try:
        if not hands.execute(command):
            stage.do(command)
    except AmtError as error:
        assert "\n" not in str(error)
        seen["undone"] += 1
    if seen["done"] % PLAY_EVERY == 0:
        stage.notices.clear()
        stage.played.clear()
        stage.reader.read_texts.clear()
        stage.run(0.1)
