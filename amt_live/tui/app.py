"""The stage screen: shows the band and sends what the performer types; an OSC client, nothing else.

``StageApp`` joins the pure pieces: messages change the view and the roll, a timer paints what
changed at most ten times a second, keys send commands. The music needs nothing of this.
"""

import math
import time
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from amt_live.control.state import BeatPassed, MoodApplied, NotePlayed, PartState, TransportChanged
from amt_live.control.when import When
from amt_live.errors import AmtError
from amt_live.livecode.pieces import LineError
from amt_live.livecode.syntax import parse
from amt_live.music.parts import PART_NAMES
from amt_live.music.timeline import MAX_BPM, MIN_BPM
from amt_live.tui.board import Board
from amt_live.tui.frames import FRAMES_PER_S, Frames
from amt_live.tui.help import HelpScreen
from amt_live.tui.history import MoodHistory
from amt_live.tui.keys import KEYS, Mode
from amt_live.tui.layout import STYLE, rows
from amt_live.tui.lines import Lines, news_of
from amt_live.tui.link import Link
from amt_live.tui.messages import Atom, notice_of, receive
from amt_live.tui.partspaint import first_row
from amt_live.tui.roll import Roll
from amt_live.tui.styles import StylesScreen
from amt_live.tui.theme import STAGE, Palette, textual_theme
from amt_live.tui.view import LinkState, StageView, with_link, with_message
from amt_live.tui.widgets import MoodLine, PartsPanel, is_wrong

CONFIRM_S: Final = 3.0
EMPTY_HINT: Final = "type a few words, such as: calm piano ballad"

Clock = Callable[[], float]


