"""The command line as people meet it: run for real, judged by exit code and one line."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from amt_live.cli import main
from amt_live.config import load_config
from amt_live.errors import UsageError

ROOT = Path(__file__).parents[1]
TINY = ROOT / "models" / "tiny"


def run(
    *words: str, env: Mapping[str, str] | None = None, timeout_s: float = 60
) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull, **(env or {})}
    return subprocess.run(
        [sys.executable, "-m", "amt_live", *words],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env=settings,
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("amt-live: ")
    return line


def broken_model(tmp_path: Path, break_it: str) -> Path:
    folder = tmp_path / "models" / "broken"
    shutil.copytree(TINY, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    if break_it == "onnx":
        (folder / "decoder.onnx").write_bytes(b"this is no graph")
    elif break_it == "unhashed onnx":
        (folder / "decoder.onnx").write_bytes(b"this is no graph")
        import hashlib

        digest = hashlib.sha256(b"this is no graph").hexdigest()
        manifest["files"]["decoder.onnx"] = digest
    elif break_it == "vocabulary":
        manifest["vocabulary"] = "0" * 64
    elif break_it == "manifest":
        manifest["sizes"] = {}
    elif break_it == "missing":
        (folder / "conditioning.npz").unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        ("onnx", "SHA-256"),
        ("unhashed onnx", "not a graph that onnxruntime can open"),
        ("vocabulary", "another token vocabulary"),
        ("manifest", "corrupt"),
        ("missing", "lacks conditioning.npz"),
    ],
)
def test_a_broken_model_is_one_line(tmp_path: Path, break_it: str, says: str) -> None:
    folder = broken_model(tmp_path, break_it)
    done = run("generate", "calm", "-o", str(tmp_path / "a.mid"), "--model", str(folder))
    assert says in one_line(done, 1)
    done = run("daemon", "--midi-api", "null", "--osc-port", "0", "--model", str(folder))
    assert says in one_line(done, 1)


def test_a_missing_model_lists_the_models_that_are_there(tmp_path: Path) -> None:
    done = run("generate", "calm", "-o", str(tmp_path / "a.mid"), "--model", "nowhere")
    assert "no model 'nowhere'; models here:" in one_line(done, 1)
    assert "tiny" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["daemon", "--tempo", "0"], "--tempo: 0 is outside 20-300"),
        (["daemon", "--tempo", "fast"], "--tempo: 'fast' is not a number"),
        (["daemon", "--seed", "1.5"], "--seed: '1.5' is not a whole number"),
        (["daemon", "--osc-port", "70000"], "outside 0-65535"),
        (["daemon", "--midi-api", "oss"], "'oss' is none of auto, alsa"),
        (["daemon", "--mood", "  "], "the mood is empty"),
        (["daemon", "--sync", "midi", "--midi-api", "null"], "hears no clock"),
        (["--tempo", "0"], "--tempo: 0 is outside 20-300"),
        (["generate", "", "-o", "a.mid"], "the mood is empty"),
        (["generate", "calm", "-o", "a.mid", "--bars", "0"], "--bars: 0 is outside 1-10000"),
        (["generate", "calm"], "required: -o/--out"),
        (["dance"], "invalid choice: 'dance'"),
        (["replay", "take.mid", "--mood", "calm"], "need a bar to branch at"),
        (["replay", "take.mid", "--branch-bar", "2"], "needs another mood or seed"),
        (["replay", "take.mid", "--branch-bar", "0", "--mood", "x"], "--branch-bar: 0 is outside"),
        (["daemon", "--mood", "calm " * 2000], "characters long; 500 is the most"),
        (["daemon", "--mood", "@bar"], "the mood is empty"),
        (["generate", "\u200b\u00a0\x1b", "-o", "a.mid"], "the mood is empty"),
        (["daemon", "--seed", "9" * 6000], "is not a whole number"),
        (["daemon", "--tempo", "fast\nand loud"], "--tempo: 'fast and loud' is not a number"),
        (["play", "--midi-api", "null"], "the screen needs a terminal"),
        (["evaluate"], "required: model"),
        (["daemon", "--loud"], "unrecognized arguments: --loud"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(words: list[str], says: str) -> None:
    assert says in one_line(run(*words), 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("mood = 5", "mood: '5' is not a text"),
        ("a = " + "[" * 5000, "cannot be read"),
    ],
)
def test_settings_that_are_none_are_one_line(tmp_path: Path, text: str | None, says: str) -> None:
    file = tmp_path / "config.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    assert says in one_line(run("daemon", env={"AMT_LIVE_CONFIG": str(file)}), 2)


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are texts there")
def test_names_that_no_system_takes_and_words_that_are_no_text(tmp_path: Path) -> None:
    assert "name too long" in one_line(run("bench", "--model", "x" * 5000), 1)
    done = run("generate", "calm \udcff", "-o", str(tmp_path / "a.mid"), "--bars=1", "--model=tiny")
    assert done.returncode == 0, done.stderr


def test_what_cannot_be_written_is_said_before_the_model_is_opened(tmp_path: Path) -> None:
    target = tmp_path / "no such folder" / "a.mid"
    done = run("generate", "calm", "-o", str(target), "--model", "tiny")
    assert "name a file in a folder that exists" in one_line(done, 1)
    done = run("daemon", "--midi-api", "null", "--record", str(target), "--model", "tiny")
    assert "name a file in a folder that exists" in one_line(done, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among files")
@pytest.mark.parametrize("words", [["generate", "calm", "-o"], ["daemon", "--record"]])
def test_a_device_or_a_pipe_is_never_replaced_by_a_file(tmp_path: Path, words: list[str]) -> None:
    target = tmp_path / "pipe.mid"
    os.mkfifo(target)
    done = run(*words, str(target), "--model", "tiny")
    assert "not an ordinary file" in one_line(done, 1)
    assert target.is_fifo()


def test_generate_twice_gives_the_same_bytes_and_says_figures(tmp_path: Path) -> None:
    files = [tmp_path / "a.mid", tmp_path / "b.mid"]
    for file in files:
        words = ["generate", "calm piano", "-o", str(file), "--bars", "4", "--seed", "7"]
        done = run(*words, "--model", str(TINY))
        assert done.returncode == 0, done.stderr
        assert "notes per bar" in done.stdout and "parts:" in done.stdout
    assert files[0].read_bytes() == files[1].read_bytes()


def test_settings_come_from_file_then_environment_then_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('tempo = 90\nmood = "from file"\nseed = 4\n', "utf-8")
    assert load_config({}, file).tempo == 90
    monkeypatch.setenv("AMT_LIVE_TEMPO", "91.5")
    assert load_config({}, file).tempo == 91.5
    config = load_config({"tempo": "92"}, file)
    assert (config.tempo, config.mood, config.seed) == (92, "from file", 4)
    monkeypatch.setenv("AMT_LIVE_TEMPO", "0")
    with pytest.raises(UsageError, match="AMT_LIVE_TEMPO: 0 is outside 20-300"):
        load_config({}, file)
    monkeypatch.delenv("AMT_LIVE_TEMPO")
    file.write_text("temppo = 90\n", "utf-8")
    with pytest.raises(UsageError, match="unknown setting 'temppo'"):
        load_config({}, file)
    file.write_text("tempo = [", "utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        load_config({}, file)


def test_models_and_ports_answer() -> None:
    models = run("models")
    assert models.returncode == 0 and "tiny: 2 layers of 32" in models.stdout
    ports = run("ports")
    assert ports.returncode == 0 and "null: plays into nothing" in ports.stdout


def test_bench_measures_the_model() -> None:
    done = run("bench", "--json", "tiny", timeout_s=170)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["model"] == "tiny" and figures["tokens_per_s"] > 0
    for table in ("decode", "decode_batch2"):
        assert list(figures[table]) == ["64", "512", "1000"]
        for row in figures[table].values():
            assert row["ms"] > 0 and row["limit_ms"] > 0
            assert row["ratio"] == pytest.approx(row["ms"] / row["limit_ms"], rel=0.05)
    for figure in ("embed_ms", "first_note_s", "ms_per_note", "python_us"):
        assert figures[figure] > 0, figure
    assert figures["prefill"]["512"]["ms"] > 0
    assert figures["peers"] == {}


def test_bench_says_what_a_shape_must_look_like() -> None:
    assert "such as 6x512" in one_line(run("bench", "--shape", "big"), 2)


def test_send_without_a_daemon_says_how_to_start_one(free_udp_port: int) -> None:
    done = run("send", "--osc-port", str(free_udp_port), "/amt/ping")
    assert done.returncode == 1
    assert "no daemon answers" in done.stderr and "Traceback" not in done.stderr


def test_the_offline_half_is_reached_by_name_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import importlib.metadata

    called: list[list[str]] = []

    class Found:
        def load(self) -> object:
            return lambda argv: called.append(argv) or 0

    class Lacking:
        def load(self) -> object:
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: [Found()])
    assert main(["train", "corpus", "-o", "run"]) == 0
    assert called == [["corpus", "-o", "run"]]
    for found in ([Lacking()], []):
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda found=found, **_: found)
        assert main(["train", "corpus"]) == 1
        assert "pip install 'amt-live[train]'" in capsys.readouterr().err
