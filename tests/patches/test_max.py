"""The Max patch and the Max for Live device, checked on paper: what can be known without Max."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ROUTES

MAX = Path(__file__).parents[2] / "patches" / "max"
PATCH, DEVICE = MAX / "amt-live.maxpat", MAX / "amt-live.amxd"

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
    "select": lambda args: (len(args) + 1, len(args) + 1),
    "s": (1, 0),
    "gate": (2, 1),
    "midiin": (1, 1),
    "midiout": (1, 0),
    "live.comment": (1, 0),
    "live.dial": (1, 2),
    "live.menu": (1, 3),
    "live.numbox": (1, 2),
    "live.text": (1, 2),
    "live.thisdevice": (1, 3),
    "udpsend": (1, 0),
    "unpack": lambda args: (1, len(args)),
}


def chunks(data: bytes) -> dict[bytes, bytes]:
    """What a Max for Live device consists of, read as Ableton's own tools read it."""
    found, at = {}, 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        found[data[at : at + 4]] = data[at + 8 : at + 8 + length]
        at += 8 + length
    assert at == len(data)
    return found


@pytest.fixture(scope="module", params=[PATCH, DEVICE], ids=["patch", "device"])
def patcher(request: pytest.FixtureRequest) -> dict[str, Any]:
    text = request.param.read_bytes()
    if request.param == DEVICE:
        text = chunks(text)[b"ptch"].removesuffix(b"\0")
    loaded: dict[str, Any] = json.loads(text)["patcher"]
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
    assert len(ids) == len(set(ids)) > 90


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
        if key not in joined and box["maxclass"] not in ("comment", "live.comment", "panel")
    ]
    assert loose == []


def test_every_part_has_its_mute(patcher: dict[str, Any]) -> None:
    texts = {box.get("text") for box in _boxes(patcher)}
    assert {f"prepend /amt/part/{name}/mute" for name in PART_NAMES} <= texts


def test_nothing_on_the_face_lies_outside_its_window(patcher: dict[str, Any]) -> None:
    width, height = patcher.get("openrect", patcher["rect"])[2:]
    for box in _boxes(patcher):
        if box.get("presentation"):
            x, y, w, h = box["presentation_rect"]
            assert 0 <= x <= x + w <= width and 0 <= y <= y + h <= height, box


def test_what_can_be_set_on_the_face_can_be_heard_back(patcher: dict[str, Any]) -> None:
    texts = [str(box.get("text", "")) for box in _boxes(patcher)]
    set_here = {t.removeprefix("prepend ") for t in texts if t.startswith("prepend /amt/")}
    routed = {word for t in texts if t.startswith("route /amt/") for word in t.split()[1:]}
    assert set_here <= routed


def test_the_device_is_a_midi_effect_whose_sliders_keep_to_the_limits_of_the_table() -> None:
    parts = chunks(DEVICE.read_bytes())
    assert list(parts) == [b"ampf", b"meta", b"ptch"]
    assert parts[b"ampf"] == b"mmmm" and parts[b"ptch"].endswith(b"}\n\0")
    patcher = json.loads(parts[b"ptch"][:-1])["patcher"]
    assert patcher["project"]["amxdtype"].to_bytes(4) == b"mmmm"
    limits = {}
    for box in _boxes(patcher):
        if box["maxclass"] in ("live.dial", "live.numbox"):
            values = box["saved_attribute_attributes"]["valueof"]
            name = values["parameter_longname"]
            limits[f"/amt/{name}"] = (values["parameter_mmin"], values["parameter_mmax"])
    table = {a: ROUTES[a].entry.arguments[0] for a in limits}
    assert limits == {address: (each.low, each.high) for address, each in table.items()}
    assert len(limits) == 4
    assert set(patcher["parameters"]) == {
        box["id"] for box in _boxes(patcher) if box.get("parameter_enable")
    }


def test_the_device_sends_nothing_but_words_and_panic_before_it_has_loaded() -> None:
    patcher = json.loads(chunks(DEVICE.read_bytes())[b"ptch"][:-1])["patcher"]
    boxes = {box["id"]: box for box in _boxes(patcher)}
    send = next(i for i, box in boxes.items() if str(box.get("text")).startswith("udpsend"))
    lines = [line["patchline"] for line in patcher["lines"]]
    direct = {boxes[each["source"][0]]["text"] for each in lines if each["destination"][0] == send}
    assert direct == {"gate", "prepend /amt/mood", "/amt/panic", "/amt/notify 1 9741"}
