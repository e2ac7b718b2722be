"""A JACK client that hears every port whose name holds a text, also those that come later.

Arguments: its name, and the text. Prints ``seconds hex`` a line until its stdin ends. It stays when
a player goes: whoever comes next is connected at once, here and by the player itself.
"""

import os
import sys
import threading
import time
from collections import deque
from typing import Any

import jack


def main(name: str, to: str) -> None:
    client = jack.Client(name, no_start_server=True)
    port = client.midi_inports.register("in")
    rate_hz = client.samplerate
    heard: deque[tuple[float, bytes]] = deque()
    changed = threading.Event()

    def process(frames: int) -> None:
        del frames
        at_s = time.perf_counter()
        for offset, data in port.incoming_midi_events():
            heard.append((at_s + offset / rate_hz, bytes(data)))

    def connect() -> None:
        for source in client.get_ports(to, is_midi=True, is_output=True):
            if source not in client.get_all_connections(port):
                try:
                    client.connect(source, port)
                except jack.JackError:
                    continue  # it has gone, or is connected by now

    def came(_port: Any, is_there: bool) -> None:
        if is_there:
            changed.set()

    client.set_process_callback(process)
    client.set_port_registration_callback(came, only_available=False)
    client.activate()
    connect()
    os.write(1, b"listening\n")
    stopped = threading.Event()
    threading.Thread(target=lambda: (os.read(0, 1), stopped.set()), daemon=True).start()
    while not stopped.wait(0.02):
        if changed.is_set():
            changed.clear()
            connect()
        while heard:
            at_s, data = heard.popleft()
            os.write(1, f"{at_s:.6f} {data.hex()}\n".encode())
    client.deactivate()
    client.close()


main(*sys.argv[1:])
