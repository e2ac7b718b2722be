"""The process that hears a performer's hands: ``python -m amt_live.midi_in.process``.

What comes goes up its stdout as lines (``pipe``), at once. It ends when its stdin does. A process
of its own, as the one that hears clocks (``midi.ears``), and through the same ports: opening one
holds up all of Python for a tenth of a second. A port that is lost, or not there yet, is looked for
again. The band's own output is never heard: its connection is taken away as soon as it is there.
"""

import argparse
import contextlib
import os
import queue
import signal
import threading
import time
from collections.abc import Sequence
from typing import Final

from amt_live.midi.clock_in import Arrived, open_clock_port
from amt_live.midi.listener import Pipes, PortWatch
from amt_live.midi.realtime import ask_for_realtime, stop_collecting
from amt_live.midi.rtmidi_client import CLIENT_NAME
from amt_live.midi_in.pipe import (
    MAX_MESSAGES,
    Heard,
    Opened,
    Report,
    Trouble,
    decode_own,
    encode,
    is_channel_message,
)

HANDS_CLIENT: Final = CLIENT_NAME + "-in"
PORT: Final = "in"
PART_EVERY_S: Final = 0.1
OWN_S: Final = 2.0
"""The daemon says at once which port is its own."""

MOST_A_SECOND: Final = 3000
"""More than a cable of MIDI 1.0 carries; the rest is a loop or a fault."""


class _Hands:
    """Hears one port and tells what comes. Thread: main, but for the reading of stdin."""

    def __init__(self, api: str, port: str | None, client: str) -> None:
        self._name = port
        self._arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self._own = ""
        self._own_known = threading.Event()
        self._pipes = Pipes(self._take_own)
        self._watch = PortWatch(
            lambda: open_clock_port(api, port, self._arrived, client, PORT),
            lambda why: self._tell(Trouble(why, is_deaf=True)),
        )
        self._part_at_s = 0.0
        self._budget, self._is_cut = float(MOST_A_SECOND), False
        self._budget_s = time.perf_counter()

    def run(self) -> None:
        self._own_known.wait(OWN_S)
        while not self._pipes.ended.is_set():
            self._look()
            if time.perf_counter() >= self._part_at_s:
                self._part()
            with contextlib.suppress(queue.Empty):
                self._take(self._arrived.get(timeout=PART_EVERY_S / 2))
        self._watch.close()

    def _take(self, first: Arrived) -> None:
        """Tell what has come so far."""
        messages = [first]
        with contextlib.suppress(queue.Empty):
            while len(messages) < MAX_MESSAGES:
                messages.append(self._arrived.get_nowait())
        now_s = time.perf_counter()
        passed_s, self._budget_s = now_s - self._budget_s, now_s
        self._budget = min(self._budget + passed_s * MOST_A_SECOND, MOST_A_SECOND)
        told = [(at_s, data) for data, at_s in messages if is_channel_message(data)]
        if len(told) > self._budget:
            if not self._is_cut:
                self._is_cut = True
                most = f"more than {MOST_A_SECOND} messages a second come in"
                self._tell(Trouble(f"{most}; some are left out: look for a loop of cables"))
            told = told[: int(self._budget)]
        elif self._budget >= MOST_A_SECOND / 2:
            self._is_cut = False
        self._budget -= len(told)
        if told:
            self._tell(Heard(tuple(told)))

    def _look(self) -> None:
        if self._watch.look() and not self._part() and (port := self._watch.port) is not None:
            self._watch.content()
            self._tell(Opened(port.name))

    def _part(self) -> bool:
        """Take away what comes from the band itself; whether there was anything."""
        self._part_at_s = time.perf_counter() + PART_EVERY_S
        port = self._watch.port
        if port is None or not self._own or not port.part_from(self._own):
            return False
        source = self._own
        if self._name is None:
            self._tell(Trouble(f"{source} is this band's own port: it would play to itself"))
        else:
            why = f"--midi-in {self._name}: {source} is this band's own port; name another one"
            self._watch.complain(why)
            self._watch.close()
        return True

    def _tell(self, report: Report) -> None:
        self._pipes.tell(encode(report))

    def _take_own(self, line: bytes) -> None:
        """Thread: pipe."""
        own = decode_own(line)
        if own is not None:
            self._own = own
        if own is not None or not line:
            self._own_known.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen until stdin ends."""
    parser = argparse.ArgumentParser(prog="amt-live hands")
    parser.add_argument("--midi-api", default="auto")
    parser.add_argument("--port", default=None)
    parser.add_argument("--client-name", default=HANDS_CLIENT)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hands = _Hands(options.midi_api, options.port, options.client_name)
    ask_for_realtime()
    stop_collecting()
    hands.run()
    return 0


if __name__ == "__main__":
    # Not sys.exit: C libraries that have lost their server crash or wait in their last clean-up.
    os._exit(main())
