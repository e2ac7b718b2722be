"""The screen on a real OSC server with a small real band behind it: every key, every size."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot

from amt_live.control import commands as c
from amt_live.control.state import (
    BeatPassed,
    ErrorNotice,
    Health,
    HealthReport,
    MoodApplied,
    NotePlayed,
)
from amt_live.control.when import When
from amt_live.osc.server import OscServer
from amt_live.tui.app import EMPTY_HINT, StageApp
from amt_live.tui.board import Board
from amt_live.tui.help import HelpScreen
from amt_live.tui.history import MoodHistory
from amt_live.tui.keys import KEYS, Mode
from amt_live.tui.link import OscLink
from amt_live.tui.pages import Leave, LeaveScreen
from tests.osc.band import Band, Stage, stage

SIZES = [(80, 24), (120, 40)]


@dataclass
class Show:
    """A screen on a band."""

    band: Band
    server: OscServer
    app: StageApp
    pilot: Pilot[None]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds: the screen follows the band over UDP."""
        async with asyncio.timeout(20):
            while not condition():
                await self.pilot.pause(0.01)

    async def shown(self, board: str, text: str) -> None:
        """Wait until a row of a board holds a text."""
        await self.until(lambda: text in self.text(board))

    def text(self, board: str) -> str:
        widget = self.app.screen_stack[0].query_one(f"#{board}", Board)
        return "\n".join(widget.render_line(y).text for y in range(widget.size.height))

    async def asked(self, *keys: str) -> list[c.Command]:
        """What the band was asked for by these keys."""
        before = len(self.band.log)
        await self.pilot.press(*keys)
        await self.until(lambda: len(self.band.log) > before)
        return self.band.log[before:]


@asynccontextmanager
async def show(
    size: tuple[int, int] = (80, 24), history: MoodHistory | None = None, owns: bool = False
) -> AsyncIterator[Show]:
    """A screen that has found its band."""
    async with stage() as s, show_on(s, size, history, owns) as shown:
        yield shown


@asynccontextmanager
async def show_on(
    s: Stage, size: tuple[int, int], history: MoodHistory | None = None, owns: bool = False
) -> AsyncIterator[Show]:
    link = OscLink("127.0.0.1", s.port, keep_alive_s=0.2)
    app = StageApp(link, f"127.0.0.1:{s.port}", history=history, owns_daemon=owns)
    async with app.run_test(size=size) as pilot:
        shown = Show(s.band, s.server, app, pilot)
        await shown.until(lambda: app.view.link == "connected" and app.view.band.model == "tiny")
        yield shown


@pytest.mark.parametrize("size", SIZES)
async def test_a_typed_mood_is_sent_armed_and_applied(size):
    async with show(size) as s:
        assert await s.asked(*"dark waltz", "enter") == [c.SetMood("dark waltz")]
        await s.shown("armed", "next ▸ dark waltz")
        assert s.app.query_one("#line").value == ""
        number = s.app.view.band.armed.id
        s.server.push(MoodApplied(number, "dark waltz", 2, 1.0, 500.0))
        await s.until(lambda: s.app.view.band.armed is None)
        assert s.app.view.band.mood == "dark waltz"
        assert [mark.text for mark in s.app.roll.moods] == ["dark waltz"]


async def test_letters_of_commands_are_only_letters_while_typing():
    async with show() as s:
        await s.pilot.press(*"mute rash !? [+-] jkl", "space", *"qica")
        assert s.app.query_one("#line").value == "mute rash !? [+-] jkl qica"
        assert s.band.log == []


async def test_the_last_word_says_when():
    async with show() as s:
        assert await s.asked(*"storm @4bars", "enter") == [c.SetMood("storm", When.BARS_4)]


@pytest.mark.parametrize("line", ["", "   ", "@bar"])
async def test_an_empty_mood_gives_a_hint_and_sends_nothing(line):
    async with show() as s:
        await s.pilot.press(*line, "enter")
        await s.shown("bottom", EMPTY_HINT)
        assert s.band.log == []


async def test_a_wrong_word_for_when_is_explained_and_stays_to_be_corrected():
    async with show() as s:
        await s.pilot.press(*"storm @soon", "enter")
        await s.shown("bottom", "'@soon' is not a time")
        assert s.app.query_one("#line").value == "storm @soon"
        assert s.band.log == []


