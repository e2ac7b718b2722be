"""From a message to what it asks for: exact look-up, the command it makes, the values it reads.

Pure functions over the address table; the server calls them on its loop, tests without one.
"""

from collections.abc import Sequence
from typing import get_args

from amt_live.control.commands import Command, Panic, PartField
from amt_live.control.moodline import split_when
from amt_live.control.state import BandState
from amt_live.control.when import When
from amt_live.errors import UsageError
from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ADDRESSES, PANIC, PUSHED_BY_NOTICE, ROUTES
from amt_live.osc.arguments import Atom, Refusal, joined, pairs_of, quoted, values_of
from amt_live.osc.entries import ALL_PARTS, Address, Route


def look_up(address: str) -> Route:
    """The row of an address from the wire; raises Refusal with the nearest help there is."""
    route = ROUTES.get(address)
    if route is not None:
        return route
    pieces = address.split("/")
    if address.startswith("/amt/part/") and len(pieces) == 5:
        if pieces[3] not in PART_NAMES and pieces[3] != ALL_PARTS:
            known = " ".join(PART_NAMES)
            raise Refusal("address", f"no part {quoted(pieces[3])}; there are: {known} and *")
        raise Refusal(
            "address", f"a part has no {quoted(pieces[4])}; it has: {' '.join(get_args(PartField))}"
        )
    raise Refusal("address", "there is no such address; /amt/help lists them all")


def command_of(route: Route, atoms: Sequence[Atom]) -> Command:
    """The command that a message to a setting or an action asks for; raises Refusal."""
    entry = route.entry
    if entry.make is None:
        raise Refusal("readonly", "this can be read but not set")
    if entry.path == PANIC:
        return Panic()
    last = atoms[-1] if atoms else ""
    if isinstance(last, str) and last.startswith("@") and not entry.takes_when:
        if entry.path != "/amt/quantise":
            raise Refusal("arguments", f"{quoted(last)}: only moods and scenes can be told when")
        atoms = [*atoms[:-1], last[1:]]
    try:
        if entry.takes_when:
            atoms, when = _split_when(atoms)
            return entry.make(route.part, [*_values(entry, atoms), when])
        return entry.make(route.part, _values(entry, atoms))
    except Refusal:
        raise
    except UsageError as error:
        raise Refusal("arguments", str(error)) from None


def _values(entry: Address, atoms: Sequence[Atom]) -> list[Atom | None]:
    if entry.repeats is not None:
        return pairs_of(entry.arguments, atoms, *entry.repeats)
    return values_of(entry.arguments, atoms)


def _split_when(atoms: Sequence[Atom]) -> tuple[list[Atom], When | None]:
    """Atoms without the ``@when`` that the last of them is or ends with."""
    if not atoms or not isinstance(atoms[-1], str):
        return list(atoms), None
    head, when = split_when(atoms[-1])
    return [*atoms[:-1], *([head] if head or len(atoms) == 1 else [])], when


def followed(state: BandState) -> dict[str, tuple[Atom, ...]]:
    """Every value that is pushed when it changes, by address: settings and slow readings."""
    values: dict[str, tuple[Atom, ...]] = {}
    for path, route in ROUTES.items():
        entry = route.entry
        if entry.read is None or route.part == ALL_PARTS or entry.path in PUSHED_BY_NOTICE:
            continue
        value = entry.read(state, route.part)
        if value is not None:
            values[path] = value
    return values


def help_line(route: Route, path: str) -> tuple[str, str, str]:
    """What ``/amt/help`` says: the path, the arguments with their limits, the sentence."""
    arguments = ", ".join(f"{a.name}: {a.limits}" for a in route.entry.arguments)
    if route.entry.times:
        arguments += f", {route.entry.times}"
    return (path, arguments, route.entry.sentence)


def help_about(text: str) -> list[tuple[str, str, str]]:
    """The help lines for one address, or for all of them when ``text`` is empty; raises Refusal."""
    if text:
        asked = joined([text])
        return [help_line(look_up(asked), asked)]
    return [help_line(Route(entry), entry.path) for entry in ADDRESSES]
