"""THE table: every OSC address, with its arguments, limits, units, default and its sentence.

Server, client, ``/amt/help``, the reference page and the patches are made from it or checked
against it. The names of the parts are expanded here, once, so that look-up is exact and nothing
that comes from the wire is ever treated as a pattern.
"""

from typing import Final

from amt_live.music.parts import PART_NAMES
from amt_live.osc.entries import ALL_PARTS, PART_FIELD, Address, Route
from amt_live.osc.rows import banking, clocking, hands, keeping, performing, shaping, telling

ADDRESSES: Final[tuple[Address, ...]] = (
    *performing.ROWS,
    *clocking.ROWS,
    *shaping.ROWS,
    *keeping.ROWS,
    *banking.ROWS,
    *hands.ROWS,
    *telling.ROWS,
)

PANIC: Final = performing.PANIC

SILENT: Final = frozenset({"/amt/done", "/amt/fail", "/amt/pong", "/amt/synced"})
"""Answers: never answered themselves, so that two daemons cannot keep each other talking."""


def _expanded() -> dict[str, Route]:
    routes: dict[str, Route] = {}
    for entry in ADDRESSES:
        if PART_FIELD not in entry.path:
            routes[entry.path] = Route(entry)
            continue
        for part in (*PART_NAMES, ALL_PARTS):
            routes[entry.path.replace(PART_FIELD, part)] = Route(entry, part)
    return routes


ROUTES: Final = _expanded()
"""Every address that can arrive, exactly as it is spelt, with its row."""

PUSHED_BY_NOTICE: Final = frozenset({"/amt/mood/armed", "/amt/beat", "/amt/health"})
"""Readings that are pushed when they happen, not when they differ."""
