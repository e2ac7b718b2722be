"""Draws everything but the roll and the parts: status, mood, armed mood, health, bottom line.

Pure, called on the Textual thread: a view, a width and a moment go in, rows of segments come out.
"""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from amt_live.tui import bigtext
from amt_live.tui.keys import Mode, footer_keys
from amt_live.tui.theme import Palette, mix
from amt_live.tui.view import Level, StageView, count_level, horizon_level, lateness_level

Row = list[Segment]

FLASH_S: Final = 0.8
"""How long the mood shines after it changed."""

TAKE_CHARS: Final = 19
"""How much of a take's name is shown: a name made from the clock fits."""

NO_MOOD: Final = "type a mood"


@lru_cache(maxsize=512)
def style(colour: str, background: str, bold: bool = False) -> Style:
    """A cached style: Rich renders the escape codes of one object once."""
    return Style(color=colour, bgcolor=background, bold=bold)


def fit_row(left: Iterable[Segment], right: Iterable[Segment], width: int, ground: Style) -> Row:
    """Segments put at both edges of a row; where room is short the left side is cut."""
    ending = list(right)
    room = width - sum(cell_len(segment.text) for segment in ending)
    if room < 0:
        ending, room = [], width
    row: Row = []
    for segment in left:
        length = cell_len(segment.text)
        if length > room:
            if room > 0:
                row.append(Segment(set_cell_size(segment.text, room), segment.style))
            room = 0
            break
        row.append(segment)
        room -= length
    if room:
        row.append(Segment(" " * room, ground))
    return row + ending


