"""When a command takes effect: now, or at the next line of the musical grid."""

from enum import StrEnum

from amt_live.music.beats import TICKS_PER_QUARTER, ceil_to


class When(StrEnum):
    """The words after ``@`` in a mood line and in an OSC message."""

    NOW = "now"
    SIXTEENTH = "16th"
    BEAT = "beat"
    BAR = "bar"
    BARS_2 = "2bars"
    BARS_4 = "4bars"
    BARS_8 = "8bars"

    @property
    def bars(self) -> int | None:
        """How many bars the grid of this word spans; None for words finer than a bar."""
        return _BARS.get(self)


_BARS = {When.BAR: 1, When.BARS_2: 2, When.BARS_4: 4, When.BARS_8: 8}


def finer_boundary(when: When, now_ticks: int) -> int:
    """The tick of the next boundary at or after ``now_ticks`` for now, 16th and beat.

    Bar boundaries depend on the meters of the bars being played: the engine resolves those.
    """
    if when is When.NOW:
        return now_ticks
    if when is When.SIXTEENTH:
        return ceil_to(now_ticks, TICKS_PER_QUARTER // 4)
    if when is When.BEAT:
        return ceil_to(now_ticks, TICKS_PER_QUARTER)
    raise ValueError(f"{when} depends on bar lines")
