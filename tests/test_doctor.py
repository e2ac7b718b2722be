"""The doctor, run for real: what it says, its figures, and that each fault names its fix."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from amt_live.doctor.finding import Finding, look
from amt_live.doctor.speed import HEADROOM, Speed
from amt_live.tokens.vocabulary import DENSITY_EDGES

ROOT = Path(__file__).parents[1]
NAMES = (
    "python packages settings model encoder midi audio osc folders priority speed jitter offline"
).split()


def run(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    settings = {"PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull, "AMT_LIVE_MODEL": "tiny"}
    settings |= {"AMT_LIVE_OSC_PORT": "0", "AMT_LIVE_MIDI_API": "null"}
    command = [sys.executable, "-m", "amt_live", *words]
    env = {**os.environ, **settings, **env}
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def told(**env: str) -> tuple[int, dict[str, Any], dict[str, dict[str, Any]]]:
    done = run("doctor", "--json", **env)
    assert done.stderr == ""
    record = json.loads(done.stdout)
    return done.returncode, record, {row["name"]: row for row in record["findings"]}


def test_a_machine_that_can_play_gets_figures_and_a_verdict() -> None:
    code, record, findings = told()
    assert code == 0 and record["can_play"] is True
    assert list(findings) == NAMES
    figures = record["figures"]
    assert figures["tokens_per_s"] > 0 and figures["jitter_p99_ms"] >= figures["jitter_p50_ms"]
    assert list(figures["safe_bpm"]) == list("12345678") == list(figures["tokens_per_beat"])
    rates = list(figures["tokens_per_beat"].values())
    assert rates == sorted(rates)
    assert record["verdict"].startswith("safe to ") and "jitter p99" in record["verdict"]
    for row in findings.values():
        assert "\n" not in row["says"] and bool(row["fix"]) == (not row["is_good"])


def test_the_help_documents_every_key() -> None:
    shown = run("doctor", "--help").stdout
    _, record, _ = told()
    for key in (*record, *record["figures"], *NAMES):
        assert key in shown, key


def test_a_port_that_another_program_has_names_it_and_the_fix() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        code, record, findings = told(AMT_LIVE_OSC_PORT=str(held.getsockname()[1]))
    assert code == 1 and record["verdict"].startswith("cannot play: osc")
    if sys.platform == "linux":
        assert f"(process {os.getpid()})" in findings["osc"]["says"]
    assert "--osc-port" in findings["osc"]["fix"]


@pytest.mark.parametrize(
    ("env", "name", "says", "fix"),
    [
        ({"AMT_LIVE_MODEL": "nowhere"}, "model", "no model 'nowhere'", "amt-live models"),
        ({"AMT_LIVE_TEMPO": "fast"}, "settings", "is not a number", "correct"),
    ],
)
def test_what_keeps_it_from_playing_ends_with_code_one(
    env: dict[str, str], name: str, says: str, fix: str
) -> None:
    code, record, findings = told(**env)
    assert code == 1 and not record["can_play"]
    assert says in findings[name]["says"] and fix in findings[name]["fix"]


def test_a_model_whose_bytes_have_changed_is_found_out(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "models" / "tiny", tmp_path / "model")
    with (folder / "conditioning.npz").open("ab") as file:
        file.write(b"x")
    code, _, findings = told(AMT_LIVE_MODEL=str(folder))
    assert code == 1 and "SHA-256 differs" in findings["model"]["says"]


def test_a_takes_folder_that_cannot_be_is_told_and_playing_goes_on(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("x", "utf-8")
    code, _, findings = told(AMT_LIVE_TAKES=str(blocked / "takes"))
    assert code == 0 and not findings["folders"]["is_good"]
    assert "--takes" in findings["folders"]["fix"]


def test_speeds_follow_from_the_formula() -> None:
    speed = Speed(step_ms=4.5, draw_ms=0.5, tokens_per_note=2.0, notes_per_beat=20.0)
    assert speed.tokens_per_s == 200 and speed.ms_per_note == 10
    assert speed.tokens_per_beat(8) == 1 + 20 * 2 and speed.tokens_per_beat(1) == 1 + 3
    assert speed.tokens_per_beat(7) == 1 + DENSITY_EDGES[6] * 2
    assert speed.safe_bpm(8) <= 60 * 200 / (HEADROOM * 41) < speed.safe_bpm(8) + 5
    assert Speed(500.0, 0.0, 2.0, 20.0).safe_bpm(8) == 0


def test_a_check_that_falls_over_is_a_finding_with_one_line() -> None:
    def broken() -> Finding:
        raise RuntimeError("first\nsecond")

    assert look("x", broken).line().startswith("FAIL  x: first; fix:")


def daemon(*words: str) -> "subprocess.Popen[str]":
    settings = {"PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull}
    flags = ["--midi-api=null", "--osc-port=0", "--model=tiny", *words]
    # Python's own start is nobody's: the signal comes once the program has begun. And it is heard,
    # also where these tests run in the background of a shell, which has interrupts ignored.
    begin = "import signal, sys, amt_live.__main__ as m; "
    begin += "signal.signal(signal.SIGINT, signal.default_int_handler); "
    begin += "print('begun', flush=True); sys.exit(m.main())"
    return subprocess.Popen(
        [sys.executable, "-c", begin, "daemon", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **settings},
    )


def test_what_is_asked_for_in_vain_is_said_at_the_start(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("x", "utf-8")
    process = daemon("--port=synth", f"--takes={blocked / 'takes'}")
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == "ready\n":
            break
    process.terminate()
    rest, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors + rest
    assert "--port synth is not used: --midi-api null plays into nothing\n" in lines
    assert any("no takes can be kept" in line and "--takes DIR" in line for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_an_interrupt_while_it_starts_is_no_traceback() -> None:
    for delay_s in (0.01, 0.03, 0.05, 0.1, 0.2, 0.5):
        process = daemon()
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(delay_s)  # the delay is the subject
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert "amt_live" not in errors, (delay_s, errors)
        assert process.returncode in (0, 130, -signal.SIGINT)
