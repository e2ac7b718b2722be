"""The address table as OSCQuery nodes: what a client that browses the band is shown.

Pure functions from the table and the last heard values to JSON values, after the OSCQuery proposal
(github.com/Vidvox/OSCQueryProposal). Paths are looked up exactly as they are spelt; nothing that
comes from the network names a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from amt_live.control.when import When
from amt_live.osc.addresses import PANIC, ROUTES
from amt_live.osc.arguments import Argument, ArgumentKind, Atom
from amt_live.osc.entries import ALL_PARTS, Address, Kind, Route

Values = Mapping[str, Sequence[Atom]]
"""The last value of each address."""

NAME: Final = "amt-live"

_ACCESS: Final[dict[Kind, int]] = {
    "setting": 3, "action": 2, "service": 2, "reading": 1, "push": 1,
}  # fmt: skip
_TAGS: Final[dict[ArgumentKind, str]] = {"whole": "i", "real": "f", "word": "s", "text": "s"}
_UNITS: Final = {"bpm": "time.bpm", "seconds": "time.second", "milliseconds": "time.ms"}
"""Our units by the names that the proposal recommends; others stay what they are."""

IMPULSE: Final = "I"
"""The type of an action that takes nothing."""

WHEN: Final = Argument("when", "word", words=tuple(f"@{when}" for when in When), optional=True)

ATTRIBUTES: Final = (
    "FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS",
    "EXTENDED_TYPE", "UNIT", "CRITICAL", "CLIPMODE", "OVERLOADS",
)  # fmt: skip
UNSUPPORTED: Final = ("PATH_CHANGED", "PATH_RENAMED", "PATH_ADDED", "PATH_REMOVED", "OSC_STREAMING")
"""Of the proposal, but not here: the tree never changes."""

EXTENSIONS: Final = {
    **dict.fromkeys((*ATTRIBUTES[3:], "LISTEN", "HTML"), True),
    **dict.fromkeys(UNSUPPORTED, False),
}


@dataclass(slots=True)
class Node:
    """One place in the tree: what leads on, what can be sent or read there, or both."""

    path: str
    route: Route | None = None
    children: dict[str, "Node"] = field(default_factory=dict)


def build() -> dict[str, Node]:
    """Every node by its path, the root under ``/``. ``*`` for all parts is a pattern, no node."""
    nodes = {"/": Node("/")}
    for path, route in ROUTES.items():
        if route.part == ALL_PARTS:
            continue
        pieces = path.split("/")
        steps = ["/", *("/".join(pieces[:end]) for end in range(2, len(pieces) + 1))]
        for above, here in pairwise(steps):
            node = nodes.setdefault(here, Node(here))
            nodes[above].children[here.rpartition("/")[2]] = node
        nodes[path].route = route
    return nodes


def host_info(osc_port: int, osc_host: str | None) -> dict[str, Any]:
    """Who is here; without ``osc_host`` the OSC port is where this was asked."""
    info: dict[str, Any] = {"NAME": NAME, "EXTENSIONS": EXTENSIONS}
    if osc_host is not None:
        info["OSC_IP"] = osc_host
    return {**info, "OSC_PORT": osc_port, "OSC_TRANSPORT": "UDP"}


def described(node: Node, values: Values) -> dict[str, Any]:
    """A node and all below it."""
    told: dict[str, Any] = {"FULL_PATH": node.path}
    if node.route is None:
        told |= {"ACCESS": 0, "DESCRIPTION": _container(node.path)}
    else:
        told |= _method(node.route.entry, values.get(node.path))
    if node.children:
        told["CONTENTS"] = {name: described(n, values) for name, n in node.children.items()}
    return told


def is_readable(node: Node) -> bool:
    """Whether it has a value that may be asked for."""
    return node.route is not None and bool(_ACCESS[node.route.entry.kind] & 1)


def _container(path: str) -> str:
    return "The band." if path in ("/", "/amt") else f"What is under {path}."


def _method(entry: Address, value: Sequence[Atom] | None) -> dict[str, Any]:
    forms = forms_of(entry, value)
    told: dict[str, Any] = {
        "DESCRIPTION": entry.sentence,
        "ACCESS": _ACCESS[entry.kind],
        "TAGS": [entry.kind],
        **_form(entry, forms[0], value),
    }
    if entry.path == PANIC:
        told["CRITICAL"] = True
    if forms[1:]:
        told["OVERLOADS"] = [_form(entry, form, value) for form in forms[1:]]
    return told


def forms_of(entry: Address, value: Sequence[Atom] | None = None) -> list[tuple[Argument, ...]]:
    """The argument lists that an address takes or carries, the usual one first.

    A list of names (the scenes) has as many arguments as the present ``value``.
    """
    arguments = entry.arguments
    if entry.kind in ("reading", "push"):
        return [arguments * len(value or ()) if entry.many else arguments]
    if entry.repeats:
        low, high = entry.repeats
        forms = [arguments * count for count in range(low, high + 1)]
    else:
        needed = sum(not argument.optional for argument in arguments)
        forms = [arguments[:count] for count in range(needed, len(arguments) + 1)]
    worded = [
        (Argument(a.name, "word", words=a.words),)
        for a in arguments[:1]
        if a.words and a.kind in ("whole", "real")
    ]
    timed = [(*form, WHEN) for form in forms] if entry.takes_when else []
    return [*forms, *worded, *timed]


def type_of(form: Sequence[Argument]) -> str:
    """The OSC type tags of an argument list."""
    return "".join(_TAGS[argument.kind] for argument in form) or IMPULSE


def _form(entry: Address, form: Sequence[Argument], value: Sequence[Atom] | None) -> dict[str, Any]:
    """One argument list: its types, limits and units, and the value if it is of this form."""
    carries = entry.kind in ("reading", "push")
    if not form:
        return {} if entry.many else {"TYPE": IMPULSE}
    told: dict[str, Any] = {
        "TYPE": type_of(form),
        "EXTENDED_TYPE": [argument.name for argument in form],
        "RANGE": [_range(argument, carries) for argument in form],
    }
    if any(argument.unit for argument in form):
        told["UNIT"] = [_UNITS.get(argument.unit, argument.unit) for argument in form]
    if any("MIN" in limits for limits in told["RANGE"]):
        # What is outside is refused, not moved to the limit.
        told["CLIPMODE"] = ["none"] * len(form)
    if value is not None and _ACCESS[entry.kind] & 1 and _fits(form, value):
        told["VALUE"] = [
            float(a) if f.kind == "real" else a for f, a in zip(form, value, strict=True)
        ]
    return told


def _range(argument: Argument, carries: bool) -> dict[str, Any]:
    if argument.kind == "word":
        return {"VALS": list(argument.words)}
    if argument.kind == "text" or carries or argument.low == argument.high:
        return {}
    cast = int if argument.kind == "whole" else float
    return {"MIN": cast(argument.low), "MAX": cast(argument.high)}


def _fits(form: Sequence[Argument], value: Sequence[Atom]) -> bool:
    if len(form) != len(value):
        return False
    for argument, atom in zip(form, value, strict=True):
        if isinstance(atom, str) != (argument.kind in ("word", "text")):
            return False
        if argument.kind == "word" and atom not in argument.words:
            return False
    return True
