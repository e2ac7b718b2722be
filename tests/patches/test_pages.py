"""The pages beside the patches say nothing that the tables do not."""

import re
from pathlib import Path

import pytest

from amt_live.music.parts import PARTS
from amt_live.osc.addresses import ROUTES

PATCHES = Path(__file__).parents[2] / "patches"
PAGES = ("pd", "max", "ableton")


@pytest.mark.parametrize("folder", PAGES)
def test_every_address_on_the_page_is_in_the_table(folder: str) -> None:
    text = (PATCHES / folder / "README.md").read_text()
    used = {address.rstrip("/") for address in re.findall(r"/amt/[\w/*]+", text)}
    used = {address.replace("/NAME/", "/*/") for address in used}
    assert used
    assert used <= ROUTES.keys()


def test_the_ableton_page_gives_each_part_its_channel() -> None:
    text = (PATCHES / "ableton" / "README.md").read_text().replace("**", "")
    found = {name: int(channel) for name, channel in re.findall(r"\| (\w+) \| (\d+) ", text)}
    assert found == {part.name: part.channel + 1 for part in PARTS}
