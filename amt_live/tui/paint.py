"""Draws the fixed rows: status, mood, armed mood, how it was understood, what is set, bottom line.

Pure, called on the Textual thread: a view, a width and a moment go in, rows of segments come out.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment

from amt_live.tui import bigtext
from amt_live.tui.inks import Row, fit_row, meter, needle, style, width_of
from amt_live.tui.keys import KEYS, Key, Mode, footer_keys
from amt_live.tui.theme import Palette, mix
from amt_live.tui.view import StageView

__all__ = ["FLASH_S", "Row", "StagePainter", "fit_row", "style"]

FLASH_S: Final = 0.8
"""How long the mood shines after it changed."""

TAKE_CHARS: Final = 19
"""How much of a take's name is shown: a name made from the clock fits."""

NO_MOOD: Final = "type a mood"
WIDE: Final = 100
NEEDLE_CELLS: Final = 7
REACH: Final = 2.0
"""Valence and arousal are shown so far from the middle, in standard deviations."""


class StagePainter:
    """Painters of the fixed rows, for one palette and one table of keys."""

    def __init__(self, palette: Palette, keys: Sequence[Key] = KEYS) -> None:
        self.palette = palette
        self.ground = style(palette.text, palette.ground)
        self._keys = tuple(keys)

    def _text(self, text: str, colour: str, *, bold: bool = False, click: str = "") -> Segment:
        return Segment(text, style(colour, self.palette.ground, bold, click))

    def status(self, view: StageView, width: int, chord: str = "", key: str = "") -> Row:
        """Transport, tempo, bar and beat, key and chord; quantise and the recording light.

        ``chord`` and ``key`` are what is heard; a key that was set takes the place of the latter.
        """
        palette, band = self.palette, view.band
        narrow = width < WIDE
        left = [self._transport(view), self._text(f"  {band.tempo_bpm:g}", palette.text, bold=True)]
        left.append(self._text(" bpm", palette.faint))
        left.append(self._text("  bar " if narrow else "   bar ", palette.faint))
        left.append(self._text(f"{band.bar:<4d}", palette.text, bold=True))
        left.extend(self._beats(view))
        if band.key or key:
            ink = palette.armed if band.key else palette.dim
            left.append(self._text(f"   {band.key or key}", ink, bold=bool(band.key)))
        if chord and view.is_playing:
            left.append(self._text(f"   {chord}", palette.text, bold=True))
        if band.chords:
            left.append(self._text(f"   {band.chords}", palette.dim))
        right = [self._text(f" @{band.quantise} ", palette.dim, click="quantise(1)")]
        if band.take is not None:
            label = f" ● REC {_take_name(band.take)} "
            if width_of(left) + width_of(right) + len(label) > width:
                label = " ● REC "
            light = style(palette.ground, palette.recording, True, "record")
            right.append(Segment(label, light))
        else:
            right.append(self._text(" ○ rec ", palette.faint, click="record"))
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
        return Segment(label, style(palette.ground, colour, True, "play_stop"))

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
            colour = mix(palette.mood, palette.bright, 0.6)
        else:
            colour = palette.mood
        top = (height - len(shown.rows)) // 2
        rows: list[Row] = [[Segment(" " * width, self.ground)] for _ in range(height)]
        for y, line in enumerate(shown.rows[:height]):
            segment = self._text(f" {line}", colour, bold=shown.size is None)
            rows[top + y] = fit_row([segment], [], width, self.ground)
        return rows

    def armed(self, view: StageView, width: int, now_s: float, *, is_low: bool = True) -> Row:
        """The armed mood and its countdown; else where the band plays, or how to get one.

        ``is_low``: there is no row for how the mood was understood; it is shown here.
        """
        palette, band = self.palette, view.band
        if view.link != "connected":
            found = "no band at" if view.link == "searching" else "lost the band at"
            what = f" {found} {view.where}; still looking. Start one with: amt-live daemon"
            return fit_row([self._text(what, palette.bad)], [], width, self.ground)
        beats = view.beats_until_mood(now_s)
        if band.armed is None or beats is None:
            if not is_low:
                return fit_row(self._where(view), [], width, self.ground)
            if view.understood_mood:
                names = self._names(view)
                rest = [*self._felt(view), *self._knobs(view, 4)]
                if width_of(names) + width_of(rest) > width:
                    rest = self._knobs(view, 4)
                return fit_row(names, rest, width, self.ground)
            return fit_row(self._where(view), self._knobs(view, 4), width, self.ground)
        ground = mix(palette.ground, palette.armed, 0.18)
        ink = style(palette.armed, ground, True)
        left = [Segment(" next ▸ ", ink), Segment(band.armed.text, ink)]
        if is_low and view.understood_armed:
            understood = " · ".join(band.understood.nearest)
            left.append(Segment(f"  {understood}", style(palette.text, ground)))
        lamps = min(8, max(view.beats_in_bar, math.ceil(beats)))
        left_beats = math.ceil(beats - 1e-6)
        lit = min(lamps, left_beats)
        where = f"bar {band.armed.bar}"
        if band.armed.beat != 1:
            where += f" beat {band.armed.beat:g}"
        when = f"in {left_beats} beat{'s' * (left_beats != 1)}" if left_beats else "now"
        count = f"  {where} · {when} "
        right = [Segment(count, ink), Segment("▰" * lit + "▱" * (lamps - lit) + " ", ink)]
        return fit_row(left, right, width, style(palette.armed, ground))

    def heard(self, view: StageView, width: int) -> Row:
        """How the mood was understood, and the knobs; on screens that have the room."""
        left: Row = []
        if view.link == "connected" and (view.understood_mood or view.understood_armed):
            names, scales, figures = self._names(view), self._scales(view), self._felt(view)
            room = width - width_of(self._knobs(view, 5))
            left = names
            for more in ([*names, *scales], [*names, *scales, *figures]):
                left = more if width_of(more) <= room else left
        return fit_row(left, self._knobs(view, 5), width, self.ground)

    def _names(self, view: StageView) -> Row:
        palette, reading = self.palette, view.band.understood
        ink = palette.armed if view.understood_armed else palette.text
        row = [self._text(" heard as ", palette.faint)]
        for number, name in enumerate(reading.nearest):
            row.append(self._text(" · " if number else "", palette.faint))
            row.append(self._text(name, ink, bold=number == 0))
        return row

    def _felt(self, view: StageView) -> Row:
        palette, reading = self.palette, view.band.understood
        return [
            self._text("  valence ", palette.faint),
            self._text(f"{reading.valence:+.1f}", palette.text),
            self._text(" arousal ", palette.faint),
            self._text(f"{reading.arousal:+.1f} ", palette.text),
        ]

    def _scales(self, view: StageView) -> Row:
        palette, reading = self.palette, view.band.understood
        ink = palette.armed if view.understood_armed else palette.mood
        row: Row = []
        for low, value, high in (
            ("dark", reading.valence, "bright"),
            ("calm", reading.arousal, "wild"),
        ):
            before, at, behind = needle(value, REACH, NEEDLE_CELLS)
            row += [
                self._text(f"   {low} ", palette.faint),
                self._text(before, palette.line),
                self._text(at, ink),
                self._text(behind, palette.line),
                self._text(f" {high}", palette.faint),
            ]
        return row

    def _knobs(self, view: StageView, cells: int) -> Row:
        """Density and energy: set by hand, or free."""
        palette, knobs = self.palette, dict(view.band.knobs)
        row: Row = []
        for label, name in (("density", "density"), ("energy", "energy")):
            value = knobs.get(name)
            click = f"knob('{name}',1)"
            row.append(self._text(f"  {label} ", palette.faint, click=click))
            if value is None:
                row.append(self._text("free", palette.dim, click=click))
            else:
                row.append(self._text(meter(value, cells), palette.armed, click=click))
        return [*row, self._text(" ", palette.faint)]

    def _where(self, view: StageView) -> Iterable[Segment]:
        palette, band = self.palette, view.band
        port = f"{band.midi_port} ({band.midi_api})" if band.midi_port else ""
        if band.midi_api == "null":
            port = "none: playing into nothing, ^R records"
        swing = dict(band.knobs).get("swing")
        words = [
            ("model", band.model),
            ("port", port),
            ("seed", str(band.seed)),
            ("swing", "" if swing is None else f"{swing:.2g}"),
            ("scenes", "  ".join(f"{n} {s}" for n, s in enumerate(band.scenes[:9], 1))),
        ]
        for name, value in words:
            if value:
                yield self._text(f" {name} ", palette.faint)
                yield self._text(f"{value} ", palette.dim)

    def prompt(self, mode: Mode, width: int) -> Row:
        """What stands before the mood line; dim in command mode, when keys go elsewhere."""
        palette = self.palette
        colour = palette.mood if mode is Mode.TYPING else palette.faint
        ink = style(colour, palette.panel, True, "type_mood")
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
        if view.learning:
            ink = style(palette.armed, palette.panel, True, "learn")
            what = f" move a MIDI controller: it will set {view.learning} (again to forget)"
            return fit_row([Segment(what, ink)], [], width, bar)
        left: Row = []
        room = width
        for key in footer_keys(mode, self._keys):
            chip = f" {key.shown(mode)} "
            label = f"{key.label} "
            if len(chip) + len(label) > room:
                continue
            room -= len(chip) + len(label)
            left.append(Segment(chip, style(palette.text, palette.chip, True, key.action)))
            left.append(Segment(label, style(palette.dim, palette.panel, False, key.action)))
        return fit_row(left, [], width, bar)


def _take_name(take: str) -> str:
    name = take.removeprefix("take ")
    return set_cell_size(name, TAKE_CHARS - 1) + "…" if len(name) > TAKE_CHARS else name
