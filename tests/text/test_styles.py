import json

import pytest

from amt_live.errors import ModelError, UsageError
from amt_live.text.styles import STYLES_NAME, Style, find_style, load_styles

STYLES = (
    Style("cool swing jazz", "cool swing jazz, walking bass"),
    Style("jazz", "jazz combo"),
    Style("60s rock", "loud 60s rock"),
)


def write(folder, styles, version=1):
    (folder / STYLES_NAME).write_text(json.dumps({"format": version, "styles": styles}))


def test_a_palette_is_read_as_it_was_written(tmp_path):
    assert load_styles(tmp_path) == ()
    write(tmp_path, [{"name": s.name, "text": s.text, "texts": 7} for s in STYLES])
    assert load_styles(tmp_path) == STYLES


GOOD = {"name": "a", "text": "b"}
BROKEN = {
    "another version": ([GOOD], 2),
    "no list": (5, 1),
    "no text": ([{"name": "a"}], 1),
    "empty": ([{"name": " ", "text": "b"}], 1),
    "not words": ([{"name": 3, "text": "b"}], 1),
    "control characters": ([{"name": "a\x1b[2J", "text": "b"}], 1),
    "long": ([{"name": "a" * 65, "text": "b"}], 1),
    "twice": ([GOOD, GOOD], 1),
    "many": ([{"name": f"a{n}", "text": "b"} for n in range(65)], 1),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_palette_that_is_none_is_one_line(tmp_path, kind):
    write(tmp_path, *BROKEN[kind])
    with pytest.raises(ModelError, match="amt-live styles") as caught:
        load_styles(tmp_path)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]", b"[" * 100_000])
def test_a_file_that_is_no_palette_is_one_line(tmp_path, content):
    (tmp_path / STYLES_NAME).write_bytes(content)
    with pytest.raises(ModelError, match="remove it"):
        load_styles(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [("1", 0), ("3", 2), ("JAZZ", 1), ("swing", 0), ("60s  Rock", 2), ("rock", 2)],
)
def test_a_style_is_found_by_number_name_or_part_of_it(wanted, number):
    assert find_style(STYLES, wanted) == STYLES[number]


@pytest.mark.parametrize("wanted", ["0", "4", "²", "tango", "", "s"])
def test_what_fits_none_or_several_names_those_there_are(wanted):
    with pytest.raises(UsageError, match="2 jazz, 3 60s rock"):
        find_style(STYLES, wanted)


def test_a_model_without_styles_says_how_to_get_some():
    with pytest.raises(UsageError, match="amt-live styles CORPUS --into MODEL"):
        find_style((), "1")