class StagePainter:
    """Painters of the fixed rows, for one palette."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self.ground = style(palette.text, palette.ground)

    def level_colour(self, level: Level) -> str:
        """The colour that tells how well it goes."""
        palette = self.palette
        return {
            "idle": palette.dim,
            "good": palette.good,
            "warn": palette.warn,
            "bad": palette.bad,
        }[level]

    def _text(self, text: str, colour: str, *, bold: bool = False) -> Segment:
        return Segment(text, style(colour, self.palette.ground, bold))

    def status(self, view: StageView, width: int) -> Row:
        """Transport, tempo, bar and beat, key and chords; quantise and the recording light."""
        palette, band = self.palette, view.band
        left = [self._transport(view), self._text(f"  {band.tempo_bpm:g}", palette.text, bold=True)]
        left.append(self._text(" bpm", palette.dim))
        left.append(self._text("   bar ", palette.dim))
        left.append(self._text(f"{band.bar:<4d}", palette.text, bold=True))
        left.extend(self._beats(view))
        if band.key:
            left.append(self._text(f"   {band.key}", palette.armed))
        if band.chords:
            left.append(self._text(f"   {band.chords}", palette.dim))
        right = [self._text(f" @{band.quantise} ", palette.dim)]
        if band.take is not None:
            name = band.take.removeprefix("take ")
            name = name if len(name) <= TAKE_CHARS else f"{name[: TAKE_CHARS - 1]}…"
            label = f" ● REC {name} "
            right.append(Segment(label, style("#ffffff", palette.recording, True)))
        else:
            right.append(self._text(" ○ rec ", palette.faint))
        return fit_row(left, right, width, self.ground)

    def _transport(self, view: StageView) -> Segment:
        palette = self.palette
        if view.link != "connected":
            return Segment(" × NO BAND  ", style(palette.ground, palette.bad, True))
        label, colour = {
            "playing": (" ▶ PLAYING  ", palette.good),
            "count_in": (" ◔ COUNT-IN ", palette.warn),
            "waiting": (" ◌ WAITING  ", palette.warn),
            "stopped": (" ■ STOPPED  ", palette.dim),
        }[view.band.transport]
        return Segment(label, style(palette.ground, colour, True))

    def _beats(self, view: StageView) -> Iterable[Segment]:
        palette = self.palette
        now = math.floor(view.band.beat) if view.is_playing else 0
        for beat in range(1, view.beats_in_bar + 1):
            colour = palette.mood if now == beat == 1 else palette.text
            lit = now == beat
            yield self._text(" ●" if lit else " ○", colour if lit else palette.faint)

    def mood(self, view: StageView, width: int, height: int, now_s: float) -> list[Row]:
        """The mood that plays, as large as it fits, standing in the middle of its rows."""
        palette = self.palette
        text = view.band.mood or NO_MOOD
        shown = bigtext.fit(text, width - 2, height)
        if view.link != "connected" or not view.band.mood:
            colour = palette.faint
        elif now_s - view.applied_at_s < FLASH_S:
            colour = mix(palette.mood, "#ffffff" if palette.is_dark else "#000000", 0.6)
        else:
            colour = palette.mood
        top = (height - len(shown.rows)) // 2
        rows: list[Row] = [[Segment(" " * width, self.ground)] for _ in range(height)]
        for y, line in enumerate(shown.rows[:height]):
            segment = self._text(f" {line}", colour, bold=shown.size is None)
            rows[top + y] = fit_row([segment], [], width, self.ground)
        return rows

    def armed(self, view: StageView, width: int, now_s: float) -> Row:
        """The armed mood and its countdown; else where the band plays, or how to get one."""
        palette, band = self.palette, view.band
        if view.link != "connected":
            found = "no band at" if view.link == "searching" else "lost the band at"
            what = f" {found} {view.where}; still looking. Start one with: amt-live daemon"
            return fit_row([self._text(what, palette.bad)], [], width, self.ground)
        beats = view.beats_until_mood(now_s)
        if band.armed is None or beats is None:
            return fit_row(self._where(view), [], width, self.ground)
        ink = style(palette.armed, mix(palette.ground, palette.armed, 0.18), True)
        left = [Segment(" next ▸ ", ink), Segment(band.armed.text, ink)]
        lamps = min(8, max(view.beats_in_bar, math.ceil(beats)))
        left_beats = math.ceil(beats - 1e-6)
        lit = min(lamps, left_beats)
        where = f"bar {band.armed.bar}"
        if band.armed.beat != 1:
            where += f" beat {band.armed.beat:g}"
        when = f"in {left_beats} beat{'s' * (left_beats != 1)}" if left_beats else "now"
        count = f"  {where} · {when} "
        right = [Segment(count, ink), Segment("▰" * lit + "▱" * (lamps - lit) + " ", ink)]
        return fit_row(
            left, right, width, style(palette.armed, ink.bgcolor.name if ink.bgcolor else "")
        )

    def _where(self, view: StageView) -> Iterable[Segment]:
        palette, band = self.palette, view.band
        port = f"{band.midi_port} ({band.midi_api})" if band.midi_port else ""
        if band.midi_api == "null":
            port = "none: playing into nothing, ^R records"
        words = [
            ("model", band.model),
            ("port", port),
            ("seed", str(band.seed)),
            *((name, f"{value:.2g}") for name, value in band.knobs if value is not None),
        ]
        for name, value in words:
            if value:
                yield self._text(f" {name} ", palette.faint)
                yield self._text(f"{value} ", palette.dim)

    def health(self, view: StageView, width: int, now_s: float) -> Row:
        """Beats decoded ahead, speed, lateness, underruns and dropped notes, each in its colour."""
        palette, health = self.palette, view.band.health
        horizon = horizon_level(view)
        filled = min(8, round(health.horizon_beats / 2)) if horizon != "idle" else 0
        colour = self.level_colour(horizon)
        narrow = width < 76
        left = [
            self._text(" ahead ", palette.faint),
            self._text("━" * filled, colour),
            self._text("━" * (8 - filled), palette.line),
            self._text(f" {health.horizon_beats:.1f}", colour, bold=True),
            self._text("" if narrow else " beats", palette.faint),
            self._text(f"   {health.tokens_per_s:.0f}", palette.text),
            self._text(" tok/s", palette.faint),
            self._text("  late ", palette.faint),
            self._text(f"{health.lateness_p99_ms:.1f} ms", self.level_colour(lateness_level(view))),
        ]
        for name, count in (("underruns", health.underruns), ("dropped", health.dropped)):
            level = count_level(view, count, now_s)
            ink = self.level_colour(level)
            if level == "bad":
                left.append(Segment(f"  {name} {count} ", style(palette.ground, ink, True)))
            else:
                left.append(self._text(f"  {name} ", palette.faint))
                left.append(self._text(str(count), ink))
        return fit_row(left, [], width, self.ground)

    def prompt(self, mode: Mode, width: int) -> Row:
        """What stands before the mood line; dim in command mode, when keys go elsewhere."""
        palette = self.palette
        colour = palette.mood if mode is Mode.TYPING else palette.faint
        ink = style(colour, palette.panel, True)
        return fit_row([Segment(" mood ❯ ", ink)], [], width, ink)

    def bottom(self, view: StageView, mode: Mode, width: int, now_s: float) -> Row:
        """The message while there is one, else the keys of the present mode."""
        palette = self.palette
        bar = style(palette.dim, palette.panel)
        message = view.message_at(now_s)
        if message is not None:
            colour = palette.bad if message.severity == "error" else palette.warn
            mark = "✖" if message.severity == "error" else "›"
            ink = style(colour, palette.panel, True)
            return fit_row([Segment(f" {mark} {message.text}", ink)], [], width, bar)
        left: Row = []
        room = width
        for key in footer_keys(mode):
            chip = f" {key.shown(mode)} "
            label = f"{key.label} "
            if len(chip) + len(label) > room:
                continue
            room -= len(chip) + len(label)
            left.append(
                Segment(chip, style(palette.text, mix(palette.panel, palette.line, 0.9), True))
            )
            left.append(Segment(label, bar))
        return fit_row(left, [], width, bar)
