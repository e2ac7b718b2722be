from dataclasses import replace

from amt_live.control.commands import SetStyle
from amt_live.control.when import When
from tests.osc.band import stage


async def test_styles_are_listed_and_one_is_played_by_number_or_name():
    async with stage() as s:
        assert await s.ask("/amt/styles") == ("/amt/styles",)
        s.band.state = replace(s.band.state, styles=("cool jazz", "60s rock"))
        assert await s.ask("/amt/styles") == ("/amt/styles", "cool jazz", "60s rock")
        for atoms in ((2,), (2.0,), ("2",), ("60s", "rock"), ("cool jazz", "@beat")):
            assert (await s.ask("/amt/style", *atoms))[:2] == ("/amt/done", "/amt/style")
        assert s.band.log == [
            SetStyle("2"),
            SetStyle("2"),
            SetStyle("2"),
            SetStyle("60s rock"),
            SetStyle("cool jazz", When.BEAT),
        ]


async def test_an_empty_style_and_a_list_that_is_set_are_refused():
    async with stage() as s:
        assert (await s.ask("/amt/style"))[:3] == ("/amt/fail", "/amt/style", "arguments")
        assert (await s.ask("/amt/style", " "))[2] == "name"
        assert (await s.ask("/amt/styles", "x"))[2] == "readonly"
