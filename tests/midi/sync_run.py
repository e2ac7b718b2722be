"""How well the band follows a clock: ``python -m tests.midi.sync_run --minutes 10`` prints JSON.

A private JACK server; a master that sends a 24-PPQN clock with jitter through a real JACK port, and
loses ``--dropout`` seconds of it every minute; or (``--clock link``) a Link session of two peers. A
real daemon follows and sends its own clock beside its notes. Heard at their JACK frames, its pulses
are compared with the master's true ones, without jitter.

``phase_ms``: from two bars after the start. ``jitter_ms``: the same of the master's pulses as they
were sent, the control. ``notes_ms``: note-ons from the nearest twelfth of a beat. A bar is lost
when no pulse was heard near its line. Exit code 1 where the phase's p99 is more than 5 ms, a bar is
lost, or joining a session changed its tempo.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from amt_live.midi.jack_port import JackPort
from amt_live.osc.client import send_and_wait
from amt_live.sync.link_session import LinkSession

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))
from exactness import RATE_HZ, busy, ear, jack_server, quantiles

from tests.stage.verdict import Line, at_least, at_most, judge, none_of

ROOT = Path(__file__).parents[2]
PULSES_A_BEAT, PULSES_A_BAR = 24, 96
AHEAD_S = 0.5
LOOK_S = 0.1
SETTLED_PULSES = 2 * PULSES_A_BAR
WAIT_S = 30.0
PHASE_MS = 5.0


class Master:
    """Sends a clock; ``true`` are the frames of its pulses, ``sent`` those with jitter."""

    def __init__(self, jitter_ms: float, seed: int, dropout_s: float) -> None:
        self.port = JackPort("amt-master")
        self.true: list[int] = []
        self.sent: list[int] = []
        self._chance = random.Random(seed)
        self._jitter_s = jitter_ms / 1000
        self._dropout_s = dropout_s

    def play(self, duration_s: float, bpm: float) -> None:
        period_s = 60 / bpm / PULSES_A_BEAT
        first_s = time.perf_counter() + 2 * AHEAD_S
        self.port.send(b"\xfa", first_s - 0.03)
        handed_over: deque[tuple[float, float]] = deque()
        for number in range(int(duration_s / period_s)):
            true_s = first_s + number * period_s
            time.sleep(max(0.0, true_s - AHEAD_S - time.perf_counter()))
            self._note(handed_over)
            # One in two hundred comes very late, the rest around their moment.
            off_s = self._chance.gauss(0, self._jitter_s)
            if self._chance.random() < 0.005:
                off_s += 4 * self._jitter_s
            handed_over.append((true_s, true_s + off_s))
            if not (true_s - first_s) % 60 > 60 - self._dropout_s:
                self.port.send(b"\xf8", true_s + off_s)
        self.port.send(b"\xfc", first_s + int(duration_s / period_s) * period_s)
        time.sleep(2 * AHEAD_S)
        self._note(handed_over)

    def _note(self, handed_over: "deque[tuple[float, float]]") -> None:
        """Frames of what is past: a server that loses periods moves those to come."""
        frame_at = self.port._frames.frame_at
        while handed_over and handed_over[0][0] < time.perf_counter():
            true_s, sent_s = handed_over.popleft()
            self.true.append(frame_at(true_s))
            self.sent.append(frame_at(sent_s))

    def close(self) -> None:
        self.port.close()


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


def figures(heard: list[list[str]], true: Sequence[int], sent: Sequence[int]) -> dict[str, Any]:
    """See the module. JACK may lose what it brings us, so pulses are not counted but looked for."""
    ms = 1000 / RATE_HZ
    pulses = pulses_of(heard)
    settled = true[SETTLED_PULSES:]
    errors = [abs(pulses[nearest(pulses, frame)] - frame) * ms for frame in settled[:-1]]
    half_pulse_ms = (true[-1] - true[0]) * ms / (len(true) - 1) / 2
    lost = sum(error >= half_pulse_ms for error in errors[::PULSES_A_BAR])
    notes = []
    for frame in (int(f) for f, _, data in heard if data.startswith("9")):
        at = bisect_right(true, frame) - 1
        if SETTLED_PULSES <= at < len(true) - 1:
            place = at + (frame - true[at]) / (true[at + 1] - true[at])
            off = abs(place - 2 * round(place / 2)) * (true[at + 1] - true[at]) * ms
            notes.append(off)
    jitter = [abs(s - t) * ms for s, t in zip(sent, true, strict=True)][SETTLED_PULSES:]
    return {
        "bars": len(errors[::PULSES_A_BAR]),
        "bars_lost": lost,
        "start_ms": round((pulses[0] - true[nearest(true, pulses[0])]) * ms, 3),
        "first_pulse": nearest(true, pulses[0]),
        "pulses_more_or_less": len(pulses) + nearest(true, pulses[0]) - len(true),
        "phase_ms": quantiles(errors),
        "jitter_ms": quantiles(jitter),
        "notes": len(notes),
        "notes_ms": quantiles(notes) if notes else {},
    }


def measure(
    minutes: float, bpm: float, jitter_ms: float, dropout_s: float, model: str, busy_count: int
) -> dict[str, Any]:
    """A MIDI clock; see the module."""
    with ExitStack() as stack:
        stack.enter_context(jack_server(1024))
        master = Master(jitter_ms, 1, dropout_s)
        stack.callback(master.close)
        flags = ("--sync=midi", "--sync-port=amt-master", f"--model={model}", "--mood=piano")
        osc_port = stack.enter_context(daemon(*flags))
        wait_for(osc_port, "/amt/transport/state", "waiting")
        listening = stack.enter_context(ear("amt-live"))
        time.sleep(2.0)  # the ear of the daemon opens its port
        stack.enter_context(busy(busy_count))
        master.play(minutes * 60, bpm)
        health = ask(osc_port, "/amt/health")
        wait_for(osc_port, "/amt/transport/state", "stopped")
        out, _ = listening.communicate(b"\n")
        heard = [line.split() for line in out.decode().splitlines()]
        result = figures(heard, master.true, master.sent)
    return {"clock": "midi", "bpm": bpm, **result, "underruns": health[3], "dropped": health[4]}


def measure_link(minutes: float, bpm: float, model: str, busy_count: int) -> dict[str, Any]:
    """A Link session, whose tempo is not the daemon's; see the module."""
    with ExitStack() as stack:
        stack.enter_context(jack_server(1024))
        port = JackPort("amt-master")
        stack.callback(port.close)
        peer = LinkSession(bpm)
        stack.callback(peer.close)
        flags = ("--sync=link", f"--model={model}", "--mood=piano", "--tempo=97")
        osc_port = stack.enter_context(daemon(*flags))
        listening = stack.enter_context(ear("amt-live"))
        until_s = time.perf_counter() + WAIT_S
        while peer.heard().peers < 1:
            assert time.perf_counter() < until_s, "the daemon is not in the session"
            time.sleep(0.05)
        ask(osc_port, "/amt/transport/play")
        stack.enter_context(busy(busy_count))
        lines: list[tuple[float, int]] = []
        for _ in range(int(minutes * 60 / LOOK_S)):
            time.sleep(LOOK_S)
            now = peer.heard()
            lines.append((now.beats, port._frames.frame_at(now.at_s)))
        tempo_bpm = peer.heard().tempo_bpm
        out, _ = listening.communicate(b"\n")
        heard = [line.split() for line in out.decode().splitlines()]
    pulses = pulses_of(heard)
    pulse_frames = RATE_HZ * 60 / tempo_bpm / PULSES_A_BEAT
    errors = []
    for beats, frame in lines[int(8 * 60 / tempo_bpm / LOOK_S) : -4]:
        # Where the session's next pulse lies, and where the band's is heard.
        wanted = frame + (ceil(beats * PULSES_A_BEAT) - beats * PULSES_A_BEAT) * pulse_frames
        at = pulses[nearest(pulses, round(wanted))]
        errors.append(abs(at - wanted) * 1000 / RATE_HZ)
    first = bisect_right(lines, pulses[0], key=lambda row: row[1])
    beats, frame = lines[min(first, len(lines) - 1)]
    began = beats + (pulses[0] - frame) / pulse_frames / PULSES_A_BEAT
    return {
        "clock": "link",
        "session_bpm": bpm,
        "bpm_after_joining": round(tempo_bpm, 6),
        "began_at_beat_of_bar": round(began % 4, 3),
        "looks": len(errors),
        "phase_ms": quantiles(errors),
    }


