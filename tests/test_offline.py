"""Requests on a manual clock: each take is what it is alone, and commands come at their beat."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from amt_live import render
from amt_live.cli import main
from amt_live.control.commands import SetKey, SetKnob, SetMood, SetPart
from amt_live.control.when import When
from amt_live.engine.model import open_model
from amt_live.errors import UsageError
from amt_live.midi.smf import to_bytes
from amt_live.offline import Request, Stage, play_many

TINY = Path(__file__).parents[1] / "models" / "tiny"
BAR = 4 * 480


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(open_model(TINY))


def test_takes_of_several_processes_have_the_bytes_of_one_alone(tmp_path: Path) -> None:
    outs = render.numbered(tmp_path / "out.mid", 3)
    requests = [Request("calm piano", seed, 3, 96) for seed in (7, 8, 9)]
    done = dict(render.generate_many(TINY, requests, outs, processes=2))
    assert sorted(done) == [0, 1, 2]
    assert [out.name for out in outs] == ["out-1.mid", "out-2.mid", "out-3.mid"]
    for request, out in zip(requests, outs, strict=True):
        alone = tmp_path / "alone.mid"
        render.generate(
            TINY,
            request.text,
            alone,
            bars=3,
            tempo_bpm=96,
            seed=request.seed,
            progress=lambda done, wanted: None,
        )
        assert out.read_bytes() == alone.read_bytes()


def test_a_take_does_not_depend_on_the_one_before_it(stage: Stage) -> None:
    first = stage.play(Request("calm piano", 7, 4))
    stage.play(Request("furious metal", 1, 6, changes=((0, SetKey("D minor")),)))
    assert to_bytes(stage.play(Request("calm piano", 7, 4)).song) == to_bytes(first.song)


def test_a_mood_given_in_the_middle_turns_at_its_bar_line(stage: Stage) -> None:
    plain = stage.play(Request("calm piano", 7, 6))
    turned = stage.play(
        Request("calm piano", 7, 6, changes=((11, SetMood("furious metal", When.BAR)),))
    )
    before = [[n for n in take.notes if n.start_ticks < 3 * BAR] for take in (plain, turned)]
    assert before[0] == before[1]
    assert plain.notes != turned.notes
    marks = [(mark.at_ticks, mark.text) for mark in turned.song.markers]
    assert marks == [(0, "calm piano"), (3 * BAR, "furious metal")]
    assert [bar.number for bar in turned.bars] == list(range(6))


def test_what_is_set_at_beat_0_holds_from_the_first_note(stage: Stage) -> None:
    muted = [(0.0, SetPart(part, "mute", 1)) for part in ("drums", "bass")]
    take = stage.play(Request("loud band", 7, 4, changes=tuple(muted)))
    assert take.notes and not {0, 1} & {note.part for note in take.notes}
    assert take.tokens > 0 and take.cpu_s > 0


def test_a_command_that_cannot_be_done_is_refused(stage: Stage) -> None:
    with pytest.raises(UsageError):
        stage.play(Request("calm", 1, 1, changes=((0, SetKnob("density", 7.0)),)))
    with pytest.raises(UsageError):
        list(play_many(TINY, [Request("calm", 1, 1, changes=((0, SetKey("H")),))] * 2, 2))


def test_a_very_short_take_ends(stage: Stage) -> None:
    take = stage.play(Request("calm", 1, 1, 300))
    assert len(take.bars) == 1


def test_the_command_writes_numbered_takes_and_says_what_one_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["generate", "calm", "-o", str(tmp_path / "a.mid"), "--bars", "1", "--takes", "2"]
    assert main([*words, "--model", str(TINY), "--seed", "5"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-1.mid", "a-2.mid"]
    said = capsys.readouterr().out
    assert "seeds 5 to 6" in said and "s a take" in said


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_playing_processes_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, multiprocessing\n"
        "from pathlib import Path\n"
        "from amt_live.offline import Request, play_many\n"
        "if __name__ == '__main__':\n"
        "    asked = [Request('calm', seed, 2) for seed in range(400)]\n"
        f"    for done in play_many(Path({str(TINY)!r}), asked, 2):\n"
        "        print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
    )
    script = tmp_path / "play.py"
    script.write_text(code, encoding="utf-8")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        children = [int(word) for word in process.stdout.readline().split()]
        process.kill()
    assert len(children) == 2
    deadline_s = time.monotonic() + 30
    while any(_lives(pid) for pid in children) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert not any(_lives(pid) for pid in children)


def _lives(pid: int) -> bool:
    """Whether a process is there and no mere zombie, which nobody may collect in a container."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
