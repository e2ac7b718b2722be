"""What is told of the future: every decided note, what is wiped, and how words were understood."""

import pytest

from amt_live.control.commands import SetMood
from amt_live.control.state import NoteDecided, Wiped
from amt_live.control.when import When
from amt_live.engine.stream import BEAT_TICKS
from amt_live.engine.understood import understood
from amt_live.music.parts import PARTS

from .stage import Stage


def test_every_note_that_is_played_was_told_before_unless_it_was_wiped() -> None:
    stage = Stage()
    stage.play()
    stage.run(4.0)
    told = [(note.part, note.pitch) for note in stage.of(NoteDecided)]
    played = [(PARTS[note.part].name, note.pitch) for note in stage.played]
    assert len(played) > 10
    assert told[: len(played)] == played
    assert len(told) > len(played)
    assert not stage.of(Wiped)
    assert all(-0.01 <= note.in_beats < 13 for note in stage.of(NoteDecided))


def test_a_mood_change_wipes_from_its_boundary_on_and_decides_anew() -> None:
    stage = Stage()
    stage.play()
    stage.run_to(BEAT_TICKS * 5)
    told = len(stage.notices)
    stage.do(SetMood("wild", When.BAR))
    stage.run(0.5)
    wiped = [n for n in stage.notices[told:] if isinstance(n, Wiped)]
    assert [round(w.in_beats) for w in wiped] == [3]
    after = stage.notices[stage.notices.index(wiped[0]) :]
    assert min(n.in_beats for n in after if isinstance(n, NoteDecided)) >= 2.0


@pytest.mark.parametrize(
    ("arousal", "valence", "name"),
    [(-1.3, -1.0, "desolate"), (1.5, -0.8, "furious"), (0.1, 0.0, "steady"), (9, 9, "ecstatic")],
)
def test_the_nearest_mood_is_named(arousal: float, valence: float, name: str) -> None:
    attributes = {"arousal": arousal, "valence": valence, "genre:jazz": 1.2, "genre:pop": 0.1}
    reading = understood("words", attributes)
    assert reading.nearest[0] == name
    assert reading.nearest[2:] == ("jazz",)
    assert (reading.arousal, reading.valence) == (arousal, valence)


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert understood("", {"arousal": 1.0, "valence": 1.0}).nearest == ()
    assert understood("calm", {}).nearest == ()
