"""The estimator against pulses whose truth is known: jitter, lost pulses, other tempos, silence."""

import math
import random
from collections.abc import Iterable, Iterator

import pytest

from amt_live.sync.pulse_clock import PULSES_A_BEAT, PulseClock, fitted

BAR = 4 * PULSES_A_BEAT
START_S = 1000.0


def truth(pulses: int, *tempos: tuple[int, float]) -> Iterator[tuple[int, float]]:
    """Number and moment of each pulse; ``tempos`` are (from pulse, bpm)."""
    at_s, period_s = START_S, 1.0
    for number in range(pulses):
        for first, bpm in tempos:
            if number >= first:
                period_s = 60 / bpm / PULSES_A_BEAT
        at_s += period_s
        yield number, at_s


def jittered(
    pulses: Iterable[tuple[int, float]], sigma_s: float, seed: int = 1
) -> Iterator[tuple[int, float, float]]:
    chance, before_s = random.Random(seed), -math.inf
    for number, at_s in pulses:
        before_s = max(at_s + chance.gauss(0, sigma_s), before_s + 1e-6)
        yield number, at_s, before_s


def errors(clock: PulseClock, heard: Iterable[tuple[int, float, float]]) -> list[float]:
    """How far the line is off the truth at every pulse."""
    found = []
    for number, at_s, came_s in heard:
        clock.pulse(came_s)
        found.append(abs(clock.line.moment_of(number) - at_s))
    return found


@pytest.mark.parametrize("bpm", [45.0, 120.0, 240.0])
def test_jitter_is_filtered_to_a_fraction_of_itself_after_two_bars(bpm):
    sigma_s = 0.003
    clock = PulseClock(100.0)
    found = sorted(errors(clock, jittered(truth(40 * BAR, (0, bpm)), sigma_s))[2 * BAR :])
    assert found[int(0.99 * len(found))] < sigma_s * 0.6
    assert abs(clock.tempo_bpm / bpm - 1) < 0.005
    assert abs(clock.jitter_s / sigma_s - 1) < 0.5
    assert clock.count == 40 * BAR - 1 and clock.lost == 0


def test_even_pulses_give_the_line_through_them_from_the_second_on():
    clock = PulseClock(77.0)
    found = errors(clock, jittered(truth(50, (0, 131.0)), 0.0))
    assert max(found) < 1e-9
    assert abs(clock.tempo_bpm - 131.0) < 1e-6


def test_the_filter_gives_the_least_squares_line_until_its_memory_is_full():
    clock = PulseClock()
    heard = list(jittered(truth(24, (0, 120.0)), 0.002, seed=3))
    errors(clock, heard)
    line = fitted([(number, came_s) for number, _, came_s in heard])
    assert clock.line.period_s == pytest.approx(line.period_s, rel=1e-6)
    assert clock.line.moment_of(23) == pytest.approx(line.moment_of(23), abs=1e-6)


@pytest.mark.parametrize("bpm", [60.0, 90.0, 110.0, 121.0, 128.0, 180.0, 240.0])
def test_another_tempo_is_followed_and_no_pulse_miscounted(bpm):
    clock = PulseClock()
    sigma_s = 0.001
    pulses = truth(24 * BAR, (0, 120.0), (12 * BAR, bpm))
    found = errors(clock, jittered(pulses, sigma_s))
    assert max(found[14 * BAR :]) < sigma_s
    assert clock.count == 24 * BAR - 1
    assert abs(clock.tempo_bpm / bpm - 1) < 0.002


def test_a_tempo_that_glides_is_followed():
    steps = [(bar * BAR // 4, 100.0 + bar) for bar in range(40)]
    found = errors(PulseClock(100.0), jittered(truth(12 * BAR, *steps), 0.001))
    period_s = 60 / 140.0 / PULSES_A_BEAT
    assert max(found[2 * BAR :]) < period_s / 2


@pytest.mark.parametrize("missing", [1, 2, 3, 30, 400])
def test_lost_pulses_are_counted_in_and_the_line_does_not_jump(missing):
    clock = PulseClock()
    sigma_s = 0.001
    heard = list(jittered(truth(20 * BAR, (0, 120.0)), sigma_s))
    del heard[10 * BAR : 10 * BAR + missing]
    found = errors(clock, heard)
    assert clock.count == 20 * BAR - 1 and clock.lost == missing
    assert max(found[2 * BAR : 10 * BAR] + found[10 * BAR :]) < 2 * sigma_s


def test_pulses_that_come_very_late_now_and_then_are_left_out():
    clock, chance = PulseClock(), random.Random(5)
    late = [
        (number, at_s, came_s + (0.015 if chance.random() < 0.02 else 0.0))
        for number, at_s, came_s in jittered(truth(20 * BAR, (0, 120.0)), 0.0005)
    ]
    found = errors(clock, late)
    assert max(found[2 * BAR :]) < 0.001 and clock.count == 20 * BAR - 1


def test_silence_is_noticed_and_the_tempo_kept():
    clock = PulseClock()
    assert clock.is_silent(START_S)
    heard = list(jittered(truth(4 * BAR, (0, 90.0)), 0.0))
    errors(clock, heard)
    last_s = heard[-1][2]
    assert not clock.is_silent(last_s + 0.1) and clock.is_silent(last_s + 1.0)
    assert clock.tempo_bpm == pytest.approx(90.0)
