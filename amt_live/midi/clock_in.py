"""Ports to hear somebody's MIDI clock through: JACK, to the frame, or whatever RtMidi reaches.

Every message comes with the ``perf_counter`` moment at which it arrived. Over JACK that is the
moment of its frame; through RtMidi it is the moment at which the system woke us, and the estimator
(``sync.pulse_clock``) has to see through that. Without a name a port is made, for others to connect
to; Windows cannot make ports, there a name is needed.
"""

import contextlib
import queue
import threading
import time
from typing import Any, Final, Protocol

from amt_live.errors import PortError
from amt_live.midi.jack_client import jack_module, open_client
from amt_live.midi.jack_time import FrameClock, unwrapped
from amt_live.midi.rtmidi_client import CLIENT_NAME, available, quiet, rtmidi_module, rtmidi_number

CLOCK_CLIENT: Final = CLIENT_NAME + "-clock"
PORT: Final = "clock"

Arrived = tuple[bytes, float]
"""A message, and when it came."""


class ClockPort(Protocol):
    """Somewhere to hear from; what comes goes into the queue that it was opened with."""

    @property
    def name(self) -> str:
        """What it listens to, or what others find it under."""

    def lost(self) -> str | None:
        """Why nothing can be heard any more, or None. Cheap enough for once a second."""

    def part_from(self, source: str) -> bool:
        """Take the connection from a port away; False where there is none.

        RtMidi tells only of the port that it was asked for by name.
        """

    def close(self) -> None:
        """Listen no more."""


def open_clock_port(
    api: str,
    name: str | None,
    heard: "queue.SimpleQueue[Arrived]",
    client_name: str = CLOCK_CLIENT,
    port: str = PORT,
) -> ClockPort:
    """Open a port to hear from; raises PortError with one line that lists what was seen.

    ``port``: what a port that is made is called, and what is heard through it.
    """
    if api == "null":
        if port != PORT:
            raise PortError("--midi-api null hears nothing; use another system")
        raise PortError("--midi-api null hears no clock; use --sync internal or another system")
    seen = []
    for candidate in available() if api == "auto" else [api]:
        try:
            if candidate == "jack" and _has_jack():
                return JackClockPort(client_name, name, heard, port)
            return RtMidiClockPort(candidate, client_name, name, heard, port)
        except PortError as error:
            seen.append(str(error))
    why = "; ".join(seen) or "python-rtmidi offers no MIDI system here"
    what = "a MIDI clock" if port == PORT else "MIDI"
    raise PortError(f"no port to hear {what} through ({why})")


def _has_jack() -> bool:
    try:
        jack_module()
    except PortError:
        return False
    return True


class JackClockPort:
    """A JACK input. The callback runs on JACK's thread."""

    def __init__(
        self,
        client_name: str,
        target: str | None,
        heard: "queue.SimpleQueue[Arrived]",
        port: str = PORT,
    ) -> None:
        self._heard = heard
        self._port_name = port
        self._target = ""
        self._start = 0
        self._is_active = False
        self._gone = threading.Event()
        self._client = open_client(client_name)
        try:
            self._prepare(target)
        except PortError:
            self._shut()
            raise
        except Exception as error:
            self._shut()
            raise PortError(f"jack: cannot create a port: {error}") from None

    def _prepare(self, target: str | None) -> None:
        client = self._client
        self._frames = FrameClock(client.samplerate)
        self._port = client.midi_inports.register(self._port_name)
        if target is not None:
            ports = [port.name for port in client.get_ports(is_midi=True, is_output=True)]
            found = [port for port in ports if target.lower() in port.lower()]
            if not found:
                listed = ", ".join(ports) or "none"
                raise PortError(f"jack: no port named '{target}' to hear. Seen: {listed}")
            self._target = found[0]
        client.set_process_callback(self._process)
        client.set_shutdown_callback(lambda *_: self._gone.set())
        client.set_xrun_callback(lambda *_: self._frames.jump())
        with quiet():
            client.activate()
        self._is_active = True
        if self._target:
            client.connect(self._target, self._port)

    @property
    def name(self) -> str:
        """What it listens to, or what others find it under."""
        return self._target or str(self._port.name)

    def lost(self) -> str | None:
        """Why nothing can be heard any more."""
        if self._gone.is_set():
            return "the jack server went away"
        with contextlib.suppress(Exception):
            if self._target and not any(p.name == self._target for p in self._port.connections):
                return f"the jack port {self._target} went away"
        return None

    def part_from(self, source: str) -> bool:
        """Take the connection from a port away; False where there is none."""
        with contextlib.suppress(Exception):
            if any(port.name == source for port in self._port.connections):
                self._client.disconnect(source, self._port)
                return True
        return False

    def close(self) -> None:
        """Listen no more."""
        self._shut()

    def _shut(self) -> None:
        with quiet(), contextlib.suppress(Exception):
            if not self._gone.is_set():
                if self._is_active:
                    self._client.deactivate()
                self._client.close()

    def _process(self, frames: int) -> None:
        """JACK's thread, once a period. Nothing may be raised, or it is never called again."""
        del frames
        with contextlib.suppress(Exception):
            before_s = time.perf_counter()
            passed = self._client.frames_since_cycle_start
            after_s = time.perf_counter()
            self._start = start = unwrapped(self._client.last_frame_time, self._start)
            self._frames.observe(start + passed, before_s, after_s)
            for offset, data in self._port.incoming_midi_events():
                self._heard.put((bytes(data), self._frames.moment_of(start + offset)))


class RtMidiClockPort:
    """An input of RtMidi."""

    def __init__(
        self,
        api: str,
        client_name: str,
        target: str | None,
        heard: "queue.SimpleQueue[Arrived]",
        port: str = PORT,
    ) -> None:
        self._heard = heard
        self._target = ""
        rtmidi = rtmidi_module()
        number = rtmidi_number(api)
        try:
            with quiet():
                self._in = rtmidi.MidiIn(number, name=client_name)
                ports = self._in.get_ports()
        except Exception as error:
            raise PortError(f"{api}: {error}") from None
        self._in.ignore_types(sysex=True, timing=False, active_sense=True)
        self._in.set_callback(self._hear)
        found = [i for i, each in enumerate(ports) if (target or "").lower() in each.lower()]
        try:
            if target is None:
                self._in.open_virtual_port(port)
            elif found:
                self._target = ports[found[0]]
                self._in.open_port(found[0], name=port)
        except Exception as error:
            raise PortError(f"{api}: cannot open a port to hear: {error}") from None
        if target is not None and not found:
            listed = ", ".join(ports) or "none"
            raise PortError(f"{api}: no port named '{target}' to hear. Seen: {listed}")
        self.name = self._target or f"{client_name}:{port}"

    def lost(self) -> str | None:
        """Why nothing can be heard any more."""
        with contextlib.suppress(Exception):
            if self._target and self._target not in self._in.get_ports():
                return f"the port {self._target} went away"
        return None

    def part_from(self, source: str) -> bool:
        """Whether this is the port that was asked for by name; the caller closes it then."""
        return bool(self._target) and self._target == source

    def close(self) -> None:
        """Listen no more."""
        with contextlib.suppress(Exception):
            self._in.cancel_callback()
            self._in.close_port()
            self._in.delete()

    def _hear(self, event: tuple[list[int], float], data: Any) -> None:
        del data
        self._heard.put((bytes(event[0]), time.perf_counter()))
