"""The band on a manual clock: what is sent, when, and what changes it."""

import time
from pathlib import Path

import pytest

from amt_live.control.commands import (
    CancelMood,
    Capture,
    Panic,
    SetChords,
    SetKey,
    SetKnob,
    SetMood,
    SetPart,
    SetQuantise,
    SetSampling,
    SetSeed,
    SetTempo,
    StartTake,
    StopTake,
    Transport,
    UndoMood,
)
from amt_live.control.state import BeatPassed, MoodApplied, MoodArmed, TransportChanged
from amt_live.control.when import When
from amt_live.engine.stream import BEAT_TICKS
from amt_live.errors import UsageError
from amt_live.midi.smf import notes_of, read
from amt_live.music.events import Note

from .scripted import part_of
from .stage import Stage

BAR = 4 * BEAT_TICKS


def rows(notes: list[Note]) -> list[tuple[int, int, int]]:
    return sorted((note.start_ticks, note.part, note.pitch) for note in notes)


def test_the_horizon_stays_ahead_and_every_note_is_sent_in_time() -> None:
    stage = Stage()
    stage.play()
    for _ in range(40):
        stage.run(0.25)
        assert stage.band.state.health.horizon_beats >= 6
    assert stage.band.health.underruns == 0
    assert stage.output.dropped == 0
    assert len(stage.played) > 50
    assert stage.band.playhead_ticks == pytest.approx(20 * BEAT_TICKS, abs=100)


def test_the_same_seed_and_commands_give_the_same_notes_another_seed_others() -> None:
    def perform(seed: int) -> list[tuple[int, int, int]]:
        stage = Stage(seed=seed)
        stage.play()
        stage.run_to(BAR + 100)
        stage.do(SetMood("wild", When.BEAT))
        stage.run_to(4 * BAR)
        return rows(stage.played)

    assert perform(5) == perform(5)
    assert perform(5) != perform(6)


@pytest.mark.parametrize(
    ("when", "asked_at", "expected"),
    [
        (When.SIXTEENTH, BAR + 10, BAR + 120),
        (When.BEAT, BAR + 10, BAR + 480),
        (When.BAR, BAR + 10, 2 * BAR),
        (When.BARS_2, BAR + 10, 2 * BAR),
        (When.BARS_4, BAR + 10, 4 * BAR),
        (When.BARS_8, BAR + 10, 8 * BAR),
        (None, BAR + 10, 2 * BAR),
    ],
)
def test_a_mood_is_armed_then_applied_at_its_boundary(
    when: When | None, asked_at: int, expected: int
) -> None:
    stage = Stage()
    stage.play()
    stage.run_to(asked_at)
    stage.do(SetMood("wild", when))
    (armed,) = stage.of(MoodArmed)
    assert isinstance(armed, MoodArmed)
    assert armed.bar == expected // BAR + 1
    assert armed.beat == 1 + expected % BAR / BEAT_TICKS
    assert armed.eta_s == pytest.approx((expected - asked_at) / 960, abs=0.01)
    assert stage.band.state.armed and stage.band.state.mood == "calm"
    stage.run_to(expected - 5)
    assert not stage.of(MoodApplied)
    stage.run_to(expected + 5)
    (applied,) = stage.of(MoodApplied)
    assert isinstance(applied, MoodApplied)
    assert (applied.id, applied.text, applied.bar, applied.beat) == (
        armed.id,
        "wild",
        armed.bar,
        armed.beat,
    )
    assert applied.latency_ms == pytest.approx(armed.eta_s * 1000, abs=5)
    assert stage.band.state.mood == "wild" and stage.band.state.armed is None
    stage.run_to(expected + 2 * BAR)
    parts = [n.part for n in stage.played if n.start_ticks >= expected]
    assert max(parts, key=parts.count) == part_of("wild")
    assert stage.output.dropped == 0


@pytest.mark.parametrize("at_ticks", [BAR + 333, 2 * BAR - 7, 2 * BAR, 2 * BAR + 121])
def test_a_mood_now_enters_at_once_wherever_in_the_beat_that_is(at_ticks: int) -> None:
    stage = Stage()
    stage.play()
    stage.run_to(at_ticks)
    asked_at = stage.band.playhead_ticks
    stage.do(SetMood("wild", When.NOW))
    (armed,) = stage.of(MoodArmed)
    assert isinstance(armed, MoodArmed)
    assert armed.eta_s < 0.02
    stage.run_to(at_ticks + 2 * BAR)
    first = min(n.start_ticks for n in stage.played if n.start_ticks > asked_at)
    assert first - asked_at <= stage.band.transport.ticks_in(0.02)
    entered = [n.part for n in stage.played if n.start_ticks == first]
    assert part_of("wild") in entered and len(entered) <= 3
    assert stage.output.dropped == 0 and stage.band.health.underruns == 0


