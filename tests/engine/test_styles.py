import pytest

from amt_live.control.commands import SetStyle, UndoMood
from amt_live.control.state import MoodApplied, MoodArmed
from amt_live.control.when import When
from amt_live.errors import UsageError
from amt_live.text.styles import Style

from .stage import Stage

STYLES = (Style("bossa", "relaxed bossa nova"), Style("metal", "loud fast metal"))


@pytest.fixture
def stage():
    made = Stage(mood="calm")
    made.band.styles = STYLES
    return made


def test_a_style_takes_effect_at_its_boundary_like_a_mood(stage):
    stage.play()
    stage.run(1.0)
    stage.do(SetStyle("2", When.BAR))
    assert [notice.text for notice in stage.of(MoodArmed)] == ["loud fast metal"]
    assert stage.band.state.mood == "calm"
    stage.run(3.0)
    (applied,) = stage.of(MoodApplied)
    assert (applied.text, applied.beat) == ("loud fast metal", 1.0)
    stage.do(UndoMood())
    stage.run(3.0)
    assert stage.band.state.mood == "calm"


def test_an_unknown_style_changes_nothing(stage):
    with pytest.raises(UsageError, match="1 bossa, 2 metal"):
        stage.do(SetStyle("tango"))
    assert stage.of(MoodArmed) == [] and stage.band.state.armed is None


def test_the_state_names_the_styles_of_the_model():
    from amt_live.engine.band import Settings

    assert Stage().band.state.styles == ()
    assert Settings(styles=STYLES).styles[0].name == "bossa"
