"""Blends on a manual clock: armed and applied like any mood, and read with all their texts."""

import numpy as np
import pytest

from amt_live.control.commands import BlendMood, SetKnob, SetMood, UndoMood
from amt_live.control.state import MoodApplied, MoodArmed
from amt_live.control.when import When
from amt_live.engine.model import open_model
from amt_live.engine.stream import BEAT_TICKS
from amt_live.errors import UsageError
from amt_live.text.conditioning import blend

from .scripted import part_of
from .stage import Stage
from .test_real_model import TINY

BAR = 4 * BEAT_TICKS
MIXED = BlendMood((("wild", 7), ("dreamy", 3)), When.BEAT)
NAME = "wild 0.7 + dreamy 0.3"


def test_a_blend_is_armed_applied_and_undone_like_a_mood() -> None:
    stage = Stage()
    stage.play()
    stage.run_to(BAR + 10)
    stage.do(MIXED)
    (armed,) = stage.of(MoodArmed)
    assert isinstance(armed, MoodArmed)
    assert (armed.text, armed.bar, armed.beat) == (NAME, 2, 2.0)
    stage.run_to(2 * BAR)
    (applied,) = stage.of(MoodApplied)
    assert isinstance(applied, MoodApplied)
    assert (applied.id, applied.text) == (armed.id, NAME)
    assert stage.band.state.mood == NAME
    parts = [n.part for n in stage.played if n.start_ticks >= BAR + BEAT_TICKS]
    assert max(parts, key=parts.count) == part_of("wild")
    stage.do(SetMood("bright", When.BEAT))
    stage.run_to(3 * BAR)
    stage.do(UndoMood())
    stage.run_to(4 * BAR + 10)
    assert stage.band.state.mood == NAME
    assert stage.band.moods.current.recipe == (("wild", 0.7), ("dreamy", 0.3))


def test_a_blend_is_read_again_with_all_its_texts_when_the_energy_moves() -> None:
    stage = Stage()
    stage.do(MIXED)
    stage.do(SetKnob("energy", 1.0))
    assert stage.reader.read_texts[-1] == (NAME, {"arousal": 2.0, "velocity": 2.0})


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ((("calm", 1.0),), "2 to 8"),
        ((("calm", 1.0), ("", 1.0)), "empty"),
        ((("calm", 1.0), ("storm", -2.0)), "more than 0"),
    ],
)
def test_what_is_no_blend_changes_nothing(texts: tuple[tuple[str, float], ...], why: str) -> None:
    stage = Stage()
    with pytest.raises(UsageError, match=why):
        stage.do(BlendMood(texts))
    assert stage.band.state.mood == "calm" and not stage.notices


def test_a_real_model_hears_the_mean_of_the_embeddings() -> None:
    reader = open_model(TINY).moods
    texts = [("calm piano", 0.7), ("storm", 0.3)]
    embed = reader._embedder.embed
    mean = blend([embed(text) for text, _ in texts], [weight for _, weight in texts])
    mood = reader.blend(texts, {})
    assert np.array_equal(mood.slot, reader._conditioner.condition(mean).slot)
    calm, storm = reader.read("calm piano", {}), reader.read("storm", {})
    assert np.linalg.norm(mood.slot - calm.slot) < np.linalg.norm(mood.slot - storm.slot)
    with pytest.raises(UsageError, match="cancel out"):
        reader.blend([("calm", 1.0), ("calm", -1.0)], {})