@pytest.mark.parametrize(("before_s", "line"), [(0.06, 2), (0.2, 2), (0.01, 3)])
def test_a_mood_shortly_before_a_bar_line_still_makes_it(before_s: float, line: int) -> None:
    stage = Stage()
    stage.play()
    stage.run_to(2 * BAR - stage.band.transport.ticks_in(before_s))
    stage.do(SetMood("wild", When.BAR))
    stage.run_to((line + 2) * BAR)
    (applied,) = stage.of(MoodApplied)
    assert isinstance(applied, MoodApplied)
    assert (applied.bar, applied.beat) == (line + 1, 1)
    first = min(n.start_ticks for n in stage.played if n.start_ticks >= line * BAR)
    if before_s == 0.06:  # with a few notes, because there is no time for more
        entered = [n.part for n in stage.played if n.start_ticks == first]
        assert first == line * BAR and len(entered) <= 3
    assert stage.output.dropped == 0 and stage.band.health.underruns == 0


def test_a_newer_mood_takes_the_place_of_the_armed_one() -> None:
    stage, plain = Stage(), Stage()
    for each in (stage, plain):
        each.play()
        each.run_to(BAR + 10)
    stage.do(SetMood("wild", When.BAR))
    stage.run_to(BAR + 500)
    for each in (stage, plain):
        each.run_to(BAR + 500)
        each.do(SetMood("dreamy", When.BARS_4))
        each.run_to(6 * BAR)
    assert rows(stage.played) == rows(plain.played)
    applied = [notice.text for notice in stage.of(MoodApplied)]  # type: ignore[attr-defined]
    assert applied == ["dreamy"]


def test_cancel_and_undo() -> None:
    stage, plain = Stage(), Stage()
    for each in (stage, plain):
        each.play()
        each.run_to(BAR + 10)
    stage.do(SetMood("wild"))
    stage.run_to(BAR + 400)
    stage.do(CancelMood())
    for each in (stage, plain):
        each.run_to(4 * BAR)
    assert rows(stage.played) == rows(plain.played)
    with pytest.raises(UsageError, match="no mood is armed"):
        stage.do(CancelMood())
    with pytest.raises(UsageError, match="no mood was played before"):
        stage.do(UndoMood())
    stage.do(SetMood("wild", When.BEAT))
    stage.run_to(5 * BAR)
    assert stage.band.state.mood == "wild"
    stage.do(UndoMood())
    stage.run_to(7 * BAR)
    assert stage.band.state.mood == "calm"


def test_a_tempo_change_moves_the_very_next_beats_and_no_note() -> None:
    stage, plain = Stage(), Stage()
    for each in (stage, plain):
        each.play()
        each.run_to(BAR)
    before_s = stage.clock.now()
    length = stage.decoder.length
    stage.do(SetTempo(240))
    assert stage.decoder.length == length
    stage.run_to(2 * BAR)
    assert stage.clock.now() - before_s == pytest.approx(1.0, abs=0.02)
    stage.run_to(4 * BAR)
    plain.run_to(4 * BAR)
    assert rows(stage.played) == rows(plain.played)


def test_a_glide_reaches_its_tempo_in_small_steps() -> None:
    stage = Stage()
    stage.play()
    stage.run_to(BAR)
    stage.do(SetTempo(180, 4))
    seen = []
    for beat in range(1, 6):
        stage.run_to(BAR + beat * BEAT_TICKS)
        seen.append(stage.band.transport.tempo_bpm)
    assert seen == sorted(seen) and 125 < seen[0] < 145 and seen[-1] == 180
    assert len(set(seen[:4])) >= 3


def test_stop_ends_notes_and_continue_goes_on_as_if_nothing_had_been() -> None:
    stage, plain = Stage(), Stage()
    stage.play()
    plain.play()
    stage.run_to(2 * BAR + 700)
    stage.do(Transport("stop"))
    assert stage.output.sounding == 0
    assert stage.band.state.transport == "stopped"
    count = len(stage.played)
    stage.run(3.0)
    assert len(stage.played) == count
    stage.do(Transport("continue"))
    stage.run_to(4 * BAR)
    plain.run_to(4 * BAR)
    assert rows(stage.played) == rows(plain.played)


