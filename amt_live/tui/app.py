"""The stage screen: shows the band and sends what the performer types; an OSC client, nothing else.

``StageApp`` joins the pure pieces: messages change the view and the roll, a timer paints what
changed at most ten times a second, keys send commands. The music needs nothing of this.
"""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size

from amt_live.control.state import (
    BeatPassed,
    MoodApplied,
    NoteDecided,
    NotePlayed,
    TransportChanged,
    Wiped,
)
from amt_live.livecode.pieces import LineError
from amt_live.livecode.syntax import parse
from amt_live.music.parts import PART_NAMES
from amt_live.tui.acting import ActingApp, Clock, usable
from amt_live.tui.board import Board
from amt_live.tui.commanding import RAW, hint_of
from amt_live.tui.finder import Finder
from amt_live.tui.frames import FRAMES_PER_S, Frames
from amt_live.tui.help import HelpScreen
from amt_live.tui.history import MoodHistory
from amt_live.tui.keys import KEYS, Key, Mode
from amt_live.tui.layout import STYLE, rows
from amt_live.tui.lines import news_of
from amt_live.tui.link import Link
from amt_live.tui.messages import Atom, notice_of, receive
from amt_live.tui.pages import LeaveScreen, MoodsScreen
from amt_live.tui.partspaint import first_row, level_at
from amt_live.tui.remember import remember_theme
from amt_live.tui.roll import Roll, RollNote
from amt_live.tui.styles import StylesScreen
from amt_live.tui.theme import PALETTES, STAGE, Palette, textual_theme
from amt_live.tui.view import LinkState, with_link
from amt_live.tui.widgets import MoodLine, PartsPanel, is_wrong, no_key

EMPTY_HINT: Final = "type a few words, such as: calm piano ballad"
PAGES: Final = (HelpScreen, StylesScreen, MoodsScreen)
"""Screens that cover the stage: nothing is painted under them."""
DIMMED_FRAME_S: Final = 0.5
"""From frame to frame of a stage that something see-through lies over: each blends every cell."""


def keymap(keys: Sequence[Key]) -> dict[str, str]:
    """The bindings of a table of keys, by their ids, as Textual takes them."""
    found = {}
    for key in keys:
        found[f"{key.name}.always"] = ",".join(key.always) or no_key(key)
        found[f"{key.name}.command"] = ",".join(key.command) or no_key(key)
    return found


