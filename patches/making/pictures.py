"""The pictures beside the patches, drawn from the patches themselves or from a few lines here.

``patches/pd/amt-live.pd`` and the Max patches are drawn as they are laid out; the others have no
face, so their picture shows which port talks to which.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from patches.making import live_device

ROOT: Final = Path(__file__).parents[1]
_INK: Final = "#202020"
_CHAR_PX: Final = 6.6


def _rect(x: float, y: float, w: float, h: float, fill: str, line: str = "none") -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="3" fill="{fill}" '
        f'stroke="{line}"/>'
    )


def _text(
    x: float, y: float, text: str, size: float = 11, ink: str = _INK, at: str = "start"
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-family="sans-serif" fill="{ink}" '
        f'text-anchor="{at}">{escape(text)}</text>'
    )


def _svg(width: float, height: float, lines: Iterable[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">'
    return "\n".join([head, _rect(0, 0, width, height, "#ffffff"), *lines, "</svg>", ""])


# Pure Data


def pd_face(path: Path) -> str:
    """The face of a Pd patch: its top canvas, without what has no face."""
    depth, lines = 0, []
    width = height = 0.0
    for record in path.read_text(encoding="utf-8").split(";\n"):
        words = record.split()
        if words[:1] == ["#N"]:
            depth += 1
            if depth == 1:
                width, height = float(words[4]), float(words[5])
        elif words[1:2] == ["restore"]:
            depth -= 1
        elif depth == 1 and words[:1] == ["#X"] and words[1] != "connect":
            lines += _pd_object(words)
    return _svg(width, height, lines)


def _pd_object(words: list[str]) -> Iterator[str]:
    kind, x, y = words[1], float(words[2]), float(words[3])
    rest = words[4:]
    if kind == "text":
        text = re.sub(r" ?\\,", ",", " ".join(rest).split(", f ")[0])
        yield _text(x, y + 13, text.replace("\\", ""))
    elif kind in ("floatatom", "symbolatom", "listbox"):
        yield _rect(x, y, float(rest[0]) * _CHAR_PX + 8, 18, "#fcfcfc", "#888888")
    elif rest[:1] == ["cnv"]:
        yield _rect(x, y, float(rest[2]), float(rest[3]), rest[11])
        yield _label(x, y, rest[6], rest[7], rest[8], rest[10], rest[12])
    elif rest[:1] in (["tgl"], ["bng"]):
        size, colours = float(rest[1]), rest[-5:] if rest[0] == "tgl" else rest[-3:]
        at = 5 if rest[0] == "tgl" else 7
        shape = _rect(x, y, size, size, colours[0], "#888888")
        if rest[0] == "bng":
            middle = size / 2
            shape = (
                f'<circle cx="{x + middle:g}" cy="{y + middle:g}" r="{middle:g}" '
                f'fill="{colours[0]}" stroke="#888888"/>'
            )
        yield shape
        yield _label(x, y, rest[at], rest[at + 1], rest[at + 2], rest[at + 4], colours[2])
    elif rest[:1] in (["hsl"], ["hradio"], ["nbx"]):
        wide = {"hsl": 1.0, "nbx": 8.0, "hradio": float(rest[4])}[rest[0]]
        high = float(rest[1] if rest[0] == "hradio" else rest[2])
        yield _rect(x, y, float(rest[1]) * wide, high, "#fcfcfc", "#888888")


def _label(x: float, y: float, label: str, dx: str, dy: str, size: str, ink: str) -> str:
    if label == "empty":
        return ""
    at = x + float(dx), y + float(dy) + float(size) * 0.35
    return _text(*at, label.replace("_", " "), float(size) * 0.92, ink)


# Max


def max_face(patcher: dict[str, Any]) -> str:
    """The face of a Max patch: what is in its presentation."""
    shown = [box["box"] for box in patcher["boxes"] if box["box"].get("presentation")]
    shown.sort(key=lambda box: box["maxclass"] != "panel")
    right = max(box["presentation_rect"][0] + box["presentation_rect"][2] for box in shown)
    low = max(box["presentation_rect"][1] + box["presentation_rect"][3] for box in shown)
    lines = [line for box in shown for line in _max_box(box)]
    return _svg(right, low, lines)


def _max_box(box: dict[str, Any]) -> Iterator[str]:
    x, y, w, h = box["presentation_rect"]
    kind, text = box["maxclass"], str(box.get("text", ""))
    ink = _hex(box.get("textcolor", (0.13, 0.13, 0.13, 1)))
    size = float(box.get("fontsize", 11)) * 0.92
    if kind == "panel":
        yield _rect(x, y, w, h, _hex(box.get("bgcolor", (0.9, 0.9, 0.9, 1))))
    elif kind in ("comment", "live.comment"):
        yield _text(x + 3, y + min(h, 20) * 0.7, text, size, ink)
    elif kind == "button" or kind == "live.dial":
        radius = min(w, h) / 2 - 1
        yield (
            f'<circle cx="{x + w / 2:g}" cy="{y + h / 2:g}" r="{radius:g}" '
            f'fill="{_hex(box.get("bgcolor", (0.98, 0.98, 0.98, 1)))}" stroke="#888888"/>'
        )
        yield _text(x + w / 2, y + h / 2 + 4, str(box.get("varname", "")), 9, ink, "middle")
    else:
        yield _rect(x, y, w, h, _hex(box.get("bgcolor", (0.98, 0.98, 0.98, 1))), "#888888")
        label = text or str(box.get("varname", ""))
        yield _text(x + w / 2, y + h / 2 + 4, label, size, ink, "middle")


def _hex(colour: Iterable[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in tuple(colour)[:3])


# Which port talks to which

Box = tuple[float, float, float, str, tuple[str, ...]]
Arrow = tuple[tuple[float, float], tuple[float, float], str]


def ways(width: float, height: float, boxes: Iterable[Box], arrows: Iterable[Arrow]) -> str:
    """Boxes (x, y, width, title, lines below it) and arrows (from, to, label)."""
    lines = [
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#3a6ea5"/></marker></defs>'
    ]
    for x, y, w, title, below in boxes:
        lines.append(_rect(x, y, w, 30 + 16 * len(below), "#eef2f6", "#2b3a4a"))
        lines.append(_text(x + w / 2, y + 20, title, 13, "#2b3a4a", "middle"))
        lines += [
            _text(x + w / 2, y + 38 + 16 * i, line, 10.5, _INK, "middle")
            for i, line in enumerate(below)
        ]
    for (x0, y0), (x1, y1), label in arrows:
        lines.append(
            f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1:g}" y2="{y1:g}" stroke="#3a6ea5" '
            'stroke-width="2" marker-end="url(#head)"/>'
        )
        if label:
            lines.append(_text((x0 + x1) / 2, (y0 + y1) / 2 - 6, label, 10, "#3a6ea5", "middle"))
    return _svg(width, height, lines)


def beside(host: str, lines: tuple[str, ...], back: str) -> str:
    """A host that talks to the daemon and hears back, and the instrument that the band plays."""
    boxes: tuple[Box, ...] = (
        (10, 30, 180, host, lines),
        (310, 30, 180, "amt-live daemon", ("UDP port 9740",)),
        (610, 30, 160, "an instrument", ("synth, DAW, hardware",)),
    )
    arrows: tuple[Arrow, ...] = (
        ((190, 48), (308, 48), "OSC: /amt/mood"),
        ((310, 68), (192, 68), ""),
        ((490, 58), (608, 58), "MIDI"),
    )
    drawn = ways(780, 110, boxes, arrows)
    return drawn.replace("</svg>", _text(250, 84, back, 10, "#3a6ea5", "middle") + "\n</svg>")


def _ableton() -> dict[str, str]:
    ports = ways(
        780,
        150,
        (
            (10, 20, 170, "amt-live", ("16 parts,", "a MIDI channel each")),
            (290, 20, 210, "a MIDI port", ("macOS: amt-live, or IAC", "Windows: loopMIDI")),
            (610, 10, 160, "Live track: drums", ("from port, ch. 10",)),
            (610, 90, 160, "Live track: bass", ("from port, ch. 2",)),
        ),
        (
            ((180, 50), (288, 50), "notes"),
            ((500, 45), (608, 35), "channel 10"),
            ((500, 65), (608, 110), "channel 2"),
        ),
    )
    sync = ways(
        780,
        150,
        (
            (10, 20, 180, "Ableton Live", ("Link on",)),
            (300, 90, 190, "amt-live --sync link", ("UDP port 9740",)),
            (590, 20, 180, "amt-live.amxd", ("in a MIDI track", "hears on 9741")),
        ),
        (
            ((120, 68), (298, 112), "Link: tempo and phase"),
            ((590, 60), (492, 108), "OSC"),
            ((190, 35), (588, 35), "automation, clips"),
        ),
    )
    return {"ableton/ports.svg": ports, "ableton/steering.svg": sync}


def pictures() -> dict[str, str]:
    """Every picture, by its place in ``patches``."""
    maxpat = json.loads((ROOT / "max" / "amt-live.maxpat").read_text(encoding="utf-8"))
    return {
        "pd/amt-live.svg": pd_face(ROOT / "pd" / "amt-live.pd"),
        "max/amt-live.svg": max_face(maxpat["patcher"]),
        "max/device.svg": max_face(live_device.patcher()["patcher"]),
        "supercollider/amt-live.svg": beside(
            "sclang", ("AmtLive", "port 57120"), "answers and pushes to 57120"
        ),
        "node/amt-live.svg": beside("node", ("node-osc", "one socket"), "answers and pushes to it"),
        "sonic-pi/amt-live.svg": beside(
            "Sonic Pi", ("sends with osc", "hears on port 4560"), "pushes to 4560"
        ),
        "tidal/amt-live.svg": beside("TidalCycles", ("an OSC target", "of your patterns"), ""),
        **_ableton(),
    }


def write() -> None:
    """Write them all."""
    for place, drawn in pictures().items():
        (ROOT / place).write_text(drawn, encoding="utf-8")