async def test_up_and_down_walk_the_moods_of_earlier_sessions(tmp_path):
    MoodHistory(tmp_path / "moods.txt").add("calm")
    async with show(history=MoodHistory(tmp_path / "moods.txt")) as s:
        await s.asked(*"storm", "enter")
        line = s.app.query_one("#line")
        seen = []
        for key in ("up", "up", "down", "down"):
            await s.pilot.press(key)
            seen.append(line.value)
        assert seen == ["storm", "calm", "storm", ""]
    assert MoodHistory(tmp_path / "moods.txt").lines == ("calm", "storm")


EVERYWHERE = [
    ("ctrl+p", c.Transport("play")),
    ("f2", c.Transport("play")),
    ("ctrl+r", c.StartTake()),
    ("f3", c.StartTake()),
    ("f4", c.Capture(16)),
    ("ctrl+n", c.Panic()),
    ("f12", c.Panic()),
    ("ctrl+z", c.UndoMood()),
    ("pageup", c.SetTempo(105.0)),
    ("pagedown", c.SetTempo(95.0)),
    ("ctrl+t", c.SetQuantise(When.BARS_2)),
]
COMMAND = [
    ("space", c.Transport("play")),
    ("r", c.StartTake()),
    ("b", c.Capture(16)),
    ("!", c.Panic()),
    ("u", c.UndoMood()),
    ("+", c.SetTempo(105.0)),
    ("=", c.SetTempo(105.0)),
    ("-", c.SetTempo(95.0)),
    ("]", c.SetTempo(101.0)),
    ("[", c.SetTempo(99.0)),
    ("q", c.SetQuantise(When.BARS_2)),
    ("m", c.SetPart("drums", "mute", 1)),
    ("s", c.SetPart("drums", "solo", 1)),
    ("right", c.SetPart("drums", "level", 108)),
    ("l", c.SetPart("drums", "level", 108)),
    ("left", c.SetPart("drums", "level", 92)),
    ("h", c.SetPart("drums", "level", 92)),
    (".", c.SetPart("drums", "program", 1)),
    (",", c.SetPart("drums", "program", 127)),
    (">", c.SetPart("drums", "octave", 1)),
    ("<", c.SetPart("drums", "octave", -1)),
    ("a", c.SetPart("*", "mute", 0)),
    ("d", c.SetKnob("density", 0.6)),
    ("D", c.SetKnob("density", 0.4)),
    ("e", c.SetKnob("energy", 0.6)),
    ("E", c.SetKnob("energy", 0.4)),
    ("f", c.SetKnob("density", None)),
]
# Keys whose work is not a command, or not at once; each has a test of its own.
OWN_TESTS = {
    *("f1", "question_mark", "i", "enter", "escape", "tab", "up", "down", "j", "k"),
    *("ctrl+g", "c", "ctrl+q", "ctrl+c"),
    *("f5", "y"),  # in test_styles
    *("f6", "o", "f8", "colon", "f9", "t", "f10", "n"),  # in test_pages
    *map(str, range(1, 10)),  # in test_pages
}
_CHARACTERS = {
    "exclamation_mark": "!",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "comma": ",",
    "greater_than_sign": ">",
    "less_than_sign": "<",
}


def test_every_key_of_the_table_is_tested_here():
    bound = {name for key in KEYS for name in (*key.always, *key.command)} - OWN_TESTS
    tested = {key for key, _ in EVERYWHERE + COMMAND}
    assert {_CHARACTERS.get(name, name) for name in bound} == tested


@pytest.mark.parametrize("size", SIZES)
async def test_keys_that_work_everywhere(size):
    for prefix in ((), ("escape",)):
        async with show(size) as s:
            await s.pilot.press(*prefix, *"x" * (not prefix))
            for key, command in EVERYWHERE:
                s.band.state = Band().state
                s.app.view = type(s.app.view)(where="", link="connected")
                assert await s.asked(key) == [command], key


@pytest.mark.parametrize("size", SIZES)
async def test_keys_of_command_mode(size):
    async with show(size) as s:
        await s.pilot.press("escape")
        assert s.app.mode is Mode.COMMAND
        for key, command in COMMAND:
            s.band.state = Band().state
            s.app.view = type(s.app.view)(where="", link="connected")
            assert (await s.asked(key))[0] == command, key
        assert s.app.query_one("#line").value == ""


async def test_escape_and_tab_go_to_command_mode_and_back():
    async with show() as s:
        for there, back in (
            ("escape", "escape"),
            ("tab", "tab"),
            ("tab", "i"),
            ("escape", "enter"),
        ):
            await s.pilot.press(there)
            assert s.app.mode is Mode.COMMAND
            await s.shown("bottom", "solo")
            await s.pilot.press(back)
            assert s.app.mode is Mode.TYPING
            await s.shown("bottom", "panic")
        assert s.app.query_one("#line").value == ""