class StageApp(App[None]):
    """The screen. ``owns_daemon``: the band ends with it, so leaving asks twice."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "amt-live"
    AUTO_FOCUS = "#line"
    CSS = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(key.always), key.action, key.about, show=False, priority=True)
        for key in KEYS
        if key.always
    ]

    def __init__(
        self,
        link: Link,
        where: str,
        *,
        owns_daemon: bool = False,
        history: MoodHistory | None = None,
        palette: Palette = STAGE,
        clock: Clock = time.perf_counter,
    ) -> None:
        super().__init__()
        self.view = StageView(where=where)
        self.roll = Roll()
        self.selected = 0
        self._link = link
        self._owns_daemon = owns_daemon
        self._history = history or MoodHistory(None)
        self._palette = palette
        self._clock = clock
        self._frames: Frames | None = None
        self._leave_until_s = -math.inf
        self._lines = Lines(self._send)
        self.register_theme(textual_theme(palette))
        self.theme = palette.name

    def compose(self) -> ComposeResult:
        """Rows from top to bottom; the body holds parts and roll side by side."""
        yield from rows(self._history)

    def on_mount(self) -> None:
        """Start listening and painting."""
        boards = {board.id or "": board for board in self.query(Board)}
        self._line, self._parts = self.query_one(MoodLine), self.query_one(PartsPanel)
        self._frames = Frames(boards, self._palette)
        self._frames.fit(self.size)
        self.set_interval(1 / FRAMES_PER_S, self.paint)
        self.run_worker(self._link.run(self._receive, self._link_changed), exit_on_error=True)

    async def on_unmount(self) -> None:
        """Hang up: awaited here, because workers are only cancelled, not awaited, on exit."""
        await self._link.close()

    def on_resize(self, event: events.Resize) -> None:
        """Give the mood what the new size has room for."""
        if self._frames is not None:
            self._frames.fit(event.size)

    @property
    def mode(self) -> Mode:
        """Whether plain keys go to the mood line or act."""
        return Mode.COMMAND if isinstance(self.focused, PartsPanel) else Mode.TYPING

    def _receive(self, address: str, atoms: Sequence[Atom], at_s: float) -> None:
        """One message of the daemon. Thread: Textual's."""
        tempo_bpm = self.view.band.tempo_bpm
        self._lines.hear(address, atoms)
        self._line.know(address, atoms)
        if (news := news_of(address, atoms)) is not None:
            self._say(news[0], "error" if news[1] else "hint")
        match notice_of(address, atoms):
            case NotePlayed(part, pitch, velocity, beats) if part in PART_NAMES:
                index = PART_NAMES.index(part)
                self.roll.note(index, pitch, velocity, beats, at_s, tempo_bpm)
                return
            case BeatPassed(bar, beat) if self.view.band.transport != "stopped":
                self.roll.beat(bar, beat, at_s, tempo_bpm)
            case MoodApplied(_, text):
                self.roll.mood(text, at_s, tempo_bpm)
            case TransportChanged("stopped"):
                self.roll.stop()
        self.view = receive(self.view, address, atoms, at_s)

    def _link_changed(self, state: LinkState) -> None:
        if state != "connected":
            self.roll.stop()
        self.view = with_link(self.view, state)

    def _ask(self, address: str, *atoms: Atom, done: str = "") -> None:
        """Send a command; what it sets is shown at once and corrected by the daemon's answer.

        ``done`` is said once it was carried out.
        """
        if self.view.link != "connected":
            self._say(f"no band at {self.view.where} yet", "error")
            return
        self.view = receive(self.view, address, atoms, self._clock())
        self.run_worker(self._asked(address, *atoms, done=done), exit_on_error=True)

    async def _asked(self, address: str, *atoms: Atom, done: str = "") -> None:
        try:
            await self._link.ask(address, *atoms)
        except AmtError as error:
            self._say(str(error), "error")
        else:
            if done:
                self._say(done, "hint")

    def _say(self, text: str, severity: str) -> None:
        self.view = with_message(
            self.view, text, "error" if severity == "error" else "hint", self._clock()
        )

    def paint(self) -> None:
        """Show what changed since the last frame. Thread: Textual's; never blocks."""
        if self._frames is None or len(self.screen_stack) != 1:
            return
        if self.focused is None:
            # A click beside everything: keys must not fall into the void.
            self._line.focus()
        self._frames.paint(self.view, self.roll, self.mode, self.selected, self._clock())

    def on_input_submitted(self, event: MoodLine.Submitted) -> None:
        """Do what the line says; a wrong one is explained and stays to be corrected."""
        try:
            statement = parse(event.value)
            if statement is None:
                self._say(EMPTY_HINT, "hint")
                return
            if self.view.link != "connected":
                self._say(f"no band at {self.view.where} yet; the mood is kept here", "error")
                return
            self._lines.do(statement)
        except LineError as error:
            self._say(error.here, "error")
            event.input.cursor_position = error.column - 1
            return
        self._history.add(event.value)
        event.input.clear()

    def on_input_changed(self, event: MoodLine.Changed) -> None:
        """Colour a line that cannot be right any more, whatever is typed after it."""
        event.input.set_class(is_wrong(event.value), "wrong")

    def _send(self, address: str, atoms: tuple[Atom, ...]) -> None:
        self.run_worker(self._asked(address, *atoms), exit_on_error=True)

    def on_parts_panel_clicked(self, event: PartsPanel.Clicked) -> None:
        """Select the part that was clicked."""
        parts = self.view.band.parts
        height = self._parts.size.height
        index = first_row(self.selected, len(parts), height) + event.row
        self.selected = min(index, len(parts) - 1)

    def action_help(self) -> None:
        """Show or close the help."""
        if isinstance(self.screen, HelpScreen):
            self.screen.close()
        else:
            self.push_screen(HelpScreen(self._palette))

    def action_styles(self) -> None:
        """Show the palette of the model, or close it; what is chosen is armed like a mood."""
        if isinstance(self.screen, StylesScreen):
            self.screen.close()
        elif not self.view.band.styles:
            self._say("this model has no styles", "hint")
        else:
            self.push_screen(StylesScreen(self._palette, self.view.band.styles), self._play_style)

    def _play_style(self, number: int | None) -> None:
        if number is not None:
            self._lines.forget()
            self._ask("/amt/style", number)

    def action_switch_keys(self) -> None:
        """Between typing and command mode."""
        if isinstance(self.screen, HelpScreen | StylesScreen):
            self.screen.close()
        elif self.mode is Mode.TYPING:
            self._parts.focus()
        else:
            self.action_type_mood()

    def action_type_mood(self) -> None:
        """Give the keys to the mood line."""
        self._line.focus()

    def action_play_stop(self) -> None:
        """Play when stopped, else stop."""
        is_stopped = self.view.band.transport == "stopped"
        self._ask("/amt/transport/play" if is_stopped else "/amt/transport/stop")

    def action_record(self) -> None:
        """Start a take, or end the one that runs."""
        self._ask("/amt/take/start" if self.view.band.take is None else "/amt/take/stop")

    def action_capture(self, bars: int) -> None:
        """Keep the last bars, though nothing was recording."""
        self._ask("/amt/capture", bars, done=f"the last {bars} bars are kept")

    def action_panic(self) -> None:
        """Silence, now."""
        self._ask("/amt/panic")

    def action_cancel_mood(self) -> None:
        """Forget the armed mood."""
        if self.view.band.armed is None:
            self._say("no mood is armed", "hint")
        else:
            self._ask("/amt/mood/cancel")

    def action_undo_mood(self) -> None:
        """Take back the last line that was typed here, else arm the mood that played before."""
        taken = self._lines.take_back()
        if taken is None:
            self._ask("/amt/mood/undo")
            return
        line, messages = taken
        for message in messages:
            self._ask(message.address, *message.atoms)
        self._say(f"taken back: {line}", "hint")

    def action_tempo(self, bpm: int) -> None:
        """Faster or slower by some beats a minute."""
        tempo_bpm = min(MAX_BPM, max(MIN_BPM, round(self.view.band.tempo_bpm) + bpm))
        self._ask("/amt/tempo", float(tempo_bpm))

    def action_quantise(self, step: int) -> None:
        """The next choice of when moods take effect."""
        words = list(When)
        self._ask(
            "/amt/quantise",
            str(words[(words.index(self.view.band.quantise) + step) % len(words)]),
        )

    def action_select(self, step: int) -> None:
        """Select another part."""
        self.selected = (self.selected + step) % len(self.view.band.parts)

    @property
    def _part(self) -> PartState:
        return self.view.band.parts[self.selected]

    def _set_part(self, field: str, value: int) -> None:
        self._ask(f"/amt/part/{self._part.name}/{field}", value)

    def action_mute(self) -> None:
        """Mute the part, or end it."""
        self._set_part("mute", int(not self._part.mute))

    def action_solo(self) -> None:
        """Solo the part, or end it."""
        self._set_part("solo", int(not self._part.solo))

    def action_level(self, step: int) -> None:
        """Louder or softer."""
        self._set_part("level", min(127, max(0, self._part.level + step)))

    def action_program(self, step: int) -> None:
        """The next or the previous sound."""
        self._set_part("program", (self._part.program + step) % 128)

    def action_octave(self, step: int) -> None:
        """Higher or lower by octaves."""
        self._set_part("octave", min(3, max(-3, self._part.octave + step)))

    def action_everyone(self) -> None:
        """No part muted, none soloed."""
        self._ask("/amt/part/*/mute", 0)
        self._ask("/amt/part/*/solo", 0)

    def action_leave(self) -> None:
        """Close the screen; asks again where the band would end with it."""
        now_s = self._clock()
        if self._owns_daemon and self.view.link == "connected" and now_s > self._leave_until_s:
            self._leave_until_s = now_s + CONFIRM_S
            self._say("the band stops with this screen: ^Q again to quit", "hint")
            return
        self.exit()
