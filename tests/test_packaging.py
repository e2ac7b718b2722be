"""What a plain ``pip install`` gets: the wheels as built, and what pip would put beside them."""

import itertools
import os
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from amt_live.manifest import ENCODER_FILES, encoder_folder

ROOT = Path(__file__).parents[1]
PROJECTS = {"amt-live": ROOT, "amt-live-gpu": ROOT / "gpu"}
RUNTIMES = {"onnxruntime", "onnxruntime-gpu"}
HEAVY = {"torch", "transformers", "onnx", "symusic", "safetensors", "scikit-learn"}

# (sys_platform, platform_machine, platform_system) of the machines that the wheels are meant for.
LINUX = ("linux", "x86_64", "Linux")
WINDOWS = ("win32", "AMD64", "Windows")
MACHINES = {
    LINUX: "onnxruntime-gpu",
    WINDOWS: "onnxruntime-gpu",
    ("linux", "aarch64", "Linux"): "onnxruntime",
    ("darwin", "arm64", "Darwin"): "onnxruntime",
    ("darwin", "x86_64", "Darwin"): "onnxruntime",
    ("win32", "ARM64", "Windows"): "onnxruntime",
}


def _project(name: str) -> dict[str, Any]:
    return tomllib.loads((PROJECTS[name] / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both distributions, built from this tree."""
    found = {}
    for name, folder in PROJECTS.items():
        out = tmp_path_factory.mktemp(name)
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (found[name],) = out.glob("*.whl")
    return found


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def _installed(
    metadata: Message, extras: tuple[str, ...], machine: tuple[str, str, str]
) -> set[str]:
    """The requirements that pip would install for these extras.

    As pip's resolver does it: the distribution itself is always a requirement of its extras, so
    each marker is evaluated without an extra and with each of those asked for; one yes is enough.
    """
    environment = dict(
        zip(("sys_platform", "platform_machine", "platform_system"), machine, strict=True)
    )
    found = set()
    for line in metadata.get_all("Requires-Dist", []):
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(
            marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
        ):
            found.add(canonicalize_name(requirement.name))
    return found


@pytest.mark.parametrize("name", PROJECTS)
def test_every_install_gets_exactly_one_runtime(name: str, wheels: dict[str, Path]) -> None:
    metadata = _metadata(wheels[name])
    extras = metadata.get_all("Provides-Extra", [])
    assert "train" in extras
    for count in range(len(extras) + 1):
        for chosen in itertools.combinations(extras, count):
            for machine, gpu_runtime in MACHINES.items():
                expected = gpu_runtime if name == "amt-live-gpu" else "onnxruntime"
                got = _installed(metadata, chosen, machine) & RUNTIMES
                assert got == {expected}, (chosen, machine)


def test_pip_would_not_obey_a_marker_that_excludes_an_extra() -> None:
    # Why the GPU build is a distribution of its own, and what the model of pip above is worth.
    metadata = Message()
    metadata["Requires-Dist"] = 'onnxruntime; extra != "gpu"'
    metadata["Requires-Dist"] = 'onnxruntime-gpu; extra == "gpu"'
    assert _installed(metadata, ("gpu",), LINUX) == RUNTIMES


@pytest.mark.parametrize("name", PROJECTS)
def test_a_base_install_has_nothing_of_the_offline_half(name: str, wheels: dict[str, Path]) -> None:
    base = _installed(_metadata(wheels[name]), (), LINUX)
    assert not base & HEAVY
    assert base >= {"numpy", "tokenizers", "python-rtmidi", "python-osc", "textual"}
    assert _installed(_metadata(wheels[name]), ("train",), LINUX) >= HEAVY


@pytest.mark.parametrize("name", PROJECTS)
def test_the_wheel_stops_where_the_wheels_of_rtmidi_stop(
    name: str, wheels: dict[str, Path]
) -> None:
    allowed = SpecifierSet(_metadata(wheels[name])["Requires-Python"])
    assert [v for v in ("3.10", "3.11", "3.12", "3.13") if v in allowed] == ["3.11", "3.12"]


@pytest.mark.parametrize("name", PROJECTS)
def test_the_wheel_holds_both_halves_and_the_models(name: str, wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels[name]) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"amt_live", "export"}
    for model in ("default", "small", "tiny"):
        for file in ("manifest.json", "decoder.onnx", "conditioning.npz"):
            assert f"amt_live/_models/{model}/{file}" in names
        held = encoder_folder(ROOT / "models" / model).name
        for file in ENCODER_FILES:
            assert f"amt_live/_models/{held}/{file}" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".log")]


def test_the_two_distributions_differ_in_the_runtime_only() -> None:
    plain, gpu = (_project(name)["project"] for name in PROJECTS)

    def without_runtime(project: dict[str, Any]) -> list[str]:
        lines: list[str] = project["dependencies"]
        return [line for line in lines if Requirement(line).name not in RUNTIMES]

    assert without_runtime(plain) == without_runtime(gpu)
    extras = {k: v for k, v in plain["optional-dependencies"].items() if k != "dev"}
    assert extras == gpu["optional-dependencies"]
    for key in ("version", "requires-python", "scripts", "entry-points"):
        assert plain[key] == gpu[key], key


def test_an_installed_wheel_knows_its_models(wheels: dict[str, Path], tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheels["amt-live"]) as archive:
        archive.extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site), "XDG_DATA_HOME": str(tmp_path / "data")}
    code = "import amt_live, sys; print(amt_live.__file__); sys.argv = ['amt-live', 'models']; "
    code += "from amt_live.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(site))
    assert all(f"{name}: " in done.stdout for name in ("default", "small", "tiny"))
    assert "cannot be played" not in done.stdout
