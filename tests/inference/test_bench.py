import numpy as np
import pytest

from amt_live.inference import bench, timing
from amt_live.inference.timing import Sample


def test_steps_of_both_kinds_are_measured_beside_what_they_read(decoder):
    found = bench.measure_decoding(decoder, weights=50_000, rounds=2)
    assert list(found.plain) == list(found.guided) == [64, 512, 1000]
    for alone, pair in zip(found.plain.values(), found.guided.values(), strict=True):
        assert pair.megabytes > alone.megabytes > 0.05
        assert alone.ms > alone.limit_ms > 0
        assert alone.ratio == pytest.approx(alone.ms / alone.limit_ms)
        assert alone.paced_ms > 0


def test_what_a_step_reads_grows_by_the_cache_of_each_row(decoder):
    found = bench.measure_decoding(decoder, weights=1, rounds=1)
    sizes = decoder.sizes
    one = 2 * sizes.layers * sizes.heads * sizes.head_size * 4
    assert found.plain[512].megabytes == pytest.approx(512 * one / 1e6, abs=1e-5)
    assert found.guided[512].megabytes == pytest.approx(2 * 512 * one / 1e6, abs=1e-5)


def test_reading_a_hundred_times_as_much_takes_longer():
    few, many = (bench.ReadRunner(str(count), count, 0) for count in (200_000, 20_000_000))
    times = bench.measure([few, many], [64], rounds=3)
    assert times[many.name][64][0] > 4 * times[few.name][64][0]


def test_other_runners_take_turns_with_the_decoder(decoder):
    places, turns = [], []

    class Other:
        name = "other"

        def go_to(self, place):
            places.append(place)

        def steps(self, count, pause_s):
            turns.append(pause_s > 0)
            return timing.timed(lambda: None, count)

    found = bench.measure_decoding(decoder, 1000, [Other()], rounds=2)
    assert places == [64, 512, 1000]
    assert turns == [False, True] * 2 * 3
    assert set(found.others["other"]) == {64, 512, 1000}


def test_a_slow_turn_does_not_make_the_figure():
    quiet, busy = [Sample(0.001, False)] * 3, [Sample(0.030, False)] * 3
    assert timing.quiet_ms([busy, quiet, busy, quiet, busy]) == pytest.approx(1.0)


def test_a_step_is_timed_without_what_undoes_it():
    block = np.ones(8_000_000, np.uint8)
    undone = []
    samples = timing.timed(lambda: None, 5, back=lambda: undone.append(block.sum()))
    assert len(undone) == len(samples) == 5
    slow = timing.timed(lambda: block.sum(), 5)
    assert timing.median_ms(samples) < timing.median_ms(slow)


def test_filling_twice_as_much_takes_longer(decoder):
    assert bench.prefill_ms(decoder, 960, 3) > bench.prefill_ms(decoder, 96, 3) > 0
