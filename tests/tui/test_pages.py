"""What lies over the stage: commands, moods played, scenes, MIDI learn, themes, mouse."""

from dataclasses import replace

import pytest
from textual import events
from textual.command import CommandPalette

from amt_live.control import commands as c
from amt_live.osc.addresses import ADDRESSES, ROUTES
from amt_live.tui.app import StageApp
from amt_live.tui.commanding import choices, completed, hint_of
from amt_live.tui.keys import KEYS, Mode
from amt_live.tui.link import OscLink
from amt_live.tui.pages import MoodsScreen, paint_moods
from amt_live.tui.remember import remember_theme, remembered_theme
from amt_live.tui.theme import LIGHT, PALETTES, SAFE, STAGE
from amt_live.tui.view import PlayedMood
from tests.osc.band import stage
from tests.tui.staging import staged
from tests.tui.test_app import show, show_on


def test_the_palette_holds_every_command_of_the_table():
    offered = {choice.address for choice in choices(KEYS, (), "bass")}
    for entry in ADDRESSES:
        if entry.kind in ("setting", "action"):
            assert entry.path.replace("{part}", "bass") in offered, entry.path
    assert offered - {""} <= set(ROUTES)


def test_an_address_is_completed_and_says_what_it_takes():
    assert completed("/amt/tem") == "/amt/tempo"
    assert completed("/amt/tempo 1") is None
    assert "20-300 bpm" in hint_of("/amt/tempo ")
    assert hint_of("/amt/nothing") == ""


@pytest.mark.parametrize("key", ["f8", "colon"])
async def test_the_palette_sends_a_whole_command_and_begins_another(key):
    async with show((120, 40)) as s:
        await s.pilot.press("escape" if key == "colon" else "x", key)
        await s.until(lambda: isinstance(s.app.screen, CommandPalette))
        await s.pilot.press(*"mood undo")
        await s.app.screen.workers.wait_for_complete()
        assert await s.asked("enter") == [c.UndoMood()]
        await s.pilot.press("f8")
        await s.until(lambda: isinstance(s.app.screen, CommandPalette))
        await s.pilot.press("f8")
        await s.until(lambda: len(s.app.screen_stack) == 1)


@pytest.mark.parametrize(
    "keys",
    [("enter", "enter", "enter"), ("escape", "escape"), ("enter", "escape"), ("f8", "enter")],
)
async def test_the_palette_closes_once_however_many_keys_ask(keys):
    async with show((120, 40)) as s:
        await s.pilot.press("f8")
        await s.until(lambda: isinstance(s.app.screen, CommandPalette))
        await s.pilot.press(*"mood undo", "down")
        await s.app.screen.workers.wait_for_complete()
        for key in keys:  # one behind the other, as a terminal sends them, and not one by one
            s.app.post_message(events.Key(key, None))
        await s.until(lambda: len(s.app.screen_stack) == 1)
        await s.pilot.pause(0.2)
        await s.until(lambda: c.UndoMood() in s.band.log or keys.count("enter") < 3)
        assert s.app.is_running
        assert s.band.log.count(c.UndoMood()) <= 1


async def test_a_command_that_takes_something_is_completed_on_the_mood_line():
    async with show((120, 40)) as s:
        tempo = next(ch for ch in s.app.choices() if ch.address == "/amt/tempo")
        await s.pilot.press("escape")
        s.app.choose(tempo)
        await s.shown("bottom", "20-300 bpm")
        assert s.app.mode is Mode.TYPING
        assert await s.asked(*"140", "enter") == [c.SetTempo(140.0)]
        assert s.app.query_one("#line").value == ""
        await s.pilot.press(*"/amt/tempo 1e9", "enter")
        await s.shown("bottom", "✖ bpm")
        await s.pilot.press(*"/amt/nowhere", "enter")
        await s.shown("bottom", "no such address")


@pytest.mark.parametrize("key", ["f6", "o"])
async def test_moods_played_are_listed_played_again_and_undone(key):
    async with staged() as s:
        s.connect()
        for number, mood in enumerate(("calm", "storm", "dawn"), 1):
            s.tell("/amt/mood/applied", number, mood, number * 8, 1.0, 0.0)
        await s.pilot.press("escape")

        async def asked(*keys):
            await s.pilot.press(key)
            assert isinstance(s.app.screen, MoodsScreen)
            s.link.asked.clear()
            await s.pilot.press(*keys)
            await s.pilot.pause()
            assert not isinstance(s.app.screen, MoodsScreen)
            return s.link.asked

        assert await asked("enter") == [("/amt/mood", ("storm",))]
        assert await asked("down", "enter") == [("/amt/mood", ("calm",))]
        assert await asked("u") == [("/amt/mood/undo", ())]
        assert await asked("x") == await asked("f6") == await asked("escape") == []


