"""The map from seconds to frames: drift is followed, late wake-ups do not move notes."""

import random

import pytest

from amt_live.midi.clock import SLEW, LeadingClock
from amt_live.midi.jack_time import FrameClock, unwrapped

RATE_HZ = 48_000
PERIOD = 256


def run(clock, seconds, drift=0.0, late_s=lambda: 0.0, start=0, lost_s=0.0):
    """Observe periods of a card that is off by ``drift``; each wake-up comes ``late_s()`` late."""
    true_hz = RATE_HZ * (1 + drift)
    for number in range(int(seconds * RATE_HZ / PERIOD)):
        frame = start + number * PERIOD
        at_s = frame / true_hz + lost_s
        clock.observe(frame, at_s + late_s(), at_s + late_s())
    return at_s


def test_drift_is_followed_to_the_frame():
    clock = FrameClock(RATE_HZ)
    end_s = run(clock, 60, drift=80e-6)
    true_hz = RATE_HZ * (1 + 80e-6)
    assert abs(clock.frame_at(end_s + 0.02) - (end_s + 0.02) * true_hz) <= 1
    assert clock.jumps == 0


def test_wake_ups_that_come_late_hardly_move_distances():
    clock = FrameClock(RATE_HZ)
    draw = random.Random(1)
    run(clock, 30, late_s=lambda: draw.expovariate(1 / 0.0002))
    placed = []
    for number in range(400):
        frame = (30 * RATE_HZ) // PERIOD * PERIOD + number * PERIOD
        late_s = draw.expovariate(1 / 0.0002)
        clock.observe(frame, frame / RATE_HZ + late_s, frame / RATE_HZ + late_s)
        placed.append(clock.frame_at(frame / RATE_HZ + 0.01) - frame)
    assert max(placed) - min(placed) <= 5
    assert abs(placed[-1] - 0.01 * RATE_HZ) < 0.0005 * RATE_HZ


def test_lost_periods_are_taken_over_at_once():
    clock = FrameClock(RATE_HZ)
    end_s = run(clock, 5)
    frame = round(end_s * RATE_HZ) + PERIOD
    at_s = frame / RATE_HZ + 0.2
    clock.observe(frame, at_s, at_s)
    assert clock.jumps == 1
    assert clock.frame_at(at_s + 0.1) == frame + RATE_HZ // 10
    clock.jump()
    clock.observe(frame + PERIOD, at_s + 0.008, at_s + 0.008)
    assert clock.frame_at(at_s + 0.008) == frame + PERIOD


def test_readings_far_apart_are_left():
    clock = FrameClock(RATE_HZ)
    with pytest.raises(RuntimeError):
        clock.frame_at(0.0)
    clock.observe(0, 0.0, 0.0)
    clock.observe(5000, 0.1, 0.109)
    assert clock.frame_at(0.1) == 4800


def test_frames_go_on_past_32_bits():
    near = (1 << 32) - 100
    assert unwrapped(50, near) == (1 << 32) + 50
    assert unwrapped((1 << 32) - 200, (1 << 32) + 10) == (1 << 32) - 200
    assert unwrapped(7, 3 * (1 << 32)) == 3 * (1 << 32) + 7


def test_a_lead_changes_without_a_burst_and_time_never_goes_back():
    real = [100.0]
    clock = LeadingClock(0.02, lambda: real[0])
    assert clock.now() == pytest.approx(100.02)
    for lead_s in (0.08, -0.1):
        clock.set_lead(lead_s)
        before = clock.now()
        for _ in range(300):
            real[0] += 0.01
            after = clock.now()
            assert (1 - SLEW) * 0.01 - 1e-9 <= after - before <= (1 + SLEW) * 0.01 + 1e-9
            before = after
        assert clock.now() - real[0] == pytest.approx(lead_s)
        assert clock.lead_s == pytest.approx(lead_s)
