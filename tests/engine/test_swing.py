"""Swing: where off-beats go, and that no note is lost or overtaken whatever is asked meanwhile."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt_live.control.commands import (
    Command,
    SetKey,
    SetKnob,
    SetMood,
    SetTempo,
    StartTake,
    StopTake,
    Transport,
)
from amt_live.control.when import When
from amt_live.engine.stream import BEAT_TICKS
from amt_live.engine.swing import Placer, swung
from amt_live.midi.smf import notes_of, read
from amt_live.music.beats import GRID_OFFSETS, GRID_TICKS
from amt_live.music.events import Bar, Event, Mark, Note

from .stage import Stage
from .test_band import rows

BAR = 4 * BEAT_TICKS


@pytest.mark.parametrize(
    ("amount", "places"),
    [
        (0.0, [0, 120, 160, 240, 320, 360]),
        (0.5, [0, 140, 160, 280, 320, 380]),
        (1.0, [0, 160, 160, 320, 320, 400]),
    ],
)
def test_off_beats_come_later_up_to_triplets_and_triplets_stay(
    amount: float, places: list[int]
) -> None:
    for beat in (0, 480, 480 * 7):
        starts = [beat + step * GRID_TICKS for step in GRID_OFFSETS]
        assert [swung(ticks, amount) - beat for ticks in starts] == places


@given(st.integers(0, 10_000), st.integers(0, 600), st.floats(0, 1), st.floats(0, 1))
def test_swing_rises_with_the_tick_and_with_the_amount(
    ticks: int, later: int, amount: float, more: float
) -> None:
    low, high = sorted((amount, more))
    assert ticks <= swung(ticks, low) <= swung(ticks, high)
    assert swung(ticks, amount) <= swung(ticks + later, amount)
    assert swung(ticks, amount) // BEAT_TICKS == ticks // BEAT_TICKS
    assert swung(ticks, 0.0) == ticks


NOTES = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(GRID_OFFSETS),
        st.integers(0, 2),
        st.integers(50, 53),
        st.integers(1, 24),
    ),
    max_size=40,
)


@given(NOTES, st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=5))
def test_no_two_notes_of_a_part_swap_and_none_is_lost_under_any_swings(
    drawn: list[tuple[int, int, int, int, int]], amounts: list[float | None]
) -> None:
    notes = sorted(
        {
            Note(beat * BEAT_TICKS + step * GRID_TICKS, part, pitch, 80, length * GRID_TICKS)
            for beat, step, part, pitch, length in drawn
        },
        key=lambda note: note.start_ticks,
    )
    placer = Placer()
    placed: list[Event] = []
    # The stream gives out whole chords: swing moves between them, never within one.
    for number, start in enumerate(sorted({note.start_ticks for note in notes})):
        placer.amount = amounts[number % len(amounts)]
        placed += placer.place(note for note in notes if note.start_ticks == start)
    assert len(placed) == len(notes)
    for straight, moved in zip(notes, placed, strict=True):
        assert isinstance(moved, Note)
        assert (moved.part, moved.pitch) == (straight.part, straight.pitch)
        assert straight.start_ticks <= moved.start_ticks
        assert moved.duration_ticks >= min(straight.duration_ticks, GRID_TICKS)
    for part in range(3):
        starts = [p.start_ticks for p in placed if isinstance(p, Note) and p.part == part]
        assert starts == sorted(starts)


def test_lines_and_marks_stay_where_they_are() -> None:
    placer = Placer()
    placer.amount = 1.0
    events: list[Event] = [Bar(240, 1920, 0), Mark(240, "calm")]
    assert placer.place(events) == events


def performed(*asked: tuple[int, Command], until: int = 8 * BAR) -> Stage:
    stage = Stage()
    stage.play()
    for at_ticks, command in asked:
        stage.run_to(at_ticks)
        stage.do(command)
    stage.run_to(until)
    return stage


def expected(stage: Stage, amount: float) -> list[tuple[int, int, int]]:
    return sorted((swung(n.start_ticks, amount), n.part, n.pitch) for n in stage.played)


def test_swing_is_heard_at_once_and_changes_no_note() -> None:
    straight = performed()
    stage = performed((2 * BAR, SetKnob("swing", 1.0)))
    assert dict(stage.band.state.knobs)["swing"] == 1.0
    later = [n for n in straight.played if n.start_ticks >= 2 * BAR + BEAT_TICKS]
    wanted = sorted((swung(n.start_ticks, 1.0), n.part, n.pitch) for n in later)
    heard = [row for row in rows(stage.played) if row[0] >= 2 * BAR + BEAT_TICKS]
    assert heard == [row for row in wanted if row[0] <= 8 * BAR]
    assert any(a != b for a, b in zip(rows(later), wanted, strict=True))
    assert [r for r in rows(stage.played) if r[0] < 2 * BAR] == [
        r for r in rows(straight.played) if r[0] < 2 * BAR
    ]
    assert stage.output.dropped == 0


def test_free_gives_the_model_its_own_timing_back() -> None:
    straight = performed()
    stage = performed((0, SetKnob("swing", 0.7)), (3 * BAR, SetKnob("swing", None)))
    assert dict(stage.band.state.knobs)["swing"] is None
    edge = 3 * BAR + BEAT_TICKS
    assert [r for r in rows(stage.played) if r[0] >= edge] == [
        r for r in rows(straight.played) if r[0] >= edge
    ]
    assert len(stage.played) == len(straight.played)


ASKED: list[Command] = [
    SetKnob("swing", 0.0),
    SetKnob("swing", 0.4),
    SetKnob("swing", 1.0),
    SetKnob("swing", None),
]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 700), st.sampled_from(ASKED)), max_size=8),
    st.lists(st.integers(BAR, 5 * BAR), max_size=4),
)
def test_no_note_is_lost_doubled_or_overtaken_whenever_swing_moves_or_the_stream_goes_back(
    asked: list[tuple[int, Command]], backs: list[int]
) -> None:
    straight = performed(until=6 * BAR)
    stage = Stage()
    stage.play()
    at_ticks = 0
    moves: list[tuple[int, Command | None]] = []
    for wait, command in asked:
        at_ticks += wait
        moves.append((at_ticks, command))
    moves += [(ticks, None) for ticks in backs]
    for at_ticks, each in sorted(moves, key=lambda move: move[0]):
        stage.run_to(at_ticks)
        if each is None:
            stage.band.go_back(stage.band.earliest_ticks() + at_ticks % 400)
        else:
            stage.do(each)
    stage.run_to(6 * BAR)
    # Cut at a beat, which no swing moves a note across.
    edge = 6 * BAR - BEAT_TICKS

    def by_part(notes: list[Note], part: int) -> list[tuple[int, int, int]]:
        kept = [n for n in notes if n.part == part and n.start_ticks < edge]
        return sorted((n.start_ticks // BEAT_TICKS, n.pitch, n.velocity) for n in kept)

    for part in range(16):
        assert by_part(stage.played, part) == by_part(straight.played, part)
    assert stage.output.dropped == 0


def test_a_mood_in_mid_beat_takes_no_swung_note_with_it() -> None:
    swing = (0, SetKnob("swing", 1.0))
    for offset in range(0, 480, 40):
        plain = performed((BAR + offset, SetMood("wild", When.NOW)), until=3 * BAR)
        stage = performed(swing, (BAR + offset, SetMood("wild", When.NOW)), until=3 * BAR)
        # The mood enters where it turns, in mid-beat: that is not swung.
        turn, edge = range(BAR + offset, BAR + offset + GRID_TICKS), 3 * BAR - BEAT_TICKS
        entry = [r for r in rows(plain.played) if r[0] in turn]
        plain.played = [n for n in plain.played if n.start_ticks not in turn]
        assert [r for r in rows(stage.played) if r[0] < edge] == [
            r for r in sorted([*expected(plain, 1.0), *entry]) if r[0] < edge
        ]
        assert entry


def test_stop_and_continue_and_tempo_and_key_leave_swung_notes_whole() -> None:
    straight = performed((2 * BAR + 250, SetKey("D minor")), until=5 * BAR)
    stage = performed((0, SetKnob("swing", 1.0)), until=BAR + 290)
    stage.do(Transport("stop"))
    stage.do(Transport("continue"))
    stage.run_to(BAR + 700)
    stage.do(SetTempo(180))
    stage.run_to(2 * BAR + 250)
    stage.do(SetKey("D minor"))
    stage.run_to(5 * BAR)
    edge = 5 * BAR - BEAT_TICKS
    assert [r for r in rows(stage.played) if r[0] < edge] == [
        r for r in expected(straight, 1.0) if r[0] < edge
    ]


def test_a_count_in_is_not_lost_when_swing_is_set_under_it() -> None:
    stage = Stage()
    stage.do(Transport("count_in"))
    stage.run_to(600)
    stage.do(SetKnob("swing", 0.8))
    stage.run_to(BAR - 10)
    assert [n.start_ticks for n in stage.played] == [beat * BEAT_TICKS for beat in range(4)]


def test_a_take_holds_the_swung_notes(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "takes")
    stage.do(SetKnob("swing", 1.0))
    stage.do(StartTake("swung"))
    stage.play()
    stage.run_to(4 * BAR)
    stage.do(Transport("stop"))
    stage.do(StopTake())
    taken = notes_of(read(tmp_path / "takes" / "swung.mid"))
    heard = sorted((note.start_ticks, note.pitch) for note in stage.played)
    assert sorted((note.start_ticks, note.pitch) for note in taken) == heard
    assert any(note.start_ticks % 480 in (320, 400) for note in taken)
    assert not any(note.start_ticks % 480 in (120, 240, 360) for note in taken)
