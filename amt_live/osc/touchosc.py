"""The address table as a TouchOSC layout: ``patches/touchosc`` is made here, a test keeps it so.

Run ``python -m amt_live.osc.touchosc`` in the repository after changing the table. A ``.tosc`` file
is zlib-compressed XML; names of properties, values and messages are those that the TouchOSC editor
writes. Limits come from the table, so that no fader can ask for what would be refused.
"""

import sys
import uuid
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from amt_live.osc.addresses import ROUTES
from amt_live.osc.touch_face import HEIGHT, NONE, WIDTH, Colour, Control, Frame, controls

_BASE: Final = uuid.UUID("0b6fd2d4-6d1c-4a68-9a53-4f1a7c1f9740")

FOLDER: Final = Path("patches") / "touchosc"
# The file


def layout() -> bytes:
    """The layout as XML, the same bytes each time."""
    children = [node for number, each in enumerate(controls()) for node in _nodes(number, each)]
    root = _node("root", "GROUP", "amt-live", (0, 0, WIDTH, HEIGHT), NONE)
    ElementTree.SubElement(root, "children").extend(children)
    document = ElementTree.Element("lexml", version="3")
    document.append(root)
    ElementTree.indent(document, "")
    return bytes(ElementTree.tostring(document, "UTF-8", xml_declaration=True)) + b"\n"


def _nodes(number: int, control: Control) -> list[ElementTree.Element]:
    name = f"{number} {control.address} {control.caption}"
    kinds = {"fader": "FADER", "label": "LABEL"}
    node = _node(name, kinds.get(control.kind, "BUTTON"), name, control.frame, control.colour)
    properties, values = node[0], node[1]
    is_wide = control.frame[2] > control.frame[3]
    if control.kind == "fader":
        # 0 stands up, 1 lies to the right.
        _properties(properties, i={"orientation": int(is_wide), "response": 0})
        _properties(properties, b={"bar": 1, "cursor": 1, "grid": 0})
        _value(values, "x", f"{_rest(control.address):.6g}")
    elif control.kind != "label":
        _properties(properties, i={"buttonType": 2 if control.kind == "toggle" else 0})
        _properties(properties, b={"press": 1, "release": 1, "valuePosition": 0})
        _value(values, "x", "0")
    else:
        _text(properties, values, "")
    ElementTree.SubElement(node, "messages").append(_message(control))
    if control.kind == "label":
        return [node]
    caption = _node(f"{name} caption", "LABEL", f"{name} caption", control.frame, NONE)
    _properties(caption[0], b={"background": 0, "interactive": 0, "outline": 0})
    _text(caption[0], caption[1], control.caption)
    return [node, caption]


def _node(identity: str, kind: str, name: str, frame: Frame, colour: Colour) -> ElementTree.Element:
    node = ElementTree.Element("node", ID=str(uuid.uuid5(_BASE, identity)), type=kind)
    properties = ElementTree.SubElement(node, "properties")
    _properties(properties, s={"name": name})
    _parts_of(properties, "r", "frame", dict(zip("xywh", map(str, frame), strict=True)))
    rgba = (*(f"{part:g}" for part in colour), "1")
    _parts_of(properties, "c", "color", dict(zip("rgba", rgba, strict=True)))
    flags = {"background": 1, "visible": 1, "locked": 0, "outline": 1, "grabFocus": 0}
    _properties(properties, b={**flags, "interactive": int(kind in ("BUTTON", "FADER"))})
    _properties(properties, i={"outlineStyle": 1, "pointerPriority": 0, "shape": 1})
    _properties(properties, f={"cornerRadius": 4})
    _value(ElementTree.SubElement(node, "values"), "touch", "false")
    return node


def _properties(into: ElementTree.Element, **kinds: dict[str, str | int]) -> None:
    """Set properties; one that is there already gets the new value."""
    for kind, named in kinds.items():
        for key, value in named.items():
            for each in into:
                if each.findtext("key") == key:
                    into.remove(each)
            made = ElementTree.SubElement(into, "property", type=kind)
            ElementTree.SubElement(made, "key").text = key
            ElementTree.SubElement(made, "value").text = str(value)


def _parts_of(into: ElementTree.Element, kind: str, key: str, parts: dict[str, str]) -> None:
    made = ElementTree.SubElement(into, "property", type=kind)
    ElementTree.SubElement(made, "key").text = key
    value = ElementTree.SubElement(made, "value")
    for name, part in parts.items():
        ElementTree.SubElement(value, name).text = part


