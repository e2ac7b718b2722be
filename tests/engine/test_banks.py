"""Banks: what followed when it was stored follows again when it is recalled, to the note."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from amt_live.control import commands as c
from amt_live.control.state import ErrorNotice, MoodApplied, MoodArmed
from amt_live.control.when import When
from amt_live.engine.stream import BEAT_TICKS
from amt_live.errors import UsageError

from .scripted import part_of
from .stage import Stage
from .test_replay import play_again
from .test_scenes import SETTING, setting_of

BAR = 4 * BEAT_TICKS
Row = tuple[int, int, int, int, int]


def rows(stage: Stage, from_ticks: int, until_ticks: int) -> list[Row]:
    """What was played between two ticks, in the order of the stream, counted from the first."""
    return sorted(
        (n.start_ticks - from_ticks, n.part, n.pitch, n.velocity, n.duration_ticks)
        for n in stage.played
        if from_ticks <= n.start_ticks < until_ticks
    )


def stored(commands: Sequence[c.Command] = (), bars: int = 8, line: int = 2) -> Stage:
    """A band that stored bank 3 at a bar line and played on for some bars."""
    stage = Stage()
    for command in commands:
        stage.do(command)
    stage.play()
    stage.run_to((line - 1) * BAR + 100)
    stage.do(c.StoreBank(3))
    stage.run_to((line + bars) * BAR + 10)
    return stage


@pytest.mark.parametrize("line", [1, 2, 7, 24])
def test_what_followed_a_bank_follows_its_recall_to_the_note(line: int) -> None:
    stage = stored(line=line)
    assert stage.band.state.banks == (3,)
    at = (line + 8) * BAR + BAR
    stage.do(c.RecallBank(3))
    stage.run_to(at + 8 * BAR)
    first = rows(stage, line * BAR, (line + 8) * BAR)
    assert len(first) > 20
    assert rows(stage, at, at + 8 * BAR) == first
    assert stage.output.dropped == 0 and stage.band.health.underruns == 0
    assert [bar.start_ticks for bar in stage.band.stream.bars] == [
        n * BAR for n in range(len(stage.band.stream.bars))
    ]


def test_recalled_again_and_with_other_settings_in_between() -> None:
    stage = stored(SETTING[1:])
    held = setting_of(stage.band.state)
    first = rows(stage, 2 * BAR, 10 * BAR)
    for number in range(2):
        for command in (
            c.SetMood("waltz 3"),
            c.SetKey(None),
            c.SetChords("C | F | G"),
            c.SetKnob("swing", 0.9),
            c.SetKnob("density", None),
            c.SetKnob("energy", 0.7),
            c.SetSampling("temperature", 0.7 + number / 4),
            c.SetSeed(77),
            c.SetTempo(140),
            c.SetPart("*", "mute", 1),
            c.SetPart("bass", "program", 35),
        ):
            stage.do(command)
        stage.run(7.3)
        stage.do(c.RecallBank(3, When.BAR))
        (armed,) = stage.of(MoodArmed)[-1:]
        assert isinstance(armed, MoodArmed)
        assert stage.band.moods.armed is not None
        at = stage.band.moods.armed.at_ticks
        stage.run_to(at + 1)
        (applied,) = stage.of(MoodApplied)[-1:]
        assert isinstance(applied, MoodApplied) and applied.id == armed.id
        assert setting_of(stage.band.state) == held
        assert stage.band.seed == 1
        stage.run_to(at + 8 * BAR)
        assert rows(stage, at, at + 8 * BAR) == first
    assert stage.band.health.underruns == 0
