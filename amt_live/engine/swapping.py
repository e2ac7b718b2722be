"""Another model while the band plays: opened and fed beside the music, put in at a bar line.

The new model is opened on a thread of its own, at low priority, and hears the last bars there under
its own reading of their moods. Then, on the engine's thread, it takes the place of the old one at a
boundary ahead of the playhead: what was decoded beyond it is forgotten, as for a new mood. Whatever
goes wrong before that leaves the old model playing.
"""

import contextlib
import ctypes
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from amt_live.control.state import ErrorNotice
from amt_live.control.when import When
from amt_live.engine.meters import boundary
from amt_live.engine.model import Model
from amt_live.engine.moods import MoodDesk
from amt_live.engine.plan import Direction, Plan, Source
from amt_live.errors import AmtError, ModelError, UsageError, one_line
from amt_live.inference.generator import Sampling as Drawing
from amt_live.text.conditioning import Mood

if TYPE_CHECKING:
    from amt_live.engine.band import Band
    from amt_live.engine.stream import Stream

LEAD_S: Final = 1.0
"""A boundary lies at least so far ahead: the new model decodes its first notes meanwhile."""

MARGINS: Final = 4
"""The slower this machine decodes, the farther ahead: so many of its margins for a change."""

MAX_TRIES: Final = 5
_PRIMER_IDS: Final = 448
_NICENESS: Final = 10

Translate = Callable[[Direction], Direction]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Primer:
    """What a model hears before it plays on: ids, where bars begin, and under which directions."""

    position: int
    """Where the ids end in the stream that they come from."""
    ids: tuple[int, ...]
    marks: tuple[int, ...]
    spans: tuple[tuple[int, Direction], ...]

    @property
    def base(self) -> int:
        """Where they begin in that stream."""
        return self.position - len(self.ids)


def primer_of(stream: "Stream", position: int) -> Primer:
    """The last bars before a position."""
    known = stream.generator.snapshot()
    first = stream.generator.position - len(known.ids)
    end = max(position - first, 0)
    earliest = max(end - _PRIMER_IDS, 0)
    start = next((mark for mark in known.marks if earliest <= mark < end), earliest)
    spans = [(at - first, direction) for at, direction in stream.draws.spans(first + start)]
    return Primer(
        position,
        known.ids[start:end],
        tuple(mark - start for mark in known.marks if start <= mark < end),
        tuple((at - start, direction) for at, direction in spans if at < end),
    )


def prime(model: Model, primer: Primer, translate: Translate) -> None:
    """Let a model hear a primer: a prefill."""
    moods = []
    for index, (at, direction) in enumerate(primer.spans):
        last = index + 1 == len(primer.spans)
        end = len(primer.ids) if last else primer.spans[index + 1][0]
        moods += [translate(direction).mood] * (end - at)
    model.generator.prime(primer.ids, moods, primer.marks)


class Translator:
    """Directions as another model hears them; every source is read once. Thread: one at a time."""

    def __init__(self, model: Model) -> None:
        self._desk = MoodDesk(model.moods)
        self._moods: dict[Source, Mood] = {}

    def __call__(self, direction: Direction) -> Direction:
        """A direction with the mood that the model reads from the same words."""
        return replace(direction, mood=self.mood_of(direction.source))

    def mood_of(self, source: Source) -> Mood:
        """The mood of a source."""
        if source not in self._moods:
            self._moods[source] = self._desk.mood_of(source)
        return self._moods[source]


def put_in(stream: "Stream", model: Model, primer: Primer, translate: Translate) -> None:
    """Let a primed model go on in a stream that was rewound to where its primer ends."""
    model.generator.sampler = stream.generator.sampler
    stream.plan = Plan.of(
        [replace(c, direction=translate(c.direction)) for c in stream.plan.changes]
    )
    stream.use(model.generator, primer.base, translate)
    stream.draws.begin_as([(at, translate(direction)) for at, direction in primer.spans])


