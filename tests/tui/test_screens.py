"""Every state of the screen at every size, as text: what is seen is what was seen and found good.

python -m tests.tui.staging      writes the texts anew, after a change that was meant
"""

import pytest

from tests.tui.staging import SCREENS, SIZES, STATES, path_of, staged, take, text_of


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_state_looks_as_it_did(size):
    differing = []
    async with staged() as show:
        for name in STATES:
            strips = await take(show, name, size)
            assert all(strip.cell_length == size[0] for strip in strips), name
            if text_of(strips) != path_of(name, size).read_text(encoding="utf-8"):
                differing.append(name)
    assert not differing, "see: python -m tests.tui.staging, and git diff tests/tui/screens"


def test_there_is_a_text_for_every_state_and_no_other():
    wanted = {path_of(name, size).name for name in STATES for size in SIZES}
    assert {path.name for path in SCREENS.iterdir()} == wanted
