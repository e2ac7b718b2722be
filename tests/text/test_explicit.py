"""What words say outright is read by rule and obeyed."""

import pytest

from amt_live.music.parts import PART_NAMES
from amt_live.text.conditioning import Mood
from amt_live.text.explicit import Explicit, attributes_said, obey, read_explicit
from amt_live.text.instruments import instruments


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("no drums", set(), {"drums", "percussive"}),
        ("jazz without drums or bass", set(), {"drums", "percussive", "bass"}),
        ("drop the drums, add strings", {"ensemble"}, {"drums", "percussive"}),
        ("no bass guitar but drums", {"drums"}, {"bass"}),
        ("muted trumpet over upright bass", {"brass", "bass"}, set()),
        ("Guitar solo!", {"guitar"}, set()),
        ("swing, leaving out the piano", set(), {"piano"}),
        ("everything but the drums", set(), {"drums", "percussive"}),
        ("organ and choir, except for the bass", {"organ", "ensemble"}, {"bass"}),
        ("a swarm of killer bees", set(), set()),
        ("", set(), set()),
    ],
)
def test_instruments_are_named_and_refused(text: str, wanted: set[str], unwanted: set[str]) -> None:
    said = read_explicit(text)
    assert (said.wanted, said.unwanted) == (wanted, unwanted)
    assert said.only is None


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("solo cello", {"strings"}),
        ("just piano and bass", {"piano", "bass"}),
        ("sax and piano only", {"reed", "piano"}),
        ("rainy night, upright bass alone", {"bass"}),
        ("string quartet in minor", {"strings"}),
        ("a harp on its own", {"strings"}),
        ("drums and nothing else", {"drums", "percussive"}),
        ("oboe, all by itself", {"reed"}),
        ("nothing but organ", {"organ"}),
        ("only one trumpet", {"brass"}),
    ],
)
def test_only_silences_every_other_part(text: str, only: set[str]) -> None:
    said = read_explicit(text)
    assert said.only == only
    assert said.absent == set(PART_NAMES) - only


def test_the_longest_name_wins_and_brings_its_sound() -> None:
    assert read_explicit("bass guitar").wanted == {"bass"}
    assert read_explicit("church organ").programs == {PART_NAMES.index("organ"): 19}
    assert read_explicit("organ").programs == {PART_NAMES.index("organ"): 16}


@pytest.mark.parametrize(
    ("text", "key", "mode", "beats"),
    [
        ("a dark waltz in D minor", 14, -1, 3),
        ("play A minor blues", 21, -1, None),
        ("in Bb major, 4/4", 10, 1, 4),
        ("a major injury", None, None, None),
        ("something in minor", None, -1, None),
        ("walking in three", None, None, 3),
    ],
)
def test_key_mode_and_meter(
    text: str, key: int | None, mode: int | None, beats: int | None
) -> None:
    said = read_explicit(text)
    assert (said.key, said.mode, said.beats_per_bar) == (key, mode, beats)


def test_every_instrument_names_parts_and_programs_that_exist() -> None:
    for name, (parts, program) in instruments().items():
        assert set(parts) <= set(PART_NAMES), name
        assert program is None or 0 <= program <= 127, name


def test_a_mood_obeys_and_a_phrase_that_names_nothing_changes_nothing() -> None:
    mood = Mood(None, None, programs={1: 33}, beats_per_bar=4)  # type: ignore[arg-type]
    assert obey(mood, Explicit()) == mood
    assert attributes_said(Explicit()) == {}
    said = read_explicit("waltz in C minor for solo harpsichord")
    heard = obey(mood, said)
    assert heard.beats_per_bar == 3 and heard.key == 12
    assert heard.programs == {1: 33, PART_NAMES.index("piano"): 6}
    assert "drums" in heard.absent and "piano" not in heard.absent
    assert attributes_said(said)["part:drums"] < 0 < attributes_said(said)["part:piano"]
