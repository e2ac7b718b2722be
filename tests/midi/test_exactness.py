"""Notes over JACK are heard at their frame; the same notes through RtMidi, in the same run, not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import exactness


@pytest.mark.slow
def test_notes_over_jack_are_heard_at_their_frame_beside_a_busy_process(
    require_external, monkeypatch
):
    for program in ("jackd", "jack_lsp"):
        require_external(program)
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, "")  # so that what is set inside is undone
    figures = exactness.measure(count=100, period=1024, busy_count=1)
    exact, rtmidi = figures["jack"], figures["jack-rtmidi"]
    assert exact["heard"] == rtmidi["heard"] == 100
    # The middle of both: a machine that loses periods moves the worst of either.
    assert exact["late_ms"]["p50"] == 0
    assert exact["spacing_frames"]["p50"] < rtmidi["spacing_frames"]["p50"] / 10
