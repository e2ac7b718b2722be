"""A JACK client of its own that prints what it hears: ``seconds hex`` a line, until stdin ends.

Arguments: the name of the client and, to connect to an existing port, part of that port's name.
A process of its own, because a JACK callback that waits for the interpreter lock of a busy test
would hold up the whole server.
"""

import os
import sys
import time

import rtmidi


def hear(event: tuple[list[int], float], data: object) -> None:
    del data
    os.write(1, f"{time.perf_counter():.6f} {bytes(event[0]).hex()}\n".encode())


def main(name: str, to: str = "") -> None:
    ear = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name)
    ear.set_callback(hear)
    if to:
        ports = ear.get_ports()
        ear.open_port([to in port for port in ports].index(True), name=name)
    else:
        ear.open_virtual_port(name)
    os.write(1, b"listening\n")
    while os.read(0, 4096):
        pass
    # In this order: nothing may wait for the interpreter while the client says goodbye.
    ear.cancel_callback()
    ear.close_port()
    ear.delete()


main(*sys.argv[1:])
