"""Banks: what followed when it was stored follows again when it is recalled, to the note."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt_live.control import commands as c
from amt_live.control.state import ErrorNotice, MoodApplied, MoodArmed, Sampling
from amt_live.control.when import When
from amt_live.engine.band import Band, Settings
from amt_live.engine.controls import Controls
from amt_live.engine.model import open_model
from amt_live.engine.stream import BEAT_TICKS
from amt_live.engine.takes import TakeDesk
from amt_live.errors import UsageError

from .stage import Stage
from .test_replay import command as any_command
from .test_replay import perform, play_again
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


def stored(commands: Sequence[c.Command] = (), bars: int = 4, line: int = 2) -> Stage:
    """A band that stored bank 3 at a bar line and played on for some bars."""
    stage = Stage()
    for command in commands:
        stage.do(command)
    stage.play()
    stage.run_to((line - 1) * BAR + 100)
    stage.do(c.StoreBank(3))
    stage.run_to((line + bars) * BAR + 10)
    return stage


@pytest.mark.parametrize("line", [1, 7, 24])
def test_what_followed_a_bank_follows_its_recall_to_the_note(line: int) -> None:
    stage = stored(line=line)
    assert stage.band.state.banks == (3,)
    at = (line + 4) * BAR + BAR
    stage.do(c.RecallBank(3))
    stage.run_to(at + 4 * BAR)
    first = rows(stage, line * BAR, (line + 4) * BAR)
    assert len(first) > 20
    assert rows(stage, at, at + 4 * BAR) == first
    assert stage.output.dropped == 0 and stage.band.health.underruns == 0
    assert [bar.start_ticks for bar in stage.band.stream.bars] == [
        n * BAR for n in range(len(stage.band.stream.bars))
    ]


def test_recalled_again_and_with_other_settings_in_between() -> None:
    stage = stored(SETTING[1:])
    held = setting_of(stage.band.state)
    first = rows(stage, 2 * BAR, 6 * BAR)
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
        stage.run(4.3)
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
        stage.run_to(at + 4 * BAR)
        assert rows(stage, at, at + 4 * BAR) == first
    assert stage.band.health.underruns == 0


def test_a_recall_is_cancelled_without_a_trace() -> None:
    stage, plain = stored(), stored()
    stage.do(c.RecallBank(3, When.BARS_2))
    stage.run_to(7 * BAR)
    stage.do(c.SetPart("piano", "program", 9))  # goes back behind the line, and over it again
    plain.run_to(7 * BAR)
    plain.do(c.SetPart("piano", "program", 9))
    stage.do(c.CancelMood())
    for each in (stage, plain):
        each.run_to(11 * BAR)
    assert rows(stage, 0, 11 * BAR) == rows(plain, 0, 11 * BAR)
    assert stage.band.stream.jump is None and stage.band.state.armed is None


def test_a_mood_takes_the_place_of_a_recall_and_undo_goes_back_behind_one() -> None:
    stage = stored()
    stage.do(c.SetMood("wild", When.BAR))
    stage.run_to(8 * BAR)
    stage.do(c.RecallBank(3, When.BARS_4))
    stage.do(c.SetMood("dreamy", When.BAR))
    stage.run_to(13 * BAR)
    assert stage.band.state.mood == "dreamy" and stage.band.stream.left is None
    stage.do(c.RecallBank(3))
    stage.run_to(15 * BAR)
    assert stage.band.state.mood == "calm"
    stage.do(c.UndoMood())
    stage.run_to(17 * BAR)
    assert stage.band.state.mood == "dreamy"


def test_a_glide_goes_on_from_where_it_was_and_a_blend_from_what_it_was() -> None:
    stage = Stage()
    stage.play()
    stage.do(c.BlendMood((("wild", 3), ("dreamy", 1)), When.BAR))
    stage.run_to(BAR + 10)
    stage.do(c.GlideMood("strange", 4))
    stage.run_to(3 * BAR + 10)
    stage.do(c.StoreBank(3))
    stage.run_to(9 * BAR)
    assert stage.band.state.mood == "strange"
    stage.do(c.SetMood("waltz 3", When.BAR))
    stage.run_to(10 * BAR)
    stage.do(c.RecallBank(3, When.BAR))
    assert stage.band.moods.armed is not None
    at = stage.band.moods.armed.at_ticks
    stage.run_to(at + 1)
    assert stage.band.moods.steps and stage.band.state.armed is not None
    stage.run_to(at + 4 * BAR)
    assert stage.band.state.mood == "strange" and stage.band.state.armed is None
    assert rows(stage, at, at + 4 * BAR) == rows(stage, 4 * BAR, 8 * BAR)


def test_takes_that_begin_before_after_and_within_a_recall_replay_to_the_same_bytes(
    tmp_path: Path,
) -> None:
    for name, before_ticks, recall_first in (
        ("before", 7 * BAR, False),
        ("within", 8 * BAR - BEAT_TICKS, True),
        ("late", 8 * BAR - 2, True),
    ):
        folder = tmp_path / name
        stage = Stage(folder)
        stage.play()
        stage.run_to(BAR + 100)
        stage.do(c.StoreBank(3))
        stage.run_to(6 * BAR + 10)
        if recall_first:
            stage.do(c.RecallBank(3, When.BARS_4))
        stage.run_to(before_ticks)
        stage.do(c.StartTake("take"))
        if not recall_first:
            stage.do(c.RecallBank(3, When.BARS_4))
        stage.run_to(11 * BAR)
        stage.do(c.StopTake())
        assert rows(stage, 8 * BAR, 10 * BAR) == rows(stage, 2 * BAR, 4 * BAR)
        again, outcome = play_again(folder / "take.mid")
        assert again == (folder / "take.mid").read_bytes()
        assert outcome.is_same and outcome.differing == 0


ELSE = (c.Transport, c.Panic, c.StoreBank, c.RecallBank, c.ClearBank, c.StartTake, c.Capture)
deeds = st.lists(
    st.tuples(st.floats(0.001, 1.0), any_command.filter(lambda it: not isinstance(it, ELSE))),
    max_size=8,
)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(before=deeds, between=deeds)
def test_whatever_was_done_a_recall_plays_what_followed(
    before: list[tuple[float, c.Command]], between: list[tuple[float, c.Command]]
) -> None:
    stage = Stage()
    stage.play()
    perform(stage, before)
    # A seed and a sampling act from what is decoded next: by here all of it is played.
    stage.run_to(stage.band.stream.horizon_ticks)
    stage.do(c.StoreBank(3))
    while not stage.band.state.banks:
        stage.run(0.1)
    at = stage.band.banks.line_of(3)
    stage.run_to(at + 2 * BAR)
    perform(stage, between)
    stage.do(c.RecallBank(3, When.BAR))
    assert stage.band.moods.armed is not None
    again = stage.band.moods.armed.at_ticks
    stage.run_to(again + 2 * BAR)
    assert rows(stage, again, again + 2 * BAR) == rows(stage, at, at + 2 * BAR)


def test_a_band_that_stopped_begins_with_the_bank() -> None:
    stage = stored()
    first = rows(stage, 2 * BAR, 6 * BAR)
    stage.do(c.Transport("stop"))
    stage.do(c.RecallBank(3))
    stage.played.clear()
    stage.play()
    stage.run_to(4 * BAR)
    assert rows(stage, 0, 4 * BAR) == first
    stage.do(c.Transport("stop"))
    stage.do(c.RecallBank(3))
    assert stage.band.moods.armed is not None
    at = stage.band.moods.armed.at_ticks
    stage.played.clear()
    stage.do(c.Transport("continue"))
    stage.run_to(at + 4 * BAR)
    assert rows(stage, at, at + 4 * BAR) == first


def test_what_cannot_be_done_is_one_line() -> None:
    stage = Stage()
    cases: list[tuple[c.Command, str]] = [
        (c.StoreBank(1), "nothing has been played yet"),
        (c.RecallBank(2), "nothing is stored in bank 2; banks that are: none"),
        (c.ClearBank(2), "nothing is stored in bank 2"),
        (c.StoreBank(17), "bank 17 is outside 1-16"),
        (c.RecallBank(0), "bank 0 is outside 1-16"),
    ]
    for command, why in cases:
        with pytest.raises(UsageError, match=why):
            stage.do(command)
    stage = stored(bars=1)
    stage.do(c.RecallBank(3, When.BARS_8))
    with pytest.raises(UsageError, match="a bank is about to be recalled"):
        stage.do(c.SetModel("other"))
    stage.do(c.StoreBank(4))
    stage.run_to(5 * BAR)
    (notice,) = stage.of(ErrorNotice)
    assert isinstance(notice, ErrorNotice) and "bank 4 was not stored" in notice.why
    stage.band.model, stage.band.model_hash = "other", "1234"
    with pytest.raises(UsageError, match="stored under the model '', and 'other' plays"):
        stage.do(c.RecallBank(3))
    stage.do(c.ClearBank(3))
    assert stage.band.state.banks == ()


def test_a_real_graph_in_8_bits_plays_the_same_notes_again() -> None:
    stage = Stage()
    model = open_model(Path(__file__).parents[2] / "models" / "tiny", 1)
    begin = Settings("calm", 120.0, 1, Sampling(top_p=0.97, guidance=2.0), "tiny", model.hash)
    stage.band = Band(
        model.generator, model.moods, stage.output, stage.clock, begin, stage.notices.append
    )
    stage.controls = Controls(stage.band, TakeDesk(Path("takes")))
    stage.play()
    stage.run_to(5 * BAR + 100)
    stage.do(c.StoreBank(3))
    stage.run_to(10 * BAR)
    stage.do(c.SetMood("wild", When.BAR))
    stage.run_to(11 * BAR + 10)
    stage.do(c.RecallBank(3, When.BAR))
    stage.run_to(16 * BAR)
    first = rows(stage, 6 * BAR, 10 * BAR)
    assert len(first) > 50
    assert rows(stage, 12 * BAR, 16 * BAR) == first
