"""The band without a thread: one ``turn`` at a time it keeps the music ahead of the playhead.

Called by the engine's thread, or by ``render`` on a manual clock. Everything in here belongs to the
caller's thread. Invariant: what lies between the playhead and the horizon is queued in the output;
going back takes the same ticks off both the stream and the output.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from amt_live.control.state import (
    BandState,
    BeatPassed,
    Notice,
    Sampling,
    TransportChanged,
    TransportState,
)
from amt_live.control.when import When
from amt_live.engine.arming import Arming
from amt_live.engine.banks import BankDesk
from amt_live.engine.call import CallDesk
from amt_live.engine.clocking import ClockDesk
from amt_live.engine.decided import Decided
from amt_live.engine.health import HealthDesk
from amt_live.engine.hearing import heard_record
from amt_live.engine.lateness import LateDesk
from amt_live.engine.meters import boundary, place
from amt_live.engine.model import Model
from amt_live.engine.moods import MoodDesk
from amt_live.engine.parts import PartDesk
from amt_live.engine.places import Jump
from amt_live.engine.plan import Plan
from amt_live.engine.queued import Queued
from amt_live.engine.roles import MoodReader
from amt_live.engine.scenes import Scene
from amt_live.engine.snapshot import snapshot_of
from amt_live.engine.stream import BEAT_TICKS, Stream
from amt_live.engine.swapping import Primer, Translator, put_in
from amt_live.engine.tape import EVENTS_AT_ONCE, Tape
from amt_live.engine.transport import Transport
from amt_live.engine.turning import TurnDesk
from amt_live.inference.generator import Generator
from amt_live.inference.generator import Sampling as Drawing
from amt_live.midi.clock import Clock
from amt_live.midi.fields import row_of
from amt_live.midi.listening import Ears
from amt_live.midi.output import Output
from amt_live.music.beats import TICKS_PER_QUARTER, ticks_to_beats
from amt_live.music.events import Note
from amt_live.text.styles import Style

LOOKAHEAD_TICKS: Final = 8 * BEAT_TICKS
LOOKAHEAD_S: Final = 2.5
"""At fast tempos, look ahead at least this long."""

START_TICKS: Final = 2 * BEAT_TICKS
"""Music decoded before the playhead starts to move."""

START_DELAY_S: Final = 0.03
STATE_PERIOD_S: Final = 0.08


@dataclass(slots=True)
class Settings:
    """What the band starts with."""

    mood: str = ""
    tempo_bpm: float = 100.0
    seed: int = 0
    sampling: Sampling = field(default_factory=Sampling)
    model: str = ""
    model_hash: str = ""
    styles: tuple[Style, ...] = ()
    latency_ms: float = 0.0
    """What the output was told already."""


class Band:
    """Decodes, schedules, goes back, reports. Thread: one."""

    def __init__(
        self,
        generator: Generator,
        reader: MoodReader,
        output: Output,
        clock: Clock,
        settings: Settings,
        publish: Callable[[Notice], None],
        ears: Ears | None = None,
    ) -> None:
        self.output = self.tape = Tape(output, self)
        self.clock = clock
        self.publish = publish
        self.transport = Transport(clock, settings.tempo_bpm)
        self.moods = MoodDesk(reader, settings.mood, settings.seed)
        self.parts = PartDesk()
        self.health = HealthDesk(clock, publish)
        self.queued = Queued(Decided(self.output, lambda: self.playhead_ticks, publish))
        self.seed = settings.seed
        self.quantise = When.BAR
        self.key: str | None = None
        self.chords: str | None = None
        self.density: float | None = None
        self.swing: float | None = None
        self.scene_names: tuple[str, ...] = ()
        self.styles = settings.styles
        self.style_names = tuple(style.name for style in settings.styles)
        self.take: str | None = None
        self.midi_api = self.midi_port = ""
        self.model, self.model_hash = settings.model, settings.model_hash
        generator.sampler.seed(settings.seed)
        self.stream = Stream(generator, Plan(self.moods.direction()))
        self.sampling = self.sampling_in_use = settings.sampling
        generator.set_sampling(Drawing(**asdict(settings.sampling)))
        self.arming = Arming(self)
        self.lateness = LateDesk(self)
        self.turning = TurnDesk(self)
        self.latency_ms = settings.latency_ms
        self.calling = CallDesk(self)
        self.banks = BankDesk(self)
        self.clocking = ClockDesk(self, ears)
        self.sends_clock = False
        self._begins_as: TransportState = "playing"
        self._last_beat = -1
        self._next_state_s = clock.now()
        self._retry_at_s = 0.0
        self.state = BandState()
        self.publish_state()

    # The turn.

    def turn(self, *, may_decode: bool = True) -> float:
        """Do what is due and one unit of decoding; seconds until the next turn (0: at once)."""
        self.follow()
        if self.transport.is_running and may_decode and self.clock.now() >= self._retry_at_s:
            if self.stream.horizon_ticks < self.playhead_ticks + self._lookahead_ticks():
                self._decode()
                return 0.0
        return self._rest_s()

    @property
    def playhead_ticks(self) -> int:
        """The position heard now."""
        return self.transport.playhead_ticks

    def follow(self) -> None:
        """Catch up with the playhead: beats, moods, glides, underruns, health, the state."""
        if self.transport.timeline is not None:
            if (timeline := self.transport.glide()) is not None:
                self.output.set_timeline(timeline)
            self.clocking.turn()
            self._pass_beats()
            self.calling.follow()
            self.arming.pass_steps()
            for change in self.queued.passed_programs(self.playhead_ticks):
                self.parts.sent(change.part, change.program)
            self.arming.pass_armed()
            self.banks.follow()
            self.lateness.follow()
        elif self.transport.is_running:
            self._start_moving()
        self.health.report(self.horizon_beats())
        if self.clock.now() >= self._next_state_s:
            needed_ticks = min(self.playhead_ticks, self.calling.needed_ticks)
            self.stream.forget_before(needed_ticks)
            self.stream.plan.forget_before(needed_ticks)
            self.queued.forget_before(self.playhead_ticks)
            self.publish_state()

    def fail(self, pause_s: float) -> None:
        """Decoding failed: hold silence for a moment, then go on from the last whole group."""
        self._retry_at_s = self.clock.now() + pause_s
        self.tape.write("recover")
        self.stream.recover()

    def _decode(self) -> None:
        scene = self.arming.scene_at(self.stream.horizon_ticks)
        self._draw_under(scene.sampling if scene else self.sampling)
        bank = self.arming.bank_at(self.stream.horizon_ticks)
        self._place_under(bank.scene.swing if bank else self.swing)
        started_s = self.clock.now()
        entering = self.stream.enters_at
        events = self.stream.advance()
        self.health.decoded(self.clock.now() - started_s)
        self.tape.stepped()
        if entering is not None and self.stream.enters_at is None:
            self.turning.enter(entering, events)
        elif events:
            self.tape.flush()
            self.queued.put(events)
            self.turning.measure(events)

    def skip_to(self, ticks: int) -> None:
        """Let the stream write nothing before a tick."""
        self.tape.write("skip", ticks)
        self.stream.skip_to(ticks)

    def fill(self, notes: Sequence[Note]) -> None:
        """Play notes that were not decoded."""
        for at in range(0, len(notes), EVENTS_AT_ONCE):
            some = notes[at : at + EVENTS_AT_ONCE]
            self.tape.write("fill", [row_of(note) for note in some])
            self.queued.fill(some)

    def hear(self, bars: Mapping[int, tuple[int, ...]]) -> None:
        """Bars that somebody else plays, from where the stream goes back to next."""
        self.tape.write("heard", heard_record(bars))
        self.stream.heard_bars = bars

    def _lookahead_ticks(self) -> int:
        return max(LOOKAHEAD_TICKS, self.transport.ticks_in(LOOKAHEAD_S))

    def horizon_beats(self) -> float:
        """How far ahead of the playhead everything is decoded."""
        return ticks_to_beats(max(self.stream.horizon_ticks - self.playhead_ticks, 0))

    def _rest_s(self) -> float:
        until = min(self._next_state_s, self.health.next_s) - self.clock.now()
        transport = self.transport
        if transport.timeline is not None:
            marks = [(self._last_beat + 1) * TICKS_PER_QUARTER]
            marks.append(self.stream.horizon_ticks - self._lookahead_ticks() + 1)
            marks += self.arming.marks() + self.calling.marks() + self.banks.marks()
            if transport.next_glide_ticks is not None:
                marks.append(transport.next_glide_ticks)
            until = min(until, *(transport.seconds_until(mark) for mark in marks))
        if self.clocking.next_s is not None:
            until = min(until, self.clocking.next_s - self.clock.now())
        # A tick boundary that rounding puts a hair too early must not spin.
        return max(until, 0.0005)

    # Going back.

    def go_back(self, ticks: int) -> None:
        """Forget what starts at or after a tick, played by the plan as it is now from there on."""
        self.tape.write("back", ticks)
        is_heard = ticks < self.stream.horizon_ticks and not self.calling.is_ahead
        self.turning.went_back(is_heard=is_heard)
        self.stream.rewind(ticks)
        self.queued.go_back(ticks)

    def go_on_at(self, jump: Jump | None) -> None:
        """Let the stream go on as elsewhere from a bar line on, or not; the plan says so already.

        It has to go back to that line next.
        """
        self.tape.jump(jump)
        self.stream.go_on_at(jump)

    def begin_take(self) -> None:
        """Let there be one stream to write down, not one on each side of a jump."""
        left = self.stream.left
        if left is None:
            return
        if left.at_ticks >= self.earliest_ticks():
            self.go_back(left.at_ticks)  # it is decoded again, the same
        else:
            self.stream.left = None

    def earliest_ticks(self) -> int:
        """The nearest tick at which a change can still be heard in time."""
        if self.transport.timeline is None:
            return self.transport.position_ticks
        return self.playhead_ticks + max(self.transport.ticks_in(self.health.margin_s), 1)

    def earliest_entry_ticks(self) -> int:
        """The nearest tick at which a mood can enter in haste and in time."""
        if self.transport.timeline is None:
            return self.transport.position_ticks
        return self.playhead_ticks + max(self.transport.ticks_in(self.health.entry_margin_s), 1)

    def soonest_ticks(self) -> int:
        """The nearest tick of which the player has sent nothing yet."""
        if self.transport.timeline is None:
            return self.transport.position_ticks
        return self.playhead_ticks + max(self.transport.ticks_in(self.health.handover_s), 1)

    def next_bar_ticks(self) -> int:
        """The next bar line at which a change can be heard."""
        return boundary(self.stream, When.BAR, self.earliest_ticks())

    def use_model(self, model: Model, primer: Primer, translate: Translator, at_ticks: int) -> None:
        """Another model from a tick on; it has heard the primer."""
        told = {"name": model.name, "sha256": model.hash, "at": at_ticks}
        self.tape.write("model", told)
        self.stream.rewind(at_ticks)
        self.queued.go_back(at_ticks)
        put_in(self.stream, model, primer, translate)
        self.moods.use(model.moods, translate.mood_of)
        self.model, self.model_hash = model.name, model.hash
        self.styles = model.styles
        self.style_names = tuple(style.name for style in model.styles)
        self.publish_state()

    # What is set.

    def recall(self, scene: Scene) -> None:
        """Set what of a scene does not stand in the plan, where its mood and controls do."""
        self.key, self.chords, self.density = scene.key, scene.chords, scene.density
        self.moods.energy, self.quantise = scene.energy, scene.quantise
        self.set_sampling(scene.sampling)
        self.set_tempo(scene.tempo_bpm)
        self.set_swing(scene.swing)
        by_hand = dict(scene.programs)
        self.parts.recall(scene.parts, by_hand, self.moods.current.mood.programs, self.output)
        self.pin(by_hand)

    def pin(self, programs: dict[int, int]) -> None:
        """Keep the programs of some parts, whatever moods say."""
        self.tape.write("pinned", sorted(programs.items()))
        self.stream.pinned_programs = programs

    def set_tempo(self, bpm: float, glide_beats: float = 0.0) -> None:
        """Another tempo from the playhead on, at once or over beats; none while a clock leads."""
        if self.clocking.is_led:
            return
        timeline = self.transport.set_tempo(bpm, glide_beats)
        if timeline is not None:
            self.output.set_timeline(timeline)

    def send_clock(self, is_on: bool) -> None:
        """Send MIDI clock beside the notes, or none."""
        self.sends_clock = is_on
        self.output.send_clock(is_on)

    def set_swing(self, amount: float | None) -> None:
        """Another swing, from the next note on that can be moved in time."""
        self.swing = amount
        if amount != self.queued.swing:
            from_ticks = self.earliest_ticks() if self.transport.is_running else None
            self.tape.write("swing", [amount, from_ticks])
            self.queued.set_swing(amount, from_ticks)
        armed = self.moods.armed
        if armed is not None and armed.bank is not None:
            self.go_back(max(armed.at_ticks, self.earliest_ticks()))  # it has a swing of its own

    def _place_under(self, amount: float | None) -> None:
        """Place what is decoded next under a swing, and leave what is queued where it is."""
        if amount != self.queued.swing:
            self.tape.write("swing", [amount, None])
            self.queued.set_swing(amount, None)

    def set_latency(self, latency_ms: float) -> None:
        """The instrument sounds so late: send so much earlier."""
        self.latency_ms = latency_ms
        self.output.set_latency(latency_ms)

    def set_seed(self, seed: int) -> None:
        """Another seed, from the next decoded token on and for the next start; what new moods
        are drawn by."""
        self.seed = self.moods.draw = seed
        self.tape.write("seed", seed)
        self.stream.generator.sampler.seed(seed)

    def set_sampling(self, sampling: Sampling) -> None:
        """Other ways of drawing, from the next decoded token on."""
        self.sampling = sampling
        self._draw_under(sampling)

    def _draw_under(self, sampling: Sampling) -> None:
        if sampling != self.sampling_in_use:
            self.sampling_in_use = sampling
            self.tape.write("sampling", asdict(sampling))
            self.stream.generator.set_sampling(Drawing(**asdict(sampling)))

    # Transport.

    def play(self, *, count_in: bool = False) -> None:
        """From bar 1, a fresh stream; after a bar of clicks with ``count_in``."""
        self.stop()
        bank = self.arming.take_bank()
        direction = self.arming.settled()
        first_bar_ticks = direction.mood.beats_per_bar * BEAT_TICKS if count_in else 0
        self.transport.position_ticks, self.transport.first_bar_ticks = 0, first_bar_ticks
        self.tape.flush()
        self.stream.plan = Plan(direction)
        self.tape.begin(first_bar_ticks, count_in=count_in)
        self.stream.generator.sampler.seed(self.seed)
        self.queued.clear()
        self.stream.begin(first_bar_ticks)
        self.lateness.begin()
        self.banks.begin(first_bar_ticks)
        if bank is not None:
            self.banks.begin_with(bank, first_bar_ticks)
        if count_in:
            self.queued.count_in(first_bar_ticks)
        self._run("count_in" if count_in else "playing")

    def resume(self) -> None:
        """Go on from where it stopped; from bar 1 if it never played."""
        if self.transport.is_running:
            return
        if not self.stream.bars:
            self.play()
            return
        self.go_back(self.transport.position_ticks)
        self._run("playing")

    def stop(self) -> None:
        """End every note and keep the position."""
        self.calling.forget()
        self.transport.hold()
        self.output.halt()
        if self.state.transport != "stopped":
            self._change_state("stopped")

    def _run(self, state: TransportState) -> None:
        self._begins_as = state
        self.transport.state = "waiting" if self.clocking.is_waiting else state
        self._last_beat = self.transport.position_ticks // TICKS_PER_QUARTER - 1
        self._change_state(self.transport.state)

    def _start_moving(self) -> None:
        horizon_ticks, transport = self.stream.horizon_ticks, self.transport
        is_ready = horizon_ticks >= transport.position_ticks + START_TICKS
        is_ready = is_ready and horizon_ticks > transport.first_bar_ticks
        if self.clocking.is_waiting:
            return
        if self.clocking.is_led:
            if (timeline := self.clocking.start(is_ready)) is None:
                return
            self.output.set_timeline(transport.begin(timeline))
        elif is_ready:
            self.output.set_timeline(transport.start_moving(START_DELAY_S))
        else:
            return
        if transport.state == "waiting":
            transport.state = self._begins_as
            self._change_state(self._begins_as)

    def _change_state(self, state: TransportState) -> None:
        self.publish(TransportChanged(state))
        self.publish_state()

    def _pass_beats(self) -> None:
        playhead = self.playhead_ticks
        timeline = self.transport.timeline
        if timeline is None or timeline.ticks_at(self.clock.now()) < playhead:
            return  # the start lies a moment ahead
        if self.transport.state == "count_in" and playhead >= self.transport.first_bar_ticks:
            self.transport.state = "playing"
            self._change_state("playing")
        beat = playhead // TICKS_PER_QUARTER
        if beat > self._last_beat:
            self._last_beat = beat
            bar_number, beat_in_bar = place(self.stream, beat * TICKS_PER_QUARTER)
            self.publish(BeatPassed(bar_number, int(beat_in_bar)))

    # The state.

    def publish_state(self) -> None:
        """Replace the snapshot that readers see."""
        self._next_state_s = self.clock.now() + STATE_PERIOD_S
        self.state = snapshot_of(self)
