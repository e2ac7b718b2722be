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
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from amt_live.errors import PortError
from amt_live.midi.jack_client import jack_module
from amt_live.midi.jack_links import Joined
from amt_live.midi.messages import all_sound_off
from amt_live.midi.rtmidi_client import CLIENT_NAME, available, client, quiet
from amt_live.midi.rtmidi_port import SETTLE_S, open_rtmidi

APIS: Final = ("alsa", "jack", "jack-rtmidi", "coremidi", "winmm", "null")
"""In the order in which ``auto`` tries them (``jack-rtmidi`` only where it is asked for)."""


class OutputPort(Protocol):
    """Somewhere to send bytes to. Thread: one."""

    @property
    def api(self) -> str:
        """Which MIDI system."""

    @property
    def name(self) -> str:
        """What the user finds it under."""

    @property
    def own(self) -> str:
        """The full name under which others can listen to it; '' where the system does not tell."""

    @property
    def note(self) -> str:
        """A line for the user about how it was chosen, or nothing."""

    @property
    def lead_s(self) -> float:
        """How long before its moment a message is to be handed over."""

    @property
    def peers(self) -> tuple[str, ...] | None:
        """Who is connected or will be again when they come back; None: not known."""

    @property
    def xruns(self) -> int:
        """How often the server came too late."""

    @property
    def dies_with_server(self) -> bool:
        """Whether a process whose server died can only be replaced."""

    def send(self, data: bytes, at_s: float | None = None) -> None:
        """Send a message, to sound at a ``perf_counter`` moment or, without one, at once.

        Raises PortError when the port is gone.
        """

    def take_lateness_ms(self) -> list[float] | None:
        """How late each note-on since the last call was; None where the port does not measure."""

    def joined(self) -> Joined:
        """Who was connected since the last call; see ``Joined``."""

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
    own = ""
    lead_s = 0.0
    peers: tuple[str, ...] = ()
    xruns = 0
    dies_with_server = False

    def __init__(self, note: str = "") -> None:
        self.note = note

    def send(self, data: bytes, at_s: float | None = None) -> None:
        """Swallow a message."""

    def take_lateness_ms(self) -> None:
        """Nothing is measured."""

    def joined(self) -> Joined:
        """Nobody."""
        return ""

    def lost(self) -> str | None:
        """Never."""
        return None

    def server_gone(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Do nothing."""


def open_output(
    api: str = "auto",
    name: str | None = None,
    client_name: str = CLIENT_NAME,
    restore: Sequence[str] = (),
) -> OutputPort:
    """Open a port to send to; raises PortError with one line that lists what was seen.

    ``auto`` tries the systems in order and takes the first that works (with a ``name``: that has
    the port); with none, and no name asked for, it falls back to ``null`` and says so in ``note``.
    ``restore``: who was connected to an earlier port of ours, where the system lets us connect.
    """
    if api not in ("auto", *APIS):
        raise PortError(f"no MIDI system is called '{api}'; use one of auto {' '.join(APIS)}")
    if api == "null":
        return NullPort()
    seen = []
    for candidate in available() if api == "auto" else [api]:
        try:
            return _open(candidate, name, client_name, restore)
        except PortError as error:
            seen.append(str(error))
    if api != "auto":
        raise PortError(seen[0])
    why = "; ".join(seen) or "python-rtmidi offers no MIDI system here"
    if name is not None:
        raise PortError(f"no MIDI port is called '{name}' ({why}); `amt-live ports` lists them")
    return NullPort(f"playing to nothing: {why}")


def _open(api: str, name: str | None, client_name: str, restore: Sequence[str]) -> OutputPort:
    if api != "jack":
        return open_rtmidi(api, name, client_name)
    try:
        jack_module()
    except PortError as error:
        port = open_rtmidi(api, name, client_name)
        port.note = f"notes at the borders of periods, because {str(error).removeprefix('jack: ')}"
        return port
    from amt_live.midi.jack_port import JackPort

    return JackPort(client_name, name, restore)


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
        time.sleep(SETTLE_S)
        for out in outs:
            for data in all_sound_off():
                out.send_message(data)
        for out in outs:
            out.close_port()
            out.delete()
    return names
