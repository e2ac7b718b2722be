"""A decoder that is too slow for its music: what is heard meanwhile, and that takes replay."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from amt_live.control.commands import (
    LatePolicy,
    SetLate,
    SetMood,
    StartTake,
    StopTake,
    Transport,
)
from amt_live.control.when import When
from amt_live.engine.lateness import HELD_NOTES, THIN_NOTES, held, repeated
from amt_live.engine.stream import BEAT_TICKS
from amt_live.music.events import Bar, Note
from amt_live.text.conditioning import Floats

from .stage import Stage
from .test_replay import play_again

BAR = 4 * BEAT_TICKS
FAST_S, SLOW_S = 0.002, 0.12
SLOW_BAR, FAST_BAR, END_BAR = 2, 8, 11
POLICIES: tuple[LatePolicy, ...] = ("thin", "repeat", "hold")


class SlowStage(Stage):
    """Every step of its decoder takes time, in which what is due is sent."""

    def __init__(self, takes: Path = Path("takes")) -> None:
        super().__init__(takes)
        self.step_s = FAST_S
        step = self.decoder.step

        def wait_and_step(token: int, slot: Floats, add: Floats) -> Floats:
            self.output.advance(self.clock.now() + self.step_s)
            return step(token, slot, add)

        self.decoder.step = wait_and_step  # type: ignore[method-assign]


@cache
def performed(policy: LatePolicy) -> tuple[SlowStage, Path]:
    """In time, then too slow, then in time again; a take from the slow part on."""
    folder = Path(mkdtemp(prefix="amt-late-"))
    stage = SlowStage(folder)
    stage.do(SetLate(policy))
    stage.play()
    stage.run_to(SLOW_BAR * BAR)
    stage.step_s = SLOW_S
    stage.run_to((FAST_BAR - 1) * BAR)
    stage.do(StartTake("late"))
    stage.run_to(FAST_BAR * BAR)
    stage.step_s = FAST_S
    stage.do(SetMood("wild", When.NOW))
    stage.run_to(END_BAR * BAR)
    stage.do(StopTake())
    stage.do(Transport("stop"))
    return stage, folder / "late.mid"


@pytest.mark.parametrize("policy", POLICIES)
def test_behind_the_playhead_nothing_is_late_or_stuck_and_each_policy_is_counted(
    policy: LatePolicy,
) -> None:
    stage, _ = performed(policy)
    health = stage.band.state.health
    counts = {"thin": health.thinned, "repeat": health.repeated, "hold": health.held}
    assert health.underruns > 0 and stage.output.dropped == 0
    assert {name for name, count in counts.items() if count} == {policy}
    assert stage.band.state.late == policy
    assert stage.output.sounding == 0
    assert stage.band.stream.most_notes is None


@pytest.mark.parametrize("policy", POLICIES)
def test_takes_of_late_music_replay_to_the_same_bytes(policy: LatePolicy) -> None:
    _, take = performed(policy)
    again, outcome = play_again(take)
    assert again == take.read_bytes()
    assert outcome.is_same and outcome.differing == 0


def test_thinned_music_has_few_notes_at_a_place() -> None:
    def crowd(most_notes: int | None) -> int:
        stream = Stage().band.stream
        stream.most_notes = most_notes
        groups = [[e for e in stream.advance() if isinstance(e, Note)] for _ in range(400)]
        return max(map(len, groups))

    assert crowd(THIN_NOTES) == THIN_NOTES < crowd(None)


def test_a_bar_is_repeated_in_its_place() -> None:
    known = [Note(BAR + at, 1, 60 + at // 120, 80, 60) for at in range(0, BAR, 480)]
    bar = Bar(2 * BAR, BAR, 2)
    notes = repeated(known, bar, 2 * BAR, 2 * BAR + 700, 3 * BAR + 700)
    assert [n.start_ticks - 2 * BAR for n in notes] == [960, 1440, 1920, 2400]
    assert [n.pitch for n in notes] == [68, 72, 60, 64]


def test_of_what_sounds_last_a_chord_is_held_softly_and_drums_are_not() -> None:
    chord = [Note(BAR, 2, pitch, 100, 400) for pitch in (40, 52, 60, 64, 67, 71, 76)]
    known = [Note(0, 2, 30, 100, 60), *chord, Note(BAR + 120, 0, 36, 120, 60)]
    notes = held(known, BAR + 200, BAR + 300, 2 * BAR)
    assert len(notes) == HELD_NOTES and {n.part for n in notes} == {2}
    assert {n.pitch for n in notes} <= {n.pitch for n in chord} and notes[0].pitch == 40
    assert all(n.start_ticks == BAR + 300 and n.end_ticks == 2 * BAR for n in notes)
    assert all(n.velocity == 70 for n in notes)
    assert held([], 0, 0, BAR) == []


def test_nothing_of_this_is_done_while_decoding_is_fast_enough() -> None:
    stage = SlowStage()
    stage.play()
    for bar in range(1, 5):
        stage.run_to(bar * BAR + 100)
        stage.do(SetMood(("wild", "dreamy")[bar % 2], (When.NOW, When.BEAT, When.BAR)[bar % 3]))
    stage.run_to(6 * BAR)
    health = stage.band.state.health
    assert (health.thinned, health.repeated, health.held, health.underruns) == (0, 0, 0, 0)
    assert stage.output.dropped == 0
