"""The Max for Live MIDI device, ``patches/max/amt-live.amxd``, from the address table.

The container is as Live's own files are and as Ableton's ``maxdiff`` reads it: chunks of four
letters, a little-endian length and the bytes: ``ampf`` with the kind of device, ``meta``, and
``ptch`` with the patcher as JSON and a final zero. Invariant: nothing is sent until the device has
loaded, because Live gives every dial its stored value then.
"""

import json
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from amt_live.control.when import When
from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ROUTES
from amt_live.osc.sockets import DEFAULT_HOST, DEFAULT_PORT

DEVICE: Final = Path(__file__).parents[1] / "max" / "amt-live.amxd"
WIDTH: Final = 620
HEIGHT: Final = 169  # as high as Live shows a device
LISTEN: Final = DEFAULT_PORT + 1

Rect = tuple[float, float, float, float]
_FLOAT, _ENUM = 0, 2  # kinds of a Live parameter


class Patcher:
    """Boxes and lines as Max writes them; ``add`` gives the id of a box."""

    def __init__(self) -> None:
        self.boxes: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.parameters: dict[str, Any] = {}

    def add(
        self, kind: str, text: str, counts: tuple[int, int], face: Rect | None = None, **more: Any
    ) -> str:
        """A box with so many inlets and outlets, shown at ``face`` if that is given."""
        number = len(self.boxes)
        box = {
            "id": f"obj-{number + 1}",
            "maxclass": kind,
            "numinlets": counts[0],
            "numoutlets": counts[1],
            "outlettype": [""] * counts[1],
            "patching_rect": [20.0 + 230 * (number % 5), 240.0 + 30 * (number // 5), 200.0, 22.0],
            **({"text": text} if text else {}),
            **({"presentation": 1, "presentation_rect": [float(n) for n in face]} if face else {}),
            **more,
        }
        self.boxes.append({"box": box})
        return str(box["id"])

    def object(self, text: str, inlets: int = 1, outlets: int = 1) -> str:
        """A box with the name of an object and its arguments in it."""
        return self.add("newobj", text, (inlets, outlets))

    def message(self, text: str, face: Rect | None = None) -> str:
        """A message box."""
        return self.add("message", text, (2, 1), face)

    def live(self, kind: str, name: str, outlets: int, face: Rect, **valueof: Any) -> str:
        """A control that is a parameter of the device, and so can be automated and mapped."""
        more = valueof.pop("box", {})
        values = {"parameter_longname": name, "parameter_shortname": name, **valueof}
        saved = {"valueof": values}
        text = more.pop("text", "")
        made = self.add(
            *(kind, text, (1, outlets), face),
            parameter_enable=1,
            saved_attribute_attributes=saved,
            varname=name,
            **more,
        )
        self.parameters[made] = [name, name, 0]
        return made

    def line(self, *ids: str | tuple[str, int]) -> None:
        """Connect a chain: from the first outlet to the first inlet, unless (id, number) says."""
        for source, target in pairwise(ids):
            a, outlet = source if isinstance(source, tuple) else (source, 0)
            b, inlet = target if isinstance(target, tuple) else (target, 0)
            self.lines.append({"patchline": {"source": [a, outlet], "destination": [b, inlet]}})


class Device(Patcher):
    """The device: ``send`` takes what goes to the band, ``heard`` is what is done with what comes.

    Buttons and dials go through ``gate``, which opens half a second after loading.
    """

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, str] = {}
        self.line(self.object("midiin"), self.object("midiout", 1, 0))
        self.send = self.object(f"udpsend {DEFAULT_HOST} {DEFAULT_PORT}", 1, 0)
        self.gate = self.object("gate", 2, 1)
        self.line(self.gate, self.send)
        begin = self.object("t b b", 1, 2)
        self.line(self.object("live.thisdevice", 1, 3), begin)
        self.line((begin, 1), self.object("delay 500", 2), self.message("1"), self.gate)
        metro, lease = self.object("metro 5000", 2), self.message(f"/amt/notify 1 {LISTEN}")
        self.line((begin, 0), self.message("1"), metro, lease, self.send)

    def shows(self, address: str, *chain: str) -> None:
        """Let what comes on an address run through these boxes."""
        self.heard[address] = chain[0]
        self.line(*chain)

    def sends(self, source: str | tuple[str, int], address: str) -> None:
        """Let a control set an address."""
        self.line(source, self.object(f"prepend {address}"), (self.gate, 1))

    def caption(self, text: str, face: Rect) -> str:
        """A word on the face."""
        return self.add("live.comment", text, (1, 0), face, textjustification=0)

    def routed(self) -> None:
        """Connect what is heard; to be called last."""
        routes = self.object(
            f"route {' '.join(self.heard)}", len(self.heard) + 1, len(self.heard) + 1
        )
        self.line(self.object(f"udpreceive {LISTEN}"), routes)
        for number, target in enumerate(self.heard.values()):
            self.line((routes, number), target)


def _mood(device: Device) -> None:
    device.caption("amt-live", (4, 4, 60, 18))
    typed = device.add("textedit", "", (1, 4), (66, 4, 390, 20), keymode=1, lines=1)
    words = device.object("route text", 2, 2)
    device.line(typed, words, device.object("prepend /amt/mood"), device.send)
    for name, address, x in (("armed", "armed", 4), ("playing", "applied", 312)):
        device.caption(name, (x, 28, 46, 18))
        text = device.caption("-", (x + 48, 28, 250, 18))
        values = device.object("unpack 0 text 0 0. 0.", 1, 5)
        device.heard[f"/amt/mood/{address}"] = values
        device.line((values, 1), device.object("prepend set"), text)
    device.shows("/amt/mood", device.object("prepend set"), text)
    trouble = device.caption("-", (230, 96, 386, 18))
    device.shows("/amt/error", device.object("prepend set"), trouble)
    beat = device.caption("-", (450, 74, 46, 18))
    device.shows("/amt/beat", device.object("prepend set"), beat)


def _knobs(device: Device) -> None:
    """Tempo, quantise, and the three knobs that can be free."""
    tempo = ROUTES["/amt/tempo"].entry.arguments[0]
    box = device.live(
        *("live.numbox", "tempo", 2, (4, 56, 60, 16)),
        parameter_type=_FLOAT,
        parameter_mmin=tempo.low,
        parameter_mmax=tempo.high,
        parameter_unitstyle=1,
    )
    device.sends(box, "/amt/tempo")
    device.shows("/amt/tempo", device.object("prepend set"), box)
    words = [str(when) for when in When]
    menu = device.live(
        *("live.menu", "quantise", 3, (4, 82, 60, 16)),
        parameter_type=_ENUM,
        parameter_enum=words,
        parameter_mmax=len(words) - 1,
    )
    device.sends((menu, 1), "/amt/quantise")
    device.shows("/amt/quantise", device.object("prepend setsymbol"), menu)
    for number, name in enumerate(("density", "energy", "swing")):
        knob, x = ROUTES[f"/amt/{name}"].entry.arguments[0], 72 + 52 * number
        dial = device.live(
            *("live.dial", name, 2, (x, 48, 46, 48)),
            parameter_type=_FLOAT,
            parameter_mmin=knob.low,
            parameter_mmax=knob.high,
            parameter_unitstyle=1,
        )
        device.sends(dial, f"/amt/{name}")
        free = device.message("free", (x, 97, 46, 18))
        device.sends(free, f"/amt/{name}")
        number_only = device.object("route free", 2, 2)
        device.heard[f"/amt/{name}"] = number_only
        device.line((number_only, 1), device.object("prepend set"), dial)


_BUTTONS: Final = (
    ("play", "/amt/transport/play", (230, 50, 52, 20)),
    ("stop", "/amt/transport/stop", (285, 50, 52, 20)),
    ("continue", "/amt/transport/continue", (340, 50, 52, 20)),
    ("count in", "/amt/transport/count_in", (395, 50, 52, 20)),
    ("keep 16 bars", "/amt/capture 16", (340, 74, 107, 20)),
    ("cancel", "/amt/mood/cancel", (462, 4, 50, 20)),
    ("undo", "/amt/mood/undo", (515, 4, 50, 20)),
    ("PANIC", "/amt/panic", (500, 50, 116, 44)),
)


def _switch(device: Device, name: str, face: Rect, mode: int, label: str = "") -> str:
    """A button (mode 0) or a switch (mode 1)."""
    return device.live(
        *("live.text", name, 2, face),
        parameter_type=_ENUM,
        parameter_enum=["off", "on"],
        parameter_mmax=1,
        box={"text": label or name, "texton": label or name, "mode": mode},
    )


def _buttons(device: Device) -> None:
    for name, message, face in _BUTTONS:
        pressed = device.object("select bang 1", 3, 3)
        # A button may say bang or 1: both become one message, and its release none.
        device.line(_switch(device, name, face, 0), pressed)
        said = device.message(message)
        device.line((pressed, 0), said)
        device.line((pressed, 1), said)
        device.line(said, device.send if name == "PANIC" else (device.gate, 1))
    record = _switch(device, "record", (230, 74, 52, 20), 1)
    on_off = device.object("select 1 0", 3, 3)
    device.line(record, on_off)
    for outlet, message in enumerate(("/amt/take/start", "/amt/take/stop")):
        device.line((on_off, outlet), device.message(message), (device.gate, 1))
    taking = device.caption("-", (285, 74, 52, 18))
    device.shows("/amt/take/state", device.object("prepend set"), taking)


def _mutes(device: Device) -> None:
    """A switch for each part: on is silent."""
    for number, part in enumerate(PART_NAMES):
        face = (4 + 77 * (number % 8), 120 + 23 * (number // 8), 73, 20)
        address = f"/amt/part/{part}/mute"
        switch = _switch(device, f"mute {part}", face, 1, part)
        device.sends(switch, address)
        device.shows(address, device.object("prepend set"), switch)


def patcher() -> dict[str, Any]:
    """The whole patcher, as JSON values."""
    device = Device()
    for section in (_mood, _knobs, _buttons, _mutes):
        section(device)
    device.routed()
    version = {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1}
    project = {
        "version": 1,
        "amxdtype": int.from_bytes(b"mmmm"),
        "devpathtype": 0,
        "devpath": ".",
        "contents": {"patchers": {}},
        "searchpath": {},
        "readonly": 0,
    }
    return {
        "patcher": {
            "fileversion": 1,
            "appversion": version,
            "classnamespace": "box",
            "rect": [60.0, 90.0, 1200.0, 900.0],
            "openrect": [0.0, 0.0, float(WIDTH), float(HEIGHT)],
            "bglocked": 0,
            "openinpresentation": 1,
            "devicewidth": float(WIDTH),
            "description": "amt-live: a band that listens to words",
            "boxes": device.boxes,
            "lines": device.lines,
            "parameters": device.parameters,
            "dependency_cache": [],
            "latency": 0,
            "is_mpe": 0,
            "project": project,
            "autosave": 0,
        }
    }


def container(patch: dict[str, Any]) -> bytes:
    """The file: the kind of device, no flags, the patcher."""
    text = json.dumps(patch, indent="\t").encode() + b"\n\0"
    chunks: Sequence[tuple[bytes, bytes]] = (
        (b"ampf", b"mmmm"),
        (b"meta", struct.pack("<I", 0)),
        (b"ptch", text),
    )
    return b"".join(name + struct.pack("<I", len(data)) + data for name, data in chunks)


def write() -> None:
    """Write the device."""
    DEVICE.write_bytes(container(patcher()))
