"""Fixtures that several test packages share: real external programs, and free network ports.

A test that needs a program from outside asks for it by name. Where it is missing the test is
skipped with the reason, unless ``AMT_REQUIRE_EXTERNALS=1`` says that everything was installed: then
it fails.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# A process more for every daemon that a test starts: only the tests of discovery want it.
os.environ["AMT_LIVE_DISCOVERY"] = "off"

# Which Debian package brings a program; the name in the message is what a person has to install.
_PACKAGES = {
    "jackd": "jackd2",
    "jack_lsp": "jackd2",
    "jack_rec": "jackd2",
    "fluidsynth": "fluidsynth",
    "pd": "puredata",
    "oscsend": "liblo-tools",
    "oscdump": "liblo-tools",
    "tmux": "tmux",
    "sclang": "supercollider-language",
    "node": "nodejs",
    "npm": "npm",
    "ruby": "ruby",
}
_SOUNDFONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")


def require_program(name: str) -> str:
    """Path of the program ``name``; skips the test (or fails it, see above) where it is missing."""
    found = shutil.which(name)
    if found is None:
        _missing(f"{name} is not installed (Debian package {_PACKAGES.get(name, name)})")
    return str(found)


def _missing(reason: str) -> None:
    if os.environ.get("AMT_REQUIRE_EXTERNALS") == "1":
        pytest.fail(f"{reason}, and AMT_REQUIRE_EXTERNALS=1 says that it must be there")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def require_external() -> Callable[[str], str]:
    """``require_external("pd")`` is the path of a program, or the end of the test; see above."""
    return require_program


@pytest.fixture(scope="session")
def soundfont() -> Path:
    """A General MIDI soundfont."""
    if not _SOUNDFONT.exists():
        _missing(f"{_SOUNDFONT} is not there (Debian package timgm6mb-soundfont)")
    return _SOUNDFONT


@pytest.fixture
def free_udp_port() -> int:
    """A UDP port on 127.0.0.1 that nobody holds at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class JackServer:
    """A running private JACK server; ``env`` is what a subprocess needs to reach it."""

    name: str
    env: dict[str, str]


@pytest.fixture(scope="session")
def jack_server() -> Iterator[JackServer]:
    """A JACK server with the dummy driver, private to this worker, found through the environment.

    ``-S`` (synchronous) because without it the dummy driver loses events; 64 frames a period,
    since RtMidi sends at period borders only.
    """
    yield from _run_jack(f"amt{os.getpid()}", "-S -t 5000 -d dummy -r 48000 -p 64")


@pytest.fixture
def killing_jack() -> Iterator[JackServer]:
    """A server of its own for tests that kill: without ``-S``, because a synchronous one may stand
    still for long when a process goes away in the middle of a period.
    """
    # JACK remembers eight killed servers until one of the same name starts: always this one.
    name = f"amtkilling{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    yield from _run_jack(name, "-d dummy -r 48000 -p 1024")


def _run_jack(name: str, flags: str) -> Iterator[JackServer]:
    daemon, lister = require_program("jackd"), require_program("jack_lsp")
    settings = {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
    before = {key: os.environ.get(key) for key in settings}
    os.environ.update(settings)
    command = [daemon, "-n", name, "--silent", "--no-realtime", "--no-mlock", *flags.split()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_jack(process, lister)
        yield JackServer(name, {**os.environ})
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value


def _wait_for_jack(process: subprocess.Popen[bytes], lister: str) -> None:
    deadline_s = time.monotonic() + 15
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            _missing(f"jackd ended at once with exit code {process.returncode}")
        asked = subprocess.run([lister], capture_output=True, check=False)
        if asked.returncode == 0 and b"system:playback_1" in asked.stdout:
            return
        time.sleep(0.05)  # nothing to wait on: jackd has no readiness signal, jack_lsp is asked
    _missing("jackd did not answer within 15 s")
