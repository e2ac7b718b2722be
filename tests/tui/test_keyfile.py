"""The performer's own keys: taken, shown, and a bad file told in one line."""

import pytest

from amt_live.tui.app import StageApp
from amt_live.tui.keyfile import load_keys
from amt_live.tui.keys import KEYS, Mode
from tests.tui.staging import WHERE, HandClock, ScriptedLink, Show


def table(tmp_path, text):
    path = tmp_path / "keys.toml"
    path.write_text(text)
    return load_keys(path)


async def test_keys_of_the_file_act_and_those_they_replace_do_not(tmp_path):
    keys, trouble = table(
        tmp_path, 'panic = "f7"\nmute = ["x", "?"]\nsolo = "m"\nplay = "ctrl+k"\n'
    )
    assert not trouble
    link = ScriptedLink()
    app = StageApp(link, WHERE, keys=keys, clock=HandClock())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        Show(app, pilot, link, HandClock()).connect()
        await pilot.press("f7", "ctrl+n", "ctrl+k")
        await pilot.press("escape", "x", "m", "question_mark", "exclamation_mark", "space")
        await pilot.pause()
        assert [address for address, _ in link.asked] == [
            "/amt/panic",
            "/amt/transport/play",
            "/amt/part/drums/mute",
            "/amt/part/drums/solo",
            "/amt/part/drums/mute",
        ]
        app.paint()
        bottom = app._boards["bottom"].render_line(0).text
        assert " F7 panic" in bottom and " x mute" in bottom and " m solo" in bottom
        await pilot.press("f1")
        await pilot.pause()
        page = app.screen.query_one("#help")
        text = "\n".join(page.render_line(y).text for y in range(40))
        assert "F7" in text and "^K" in text and "^N" not in text


def test_without_a_file_the_usual_keys_are_on(tmp_path):
    assert load_keys(None) == load_keys(tmp_path / "none.toml") == (KEYS, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("panic = ", "Invalid value"),
        ('pannic = "f7"', "no key named 'pannic'"),
        ('panic = "f99"', "'f99' is no key"),
        ("panic = 7", "panic takes a key"),
        ("panic = []", "panic takes a key"),
        ('panic = "f7"\nmute = "f7"', "F7 is given to two actions"),
        ('quit = "x"\nmode = "x"', "given to two actions"),
        ('panic = ["escape", "tab"]', "'mode' is left without a key"),
        ('panic = "ctrl+m"', "'ctrl+m' is no key"),
        ("\x00", "Invalid"),
        ("x = 1\n" * 40000, "larger than"),
    ],
)
def test_a_bad_file_is_told_in_one_line_and_the_usual_keys_are_on(tmp_path, text, why):
    keys, trouble = table(tmp_path, text)
    assert keys == KEYS
    assert why in trouble and "keys.toml" in trouble and "\n" not in trouble


async def test_the_trouble_with_the_file_is_shown_when_the_band_is_found(tmp_path):
    _, trouble = table(tmp_path, "panic = 7")
    link = ScriptedLink()
    app = StageApp(link, WHERE, trouble=trouble, clock=HandClock())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        link.changed("connected")
        app.paint()
        assert "keys.toml: panic takes a key" in app._boards["bottom"].render_line(0).text


def test_every_action_can_be_named_once():
    names = [key.name for key in KEYS]
    assert len(names) == len(set(names))
    assert all(key.shown(mode) for key in KEYS for mode in Mode if mode in key.footer)
