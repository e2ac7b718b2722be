"""The run of tests/stage/screen for a few seconds, on a real daemon with the tiny model."""

import pytest

from tests.stage.screen import measure


@pytest.mark.slow
async def test_random_keys_and_resizes_on_a_real_daemon_neither_break_nor_freeze_it(
    require_external,
):
    figures = await measure(4.0, "tiny", 3, require_external("tmux"))
    assert not figures.traceback
    assert figures.looks >= 1
    assert figures.keys > 3
    assert set(figures.calm) == {"80x24", "120x40", "200x60"}
