"""The Max patch, checked on paper: what can be known of it without Max."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ROUTES

PATCH = Path(__file__).parents[2] / "patches" / "max" / "amt-live.maxpat"

# Inlets and outlets of the objects used, as Max 8 has them; a function where arguments decide.
_COUNTS: dict[str, Any] = {
    "button": (1, 1),
    "comment": (1, 0),
    "flonum": (1, 2),
    "message": (2, 1),
    "number": (1, 2),
    "panel": (1, 0),
    "slider": (1, 1),
    "textedit": (1, 4),
    "toggle": (1, 1),
    "umenu": (1, 3),
    "delay": (2, 1),
    "del": (2, 1),
    "loadbang": (1, 1),
    "metro": (2, 1),
    "prepend": (1, 1),
    "route": lambda args: (len(args) + 1, len(args) + 1),
    "t": lambda args: (1, len(args)),
    "udpreceive": (1, 1),
    "udpsend": (1, 0),
    "unpack": lambda args: (1, len(args)),
}


@pytest.fixture(scope="module")
def patcher() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(PATCH.read_text())["patcher"]
    return loaded


def _boxes(patcher: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (entry["box"] for entry in patcher["boxes"])


def _counts(box: dict[str, Any]) -> tuple[int, int]:
    words = box["text"].split() if box["maxclass"] == "newobj" else [box["maxclass"]]
    known = _COUNTS[words[0]]
    return known(words[1:]) if callable(known) else known


def test_every_object_is_known_and_has_its_inlets_and_outlets(patcher: dict[str, Any]) -> None:
    for box in _boxes(patcher):
        assert (box["numinlets"], box["numoutlets"]) == _counts(box), box.get("text", box["id"])
        assert len(box.get("outlettype", [])) == box["numoutlets"], box["id"]
        assert len(box["patching_rect"]) == 4


def test_ids_are_unique(patcher: dict[str, Any]) -> None:
    ids = [box["id"] for box in _boxes(patcher)]
    assert len(ids) == len(set(ids)) > 100


def test_every_line_joins_an_outlet_to_an_inlet_that_exist(patcher: dict[str, Any]) -> None:
    boxes = {box["id"]: box for box in _boxes(patcher)}
    joined = set()
    for entry in patcher["lines"]:
        (source, outlet), (target, inlet) = (
            entry["patchline"]["source"],
            entry["patchline"]["destination"],
        )
        assert 0 <= outlet < boxes[source]["numoutlets"], (source, outlet)
        assert 0 <= inlet < boxes[target]["numinlets"], (target, inlet)
        joined |= {source, target}
    loose = [
        box.get("text", key)
        for key, box in boxes.items()
        if key not in joined and box["maxclass"] not in ("comment", "panel")
    ]
    assert loose == []


def test_every_address_in_the_patch_is_in_the_table() -> None:
    used = set(re.findall(r"/amt/[\w/*]+", PATCH.read_text()))
    assert len(used) > 20
    assert used <= ROUTES.keys()


def test_every_part_has_its_mute(patcher: dict[str, Any]) -> None:
    texts = {box.get("text") for box in _boxes(patcher)}
    assert {f"prepend /amt/part/{name}/mute" for name in PART_NAMES} <= texts


def test_nothing_on_the_face_lies_outside_its_window(patcher: dict[str, Any]) -> None:
    width, height = patcher["rect"][2:]
    for box in _boxes(patcher):
        if box.get("presentation"):
            x, y, w, h = box["presentation_rect"]
            assert 0 <= x <= x + w <= width and 0 <= y <= y + h <= height, box


def test_what_can_be_set_on_the_face_can_be_heard_back(patcher: dict[str, Any]) -> None:
    texts = [str(box.get("text", "")) for box in _boxes(patcher)]
    set_here = {t.removeprefix("prepend ") for t in texts if t.startswith("prepend /amt/")}
    routed = {word for t in texts if t.startswith("route /amt/") for word in t.split()[1:]}
    assert set_here <= routed