def _value(into: ElementTree.Element, key: str, default: str) -> None:
    made = ElementTree.SubElement(into, "value")
    ElementTree.SubElement(made, "key").text = key
    ElementTree.SubElement(made, "locked").text = "0"
    ElementTree.SubElement(made, "lockedDefaultCurrent").text = "1" if key == "text" else "0"
    ElementTree.SubElement(made, "default").text = default
    ElementTree.SubElement(made, "defaultPull").text = "0"


def _text(properties: ElementTree.Element, values: ElementTree.Element, text: str) -> None:
    _properties(properties, i={"font": 0, "textSize": 13, "textAlignH": 2, "textAlignV": 2})
    _parts_of(properties, "c", "textColor", dict.fromkeys("rgba", "1"))
    _value(values, "text", text)


def _message(control: Control) -> ElementTree.Element:
    osc = ElementTree.Element("osc")
    sends = control.kind != "label"
    # A button with something to say says it; what it says is not what it would hear.
    hears = control.kind in ("fader", "toggle", "label")
    flags = {"enabled": 1, "send": int(sends), "receive": int(hears), "feedback": 0}
    for key, flag in flags.items():
        ElementTree.SubElement(osc, key).text = str(flag)
    ElementTree.SubElement(osc, "connections").text = "00001"
    trigger = ElementTree.SubElement(ElementTree.SubElement(osc, "triggers"), "trigger")
    ElementTree.SubElement(trigger, "var").text = "text" if control.kind == "label" else "x"
    ElementTree.SubElement(trigger, "condition").text = (
        "RISE" if control.kind == "button" else "ANY"
    )
    path = ElementTree.SubElement(osc, "path")
    for piece in control.address.removeprefix("/").split("/"):
        _partial(path, "CONSTANT", "STRING", "/")
        _partial(path, "CONSTANT", "STRING", piece)
    _arguments(ElementTree.SubElement(osc, "arguments"), control)
    return osc


def _arguments(into: ElementTree.Element, control: Control) -> None:
    if control.kind == "label":
        _partial(into, "VALUE", "STRING", "text")
    elif control.kind == "button":
        for atom in control.atoms:
            _partial(into, "CONSTANT", "STRING" if isinstance(atom, str) else "INTEGER", str(atom))
    else:
        argument = ROUTES[control.address].entry.arguments[0]
        kind = "INTEGER" if argument.kind == "whole" else "FLOAT"
        _partial(into, "VALUE", kind, "x", argument.low, argument.high)


def _partial(
    into: ElementTree.Element,
    kind: str,
    conversion: str,
    value: str,
    low: float = 0,
    high: float = 1,
) -> None:
    made = ElementTree.SubElement(into, "partial")
    pairs = (("type", kind), ("conversion", conversion), ("value", value))
    for key, text in (*pairs, ("scaleMin", f"{low:g}"), ("scaleMax", f"{high:g}")):
        ElementTree.SubElement(made, key).text = text


def _rest(address: str) -> float:
    """Where a fader stands before the band has said anything: at the default, or in the middle."""
    argument = ROUTES[address].entry.arguments[0]
    if not isinstance(argument.default, int | float):
        return 0.5
    return (argument.default - argument.low) / (argument.high - argument.low)


# The picture


def picture() -> str:
    """The face as SVG."""
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">']
    lines.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_hex(NONE)}"/>')
    for control in controls():
        x, y, width, height = control.frame
        lines.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" '
            f'fill="{_hex(control.colour)}" stroke="#8892a0"/>'
        )
        size = max(8, min(13, int(width / max(len(control.caption), 1) * 1.7)))
        lines.append(
            f'<text x="{x + width / 2:g}" y="{y + height / 2 + 4:g}" font-size="{size}" '
            'font-family="sans-serif" fill="#fff" text-anchor="middle">'
            f"{escape(control.caption)}</text>"
        )
    return "\n".join([*lines, "</svg>", ""])


def _hex(colour: Sequence[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def write(folder: Path) -> None:
    """Write the layout and its picture."""
    (folder / "amt-live.tosc").write_bytes(zlib.compress(layout()))
    (folder / "amt-live.svg").write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
    sys.stdout.write(f"{FOLDER}\n")
