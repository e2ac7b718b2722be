"""Call and response on a manual clock: what is heard stands in the stream, and is answered."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amt_live.control import commands as c
from amt_live.control.hands import CancelCall, PlayedNote, StartCall
from amt_live.control.when import When
from amt_live.engine.hearing import (
    DensityKeeper,
    Press,
    density_of,
    grid_notes,
    heard_of,
    key_heard,
)
from amt_live.errors import AmtError, UsageError
from amt_live.midi.log_file import log_of
from amt_live.music.events import Bar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.encode import GridBar, encode_bar

from .stage import Stage
from .test_replay import command, play_again, run

BAR = 4 * 480
PIANO = 2
TUNE = (62, 65, 69, 74, 72, 69, 65, 64, 62, 65, 67, 69, 70, 69, 67, 61)


def key(stage: Stage, pitch: int, velocity: int, off_s: float = 0.0) -> None:
    stage.band.calling.take_in([PlayedNote(stage.clock.now() + off_s, 0, pitch, velocity)])


def called(stage: Stage, bars: int = 2, mode: Any = "silent") -> tuple[int, int]:
    """Ask for a call: where it begins and ends."""
    stage.do(StartCall(bars, mode))
    first = next(iter(stage.band.stream.heard_bars))
    return first, first + bars * BAR


def play_tune(stage: Stage, first: int, count: int = len(TUNE)) -> None:
    """Two notes a beat, each a little late, from a bar line on."""
    for number in range(count):
        stage.run_to(first + number * 240)
        key(stage, TUNE[number % len(TUNE)], 80, 0.012)
        stage.run(0.1)
        key(stage, TUNE[number % len(TUNE)], 0)


def starting(stage: Stage, first: int, end: int) -> list[int]:
    return [note.start_ticks for note in stage.played if first <= note.start_ticks < end]


def test_the_band_is_silent_while_it_listens_and_answers_on_the_line():
    stage = Stage()
    stage.play()
    stage.run(3.0)
    first, end = called(stage)
    assert stage.band.state.call.stage == "armed"
    play_tune(stage, first)
    stage.run_to(end + 2 * BAR + 10)
    assert starting(stage, first - BAR, first) and starting(stage, end, end + BAR)
    assert not starting(stage, first, end)
    assert stage.band.health.underruns == 0
    state = stage.band.state.call
    assert (state.stage, state.key, state.bars) == ("idle", "D minor", 2)
    assert state.notes_per_beat == pytest.approx(2.0, abs=0.1)


def test_what_was_played_is_in_the_models_context_and_its_key_and_density_are_asked_for():
    stage = Stage()
    stage.play()
    stage.run(3.0)
    first, end = called(stage)
    play_tune(stage, first)
    stage.run_to(end + 100)
    ids = stage.band.stream.generator.snapshot().ids
    in_context = [token - v.PITCH_FIRST for token in ids if v.PITCH_FIRST <= token < v.DRUM_FIRST]
    text = ",".join(map(str, in_context))
    assert ",".join(map(str, TUNE[:14])) in text  # the last ones may come too late
    plan = stage.band.stream.plan
    answer = plan.at(end).direction
    assert answer.key == 2 + 12 and answer.density is not None
    assert plan.at(end + 2 * BAR).direction.key is None
    assert plan.at(end + 2 * BAR).direction.density is None
    after_call = ids[len(ids) - ids[::-1].index(v.KEY_FIRST + 14) - 1 :]
    assert after_call  # and the bars of the answer say so


@pytest.mark.parametrize("places", [(0, 13, 29), (0, 0, 0), (3, 9, 17, 30)])
def test_a_few_notes_in_eight_bars_are_answered_by_as_few_in_no_key(places):
    stage = Stage()
    stage.play()
    stage.run(3.0)
    first, end = called(stage, 8)
    for index, beat in enumerate(places):
        stage.run_to(first + 480 * beat + (beat == 0))
        key(stage, 62 + 3 * index, 80)
        if beat:
            stage.run(0.3)
            key(stage, 62 + 3 * index, 0)
    stage.run_to(end + 8 * BAR)
    state = stage.band.state.call
    assert state.key == "" and state.notes_per_beat == pytest.approx(len(places) / 32, abs=0.02)
    answer = len(starting(stage, end, end + 8 * BAR))
    assert len(places) / 2 <= answer <= 2 * len(places)
    assert stage.band.health.underruns == 0 and stage.band.stream.most_notes is None
    stage.run_to(end + 10 * BAR)
    assert len(starting(stage, end + 8 * BAR, end + 10 * BAR)) > 2 * len(places)


def test_a_call_without_notes_is_answered_as_the_mood_plays():
    stage = Stage()
    stage.play()
    stage.run(3.0)
    first, end = called(stage, 2)
    stage.run_to(end + 2 * BAR)
    direction = stage.band.stream.plan.at(end).direction
    assert (direction.key, direction.density) == (None, None)
    assert stage.band.state.call.key == ""
    before = len(starting(stage, first - BAR, first))
    assert len(starting(stage, end, end + 2 * BAR)) >= before > 0


def test_an_answer_to_a_few_notes_that_is_cancelled_gives_way_to_the_music():
    stage = Stage()
    stage.play()
    stage.run(3.0)
    first, end = called(stage, 4)
    stage.run_to(first + 10)
    key(stage, 62, 80)
    stage.run_to(end + 100)
    assert stage.band.stream.most_notes == 1
    stage.do(CancelCall())
    stage.run_to(end + 3 * BAR)
    assert stage.band.stream.most_notes is None
    assert len(starting(stage, end + BAR, end + 3 * BAR)) > 4


def test_a_key_and_a_density_that_were_set_by_hand_stay():
    stage = Stage()
    stage.play()
    stage.do(c.SetKey("Bb major"))
    stage.do(c.SetKnob("density", 0.9))
    stage.run(3.0)
    first, end = called(stage)
    play_tune(stage, first)
    stage.run_to(end + 100)
    direction = stage.band.stream.plan.at(end).direction
    assert direction.key == 10
    assert direction.density == stage.band.stream.plan.at(first).direction.density


def test_thinned_the_rhythm_goes_round_and_is_heard_too():
    stage = Stage(mood="a" * 14)  # whose letters make bass the favourite part
    stage.play()
    stage.run(3.0)
    first, end = called(stage, mode="thin")
    stage.run_to(end)
    before = [at - (first - BAR) for at in starting(stage, first - BAR, first)]
    assert before
    parts = {note.part for note in stage.played if first <= note.start_ticks < end}
    assert parts and parts <= {0, 1}
    bars = [
        [at - start for at in starting(stage, start, start + BAR)]
        for start in range(first, end, BAR)
    ]
    assert bars[0] == bars[1] != []
    heard = stage.band.stream.heard_bars[first]
    assert any(v.part_velocity_id(1, 0) <= token < v.part_velocity_id(2, 0) for token in heard)


def test_calls_are_refused_where_they_make_no_sense_and_may_be_cancelled():
    stage = Stage()
    with pytest.raises(UsageError, match="does not play"):
        stage.do(StartCall(8))
    stage.play()
    with pytest.raises(UsageError, match="no call"):
        stage.do(CancelCall())
    stage.run(3.0)
    first, end = called(stage, 4)
    with pytest.raises(UsageError, match="under way"):
        stage.do(StartCall(8))
    stage.run_to(first + 100)
    stage.do(CancelCall())
    assert stage.band.state.call.stage == "idle"
    stage.run_to(end)
    assert not starting(stage, first, first + BAR)
    assert starting(stage, first + BAR, end)


def test_a_mood_that_turns_while_the_band_listens_is_the_mood_of_the_answer():
    stage = Stage()
    stage.play()
    stage.run(3.0)
    first, end = called(stage)
    stage.run_to(first + 700)
    stage.do(c.SetMood("wild", When.NOW))
    stage.run_to(end + BAR)
    assert not starting(stage, first, end)
    assert starting(stage, end, end + BAR)
    assert stage.band.state.mood == "wild"


def test_stopping_ends_a_call():
    stage = Stage()
    stage.play()
    stage.run(3.0)
    first, _ = called(stage)
    stage.run_to(first + 700)
    stage.do(c.Transport("stop"))
    assert stage.band.state.call.stage == "idle"
    stage.do(c.Transport("continue"))
    position = stage.band.transport.position_ticks
    stage.run(6.0)
    assert starting(stage, position, position + 3 * BAR)


hands = st.tuples(st.just("key"), st.integers(40, 80), st.sampled_from([0, 70, 100]))
"""Keys that are pressed and let go, sent on, and heard if there is a call."""

calls = st.one_of(
    st.builds(StartCall, st.integers(1, 3), st.sampled_from(["silent", "thin"])),
    st.just(CancelCall()),
)
script = st.lists(
    st.tuples(st.floats(0.001, 1.2), command | calls | calls | hands | hands | hands),
    min_size=6,
    max_size=30,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=st.floats(0, 6), deeds=script)
def test_takes_with_calls_and_keys_replay_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, before: float, deeds: list[tuple[float, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("calls")
    stage = Stage(folder)
    stage.play()
    run(stage, before)
    stage.output.send_on(b"\x90\x22\x50")  # held when the take begins
    if before > 3:
        stage.do(StartCall(2))
    stage.do(c.StartTake("first"))
    for pause_s, deed in deeds:
        run(stage, pause_s)
        if isinstance(deed, tuple):
            _, pitch, velocity = deed
            stage.output.send_on(bytes((0x90, pitch, velocity)))
            key(stage, pitch, velocity)
            continue
        try:
            stage.do(deed)
        except AmtError:
            continue
    run(stage, 1.0)
    stage.output.send_on(b"\x80\x22\x40")
    if stage.band.take is not None:
        stage.do(c.StopTake())
    takes = [path for path in folder.glob("*.mid") if log_of(path).exists()]
    assert takes
    for take in takes:
        again, outcome = play_again(take)
        assert again == take.read_bytes()
        assert outcome.is_same
        assert outcome.differing == 0


# What is heard


def test_notes_come_to_the_nearest_place_of_their_bar():
    bar = Bar(1920, 1920, 1)
    presses = [
        Press(1920 - 15, 0, 60, 80, 2300),  # early for the first beat
        Press(1920 + 130, 0, 62, 80, 2100),  # a sixteenth, late
        Press(1920 + 480 + 155, 0, 64, 80, None),  # a triplet eighth, still held
        Press(1920 + 1905, 0, 65, 80, None),  # early for the next bar
        Press(1920 + 960, 9, 38, 100, 2900),
        Press(1920 + 960, 9, 5, 100, 2900),  # no drum
    ]
    notes = grid_notes(presses, bar, 1920 + 1000, {0: PIANO, 9: 0})
    assert [(n.position, n.part, n.pitch) for n in notes] == [
        (0, PIANO, 60), (3, PIANO, 62), (16, PIANO, 64), (24, 0, 38),
    ]  # fmt: skip
    assert encode_bar(GridBar(48, tuple(notes)))


@pytest.mark.parametrize("tonic", range(12))
def test_the_key_of_a_scale_with_its_triads_is_heard(tonic):
    bar = Bar(0, 1920, 0)
    minor = [0, 3, 7, 0, 5, 8, 0, 3, 7, 2, 7, 10, 0, 3, 7, 12]
    presses = [
        Press(at * 120, 0, 48 + tonic + step, 80, at * 120 + 118) for at, step in enumerate(minor)
    ]
    assert key_heard([grid_notes(presses, bar, 1920, {0: PIANO})]) == 12 + tonic
    assert key_heard([grid_notes(presses[:4], bar, 1920, {0: PIANO})]) is None


def test_one_or_two_notes_over_and_over_are_no_key():
    bar = Bar(0, 1920, 0)
    presses = [Press(at * 120, 0, 60 + 7 * (at % 2), 80, at * 120 + 118) for at in range(16)]
    assert key_heard([grid_notes(presses, bar, 1920, {0: PIANO})]) is None


@pytest.mark.parametrize("home", [60, 67])
def test_keys_of_the_same_notes_are_told_apart_by_where_a_phrase_begins_and_ends(home):
    bar = Bar(0, 1920, 0)
    c_or_g = [home, 64, 67, 72, 71, 67, 69, 67, 62, 67, 64, 60, 62, 67, 71, home]
    presses = [Press(at * 120, 0, pitch, 80, at * 120 + 118) for at, pitch in enumerate(c_or_g)]
    assert key_heard([grid_notes(presses, bar, 1920, {0: PIANO})]) == home % 12


@pytest.mark.parametrize("response", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("wanted", [1.5, 3.0, 6.0])
def test_a_mood_that_plays_thinner_or_fuller_than_asked_is_asked_for_more_or_less(response, wanted):
    from amt_live.engine.heads import MIDDLES

    def played(keeps: bool) -> float:
        keeper, notes = DensityKeeper(wanted, 32.0), 0.0
        level = density_of(wanted)
        for bar in range(1, 9):
            notes += 4 * response * MIDDLES[keeper.level if keeps else level]
            keeper.measure(bar, round(notes), 4.0 * bar)
        return max(notes / 32, wanted) / min(notes / 32, wanted)

    assert played(True) <= max(played(False), 1.25)
    if response != 1.0 and wanted == 3.0:
        assert played(True) < 0.75 * played(False)


@pytest.mark.parametrize("wrong", [[[0]], [[0, ["x"]]], [[-1, []]], [[0, [9999]]], "no", 5])
def test_heard_bars_of_a_log_are_checked(wrong):
    with pytest.raises((ValueError, TypeError)):
        heard_of(wrong)
