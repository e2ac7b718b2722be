"""How well the band follows a clock: ``python -m tests.midi.sync_run --minutes 10`` prints JSON.

A private JACK server; a master that sends a 24-PPQN clock with jitter through a real JACK port, and
loses ``--dropout`` seconds of it every minute; or (``--clock link``) a Link session of two peers,
each a process of its own, which agree on a tempo before the band joins and change it by turns every
``--turn`` seconds. A real daemon follows and sends its own clock beside its notes. Heard at their
JACK frames, its pulses are compared with the master's true ones, without jitter, or with the worse
of the two peers.

``phase_ms``: from two bars after the start. ``jitter_ms``: the same of the master's pulses as they
were sent. ``notes_ms``: note-ons from the nearest twelfth of a beat. A bar is lost when no pulse
was heard near its line. ``server_ms`` is the control: the master's pulses at a second listener,
from where they were sent. A server that loses periods moves all that it carries: a line beside
which the control is off by a millisecond counts under ``bars_moved_by_server``. Exit code 1 where
the phase's p99 is more than 5 ms, a bar is lost, joining a session changed its tempo, or the peers
did not stay together within 2 ms.
"""

import argparse
import json
import random
import sys
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from amt_live.midi.jack_port import JackPort

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))
from exactness import RATE_HZ, busy, ear, jack_server, quantiles
from sync_band import (
    PULSES_A_BAR,
    PULSES_A_BEAT,
    SETTLED_PULSES,
    ask,
    daemon,
    nearest,
    pulses_of,
    wait_for,
    written,
)
from sync_link import measure_link

from tests.stage.verdict import Line, at_least, at_most, judge, none_of

AHEAD_S = 0.5
PHASE_MS = 5.0
PEERS_MS = 2.0
SERVER_MS = 1.0
NEAR = 2 * PULSES_A_BEAT


class Master:
    """Sends a clock; ``true`` are the frames of its pulses, ``sent`` those with jitter."""

    def __init__(self, jitter_ms: float, seed: int, dropout_s: float) -> None:
        self.port = JackPort("amt-master")
        self.true: list[int] = []
        self.sent: list[int] = []
        self.was_sent: list[bool] = []
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
            self.was_sent.append(not (true_s - first_s) % 60 > 60 - self._dropout_s)
            if self.was_sent[-1]:
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


def server_errors_ms(control: Sequence[int], master: Master) -> list[float]:
    """How far the server moved each pulse that the master sent: 0 where it sent none."""
    ms = 1000 / RATE_HZ
    return [
        abs(control[nearest(control, frame)] - frame) * ms if was_sent else 0.0
        for frame, was_sent in zip(master.sent, master.was_sent, strict=True)
    ]


def figures(heard: list[list[str]], control: Sequence[int], master: Master) -> dict[str, Any]:
    """See the module. JACK may lose what it brings us, so pulses are not counted but looked for."""
    ms = 1000 / RATE_HZ
    true, sent = master.true, master.sent
    moved = server_errors_ms(control, master)
    pulses = pulses_of(heard)
    settled = true[SETTLED_PULSES:]
    errors = [abs(pulses[nearest(pulses, frame)] - frame) * ms for frame in settled[:-1]]
    half_pulse_ms = (true[-1] - true[0]) * ms / (len(true) - 1) / 2
    off = [n for n in range(0, len(errors), PULSES_A_BAR) if errors[n] >= half_pulse_ms]
    beside = {n: moved[max(0, n + SETTLED_PULSES - NEAR) : n + SETTLED_PULSES + NEAR] for n in off}
    lost = [n for n in off if max(beside[n]) < SERVER_MS]
    notes = []
    for frame in (int(f) for f, _, data in heard if data.startswith("9")):
        at = bisect_right(true, frame) - 1
        if SETTLED_PULSES <= at < len(true) - 1:
            place = at + (frame - true[at]) / (true[at + 1] - true[at])
            notes.append(abs(place - 2 * round(place / 2)) * (true[at + 1] - true[at]) * ms)
    jitter = [abs(s - t) * ms for s, t in zip(sent, true, strict=True)][SETTLED_PULSES:]
    return {
        "bars": len(errors[::PULSES_A_BAR]),
        "bars_lost": len(lost),
        "bars_moved_by_server": len(off) - len(lost),
        "off_at_s": [round((true[n + SETTLED_PULSES] - true[0]) * ms / 1000, 1) for n in off],
        "start_ms": round((pulses[0] - true[nearest(true, pulses[0])]) * ms, 3),
        "first_pulse": nearest(true, pulses[0]),
        "pulses_more_or_less": len(pulses) + nearest(true, pulses[0]) - len(true),
        "phase_ms": quantiles(errors),
        "jitter_ms": quantiles(jitter),
        "server_ms": quantiles(moved),
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
        control = stack.enter_context(ear("amt-master"))
        time.sleep(2.0)  # the ear of the daemon opens its port
        stack.enter_context(busy(busy_count))
        master.play(minutes * 60, bpm)
        health = ask(osc_port, "/amt/health")
        wait_for(osc_port, "/amt/transport/state", "stopped")
        result = figures(written(listening), pulses_of(written(control)), master)
    return {"clock": "midi", "bpm": bpm, **result, "underruns": health[3], "dropped": health[4]}


def lines_of(result: dict[str, Any]) -> list[Line]:
    """What has to be reached."""
    lines = [at_most("phase_ms p99", result["phase_ms"]["p99"], PHASE_MS)]
    if result["clock"] == "midi":
        lines.append(at_least("bars", result["bars"], 1))
    else:
        off = abs(result["bpm_after_joining"] - result["session_bpm"])
        lines.append(at_most("tempo that joining changed", round(off, 6), 0.001))
        lines.append(at_most("peers_apart_ms p99", result["peers_apart_ms"]["p99"], PEERS_MS))
    lines.append(none_of("bars_lost", result["bars_lost"]))
    lines.append(none_of("underruns", result["underruns"]))
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
    parser.add_argument("--turn", type=float, default=45.0, help="seconds a Link tempo stays")
    parser.add_argument("--busy", type=int, default=0)
    o = parser.parse_args()
    if o.clock == "link":
        result = measure_link(o.minutes, o.bpm, o.model, o.busy, o.turn)
    else:
        result = measure(o.minutes, o.bpm, o.jitter_ms, o.dropout, o.model, o.busy)
    print(json.dumps(result, indent=2))
    return judge(lines_of(result))


if __name__ == "__main__":
    sys.exit(main())
