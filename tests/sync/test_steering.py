"""A timeline is led to a clock: it arrives, and never jumps."""

import pytest

from amt_live.music.timeline import Timeline
from amt_live.sync.heard import Heard
from amt_live.sync.steering import (
    MOST_BEND,
    error_s,
    is_quiet,
    nearest_offset,
    next_offset,
    steered,
)


@pytest.mark.parametrize("behind_beats", [-2.0, -0.3, 0.01, 0.5, 2.0])
def test_the_band_catches_up_within_the_bend_and_no_tick_is_played_twice(behind_beats):
    band = Timeline(120.0, 0, 100.0)
    clock = Heard("midi", True, True, True, 1, True, 120.0, behind_beats, 100.0)
    now_s = 110.0
    at_ticks = int(band.ticks_at(now_s))
    behind_s = error_s(band, clock, 0.0, now_s)
    assert behind_s == pytest.approx(behind_beats * 0.5)
    bent = steered(band, at_ticks, clock.tempo_bpm, behind_s)
    assert bent.timeline.seconds_at(at_ticks) == pytest.approx(band.seconds_at(at_ticks))
    assert abs(bent.timeline.tempo_bpm / 120.0 - 1) <= MOST_BEND + 1e-9
    assert bent.until_s is not None
    assert error_s(bent.timeline, clock, 0.0, bent.until_s) == pytest.approx(0, abs=1e-3)
    straight = steered(bent.timeline, int(bent.timeline.ticks_at(bent.until_s)), 120.0, 0.0)
    assert straight.until_s is None and straight.timeline.tempo_bpm == 120.0


def test_a_timeline_on_the_clock_is_left_alone():
    band = Timeline(120.0, 0, 100.0)
    assert is_quiet(band, 120.01, 0.0001)
    assert not is_quiet(band, 121.0, 0.0) and not is_quiet(band, 120.0, 0.002)


def test_a_tempo_beyond_the_limits_is_held_at_them():
    band = Timeline(290.0, 0, 100.0)
    assert steered(band, 480, 310.0, 0.4).timeline.tempo_bpm == 300.0
    assert steered(band, 480, 18.0, -0.4).timeline.tempo_bpm == 20.0


@pytest.mark.parametrize(("band", "clock"), [(2.0, 9.0), (1.4, 3.9), (0.1, 7.8), (3.0, -5.2)])
@pytest.mark.parametrize("quantum", [4.0, 3.0, 1.0])
def test_offsets_bring_both_to_the_same_place_in_the_bar(band, clock, quantum):
    near = nearest_offset(band, clock, quantum)
    assert near % quantum == pytest.approx(0) and abs(clock + near - band) <= quantum / 2
    later = next_offset(band, clock, quantum)
    assert later % quantum == pytest.approx(0) and 0 <= band - (clock + later) < quantum
