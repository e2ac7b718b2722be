"""A widget that shows rows of segments and repaints only those that changed.

Everything on the stage screen but the mood line is one of these: a ``Static`` would be laid out
anew for every change, which costs more than the drawing.
"""

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

Row = list[Segment]


class Board(Widget, can_focus=False):
    """Rows that are given from outside. Thread: Textual's."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows: list[Row] = []
        self._strips: list[Strip] = []

    def show(self, rows: list[Row]) -> None:
        """Show these rows; each must be as wide as the widget."""
        before = self._rows
        changed = [y for y, row in enumerate(rows) if y >= len(before) or row != before[y]]
        if not changed and len(rows) == len(before):
            return
        strips = self._strips[: len(rows)]
        strips += [Strip([])] * (len(rows) - len(strips))
        for y in changed:
            strips[y] = Strip(rows[y])
        self._rows, self._strips = rows, strips
        width = self.size.width
        if len(changed) * 2 > len(rows):
            self.refresh()
        else:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """One row, for Textual's line API."""
        if y < len(self._strips):
            return self._strips[y]
        # With a style: where NO_COLOR is set, Textual takes the style of each segment apart.
        return Strip.blank(self.size.width, self.rich_style)
