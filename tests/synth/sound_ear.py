"""A JACK client that hears two audio ports: prints the loudest sample of every tenth of a second.

    python sound_ear.py NAME PREFIX

Connects its ports to whatever audio output begins with PREFIX, again and again. Ends with stdin.
"""

import contextlib
import sys
import threading

import jack
import numpy as np

name, prefix = sys.argv[1:]
client = jack.Client(name, no_start_server=True)
ports = [client.inports.register(side) for side in ("left", "right")]
loudest = [0.0]


@client.set_process_callback
def _process(frames: int) -> None:
    loudest[0] = max(loudest[0], *(float(np.abs(port.get_array()).max()) for port in ports))


def _end_with_stdin() -> None:
    sys.stdin.read()
    closing.set()


closing = threading.Event()
threading.Thread(target=_end_with_stdin, daemon=True).start()
with client:
    while not closing.wait(0.1):
        with contextlib.suppress(jack.JackError):
            found = client.get_ports(f"^{prefix}:", is_audio=True, is_output=True)
            for out, own in zip(found, ports, strict=False):
                if not client.get_all_connections(own):
                    client.connect(out, own)
        print(f"{loudest[0]:.4f} {len(found)}", flush=True)
        loudest[0] = 0.0
