"""What is loaded when: `amt-live --help` answers at once, and no half drags the other one in."""

import json
import pkgutil
import resource
import subprocess
import sys

import pytest

import amt_live

HELP_LIMIT_S = 0.3

HEAVY = ("numpy", "onnxruntime", "textual", "tokenizers", "mido", "rtmidi", "pythonosc", "asyncio")
OFFLINE = ("torch", "transformers", "export", "onnx", "symusic", "safetensors")


def _loaded_by(code: str) -> set[str]:
    """Top-level names of the modules that a fresh Python has after running ``code``."""
    code += "; import json, sys; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def _modules() -> list[str]:
    found = pkgutil.walk_packages(amt_live.__path__, "amt_live.")
    return sorted(info.name for info in found if not info.name.endswith("__main__"))


def test_the_command_line_loads_nothing_heavy() -> None:
    assert not _loaded_by("import amt_live.cli") & {*HEAVY, *OFFLINE}


def test_help_answers_at_once() -> None:
    # Processor time, of the best of several runs: what else the machine does is not the subject.
    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = "import sys; sys.argv = ['amt-live', '--help']; "
        code += "from amt_live.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        assert "daemon" in done.stdout
        return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)

    assert min(once() for _ in range(5)) <= HELP_LIMIT_S


def test_nothing_of_the_performing_half_loads_the_offline_half() -> None:
    modules = _modules()
    assert len(modules) > 40
    assert not _loaded_by(f"import {', '.join(modules)}") & set(OFFLINE)


@pytest.mark.parametrize("package", ["music", "tokens", "control"])
def test_values_need_nothing_but_the_standard_library(package: str) -> None:
    modules = [name for name in _modules() if name.startswith(f"amt_live.{package}")]
    loaded = _loaded_by(f"import {', '.join(modules)}")
    baseline = _loaded_by("pass")
    foreign = loaded - baseline - set(sys.stdlib_module_names) - {"amt_live"}
    assert foreign == set()


def test_the_player_process_stays_small() -> None:
    loaded = _loaded_by("import amt_live.midi.player")
    assert not loaded & {"numpy", "onnxruntime", "textual", "tokenizers", "pythonosc", *OFFLINE}


def test_a_client_loads_neither_model_nor_midi() -> None:
    loaded = _loaded_by("import amt_live.osc.client")
    assert not loaded & {"numpy", "onnxruntime", "tokenizers", "mido", "rtmidi", *OFFLINE}
