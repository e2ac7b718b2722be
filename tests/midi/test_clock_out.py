"""The clock beside the notes: every pulse once, at its moment, through starts, stops and tempos."""

import pytest

from amt_live.midi.clock_out import ClockOut
from amt_live.music.timeline import Timeline

PULSE, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"


class Wire:
    def __init__(self) -> None:
        self.sent: list[tuple[bytes, float | None]] = []
        self.clock = ClockOut(lambda data, at_s: self.sent.append((data, at_s)))
        self.now_s = 0.0

    def run(self, timeline: Timeline | None, until_s: float, step_s: float = 0.001) -> None:
        while self.now_s < until_s:
            self.now_s += step_s
            self.clock.run(timeline, self.now_s)

    def pulses(self) -> list[float]:
        return [at_s for data, at_s in self.sent if data == PULSE and at_s is not None]

    def others(self) -> list[bytes]:
        return [data for data, _ in self.sent if data != PULSE]


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_nothing_is_sent_before_it_is_switched_on(wire):
    wire.run(Timeline(120.0, 0, 0.1), 1.0)
    assert wire.sent == [] and wire.clock.next_at_s() is None


def test_a_beginning_is_a_start_and_24_pulses_a_beat_at_their_moments(wire):
    wire.clock.turn(True)
    timeline = Timeline(120.0, 0, 0.1)
    wire.run(timeline, 2.09)
    (first, at_s), *_ = wire.sent
    assert first == START and at_s is not None and at_s < 0.1 and wire.others() == [START]
    assert wire.pulses() == pytest.approx([timeline.seconds_at(n * 20) for n in range(96)])
    wire.run(None, 2.2)
    wire.run(None, 2.3)
    assert wire.others() == [START, STOP] and wire.clock.next_at_s() is None


def test_no_pulse_is_lost_or_doubled_by_another_tempo(wire):
    wire.clock.turn(True)
    timeline = Timeline(120.0, 0, 0.1)
    for tempo_bpm in (133.0, 60.0, 240.0, 99.0):
        wire.run(timeline, wire.now_s + 0.7)
        timeline = timeline.with_tempo(tempo_bpm, int(timeline.ticks_at(wire.now_s)))
    wire.run(timeline, wire.now_s + 0.7)
    expected = int(timeline.ticks_at(wire.now_s) // 20) + 1
    assert len(wire.pulses()) == expected and wire.pulses() == sorted(wire.pulses())
    assert wire.others() == [START]


def test_going_on_tells_the_position_of_the_next_sixteenth(wire):
    wire.clock.turn(True)
    timeline = Timeline(120.0, 7 * 480 + 130, 0.1)
    wire.run(timeline, 0.9)
    position, *_ = wire.others()
    assert position == bytes([0xF2, 30, 0]) and wire.others()[1:] == [CONTINUE]
    assert wire.pulses()[0] == pytest.approx(timeline.seconds_at(30 * 120))


def test_positions_beyond_7_bits_are_written_in_two(wire):
    wire.clock.turn(True)
    wire.run(Timeline(300.0, 1000 * 120, 0.0), 0.2)
    assert wire.others()[0] in (bytes([0xF2, n & 127, n >> 7]) for n in (1000, 1001))


def test_switched_on_and_off_while_playing(wire):
    timeline = Timeline(120.0, 0, 0.0)
    wire.run(timeline, 1.03)
    wire.clock.turn(True)
    wire.run(timeline, 1.5)
    wire.clock.turn(False)
    wire.run(timeline, 2.0)
    assert [data[0] for data in wire.others()] == [0xF2, CONTINUE[0], STOP[0]]


def test_late_pulses_are_sent_all_the_same_and_a_long_stall_tells_the_position_anew(wire):
    wire.clock.turn(True)
    timeline = Timeline(120.0, 0, 0.1)
    wire.run(timeline, 1.0)
    wire.run(timeline, 1.3, step_s=0.3)
    assert len(wire.pulses()) == int(timeline.ticks_at(wire.now_s) // 20) + 1
    wire.run(timeline, 6.3, step_s=5.0)
    assert [data[0] for data in wire.others()] == [START[0], STOP[0], 0xF2, CONTINUE[0]]
