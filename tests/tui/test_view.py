"""What the screen knows: messages in, view out. Pure, no terminal."""

import math
from dataclasses import replace

import pytest

from amt_live.control.state import BandState, NotePlayed
from amt_live.control.when import When
from amt_live.osc.routing import followed
from amt_live.tui.messages import notice_of, receive
from amt_live.tui.view import (
    StageView,
    count_level,
    horizon_level,
    lateness_level,
    with_link,
    with_message,
)


@pytest.fixture
def view():
    return with_link(StageView(where="here"), "connected")


def after(view, *messages, at_s=10.0):
    for address, *atoms in messages:
        view = receive(view, address, atoms, at_s)
    return view


def test_every_value_that_the_daemon_pushes_reaches_the_view(view):
    parts = tuple(
        replace(part, mute=True, solo=True, level=7, octave=1, program=99, channel=3)
        for part in StageView().band.parts
    )
    band = BandState(
        transport="playing",
        mood="dark waltz",
        quantise=When.BARS_4,
        tempo_bpm=144.0,
        seed=7,
        parts=parts,
        knobs=(("swing", 0.5), ("density", None), ("energy", 1.0)),
        key="D minor",
        chords="Dm7 | G7",
        take="first",
        model="tiny",
        midi_api="jack",
        midi_port="amt-live",
    )
    seen = after(view, *((address, *atoms) for address, atoms in followed(band).items())).band
    assert {**dict(seen.knobs)} == dict(band.knobs)
    assert replace(seen, knobs=()) == replace(band, knobs=())


def test_an_armed_mood_counts_down_in_beats_of_the_tempo(view):
    view = after(view, ("/amt/tempo", 120.0), ("/amt/mood/armed", 3, "storm", 5, 1.0, 2.0))
    assert view.band.armed.text == "storm"
    assert view.beats_until_mood(10.0) == pytest.approx(4.0)
    assert view.beats_until_mood(11.0) == pytest.approx(2.0)
    assert view.beats_until_mood(99.0) == 0.0


def test_a_tempo_change_moves_the_moment_of_the_armed_mood_not_its_beat(view):
    view = after(view, ("/amt/tempo", 120.0), ("/amt/mood/armed", 3, "storm", 5, 1.0, 2.0))
    view = after(view, ("/amt/tempo", 60.0), at_s=11.0)
    assert view.beats_until_mood(11.0) == pytest.approx(2.0)
    assert view.armed_due_s == pytest.approx(13.0)


def test_applied_ends_the_armed_mood_but_not_a_newer_one(view):
    view = after(view, ("/amt/mood/armed", 4, "storm", 5, 1.0, 2.0))
    older = after(view, ("/amt/mood/applied", 3, "calm", 4, 1.0, 800.0))
    assert (older.band.mood, older.band.armed.id) == ("calm", 4)
    done = after(older, ("/amt/mood/applied", 4, "storm", 5, 1.0, 800.0), at_s=12.0)
    assert (done.band.mood, done.band.armed, done.applied_at_s) == ("storm", None, 12.0)


def test_cancelled_and_the_empty_reading_both_end_the_armed_mood(view):
    view = after(view, ("/amt/mood/armed", 4, "storm", 5, 1.0, 2.0))
    assert after(view, ("/amt/mood/cancelled", 4, "storm")).band.armed is None
    assert after(view, ("/amt/mood/cancelled", 3, "calm")).band.armed is not None
    assert after(view, ("/amt/mood/armed", 0, "", 0, 0.0, 0.0)).band.armed is None


def test_the_length_of_a_bar_is_learnt_from_its_beats(view):
    view = after(view, *(("/amt/beat", 1, beat) for beat in (1, 2, 3)), ("/amt/beat", 2, 1))
    assert view.beats_in_bar == 3
    view = after(view, *(("/amt/beat", 2, beat) for beat in (2, 3, 4, 5)))
    assert view.beats_in_bar == 5


def test_new_underruns_alarm_for_a_while_and_old_ones_only_warn(view):
    view = after(view, ("/amt/health", 8.0, 400.0, 0.4, 2, 0), at_s=10.0)
    assert count_level(view, 2, 11.0) == "bad"
    assert count_level(view, 2, 30.0) == "warn"
    assert count_level(view, 0, 11.0) == "idle"


def test_a_screen_that_attaches_late_does_not_alarm_for_what_was():
    view = after(StageView(), ("/amt/health", 8.0, 400.0, 0.4, 2, 0))
    assert view.trouble_at_s == -math.inf


@pytest.mark.parametrize(
    ("beats", "late_ms", "horizon", "lateness"),
    [(8.0, 0.4, "good", "good"), (1.5, 6.0, "warn", "warn"), (0.2, 40.0, "bad", "bad")],
)
def test_health_turns_colour_before_it_hurts(view, beats, late_ms, horizon, lateness):
    health = ("/amt/health", beats, 300.0, late_ms, 0, 0)
    playing = after(view, ("/amt/transport/state", "playing"), health)
    assert (horizon_level(playing), lateness_level(playing)) == (horizon, lateness)
    stopped = after(playing, ("/amt/transport/state", "stopped"))
    assert (horizon_level(stopped), lateness_level(stopped)) == ("idle", "idle")


def test_an_error_is_shown_for_a_while(view):
    view = after(view, ("/amt/error", "the port is gone"), at_s=10.0)
    assert view.message_at(11.0).text == "the port is gone"
    assert view.message_at(60.0) is None


def test_losing_the_daemon_stops_the_countdown_and_finding_it_clears_the_message(view):
    view = after(
        view, ("/amt/transport/state", "playing"), ("/amt/mood/armed", 1, "x", 2, 1.0, 2.0)
    )
    lost = with_link(view, "lost")
    assert not lost.is_playing
    assert lost.beats_until_mood(10.0) is None
    found = with_link(with_message(lost, "no band", "error", 10.0), "connected")
    assert found.message_at(10.5) is None


@pytest.mark.parametrize(
    "message",
    [
        ("/amt/beat", 1),
        ("/amt/beat", "one", "two"),
        ("/amt/tempo",),
        ("/amt/tempo", "fast"),
        ("/amt/transport/state", "flying"),
        ("/amt/quantise", "someday"),
        ("/amt/part/bass/mute",),
        ("/amt/part/kazoo/mute", 1),
        ("/amt/part/bass/colour", 1),
        ("/amt/part/bass", 1),
        ("/amt/sampling/luck", 1.0),
        ("/amt/health", 1.0),
        ("/amt/new/in/the/next/version", 1, 2, 3),
    ],
)
def test_malformed_and_unknown_messages_change_nothing(view, message):
    assert after(view, message) == view


def test_a_note_is_a_notice_and_no_change_of_the_view(view):
    note = ("/amt/note", "bass", 40, 90, 0.5)
    assert notice_of(note[0], note[1:]) == NotePlayed("bass", 40, 90, 0.5)
    assert after(view, note) is view
