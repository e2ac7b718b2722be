"""Call and response: hands play some bars, the band listens, and answers in their key and density.

Thread: engine. The bars of a call stand in the stream as bars that somebody else played: empty at
first, so that the band is silent there and decodes its answer all the same; each takes what was
heard as soon as it is over, and the stream goes back to its line. So the answer follows in time
whatever is played, and nothing waits for anybody. What a take log keeps of it are these bars.

In the last bar what comes too late to be listened to is left out; the answer begins on its beat.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from amt_live.control.hands import (
    MAX_CALL_BARS,
    NO_CALL,
    CallState,
    PlayedNote,
    StartCall,
)
from amt_live.control.when import When
from amt_live.engine.called import Call, as_before, between, end_of, on_grid
from amt_live.engine.hearing import (
    DensityKeeper,
    Press,
    Sparseness,
    density_of,
    grid_notes,
    ids_of,
    key_heard,
    notes_a_beat,
)
from amt_live.engine.meters import bars_ahead, boundary
from amt_live.engine.plan import Direction
from amt_live.errors import UsageError
from amt_live.music.beats import GRID_TICKS, TICKS_PER_QUARTER, ticks_to_beats
from amt_live.music.events import Bar, Note
from amt_live.music.keys import key_name
from amt_live.music.parts import DRUMS, part_named

if TYPE_CHECKING:
    from amt_live.engine.band import Band

GRACE_S: Final = 0.06
"""So long after a bar line all that was played before it has arrived."""

SPARE_S: Final = 0.05
USUAL_TOKENS_PER_S: Final = 300.0
MOST_PRESSES: Final = 4096
GOING_ROUND: Final = (DRUMS.index, part_named("bass").index)
"""The parts that go round while the band listens thinned."""

FAR: Final = 1 << 60


class CallDesk:
    """Leads a call through its stages."""

    def __init__(self, band: "Band") -> None:
        self._band = band
        self._call: Call | None = None
        self.state: CallState = NO_CALL

    @property
    def is_on(self) -> bool:
        """Whether a call is armed or listened to, so that hands are heard. Thread: any."""
        return self.state.stage in ("armed", "listening")

    @property
    def is_listening(self) -> bool:
        """Whether the band is silent because it listens: it is behind nothing then."""
        call = self._call
        if call is None or self.state.stage == "armed":
            return False
        return self._band.playhead_ticks < call.end

    @property
    def is_ahead(self) -> bool:
        """Whether the first notes after a change may be those of an answer, bars ahead."""
        return self._call is not None and self._band.playhead_ticks < self._call.end

    @property
    def needed_ticks(self) -> int:
        """From here on the stream may be gone back to."""
        call = self._call
        if call is None or not self.is_on or len(call.heard) == len(call.bars):
            return FAR
        return call.open_bar.start_ticks

    def start(self, command: StartCall) -> None:
        """Listen from a bar line on; raises UsageError."""
        band = self._band
        if not 1 <= command.bars <= MAX_CALL_BARS:
            raise UsageError(f"a call of {command.bars} bars is outside 1-{MAX_CALL_BARS}")
        if self.is_on:
            raise UsageError("a call is under way; /amt/call/cancel ends it")
        if not band.transport.is_running:
            raise UsageError("the band does not play; send /amt/transport/play first")
        self.forget()
        when = command.when or band.quantise
        at_ticks = boundary(band.stream, when if when.bars else When.BAR, band.earliest_ticks())
        call = Call(self._bars_from(at_ticks, command.bars), command.mode)
        call.ids = {bar.start_ticks: () for bar in call.bars}
        self._call = call
        self._show(stage="armed", bars=command.bars, bar=0, notes=0, key="", notes_per_beat=0.0)
        if call.mode == "thin":
            call.rhythm = self._rhythm_before(at_ticks)
        band.hear(dict(call.ids))
        band.go_back(at_ticks)
        self._go_round(at_ticks)

    def cancel(self) -> None:
        """Play on as before, from the next bar line on; raises UsageError."""
        if self._call is None:
            raise UsageError("there is no call; /amt/call 8 begins one")
        call, band = self._call, self._band
        band.lateness.hold_to(None)
        at_ticks = band.next_bar_ticks()
        if self.is_on:
            band.hear({start: ids for start, ids in call.ids.items() if start < at_ticks})
        elif call.answer_end is not None and at_ticks < call.answer_end:
            band.hear(dict(call.ids))
            self._change_between(at_ticks, call.answer_end, lambda d: as_before(call, d))
        self._call, self.state = None, NO_CALL
        band.go_back(at_ticks)

    def forget(self) -> None:
        """The music stops or begins anew: there is no call any more."""
        if self._call is None:
            return
        call, self._call, self.state = self._call, None, NO_CALL
        band = self._band
        band.lateness.hold_to(None)
        if call.answer_end is None:
            band.hear({})
        elif band.playhead_ticks < call.answer_end:
            self._change_between(band.playhead_ticks, call.answer_end, lambda d: as_before(call, d))

    def take_in(self, notes: Sequence[PlayedNote]) -> None:
        """Hands played."""
        call, timeline = self._call, self._band.transport.timeline
        if call is None or timeline is None or not self.is_on:
            return
        for note in notes:
            ticks, key = timeline.ticks_at(note.at_s), (note.channel, note.pitch)
            if (held := call.held.pop(key, None)) is not None:
                held.end = ticks
            if note.velocity and len(call.presses) < MOST_PRESSES:
                call.held[key] = press = Press(ticks, *key, note.velocity)
                call.presses.append(press)

    def marks(self) -> list[int]:
        """The ticks at which there is something to do."""
        call = self._call
        if call is None:
            return []
        if self.state.stage == "armed":
            return [call.bars[0].start_ticks]
        return [self._due_ticks(call)]

    def follow(self) -> None:
        """Do what the playhead has come to."""
        call, playhead = self._call, self._band.playhead_ticks
        if call is None:
            return
        if self.state.stage == "armed" and playhead >= call.bars[0].start_ticks:
            self._show(stage="listening", bar=1)
        while self.state.stage == "listening" and playhead >= self._due_ticks(call):
            self._close(call)
        if self.state.stage == "answering":
            self._keep_density(call)
            self._keep_sparse(call)
        if self.state.stage == "answering" and playhead >= call.end:
            assert call.answer_end is not None
            passed = sum(bar.start_ticks <= playhead for bar in call.answer)
            if playhead >= call.answer_end:
                self._call = None
                self._show(stage="idle", bar=0)
            elif passed != self.state.bar:
                self._show(bar=passed)

    # Listening.

    def _due_ticks(self, call: Call) -> int:
        if self.state.stage == "answering":
            return self._band.playhead_ticks + GRID_TICKS * 12
        bar, ticks_in = call.open_bar, self._band.transport.ticks_in
        if bar is not call.bars[-1]:
            return end_of(bar) + ticks_in(GRACE_S)
        health = self._band.health
        tokens_per_s = health.health(0.0).tokens_per_s or USUAL_TOKENS_PER_S
        ids = 8 + 6 * sum(press.start >= bar.start_ticks for press in call.presses)
        lead_s = health.margin_s + ids / tokens_per_s + SPARE_S
        return max(end_of(bar) - ticks_in(lead_s), bar.start_ticks + bar.duration_ticks // 2)

    def _close(self, call: Call) -> None:
        """A bar of the call is over: the band listens to it."""
        band, bar = self._band, call.open_bar
        now = float(band.playhead_ticks)
        part_of = {
            part.channel - 1: index for index, part in reversed(list(enumerate(band.parts.states)))
        }
        played = grid_notes(call.presses, bar, now, part_of)
        call.heard.append(played)
        steps = bar.duration_ticks // GRID_TICKS
        key = key_heard(call.heard)
        with_rhythm = sorted([*played, *on_grid(call.rhythm, steps)])
        call.ids[bar.start_ticks] = ids_of(with_rhythm, steps, key)
        lengths = [each.duration_ticks // GRID_TICKS for each in call.bars]
        lengths[len(call.heard) - 1] = min(steps, round((now - bar.start_ticks) / GRID_TICKS))
        notes_per_beat = notes_a_beat(call.heard, lengths)
        self._show(
            bar=min(len(call.heard) + 1, len(call.bars)),
            notes=sum(map(len, call.heard)),
            key="" if key is None else key_name(key),
            notes_per_beat=round(notes_per_beat, 2),
        )
        is_last = len(call.heard) == len(call.bars)
        if is_last:
            self._answer(call, key, notes_per_beat)
        band.hear(dict(call.ids))
        band.go_back(bar.start_ticks)
        self._go_round(band.soonest_ticks())

    def _answer(self, call: Call, key: int | None, notes_per_beat: float) -> None:
        """The bars that follow are in the key and the density of what was heard."""
        band = self._band
        end = call.end
        call.answer = self._bars_from(end, len(call.bars))
        call.answer_end = end_of(call.answer[-1])
        call.before = band.stream.plan.at(end).direction
        density = density_of(notes_per_beat) if notes_per_beat else None
        if call.before.density is None:
            call.sparse = Sparseness.of(call.heard, notes_per_beat)
        if notes_per_beat and call.before.density is None and call.sparse is None:
            total = ticks_to_beats(call.answer_end - end)
            call.keeper = DensityKeeper(notes_per_beat, total)

        def put(direction: Direction) -> Direction:
            return replace(
                direction,
                key=direction.key if direction.key is not None else key,
                density=direction.density if direction.density is not None else density,
            )

        self._change_between(end, call.answer_end, put)
        self._show(stage="answering", bar=0)
        self._keep_sparse(call)

    def _keep_sparse(self, call: Call) -> None:
        """After each note of an answer to few notes, leave as much room as they left."""
        band, sparse, end = self._band, call.sparse, call.answer_end
        if sparse is None or end is None:
            return
        is_open = band.stream.horizon_ticks < end
        band.lateness.hold_to(sparse.at_once if is_open else None)
        count = sum(call.end <= note.start_ticks < end for note in band.queued.lately)
        room = round(sparse.free_beats(count) * TICKS_PER_QUARTER)
        free_ticks = min(call.end + room, end)
        # Bars, and not one leap: from within a leap there is no way back to another mood.
        silent = {bar.start_ticks: () for bar in call.answer if end_of(bar) <= free_ticks}
        now = band.stream.bar_at(band.stream.horizon_ticks - 1)
        silent = {start: () for start in silent if now is None or start > now.start_ticks}
        if any(start not in band.stream.heard_bars for start in silent):
            band.hear({**call.ids, **silent})
        if count and now is not None and band.stream.horizon_ticks < min(free_ticks, end_of(now)):
            band.skip_to(min(free_ticks, end_of(now)))

    def _keep_density(self, call: Call) -> None:
        """Ask for more or less where the answer so far is thinner or fuller than the call."""
        band, keeper = self._band, call.keeper
        if keeper is None or call.answer_end is None:
            return
        horizon = band.stream.horizon_ticks
        decoded = [bar for bar in call.answer if end_of(bar) <= horizon]
        if not decoded or len(decoded) == keeper.bars or decoded[-1] is call.answer[-1]:
            return
        until = end_of(decoded[-1])
        count = sum(call.end <= note.start_ticks < until for note in band.queued.lately)
        before = keeper.level
        keeper.measure(len(decoded), count, ticks_to_beats(until - call.end))
        first = next((b.start_ticks for b in call.answer if b.start_ticks > horizon), None)
        if first is not None and keeper.level != before:
            level = keeper.level
            self._change_between(first, call.answer_end, lambda d: replace(d, density=level))
            band.hear(dict(call.ids))  # the tape has to know that the plan is another

    def _change_between(self, first: int, end: int, put: Callable[[Direction], Direction]) -> None:
        stream = self._band.stream
        stream.plan = between(stream.plan, first, end, put)

    def _bars_from(self, at_ticks: int, count: int) -> list[Bar]:
        ahead = bars_ahead(self._band.stream, at_ticks)
        return list(islice((bar for bar in ahead if bar.start_ticks >= at_ticks), count))

    # The rhythm that goes round.

    def _rhythm_before(self, at_ticks: int) -> list[Note]:
        """Drums and bass of the bar before a line, from tick 0."""
        band = self._band
        bar = band.stream.bar_at(at_ticks - 1)
        if bar is None:
            return []
        return [
            replace(note, start_ticks=note.start_ticks - bar.start_ticks)
            for note in band.queued.lately
            if note.part in GOING_ROUND and bar.start_ticks <= note.start_ticks < at_ticks
        ]

    def _go_round(self, from_ticks: int) -> None:
        """Queue the rhythm for the rest of the call; going back has taken it away."""
        call = self._call
        if call is None or not call.rhythm:
            return
        notes = [
            replace(note, start_ticks=bar.start_ticks + note.start_ticks)
            for bar in call.bars
            for note in call.rhythm
            if bar.start_ticks + note.start_ticks >= from_ticks
            and note.start_ticks < bar.duration_ticks
        ]
        self._band.fill(notes)

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self._band.publish_state()
