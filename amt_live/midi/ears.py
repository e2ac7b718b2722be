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
import time
from collections.abc import Sequence
from typing import Any, Final

from amt_live.errors import AmtError
from amt_live.midi.clock_in import CLOCK_CLIENT, Arrived, open_clock_port
from amt_live.midi.listener import Pipes, PortWatch
from amt_live.midi.realtime import ask_for_realtime, stop_collecting
from amt_live.sync.heard import EarOpened, EarReport, EarTrouble, encode
from amt_live.sync.link_session import LinkSession
from amt_live.sync.midi_song import MidiSong

PERIOD_S: Final = 0.05

Command = list[Any]


class _Pipes(Pipes):
    """Commands come down, reports go up."""

    def __init__(self) -> None:
        self.commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        super().__init__(self._take_command)

    def report(self, report: EarReport) -> None:
        self.tell(encode(report))

    def _take_command(self, line: bytes) -> None:
        with contextlib.suppress(ValueError, RecursionError):
            command = json.loads(line)
            if isinstance(command, list):
                self.commands.put(command)


class _MidiEar:
    """Hears pulses."""

    def __init__(self, pipes: _Pipes, api: str, port: str | None, client: str, bpm: float) -> None:
        self._pipes = pipes
        self._arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self._song = MidiSong(bpm)
        self._watch = PortWatch(
            lambda: open_clock_port(api, port, self._arrived, client),
            lambda why: pipes.report(EarTrouble(why)),
        )

    def run(self) -> None:
        tell_at_s = 0.0
        while not self._pipes.ended.is_set():
            if self._watch.look() and (port := self._watch.port) is not None:
                self._watch.content()
                self._pipes.report(EarOpened(f"hearing MIDI clock through {port.name}"))
            is_news = False
            with contextlib.suppress(queue.Empty):
                data, at_s = self._arrived.get(timeout=PERIOD_S / 2)
                is_news = self._song.take_in(data, at_s)
            now_s = time.perf_counter()
            if is_news or (now_s >= tell_at_s and self._arrived.empty()):
                self._pipes.report(self._song.heard(now_s))
                tell_at_s = now_s + PERIOD_S
        self._watch.close()


def _run_link(pipes: _Pipes, bpm: float) -> int:
    try:
        session = LinkSession(bpm)
    except AmtError as error:
        pipes.report(EarTrouble(str(error)))
        return 2
    pipes.report(EarOpened("in an Ableton Link session"))
    while not pipes.ended.is_set():
        with contextlib.suppress(queue.Empty):
            match pipes.commands.get(timeout=PERIOD_S):
                case ["tempo", int() | float() as tempo_bpm]:
                    session.set_tempo(float(tempo_bpm))
                case ["playing", bool() as is_playing]:
                    session.set_playing(is_playing)
        pipes.report(session.heard())
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
