"""Timelines map beats to seconds without a jump, and the sixteen parts cover General MIDI."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.music.beats import GRID_OFFSETS, STEPS_PER_BEAT, beats_to_ticks, ceil_to
from amt_live.music.parts import DRUM_CHANNEL, PARTS, part_named, part_of_program
from amt_live.music.timeline import Timeline

tempi = st.floats(20, 300)
ticks = st.integers(0, 10_000_000)


@given(tempi, tempi, ticks, ticks)
def test_a_tempo_change_moves_nothing_before_it_and_does_not_jump(
    first: float, second: float, at: int, later: int
) -> None:
    before = Timeline(first, 0, 100.0)
    after = before.with_tempo(second, at)
    assert after.seconds_at(at) == pytest.approx(before.seconds_at(at), abs=1e-6)
    beats = later / 480
    expected = before.seconds_at(at) + beats * 60 / second
    assert after.seconds_at(at + later) == pytest.approx(expected, abs=1e-5)


@given(tempi, ticks)
def test_seconds_and_ticks_are_inverse(tempo: float, at: int) -> None:
    timeline = Timeline(tempo, 960, 12.5)
    assert timeline.ticks_at(timeline.seconds_at(at)) == pytest.approx(at, abs=1e-3)


@pytest.mark.parametrize("tempo", [0, -1, 19.9, 300.1, float("nan"), float("inf")])
def test_a_tempo_out_of_range_is_refused(tempo: float) -> None:
    with pytest.raises(ValueError, match="20-300"):
        Timeline(tempo, 0, 0.0)


def test_every_program_belongs_to_one_part_and_every_part_has_its_channel() -> None:
    assert {part_of_program(program) for program in range(128)} == set(range(1, 16))
    assert part_of_program(0, is_drums=True) == 0
    assert sorted(part.channel for part in PARTS) == list(range(16))
    assert part_named("drums").channel == DRUM_CHANNEL == 9
    assert [part.index for part in PARTS] == list(range(16))
    for part in PARTS[1:]:
        assert part_of_program(part.program) == part.index


def test_the_grid_holds_sixteenths_and_triplet_eighths() -> None:
    assert set(GRID_OFFSETS) == {STEPS_PER_BEAT * k // 4 for k in range(4)} | {
        STEPS_PER_BEAT * k // 3 for k in range(3)
    }
    assert beats_to_ticks(1.5) == 720
    assert [ceil_to(t, 480) for t in (0, 1, 480, 481)] == [0, 480, 480, 960]
