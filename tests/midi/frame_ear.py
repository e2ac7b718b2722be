"""A JACK client of its own that prints at which frame it hears what: ``frame seconds hex`` a line.

Arguments: the name of the client, and part of the name of the port to hear. Ends with its stdin.
``seconds`` is the ``perf_counter`` moment at which the period was processed.
"""

import os
import sys
import threading
import time
from collections import deque

import jack


def main(name: str, to: str) -> None:
    client = jack.Client(name, no_start_server=True)
    port = client.midi_inports.register("in")
    heard: deque[tuple[int, float, str]] = deque()

    def process(frames: int) -> None:
        del frames
        start, at_s = client.last_frame_time, time.perf_counter()
        for offset, data in port.incoming_midi_events():
            heard.append((start + offset, at_s, bytes(data).hex()))

    client.set_process_callback(process)
    client.activate()
    (source,) = client.get_ports(to, is_midi=True, is_output=True)
    client.connect(source, port)
    os.write(1, b"listening\n")
    stopped = threading.Event()
    threading.Thread(target=lambda: (os.read(0, 1), stopped.set()), daemon=True).start()
    while not stopped.wait(0.05) or heard:
        while heard:
            frame, at_s, data = heard.popleft()
            os.write(1, f"{frame} {at_s:.6f} {data}\n".encode())
    client.deactivate()
    client.close()


main(*sys.argv[1:])
