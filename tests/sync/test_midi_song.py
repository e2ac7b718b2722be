"""Start, stop, continue and song position, as messages."""

import pytest

from amt_live.sync.heard import EarOpened, EarTrouble, Heard, decode, encode
from amt_live.sync.midi_song import CLOCK, CONTINUE, SONG_POSITION, START, STOP, MidiSong

PERIOD_S = 60 / 120 / 24


class Sender:
    def __init__(self, song: MidiSong) -> None:
        self.song, self.now_s = song, 50.0

    def pulses(self, count: int) -> bool:
        news = False
        for _ in range(count):
            self.now_s += PERIOD_S
            news |= self.song.take_in(bytes([CLOCK]), self.now_s)
        return news

    def send(self, *data: int) -> bool:
        return self.song.take_in(bytes(data), self.now_s + PERIOD_S / 3)

    @property
    def heard(self) -> Heard:
        return self.song.heard(self.now_s)

    @property
    def beats(self) -> float:
        return self.heard.beats_at(self.now_s)


@pytest.fixture
def sender():
    return Sender(MidiSong())


def test_nothing_is_known_before_the_first_pulse(sender):
    assert not sender.heard.is_locked and not sender.heard.is_running
    assert sender.pulses(1)  # told at once
    assert sender.heard.is_locked and not sender.heard.has_position


def test_the_pulse_after_a_start_is_beat_0(sender):
    sender.pulses(37)
    assert not sender.send(START) and not sender.heard.is_running
    assert sender.pulses(1)
    heard = sender.heard
    assert heard.is_running and heard.from_top and heard.has_position and heard.starts == 1
    assert sender.beats == pytest.approx(0)
    sender.pulses(48)
    assert sender.beats == pytest.approx(2)


def test_a_song_stops_and_goes_on_where_it_was(sender):
    sender.send(START)
    sender.pulses(1 + 60)
    assert sender.send(STOP) and not sender.heard.is_running
    assert not sender.send(STOP)
    sender.pulses(100)  # the clock runs on, the song does not
    sender.send(CONTINUE)
    sender.pulses(1)
    assert sender.beats == pytest.approx(61 / 24)
    assert sender.heard.starts == 2 and not sender.heard.from_top


def test_a_song_position_is_where_it_continues(sender):
    sender.pulses(30)
    sender.send(SONG_POSITION, 17, 1)  # sixteenth 145
    sender.send(CONTINUE)
    sender.pulses(25)
    assert sender.beats == pytest.approx(145 / 4 + 1)
    sender.send(STOP)
    sender.send(SONG_POSITION, 0, 0)
    sender.send(CONTINUE)
    sender.pulses(1)
    assert sender.beats == pytest.approx(0) and sender.heard.from_top


def test_silence_is_told_and_the_song_goes_on_after_it(sender):
    sender.send(START)
    sender.pulses(97)
    lost_s = sender.now_s + 2.0
    assert not sender.song.heard(lost_s).is_locked
    assert sender.song.heard(lost_s).beats_at(lost_s) == pytest.approx(4 + 4)
    sender.now_s = lost_s
    sender.pulses(1)
    assert sender.heard.is_locked and sender.heard.is_running
    assert sender.beats == pytest.approx(8 + 1 / 24)


@pytest.mark.parametrize(
    "report",
    [
        Heard("midi", True, True, True, 3, True, 120.5, 17.25, 1234.5),
        Heard("link", True, False, True, 0, True, 90.0, -3.5, 10.0, 2),
        EarOpened("hearing"),
        EarTrouble("no port"),
    ],
)
def test_what_is_heard_survives_the_pipe(report):
    assert decode(encode(report)) == report


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"null",
        b'["heard",[]]',
        b'["heard",["midi",1,1,1,1,1,1,1,1,1]]',
        b'["heard",["midi",true,true,true,1,true,0,1,1,0]]',
        b'["heard",["midi",true,true,true,1,true,1e400,1,1,0]]',
        b'["heard",["moon",true,true,true,1,true,120,1,1,0]]',
        b'["opened",4]',
        b"[" * 5000,
    ],
)
def test_what_is_no_report_is_left(line):
    assert decode(line) is None
