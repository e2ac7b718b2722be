"""``amt-live render``: a MIDI file through a soundfont into a sound file."""

import time
from collections.abc import Callable
from pathlib import Path

from amt_live.audio.files import check_target, write_sound
from amt_live.audio.messages import load_performance
from amt_live.audio.soundfonts import find_soundfont
from amt_live.audio.synthesis import synthesize
from amt_live.tools import ProgressBar

Say = Callable[[str], None]


def render_audio(file: str, out: str, say: Say, *, soundfont: str | None = None) -> int:
    """Render one file. Raises AmtError."""
    path = Path(out).expanduser()
    check_target(path)
    font = find_soundfont(soundfont)
    performance = load_performance(Path(file).expanduser())
    whole_s = max(1, round(performance.duration_s))
    progress = ProgressBar("s")
    started_s = time.perf_counter()
    blocks = synthesize(
        performance, font, lambda done_s: progress(min(round(done_s), whole_s), whole_s)
    )
    written = write_sound(path, blocks)
    progress.end()
    took_s = time.perf_counter() - started_s
    say(
        f"{path}: {written.duration_s:.1f} s through {font.name}, peak {written.peak:.2f}, "
        f"loudness {written.rms:.3f} (1 is full scale)"
    )
    say(f"in {took_s:.1f} s, {written.duration_s / max(took_s, 1e-3):.0f} times as fast as time")
    return 0
