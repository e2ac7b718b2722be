"""What the keys, the mouse and the command palette do: each method is an action named in ``keys``.

Thread: Textual's. Nothing here is needed by the music: every action ends in a message to the band.
"""

from collections.abc import Callable, Sequence
from typing import Final

from textual.app import App

from amt_live.control.state import PartState
from amt_live.control.when import When
from amt_live.errors import AmtError
from amt_live.music.timeline import MAX_BPM, MIN_BPM
from amt_live.osc.addresses import ROUTES
from amt_live.tui.commanding import BandCommands, Choice, choices
from amt_live.tui.finder import Finder
from amt_live.tui.help import HelpScreen
from amt_live.tui.keys import KEYS, Key
from amt_live.tui.lines import Lines
from amt_live.tui.link import Link
from amt_live.tui.messages import Atom, receive
from amt_live.tui.pages import Leave, LeaveScreen, MoodsScreen
from amt_live.tui.styles import StylesScreen
from amt_live.tui.theme import PALETTES, STAGE, Palette
from amt_live.tui.view import StageView, with_message

LEARN: Final = "/amt/learn"
KNOB_STEP: Final = 0.1
_TOUCHABLE: Final = ("/amt/tempo", "/amt/density", "/amt/energy", "/amt/swing")

Clock = Callable[[], float]


def usable(keys: Sequence[Key]) -> tuple[Key, ...]:
    """The keys whose work this version of the band can do."""
    return tuple(key for key in keys if key.name != "learn" or LEARN in ROUTES)


