"""The roll: notes on a beat axis, and the picture made of them. Pure, no terminal."""

import pytest

from amt_live.tui.harmony import chord_name, key_name
from amt_live.tui.roll import KEPT_BEATS, PitchWindow, Roll, RollNote, fit_window
from amt_live.tui.rollpaint import (
    LABEL_COLUMNS,
    RollFrame,
    RollPainter,
    colour_table,
    columns_ahead,
    drum_lane,
)
from amt_live.tui.theme import STAGE

BPM = 120.0


@pytest.fixture
def roll():
    """Two bars of four beats at 120, the last beat at 3.5 s."""
    roll = Roll()
    for index in range(8):
        roll.beat(index // 4 + 1, index % 4 + 1, index * 0.5, BPM)
    return roll


def test_the_playhead_runs_on_between_beats_and_waits_at_the_next(roll):
    assert roll.position(3.5, BPM) == 7.0
    assert roll.position(3.75, BPM) == 7.5
    assert roll.position(60.0, BPM) == 8.0


def test_bar_lines_lie_where_their_first_beats_were(roll):
    assert [(bar.start, bar.text) for bar in roll.bars] == [(0.0, "1"), (4.0, "2")]


def test_lost_beats_are_made_up_from_the_time_that_went_by(roll):
    roll.beat(3, 3, 5.0, BPM)
    assert roll.position(5.0, BPM) == 10.0


def test_a_bar_that_ends_on_a_half_beat_keeps_the_axis_right(roll):
    roll.beat(3, 1, 3.75, BPM)
    assert roll.position(3.75, BPM) == 7.5


@pytest.mark.parametrize(
    ("late_s", "start"), [(0.0, 7.0), (0.02, 7.0), (0.13, 7.25), (0.17, 1 / 3 + 7)]
)
def test_a_note_starts_on_the_grid_though_datagrams_come_unevenly(roll, late_s, start):
    roll.note(1, 40, 90, 0.5, 3.5 + late_s, BPM)
    assert roll.notes[-1].start == pytest.approx(start)
    assert roll.notes[-1].end == pytest.approx(start + 0.5)


def test_stopping_ends_sounding_notes_and_starting_again_goes_on_behind_them(roll):
    roll.note(1, 40, 90, 16.0, 3.5, BPM)
    roll.stop()
    assert roll.notes[-1].end == roll.position(99.0, BPM) == 8.0
    roll.beat(1, 1, 100.0, BPM)
    assert roll.position(100.0, BPM) == 8.0
    assert roll.bars[-1].start == 8.0


def test_two_mood_changes_at_one_place_leave_one_mark(roll):
    roll.mood("calm", 3.5, BPM)
    roll.mood("storm", 3.5, BPM)
    assert [mark.text for mark in roll.moods] == ["storm"]


def test_old_notes_are_forgotten():
    roll = Roll()
    roll.beat(1, 1, 0.0, BPM)
    roll.note(1, 40, 90, 0.5, 0.0, BPM)
    for index in range(1, KEPT_BEATS + 2):
        roll.beat(index // 4 + 1, index % 4 + 1, index * 0.5, BPM)
    assert not roll.notes


def test_the_pitch_window_holds_all_pitches_and_stands_still():
    window = fit_window([36, 84], PitchWindow(60, 24, 24), 24)
    assert 0 <= window.row(36) < window.row(84) < 24
    assert fit_window([40, 80], window, 24) == window
    assert fit_window([60, 62], window, 24).span == 24
    assert fit_window([], window, 24) == window


def test_the_pitch_window_stays_inside_midi():
    for pitches in ([0, 3], [125, 127], [0, 127]):
        window = fit_window(pitches, PitchWindow(60, 24, 24), 24)
        assert 0 <= window.row(min(pitches)) <= window.row(max(pitches)) < 24


def painted(roll, width=60, height=16, head=7.0, playing=True, armed_at=None, **more):
    frame = RollFrame(head, armed_at, playing, **more)
    return RollPainter(STAGE).paint(roll, frame, width, height)


def colours_at(rows, x):
    """All colours in one column of cells, top to bottom."""
    found = []
    for row in rows:
        at = 0
        for segment in row:
            if at <= x < at + len(segment.text):
                found += [segment.style.color.name, segment.style.bgcolor.name]
            at += len(segment.text)
    return found


HEAD_X = 60 - 1 - columns_ahead(60 - LABEL_COLUMNS)
FIRST_NOTE = 14


@pytest.mark.parametrize(("width", "height"), [(60, 16), (11, 5), (1, 1), (300, 90), (60, 3)])
def test_every_row_is_as_wide_as_the_widget(roll, width, height):
    roll.note(1, 40, 90, 0.5, 3.5, BPM)
    rows = painted(roll, width, height)
    assert len(rows) == height
    assert all(sum(len(segment.text) for segment in row) == width for row in rows)


def test_a_sounding_note_is_bright_at_the_playhead_and_dim_ahead_of_it(roll):
    roll.note(2, 60, 90, 1.0, 3.5, BPM)
    piano = colour_table(STAGE)[FIRST_NOTE + 2 * 5 : FIRST_NOTE + 3 * 5]
    rows = painted(roll)
    assert piano[3] in colours_at(rows, HEAD_X)
    assert piano[4] in colours_at(rows, HEAD_X + 1)
    assert not set(piano) & set(colours_at(rows, HEAD_X - 1))


def test_a_note_scrolls_to_the_left_as_the_playhead_moves_on(roll):
    roll.note(2, 60, 90, 0.25, 3.5, BPM)
    piano = set(colour_table(STAGE)[FIRST_NOTE + 2 * 5 : FIRST_NOTE + 3 * 5])
    rows = painted(roll, head=8.0)
    assert piano & set(colours_at(rows, HEAD_X - 4))
    assert not piano & set(colours_at(rows, HEAD_X))


def test_the_armed_mood_stands_ahead_of_the_playhead(roll):
    armed = colour_table(STAGE)[5]
    assert armed in colours_at(painted(roll, armed_at=8.0), HEAD_X + 4)
    assert armed not in colours_at(painted(roll), HEAD_X + 4)


def test_the_ruler_names_bars_and_moods(roll):
    roll.mood("dark waltz", 3.5, BPM)
    ruler = "".join(segment.text for segment in painted(roll, head=7.0)[0])
    assert "◆ dark waltz" in ruler
    assert "1" in ruler


def test_drums_have_lanes_of_their_own():
    assert [drum_lane(pitch) for pitch in (49, 42, 45, 38, 36, 75)] == [0, 1, 2, 3, 4, 5]


def test_a_decided_note_is_dim_ahead_of_the_playhead_until_it_is_played(roll):
    roll.decide(RollNote(1.0, 2.0, 2, 60, 90), 3.5, BPM)
    piano = colour_table(STAGE)[FIRST_NOTE + 2 * 5 : FIRST_NOTE + 3 * 5]
    assert piano[4] in colours_at(painted(roll), HEAD_X + 4)
    silent = painted(roll, silent=frozenset({2}))
    assert not set(piano) & set(colours_at(silent, HEAD_X + 4))
    roll.note(2, 60, 90, 1.0, 4.02, BPM)  # half a second is a beat
    assert not roll.decided
    assert [note.start for note in roll.notes] == [8.0]


def test_a_wipe_takes_the_future_back_from_its_boundary_on_and_is_seen(roll):
    for beats in (0.5, 1.0, 3.0):
        roll.decide(RollNote(beats, beats + 1.0, 2, 60, 90), 3.5, BPM)
    roll.wipe(1.0, 3.5, BPM)
    assert [note.start for note in roll.decided] == [7.5]
    assert [note.start for note in roll.wiped.notes] == [8.0, 10.0]
    front = roll.wiped.front(3.6)
    assert 8.0 < front < 10.0
    assert roll.wiped.front(9.0) is None
    piano = set(colour_table(STAGE)[FIRST_NOTE + 2 * 5 : FIRST_NOTE + 3 * 5])
    rows = painted(roll, front=front)
    assert not piano & set(colours_at(rows, HEAD_X + 6)), "the front has passed the first one"
    assert piano & set(colours_at(rows, HEAD_X + 12)), "the second one is yet to go"
    roll.stop()
    assert not roll.decided and roll.wiped is None


@pytest.mark.parametrize(
    ("pitches", "chord"),
    [((57, 60, 64), "Am"), ((50, 65, 69, 72), "Dm7"), ((43, 59, 62, 65), "G7"), ((60,), "")],
)
def test_the_chord_that_sounds_is_named(pitches, chord):
    notes = [RollNote(0.0, 2.0, 2, pitch, 90) for pitch in pitches]
    drums = [RollNote(0.0, 2.0, 0, 37, 90)]
    assert chord_name([*notes, *drums], 2.0) == chord


def test_the_key_of_the_last_bars_is_named():
    scale = (57, 59, 60, 62, 64, 65, 67, 69, 57, 64, 57)
    notes = [RollNote(at, at + 1.0, 2, pitch, 90) for at, pitch in enumerate(scale)]
    assert key_name(notes, 11.0) == "A minor"
    assert key_name([], 11.0) == ""
