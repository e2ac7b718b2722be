"""Decides what to paint: joins view, roll and painters, repaints boards whose content moved.

Called ten times a second on the Textual thread. Invariant: a frame in which nothing changed costs a
few comparisons.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from textual.geometry import Size

from amt_live.tui.board import Board
from amt_live.tui.harmony import chord_name, key_name
from amt_live.tui.keys import KEYS, Key, Mode
from amt_live.tui.paint import FLASH_S, StagePainter
from amt_live.tui.partspaint import ACTIVE_S, LIT_S, PartsFrame, paint_parts
from amt_live.tui.roll import Roll
from amt_live.tui.rollpaint import COLUMNS_PER_BEAT, RollFrame, RollPainter
from amt_live.tui.theme import Palette
from amt_live.tui.view import StageView
from amt_live.tui.vitals import VitalsPainter

FRAMES_PER_S: Final = 10

LARGE_ROLL_CELLS: Final = 4000
"""A roll with more cells is painted at most every second frame: the eye loses nothing."""

WIDE_COLUMNS: Final = 110
HIGH_ROWS: Final = 26
"""A screen so high has a row for how the mood was understood."""


def mood_rows(height: int) -> int:
    """Rows of the screen that the mood gets."""
    return 3 if height < 28 else 5 if height < 34 else 7 if height < 46 else 13


def parts_columns(width: int) -> int:
    """Columns of the screen that the parts get."""
    return 31 if width < WIDE_COLUMNS else 42


class Frames:
    """Paints the boards of the screen, which are found by their names."""

    def __init__(
        self, boards: Mapping[str, Board], palette: Palette, keys: Sequence[Key] = KEYS
    ) -> None:
        self._boards = boards
        self._palette = palette
        self._painter = StagePainter(palette, keys)
        self._vitals = VitalsPainter(palette)
        self._roll_painter = RollPainter(palette)
        self._painted: dict[str, object] = {}
        self._roll_at_s = -math.inf
        self._is_high = False
        self._heard: tuple[int, str, str] = (0, "", "")

    def fit(self, size: Size) -> None:
        """Share out a new size of the screen; the next frame paints everything."""
        self._boards["mood"].styles.height = mood_rows(size.height)
        self._boards["parts"].styles.width = parts_columns(size.width)
        self._is_high = size.height >= HIGH_ROWS
        self._boards["heard"].display = self._is_high
        self._painted.clear()

    def paint(self, view: StageView, roll: Roll, mode: Mode, selected: int, now_s: float) -> None:
        """Show what changed since the last frame; ``selected`` is the row of the chosen part."""
        self._listen(view, roll, now_s)
        self._paint_rows(view, mode, now_s)
        self._paint_parts(view, roll, mode, selected, now_s)
        self._paint_roll(view, roll, now_s)

    def _board(self, name: str, key: object) -> Board | None:
        """The board to paint; None if what it shows depends on nothing that changed."""
        board = self._boards[name]
        full_key = (board.size, key)
        if not board.size.area or self._painted.get(name) == full_key:
            return None
        self._painted[name] = full_key
        return board

    def _paint_rows(self, view: StageView, mode: Mode, now_s: float) -> None:
        painter, band = self._painter, view.band
        tenth = math.floor(now_s * FRAMES_PER_S)
        _, chord, key = self._heard
        if board := self._board("status", (view, chord, key)):
            board.show([painter.status(view, board.size.width, chord, key)])
        flash = now_s - view.applied_at_s < FLASH_S
        if board := self._board("mood", (band.mood, view.link, flash)):
            board.show(painter.mood(view, *board.size, now_s))
        countdown = tenth if band.armed else None
        if board := self._board("armed", (view, countdown)):
            row = painter.armed(view, board.size.width, now_s, is_low=not self._is_high)
            board.show([row])
        if board := self._board("heard", view):
            board.show([painter.heard(view, board.size.width)])
        if board := self._board("health", (view, tenth // FRAMES_PER_S)):
            board.show([self._vitals.row(view, board.size.width, now_s)])
        if board := self._board("prompt", mode):
            board.show([painter.prompt(mode, board.size.width)])
        if board := self._board("bottom", (mode, view.message_at(now_s), view.learning)):
            board.show([painter.bottom(view, mode, board.size.width, now_s)])

    def _listen(self, view: StageView, roll: Roll, now_s: float) -> None:
        """Name the chord and the key of what is heard, once a beat."""
        head = roll.position(now_s, view.band.tempo_bpm)
        if math.floor(head) != self._heard[0]:
            notes = tuple(roll.notes)
            self._heard = (math.floor(head), chord_name(notes, head), key_name(notes, head))

    def _paint_parts(
        self, view: StageView, roll: Roll, mode: Mode, selected: int, now_s: float
    ) -> None:
        hits = roll.last_hit_s.items()
        lit = frozenset(part for part, at_s in hits if now_s - at_s < LIT_S)
        active = frozenset(part for part, at_s in hits if now_s - at_s < ACTIVE_S)
        frame = PartsFrame(view.band.parts, lit, active, selected, mode is Mode.COMMAND)
        if board := self._board("parts", frame):
            board.show(paint_parts(frame, self._palette, *board.size))

    def _paint_roll(self, view: StageView, roll: Roll, now_s: float) -> None:
        is_large = self._boards["roll"].size.area > LARGE_ROLL_CELLS
        if is_large and now_s - self._roll_at_s < 1.5 / FRAMES_PER_S:
            return
        head = roll.position(now_s, view.band.tempo_bpm)
        beats = view.beats_until_mood(now_s) if view.is_playing else None
        armed_at = None if beats is None else round((head + beats) * COLUMNS_PER_BEAT) / 4
        column = math.floor(head * COLUMNS_PER_BEAT)
        front = None if roll.wiped is None else roll.wiped.front(now_s)
        key = (column, roll.changes, armed_at, view.is_playing, front, view.silent_parts)
        if board := self._board("roll", key):
            self._roll_at_s = now_s
            frame = RollFrame(
                head,
                armed_at,
                view.is_playing,
                silent=view.silent_parts,
                front=front,
                beats_in_bar=view.beats_in_bar,
            )
            board.show(self._roll_painter.paint(roll, frame, *board.size))
