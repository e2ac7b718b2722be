"""The engine with its thread: in real time, on the real player process, with the tiny model."""

import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from amt_live.control.commands import (
    Panic,
    SetMood,
    SetTempo,
    StartTake,
    StopTake,
    Transport,
)
from amt_live.control.state import (
    BeatPassed,
    ErrorNotice,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NotePlayed,
    Notice,
)
from amt_live.control.when import When
from amt_live.engine.band import Settings
from amt_live.engine.engine import Engine
from amt_live.engine.model import open_model
from amt_live.errors import UsageError
from amt_live.midi.clock import RealClock
from amt_live.midi.output import PlayerReport
from amt_live.midi.player_process import PlayerProcess
from amt_live.midi.smf import notes_of, read

TINY = Path(__file__).parents[2] / "models" / "tiny"


class Rig:
    """An engine that plays into nothing, and everything it tells."""

    def __init__(self, takes: Path) -> None:
        self.notices: queue.Queue[Notice] = queue.Queue()
        self.player = PlayerProcess(lambda report: self.hear(report), "null")
        model = open_model(TINY)
        self.engine: Engine | None = None
        self.engine = Engine(
            model.generator,
            model.moods,
            self.player,
            RealClock(),
            Settings("calm", 160.0, 3, model=model.name),
            takes,
            restart_player=self.player.restart,
        )
        self.engine.add_listener(self.notices.put)
        self.engine.start()

    def hear(self, report: PlayerReport) -> None:
        engine = getattr(self, "engine", None)
        if engine is not None:
            engine.on_report(report)

    def do(self, command: object) -> None:
        assert self.engine is not None
        self.engine.submit(command).result(10)  # type: ignore[arg-type]

    def wait_for(self, kind: type, timeout_s: float = 15) -> Notice:
        until_s = time.perf_counter() + timeout_s
        while (left_s := until_s - time.perf_counter()) > 0:
            notice = self.notices.get(timeout=left_s)
            if isinstance(notice, kind):
                return notice
        raise AssertionError(f"no {kind.__name__} came")

    def close(self) -> None:
        assert self.engine is not None
        self.engine.close()
        self.player.close()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "takes")
    yield rig
    rig.close()


def test_it_plays_and_turns_to_a_mood(rig: Rig, tmp_path: Path) -> None:
    assert rig.engine is not None
    rig.do(StartTake("one"))
    rig.do(Transport("play"))
    assert isinstance(rig.wait_for(NotePlayed), NotePlayed)
    rig.do(SetMood("fast aggressive metal", When.BEAT))
    armed = rig.wait_for(MoodArmed)
    applied = rig.wait_for(MoodApplied)
    assert isinstance(armed, MoodArmed) and isinstance(applied, MoodApplied)
    assert (applied.bar, applied.beat) == (armed.bar, armed.beat)
    assert rig.engine.state.mood == "fast aggressive metal"
    rig.wait_for(HealthReport)
    rig.do(SetTempo(200))
    rig.wait_for(BeatPassed)
    rig.do(Transport("stop"))
    rig.do(StopTake())
    song = read(tmp_path / "takes" / "one.mid")
    assert len(notes_of(song)) > 5
    assert [marker.text for marker in song.markers] == ["calm", "fast aggressive metal"]
    assert rig.engine.state.health.underruns == 0


def test_panic_does_not_wait_for_its_turn(rig: Rig) -> None:
    assert rig.engine is not None
    rig.do(Transport("play"))
    rig.wait_for(NotePlayed)
    rig.do(Panic())
    assert rig.engine.state.transport == "stopped"
    with pytest.raises(UsageError):
        rig.do(SetTempo(1))
    rig.do(Transport("continue"))
    rig.wait_for(NotePlayed)


def test_a_player_that_dies_is_replaced_and_the_music_goes_on(rig: Rig) -> None:
    assert rig.engine is not None
    rig.do(Transport("play"))
    rig.wait_for(NotePlayed)
    position = rig.engine.state.position_ticks
    rig.player._player.process.kill()
    trouble = rig.wait_for(ErrorNotice)
    assert isinstance(trouble, ErrorNotice) and "starting another" in trouble.why
    rig.wait_for(NotePlayed)
    assert rig.engine.state.position_ticks > position
    assert rig.engine.state.transport == "playing"


def test_an_error_in_decoding_is_told_and_survived(rig: Rig) -> None:
    assert rig.engine is not None
    rig.do(Transport("play"))
    rig.wait_for(NotePlayed)
    generator = rig.engine._band.stream.generator
    choose = generator.choose

    def fall_over(*_: object) -> int:
        generator.choose = choose  # type: ignore[method-assign]
        raise RuntimeError("the graph fell over")

    generator.choose = fall_over  # type: ignore[method-assign]
    trouble = rig.wait_for(ErrorNotice)
    assert isinstance(trouble, ErrorNotice) and "the graph fell over" in trouble.why
    rig.wait_for(NotePlayed)
    rig.wait_for(HealthReport)
    assert rig.engine.state.health.horizon_beats > 0


def test_the_band_plays_on_while_commands_never_stop_coming(rig: Rig) -> None:
    rig.do(Transport("play"))
    rig.wait_for(NotePlayed)
    engine = rig.engine
    is_over = threading.Event()
    assert engine is not None

    def again(_: object = None) -> None:
        if not is_over.is_set():
            engine.submit(SetTempo(300.0)).add_done_callback(again)

    for _ in range(20):
        again()
    try:
        # What was scheduled before is played out after eight beats, 1.6 s.
        until_s = time.perf_counter() + 5
        while time.perf_counter() < until_s:
            rig.wait_for(NotePlayed, 2)
    finally:
        is_over.set()
