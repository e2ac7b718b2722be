"""A port of RtMidi: ALSA, JACK, CoreMIDI or WinMM. Bytes leave when they are sent, not before.

Opened through ``ports``. Over JACK it sends at the borders of periods: ``jack_port`` is exact.
"""

import contextlib
import subprocess
import sys
import time
from typing import Any, Final

from amt_live.errors import PortError
from amt_live.midi.jack_links import Joined
from amt_live.midi.rtmidi_client import client, quiet, sources

_LOOPBACK: Final = "loopMIDI"
# A new connection is heard by a JACK server in its next cycle or the one after.
SETTLE_S: Final = 0.06


class RtMidiPort:
    """A port of RtMidi, open from construction to ``close``."""

    def __init__(self, out: Any, api: str, name: str, note: str, own: str, target: str) -> None:
        self.api = api
        self.name = name
        self.note = note
        self._out = out
        self.own = own
        self._target = target

    lead_s = 0.0
    xruns = 0
    peers = None

    @property
    def dies_with_server(self) -> bool:
        """RtMidi cannot leave a dead JACK server: its library waits for it, and may crash."""
        return self.api.startswith("jack")

    def take_lateness_ms(self) -> None:
        """Not measured here: a message leaves when it is sent."""

    def joined(self) -> Joined:
        """RtMidi does not tell who is connected."""
        return ""

    def send(self, data: bytes, at_s: float | None = None) -> None:
        """Send one message now; raises PortError when the port is gone."""
        del at_s
        try:
            self._out.send_message(data)
        except Exception as error:
            raise PortError(f"the {self.api} port {self.name} failed: {error}") from None

    def lost(self) -> str | None:
        """Why the port is gone, or None."""
        try:
            if self._target and self._target not in self._out.get_ports():
                return f"the {self.api} port {self._target} went away"
        except Exception as error:
            return f"the {self.api} port {self.name} failed: {error}"
        return None

    def server_gone(self) -> bool:
        """Whether the JACK server died."""
        if not self.api.startswith("jack"):
            return False
        # A dead server goes on listing its ports, and opening a client beside a dying one has been
        # seen to crash: a process of its own looks whether our port is still there.
        command = [sys.executable, "-m", "amt_live.midi.watch", self.own]
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 1

    def close(self) -> None:
        """Close, having sent what was still on its way."""
        with contextlib.suppress(Exception):
            self._out.close_port()
            self._out.delete()


def open_rtmidi(api: str, name: str | None, client_name: str) -> RtMidiPort:
    """Open the port called ``name``, or make one; raises PortError. Blocks."""
    out = client(api, client_name)
    with quiet():
        before = set(sources(api))
        ports = out.get_ports()
        if name is None and api != "winmm":
            try:
                out.open_virtual_port(client_name)
            except Exception as error:
                raise PortError(f"{api}: cannot create a port: {error}") from None
            own = _new_source(api, before, client_name)
            return RtMidiPort(out, api, client_name, "", own, "")
        wanted = _LOOPBACK if name is None else name
        found = [index for index, port in enumerate(ports) if wanted.lower() in port.lower()]
        if not found:
            out.delete()
            listed = ", ".join(ports) or "none"
            if name is None:
                raise PortError(
                    "winmm: Windows programs cannot create MIDI ports; install loopMIDI, make a"
                    f" port there, or name a port with --port. Seen: {listed}"
                )
            raise PortError(f"{api}: no port named '{name}'; try `amt-live ports`. Seen: {listed}")
        try:
            out.open_port(found[0], name=client_name)
        except Exception as error:
            raise PortError(f"{api}: cannot open {ports[found[0]]}: {error}") from None
        own = _new_source(api, before, client_name)
        if api.startswith("jack"):
            time.sleep(SETTLE_S)
    target = ports[found[0]]
    note = "" if name is not None else f"Windows cannot create MIDI ports: using {target}"
    return RtMidiPort(out, api, target, note, own, target)


def _new_source(api: str, before: set[str], client_name: str) -> str:
    """The full name that our port got (``amt-live-01:amt-live`` beside another band)."""
    new = [port for port in sources(api) if port not in before and client_name in port]
    return new[0] if new else ""
