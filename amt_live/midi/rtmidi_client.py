"""RtMidi, asked for one thing at a time: the systems there are, their ports, a client to send with.

Nothing is imported before it is asked for. The libraries below write noise to stdout and stderr (no
sound card, no JACK server): ``quiet`` keeps it off the terminal.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, Final

from amt_live.errors import PortError

CLIENT_NAME: Final = "amt-live"

_RTMIDI_NAMES: Final = {
    "alsa": "API_LINUX_ALSA",
    "jack": "API_UNIX_JACK",
    "jack-rtmidi": "API_UNIX_JACK",
    "coremidi": "API_MACOSX_CORE",
    "winmm": "API_WINDOWS_MM",
}


def sources(api: str) -> list[str]:
    """Ports that others can listen to, ours among them, asked through a client made for it.

    Raises what RtMidi raises where the system does not answer.
    """
    rtmidi = rtmidi_module()
    with quiet():
        watcher = rtmidi.MidiIn(getattr(rtmidi, _RTMIDI_NAMES[api]), name=CLIENT_NAME + "-watch")
        try:
            return list(watcher.get_ports())
        finally:
            watcher.delete()


def client(api: str, client_name: str) -> Any:
    """A client of a MIDI system, to send with; raises PortError with the reason in one line."""
    rtmidi = rtmidi_module()
    number = rtmidi_number(api)
    try:
        with quiet():
            return rtmidi.MidiOut(number, name=client_name)
    except Exception as error:
        raise PortError(f"{api}: {_reason(api, str(error))}") from None


def rtmidi_number(api: str) -> int:
    """RtMidi's number of a MIDI system; raises PortError where it was built without it."""
    rtmidi = rtmidi_module()
    number = int(getattr(rtmidi, _RTMIDI_NAMES[api]))
    if number not in rtmidi.get_compiled_api():
        raise PortError(f"{api}: not on this system")
    # RtMidi never starts a JACK server, but its library would, where a .jackdrc asks for it.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    return number


def _reason(api: str, text: str) -> str:
    """RtMidi's reason in a user's words."""
    if api.startswith("jack"):
        return "no JACK server is running"
    if api == "alsa":
        return "no ALSA sequencer here"
    return text


def available() -> list[str]:
    """The MIDI systems that RtMidi was built for; raises PortError without RtMidi."""
    rtmidi = rtmidi_module()
    compiled = set(rtmidi.get_compiled_api())
    return [
        api
        for api, attribute in _RTMIDI_NAMES.items()
        if getattr(rtmidi, attribute) in compiled and api != "jack-rtmidi"
    ]


def rtmidi_module() -> Any:
    """RtMidi, imported where it is first asked for; raises PortError without it."""
    try:
        import rtmidi
    except ImportError:
        raise PortError(
            "python-rtmidi is missing (it has wheels up to Python 3.12): install it, or use"
            " --midi-api null"
        ) from None
    return rtmidi


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send what C libraries print to nowhere. Not for use beside other threads that print."""
    saved = []
    try:
        for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
                saved.append((number, os.dup(number)))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number, _ in saved:
            os.dup2(nowhere, number)
        os.close(nowhere)
        yield
    finally:
        for number, copy in saved:
            os.dup2(copy, number)
            os.close(copy)
