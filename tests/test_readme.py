"""The README promises only what is there: commands, options, addresses, make targets, files."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from amt_live.engine.model import model_hash
from amt_live.manifest import load_manifest
from amt_live.osc.addresses import ROUTES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def _help(*words: str) -> str:
    code = f"import sys; sys.argv = {['amt-live', *words, '--help']!r}; "
    code += "from amt_live.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _shell_lines() -> list[str]:
    """The lines of all shell blocks, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]


def test_every_address_is_in_the_table() -> None:
    used = set(re.findall(r"/amt/[\w/*]+", README))
    assert used <= ROUTES.keys()


def test_every_command_exists() -> None:
    used = set(re.findall(r"^amt-live ([a-z]+)", "\n".join(_shell_lines()), re.MULTILINE))
    used |= set(re.findall(r"`amt-live ([a-z]+)", README))
    existing = set(re.findall(r"^    ([a-z]+) ", _help(), re.MULTILINE))
    assert {"daemon", "generate", "train"} <= used <= existing


@pytest.mark.parametrize("line", [line for line in _shell_lines() if line.startswith("amt-live")])
def test_every_option_in_a_shell_block_exists(line: str) -> None:
    words = line.split()
    command = words[1] if words[1].isalpha() else "play"
    if command in {"prepare", "describe", "train", "export", "styles", "embed", "evaluate"}:
        pytest.importorskip("torch", reason="their options are known to amt-live[train] only")
    options = set(re.findall(r"(?<= )--?[a-z][a-z-]*", re.sub(r'"[^"]*"', "TEXT", line)))
    known = set(re.findall(r"--?[a-z][a-z-]*", _help(command)))
    assert options <= known


def test_every_make_target_exists() -> None:
    used = set(re.findall(r"^make ([a-z-]+)", "\n".join(_shell_lines()), re.MULTILINE))
    used |= set(re.findall(r"`make ([a-z][a-z-]+)", README))
    existing = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"play", "install-train"} <= used <= existing


def test_every_linked_file_is_there() -> None:
    links = set(re.findall(r"\]\(([^)#:]+)\)", README))
    assert [link for link in sorted(links) if not (ROOT / link).exists()] == []


def test_the_figures_of_the_model_are_those_of_its_evaluation() -> None:
    figures = json.loads((ROOT / "models/default/evaluation.json").read_text(encoding="utf-8"))
    shown = re.findall(r"^\| `(\w+)` \| (-?[\d.]+) \|", README, re.MULTILINE)
    assert len(shown) >= 8
    assert {name: float(value) for name, value in shown} == {
        name: figures[name] for name, _ in shown
    }
    assert figures["model_sha256"] == model_hash(load_manifest(ROOT / "models/default"))


def test_the_small_model_is_as_good_and_as_fast_as_is_said() -> None:
    figures = [
        json.loads((ROOT / f"models/{name}/evaluation.json").read_text(encoding="utf-8"))
        for name in ("default", "small")
    ]
    words = (ROOT / "docs/words.md").read_text(encoding="utf-8")
    number = r"(-?[\d.]+)(?: \([^)]*\))?"
    shown = re.findall(rf"^\| `(\w+)` \| {number} \| {number} \|$", words, re.MULTILINE)
    assert len(shown) >= 10
    for name, *told in shown:
        assert [float(value) for value in told] == [each[name] for each in figures], name
    (lost,) = re.findall(r"loses ([\d.]+) % of the whole", words)
    default, small = figures
    assert float(lost) == round(100 * (1 - small["overall"] / default["overall"]), 1)
    assert small["tokens_per_s"] > 1.5 * default["tokens_per_s"]
    assert small["model_sha256"] == model_hash(load_manifest(ROOT / "models/small"))