def test_the_newest_mood_stands_on_top():
    played = [PlayedMood(bar, f"mood {bar}") for bar in range(1, 40)]
    rows = ["".join(x.text for x in row) for row in paint_moods(STAGE, played, 1, 60, 12)]
    assert "now" in rows[2] and "mood 39" in rows[2]
    assert rows[3].startswith(" ▸") and "bar 38" in rows[3]
    assert len(rows) == 12 and {len(row) for row in rows} == {60}


@pytest.mark.parametrize("number", range(1, 10))
async def test_a_number_cues_the_scene_of_that_number(number):
    async with staged() as s:
        s.connect()
        s.tell("/amt/scene/list", *(f"scene {n}" for n in range(1, 10)))
        await s.pilot.press("escape", str(number))
        assert s.link.asked == [("/amt/scene/cue", (f"scene {number}",))]
        s.tell("/amt/scene/list")
        await s.pilot.press(str(number))
        assert len(s.link.asked) == 1
        assert f"no scene {number}" in s.app.view.message.text


@pytest.mark.skipif("/amt/learn" not in ROUTES, reason="this band learns no controllers")
@pytest.mark.parametrize("key", ["f10", "n"])
async def test_a_controller_is_learned_for_what_was_changed_last(key):
    async with staged() as s:
        s.connect()
        await s.pilot.press("escape", "down", key)
        assert s.link.asked == [("/amt/learn", ("/amt/part/bass/level",))]
        await s.pilot.press(key)
        assert s.link.asked[-1] == ("/amt/learn", ("cancel",))
        s.tell("/amt/learn", "")
        await s.pilot.press("d", key)
        assert s.link.asked[-1] == ("/amt/learn", ("/amt/density",))


@pytest.mark.parametrize("key", ["f9", "t"])
async def test_themes_take_turns_and_are_remembered(key, tmp_path):
    async with stage() as band:
        link = OscLink("127.0.0.1", band.port, keep_alive_s=0.2)
        path = tmp_path / "deep" / "screen.toml"
        app = StageApp(link, "here", theme_path=path)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("escape")
            seen = [app.palette.name]
            for _ in PALETTES:
                await pilot.press(key)
                seen.append(app.palette.name)
            assert seen == [*PALETTES, STAGE.name]
            app.action_theme("safe")
            await pilot.pause()
        assert remembered_theme(path) is SAFE


def test_a_memory_that_is_broken_costs_nothing(tmp_path):
    path = tmp_path / "screen.toml"
    assert remembered_theme(path) is remembered_theme(None) is STAGE
    for text in ("theme = ", 'theme = "pink"', "\x00"):
        path.write_text(text)
        assert remembered_theme(path) is STAGE
    remember_theme(path / "no" / "folder", LIGHT)
    remember_theme(path, LIGHT)
    assert remembered_theme(path) is LIGHT


async def test_the_mouse_does_what_it_points_at():
    async with show((120, 40)) as s:
        assert await click(s, "#status", 2, 0) == [c.Transport("play")]
        await s.shown("status", "PLAYING")
        assert await click(s, "#bottom", s.text("bottom").index("rec"), 0) == [c.StartTake()]
        width = s.app.query_one("#parts").size.width
        assert await click(s, "#parts", width - 3, 2) == [c.SetPart("piano", "mute", 1)]
        assert await click(s, "#parts", width - 2, 3) == [c.SetPart("mallets", "solo", 1)]
        bar = s.text("parts").splitlines()[1].index("━")
        assert await click(s, "#parts", bar + 2, 1) == [c.SetPart("bass", "level", 64)]
        assert s.app.selected == 1
        x = s.text("heard").index("density")
        assert await click(s, "#heard", x, 0) == [c.SetKnob("density", 0.6)]


async def click(s, where, x, y):
    before = len(s.band.log)
    await s.pilot.click(where, offset=(x, y))
    await s.until(lambda: len(s.band.log) > before)
    return s.band.log[before:]


async def test_the_wheel_over_a_part_makes_it_louder_and_softer():
    async with stage() as band:
        band.band.state = replace(band.band.state)
        async with show_on(band, (120, 40)) as s:
            for action, level in ((s.pilot._post_mouse_events, 104),):
                del action
                from textual import events

                await s.pilot._post_mouse_events([events.MouseScrollUp], "#parts", (5, 2), 1)
                await s.until(lambda: s.band.log)
                assert s.band.log == [c.SetPart("piano", "level", level)]