async def test_parts_are_selected_by_arrows_letters_and_mouse():
    async with show() as s:
        await s.pilot.press("escape")
        for key, part in (("down", "bass"), ("j", "piano"), ("up", "bass"), ("k", "drums")):
            await s.pilot.press(key)
            assert s.app.view.band.parts[s.app.selected].name == part
        await s.pilot.press("up")
        assert s.app.view.band.parts[s.app.selected].name == "percussive"
        await s.pilot.press("escape")
        await s.pilot.click("#parts", offset=(5, 3))
        assert s.app.view.band.parts[s.app.selected].name == "mallets"
        assert s.app.mode is Mode.COMMAND
        await s.shown("parts", "▸▌ mallets")


async def test_mute_and_solo_toggle_and_the_panel_follows():
    async with show((120, 40)) as s:
        await s.pilot.press("escape", "down")
        assert await s.asked("m") == [c.SetPart("bass", "mute", 1)]
        await s.until(lambda: s.app.view.band.parts[1].mute)
        assert await s.asked("m") == [c.SetPart("bass", "mute", 0)]
        assert await s.asked("s") == [c.SetPart("bass", "solo", 1)]
        await s.asked(".")
        await s.shown("parts", "Pick Bass")


async def test_another_clients_changes_are_shown():
    async with show((120, 40)) as s:
        await s.band.execute(c.SetPart("bass", "program", 32))
        s.server.push(ErrorNotice("any push makes the server look at the state"))
        await s.shown("parts", "Acoustic Bass")


async def test_levels_and_octaves_stop_at_their_limits():
    async with show() as s:
        await s.pilot.press("escape", *["right"] * 9, *[">"] * 5)
        await s.until(lambda: len(s.band.log) == 14)
        assert s.band.state.parts[0].level == 127
        assert s.band.state.parts[0].octave == 3


async def test_play_becomes_stop_and_recording_ends():
    async with show() as s:
        await s.asked("ctrl+p")
        await s.shown("status", "PLAYING")
        assert await s.asked("ctrl+p") == [c.Transport("stop")]
        await s.shown("status", "STOPPED")
        await s.asked("ctrl+r")
        await s.shown("status", "● REC 1")
        assert await s.asked("ctrl+r") == [c.StopTake()]
        await s.shown("status", "○ rec")


async def test_cancel_is_only_sent_while_a_mood_is_armed():
    async with show() as s:
        await s.pilot.press("ctrl+g")
        await s.shown("bottom", "no mood is armed")
        assert s.band.log == []
        await s.asked(*"storm", "enter")
        await s.until(lambda: s.app.view.band.armed is not None)
        assert await s.asked("ctrl+g") == [c.CancelMood()]
        await s.asked(*"storm", "enter")
        await s.until(lambda: s.app.view.band.armed is not None)
        await s.pilot.press("escape")
        assert await s.asked("c") == [c.CancelMood()]


@pytest.mark.parametrize("size", SIZES)
async def test_help_opens_and_any_key_closes_it(size):
    async with show(size) as s:
        for opening, closing in (("f1", "x"), ("f1", "f1"), ("f1", "escape"), ("f1", "enter")):
            await s.pilot.press(opening)
            assert isinstance(s.app.screen, HelpScreen)
            await s.pilot.pause(0.05)
            page = s.app.screen.query_one("#help", Board)
            assert "ON THE MOOD LINE" in "".join(page.render_line(y).text for y in range(24))
            await s.pilot.press(closing)
            assert not isinstance(s.app.screen, HelpScreen), closing
        await s.pilot.press("escape", "?")
        assert isinstance(s.app.screen, HelpScreen)
        await s.pilot.press("m")
        assert not isinstance(s.app.screen, HelpScreen)
        assert s.band.log == []
        assert s.app.query_one("#line").value == ""


async def test_notes_beats_and_health_reach_the_screen():
    async with show((120, 40)) as s:
        await s.asked("ctrl+p")
        await s.shown("status", "PLAYING")
        for beat in range(1, 4):
            s.server.push(BeatPassed(7, beat))
        s.server.push(NotePlayed("bass", 40, 90, 1.0))
        s.server.push(NotePlayed("kazoo", 40, 90, 1.0))
        s.server.push(HealthReport(Health(12.5, 412.0, 0.4, 0, 0)))
        await s.shown("status", "bar 7")
        await s.shown("health", "12.5 beats  412 tok/s")
        await s.until(lambda: len(s.app.roll.notes) == 1)
        await s.shown("roll", "▀")
        await s.shown("parts", "█ bass")


