"""A daemon that follows a clock, and what a listener on JACK heard of it. For ``sync_run``."""

import os
import socket
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from amt_live.osc.client import send_and_wait

ROOT = Path(__file__).parents[2]
PULSES_A_BEAT, PULSES_A_BAR = 24, 96
SETTLED_PULSES = 2 * PULSES_A_BAR
WAIT_S = 30.0


@contextmanager
def daemon(*flags: str) -> Iterator[int]:
    """A daemon; its OSC port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        osc_port = probe.getsockname()[1]
    command = [sys.executable, "-m", "amt_live", "daemon", f"--osc-port={osc_port}", *flags]
    process = subprocess.Popen(
        [*command, "--midi-api=jack", "--sync-out=on", "--discovery=off"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull},
    )
    try:
        assert process.stdout is not None
        assert any(line == "ready\n" for line in process.stdout), "the daemon ended"
        yield osc_port
    finally:
        process.terminate()
        process.wait(15)


def ask(osc_port: int, address: str, *atoms: str | float) -> tuple[Any, ...]:
    reply, _ = send_and_wait("127.0.0.1", osc_port, address, atoms)
    assert reply.ok, reply
    return reply.values


def wait_for(osc_port: int, address: str, wanted: Any) -> None:
    """Until a reading begins with a value."""
    until_s = time.perf_counter() + WAIT_S
    while ask(osc_port, address)[0] != wanted:
        assert time.perf_counter() < until_s, (address, ask(osc_port, address), wanted)
        time.sleep(0.05)


def pulses_of(heard: list[list[str]]) -> list[int]:
    """The frames of a song's pulses, from its last start on."""
    frames: list[int] = []
    for frame, _, data in heard:
        if data in ("fa", "fb"):
            frames = []
        elif data == "f8":
            frames.append(int(frame))
    return frames


def nearest(frames: Sequence[int], frame: int) -> int:
    """The number of the nearest of some frames."""
    at = bisect_right(frames, frame)
    return min(
        (n for n in (at - 1, at) if 0 <= n < len(frames)), key=lambda n: abs(frames[n] - frame)
    )


def written(listening: subprocess.Popen[bytes]) -> list[list[str]]:
    """What a listener wrote down."""
    out, _ = listening.communicate(b"\n")
    return [line.split() for line in out.decode().splitlines()]
