"""How exactly the player sends: ``python tests/midi/exactness.py`` prints it as JSON.

A private JACK server (dummy driver, real-time where the system grants it), one player on the
frame-exact backend, one through RtMidi, and a control thread in C (``control.c``; in Python where
there is no compiler) with the deadlines of the same notes: all at once, beside as many busy
processes as there are cores (``--busy N``), or beside whatever else is running.

``spacing_frames``: heard distances of neighbouring notes minus the written ones. ``late_ms``: sent
minus due for RtMidi, placed minus due for JACK, awake minus due for the control.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

from amt_live.midi.output import Timing
from amt_live.midi.player_process import PlayerProcess
from amt_live.music.events import Note
from amt_live.music.timeline import Timeline

HERE = Path(__file__).parent
BPM, STEP_TICKS = 300.0, 120  # a note every 50 ms
STEP_S = 60 / BPM * STEP_TICKS / 480
LEAD_S = 0.5
RATE_HZ = 48_000
CONTROL_PYTHON = """
import sys, time
first_s, interval_s, count = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
from amt_live.midi.realtime import ask_for_realtime
ask_for_realtime()
late = []
for at in range(count):
    due_s = first_s + at * interval_s
    time.sleep(max(0.0, due_s - time.perf_counter()))
    late.append((time.perf_counter() - due_s) * 1e6)
print("\\n".join(map(str, late)))
"""


@contextmanager
def jack_server(period: int) -> Iterator[bool]:
    """A server of our own; tells whether it runs in real time."""
    os.environ |= {"JACK_DEFAULT_SERVER": f"amtexact{os.getpid()}", "JACK_NO_START_SERVER": "1"}
    command = ["jackd", "-n", os.environ["JACK_DEFAULT_SERVER"], "--silent"]
    driver = ["-d", "dummy", "-r", str(RATE_HZ), "-p", str(period)]
    nowhere = subprocess.DEVNULL
    for flags in (["--realtime", "-P", "40"], ["--no-realtime", "--no-mlock"]):
        server = subprocess.Popen([*command, *flags, *driver], stdout=nowhere, stderr=nowhere)
        try:
            for _ in range(200):
                if server.poll() is not None:
                    break
                if subprocess.run(["jack_lsp"], capture_output=True).returncode == 0:
                    yield flags[0] == "--realtime"
                    return
                time.sleep(0.05)
        finally:
            server.terminate()
            server.wait()
    raise SystemExit("jackd does not start")


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Processes that do nothing but use a core each."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while 1: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


@contextmanager
def ear(name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Somebody who writes down at which frame the player called ``name`` is heard."""
    command = [sys.executable, str(HERE / "frame_ear.py"), name + "-ear", f"^{name}:"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        while (line := process.stdout.readline()) != b"listening\n":
            assert line, "the ear ended"
        yield process
    finally:
        process.kill()
        process.wait()


def control_command() -> tuple[str, list[str]]:
    """The control thread: what it is written in, and how to start it."""
    compiler = shutil.which("cc")
    if compiler is None:
        return "python", [sys.executable, "-c", CONTROL_PYTHON]
    program = Path(tempfile.mkdtemp()) / "control"
    subprocess.run([compiler, "-O2", "-o", program, HERE / "control.c"], check=True)
    return "C", [str(program)]


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p99, p99.9 and the most."""
    ordered = sorted(values)
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    found = {n: ordered[min(len(ordered) - 1, int(s * len(ordered)))] for n, s in shares.items()}
    return {name: round(value, 3) for name, value in (found | {"max": ordered[-1]}).items()}


def measure(count: int, period: int, busy_count: int) -> dict[str, object]:
    """One run; see the module."""
    apis = ("jack", "jack-rtmidi")
    with ExitStack() as stack:
        realtime = stack.enter_context(jack_server(period))
        language, control = control_command()
        reports: dict[str, list[object]] = {api: [] for api in apis}
        players, ears = {}, {}
        for api in apis:
            players[api] = PlayerProcess(reports[api].append, api, client_name=f"amt-{api}")
            stack.callback(players[api].close)
            ears[api] = stack.enter_context(ear(f"amt-{api}"))
        stack.enter_context(busy(busy_count))
        first_s = time.perf_counter() + LEAD_S
        arguments = [repr(first_s + STEP_S / 2), repr(STEP_S), str(count)]
        controlling = subprocess.Popen([*control, *arguments], stdout=subprocess.PIPE)
        notes = [Note(STEP_TICKS * at, 2, 40 + at % 40, 80, 60) for at in range(count)]
        for player in players.values():
            player.set_timeline(Timeline(BPM, 0, first_s))
            player.schedule(notes)
        late_us = [float(line) for line in controlling.communicate()[0].split()]
        time.sleep(1.5)  # the last figures come twice a second
        result: dict[str, object] = {
            "notes": count,
            "period": period,
            "realtime_server": realtime,
            "busy_processes": busy_count,
            "rights": players["jack"].opened.realtime,
            "control": {"language": language, "late_ms": quantiles([us / 1e3 for us in late_us])},
        }
        for api in apis:
            out, _ = ears[api].communicate(b"\n")
            heard = [line.split() for line in out.decode().splitlines()]
            frames = [int(frame) for frame, _, data in heard if data.startswith("9")]
            written = STEP_S * RATE_HZ
            off = [abs(later - earlier - written) for earlier, later in pairwise(frames)]
            timing = [report for report in reports[api] if isinstance(report, Timing)][-1]
            result[api] = {
                "heard": len(frames),
                "spacing_frames": quantiles(off),
                "within_a_frame": round(sum(o <= 1 for o in off) / max(1, len(off)), 4),
                "late_ms": {"p50": timing.p50_ms, "p99": timing.p99_ms, "p99.9": timing.p999_ms},
                "xruns": timing.xruns,
            }
        return result


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--period", type=int, default=1024)
    parser.add_argument("--busy", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    print(json.dumps(measure(options.notes, options.period, options.busy), indent=2))


if __name__ == "__main__":
    main()
