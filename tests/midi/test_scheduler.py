"""The queue under a timeline, as tables of what is due when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.midi.scheduler import NoteEnd, Scheduler
from amt_live.music.events import Bar, Mark, Note, ProgramChange
from amt_live.music.timeline import Timeline

AT_120 = Timeline(120.0, 0, 10.0)  # a beat is half a second


def note(start_ticks, pitch=60):
    return Note(start_ticks, 2, pitch, 80, 240)


def rows(scheduler, until_s, step_s=None):
    """(moment, event) of everything due by ``until_s``, asked at the exact moments."""
    found = []
    while (at_s := scheduler.next_at_s()) is not None and at_s <= until_s:
        due = scheduler.pop_due(at_s)
        found.append((round(due.due_s, 6), due.event))
    return found


def test_events_are_due_by_the_timeline_in_order():
    scheduler = Scheduler()
    scheduler.timeline = AT_120
    scheduler.add([note(480), note(0), Mark(960, "calm"), note(120)])
    assert rows(scheduler, 99.0) == [
        (10.0, note(0)),
        (10.125, note(120)),
        (10.5, note(480)),
        (11.0, Mark(960, "calm")),
    ]


def test_at_one_tick_ends_come_first_and_sounds_before_notes():
    scheduler = Scheduler()
    scheduler.timeline = AT_120
    bar, mark, program = Bar(480, 1920, 0), Mark(480, "x"), ProgramChange(480, 2, 4)
    scheduler.add([note(480, 64), program, note(480, 60), mark, bar])
    scheduler.add_end(480, 7)
    events = [event for _, event in rows(scheduler, 99.0)]
    assert events == [NoteEnd(480, 7), bar, mark, program, note(480, 64), note(480, 60)]


def test_a_tempo_change_re_times_the_queue_and_loses_nothing():
    scheduler = Scheduler()
    scheduler.timeline = AT_120
    scheduler.add([note(tick) for tick in range(0, 1921, 480)])
    before = rows(scheduler, 10.5)
    scheduler.timeline = AT_120.with_tempo(240.0, 480)
    assert before == [(10.0, note(0)), (10.5, note(480))]
    assert rows(scheduler, 99.0) == [
        (10.75, note(960)),
        (11.0, note(1440)),
        (11.25, note(1920)),
    ]


def test_without_a_timeline_nothing_is_due_and_the_queue_waits():
    scheduler = Scheduler()
    scheduler.add([note(0)])
    assert scheduler.next_at_s() is None
    assert scheduler.pop_due(1e9) is None
    scheduler.timeline = AT_120
    assert rows(scheduler, 10.0) == [(10.0, note(0))]


def test_dropping_from_a_tick_keeps_what_is_before_it_and_the_ends_of_notes():
    scheduler = Scheduler()
    scheduler.timeline = AT_120
    scheduler.add([note(0), note(480), note(479), Mark(480, "gone"), Bar(1920, 1920, 1)])
    scheduler.add_end(600, 3)
    scheduler.drop_from(480)
    assert [event for _, event in rows(scheduler, 99.0)] == [note(0), note(479), NoteEnd(600, 3)]


@pytest.mark.parametrize(
    ("late_s", "played", "dropped"), [(0.0, 1, 0), (0.099, 1, 0), (0.101, 0, 1)]
)
def test_a_note_is_dropped_and_counted_only_past_the_limit(late_s, played, dropped):
    scheduler = Scheduler(late_limit_s=0.1)
    scheduler.timeline = AT_120
    scheduler.add([note(0)])
    due = scheduler.pop_due(10.0 + late_s)
    assert (due is not None) == bool(played)
    assert scheduler.dropped == dropped


def test_ends_programs_and_marks_are_never_dropped_for_being_late():
    scheduler = Scheduler(late_limit_s=0.1)
    scheduler.timeline = AT_120
    scheduler.add([ProgramChange(0, 1, 3), Mark(0, "late"), note(0)])
    scheduler.add_end(0, 1)
    kinds = []
    while (due := scheduler.pop_due(60.0)) is not None:
        kinds.append(type(due.event))
    assert kinds == [NoteEnd, Mark, ProgramChange]
    assert scheduler.dropped == 1


@given(
    st.lists(st.integers(0, 5000), max_size=40),
    st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(20, 300)), max_size=8),
)
def test_no_tempo_changes_lose_double_or_reorder_notes(starts, changes):
    scheduler = Scheduler()
    scheduler.timeline, now_s, got = AT_120, 10.0, []
    scheduler.add([note(start) for start in starts])
    for wait_s, bpm in changes:
        got += rows(scheduler, now_s + wait_s)
        now_s += wait_s
        at_ticks = round(scheduler.timeline.ticks_at(now_s))
        scheduler.timeline = scheduler.timeline.with_tempo(bpm, at_ticks)
    got += rows(scheduler, 1e9)
    assert [event.start_ticks for _, event in got] == sorted(starts)
    assert scheduler.dropped == 0
