"""The only door to the MIDI system: finding ports, opening one to send to, silencing all of them.

RtMidi underneath (ALSA, JACK, CoreMIDI, WinMM), and ``null``, which swallows everything. Nothing
is imported or opened before it is asked for. The libraries below write noise to stdout and stderr
(no sound card, no JACK server): it is kept off the terminal, and where a port fails, one line says
what was seen.

Without a name a port called ``amt-live`` is created, for others to connect to; with a name, a port
that exists is opened (any part of its name, upper or lower case). Windows cannot create ports:
there a loopMIDI port is looked for.
"""

import contextlib
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any, Final, Protocol

from amt_live.errors import PortError
from amt_live.midi.messages import all_sound_off
from amt_live.midi.rtmidi_client import CLIENT_NAME, available, client, quiet, sources

APIS: Final = ("alsa", "jack", "coremidi", "winmm", "null")
"""In the order in which ``auto`` tries them."""

_LOOPBACK: Final = "loopMIDI"
# A new connection is heard by a JACK server in its next cycle or the one after.
_SETTLE_S: Final = 0.06


class OutputPort(Protocol):
    """Somewhere to send bytes to. Thread: one."""

    @property
    def api(self) -> str:
        """Which MIDI system."""

    @property
    def name(self) -> str:
        """What the user finds it under."""

    @property
    def note(self) -> str:
        """A line for the user about how it was chosen, or nothing."""

    def send(self, data: bytes) -> None:
        """Send one message; raises PortError when the port is gone."""

    def lost(self) -> str | None:
        """Why the port is gone, or None. Cheap."""

    def server_gone(self) -> bool:
        """Whether the server behind the port died. Takes long. Thread: any."""

    def close(self) -> None:
        """Close, having sent what was still on its way."""


@dataclass(frozen=True, slots=True)
class MidiSystem:
    """What one MIDI system offers: the ports that exist, or why there are none."""

    api: str
    ports: tuple[str, ...]
    why: str = ""


class NullPort:
    """A port that swallows everything: a band without a MIDI system still plays."""

    api = "null"
    name = "null"

    def __init__(self, note: str = "") -> None:
        self.note = note

    def send(self, data: bytes) -> None:
        """Swallow a message."""

    def lost(self) -> str | None:
        """Never."""
        return None

    def server_gone(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Do nothing."""


class RtMidiPort:
    """A port of RtMidi, open from construction to ``close``."""

    def __init__(self, out: Any, api: str, name: str, note: str, own: str, target: str) -> None:
        self.api = api
        self.name = name
        self.note = note
        self._out = out
        self._own = own
        self._target = target

    def send(self, data: bytes) -> None:
        """Send one message; raises PortError when the port is gone."""
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
        if self.api != "jack":
            return False
        # A dead server goes on listing its ports, and opening a client beside a dying one has been
        # seen to crash: a process of its own looks whether our port is still there.
        command = [sys.executable, "-m", "amt_live.midi.watch", self._own]
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 1

    def close(self) -> None:
        """Close, having sent what was still on its way."""
        with contextlib.suppress(Exception):
            self._out.close_port()
            self._out.delete()


def open_output(
    api: str = "auto", name: str | None = None, client_name: str = CLIENT_NAME
) -> OutputPort:
    """Open a port to send to; raises PortError with one line that lists what was seen.

    ``auto`` tries the systems in order and takes the first that works (with a ``name``: that has
    the port); with none, and no name asked for, it falls back to ``null`` and says so in ``note``.
    """
    if api not in ("auto", *APIS):
        raise PortError(f"no MIDI system is called '{api}'; use one of auto {' '.join(APIS)}")
    if api == "null":
        return NullPort()
    seen = []
    for candidate in available() if api == "auto" else [api]:
        try:
            return _open(candidate, name, client_name)
        except PortError as error:
            seen.append(str(error))
    if api != "auto":
        raise PortError(seen[0])
    why = "; ".join(seen) or "python-rtmidi offers no MIDI system here"
    if name is not None:
        raise PortError(f"no MIDI port is called '{name}' ({why}); `amt-live ports` lists them")
    return NullPort(f"playing to nothing: {why}")


def list_ports() -> tuple[MidiSystem, ...]:
    """What can be sent to, by system. Blocks. Thread: main (it borrows stdout for a moment)."""
    systems = []
    try:
        apis = available()
    except PortError as error:
        return (MidiSystem("rtmidi", (), str(error)),)
    for api in apis:
        try:
            out = client(api, CLIENT_NAME + "-ports")
        except PortError as error:
            systems.append(MidiSystem(api, (), str(error)))
            continue
        with quiet():
            systems.append(MidiSystem(api, tuple(out.get_ports())))
            out.delete()
    return tuple(systems)


def panic_everywhere(api: str = "auto") -> tuple[str, ...]:
    """Send CC 120 and CC 123 on all channels to every port within reach; no daemon is needed.

    Returns the ports reached, as ``api: name``. Raises PortError without any MIDI system.
    Blocks for a fraction of a second. Thread: main.
    """
    reached: list[str] = []
    seen: list[str] = []
    for candidate in available() if api == "auto" else [api]:
        if candidate == "null":
            continue
        try:
            reached += _silence(candidate)
        except PortError as error:
            seen.append(str(error))
        else:
            seen.append("")
    if seen and all(seen):
        raise PortError("; ".join(seen))
    return tuple(reached)


def _silence(api: str) -> list[str]:
    names = []
    outs = []
    first = client(api, CLIENT_NAME + "-panic")
    with quiet():
        targets = list(enumerate(first.get_ports()))
        first.delete()
    for index, target in targets:
        out = client(api, CLIENT_NAME + "-panic")
        with quiet(), contextlib.suppress(Exception):
            out.open_port(index, name=CLIENT_NAME)
            outs.append(out)
            names.append(f"{api}: {target}")
    with quiet():
        time.sleep(_SETTLE_S)
        for out in outs:
            for data in all_sound_off():
                out.send_message(data)
        for out in outs:
            out.close_port()
            out.delete()
    return names


def _open(api: str, name: str | None, client_name: str) -> RtMidiPort:
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
        if api == "jack":
            time.sleep(_SETTLE_S)
    target = ports[found[0]]
    note = "" if name is not None else f"Windows cannot create MIDI ports: using {target}"
    return RtMidiPort(out, api, target, note, own, target)


def _new_source(api: str, before: set[str], client_name: str) -> str:
    """The full name that our port got (``amt-live-01:amt-live`` beside another band)."""
    new = [port for port in sources(api) if port not in before and client_name in port]
    return new[0] if new else ""