def test_panic_silences_and_stops_and_play_starts_from_bar_one() -> None:
    stage = Stage()
    stage.play()
    stage.run_to(BAR + 100)
    stage.do(Panic())
    assert stage.output.sounding == 0 and stage.band.state.transport == "stopped"
    first = rows([n for n in stage.played if n.start_ticks < BAR])
    stage.played.clear()
    stage.play()
    stage.run_to(BAR + 100)
    assert stage.band.state.bar == 2
    assert rows([n for n in stage.played if n.start_ticks < BAR]) == first


def test_count_in_clicks_a_bar_and_then_plays() -> None:
    stage = Stage()
    stage.do(Transport("count_in"))
    stage.run_to(100)
    assert stage.band.state.transport == "count_in" and stage.band.state.bar == 0
    stage.run_to(BAR - 10)
    assert [(n.start_ticks, n.part, n.pitch) for n in stage.played] == [
        (beat * BEAT_TICKS, 0, 37) for beat in range(4)
    ]
    stage.run_to(BAR + 10)
    assert stage.band.state.transport == "playing" and stage.band.state.bar == 1
    states = [notice.state for notice in stage.of(TransportChanged)]  # type: ignore[attr-defined]
    assert states == ["count_in", "playing"]
    beats = [(n.bar, n.beat) for n in stage.of(BeatPassed)]  # type: ignore[attr-defined]
    assert beats[:5] == [(0, 1), (0, 2), (0, 3), (0, 4), (1, 1)]


def test_an_underrun_is_counted_and_the_music_goes_on_after_the_playhead() -> None:
    stage = Stage()
    stage.play()
    stage.run_to(BAR)
    # The machine was busy elsewhere for ten seconds: more than the horizon.
    stage.output.advance(stage.clock.now() + 10.0)
    gap_from, gap_to = stage.band.stream.horizon_ticks, stage.band.playhead_ticks
    stage.played.clear()
    stage.run(4.0)
    assert stage.band.health.underruns == 1
    assert stage.output.dropped == 0
    assert stage.played and min(n.start_ticks for n in stage.played) >= gap_to > gap_from
    bars = stage.band.stream.bars
    assert all(bar.start_ticks == bar.number * BAR for bar in bars)


