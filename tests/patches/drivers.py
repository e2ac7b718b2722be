"""Real OSC clients as processes, each of which drives a daemon and prints a line for what it sees.

A line that counts is ``said: WORD ...``. A client gets the daemon's port, its own name, a free
port, the takes folder and what to do (``play`` the whole session, or ``listen``) as environment.
"""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATCHES = ROOT / "patches"
PATIENCE_S = 60.0


def free_port() -> int:
    """A UDP port of this machine that nobody holds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def block(page: Path, language: str) -> str:
    """The first block of code in a language on a page."""
    found = re.search(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


class Driver:
    """A running client; ``said`` is what it has printed that counts."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[str] = []
        self._printed: list[str] = []

    async def until(self, *words: str) -> None:
        """Read on until it has said a line that begins so."""
        wanted = " ".join(words)
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while line := (await self.process.stdout.readline()).decode(errors="replace"):
                    self._printed.append(line)
                    if "said: " not in line:
                        continue
                    # Pd puts a colon after the word, a backslash before a space in a symbol.
                    text = line.split("said: ")[1].strip().replace("\\ ", " ").replace(":", "", 1)
                    self.said.append(text)
                    if text.startswith(wanted):
                        return
        except TimeoutError:
            pass
        told = [line for line in self._printed if "note" not in line and "beat" not in line]
        raise AssertionError(f"it never said {wanted!r}; it printed {''.join(told[-40:])}")

    async def end(self) -> None:
        """Kill it, as a crash would, and read to the end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # with the oscdump of a shell
        await self.process.communicate()


@dataclass(frozen=True, slots=True)
class Task:
    """What a client is started with; ``folder`` is its own to write into."""

    client: str
    osc_port: int
    takes: Path
    folder: Path
    require: Callable[[str], str]
    mode: str = "play"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "AMT_LIVE_OSC_PORT": str(self.osc_port),
            "AMT_LIVE_LISTEN": str(free_port()),
            "AMT_LIVE_NAME": self.client,
            "AMT_LIVE_TAKES": str(self.takes),
            "AMT_LIVE_MODE": self.mode,
            "PYTHONPATH": str(ROOT),
            # sclang: no window, and nothing of the person's own.
            "QT_QPA_PLATFORM": "offscreen",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            **dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(self.folder)),
        }


def _pd(task: Task) -> list[str]:
    sent = f"amt-listen {free_port()}; amt-port {task.osc_port}"
    if task.mode == "play":
        sent += f"; amt-mood {task.client} waltz @beat"
    pd = [task.require("pd"), "-nogui", "-noaudio", "-nomidi", "-noprefs"]
    opened = ["-open", str(PATCHES / "pd" / "amt-live.pd"), "-open", str(HERE / "drive.pd")]
    return [*pd, *opened, "-send", sent]


def _sclang(task: Task) -> list[str]:
    return [*sclang(task.require("sclang"), task.folder), str(HERE / "drive.scd")]


def sclang(program: str, folder: Path) -> list[str]:
    """The command that starts sclang with our class in its library."""
    settings = folder / "sclang_conf.yaml"
    settings.write_text(
        f"includePaths:\n- {PATCHES / 'supercollider'}\nexcludePaths: []\n"
        "postInlineWarnings: true\n"
    )
    return [program, "-l", str(settings)]


def _osc(task: Task) -> list[str]:
    for program in ("oscsend", "oscdump"):
        task.require(program)
    return ["bash", str(HERE / "drive.sh")]


def _node(task: Task) -> list[str]:
    for source in (PATCHES / "node").iterdir():
        if source.is_file():
            shutil.copy(source, task.folder)
    shutil.copy(HERE / "drive.mjs", task.folder)
    command = [task.require("node"), str(task.folder / "drive.mjs")]
    if (task.folder / "node_modules").exists():
        return command
    npm = [
        task.require("npm"),
        "install",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--no-package-lock",
    ]
    for _ in range(3):  # a registry may be out of breath
        done = subprocess.run(npm, cwd=task.folder, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return command
    if os.environ.get("AMT_REQUIRE_EXTERNALS") == "1":
        raise AssertionError(f"npm cannot install node-osc: {done.stderr}")
    pytest.skip("npm cannot install node-osc here")


def _python(_: Task) -> list[str]:
    return [sys.executable, str(HERE / "drive.py")]


COMMANDS = {"pd": _pd, "sclang": _sclang, "osc": _osc, "node": _node, "python": _python}
CLIENTS = tuple(COMMANDS)


@asynccontextmanager
async def running(task: Task) -> AsyncIterator[Driver]:
    """Start a client; kill what is left of it at the end."""
    task.folder.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *COMMANDS[task.client](task),
        env=task.environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    driver = Driver(process)
    try:
        yield driver
    finally:
        await driver.end()
