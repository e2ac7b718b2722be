"""Ten minutes of real play with the screen attached, in figures: ``python -m tests.soak``.

Starts a daemon and, in tmux, the screen; sends a mood every few seconds at all kinds of boundaries
and now and then a tempo; watches health, memory and processor time; counts the notes of the take at
the end. ``--minutes 30 --bpm 200 --density max`` holds tempo and density there. Not a test: it
takes real time and prints what it measured. Exit code 1 for an underrun, a lost note, or resident
memory that grew by more than 2 % over the last three quarters.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # also as python tests/soak.py

from amt_live.midi.smf import notes_of, read
from amt_live.osc.client import send_and_wait
from tests.stage.verdict import at_least, at_most, judge, none_of

MOODS = (
    "calm piano ballad", "fast aggressive metal", "dark waltz", "cheerful bossa nova with flute",
    "sparse melancholic jazz ballad", "church organ hymn", "techno club", "rain on a tin roof",
)  # fmt: skip
MEMORY_GROWTH = 0.02
WHENS = ("@now", "@16th", "@beat", "@bar", "@2bars", "@4bars")


def main() -> int:
    """Run, print one JSON object and what had to be reached; exit 1 where it is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--osc-port", type=int, default=9745)
    parser.add_argument("--midi-api", default="auto")
    parser.add_argument("--model", default="default")
    parser.add_argument("--bpm", type=float, help="keep this tempo")
    parser.add_argument("--density", help="keep this density, 0-1 or max")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = _run(options, Path(folder) / "soak.mid")
    print(json.dumps(figures, indent=1))
    return judge(
        [
            none_of("underruns", figures["underruns"]),
            none_of("dropped", figures["dropped"]),
            at_most("memory_growth", figures["memory_growth"], MEMORY_GROWTH),
            at_least("notes", figures["notes"], 1),
        ]
    )


def _run(options: argparse.Namespace, take: Path) -> dict[str, Any]:
    port = str(options.osc_port)
    command = [
        sys.executable,
        "-m",
        "amt_live",
        "daemon",
        "--osc-port",
        port,
        "--record",
        str(take),
    ]
    command += ["--midi-api", options.midi_api, "--model", options.model, "--may-be-silent"]
    began_s = time.perf_counter()
    daemon = subprocess.Popen([*command, "--mood", MOODS[0]], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    while "ready" not in (line := daemon.stdout.readline()):
        if not line:
            raise SystemExit("the daemon ended before it was ready")
    ready_s = time.perf_counter() - began_s
    threading.Thread(target=daemon.stdout.read, daemon=True).start()
    screen = _attach_screen(port)
    try:
        seen = _play(options, daemon.pid)
    finally:
        if screen:
            subprocess.run(["tmux", "kill-session", "-t", screen], check=False)
        daemon.terminate()
        daemon.wait(30)
    song = read(take)
    notes = notes_of(song)
    return {
        "minutes": options.minutes,
        "ready_s": round(ready_s, 2),
        "screen": bool(screen),
        **seen,
        "notes": len(notes),
        "markers": len(song.markers),
    }


def _attach_screen(port: str) -> str | None:
    if not shutil.which("tmux"):
        return None
    name = f"soak{port}"
    screen = f"{sys.executable} -m amt_live tui --osc-port {port}"
    subprocess.run(
        ["tmux", "new-session", "-d", "-s", name, "-x", "120", "-y", "40", screen], check=True
    )
    return name


def _play(options: argparse.Namespace, pid: int) -> dict[str, Any]:
    draw = random.Random(1)
    ask = ("127.0.0.1", options.osc_port)
    horizon, speed, late, memory = [], [], [], []
    underruns = dropped = moods = 0
    if options.bpm is not None:
        assert send_and_wait(*ask, "/amt/tempo", (options.bpm,))[0].ok
    if options.density is not None:
        density = 1.0 if options.density == "max" else float(options.density)
        assert send_and_wait(*ask, "/amt/density", (density,))[0].ok
    cpu_began = _cpu_s(pid)
    began_s = time.perf_counter()
    end_s = began_s + 60 * options.minutes
    next_mood_s = began_s + 5
    while (now_s := time.perf_counter()) < end_s:
        if now_s >= next_mood_s:
            next_mood_s = now_s + draw.uniform(2, 8)
            mood = f"{draw.choice(MOODS)} {draw.choice(WHENS)}"
            reply, _ = send_and_wait(*ask, "/amt/mood", (mood,))
            assert reply.ok, reply
            moods += 1
            if options.bpm is None and draw.random() < 0.15:
                send_and_wait(*ask, "/amt/tempo", (draw.uniform(70, 170),))
        time.sleep(0.5)
        health, _ = send_and_wait(*ask, "/amt/health")
        horizon.append(health.values[0])
        speed.append(health.values[1])
        late.append(health.values[2])
        underruns, dropped = int(health.values[3]), int(health.values[4])
        memory.append(_memory_mib(pid))
    cpu = (_cpu_s(pid) - cpu_began) / (time.perf_counter() - began_s)
    return {
        "moods": moods,
        "underruns": underruns,
        "dropped": dropped,
        "horizon_beats_min": round(min(horizon), 2),
        "tokens_per_s_median": round(sorted(speed)[len(speed) // 2]),
        "lateness_p99_ms_median": round(sorted(late)[len(late) // 2], 3),
        "lateness_p99_ms_max": round(max(late), 3),
        "daemon_memory_mib": [round(memory[at * (len(memory) - 1) // 4]) for at in range(5)],
        "memory_growth": round(memory[-1] / memory[len(memory) // 4] - 1, 4),
        "daemon_cpu_share": round(cpu, 3),
    }


def _memory_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    sys.exit(main())
