"""The process that listens to somebody else's clock: ``python -m amt_live.midi.ears midi|link``.

What it hears goes up its stdout as lines (``sync.heard``): at once when a song starts or stops,
else every ``PERIOD_S``. It ends when its stdin does. A process of its own, and not the player,
because opening a port holds up all of Python for a tenth of a second, so that turning to another
clock while playing would make notes late; and because Link's threads and licence stay out of the
band. A port that is lost, or not there yet, is looked for again.
"""

import argparse
import contextlib
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from amt_live.errors import AmtError, PortError
from amt_live.midi.clock_in import CLOCK_CLIENT, Arrived, ClockPort, open_clock_port
from amt_live.midi.realtime import ask_for_realtime, stop_collecting
from amt_live.sync.heard import EarOpened, EarReport, EarTrouble, encode
from amt_live.sync.link_session import LinkSession
from amt_live.sync.midi_song import MidiSong

PERIOD_S: Final = 0.05
LOOK_EVERY_S: Final = 1.0
RETRY_S: Final = 1.0

Command = list[Any]


class _Pipes:
    """Commands from stdin, reports to what was stdout: C libraries print elsewhere."""

    def __init__(self) -> None:
        self._up = os.dup(1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        self.commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.ended = threading.Event()
        threading.Thread(target=self._read, name="pipe", daemon=True).start()

    def tell(self, report: EarReport) -> None:
        try:
            os.write(self._up, encode(report))
        except OSError:
            self.ended.set()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in sys.stdin.buffer:
                with contextlib.suppress(ValueError, RecursionError):
                    command = json.loads(line)
                    if isinstance(command, list):
                        self.commands.put(command)
        self.ended.set()


class _MidiEar:
    """Hears pulses."""

    def __init__(self, pipes: _Pipes, api: str, port: str | None, client: str, bpm: float) -> None:
        self._pipes = pipes
        self._api, self._name, self._client = api, port, client
        self._arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self._song = MidiSong(bpm)
        self._port: ClockPort | None = None
        self._told_why = ""
        self._look_at_s = 0.0

    def run(self) -> None:
        tell_at_s = 0.0
        while not self._pipes.ended.is_set():
            now_s = time.perf_counter()
            if now_s >= self._look_at_s:
                self._look()
            is_news = False
            with contextlib.suppress(queue.Empty):
                data, at_s = self._arrived.get(timeout=PERIOD_S / 2)
                is_news = self._song.take_in(data, at_s)
            now_s = time.perf_counter()
            if is_news or (now_s >= tell_at_s and self._arrived.empty()):
                self._pipes.tell(self._song.heard(now_s))
                tell_at_s = now_s + PERIOD_S
        if self._port is not None:
            self._port.close()

    def _look(self) -> None:
        """See that there is a port, and that it is still there."""
        self._look_at_s = time.perf_counter() + LOOK_EVERY_S
        port = self._port
        if port is not None and (why := port.lost()) is not None:
            self._pipes.tell(EarTrouble(why))
            if why.startswith("the jack server"):
                os._exit(1)  # Its library waits for the dead; another process begins anew.
            port.close()
            self._port = None
        if self._port is None:
            try:
                self._port = open_clock_port(self._api, self._name, self._arrived, self._client)
            except PortError as error:
                if str(error) != self._told_why:
                    self._told_why = str(error)
                    self._pipes.tell(EarTrouble(str(error)))
            else:
                self._told_why = ""
                self._pipes.tell(EarOpened(f"hearing MIDI clock through {self._port.name}"))


def _run_link(pipes: _Pipes, bpm: float) -> int:
    try:
        session = LinkSession(bpm)
    except AmtError as error:
        pipes.tell(EarTrouble(str(error)))
        return 2
    pipes.tell(EarOpened("in an Ableton Link session"))
    while not pipes.ended.is_set():
        with contextlib.suppress(queue.Empty):
            match pipes.commands.get(timeout=PERIOD_S):
                case ["tempo", int() | float() as tempo_bpm]:
                    session.set_tempo(float(tempo_bpm))
                case ["playing", bool() as is_playing]:
                    session.set_playing(is_playing)
        pipes.tell(session.heard())
    session.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen until stdin ends; the exit code is 2 where that can never work."""
    parser = argparse.ArgumentParser(prog="amt-live ears")
    parser.add_argument("source", choices=("midi", "link"))
    parser.add_argument("--midi-api", default="auto")
    parser.add_argument("--port", default=None)
    parser.add_argument("--client-name", default=CLOCK_CLIENT)
    parser.add_argument("--tempo", type=float, default=120.0)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipes = _Pipes()
    ask_for_realtime()
    stop_collecting()
    if options.source == "link":
        return _run_link(pipes, options.tempo)
    ear = _MidiEar(pipes, options.midi_api, options.port, options.client_name, options.tempo)
    ear.run()
    return 0


if __name__ == "__main__":
    # Not sys.exit: C libraries that have lost their server crash or wait in their last clean-up.
    os._exit(main())
