"""The palette screen on a real OSC server with a small real band behind it."""

from dataclasses import replace

import pytest

from amt_live.control import commands as c
from amt_live.tui.keys import Mode
from amt_live.tui.styles import LETTERS, StylesScreen, paint_styles
from amt_live.tui.theme import STAGE
from tests.osc.band import stage
from tests.tui.test_app import show_on

NAMES = tuple(f"style {n}" for n in range(1, 31))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 18)])
def test_every_style_is_on_the_screen_with_its_letter(width, height):
    rows = paint_styles(STAGE, NAMES, 2, width, height)
    lines = ["".join(segment.text for segment in row) for row in rows]
    assert len(lines) == height and {len(line) for line in lines} == {width}
    page = "\n".join(lines)
    for number, name in enumerate(NAMES):
        key = LETTERS[number] if number < len(LETTERS) else " "
        assert f" {key} {name}" in page


async def test_a_letter_or_the_arrows_play_a_style_and_other_keys_only_close():
    async with stage() as s:
        s.band.state = replace(s.band.state, styles=NAMES[:3])
        async with show_on(s, (80, 24)) as shown:
            await shown.until(lambda: shown.app.view.band.styles == NAMES[:3])

            async def open_palette() -> None:
                await shown.pilot.press("f5")
                await shown.until(lambda: isinstance(shown.app.screen, StylesScreen))

            await open_palette()
            assert await shown.asked("b") == [c.SetStyle("2")]
            await open_palette()
            assert await shown.asked("up", "enter") == [c.SetStyle("3")]
            asked = len(s.band.log)
            for key in ("escape", "z", "f5"):
                await open_palette()
                await shown.pilot.press(key)
                await shown.until(lambda: not isinstance(shown.app.screen, StylesScreen))
            assert len(s.band.log) == asked
            await shown.pilot.press("escape")
            await shown.until(lambda: shown.app.mode is Mode.COMMAND)
            await shown.pilot.press("y")
            await shown.until(lambda: isinstance(shown.app.screen, StylesScreen))
            assert await shown.asked("a") == [c.SetStyle("1")]


async def test_without_styles_a_line_says_so():
    async with stage() as s, show_on(s, (80, 24)) as shown:
        await shown.pilot.press("f5")
        await shown.shown("bottom", "no styles")