def test_parts_are_set_by_name_and_a_program_by_hand_stays() -> None:
    stage = Stage()
    part = part_of("strange")
    name = stage.band.state.parts[part].name
    stage.play()
    stage.run_to(BAR // 2)
    stage.do(SetMood("strange", When.BEAT))
    stage.run_to(BAR)
    assert stage.band.state.parts[part].program == 7
    stage.do(SetPart(name, "program", 90))
    stage.do(SetMood("other", When.BEAT))
    stage.run_to(2 * BAR)
    assert stage.band.state.parts[part].program == 90
    stage.do(SetPart("*", "mute", 1))
    assert all(state.mute for state in stage.band.state.parts)
    stage.played.clear()
    stage.run_to(3 * BAR)
    assert stage.played == []
    with pytest.raises(UsageError, match="no part is called 'tuba'"):
        stage.do(SetPart("tuba", "mute", 1))
    with pytest.raises(UsageError, match="outside 1-16"):
        stage.do(SetPart("bass", "channel", 17))


def test_controls_act_from_the_next_bar_and_say_what_they_hold() -> None:
    stage = Stage()
    stage.play()
    stage.run_to(BAR + 10)
    stage.do(SetKey("d minor"))
    stage.do(SetChords("Dm7 | G7 | C | %"))
    stage.do(SetKnob("density", 1.0))
    stage.do(SetKnob("energy", 1.0))
    state = stage.band.state
    assert (state.key, state.chords) == ("D minor", "Dm7 | G7 | C | %")
    assert dict(state.knobs) == {"swing": None, "density": 1.0, "energy": 1.0}
    now = stage.band.stream.plan.at(BAR + 10).direction
    following = stage.band.stream.plan.at(2 * BAR).direction
    assert now.key is None and following.key == 14 and following.density == 7
    assert following.chords_from_bar == 2
    assert stage.reader.read_texts[-1] == ("calm", {"arousal": 2.0, "velocity": 2.0})
    stage.do(SetMood("wild"))
    assert stage.band.stream.plan.at(2 * BAR).direction.key == 14
    stage.run_to(3 * BAR)
    assert len(stage.of(MoodApplied)) == 1


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (SetMood("  "), "empty"),
        (SetMood("x" * 501), "501 characters"),
        (SetTempo(0), "outside 20-300"),
        (SetTempo(301), "outside 20-300"),
        (SetSampling("temperature", 0), "outside 0.1-2"),
        (SetKnob("density", 1.5), "outside 0-1"),
        (SetKnob("swing", 1.5), "outside 0-1"),
        (SetKey("H major"), "not a key"),
        (SetChords("Dm7 | X"), "not a chord"),
        (SetChords("% | C"), "first bar needs a chord"),
        (SetChords("C D E"), "one or two chords"),
        (StopTake(), "no take is running"),
        (StartTake("../evil"), "bare file name"),
        (StartTake(".."), "bare file name"),
        (StartTake("a\\b"), "bare file name"),
        (Capture(0), "0 bars is outside 1-512"),
        (Capture(513), "outside 1-512"),
        (Capture(4, "../evil"), "bare file name"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(command: object, why: str) -> None:
    stage = Stage()
    with pytest.raises(UsageError, match=why) as caught:
        stage.do(command)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_the_last_bars_are_captured_under_a_free_name(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "takes")
    with pytest.raises(UsageError, match="nothing was played"):
        stage.do(Capture(4))
    stage.play()
    stage.run_to(3 * 1920 + 600)
    for _ in range(2):
        stage.do(Capture(2, "good one"))
    names = sorted(path.name for path in (tmp_path / "takes").iterdir())
    assert names == ["good one-2.mid", "good one.mid"]
    song = read(tmp_path / "takes" / names[0])
    recent = [note for note in stage.played if note.start_ticks >= 1920]
    assert len(notes_of(song)) == len(recent) > 0
    assert notes_of(song)[0].start_ticks == recent[0].start_ticks - 1920


def test_a_take_holds_what_was_sent_and_the_moods_as_markers(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "takes")
    stage.do(StartTake("evening"))
    assert stage.band.state.take == "evening"
    stage.play()
    stage.run_to(BAR)
    stage.do(SetMood("wild", When.BAR))
    stage.run_to(4 * BAR)
    stage.do(Transport("stop"))
    stage.do(StopTake())
    song = read(tmp_path / "takes" / "evening.mid")
    assert len(notes_of(song)) == len(stage.played) > 20
    markers = [(marker.at_ticks, marker.text) for marker in song.markers]
    assert markers == [(0, "calm"), (2 * BAR, "wild")]
    stage.do(StartTake("evening"))
    stage.do(StopTake())
    assert (tmp_path / "takes" / "evening-2.mid").exists()


def test_seed_quantise_and_sampling_show_in_the_state() -> None:
    stage = Stage()
    stage.do(SetSeed(99))
    stage.do(SetQuantise(When.BARS_4))
    stage.do(SetSampling("top_k", 40.0))
    stage.do(SetSampling("guidance", 1.0))
    state = stage.band.state
    assert (state.seed, state.quantise, state.sampling.top_k) == (99, When.BARS_4, 40)
    assert not stage.decoder.guided


def test_a_mood_while_stopped_is_the_mood_of_the_start() -> None:
    stage = Stage()
    stage.do(SetMood("wild", When.BARS_8))
    assert stage.band.state.mood == "wild" and stage.band.state.armed is None
    stage.play()
    stage.run_to(2 * BAR)
    parts = [note.part for note in stage.played]
    assert max(parts, key=parts.count) == part_of("wild")


def test_a_turn_costs_little() -> None:
    stage = Stage()
    stage.play()
    stage.run(1.0)
    started_s = time.perf_counter()
    for _ in range(200):
        stage.band.follow()
    assert (time.perf_counter() - started_s) / 200 < 0.002


def test_a_mood_that_turns_in_the_count_in_is_what_the_first_bar_plays() -> None:
    stage = Stage()
    stage.do(Transport("count_in"))
    stage.run_to(100)
    stage.do(SetMood("wild", When.BEAT))
    stage.run_to(3 * BAR)
    parts = [n.part for n in stage.played if n.start_ticks >= BAR]
    assert parts and max(parts, key=parts.count) == part_of("wild")