def lines_of(result: dict[str, Any]) -> list[Line]:
    """What has to be reached."""
    lines = [at_most("phase_ms p99", result["phase_ms"]["p99"], PHASE_MS)]
    if result["clock"] == "midi":
        lines.append(at_least("bars", result["bars"], 1))
        lines.append(none_of("bars_lost", result["bars_lost"]))
        lines.append(none_of("underruns", result["underruns"]))
    else:
        off = abs(result["bpm_after_joining"] - result["session_bpm"])
        lines.append(at_most("tempo that joining changed", round(off, 6), 0.001))
    return lines


def main() -> int:
    """Print the figures, and what had to be reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--clock", choices=("midi", "link"), default="midi")
    parser.add_argument("--bpm", type=float, default=126.0)
    parser.add_argument("--jitter-ms", type=float, default=3.0)
    parser.add_argument("--dropout", type=float, default=2.0, help="seconds lost every minute")
    parser.add_argument("--model", default="default")
    parser.add_argument("--busy", type=int, default=0)
    o = parser.parse_args()
    if o.clock == "link":
        result = measure_link(o.minutes, o.bpm, o.model, o.busy)
    else:
        result = measure(o.minutes, o.bpm, o.jitter_ms, o.dropout, o.model, o.busy)
    print(json.dumps(result, indent=2))
    return judge(lines_of(result))


if __name__ == "__main__":
    sys.exit(main())
