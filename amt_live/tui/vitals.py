"""Draws the line of health: how far ahead, how fast, how punctual, what went wrong or was granted.

Pure, called on the Textual thread. Where room is short the least telling pieces are shortened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.segment import Segment

from amt_live.tui.inks import LAMPS, Row, fit_row, level_colour, style, width_of
from amt_live.tui.theme import Palette
from amt_live.tui.view import (
    Level,
    StageView,
    count_level,
    horizon_level,
    lateness_level,
    overall_level,
    rights_level,
)

BAR_CELLS: Final = 8
FULL_BEATS: Final = 8.0
"""The engine looks so far ahead: the bar is full."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One figure, from its longest form to its shortest; the more it weighs, the longer it stays
    whole."""

    weight: int
    forms: Sequence[Row]


class VitalsPainter:
    """The line of health, for one palette."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette

    def row(self, view: StageView, width: int, now_s: float) -> Row:
        """The whole line, ``width`` cells wide."""
        pieces = [
            self._lamp(view, now_s),
            self._ahead(view),
            self._speed(view),
            self._late(view),
            *self._counts(view, now_s),
            self._policies(view),
            self._rights(view),
        ]
        chosen = [0] * len(pieces)
        while sum(width_of(p.forms[i]) for p, i in zip(pieces, chosen, strict=True)) > width:
            shorter = [
                (piece.weight, at)
                for at, piece in enumerate(pieces)
                if chosen[at] + 1 < len(piece.forms)
            ]
            if not shorter:
                break
            chosen[min(shorter)[1]] += 1
        row = [s for piece, i in zip(pieces, chosen, strict=True) for s in piece.forms[i]]
        return fit_row(row, [], width, style(self._palette.text, self._palette.ground))

    def _text(self, text: str, colour: str, *, bold: bool = False) -> Segment:
        return Segment(text, style(colour, self._palette.ground, bold))

    def _lamp(self, view: StageView, now_s: float) -> _Piece:
        level = overall_level(view, now_s)
        ink = level_colour(self._palette, level)
        return _Piece(9, [[self._text(f" {LAMPS[level]} ", ink, bold=True)]])

    def _ahead(self, view: StageView) -> _Piece:
        palette, beats = self._palette, view.band.health.horizon_beats
        level = horizon_level(view)
        filled = 0
        if level != "idle":
            filled = min(BAR_CELLS, round(beats / FULL_BEATS * BAR_CELLS))
        colour = level_colour(palette, level)
        bar = [
            self._text("━" * filled, colour),
            self._text("━" * (BAR_CELLS - filled), palette.line),
        ]
        figure = self._text(f" {beats:.1f}", colour, bold=True)
        label = self._text("ahead ", palette.faint)
        return _Piece(
            6,
            [
                [label, *bar, figure, self._text(" beats", palette.faint)],
                [label, *bar, figure],
                [label, figure],
            ],
        )

    def _speed(self, view: StageView) -> _Piece:
        palette = self._palette
        figure = self._text(f"  {view.band.health.tokens_per_s:.0f}", palette.text)
        return _Piece(2, [[figure, self._text(" tok/s", palette.faint)], [figure], []])

    def _late(self, view: StageView) -> _Piece:
        late_ms = view.band.health.lateness_p99_ms
        colour = level_colour(self._palette, lateness_level(view))
        return _Piece(
            7,
            [[self._text("  late ", self._palette.faint), self._text(f"{late_ms:.1f} ms", colour)]],
        )

    def _counts(self, view: StageView, now_s: float) -> list[_Piece]:
        health = view.band.health
        counts = [
            ("underruns", "under", health.underruns, 5),
            ("dropped", "drop", health.dropped, 4),
        ]
        if health.port_losses:
            counts.append(("port lost", "port", health.port_losses, 6))
        if health.xruns:
            counts.append(("xruns", "xrun", health.xruns, 3))
        return [
            _Piece(weight, [self._count(view, name, n, now_s) for name in (long, short)])
            for long, short, n, weight in counts
        ]

    def _count(self, view: StageView, name: str, count: int, now_s: float) -> Row:
        palette = self._palette
        level = count_level(view, count, now_s)
        ink = level_colour(palette, level)
        if level == "bad":
            return [
                self._text("  ", palette.faint),
                Segment(f"{name} {count}", style(palette.ground, ink, True)),
            ]
        return [self._text(f"  {name} ", palette.faint), self._text(str(count), ink)]

    def _policies(self, view: StageView) -> _Piece:
        """What was done because decoding fell behind, and what would be done now."""
        palette, health = self._palette, view.band.health
        counts = {"thin": health.thinned, "repeat": health.repeated, "hold": health.held}
        whole: Row = []
        happened: Row = []
        for name, count in counts.items():
            ink = palette.warn if count else palette.faint
            label = palette.dim if name == view.band.late else palette.faint
            pair = [self._text(f"  {name} ", label), self._text(str(count), ink)]
            whole += pair
            happened += pair if count else []
        short = [
            self._text(f"  {name[0]}{count}", palette.warn)
            for name, count in counts.items()
            if count
        ]
        return _Piece(1, [whole, happened, short])

    def _rights(self, view: StageView) -> _Piece:
        """Priority and locked memory, as far as the system granted them to the player."""
        palette, rights = self._palette, view.band.health.rights
        level: Level = rights_level(view)
        if not rights:
            return _Piece(0, [[]])
        real_time = rights.startswith("SCHED_FIFO")
        names = {True: ("real time", "rt")}.get(real_time, ("priority", "prio"))
        if level == "warn":
            names = ("no priority", "no prio")
        colour = level_colour(palette, level)
        locked = "memory locked" in rights
        memory = [
            self._text(" · ", palette.faint),
            self._text("locked" if locked else "unlocked", palette.good if locked else palette.dim),
        ]
        first, short = (self._text(f"  {name}", colour) for name in names)
        return _Piece(3, [[first, *memory], [first], [short]])
