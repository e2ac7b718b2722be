"""The two halves of a take log, played: the band that decodes again, the player that sends again.

Called by ``replay``. Nothing here asks what time it is: the log says when everything happened.
Whatever is not of the shape of a log raises ValueError, TypeError, KeyError or IndexError.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from amt_live.control.state import Sampling
from amt_live.engine.checkpoint import go_on_from, jump_of, waiting
from amt_live.engine.hearing import heard_of
from amt_live.engine.model import Model
from amt_live.engine.moods import MoodDesk, Reading
from amt_live.engine.plan import Plan
from amt_live.engine.queued import Queued
from amt_live.engine.recipes import plain
from amt_live.engine.stream import Stream
from amt_live.engine.swapping import Translator, prime, primer_of, put_in
from amt_live.engine.take_words import Reader, Record, whole
from amt_live.engine.tape import MAX_STEPS, chunks
from amt_live.inference.generator import Sampling as Drawing
from amt_live.midi.beginning import Beginning, beginning_of, timeline_of
from amt_live.midi.clock import ManualClock
from amt_live.midi.fields import channel_message, note_of, number_of, within
from amt_live.midi.mixer import RANGES
from amt_live.midi.performer import Performer
from amt_live.midi.take import Row
from amt_live.music.events import Event
from amt_live.music.parts import PARTS

Asked = tuple[str, Callable[[Performer], None]]
"""What the player is asked: its name in the log, and the asking."""

FORGET_EVERY: Final = 4096
"""Records after which what can no longer be gone back to is forgotten."""

NEW_ID: Final = 1 << 39
"""The id of a mood that no take has played."""

OpenModel = Callable[[str, str], Model]
"""Opens a model by its name and hash."""


def _word(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 256 or not value.isprintable():
        raise ValueError("not a word")
    return value


class ReplayedBand:
    """Decodes what a log says was decoded; ``asked`` collects what the player was asked for."""

    def __init__(self, head: Record, open_model: OpenModel) -> None:
        self.asked: deque[Asked] = deque()
        self.waiting: list[Event] = []
        """What waits to be played when the take begins."""
        self._open_model = open_model
        model = open_model(_word(head["model"]), _word(head["sha256"]))
        self.desk = MoodDesk(model.moods, draw=whole(head["seed"]))
        self.reader = Reader(self.desk.mood_of)
        self.stream = Stream(model.generator, Plan(self.desk.direction()))
        self.queued = Queued(self)
        self._draw_under(head["sampling"])
        self._actions: dict[str, Callable[[Any], None]] = {
            "begin": self._begin,
            "steps": self._steps,
            "plan": self._plan,
            "back": self._back,
            "skip": lambda value: self.stream.skip_to(whole(value)),
            "thin": self._thin,
            "jump": self._jump,
            "fill": lambda value: self.queued.fill([note_of(row) for row in value]),
            "heard": self._heard,
            "enters": self._enters,
            "entry": self._entry,
            "model": self._swap,
            "recover": lambda _: self.stream.recover(),
            "swing": self._swing,
            "pinned": self._pin,
            "seed": lambda value: self.stream.generator.sampler.seed(whole(value)),
            "sampling": self._draw_under,
            "timeline": self._timeline,
            "part": self._part,
            "halt": lambda _: self.asked.append(("halt", lambda player: player.halt())),
        }

    def take_in(self, record: Record) -> None:
        """Do what a record of the band says."""
        if "do" in record:
            self._actions[record["do"]](record["with"])
        elif "mood" in record or "controls" in record:
            self.reader.take_in(record)
        elif "checkpoint" in record:
            go_on_from(record["checkpoint"], self.stream, self.queued.placer, self.reader)
            self.waiting = waiting(record["checkpoint"])

    def schedule(self, events: Sequence[Event]) -> None:
        """What the band queues."""
        for some in chunks(list(events)):
            self.asked.append(("schedule", lambda player, some=some: player.schedule(some)))  # type: ignore[misc]

    def drop_from(self, ticks: int) -> None:
        """What the band takes back."""
        self.asked.append(("drop", lambda player: player.drop_from(ticks)))

    def forget_before(self, ticks: int) -> None:
        """Nobody goes back to before a tick any more."""
        self.stream.forget_before(ticks)
        self.stream.plan.forget_before(ticks)
        self.queued.forget_before(ticks)

    def turn(self, from_ticks: int, mood: Reading | None, seed: int | None) -> None:
        """Go back to a tick and another way from there; the model draws from here on."""
        if mood is not None:
            self.stream.plan.revise(from_ticks, mood.put)
        self.stream.rewind(from_ticks)
        self.queued.go_back(from_ticks)
        self.stream.draws.follow(None)
        if seed is not None:
            self.stream.generator.sampler.seed(seed)

    def read(self, text: str) -> Reading:
        """Read a new mood."""
        return replace(self.desk.read(plain(text)), id=NEW_ID)

    def decode_to(self, ticks: int) -> None:
        """Decode on, up to a tick."""
        while self.stream.horizon_ticks < ticks:
            if events := self.stream.advance():
                self.queued.put(events)

    def _swap(self, value: Any) -> None:
        at_ticks = whole(value["at"])
        model = self._open_model(_word(value["name"]), _word(value["sha256"]))
        translate = Translator(model)
        model.generator.set_sampling(self.stream.generator.sampling)
        primer = primer_of(self.stream, self.stream.position_at(at_ticks))
        prime(model, primer, translate)
        self.stream.rewind(at_ticks)
        self.queued.go_back(at_ticks)
        put_in(self.stream, model, primer, translate)
        self.desk.use(model.moods, translate.mood_of)
        self.reader.use(self.desk.mood_of)

    def _begin(self, value: Any) -> None:
        origin_ticks = whole(value["origin"])
        self.stream.generator.sampler.seed(whole(value["seed"]))
        self.queued.clear()
        self.stream.begin(origin_ticks)
        if value["count_in"]:
            self.queued.count_in(origin_ticks)

    def _steps(self, value: Any) -> None:
        count, drawn = value
        self.stream.draws.follow(whole(token) for token in drawn)
        for _ in range(within(count, 1, MAX_STEPS)):
            if events := self.stream.advance():
                self.queued.put(events)
        self.stream.draws.drawn.clear()

    def _plan(self, value: Any) -> None:
        self.stream.plan = self.reader.plan(value)

    def _back(self, value: Any) -> None:
        self.stream.rewind(whole(value))
        self.queued.go_back(whole(value))

    def _jump(self, value: Any) -> None:
        self.stream.go_on_at(None if value is None else jump_of(value, self.stream, self.reader))

    def _enters(self, value: Any) -> None:
        self.stream.enters_at = whole(value)

    def _heard(self, value: Any) -> None:
        self.stream.heard_bars = heard_of(value)

    def _thin(self, value: Any) -> None:
        self.stream.most_notes = None if value is None else whole(value)

    def _entry(self, value: Any) -> None:
        self.queued.entry_ticks = whole(value)

    def _swing(self, value: Any) -> None:
        amount, from_ticks = value
        if amount is not None and not 0 <= number_of(amount) <= 1:
            raise ValueError("not a swing")
        self.queued.set_swing(amount, None if from_ticks is None else whole(from_ticks))

    def _pin(self, value: Any) -> None:
        self.stream.pinned_programs = {
            within(part, 0, len(PARTS) - 1): within(program, 0, 127) for part, program in value
        }

    def _draw_under(self, value: Any) -> None:
        sampling = Sampling(**value)
        numbers = (sampling.temperature, sampling.top_p, sampling.guidance)
        self.stream.generator.set_sampling(
            Drawing(
                number_of(numbers[0]),
                number_of(numbers[1]),
                within(sampling.top_k, 0, 512),
                number_of(numbers[2]),
            )
        )

    def _timeline(self, value: Any) -> None:
        timeline = timeline_of(value)
        self.asked.append(("timeline", lambda player: player.set_timeline(timeline)))

    def _part(self, value: Any) -> None:
        index, field, setting = value
        within(index, 0, len(PARTS) - 1)
        within(setting, RANGES[field].start, RANGES[field].stop - 1)
        self.asked.append(("part", lambda player: player.set_part(index, field, setting)))


class ReplayedPlayer:
    """Does what a player did, at the moments at which it did it; collects the rows of the take."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.performer = Performer(lambda *_: None, self.clock, lambda *_: None)
        self.rows: list[Row] = []
        self.bars: list[tuple[float, int, int]] = []
        """Each bar line: its moment, its tick in the take, its tick for the band."""
        self._is_over = False

    def begin(self, record: Record, events: Sequence[Event]) -> None:
        """The take begins as the log says, with these events queued."""
        beginning: Beginning = beginning_of(record)
        at_s = number_of(record["t"])
        self.performer.schedule(events)
        self.clock.move_to(at_s)
        self.performer.take_begin_as(beginning, self._put, at_s)

    def do(self, record: Record, asked: deque[Asked]) -> None:
        """Do what a record of the player says."""
        what, at_s = record["p"], number_of(record["t"])
        if self._is_over:
            raise ValueError("more than the take")
        if "f" in record:
            self.advance(number_of(record["f"]))
            self.clock.move_to(at_s)
            if what == "stall":
                self.performer.run_due()
            elif what == "silence":
                self.performer.silence()
            elif what == "end":
                self.performer.take_stop()
                self._is_over = True
            return
        self.advance(at_s)
        if what == "panic":
            self.performer.panic()
            return
        if what == "thru":
            self.performer.send_on(channel_message(record["d"]))
            return
        name, ask = asked.popleft()
        if name != what:
            raise ValueError("the halves of the log do not match")
        ask(self.performer)

    def advance(self, to_s: float) -> None:
        """Send what is due up to a moment, each when it is due."""
        if to_s <= self.clock.now():
            return
        while (at_s := self.performer.next_at_s()) is not None and at_s <= to_s:
            self.clock.move_to(at_s)
            self.performer.run_due()
        self.clock.move_to(to_s)

    def advance_to_rows(self, count: int) -> None:
        """Send on until the take has so many rows: where it was cut short."""
        while len(self.rows) < count and (at_s := self.performer.next_at_s()) is not None:
            self.clock.move_to(at_s)
            self.performer.run_due()

    def playhead_ticks(self) -> int:
        """The position that is heard; before everything while nothing moves."""
        timeline = self.performer.timeline
        return -1 if timeline is None else int(timeline.ticks_at(self.clock.now()))

    def end_at(self, ticks: int) -> None:
        """Play on to a tick of the band, and end the take there."""
        timeline = self.performer.timeline
        if timeline is not None:
            self.advance(timeline.seconds_at(ticks))
        self.performer.halt()
        self.performer.take_stop()

    def _put(self, row: Row) -> None:
        self.rows.append(row)
        if row[1] == "bar":
            ticks = int(row[0])
            self.bars.append((self.clock.now(), ticks, self.performer.band_ticks(ticks)))
