"""Two peers of a Link session outside the band, and how near the band stays to them."""

import time
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from math import ceil
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from exactness import RATE_HZ, busy, ear, jack_server, quantiles
from sync_band import (
    PULSES_A_BAR,
    PULSES_A_BEAT,
    SETTLED_PULSES,
    WAIT_S,
    ask,
    daemon,
    nearest,
    pulses_of,
    written,
)

from amt_live.midi.jack_port import JackPort
from amt_live.sync.link_session import LinkSession

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LOOK_S = 0.1
TURN_HEARD_S = 1.0
"""Seconds after a change of tempo that are not judged: the band follows within a beat or two."""
TURNS_BPM = (1.0, 1.04, 0.97)
"""What the peers make of the session's tempo by turns."""


def other_peer(bpm: float, pipe: "Connection") -> None:
    """A peer in a process of its own: tells where it is for every line, sets a tempo for a number.

    What it tells is a reading of ``perf_counter``, which processes of one machine share.
    """
    peer = LinkSession(bpm)
    try:
        while (wish := pipe.recv()) is not None:
            if wish:
                peer.set_tempo(wish)
            now = peer.heard()
            pipe.send((now.peers, now.tempo_bpm, now.beats, now.at_s))
    finally:
        peer.close()


class Peers:
    """Two peers of a session outside the band, each a process."""

    def __init__(self, bpm: float, stack: ExitStack) -> None:
        context = get_context("spawn")
        self._pipes = []
        for _ in range(2):
            mine, its = context.Pipe()
            process = context.Process(target=other_peer, args=(bpm, its), daemon=True)
            process.start()
            stack.callback(process.join, 5)
            stack.callback(mine.send, None)
            self._pipes.append(mine)

    def look(self, number: int, tempo_bpm: float = 0.0) -> tuple[int, float, float, float]:
        """How many others a peer sees, the tempo, its beat, and when that was."""
        self._pipes[number].send(tempo_bpm)
        peers, heard_bpm, beats, at_s = self._pipes[number].recv()
        return peers, heard_bpm, beats, at_s

    def wait_for(self, others: int) -> None:
        """Until each sees so many others."""
        until_s = time.perf_counter() + WAIT_S
        while min(self.look(0)[0], self.look(1)[0]) < others:
            assert time.perf_counter() < until_s, f"not {others} others in the session"
            time.sleep(0.05)


def measure_link(
    minutes: float, bpm: float, model: str, busy_count: int, turn_s: float
) -> dict[str, Any]:
    """A Link session, whose tempo is not the daemon's; see the module."""
    with ExitStack() as stack:
        stack.enter_context(jack_server(1024))
        port = JackPort("amt-master")
        stack.callback(port.close)
        peers = Peers(bpm, stack)
        peers.wait_for(1)
        flags = ("--sync=link", f"--model={model}", "--mood=piano", "--tempo=97")
        osc_port = stack.enter_context(daemon(*flags))
        listening = stack.enter_context(ear("amt-live"))
        peers.wait_for(2)
        joined_bpm = peers.look(0)[1]
        ask(osc_port, "/amt/transport/play")
        stack.enter_context(busy(busy_count))
        looks: list[tuple[float, float, int]] = []  # beat and tempo of a peer at a frame
        apart: list[float] = []
        turned: list[int] = []
        begun_s = time.perf_counter()
        while (now_s := time.perf_counter() - begun_s) < minutes * 60:
            time.sleep(LOOK_S)
            if now_s > (len(turned) + 1) * turn_s:
                turned.append(len(looks))
                peers.look(len(turned) % 2, bpm * TURNS_BPM[len(turned) % len(TURNS_BPM)])
                continue  # The other hears of it within a moment.
            both = [peers.look(number) for number in (0, 1)]
            for _, tempo_bpm, beats, at_s in both:
                looks.append((beats, tempo_bpm, port._frames.frame_at(at_s)))
            (_, tempo_bpm, first, first_s), (_, _, second, second_s) = both
            seconds = (second - first) * 60 / tempo_bpm - (second_s - first_s)
            apart.append(abs(seconds) * 1000)
        health = ask(osc_port, "/amt/health")
        heard = written(listening)
    pulses = pulses_of(heard)
    settling = round(SETTLED_PULSES / PULSES_A_BEAT * 60 / bpm / LOOK_S) * 2
    turning = {n + k for n in turned for k in range(round(2 * TURN_HEARD_S / LOOK_S))}
    errors = [
        link_error_ms(pulses, *look)
        for number, look in enumerate(looks[:-8])
        if number >= settling and number not in turning
    ]
    first = min(bisect_right(looks, pulses[0], key=lambda look: look[2]), len(looks) - 1)
    beats, tempo_bpm, frame = looks[first]
    began = beats + (pulses[0] - frame) * tempo_bpm / 60 / RATE_HZ
    return {
        "clock": "link",
        "session_bpm": bpm,
        "bpm_after_joining": round(joined_bpm, 6),
        "began_at_beat_of_bar": round(began % 4, 3),
        "tempo_changes": len(turned),
        "looks": len(errors),
        "bars_lost": bars_lost(pulses),
        "phase_ms": quantiles(errors),
        "peers_apart_ms": quantiles(apart),
        "underruns": health[3],
        "dropped": health[4],
    }


def link_error_ms(pulses: Sequence[int], beats: float, tempo_bpm: float, frame: int) -> float:
    """How far the band's pulse is from the session's next one after a look."""
    pulse_frames = RATE_HZ * 60 / tempo_bpm / PULSES_A_BEAT
    wanted = frame + (ceil(beats * PULSES_A_BEAT) - beats * PULSES_A_BEAT) * pulse_frames
    return abs(pulses[nearest(pulses, round(wanted))] - wanted) * 1000 / RATE_HZ


def bars_lost(pulses: Sequence[int]) -> int:
    """Bars of pulses with a hole of half a beat, or more, in them."""
    gaps = [later - earlier for earlier, later in pairwise(pulses)]
    usual = sorted(gaps)[len(gaps) // 2]
    return len({n // PULSES_A_BAR for n, gap in enumerate(gaps) if gap > usual * PULSES_A_BEAT / 2})
