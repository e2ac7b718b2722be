"""The patches and the pages beside them say nothing that the tables do not, and are as made."""

import json
import re
import zlib
from pathlib import Path

import pytest

from amt_live.config import OPTIONS
from amt_live.music.parts import PARTS
from amt_live.osc.addresses import ROUTES
from patches.making import live_device, pictures, supercollider

PATCHES = Path(__file__).parents[2] / "patches"
FOLDERS = (*("pd", "max", "ableton", "supercollider", "node", "sonic-pi", "tidal", "touchosc"),)
# Written for people, or drawn: everything else is read for addresses.
UNREAD = {".svg", ".tosc", ".json", ".quark"}
EVERY_PATCH_HEARS = {"/amt/mood/armed", "/amt/mood/applied", "/amt/beat", "/amt/error"}


def text_of(path: Path) -> str:
    """What a file says; of a Max for Live device, its patcher."""
    data = path.read_bytes()
    return (data[data.index(b"{") : -1] if path.suffix == ".amxd" else data).decode()


def addresses(text: str) -> set[str]:
    """The addresses in a text, with ``*`` where a page or a program stands for any part."""
    found = re.findall(r"/amt/[\w/*%{}]+", text)
    some_part = re.compile(r"/part/(NAME|PART|%|\{part\})/")
    return {some_part.sub("/part/*/", address.rstrip("/")) for address in found}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_address_in_a_folder_is_in_the_table(folder: str) -> None:
    read = [p for p in (PATCHES / folder).rglob("*") if p.is_file() and p.suffix not in UNREAD]
    used = {address for path in read for address in addresses(text_of(path))}
    assert used
    assert used <= ROUTES.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_has_a_page_that_shows_its_picture(folder: str) -> None:
    page = (PATCHES / folder / "README.md").read_text()
    shown = re.findall(r"!\[[^\]]+\]\((\S+\.svg)\)", page)
    assert shown
    assert all((PATCHES / folder / name).read_text().startswith("<svg") for name in shown)


def test_every_link_on_a_page_leads_to_a_file() -> None:
    for page in PATCHES.glob("*/README.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert link.startswith("https://") or (page.parent / link).exists(), (page, link)


def test_every_option_on_a_page_is_one_of_the_daemon() -> None:
    known = {"--" + option.name.replace("_", "-") for option in OPTIONS}
    for page in PATCHES.glob("*/README.md"):
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page.read_text())) <= known, page


def test_what_is_made_is_as_it_is_made() -> None:
    """After a change of the table, or of a face: ``python -m patches.making``."""
    assert supercollider.METHODS.read_text() == supercollider.methods()
    assert supercollider.HELP.read_text() == supercollider.help_page()
    assert live_device.DEVICE.read_bytes() == live_device.container(live_device.patcher())
    for place, drawn in pictures.pictures().items():
        assert (PATCHES / place).read_text() == drawn, place


def test_the_patches_hear_what_is_pushed() -> None:
    maxpat = json.loads((PATCHES / "max" / "amt-live.maxpat").read_text())
    for patch in (maxpat, live_device.patcher()):
        texts = [str(box["box"].get("text", "")) for box in patch["patcher"]["boxes"]]
        routed = {word for text in texts if text.startswith("route /amt") for word in text.split()}
        assert routed >= EVERY_PATCH_HEARS
    pd = (PATCHES / "pd" / "amt-live.pd").read_text()
    routes = {word for line in re.findall(r"route ([^;]+);", pd) for word in line.split()}
    assert routes >= {word.split("/")[-1] for word in EVERY_PATCH_HEARS}
    layout = zlib.decompress((PATCHES / "touchosc" / "amt-live.tosc").read_bytes()).decode()
    assert "LABEL" in layout and "<receive>1</receive>" in layout


def test_the_ableton_page_gives_each_part_its_channel() -> None:
    text = (PATCHES / "ableton" / "README.md").read_text().replace("**", "")
    found = {name: int(channel) for name, channel in re.findall(r"\| (\w+) \| (\d+) ", text)}
    assert found == {part.name: part.channel + 1 for part in PARTS}
