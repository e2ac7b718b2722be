"""The screen under ten minutes of random keys and resizes, on a real daemon in a real terminal.

    python -m tests.stage.screen [--minutes 10] [--model default] [--seed 1] [--furious]

Prints what the screen costs (calm, at three sizes, and under the keys), whether it ever showed a
traceback or stood still, and the player's lateness without it and with it. Exit 1 where one of them
is not as it should be. Keys may find the palette's way out: a screen that was left so, in good
order, is opened again and counted. The keys come as fast as two hands type (some six a second);
with ``--furious`` as from a cat on the keyboard, and then the share of a core is only told.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from amt_live.errors import NetworkError
from amt_live.osc.client import OscClient
from tests.tui.test_terminal import Terminal, until

MOST_OF_A_CORE = 0.15
HANDS_S, FURIOUS_S = 0.8, 0.3
"""The longest pause between two strokes, of one to four keys each."""
SIZES = ((80, 24), (120, 40), (200, 60))
KEYS = ["Enter", "Escape", "Tab", "Up", "Down", "Left", "Right", "PageUp", "PageDown", "F1", "F2"]
KEYS += ["C-p", "C-g", "C-z", "C-t", "C-w", "C-a", "BSpace", "M-x", "S-Left", "F4", "F5", "F6"]
KEYS += ["F8", "F9", "F10", "F12", "C-r", "C-n"]
KEYS += [*"abcdefghijklmnopqrstuvwxyzDEN0123456789!?+-=[]<>,.:@ éß暗"]
BAR = re.compile(r"bar (\d+)")
TICKS_A_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """What was measured."""

    calm: dict[str, float] = field(default_factory=dict)
    busy_cpu_s: float = 0.0
    busy_s: float = 0.0
    left: int = 0
    late_alone_ms: float = 0.0
    late_with_ms: float = 0.0
    keys: int = 0
    resizes: int = 0
    looks: int = 0
    slowest_look_s: float = 0.0
    traceback: str = ""

    @property
    def busy(self) -> float:
        """Share of a core under the keys."""
        return self.busy_cpu_s / self.busy_s if self.busy_s else 0.0

    @property
    def dearest(self) -> float:
        return max(self.busy, *self.calm.values())


@dataclass
class Ear:
    """The daemon as another client hears it."""

    client: OscClient
    bar: int = 0
    is_playing: bool = False
    late_ms: list[float] = field(default_factory=list)

    def hear(self, address: str, atoms: tuple[object, ...]) -> None:
        if address == "/amt/transport/state":
            self.is_playing = atoms[0] == "playing"
        elif address == "/amt/beat":
            self.bar = int(atoms[0])  # type: ignore[call-overload]
        elif address == "/amt/health":
            self.late_ms.append(float(atoms[2]))  # type: ignore[arg-type]

    async def play(self) -> None:
        """Keys may have stopped the band; on a busy machine an answer may take its time."""
        for _ in range(10):
            with contextlib.suppress(NetworkError):
                if not self.is_playing:
                    await self.client.request("/amt/transport/play")
                return

    async def lateness_ms(self, duration_s: float) -> float:
        """The median of what the player says of its slowest hundredth, twice a second."""
        self.late_ms.clear()
        await asyncio.sleep(duration_s)
        return sorted(self.late_ms)[len(self.late_ms) // 2] if self.late_ms else 0.0


def started(
    command: list[str], log: Path, environment: dict[str, str]
) -> "subprocess.Popen[bytes]":
    with log.open("w") as sink:
        return subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=environment)


@contextlib.asynccontextmanager
async def daemon(model: str, folder: Path) -> AsyncIterator[Ear]:
    """A daemon that plays into nothing, and an ear on it."""
    command = [sys.executable, "-m", "amt_live", "daemon", "--midi-api", "null", "--osc-port", "0"]
    command += ["--model", model, "--mood", "calm piano ballad", "--discovery", "off"]
    environment = {
        **os.environ,
        "AMT_LIVE_TAKES": str(folder / "takes"),
        "XDG_DATA_HOME": str(folder),
        "XDG_STATE_HOME": str(folder),
    }
    (folder / "takes").mkdir()
    child = started(command, folder / "daemon.log", environment)
    try:
        said = folder / "daemon.log"
        await until(lambda: "ready\n" in said.read_text() or child.poll() is not None, 120)
        port = int(re.search(r"OSC at .*:(\d+)", said.read_text())[1])  # type: ignore[index]
        client = OscClient("127.0.0.1", port)
        ear = Ear(client)
        client.subscribe(ear.hear)  # type: ignore[arg-type]
        await client.connect()
        await client.listen()
        await ear.play()
        await until(lambda: ear.bar > 1, 60)
        yield ear
        await client.close()
    finally:
        child.terminate()
        child.wait(30)


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_S


@dataclass
class Meter:
    """What the screen takes from look to look; by then it may be another process."""

    pid: int = 0
    cpu_s: float = 0.0
    at_s: float = 0.0

    def read(self, term: Terminal, figures: Figures) -> None:
        pid, now_s = term.pid, time.perf_counter()
        now_cpu_s = cpu_s(pid)
        if pid == self.pid:
            figures.busy_cpu_s += now_cpu_s - self.cpu_s
            figures.busy_s += now_s - self.at_s
        elif self.pid:
            figures.left += 1
        self.pid, self.cpu_s, self.at_s = pid, now_cpu_s, now_s


async def share(pid: int, duration_s: float) -> float:
    """How much of a core a process takes."""
    before, at_s = cpu_s(pid), time.perf_counter()
    await asyncio.sleep(duration_s)
    return (cpu_s(pid) - before) / (time.perf_counter() - at_s)


def resize(term: Terminal, columns: int, rows: int) -> None:
    term.tmux("resize-window", "-x", str(columns), "-y", str(rows))


async def look(term: Terminal, ear: Ear, figures: Figures) -> None:
    """The screen shows the bar that is played; raises TimeoutError where it stands still.

    A screen that broke opens itself again, and leaves its traceback in a file.
    """
    fault = term.socket.parent / "amt-live" / "screen-fault.txt"
    resize(term, 100, 30)
    await ear.play()
    start_s = time.perf_counter()

    def is_there() -> bool:
        shown = term.screen()
        if "Traceback" in shown or "ended" in shown or fault.exists():
            figures.traceback = fault.read_text() if fault.exists() else shown
            return True
        found = BAR.search(shown)
        if found is None or " bpm" not in shown:
            term.keys("Escape")  # a page lies over it
            return False
        return abs(int(found[1]) - ear.bar) <= 1

    await until(is_there, 30)
    figures.looks += 1
    figures.slowest_look_s = max(figures.slowest_look_s, time.perf_counter() - start_s)


async def measure(
    seconds: float, model: str, seed: int, tmux: str, longest_pause_s: float = FURIOUS_S
) -> Figures:
    """The whole run."""
    figures, rng = Figures(), random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with daemon(model, folder) as ear:
            spell_s = max(1.5, min(20.0, seconds / 12))
            figures.late_alone_ms = await ear.lateness_ms(spell_s)
            term = Terminal(tmux, folder / "tmux")
            port = ear.client.port
            screen = f"{sys.executable} -m amt_live tui --osc-port {port}"
            settings = ["-e", f"XDG_DATA_HOME={folder}", "-e", "COLORTERM=truecolor"]
            settings += ["-e", "LC_ALL=C.UTF-8"]
            shell = f"sh -c 'while {screen}; do sleep 1; done; echo ended $?; sleep 600'"
            term.tmux("-u", "new-session", "-d", "-x", "100", "-y", "30", *settings, shell)
            try:
                await until(lambda: "PLAYING" in term.screen(), 60)
                pid = term.pid
                for columns, rows in SIZES:
                    resize(term, columns, rows)
                    await asyncio.sleep(0.5)
                    figures.calm[f"{columns}x{rows}"] = await share(pid, spell_s)
                await torment(term, ear, figures, rng, seconds, longest_pause_s)
            finally:
                term.tmux("kill-server")
    return figures


async def torment(
    term: Terminal,
    ear: Ear,
    figures: Figures,
    rng: random.Random,
    seconds: float,
    longest_pause_s: float,
) -> None:
    """Random keys and sizes for so long, with a look now and then."""
    end_s = time.perf_counter() + seconds
    next_look_s = time.perf_counter() + min(10.0, seconds / 2)
    meter = Meter()
    meter.read(term, figures)
    ear.late_ms.clear()
    while time.perf_counter() < end_s and not figures.traceback:
        stroke = rng.choices(KEYS, k=rng.randrange(1, 5))
        term.keys(*stroke)
        figures.keys += len(stroke)
        if rng.random() < 0.08:
            resize(term, rng.randrange(10, 220), rng.randrange(3, 70))
            figures.resizes += 1
        await asyncio.sleep(rng.random() * longest_pause_s)
        if time.perf_counter() > next_look_s:
            await look(term, ear, figures)
            if not figures.traceback:
                meter.read(term, figures)
            next_look_s = time.perf_counter() + 10.0
    if not figures.traceback:
        await look(term, ear, figures)
    if not figures.traceback:
        meter.read(term, figures)
    figures.late_with_ms = sorted(ear.late_ms)[len(ear.late_ms) // 2] if ear.late_ms else 0.0


def report(figures: Figures, seconds: float) -> None:
    for size, calm in figures.calm.items():
        print(f"the screen at {size:7}  {100 * calm:.1f} % of a core")
    print(f"under {figures.keys} keys and {figures.resizes} resizes in {seconds / 60:.1f} min  "
          f"{100 * figures.busy:.1f} % of a core")  # fmt: skip
    print(f"left by the keys and opened again {figures.left} times")
    print(f"looked at {figures.looks} times  it showed the bar that was played, at the latest "
          f"{figures.slowest_look_s:.1f} s after being asked")  # fmt: skip
    print(f"traceback  {figures.traceback.strip() or 'none'}")
    print(f"the player's p99, median  {figures.late_alone_ms:.2f} ms without the screen, "
          f"{figures.late_with_ms:.2f} ms with it")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--furious", action="store_true", help="keys without a pause")
    options = parser.parse_args()
    tmux = shutil.which("tmux")
    if tmux is None:
        print("needs tmux: apt-get install tmux")
        return 1
    seconds = options.minutes * 60
    pause_s = FURIOUS_S if options.furious else HANDS_S
    figures = asyncio.run(measure(seconds, options.model, options.seed, tmux, pause_s))
    report(figures, seconds)
    judged = max(figures.calm.values()) if options.furious else figures.dearest
    good = not figures.traceback and judged < MOST_OF_A_CORE
    print("good" if good else "NOT good")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
