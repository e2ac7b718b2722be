"""The player process: ``python -m amt_live.midi.player``. Owns the MIDI port.

Commands come in on stdin and reports go out on stdout, one JSON line each (``protocol``). The main
thread waits for the next command or the next due event, whichever is first; helpers read the pipe,
write reports and write the take. Small on purpose: no numpy, nothing that could make a note late.

However it ends (stdin closed because the daemon quit or died, SIGTERM), it first ends every note,
then finishes the take. A port that is lost is opened again as soon as it is there, while the music
goes on. Ctrl-C in a terminal reaches the whole process group: it is ignored here, because the
daemon decides what it means.

With ``--standby`` a player imports everything, then waits for a line with the rest of its
arguments: so the one that replaces a dead player need not start first.
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
from typing import Final

from amt_live.errors import PortError
from amt_live.midi.backlog import MAX_ROWS, ROW_BYTES, Backlog
from amt_live.midi.jack_client import jack_module
from amt_live.midi.output import PortLost, PortOpened
from amt_live.midi.player_loop import Inbox, Player, ServerGone, Stop
from amt_live.midi.port_keeper import PortKeeper
from amt_live.midi.ports import OutputPort, open_output, panic_everywhere
from amt_live.midi.protocol import encode_report
from amt_live.midi.realtime import ask_for_realtime, stop_collecting
from amt_live.midi.reporter import Reporter
from amt_live.midi.row_ring import RowRing
from amt_live.midi.rtmidi_client import CLIENT_NAME, rtmidi_module

_NOISE_SETTLES_S: Final = 0.05
_READ_BYTES: Final = 1 << 16


def _read(source: int, inbox: Inbox) -> None:
    """Thread: whatever comes down the pipe, and its end."""
    while True:
        try:
            data = os.read(source, _READ_BYTES)
        except OSError:
            data = b""
        if not data:
            inbox.put(Stop)
            return
        inbox.put(data)


def _listen_for_noise(source: int, keeper: PortKeeper, inbox: Inbox) -> None:
    """Thread: what C libraries print is not shown, but it is how a dying server is noticed."""
    with contextlib.suppress(OSError):
        while os.read(source, _READ_BYTES):
            time.sleep(_NOISE_SETTLES_S)
            port = keeper.port
            if port.server_gone():
                inbox.put(ServerGone)
                if port.dies_with_server:
                    return


def _move_stdio() -> tuple[int, int]:
    """Put stdout and stderr out of reach of C libraries; returns (pipe to daemon, noise)."""
    pipe = os.dup(1)
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    noise, into = os.pipe()
    os.dup2(into, 1)
    os.dup2(into, 2)
    os.close(into)
    return pipe, noise


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="amt-live player")
    parser.add_argument("--midi-api", default="auto")
    parser.add_argument("--port", default=None)
    parser.add_argument("--client-name", default=CLIENT_NAME)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--silence-first", action="store_true")
    parser.add_argument("--restore", action="append", default=[])
    parser.add_argument("--backlog-fd", type=int, default=None)
    parser.add_argument("--standby", action="store_true")
    return parser.parse_args(arguments)


def _backlog(number: int | None) -> Backlog:
    """What was sent before this player, from memory that the daemon lends."""
    ring = None
    if number is not None:
        with contextlib.suppress(OSError, ValueError):
            ring = RowRing(number, ROW_BYTES, MAX_ROWS)
    return Backlog(ring)


def _called() -> list[str] | None:
    """Wait, with everything imported, until this player is needed; None when it never is."""
    with contextlib.suppress(PortError):
        rtmidi_module()
    with contextlib.suppress(PortError):
        jack_module()
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return None
        line += byte
    return [str(argument) for argument in json.loads(line)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the player; the exit code is 0 when it was told to end, 1 when its port failed."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _options(given)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe, noise = _move_stdio()
    if options.standby:
        more = _called()
        if more is None:
            return 0
        options = _options([*given, *more])
    # Before the port is opened: its threads inherit what is granted.
    granted = ask_for_realtime()

    def reopen(peers: Sequence[str]) -> OutputPort:
        return open_output(options.midi_api, options.port, options.client_name, peers)

    try:
        port = reopen(options.restore)
    except PortError as error:
        os.write(pipe, encode_report(PortLost(str(error))))
        return 1
    if options.silence_first and port.peers is None and options.port is None:
        # Who was connected is not known here: better too many are silenced than one note hangs.
        with contextlib.suppress(PortError):
            panic_everywhere(port.api)
    inbox: Inbox = queue.SimpleQueue()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: inbox.put(Stop))
    reporter = Reporter(pipe)
    keeper = PortKeeper(port, reopen, reporter.report, inbox.put, options.latency_ms)
    reporter.measure = lambda: keeper.port.take_lateness_ms()
    words = (port.api, port.name, port.note, granted)
    reporter.report(PortOpened(*words, keeper.clock_lead_s, port.own))
    threading.Thread(target=_read, args=(0, inbox), name="pipe", daemon=True).start()
    threading.Thread(
        target=_listen_for_noise, args=(noise, keeper, inbox), name="noise", daemon=True
    ).start()
    backlog = _backlog(options.backlog_fd)
    stop_collecting()
    try:
        player = Player(keeper, reporter, inbox, granted, backlog)
        return player.run(silence_first=options.silence_first)
    finally:
        reporter.close()


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Not sys.exit: C libraries that have lost their server crash or wait in their last clean-up.
    os._exit(code)