class StageApp(ActingApp):
    """The screen. ``owns_daemon``: the band ends with it, unless it is left playing.

    ``theme_path`` is where the theme is remembered; ``trouble`` is said once the band is found.
    """

    ENABLE_COMMAND_PALETTE = False
    TITLE = "amt-live"
    AUTO_FOCUS = "#line"
    CSS = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            ",".join(key.always) or no_key(key),
            key.action,
            key.about,
            show=False,
            priority=True,
            id=f"{key.name}.always",
        )
        for key in KEYS
    ]

    def __init__(
        self,
        link: Link,
        where: str,
        *,
        owns_daemon: bool = False,
        history: MoodHistory | None = None,
        palette: Palette = STAGE,
        keys: Sequence[Key] = KEYS,
        theme_path: Path | None = None,
        trouble: str = "",
        clock: Clock = time.perf_counter,
    ) -> None:
        super().__init__(link, where, clock, owns_daemon)
        self.roll = Roll()
        self.keys = usable(keys)
        self._history = history or MoodHistory(None)
        self._theme_path = theme_path
        self._trouble = trouble
        self._frames: Frames | None = None
        self._painted_at_s = -math.inf
        self.fault: Exception | None = None
        """What broke the screen: whoever ran it looks here when it has ended."""
        for known in PALETTES.values():
            self.register_theme(textual_theme(known))
        self.palette = palette
        self.theme = palette.name

    def compose(self) -> ComposeResult:
        """Rows from top to bottom; the body holds parts and roll side by side."""
        yield from rows(self._history)

    def on_mount(self) -> None:
        """Start listening and painting."""
        self._boards = {board.id or "": board for board in self.query(Board)}
        self._line, self._parts = self.query_one(MoodLine), self.query_one(PartsPanel)
        if self.keys != KEYS:
            self.set_keymap(keymap(self.keys))
        self._dress()
        self.set_interval(1 / FRAMES_PER_S, self.paint)
        self.run_worker(self._link.run(self._receive, self._link_changed), exit_on_error=True)

    def _dress(self) -> None:
        self._frames = Frames(self._boards, self.palette, self.keys)
        self._fit(self.size)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's way out of a fault, which is kept: the first one is the cause of the others."""
        self.fault = self.fault or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End, and show no traceback to a performer."""
        self.panic()

    def wear(self, palette: Palette) -> None:
        """Show everything in other colours, now and the next time."""
        super().wear(palette)
        remember_theme(self._theme_path, palette)
        self._dress()

    async def on_unmount(self) -> None:
        """Hang up: awaited here, because workers are only cancelled, not awaited, on exit."""
        await self._link.close()

    def on_resize(self, event: events.Resize) -> None:
        """Give the mood what the new size has room for."""
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        if self._frames is not None:
            self._frames.fit(size)
            self._painted_at_s = -math.inf

    @property
    def mode(self) -> Mode:
        """Whether plain keys go to the mood line or act."""
        return Mode.COMMAND if isinstance(self.focused, PartsPanel) else Mode.TYPING

    def _receive(self, address: str, atoms: Sequence[Atom], at_s: float) -> None:
        """One message of the daemon. Thread: Textual's."""
        tempo_bpm = self.view.band.tempo_bpm
        match notice_of(address, atoms):
            case NotePlayed(part, pitch, velocity, beats) if part in PART_NAMES:
                index = PART_NAMES.index(part)
                self.roll.note(index, pitch, velocity, beats, at_s, tempo_bpm)
                return
            case NoteDecided() as note:
                self._decided(note, at_s)
                return
            case Wiped(in_beats):
                self.roll.wipe(in_beats, at_s, tempo_bpm)
                return
            case BeatPassed(bar, beat) if self.view.band.transport != "stopped":
                self.roll.beat(bar, beat, at_s, tempo_bpm)
            case MoodApplied(_, text):
                self.roll.mood(text, at_s, tempo_bpm)
            case TransportChanged("stopped"):
                self.roll.stop()
        self._lines.hear(address, atoms)
        self._line.know(address, atoms)
        if (news := news_of(address, atoms)) is not None:
            self.say(news[0], "error" if news[1] else "hint")
        self.view = receive(self.view, address, atoms, at_s)

    def _decided(self, note: NoteDecided, at_s: float) -> None:
        if note.part not in PART_NAMES:
            return
        index = PART_NAMES.index(note.part)
        octaves = next((p.octave for p in self.view.band.parts if p.name == note.part), 0)
        coming = RollNote(
            note.in_beats,
            note.in_beats + note.beats,
            index,
            note.pitch + 12 * octaves * (note.part != PART_NAMES[0]),
            note.velocity,
        )
        self.roll.decide(coming, at_s, self.view.band.tempo_bpm)

    def _link_changed(self, state: LinkState) -> None:
        if state != "connected":
            self.roll.stop()
        self.view = with_link(self.view, state)
        if state == "connected" and self._trouble:
            self.say(self._trouble, "error")
            self._trouble = ""

    def paint(self) -> None:
        """Show what changed since the last frame. Thread: Textual's; never blocks."""
        if self._frames is None or isinstance(self.screen, PAGES):
            return
        if len(self.screen_stack) == 1 and self.focused is None:
            # A click beside everything: keys must not fall into the void.
            self._line.focus()
        now_s = self._clock()
        if len(self.screen_stack) > 1 and now_s - self._painted_at_s < DIMMED_FRAME_S:
            return
        self._painted_at_s = now_s
        self._frames.paint(self.view, self.roll, self.mode, self.selected, now_s)

    def on_input_submitted(self, event: MoodLine.Submitted) -> None:
        """Do what the line says; a wrong one is explained and stays to be corrected."""
        if not isinstance(event.input, MoodLine):
            return  # the palette's own line
        if event.value.startswith(RAW):
            self._send_raw(event.value)
            return
        try:
            statement = parse(event.value)
            if statement is None:
                self.say(EMPTY_HINT, "hint")
                return
            if self.view.link != "connected":
                self.say(f"no band at {self.view.where} yet; the mood is kept here", "error")
                return
            self._lines.do(statement)
        except LineError as error:
            self.say(error.here, "error")
            event.input.cursor_position = error.column - 1
            return
        self._history.add(event.value)
        event.input.clear()

    def _send_raw(self, line: str) -> None:
        """One OSC message as it was typed; what is wrong with it the daemon says."""
        address, *atoms = line.split()
        self.ask(address, *atoms)
        if self.view.link == "connected":
            self._history.add(line)
            self._line.clear()

    def begin_line(self, text: str) -> None:
        """Put the beginning of a message on the mood line, to be completed there."""
        self._line.focus()
        self._line.value = text
        self._line.cursor_position = len(text)
        if hint := hint_of(text):
            self.say(hint, "hint")

    def on_input_changed(self, event: MoodLine.Changed) -> None:
        """Colour a line that cannot be right any more, whatever is typed after it."""
        if isinstance(event.input, MoodLine):
            event.input.set_class(is_wrong(event.value), "wrong")

    def _row_of(self, y: int) -> int:
        parts = self.view.band.parts
        first = first_row(self.selected, len(parts), self._parts.size.height)
        return min(first + y, len(parts) - 1)

    def on_parts_panel_clicked(self, event: PartsPanel.Clicked) -> None:
        """Select the part that was clicked; on its bar, set its level."""
        self.selected = self._row_of(event.row)
        level = level_at(event.column, self._parts.size.width)
        if level is not None:
            self._set_part("level", level)

    def on_parts_panel_turned(self, event: PartsPanel.Turned) -> None:
        """Louder or softer by the wheel, over the part that the pointer is on."""
        self.selected = self._row_of(event.row)
        self.action_level(event.step)

    def action_switch_keys(self) -> None:
        """Between typing and command mode."""
        screen = self.screen
        if isinstance(screen, PAGES):
            screen.close()
        elif isinstance(screen, LeaveScreen):
            screen.close(None)
        elif isinstance(screen, Finder):
            screen.dismiss()
        elif self.mode is Mode.TYPING:
            self._parts.focus()
        else:
            self.action_type_mood()

    def action_type_mood(self) -> None:
        """Give the keys to the mood line."""
        if len(self.screen_stack) == 1:
            self._line.focus()
