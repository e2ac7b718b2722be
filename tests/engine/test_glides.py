"""Glides on a manual clock: a step at every bar line, ended by a mood, a cancel or its end."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt_live.control.commands import (
    BlendMood,
    CancelMood,
    Command,
    GlideMood,
    SetKey,
    SetKnob,
    SetMood,
    SetTempo,
    Transport,
    UndoMood,
)
from amt_live.control.state import MoodApplied, MoodArmed
from amt_live.control.when import When
from amt_live.engine.model import open_model
from amt_live.engine.moods import MoodDesk
from amt_live.engine.recipes import plain
from amt_live.engine.stream import BEAT_TICKS
from amt_live.errors import UsageError

from .stage import Stage
from .test_band import rows
from .test_real_model import TINY

BAR = 4 * BEAT_TICKS


def started(*commands: Command, at_ticks: int = BAR + 10, mood: str = "calm") -> Stage:
    stage = Stage(mood=mood)
    stage.play()
    stage.run_to(at_ticks)
    for command in commands:
        stage.do(command)
    return stage


def told(stage: Stage) -> list[tuple[str, str, int, float]]:
    return [
        (type(n).__name__, n.text, n.bar, n.beat)
        for n in stage.notices
        if isinstance(n, MoodArmed | MoodApplied)
    ]


def planned(stage: Stage, *bars: int) -> list[str]:
    return [stage.band.stream.plan.at(bar * BAR).direction.text for bar in bars]


def test_a_glide_takes_a_step_at_every_bar_line_and_tells_its_start_and_its_end() -> None:
    stage = started(GlideMood("wild", 3))
    assert planned(stage, 1, 2, 3, 4, 5) == [
        "calm",
        "calm 0.75 + wild 0.25",
        "calm 0.5 + wild 0.5",
        "calm 0.25 + wild 0.75",
        "wild",
    ]
    seen = []
    for bar in range(1, 7):
        stage.run_to(bar * BAR + 20)
        seen.append(stage.band.state.mood)
    assert seen == [
        "calm",
        "calm 0.75 + wild 0.25",
        "calm 0.5 + wild 0.5",
        "calm 0.25 + wild 0.75",
        "wild",
        "wild",
    ]
    assert told(stage) == [
        ("MoodArmed", "calm 0.75 + wild 0.25", 3, 1.0),
        ("MoodApplied", "calm 0.75 + wild 0.25", 3, 1.0),
        ("MoodArmed", "wild", 6, 1.0),
        ("MoodApplied", "wild", 6, 1.0),
    ]
    ids = [n.id for n in stage.of(MoodArmed)]  # type: ignore[attr-defined]
    assert len(set(ids)) == 2
    assert stage.output.dropped == 0 and stage.band.health.underruns == 0


def test_every_bar_of_a_glide_is_played_under_its_own_mood() -> None:
    stage = started(GlideMood("wild", 6))
    stage.run_to(9 * BAR)
    heard = list(dict.fromkeys(stage.decoder.moods))
    assert len(heard) == 8  # calm, six on the way, wild


def test_a_glide_gives_the_same_notes_asked_for_early_or_late() -> None:
    early = started(GlideMood("wild", 3, When.BARS_8))
    late = started(GlideMood("wild", 3, When.BARS_8), at_ticks=8 * BAR - 300)
    for stage in (early, late):
        stage.run_to(14 * BAR)
    assert rows(early.played) == rows(late.played)


def test_going_back_within_a_glide_leaves_no_trace() -> None:
    straight, back = started(GlideMood("wild", 5)), started(GlideMood("wild", 5))
    for at_ticks in (3 * BAR + 500, 4 * BAR + 90, 6 * BAR + 10):
        back.run_to(at_ticks)
        back.band.go_back(back.band.earliest_ticks())
    for stage in (straight, back):
        stage.run_to(10 * BAR)
    assert rows(straight.played) == rows(back.played)


def test_a_cancelled_glide_stays_where_it_is_and_undo_goes_back_before_it() -> None:
    stage = started(GlideMood("wild", 3))
    stage.run_to(3 * BAR + 500)
    stage.do(CancelMood())
    assert stage.band.state.armed is None
    stage.run_to(8 * BAR)
    assert stage.band.state.mood == "calm 0.5 + wild 0.5"
    assert planned(stage, 8) == ["calm 0.5 + wild 0.5"]
    with pytest.raises(UsageError, match="no mood is armed"):
        stage.do(CancelMood())
    stage.do(UndoMood())
    stage.run_to(10 * BAR)
    assert stage.band.state.mood == "calm"


def test_a_glide_cancelled_before_it_begins_leaves_no_trace() -> None:
    stage, plain_stage = started(GlideMood("wild", 3, When.BARS_4)), started()
    stage.run_to(2 * BAR + 400)
    stage.do(CancelMood())
    for each in (stage, plain_stage):
        each.run_to(7 * BAR)
    assert rows(stage.played) == rows(plain_stage.played)
    with pytest.raises(UsageError, match="no mood was played before"):
        stage.do(UndoMood())


def test_a_newer_mood_ends_a_glide_and_undo_goes_back_to_where_it_was() -> None:
    stage = started(GlideMood("wild", 6))
    stage.run_to(3 * BAR + 500)
    stage.do(SetMood("bright", When.BARS_4))
    assert planned(stage, 3, 4, 8)[1:] == ["bright", "bright"]
    stage.run_to(5 * BAR)
    assert stage.band.state.mood == "bright"
    stage.do(UndoMood())
    stage.run_to(7 * BAR)
    assert stage.band.state.mood == "calm 0.71 + wild 0.29"


@pytest.mark.parametrize("at_ticks", [4 * BAR + 100, 12 * BAR])
def test_undo_goes_back_before_the_glide_whether_it_has_ended_or_not(at_ticks: int) -> None:
    stage = started(GlideMood("wild", 6))
    stage.run_to(at_ticks)
    stage.do(UndoMood())
    stage.run_to(at_ticks + 2 * BAR)
    assert stage.band.state.mood == "calm" and stage.band.state.armed is None
    with pytest.raises(UsageError, match="no mood was played before"):
        stage.do(UndoMood())


def test_a_glide_leaves_from_a_blend_and_from_another_glide() -> None:
    stage = started(BlendMood((("a", 1), ("b", 1)), When.BEAT))
    stage.run_to(2 * BAR)
    stage.do(GlideMood("c", 3))
    stage.run_to(4 * BAR + 100)
    assert stage.band.state.mood == "a 0.25 + b 0.25 + c 0.5"
    stage.do(GlideMood("d", 1))
    stage.run_to(5 * BAR + 10)
    assert stage.band.state.mood == "a 0.12 + b 0.12 + c 0.25 + d 0.5"
    stage.run_to(6 * BAR + 10)
    assert stage.band.state.mood == "d"


def test_programs_and_meter_change_once_at_half_way() -> None:
    stage = started(GlideMood("strange 3", 4))
    changes = [
        stage.band.stream.plan.at(ticks).direction.mood.programs != {}
        for ticks in (2 * BAR, 3 * BAR, 4 * BAR, 4 * BAR + 3 * BEAT_TICKS, 8 * BAR)
    ]
    assert changes == [False, False, True, True, True]
    stage.run_to(5 * BAR)
    bars = [bar.duration_ticks // BEAT_TICKS for bar in stage.band.stream.bars]
    assert bars[:7] == [4, 4, 4, 4, 3, 3, 3]


def test_a_glide_from_mid_bar_takes_its_next_step_at_the_bar_line() -> None:
    stage = started(GlideMood("wild", 2, When.BEAT))
    changes = [BAR + BEAT_TICKS, 2 * BAR, 3 * BAR]
    texts = [stage.band.stream.plan.at(ticks).direction.text for ticks in changes]
    assert texts == ["calm 0.67 + wild 0.33", "calm 0.33 + wild 0.67", "wild"]
    before = [stage.band.stream.plan.at(ticks - 1).direction.text for ticks in changes]
    assert before == ["calm", *texts[:-1]]


def test_energy_and_key_move_under_a_glide_and_leave_it_running() -> None:
    stage = started(GlideMood("wild", 3))
    stage.run_to(3 * BAR + 100)
    stage.do(SetKnob("energy", 1.0))
    stage.do(SetKey("D minor"))
    assert planned(stage, 4, 5) == ["calm 0.25 + wild 0.75", "wild"]
    directions = [stage.band.stream.plan.at(bar * BAR).direction for bar in (4, 5)]
    assert [d.revision[1] for d in directions] == [1.0, 1.0]
    assert [d.key for d in directions] == [14, 14]
    stage.run_to(6 * BAR)
    assert stage.band.state.mood == "wild"


def test_a_glide_while_nothing_plays_is_there_at_once() -> None:
    stage = Stage()
    stage.do(GlideMood("wild", 8))
    assert stage.band.state.mood == "wild" and stage.band.state.armed is None


def test_starting_again_in_a_glide_starts_where_it_was_going() -> None:
    stage = started(GlideMood("wild", 8))
    stage.do(Transport("play"))
    assert stage.band.state.mood == "wild" and stage.band.state.armed is None
    stage.run_to(2 * BAR)
    assert planned(stage, 0, 1, 2) == ["wild"] * 3


def test_stop_and_continue_go_on_within_a_glide() -> None:
    stage, straight = started(GlideMood("wild", 5)), started(GlideMood("wild", 5))
    stage.run_to(4 * BAR + 300)
    stage.do(Transport("stop"))
    stage.do(Transport("continue"))
    for each in (stage, straight):
        each.run_to(9 * BAR)
    assert rows(stage.played) == rows(straight.played)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (GlideMood("wild", 0), "outside 1-64"),
        (GlideMood("wild", 65), "outside 1-64"),
        (GlideMood(" ", 4), "empty"),
    ],
)
def test_what_is_no_glide_changes_nothing(command: Command, why: str) -> None:
    stage = started()
    with pytest.raises(UsageError, match=why):
        stage.do(command)
    assert not stage.of(MoodArmed)


COMMANDS = st.sampled_from(
    [
        GlideMood("wild", 3),
        GlideMood("waltz 3", 2, When.BEAT),
        GlideMood("strange", 5, When.NOW),
        SetMood("bright", When.BARS_2),
        CancelMood(),
        UndoMood(),
        SetKnob("energy", 0.2),
        SetTempo(200),
        Transport("stop"),
        Transport("continue"),
        Transport("play"),
    ]
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(COMMANDS, st.floats(0.05, 3.0)), max_size=6))
def test_whatever_is_asked_of_it_the_music_goes_on(asked: list[tuple[Command, float]]) -> None:
    stage = started()
    for command, duration_s in asked:
        try:
            stage.do(command)
        except UsageError:
            pass
        stage.run(duration_s)
    stage.do(Transport("continue"))
    stage.run(16.0)
    band = stage.band
    assert band.moods.armed is None or not band.moods.armed.ends_glide
    text = band.stream.plan.at(band.playhead_ticks).direction.text
    assert band.state.mood == text
    assert stage.output.dropped == 0 and band.health.underruns == 0


def test_a_real_model_is_led_from_one_text_to_the_other() -> None:
    desk = MoodDesk(open_model(TINY).moods, "calm piano")
    readings = desk.glide(plain("storm"), 7)
    end = readings[-1].mood.slot
    distances = [float(np.linalg.norm(reading.mood.slot - end)) for reading in readings]
    assert distances == sorted(distances, reverse=True) and distances[-1] == 0
    parts = [
        {k: v for k, v in reading.mood.attributes.items() if k.startswith("part:")}
        for reading in readings
    ]
    assert all(p == parts[0] for p in parts[:3]) and all(p == parts[-1] for p in parts[3:])
    again = desk.set_energy(None)
    assert replace(desk.current) == again[0, 0]
