"""Another model while the band plays, on a clock that stands still while it is opened."""

import queue
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amt_live import replay as replaying
from amt_live.control.commands import SetModel, SetMood, StartTake, StopTake, Transport
from amt_live.control.when import When
from amt_live.engine.controls import Controls
from amt_live.engine.stream import BEAT_TICKS
from amt_live.engine.swapping import SwapDesk
from amt_live.engine.takes import TakeDesk
from amt_live.errors import AmtError, ModelError, UsageError
from amt_live.music.events import Note

from .scripted import ScriptedDecoder, ScriptedReader, make_generator
from .stage import Stage

BAR = 4 * BEAT_TICKS


class ShiftedReader(ScriptedReader):
    """The reader of another model: it hears every text as another part."""

    def read(self, text: str, overrides: Any, draw: int = 0) -> Any:
        return super().read(text + "a", overrides)


def model_called(name: str, sha256: str = "") -> Any:
    if name == "bad":
        raise ModelError("the model 'bad' is bad")
    if name == "huge":
        raise MemoryError
    reader = ShiftedReader() if name == "other" else ScriptedReader()
    generator = make_generator(ScriptedDecoder(), 5)
    return SimpleNamespace(
        name=name, hash=f"hash of {name}", generator=generator, moods=reader, styles=()
    )


class SwapStage(Stage):
    """A stage with models; ``settle`` does what threads have posted."""

    def __init__(self, takes: Path) -> None:
        super().__init__(takes)
        self.posted: queue.Queue[Callable[[], None]] = queue.Queue()
        self.swaps = SwapDesk(self.band, model_called, self.posted.put)
        self.controls = Controls(self.band, TakeDesk(takes), None, self.swaps)

    def swap(self, name: str, when: When | None = None) -> None:
        future = self.controls.execute(SetModel(name, when))
        if future is not None:
            future.result(20)

    def settle(self, times: int = 1) -> None:
        for _ in range(times):
            while self.swaps.is_waiting:
                self.run(0.05)
                self.swaps.turn()
            self.posted.get(timeout=20)()


def rows(notes: list[Note]) -> list[tuple[int, int, int]]:
    return sorted((note.start_ticks, note.part, note.pitch) for note in notes)


def test_a_model_plays_from_a_bar_line_on_and_not_a_note_before_it_changes(tmp_path: Path) -> None:
    stage, plain = SwapStage(tmp_path), Stage(tmp_path)
    for each in (stage, plain):
        each.play()
        each.run_to(BAR + 10)
    stage.swap("other")
    stage.settle(2)
    assert stage.band.model == stage.band.state.model == "other"
    for each in (stage, plain):
        each.run_to(6 * BAR)
    turned = next(
        ours
        for ours, theirs in zip(rows(stage.played), rows(plain.played), strict=False)
        if ours != theirs
    )
    line = turned[0] // BAR * BAR
    assert 2 * BAR <= line <= 3 * BAR
    before, after = (
        [note.part for note in stage.played if (note.start_ticks >= line) == late]
        for late in (False, True)
    )
    assert max(before, key=before.count) != max(after, key=after.count)
    assert stage.band.health.underruns == 0 and stage.output.dropped == 0


def test_a_model_waits_for_the_boundary_that_is_asked_for(tmp_path: Path) -> None:
    stage, plain = SwapStage(tmp_path), Stage(tmp_path)
    for each in (stage, plain):
        each.play()
        each.run_to(BAR + 10)
    stage.swap("other", When.BARS_4)
    stage.settle(2)
    for each in (stage, plain):
        each.run_to(6 * BAR)
    first = min(set(rows(stage.played)) ^ set(rows(plain.played)))
    assert 4 * BAR <= first[0] < 5 * BAR


def test_moods_that_are_armed_or_gone_back_to_are_read_by_the_new_model(tmp_path: Path) -> None:
    stage = SwapStage(tmp_path)
    stage.play()
    stage.run_to(BAR + 10)
    stage.do(SetMood("wild", When.BARS_4))
    stage.swap("other")
    stage.settle(2)
    stage.run_to(6 * BAR)
    wild = model_called("other").moods.read("wild", {})
    parts = [note.part for note in stage.played if note.start_ticks >= 4 * BAR]
    assert max(parts, key=parts.count) == int(wild.slot[0])
    assert stage.band.state.mood == "wild"


@pytest.mark.parametrize(("name", "why"), [("bad", "is bad"), ("huge", "cannot be opened")])
def test_a_bad_model_leaves_the_old_one_playing(tmp_path: Path, name: str, why: str) -> None:
    stage, plain = SwapStage(tmp_path), Stage(tmp_path)
    for each in (stage, plain):
        each.play()
        each.run_to(BAR + 10)
    with pytest.raises(AmtError, match=why):
        stage.swap(name)
    stage.settle()
    for each in (stage, plain):
        each.run_to(4 * BAR)
    assert rows(stage.played) == rows(plain.played)
    assert stage.band.model == ""
    stage.swap("other")
    stage.settle(2)
    assert stage.band.model == "other"


def test_one_model_at_a_time_and_music_that_turns_meanwhile_is_heard_again(tmp_path: Path) -> None:
    stage = SwapStage(tmp_path)
    stage.play()
    stage.run_to(BAR + 10)
    stage.swap("other")
    with pytest.raises(UsageError, match="another model is on its way"):
        stage.swap("other")
    stage.settle()
    stage.do(SetMood("dreamy", When.NOW))
    stage.run_to(3 * BAR)
    stage.settle(2)  # too late the first time
    assert stage.band.model == "other"
    stage.run_to(6 * BAR)
    assert stage.band.health.underruns == 0 and stage.output.dropped == 0


def test_a_model_put_in_while_nothing_plays_plays_on(tmp_path: Path) -> None:
    stage = SwapStage(tmp_path)
    stage.swap("other")
    stage.settle(2)
    stage.play()
    stage.run_to(2 * BAR)
    stage.do(Transport("stop"))
    stage.swap("first")
    stage.settle(2)
    stage.do(Transport("continue"))
    stage.run_to(4 * BAR)
    assert stage.band.model == "first"
    assert stage.band.health.underruns == 0 and stage.output.dropped == 0


def test_a_take_with_two_swaps_replays_to_the_same_bytes(tmp_path: Path) -> None:
    stage = SwapStage(tmp_path)
    stage.play()
    stage.run_to(BAR // 2)
    stage.do(StartTake("take"))
    for name in ("other", "first"):
        stage.run(1.7)
        stage.swap(name)
        stage.settle(2)
        stage.run(4.3)
    stage.do(StopTake())
    take = tmp_path / "take.mid"
    outcome = replaying.replay(
        take, tmp_path / "again.mid", opened=model_called, branch=None, progress=lambda *_: None
    )
    assert outcome.is_same and outcome.differing == 0
    assert (tmp_path / "again.mid").read_bytes() == take.read_bytes()