def _give_memory_back() -> None:
    """glibc keeps what a model has freed in pieces; the next model would not fit into them."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


class SwapDesk:
    """Swaps models. Thread: engine; opening and feeding happen on another one."""

    def __init__(
        self,
        band: "Band",
        open_model: Callable[[str], Model] | None,
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        """``post`` has something done on the engine's thread."""
        self._band = band
        self._open = open_model
        self._post = post
        self._is_busy = False
        self._when: When | None = None
        self._tries = 0
        self._waiting: tuple[Model, Translator, int] | None = None
        """A model that is open, and the tick to which the stream has yet to be decoded."""

    @property
    def is_busy(self) -> bool:
        """Whether a model is on its way."""
        return self._is_busy

    @property
    def is_waiting(self) -> bool:
        """Whether a model is open that cannot be put in yet."""
        return self._waiting is not None

    def turn(self) -> None:
        """Go on with a model that waits, when it can."""
        if self._waiting is not None:
            model, translate, at_ticks = self._waiting
            if not self._band.transport.is_running:
                at_ticks = self._boundary()
            elif self._band.stream.horizon_ticks < at_ticks:
                return
            self._waiting = None
            self._listen(model, translate, at_ticks)

    def swap(self, name: str, when: When | None) -> "Future[None]":
        """Open a model; the future ends when it is open, or with an AmtError and no change."""
        if self._open is None:
            raise UsageError("this band plays with one model")
        if self._is_busy:
            raise UsageError("another model is on its way; ask again in a moment")
        self._is_busy, self._when, self._tries = True, when, 0
        opened: Future[None] = Future()
        self._beside(lambda: self._load(name, opened))
        return opened

    def _beside(self, work: Callable[[], None]) -> None:
        def run() -> None:
            if sys.platform == "linux":
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
            work()

        threading.Thread(target=run, name="model", daemon=True).start()

    def _load(self, name: str, opened: "Future[None]") -> None:
        assert self._open is not None
        try:
            model = self._open(name)
        except AmtError as error:
            failed = error
        except Exception as error:  # onnxruntime and numpy raise much else; memory may be short
            _log.exception("the model cannot be opened")
            failed = ModelError(f"the model '{name}' cannot be opened ({one_line(error)})")
        else:
            self._post(lambda: self._prepare(model, Translator(model)))
            opened.set_result(None)
            return
        self._post(self._done)
        opened.set_exception(failed)

    def _done(self) -> None:
        self._is_busy = False

    def _boundary(self) -> int:
        band = self._band
        if band.transport.timeline is None:
            return band.transport.position_ticks
        lead_s = LEAD_S + MARGINS * band.health.margin_s
        lead_ticks = band.transport.ticks_in(lead_s)
        earliest_ticks = max(band.playhead_ticks + lead_ticks, band.earliest_ticks())
        when = self._when or band.quantise
        # Nothing finer than a bar: a model begins where a bar begins.
        return boundary(band.stream, when if when.bars else When.BAR, earliest_ticks)

    def _prepare(self, model: Model, translate: Translator) -> None:
        self._tries += 1
        self._waiting = (model, translate, self._boundary())
        self.turn()

    def _listen(self, model: Model, translate: Translator, at_ticks: int) -> None:
        """The new model hears what comes before a tick: beside the music while there is time."""
        if self._tries > MAX_TRIES:
            # The music turns faster than the model can listen: it listens here, once.
            primer = primer_of(self._band.stream, self._band.stream.position_at(at_ticks))
            try:
                prime(model, primer, translate)
            except Exception as error:
                self._give_up(f"the model '{model.name}' cannot play on: {one_line(error)}")
            else:
                self._use(model, primer, translate, at_ticks)
            return
        primer = primer_of(self._band.stream, self._band.stream.position_at(at_ticks))
        sources = self._sources()
        drawing = Drawing(**asdict(self._band.sampling_in_use))

        def hear() -> None:
            try:
                for source in sources:
                    translate.mood_of(source)
                model.generator.set_sampling(drawing)
                prime(model, primer, translate)
            except Exception as error:
                _log.exception("the model cannot be fed")
                why = f"the model '{model.name}' cannot play on: {one_line(error)}"
                self._post(lambda: self._give_up(why))
            else:
                self._post(lambda: self._put_in(model, primer, translate, at_ticks))

        self._beside(hear)

    def _sources(self) -> list[Source]:
        """What has to be read again: all that plays, is to come, or may be gone back to."""
        band = self._band
        directions: Iterable[Direction] = (change.direction for change in band.stream.plan.changes)
        sources = [direction.source for direction in directions]
        return [*dict.fromkeys([*sources, *band.moods.sources()])]

    def _give_up(self, why: str) -> None:
        self._is_busy = False
        self._band.publish(ErrorNotice(why))

    def _put_in(self, model: Model, primer: Primer, translate: Translator, at_ticks: int) -> None:
        band = self._band
        band.follow()
        is_late = band.transport.timeline is not None and at_ticks < band.earliest_ticks()
        position = band.stream.position_at(at_ticks)
        is_same = primer_of(band.stream, position) == primer
        if is_same and not is_late:
            self._use(model, primer, translate, at_ticks)
        else:
            self._prepare(model, translate)

    def _use(self, model: Model, primer: Primer, translate: Translator, at_ticks: int) -> None:
        band = self._band
        model.generator.set_sampling(Drawing(**asdict(band.sampling_in_use)))
        band.use_model(model, primer, translate, at_ticks)
        self._is_busy = False
        self._beside(_give_memory_back)