class ActingApp(App[Leave]):
    """A screen with everything that it can do; ``StageApp`` shows what comes of it."""

    def __init__(self, link: Link, where: str, clock: Clock, owns_daemon: bool) -> None:
        super().__init__()
        self.view = StageView(where=where)
        self.selected = 0
        self.keys: tuple[Key, ...] = usable(KEYS)
        self.palette: Palette = STAGE
        self._link = link
        self._owns_daemon = owns_daemon
        self._clock = clock
        self._touched = ""
        self._lines = Lines(self._send)

    # Asking the band.

    def _send(self, address: str, atoms: tuple[Atom, ...]) -> None:
        self.run_worker(self._asked(address, *atoms), exit_on_error=True)

    def ask(self, address: str, *atoms: Atom, done: str = "") -> None:
        """Send a command; what it sets is shown at once and corrected by the daemon's answer.

        ``done`` is said once it was carried out.
        """
        if self.view.link != "connected":
            self.say(f"no band at {self.view.where} yet", "error")
            return
        if address.startswith("/amt/part/") or address in _TOUCHABLE:
            self._touched = address
        route = ROUTES.get(address)
        if route is None or not route.entry.takes_when:  # what waits for its boundary is not yet so
            self.view = receive(self.view, address, atoms, self._clock())
        self.run_worker(self._asked(address, *atoms, done=done), exit_on_error=True)

    async def _asked(self, address: str, *atoms: Atom, done: str = "") -> None:
        try:
            await self._link.ask(address, *atoms)
        except AmtError as error:
            self.say(str(error), "error")
        else:
            if done:
                self.say(done, "hint")

    def say(self, text: str, severity: str) -> None:
        """Show a line at the bottom for a while."""
        self.view = with_message(
            self.view, text, "error" if severity == "error" else "hint", self._clock()
        )

    # Pages.

    def action_help(self) -> None:
        """Show or close the help."""
        if isinstance(self.screen, HelpScreen):
            self.screen.close()
        elif len(self.screen_stack) == 1:
            self.push_screen(HelpScreen(self.palette, self.keys))

    def action_styles(self) -> None:
        """Show the palette of the model, or close it; what is chosen is armed like a mood."""
        if isinstance(self.screen, StylesScreen):
            self.screen.close()
        elif not self.view.band.styles:
            self.say("this model has no styles", "hint")
        elif len(self.screen_stack) == 1:
            self.push_screen(StylesScreen(self.palette, self.view.band.styles), self._play_style)

    def _play_style(self, number: int | None) -> None:
        if number is not None:
            self._lines.forget()
            self.ask("/amt/style", number)

    def action_moods(self) -> None:
        """Show the moods played, or close them; one that is chosen is armed again."""
        if isinstance(self.screen, MoodsScreen):
            self.screen.close()
        elif len(self.screen_stack) == 1:
            self.push_screen(MoodsScreen(self.palette, self.view.played), self._play_mood)

    def _play_mood(self, text: str | None) -> None:
        if text == "":
            self.action_undo_mood()
        elif text is not None:
            self._lines.forget()
            self.ask("/amt/mood", text)

    def action_commands(self) -> None:
        """Show every command there is, to be found by typing."""
        if isinstance(self.screen, Finder):
            self.screen.dismiss()
        elif len(self.screen_stack) == 1:
            self.push_screen(Finder([BandCommands], placeholder="find any command"))

    def choices(self) -> list[Choice]:
        """Every command, now: see ``commanding.Commander``."""
        return choices(self.keys, self.view.band.scenes, self._part.name)

    def choose(self, choice: Choice) -> None:
        """Do what was chosen, or let it be completed on the mood line."""
        if choice.action:
            self.call_later(self.run_action, choice.action)
        elif choice.is_whole:
            self.ask(choice.address, *choice.atoms, done=f"{choice.title} done")
        else:
            self.begin_line(f"{choice.address} ")

    def begin_line(self, text: str) -> None:
        """Put the beginning of a line where it can be completed."""

    def action_theme(self, name: str = "") -> None:
        """The next theme, or the one with this name."""
        names = list(PALETTES)
        following = names[(names.index(self.palette.name) + 1) % len(names)]
        self.wear(PALETTES[name or following])
        self.say(f"colours: {self.palette.name}, {self.palette.about}", "hint")

    def wear(self, palette: Palette) -> None:
        """Show everything in other colours."""
        self.palette = palette
        self.theme = palette.name

    # The band.

    def action_play_stop(self) -> None:
        """Play when stopped, else stop."""
        is_stopped = self.view.band.transport == "stopped"
        self.ask("/amt/transport/play" if is_stopped else "/amt/transport/stop")

    def action_record(self) -> None:
        """Start a take, or end the one that runs."""
        self.ask("/amt/take/start" if self.view.band.take is None else "/amt/take/stop")

    def action_capture(self, bars: int) -> None:
        """Keep the last bars, though nothing was recording."""
        self.ask("/amt/capture", bars, done=f"the last {bars} bars are kept")

    def action_panic(self) -> None:
        """Silence, now."""
        self.ask("/amt/panic")

    def action_cancel_mood(self) -> None:
        """Forget the armed mood."""
        if self.view.band.armed is None:
            self.say("no mood is armed", "hint")
        else:
            self.ask("/amt/mood/cancel")

    def action_undo_mood(self) -> None:
        """Take back the last line that was typed here, else arm the mood that played before."""
        taken = self._lines.take_back()
        if taken is None:
            self.ask("/amt/mood/undo")
            return
        line, messages = taken
        for message in messages:
            self.ask(message.address, *message.atoms)
        self.say(f"taken back: {line}", "hint")

    def action_tempo(self, bpm: int) -> None:
        """Faster or slower by some beats a minute."""
        tempo_bpm = min(MAX_BPM, max(MIN_BPM, round(self.view.band.tempo_bpm) + bpm))
        self.ask("/amt/tempo", float(tempo_bpm))

    def action_knob(self, name: str, step: int) -> None:
        """More or less of density or energy; from the middle where the mood had it."""
        value = dict(self.view.band.knobs).get(name)
        turned = (0.5 if value is None else value) + step * KNOB_STEP
        self.ask(f"/amt/{name}", round(min(1.0, max(0.0, turned)), 2))

    def action_free(self) -> None:
        """Density and energy as the mood says."""
        self.ask("/amt/density", "free")
        self.ask("/amt/energy", "free")

    def action_scene(self, number: int) -> None:
        """Cue a scene, counted from 1."""
        scenes = self.view.band.scenes
        if number > len(scenes):
            self.say(f"there is no scene {number}; keep one with: scene save NAME", "hint")
        else:
            self._lines.forget()
            self.ask("/amt/scene/cue", scenes[number - 1])

    def action_quantise(self, step: int) -> None:
        """The next choice of when moods take effect."""
        words = list(When)
        self.ask(
            "/amt/quantise", str(words[(words.index(self.view.band.quantise) + step) % len(words)])
        )

    def action_learn(self) -> None:
        """Bind the controller that is moved next to what was changed last, or to the level."""
        if self.view.learning:
            self.ask(LEARN, "cancel")
        else:
            self.ask(LEARN, self._touched or f"/amt/part/{self._part.name}/level")

    # Parts.

    @property
    def _part(self) -> PartState:
        return self.view.band.parts[self.selected]

    def _set_part(self, field: str, value: int) -> None:
        self.ask(f"/amt/part/{self._part.name}/{field}", value)

    def action_select(self, step: int) -> None:
        """Select another part."""
        self.selected = (self.selected + step) % len(self.view.band.parts)
        self._touched = ""

    def action_flip(self, part: str, field: str) -> None:
        """Mute or solo a part that was clicked, or end it."""
        names = [state.name for state in self.view.band.parts]
        self.selected = names.index(part)
        self._set_part(field, int(not getattr(self._part, field)))

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
        self.ask("/amt/part/*/mute", 0)
        self.ask("/amt/part/*/solo", 0)

    # Leaving.

    def action_leave(self) -> None:
        """Close the screen; asks what becomes of the band while it plays or records."""
        if isinstance(self.screen, LeaveScreen):
            # Twice the key to leave: what started with this screen ends with it.
            self.screen.close(Leave.STOPPED if self._owns_daemon else Leave.PLAYING)
            return
        band = self.view.band
        is_busy = band.transport != "stopped" or band.take is not None
        if self.view.link == "connected" and is_busy:
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self.push_screen(LeaveScreen(self.palette), self._leave)
        else:
            self.exit(Leave.STOPPED)

    def action_answer(self, answer: str) -> None:
        """What was clicked of the question on leaving."""
        if isinstance(self.screen, LeaveScreen):
            self.screen.close(Leave(answer) if answer else None)

    def _leave(self, answer: Leave | None) -> None:
        if answer is Leave.STOPPED and not self._owns_daemon:
            self.run_worker(self._stop_and_exit(), exit_on_error=True)
        elif answer is not None:
            self.exit(answer)

    async def _stop_and_exit(self) -> None:
        try:
            await self._link.ask("/amt/transport/stop")
        except AmtError as error:  # it plays on: whoever asked for silence has to know
            self.say(str(error), "error")
        else:
            self.exit(Leave.STOPPED)
