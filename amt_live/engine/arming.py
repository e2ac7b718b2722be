"""Moods and scenes on their way into the music: armed in the plan, applied when the playhead comes.

Thread: engine. Invariant: what is armed stands in the plan from its tick on; without it the plan
would hold the mood before it under the controls that are set, so one revision takes it out again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from amt_live.control.state import MoodApplied, MoodArmed
from amt_live.control.when import When
from amt_live.engine.glides import laid_out
from amt_live.engine.meters import boundary, place
from amt_live.engine.moods import Armed, Reading, Step
from amt_live.engine.places import Jump
from amt_live.engine.plan import Direction
from amt_live.engine.recipes import Recipe
from amt_live.engine.scenes import Scene

if TYPE_CHECKING:
    from amt_live.engine.band import Band
    from amt_live.engine.banks import Bank


class Arming:
    """Puts moods, scenes and controls into the plan of a band, and takes them out again."""

    def __init__(self, band: "Band") -> None:
        self._band = band
        self._moods, self._stream, self._transport = band.moods, band.stream, band.transport
        self._controls = band.moods.direction()
        """The controls that are set, whatever a scene that is cued will set."""

    def arm(self, reading: Reading, when: When | None, *, is_undo: bool = False) -> None:
        """Let a mood play from a boundary on; it takes the place of one that is armed."""
        arrived_s = self._band.clock.now()
        self.disarm()
        step = Step(self._boundary(when), reading)
        self._lay((step,), Armed(reading, self._moods.latest, step.at_ticks, arrived_s, is_undo))
        if not self._transport.is_running:
            self._apply()

    def arm_glide(self, recipe: Recipe, bars: int, when: When | None) -> None:
        """Let the mood move to another one from a boundary on; at once while nothing plays."""
        if not self._transport.is_running:
            self.arm(self._moods.read(recipe), when)
            return
        arrived_s = self._band.clock.now()
        self.disarm()
        before = self._moods.latest
        steps = laid_out(self._stream, self._boundary(when), self._moods.glide(recipe, bars))
        first, *then = steps
        self._lay(steps, Armed(first.reading, before, first.at_ticks, arrived_s, then=tuple(then)))

    def arm_scene(self, scene: Scene, when: When | None) -> None:
        """Let a scene be set at a boundary; it waits like a mood."""
        arrived_s = self._band.clock.now()
        self.disarm()
        step = Step(self._boundary(when), self._moods.read_under(scene.mood, scene.energy))
        armed = Armed(step.reading, self._moods.latest, step.at_ticks, arrived_s, scene=scene)
        self._put_scene(armed)
        self._lay((step,), armed)
        if not self._transport.is_running:
            self._apply()

    def arm_bank(self, bank: "Bank", jump: Jump) -> None:
        """Let the stream go on from a bank at a bar line; nothing is armed any more."""
        arrived_s = self._band.clock.now()
        before = self._moods.latest
        armed = Armed(bank.current, before, jump.at_ticks, arrived_s, scene=bank.scene, bank=bank)
        self._put_scene(armed)
        self._band.go_on_at(jump)
        self._band.go_back(jump.at_ticks)
        self._moods.armed = armed
        self._tell_armed(armed)

    def take_bank(self) -> "Bank | None":
        """The bank that waits, which waits no more: all begins anew."""
        armed = self._moods.armed
        if armed is None or armed.bank is None:
            return None
        self._moods.armed = None
        return armed.bank

    def _put_scene(self, armed: Armed) -> None:
        """Controls stand in the head of a bar: those of a scene act from its first one on."""
        bar, beat = place(self._stream, armed.at_ticks)
        first_bar = bar - 1 if beat == 1 else bar
        if armed.bank is not None:
            self._stream.plan.replace_from(armed.at_ticks, armed.bank.changes)
        elif armed.scene is not None:
            scene = armed.scene
            self._stream.plan.revise(armed.at_ticks, lambda d: scene.put(d, first_bar))

    def direct(self, revision: Callable[[Direction], Direction]) -> None:
        """Set controls from the next bar on; a scene that waits will set its own."""
        at_ticks = self._band.next_bar_ticks()
        self._controls = revision(self._controls)
        self._stream.plan.revise(at_ticks, revision)
        if self._moods.armed is not None and at_ticks <= self._moods.armed.at_ticks:
            self._put_scene(self._moods.armed)
        self._band.go_back(at_ticks)

    def _boundary(self, when: When | None) -> int:
        if not self._transport.is_running:
            return self._band.earliest_ticks()
        when = when or self._band.quantise
        is_now = when is When.NOW
        soonest = self._band.soonest_ticks() if is_now else self._band.earliest_entry_ticks()
        return boundary(self._stream, when, soonest)

    def _enter(self, at_ticks: int) -> None:
        """Let a mood that turns very soon enter with a few notes, now wherever in the beat."""
        if self._band.calling.is_listening:
            return  # nothing of it is heard before the answer
        if self._transport.timeline is not None and at_ticks < self._band.earliest_ticks():
            self._band.turning.let_enter(at_ticks)

    def _lay(self, steps: Sequence[Step], armed: Armed) -> None:
        for step in steps:
            self._stream.plan.revise(step.at_ticks, step.reading.put)
        self._band.go_back(armed.at_ticks)
        self._enter(armed.at_ticks)
        self._moods.armed = armed
        self._tell_armed(armed)

    def _tell_armed(self, armed: Armed) -> None:
        bar, beat = place(self._stream, armed.at_ticks)
        eta_s = max(self._transport.seconds_until(armed.at_ticks), 0.0)
        self._band.publish(MoodArmed(armed.reading.id, armed.reading.text, bar, beat, eta_s))

    def disarm(self) -> bool:
        """Take the armed mood out again, and let a glide end where it is.

        False when nothing is armed, or it is too late.
        """
        armed, earliest_ticks = self._moods.armed, self._band.earliest_ticks()
        if armed is None:
            return False
        if armed.at_ticks < earliest_ticks:
            self._apply()
            return self.disarm()
        if armed.ends_glide:
            at_ticks, reading = self._moods.end_glide(earliest_ticks)
        else:
            self._moods.armed = None
            at_ticks, reading = armed.at_ticks, armed.before
        self._stream.plan.revise(at_ticks, reading.put)
        if armed.scene is not None:
            self._stream.plan.revise(at_ticks, self._controls.put)
        if armed.bank is not None:
            self._band.go_on_at(None)
        self._band.go_back(at_ticks)
        return True

    def set_energy(self, energy: float | None) -> None:
        """Read the moods again under another energy, heard from the next bar on."""
        at_ticks = self._band.next_bar_ticks()
        readings = self._moods.set_energy(energy)

        def put(direction: Direction) -> Direction:
            reading = readings.get((direction.revision[0], direction.step))
            return reading.put(direction) if reading else direction

        self._stream.plan.revise(at_ticks, put)
        self._band.go_back(at_ticks)

    def scene_at(self, ticks: int) -> Scene | None:
        """The scene that waits, in a bank too, and holds at a tick."""
        armed = self._moods.armed
        return armed.scene if armed is not None and ticks >= armed.at_ticks else None

    def bank_at(self, ticks: int) -> "Bank | None":
        """The bank that waits and holds at a tick."""
        armed = self._moods.armed
        return armed.bank if armed is not None and ticks >= armed.at_ticks else None

    def marks(self) -> list[int]:
        """The ticks at which the next step of a glide and what is armed are to be applied."""
        waiting = [step.at_ticks for step in self._moods.steps[:1]]
        return waiting if self._moods.armed is None else [*waiting, self._moods.armed.at_ticks]

    def settled(self) -> Direction:
        """What to start from when nothing plays: what was armed is applied at once."""
        while self._moods.armed:  # a glide is at its end after its beginning
            self._apply()
        return self._moods.current.put(self._controls)

    def pass_steps(self) -> None:
        """The steps of a glide that the playhead has reached become current."""
        if self._moods.pass_steps(self._band.playhead_ticks):
            self._band.publish_state()

    def pass_armed(self) -> None:
        """Apply what is armed once the playhead has reached it."""
        armed = self._moods.armed
        if armed is not None and self._band.playhead_ticks >= armed.at_ticks:
            self._apply()

    def _apply(self) -> None:
        armed = self._moods.apply()
        if armed.scene is not None:
            self._controls = replace(self._stream.plan.at(armed.at_ticks).direction, leans=())
            self._band.recall(armed.scene)
        if armed.bank is not None:
            self._band.seed = self._moods.draw = armed.bank.seed
        bar, beat = place(self._stream, armed.at_ticks)
        timeline = self._transport.timeline
        at_s = timeline.seconds_at(armed.at_ticks) if timeline else self._band.clock.now()
        latency_ms = max(at_s - armed.arrived_s, 0.0) * 1000
        self._band.publish(MoodApplied(armed.reading.id, armed.reading.text, bar, beat, latency_ms))
        if self._moods.armed is not None:
            self._tell_armed(self._moods.armed)
        self._band.publish_state()
