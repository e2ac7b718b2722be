"""Real clocks: pulses with jitter through a real JACK port, and two peers in a Link session."""

import queue
import random
import statistics
import sys
import time
from pathlib import Path

import pytest

from amt_live.midi.clock_in import Arrived, JackClockPort
from amt_live.midi.jack_port import JackPort
from amt_live.midi.listening import EarProcess
from amt_live.sync.heard import EarOpened, EarTrouble, Heard
from amt_live.sync.link_session import LinkSession

sys.path.insert(0, str(Path(__file__).parent))
from listener import Reports

PERIOD_S = 60 / 140 / 24
AHEAD_S = 0.25


@pytest.fixture
def reports():
    return Reports()


@pytest.fixture
def ears(reports):
    opened = []

    def open_ears(*arguments, **options):
        opened.append(EarProcess(reports, *arguments, **options))
        return opened[-1]

    yield open_ears
    for ear in opened:
        ear.close()


def spread(values: list[float]) -> float:
    """Between the first and the last tenth."""
    tenths = statistics.quantiles(values, n=10)
    return tenths[-1] - tenths[0]


def test_the_clock_behind_jittered_pulses_over_jack_is_found_to_a_part_of_the_jitter(
    jack_server, reports, ears
):
    chance, jitter_s = random.Random(4), 0.003
    master = JackPort("amt-test-master")
    try:
        ears("jack", "amt-test-master", client_name="amt-test-ear").listen("midi", 100.0)
        reports.wait(EarOpened)
        arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        control = JackClockPort("amt-test-control", "amt-test-master", arrived)
        first_s = time.perf_counter() + 2 * AHEAD_S
        master.send(b"\xfa", first_s - 0.02)
        for number in range(480):
            due_s = first_s + number * PERIOD_S
            time.sleep(max(0.0, due_s - AHEAD_S - time.perf_counter()))
            master.send(b"\xf8", due_s + chance.gauss(0, jitter_s))
        heard = reports.wait(Heard, lambda heard: heard.is_running and heard.beats > 16)
        reports.wait(Heard, lambda h: h.is_running and not h.is_locked)  # silence is noticed
        control.close()
    finally:
        master.close()
    assert heard.starts == 1 and heard.from_top
    found = [h for h in reports.all if isinstance(h, Heard) and h.is_locked and h.beats > 8]
    off = [h.beats * 24 * PERIOD_S - (h.at_s - first_s) for h in found]
    # The control hears the same pulses from the same server, whatever that lost or delayed.
    came = [arrived.get()[1] - first_s for _ in range(arrived.qsize())][1 + 192 :]
    control_off = [at_s - PERIOD_S * round(at_s / PERIOD_S) for at_s in came]
    assert spread(off) < spread(control_off) / 2
    assert statistics.median(h.tempo_bpm for h in found) == pytest.approx(140, rel=0.005)


def test_a_port_that_is_not_there_is_told(jack_server, reports, ears):
    ears("jack", "amt-test-missing", client_name="amt-test-ear2").listen("midi", 100.0)
    assert "no port named 'amt-test-missing'" in reports.wait(EarTrouble).why


def test_two_link_peers_agree_and_the_one_that_joins_takes_the_sessions_tempo(reports, ears):
    pytest.importorskip("link")
    session = LinkSession(87.0)
    try:
        while session.heard().beats < 4:  # Of sessions of one age Link takes either.
            time.sleep(0.1)
        ear = ears()
        ear.listen("link", 133.0)
        reports.wait(Heard, lambda heard: heard.peers > 0 and abs(heard.tempo_bpm - 87) < 0.01)
        assert session.heard().tempo_bpm == pytest.approx(87.0, abs=0.01)
        apart = []
        for _ in range(20):
            theirs = [h for h in reports.all if isinstance(h, Heard)][-1]
            beats = session.heard().beats_at(theirs.at_s)
            apart.append(abs((beats - theirs.beats + 2) % 4 - 2) * 60 / 87.0)
            time.sleep(0.05)
        assert statistics.median(apart) < 0.002
        # A performer may ask for another tempo, and start and stop.
        ear.set_tempo(101.0)
        ear.set_playing(True)
        reports.wait(Heard, lambda heard: abs(heard.tempo_bpm - 101) < 0.01 and heard.is_running)
        until_s = time.perf_counter() + 30
        while not (session.heard().is_running and session.heard().tempo_bpm > 100):
            assert time.perf_counter() < until_s, session.heard()
            time.sleep(0.05)
    finally:
        session.close()
