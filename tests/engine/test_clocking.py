"""The band behind somebody else's clock, on a manual clock: it begins with it and never jumps."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from amt_live.control.commands import (
    ClockSource,
    SetClock,
    SetTempo,
    StartTake,
    StopTake,
    Transport,
)
from amt_live.control.state import BandState
from amt_live.engine.band import Band
from amt_live.errors import UsageError
from amt_live.music.timeline import Timeline
from amt_live.sync.heard import EarTrouble, Heard

from .stage import Stage
from .test_replay import play_again

HEARD_EVERY_S = 0.05


@dataclass
class Ears:
    """Listens to nobody, and writes down what it was asked."""

    asked: list[object] = field(default_factory=list)

    def listen(self, source: ClockSource, tempo_bpm: float) -> None:
        self.asked.append((source, tempo_bpm))

    def set_tempo(self, tempo_bpm: float) -> None:
        self.asked.append(tempo_bpm)

    def set_playing(self, is_playing: bool) -> None:
        self.asked.append(is_playing)


class Follower:
    """A stage, and a clock that it follows."""

    def __init__(self, takes: Path = Path("takes")) -> None:
        self.stage = Stage(takes)
        self.band: Band = self.stage.band
        self.ears = Ears()
        self.band.clocking._ears = self.ears
        self.heard = Heard("midi")

    @property
    def now_s(self) -> float:
        return self.stage.clock.now()

    @property
    def state(self) -> BandState:
        self.band.publish_state()
        return self.band.state

    def follow(self, source: ClockSource = "midi") -> None:
        self.stage.do(SetClock(source))

    def hear(self, heard: Heard) -> None:
        self.heard = heard
        self.band.clocking.take_in(heard)

    def start(self, tempo_bpm: float, *, starts: int = 1, beats: float = 0.0) -> None:
        from_top = beats == 0
        self.hear(Heard("midi", True, True, True, starts, from_top, tempo_bpm, beats, self.now_s))

    def run(self, duration_s: float) -> list[float]:
        """Let time pass, the clock being heard; how many seconds the band is off it, at each."""
        off = []
        end_s = self.now_s + duration_s
        while self.now_s < end_s:
            self.stage.run(HEARD_EVERY_S)
            self.band.clocking.take_in(self.heard)
            off.append(self.off_s())
        return off

    def off_s(self) -> float:
        """How far the band is off the nearest bar of the clock."""
        timeline = self.band.transport.timeline
        if timeline is None:
            return float("inf")
        beats = timeline.ticks_at(self.now_s) / 480 - self.heard.beats_at(self.now_s)
        return abs(beats - 4 * round(beats / 4)) * 60 / self.heard.tempo_bpm


@pytest.fixture
def follower() -> Follower:
    return Follower()


def timelines(follower: Follower) -> list[Timeline]:
    """Every timeline that the output is told from now on."""
    told: list[Timeline] = []
    real = follower.stage.output.set_timeline

    def listen(timeline: Timeline | None) -> None:
        if timeline is not None:
            told.append(timeline)
        real(timeline)

    follower.stage.output.set_timeline = listen  # type: ignore[method-assign]
    return told


def assert_no_jump(told: list[Timeline]) -> None:
    for before, after in pairwise(told):
        assert after.seconds_at(after.origin_ticks) == pytest.approx(
            before.seconds_at(after.origin_ticks), abs=1e-9
        )


def test_the_band_is_ready_and_waits_and_its_first_note_sounds_on_the_clocks_beat_0(follower):
    follower.follow()
    assert follower.ears.asked == [("midi", 120.0)]
    follower.stage.play()
    follower.stage.run(3.0)
    assert follower.state.transport == "waiting" and follower.state.clock_state == "waiting"
    assert not follower.stage.played and follower.band.horizon_beats() >= 2
    follower.start(93.0)
    began_s = follower.now_s
    off = follower.run(4.0)
    assert follower.state.transport == "playing" and follower.state.clock_state == "locked"
    assert max(off) < 0.001
    alone = Stage()
    alone.play()
    alone.run(4.0)
    assert follower.stage.played[:8] == alone.played[:8]
    timeline = follower.band.transport.timeline
    assert timeline is not None and timeline.seconds_at(0) == pytest.approx(began_s, abs=1e-3)
    assert follower.state.tempo_bpm == pytest.approx(93.0)


def test_a_second_play_does_not_wait_for_the_song(follower):
    follower.follow()
    follower.stage.play()
    follower.stage.run(1.0)
    assert follower.state.transport == "waiting"
    follower.stage.play()
    follower.stage.run(1.0)
    assert follower.state.transport == "playing" and follower.band.playhead_ticks > 480


def test_back_to_the_bands_own_clock_the_band_that_waited_begins(follower):
    follower.follow()
    follower.stage.play()
    follower.stage.run(0.5)
    follower.follow("internal")
    follower.stage.run(1.0)
    assert follower.state.transport == "playing" and follower.ears.asked[-1][0] == "internal"


@pytest.mark.parametrize("beats", [0.3, 1.9, 2.4, 3.99])
def test_switching_to_a_clock_and_back_while_playing_never_jumps(follower, beats):
    follower.stage.play()
    follower.stage.run(5.0)
    told = timelines(follower)
    follower.follow()
    follower.hear(Heard("midi", True, True, True, 0, False, 126.0, beats, follower.now_s))
    off = follower.run(24.0)
    assert off[-1] < 0.001
    assert_no_jump(told)
    assert max(abs(t.tempo_bpm / 126.0 - 1) for t in told) <= 0.126
    follower.follow("internal")
    follower.stage.run(3.0)
    assert_no_jump(told)
    assert follower.state.tempo_bpm == pytest.approx(126.0)
    assert follower.state.health.underruns == 0


def test_another_tempo_of_the_clock_is_followed(follower):
    follower.follow()
    follower.stage.play()
    follower.stage.run(1.0)
    follower.start(120.0)
    follower.run(4.0)
    told = timelines(follower)
    beats = follower.heard.beats_at(follower.now_s)
    follower.hear(Heard("midi", True, True, True, 1, True, 150.0, beats, follower.now_s))
    assert max(follower.run(4.0)[20:]) < 0.001
    assert_no_jump(told)


def test_a_clock_that_falls_silent_leaves_the_band_at_its_tempo_and_takes_it_again(follower):
    follower.follow()
    follower.stage.play()
    follower.stage.run(1.0)
    follower.start(97.0)
    follower.run(4.0)
    locked = follower.heard
    lost = Heard("midi", False, True, True, 1, True, 97.0, locked.beats, locked.at_s)
    told = timelines(follower)
    follower.hear(lost)
    follower.stage.run(10.0)
    assert follower.state.clock_state == "lost" and follower.state.transport == "playing"
    assert follower.off_s() < 0.001
    # While it is lost, the tempo is the performer's.
    follower.stage.do(SetTempo(98.0))
    follower.stage.run(5.0)
    follower.hear(locked)
    assert follower.run(6.0)[-1] < 0.001
    assert_no_jump(told)


def test_stop_and_start_of_the_clock_are_those_of_the_band(follower):
    follower.follow()
    follower.stage.play()
    follower.stage.run(1.0)
    follower.start(120.0)
    follower.run(4.3)
    beats = follower.heard.beats_at(follower.now_s)
    stopped = Heard("midi", True, False, True, 1, True, 120.0, 5.0, follower.now_s)
    follower.hear(stopped)
    assert follower.state.transport == "stopped"
    follower.stage.run(2.0)
    # It goes on where it was, at the same place in the bar.
    follower.start(120.0, starts=2, beats=beats)
    assert follower.run(3.0)[-1] < 0.001
    assert follower.state.transport == "playing" and follower.state.bar > 2
    # From the top again: within a bar the band plays, in the clock's bars.
    follower.stage.played.clear()
    follower.start(120.0, starts=3)
    assert follower.run(3.0)[-1] < 0.001
    timeline = follower.band.transport.timeline
    assert timeline is not None and timeline.ticks_at(follower.now_s) < 7 * 480
    follower.run(4.0)
    assert follower.stage.played and follower.stage.played[0].start_ticks < 14 * 480


def test_a_listener_that_dies_stops_nothing(follower):
    follower.follow()
    follower.stage.play()
    follower.stage.run(1.0)
    follower.start(120.0, starts=4)
    follower.run(3.0)
    follower.band.clocking.take_in(EarTrouble("listening ended"))
    follower.hear(Heard("midi", False))
    follower.stage.run(1.0)
    assert follower.state.transport == "playing"


def test_the_tempo_is_the_clocks(follower):
    follower.follow()
    follower.stage.play()
    follower.start(120.0)
    with pytest.raises(UsageError, match="tempo comes from the MIDI clock"):
        follower.stage.do(SetTempo(90.0))


def test_a_link_session_is_joined_at_its_bar_and_told_what_a_performer_asks(follower):
    follower.follow("link")
    session = Heard("link", True, False, True, 0, True, 110.0, 17.3, follower.now_s, 1)
    follower.hear(session)
    follower.stage.play()
    off = follower.run(6.0)
    assert max(off[12:]) < 0.001 and follower.state.clock_peers == 1
    timeline = follower.band.transport.timeline
    assert timeline is not None and session.beats_at(timeline.seconds_at(0)) == pytest.approx(20.0)
    follower.stage.do(SetTempo(123.0))
    assert follower.state.tempo_bpm == pytest.approx(110.0)  # until the session has it
    follower.stage.do(Transport("stop"))
    assert follower.ears.asked == [("link", 120.0), True, 123.0, False]


def test_a_band_without_ears_says_so():
    with pytest.raises(UsageError, match="nothing to hear a clock with"):
        Stage().do(SetClock("midi"))


def test_a_take_under_a_clock_replays_to_the_same_bytes(tmp_path):
    follower = Follower(tmp_path)
    follower.follow()
    follower.stage.play()
    follower.stage.run(0.5)
    follower.stage.do(StartTake("take"))
    follower.start(131.0)
    follower.run(3.0)
    beats = follower.heard.beats_at(follower.now_s) + 0.4
    follower.hear(Heard("midi", True, True, True, 1, True, 118.0, beats, follower.now_s))
    follower.run(5.0)
    follower.stage.do(StopTake())
    take = tmp_path / "take.mid"
    again, _ = play_again(take)
    assert again == take.read_bytes()
