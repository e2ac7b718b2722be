"""The screen in a real terminal (tmux), on a real OSC server: what only a terminal can break."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from amt_live.control import commands as c
from amt_live.control.state import BeatPassed, Health, HealthReport, NotePlayed
from tests.osc.band import Stage, stage

KEYS = ["Enter", "Escape", "Tab", "Up", "Down", "Left", "Right", "PageUp", "PageDown", "F1", "F2"]
KEYS += ["C-p", "C-r", "C-n", "C-g", "C-z", "C-t", "C-w", "C-a", "BSpace", "M-x", "S-Left", "F12"]
KEYS += [*"abcdefghijklmnopqrstuvwxyz!?+-=[]<>,.@ éß暗"]


@dataclass
class Terminal:
    """One tmux server of its own, with a shell command in it."""

    program: str
    socket: Path

    def tmux(self, *words: str) -> str:
        command = [self.program, "-S", str(self.socket), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def keys(self, *names: str) -> None:
        for name in names:
            self.tmux("send-keys", *(() if len(name) > 1 else ("-l",)), name)

    @property
    def pid(self) -> int:
        """Of the screen: the pane's shell has it as its only child."""
        pane = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        children = subprocess.run(["pgrep", "-P", pane], capture_output=True, text=True, check=True)
        return int(children.stdout.split()[0])


async def until(condition: Callable[[], object], timeout_s: float = 20.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - a terminal has no event for what it shows
            await asyncio.sleep(0.05)


@asynccontextmanager
async def terminal(
    program: str,
    folder: Path,
    command: str = f"{sys.executable} -m amt_live tui --osc-port {{port}}",
) -> AsyncIterator[tuple[Terminal, Stage]]:
    """A screen in a terminal of 80x24; behind it a shell that says how it ended."""
    async with stage() as s:
        term = Terminal(program, folder / "tmux")
        screen = command.format(port=s.port)
        environment = [f"XDG_DATA_HOME={folder}", "COLORTERM=truecolor", "LC_ALL=C.UTF-8"]
        settings = [word for entry in environment for word in ("-e", entry)]
        shell = f"sh -c '{screen}; echo ended $?; sleep 600'"
        term.tmux("-u", "new-session", "-d", "-x", "80", "-y", "24", *settings, shell)
        try:
            await until(lambda: "STOPPED" in term.screen())
            yield term, s
        finally:
            term.tmux("kill-server")


async def test_typing_a_mood_and_leaving(require_external, tmp_path):
    async with terminal(require_external("tmux"), tmp_path) as (term, s):
        term.keys(*"dark waltz", "Enter")
        await until(lambda: s.band.log == [c.SetMood("dark waltz")])
        await until(lambda: "next ▸ dark waltz" in term.screen())
        term.keys("C-q")
        await until(lambda: "ended 0" in term.screen())
        assert "next" not in term.screen()
    assert (tmp_path / "amt-live" / "moods.txt").read_text() == "dark waltz\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_gives_the_terminal_back(require_external, tmp_path, number):
    async with terminal(require_external("tmux"), tmp_path) as (term, _):
        os.kill(term.pid, number)
        await until(lambda: f"ended {128 + number}" in term.screen())
        assert term.tmux("display-message", "-p", "#{alternate_on}").strip() == "0"


async def test_a_closed_terminal_ends_the_screen(require_external, tmp_path):
    async with terminal(require_external("tmux"), tmp_path) as (term, _):
        pid = term.pid
        term.tmux("new-window")
        term.tmux("kill-window", "-t", ":0")
        await until(lambda: not Path(f"/proc/{pid}").exists())


@pytest.mark.slow
async def test_random_keys_and_resizes_while_playing_break_nothing(require_external, tmp_path):
    rng = random.Random(7)
    async with terminal(require_external("tmux"), tmp_path) as (term, s):
        for number in range(150):
            term.keys(*rng.choices(KEYS, k=3))
            s.server.push(BeatPassed(number // 4 + 1, number % 4 + 1))
            for _ in range(rng.randrange(8)):
                part = rng.choice(["drums", "bass", "piano", "pad"])
                s.server.push(NotePlayed(part, rng.randrange(128), 90, rng.random() * 4))
            s.server.push(HealthReport(Health(rng.random() * 16, 400.0, rng.random() * 30, 0, 0)))
            if number % 5 == 0:
                size = (str(rng.randrange(10, 220)), str(rng.randrange(3, 70)))
                term.tmux("resize-window", "-x", size[0], "-y", size[1])
            await asyncio.sleep(0.02)
        term.tmux("resize-window", "-x", "100", "-y", "30")
        s.server.push(BeatPassed(777, 1))

        def shows_the_bar() -> bool:
            if "bar 777" in term.screen():
                return True
            term.keys("Escape")  # out of whatever list or question the keys have opened
            return False

        await until(shows_the_bar, 60)
        assert "ended" not in term.screen()
        assert "Traceback" not in term.screen()
        term.keys("C-q")
        # The keys have set it playing: whether it plays on is asked.
        await until(lambda: "Leave the band playing?" in term.screen())
        term.keys("y")
        await until(lambda: "ended 0" in term.screen())


BREAKING = """
import sys, time
from amt_live.tui import run
from amt_live.tui.acting import ActingApp
def broken(self): raise ArithmeticError("a fault of ours")
ActingApp.action_moods = broken
run.LASTING_S = float(sys.argv[2])
sys.exit(run.run("127.0.0.1", int(sys.argv[1])).code)
"""


@pytest.mark.parametrize("lasting_s", [0.0, 1e6])
async def test_a_screen_that_breaks_is_opened_again_and_shows_no_traceback(
    require_external, tmp_path, lasting_s
):
    script = tmp_path / "breaking.py"
    script.write_text(BREAKING)
    command = f"{sys.executable} {script} {{port}} {lasting_s}"
    async with terminal(require_external("tmux"), tmp_path, command) as (term, s):
        term.keys("F6")
        said = "the screen broke (ArithmeticError)"
        await until(lambda: said in term.screen())
        fault = tmp_path / "amt-live" / "screen-fault.txt"
        assert "a fault of ours" in fault.read_text()
        assert "Traceback" not in term.screen()
        if lasting_s:
            await until(lambda: "ended 1" in term.screen())
        else:
            term.keys(*"dark waltz", "Enter")
            await until(lambda: s.band.log == [c.SetMood("dark waltz")])


def test_without_a_terminal_it_says_so_in_one_line():
    command = [sys.executable, "-m", "amt_live", "tui"]
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert (
        ended.stderr == "amt-live: the screen needs a terminal; without one use: amt-live daemon\n"
    )