async def test_a_refused_command_and_a_pushed_error_are_shown_in_one_line():
    async with show() as s:
        s.app.ask("/amt/tempo", 1000.0)
        await s.shown("bottom", "✖ bpm 1000 is outside")
        s.server.push(ErrorNotice("the port is gone"))
        await s.shown("bottom", "✖ the port is gone")


@pytest.mark.parametrize("size", SIZES)
async def test_a_lost_band_is_shown_kept_moods_wait_and_it_is_found_again(size):
    async with stage() as first, show_on(first, size) as s:
        await s.asked("ctrl+p")
        await s.shown("status", "PLAYING")
        await first.server.close()
        await s.shown("status", "NO BAND")
        await s.shown("armed", "lost the band")
        await s.pilot.press(*"storm", "enter")
        await s.shown("bottom", "the mood is kept here")
        again = OscServer("127.0.0.1", first.port, first.band.execute, lambda: first.band.state)
        first.band.notify = again.push
        await again.start()
        try:
            await s.shown("status", "PLAYING")
            assert await s.asked("enter") == [c.SetMood("storm")]
            await s.shown("armed", "next ▸ storm")
        finally:
            await again.close()


async def test_a_terminal_that_wants_no_colour_gets_a_screen(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with show() as s:
        await s.shown("status", "STOPPED")
        assert await s.asked("ctrl+p") == [c.Transport("play")]


async def test_a_band_that_comes_later_is_found(free_udp_port):
    link = OscLink("127.0.0.1", free_udp_port, keep_alive_s=0.2)
    app = StageApp(link, f"127.0.0.1:{free_udp_port}")
    async with app.run_test(size=(100, 24)) as pilot:
        band = Band()
        s = Show(
            band,
            OscServer("127.0.0.1", free_udp_port, band.execute, lambda: band.state),
            app,
            pilot,
        )
        await s.shown("armed", f"no band at 127.0.0.1:{free_udp_port}")
        await pilot.press("ctrl+p")
        await s.shown("bottom", "no band at")
        await s.server.start()
        try:
            await s.shown("status", "STOPPED")
            assert await s.asked("ctrl+p") == [c.Transport("play")]
        finally:
            await s.server.close()


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_leaving_closes_the_screen_and_leaves_the_band_alone(key):
    async with show() as s:
        await s.pilot.press(key)
        await s.until(lambda: not s.app.is_running)
        assert s.band.log == []


@pytest.mark.parametrize(
    ("owns", "keys", "ending", "asked"),
    [
        (True, ("y",), Leave.PLAYING, []),
        (True, ("enter",), Leave.PLAYING, []),
        (True, ("n",), Leave.STOPPED, []),
        (True, ("ctrl+q",), Leave.STOPPED, []),
        (False, ("y",), Leave.PLAYING, []),
        (False, ("n",), Leave.STOPPED, [c.Transport("stop")]),
        (False, ("ctrl+c",), Leave.PLAYING, []),
        (False, ("x", "escape"), None, []),
    ],
)
async def test_leaving_a_band_that_plays_asks_what_becomes_of_it(owns, keys, ending, asked):
    async with show(owns=owns) as s:
        await s.asked("ctrl+p")
        await s.until(lambda: s.app.view.band.transport == "playing")
        await s.pilot.press("ctrl+q")
        await s.until(lambda: isinstance(s.app.screen, LeaveScreen))
        before = len(s.band.log)
        await s.pilot.press(*keys)
        if ending is None:
            await s.until(lambda: not isinstance(s.app.screen, LeaveScreen))
            assert s.app.is_running
        else:
            await s.until(lambda: not s.app.is_running)
            assert s.app.return_value is ending
        assert s.band.log[before:] == asked


@pytest.mark.parametrize("size", [(200, 60), (60, 16), (20, 8), (4, 2), (80, 24)])
async def test_any_size_is_drawn_without_a_fault(size):
    async with show((120, 40)) as s:
        await s.asked("ctrl+p")
        s.server.push(BeatPassed(1, 1))
        s.server.push(NotePlayed("piano", 60, 90, 1.0))
        await s.until(lambda: s.app.roll.notes)
        await s.pilot.resize_terminal(*size)
        await s.pilot.pause(0.3)
        boards = [board for board in s.app.query(Board) if board.size.area]
        for board in boards:
            rows = [board.render_line(y) for y in range(board.size.height)]
            assert all(row.cell_length == board.size.width for row in rows), board.id
