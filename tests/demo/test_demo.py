"""The demo: its set list as it came, rendered and played for real, told line by line."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from amt_live.demo.rendering import play_script
from amt_live.demo.script import Teller, demo_path, read_script
from amt_live.errors import FileError
from amt_live.livecode.formatting import run_format
from amt_live.midi.smf import notes_of, read
from tests.tui.test_web import children_of, is_alive

ROOT = Path(__file__).parents[2]
TINY = ROOT / "models" / "tiny"

SHORT = """\
tempo 200  # slow
mood calm  # first
at 3 mood storm  # second
at 4 isolate drums, bass
at 5 tempo 300  # fast
at 7 stop  # the end
"""


@pytest.fixture
def short(tmp_path: Path) -> Path:
    path = tmp_path / "short.amt"
    path.write_text(SHORT)
    return path


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """``amt-live demo`` on a machine without sound: no JACK server, no PulseAudio."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull}
    env |= {"JACK_DEFAULT_SERVER": "amt-no-such-server", "PULSE_SERVER": "/no/such/socket"}
    command = [sys.executable, "-m", "amt_live", "demo", "--model", "tiny", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env=env, timeout=170
    )


def test_the_set_list_that_came_with_it_fits_a_screen_and_shows_everything() -> None:
    script = read_script(demo_path())
    assert run_format(str(demo_path()), print, only_check=True) == 0
    assert all(step.why for step in script.steps)
    assert max(len(step.line()) for step in script.steps) <= 80
    used = {step.text.split()[0] for step in script.steps}
    assert {"mood", "tempo", "density", "isolate", "key", "chords", "stop"} <= used
    # Two minutes or so, by its own tempos (a glide counts as its end).
    tempos = {s.bar: float(s.text.split()[1]) for s in script.steps if s.text.startswith("tempo")}
    bpm, length_s = 0.0, 0.0
    for bar in range(1, script.bars + 1):
        bpm = tempos.get(bar, bpm)
        length_s += 4 * 60 / bpm
    assert 110 < length_s < 140


def test_each_line_is_told_once_at_its_bar(short: Path) -> None:
    teller = Teller(read_script(short))
    assert [line.split()[1] for line in teller.reach(1)] == ["tempo", "mood"]
    assert teller.reach(2) == []
    assert [line.split()[0] for line in teller.reach(4)] == ["3", "4"]
    assert teller.reach(4) == []


def test_what_the_set_list_says_is_in_the_file(short: Path) -> None:
    told: list[str] = []
    take = play_script(TINY, read_script(short), 3, told.append)
    bar_ticks = 4 * 480
    assert [(m.at_ticks, m.text) for m in take.song.markers] == [(0, "calm"), (4 * 960, "storm")]
    assert [(t.at_ticks // bar_ticks, round(t.bpm)) for t in take.song.tempos] == [
        (0, 200),
        (4, 300),
    ]
    assert len(take.bars) == 6
    assert take.duration_s == pytest.approx(4 * 1.2 + 2 * 0.8, abs=0.05)
    ends = [note.start_ticks for note in take.notes if note.part > 1]
    assert ends and max(ends) < 3 * bar_ticks + 60  # only drums and bass from bar 4 on
    assert [line.split()[1] for line in told] == ["tempo", "mood", "mood", "isolate", "tempo"]
    again = play_script(TINY, read_script(short), 3, told.append)
    assert again.song == take.song


def test_without_sound_it_goes_into_a_file_and_says_so(short: Path, tmp_path: Path) -> None:
    done = run("--midi-api", "null", str(short), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nothing can be heard here" in done.stdout
    assert len(notes_of(read(tmp_path / "amt-live-demo.mid"))) > 10
    assert "storm" in done.stdout and "Traceback" not in done.stderr


def test_it_is_played_live_and_ends_by_itself(short: Path, tmp_path: Path) -> None:
    done = run("--midi-api", "null", "--port", "anything", str(short), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = [line.split()[1] for line in done.stdout.splitlines()[1:]]
    assert said[:4] == ["tempo", "mood", "mood", "isolate"] and said[-1] == "stop"
    assert not list(tmp_path.glob("*.mid"))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_a_demo_that_is_killed_takes_its_band_with_it(short: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull}
    command = [sys.executable, "-m", "amt_live", "demo", "--model", "tiny", "--midi-api", "null"]
    with subprocess.Popen(
        [*command, "--port", "anything", str(short)], stdout=subprocess.PIPE, text=True, env=env
    ) as demo:
        assert demo.stdout is not None and demo.stdout.readline()  # the band plays
        (daemon,) = children_of(demo.pid)
        band = [daemon, *children_of(daemon)]
        demo.kill()
        until_s = time.monotonic() + 60
        while any(map(is_alive, band)) and time.monotonic() < until_s:
            time.sleep(0.05)
    assert len(band) > 1
    assert not [pid for pid in band if is_alive(pid)]


@pytest.mark.parametrize(
    ("text", "says"),
    [("mood calm\n", "has no end"), ("tempo 1400\nat 3 stop\n", r"own\.amt:1:7: .*20-300")],
)
def test_a_set_list_that_cannot_be_is_one_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "own.amt"
    path.write_text(text)
    with pytest.raises(FileError, match=says):
        read_script(path)
    with pytest.raises(FileError, match="cannot read"):
        read_script(tmp_path / "none.amt")
