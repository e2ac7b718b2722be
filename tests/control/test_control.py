"""The mood line and the words for when."""

import pytest

from amt_live.control.moodline import parse_mood
from amt_live.control.when import When, finer_boundary
from amt_live.errors import UsageError


@pytest.mark.parametrize(
    ("line", "text", "when"),
    [
        ("dark waltz @bar", "dark waltz", When.BAR),
        ("  sparse   melancholic jazz ballad ", "sparse melancholic jazz ballad", None),
        ("storm @4bars", "storm", When.BARS_4),
        ("storm @NOW", "storm", When.NOW),
        ("mail me at a@b.c", "mail me at a@b.c", None),
    ],
)
def test_a_mood_line_is_a_text_and_a_time(line: str, text: str, when: When | None) -> None:
    command = parse_mood(line)
    assert (command.text, command.when) == (text, when)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("@bar", "empty"),
        ("waltz @tomorrow", "@16th"),
        ("x" * 501, "500"),
    ],
)
def test_a_wrong_mood_line_names_the_fix(line: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_mood(line)


@pytest.mark.parametrize(
    ("when", "now", "boundary"),
    [
        (When.NOW, 481, 481),
        (When.SIXTEENTH, 481, 600),
        (When.SIXTEENTH, 600, 600),
        (When.BEAT, 481, 960),
    ],
)
def test_fine_boundaries_are_the_next_line_of_the_grid(when: When, now: int, boundary: int) -> None:
    assert finer_boundary(when, now) == boundary


def test_bar_boundaries_are_left_to_the_engine() -> None:
    assert [when.bars for when in When] == [None, None, None, 1, 2, 4, 8]
    with pytest.raises(ValueError, match="bar lines"):
        finer_boundary(When.BAR, 0)
