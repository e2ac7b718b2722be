"""The language on the screen: typed, completed, found wrong, repeated and taken back."""

from amt_live.control import commands as c
from amt_live.control.state import BeatPassed
from amt_live.control.when import When
from tests.tui.test_app import Show, show


def shown_line(s: Show) -> str:
    return str(s.app.query_one("#line").value)  # type: ignore[attr-defined]


async def typed(s: Show, line: str) -> list[c.Command]:
    """What the band is asked for by a line and Return."""
    s.app.query_one("#line").value = line  # type: ignore[attr-defined]
    return await s.asked("enter")


async def test_a_typed_line_is_a_command_or_a_mood() -> None:
    async with show() as s:
        assert await typed(s, "tempo 140 ~8") == [c.SetTempo(140.0, 8.0)]
        assert await typed(s, "mute drums") == [c.SetPart("drums", "mute", 1)]
        assert await typed(s, "solo cello @beat") == [c.SetMood("solo cello", When.BEAT)]
        assert shown_line(s) == ""
        s.app.query_one("#line").focus()
        await s.pilot.press("up")
        assert shown_line(s) == "solo cello @beat"


async def test_a_wrong_line_stays_with_the_cursor_where_it_is_wrong() -> None:
    async with show() as s:
        line = s.app.query_one("#line")
        await s.pilot.press(*"tempo", "space", *"9")
        await s.until(lambda: line.has_class("wrong"))
        await s.pilot.press(*"9")
        await s.until(lambda: not line.has_class("wrong"))
        await s.pilot.press(*"99", "enter")
        await s.shown("bottom", "✖ column 7: bpm 9999 is outside")
        assert shown_line(s) == "tempo 9999"
        assert line.cursor_position == 6  # type: ignore[attr-defined]
        assert s.band.log == []


async def test_a_line_is_completed_with_the_right_arrow() -> None:
    async with show() as s:
        await s.pilot.press(*"mut")
        line = s.app.query_one("#line")
        await s.until(lambda: line._suggestion == "mute")  # type: ignore[attr-defined]
        await s.pilot.press("right", "space", *"dr")
        await s.until(lambda: line._suggestion == "mute drums")  # type: ignore[attr-defined]
        await s.pilot.press("right")
        assert shown_line(s) == "mute drums"


async def test_undo_takes_the_last_line_back() -> None:
    async with show() as s:
        assert await typed(s, "tempo 140") == [c.SetTempo(140.0)]
        await s.until(lambda: s.app.view.band.tempo_bpm == 140)
        assert await typed(s, "mute drums, bass") == [
            c.SetPart("drums", "mute", 1), c.SetPart("bass", "mute", 1)
        ]  # fmt: skip
        before = len(s.band.log)
        await s.pilot.press("ctrl+z")
        await s.until(lambda: len(s.band.log) == before + 2)
        assert s.band.log[before:] == [c.SetPart("drums", "mute", 0), c.SetPart("bass", "mute", 0)]
        await s.shown("bottom", "taken back: mute drums, bass")
        assert await s.asked("ctrl+z") == [c.SetTempo(100.0)]
        assert await s.asked("ctrl+z") == [c.UndoMood()]


async def test_a_line_that_repeats_follows_the_beats_of_the_band() -> None:
    async with show() as s:
        s.server.push(BeatPassed(2, 1))
        assert await s.asked("f2") == [c.Transport("play")]
        await s.until(lambda: s.app.view.band.transport == "playing")
        s.app.query_one("#line").value = "every 4 mood [calm, storm]"  # type: ignore[attr-defined]
        await s.pilot.press("enter")
        s.server.push(BeatPassed(4, 1))
        await s.until(lambda: c.SetMood("storm", When.BAR) in s.band.log)
        await s.pilot.press("ctrl+z")
        await s.shown("bottom", "taken back: every 4 mood [calm, storm]")
        s.server.push(BeatPassed(8, 1))
        assert await typed(s, "undo") == [c.UndoMood()]
