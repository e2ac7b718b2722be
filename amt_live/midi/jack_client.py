"""JACK's own library through JACK-Client, imported where it is first asked for.

JACK-Client (the extra ``[jack]``) needs a libjack on the system; python-rtmidi brings its own.
Where either is missing the caller falls back to RtMidi. The library prints to stderr: ``quiet``
keeps it off the terminal.
"""

import os
from typing import Any

from amt_live.errors import PortError
from amt_live.midi.rtmidi_client import quiet

HOW_TO_GET: str = "pip install 'amt-live[jack]' places notes to the frame"


def jack_module() -> Any:
    """JACK-Client; raises PortError, one line, where it or libjack is missing."""
    try:
        with quiet():
            import jack
    except ImportError:
        raise PortError(f"jack: JACK-Client is not installed; {HOW_TO_GET}") from None
    except OSError:
        raise PortError("jack: there is no libjack on this system; install jackd2") from None
    return jack


def has_jack_module() -> bool:
    """Whether frame-exact sending is possible here, a server apart."""
    try:
        jack_module()
    except PortError:
        return False
    return True


def open_client(name: str) -> Any:
    """A client of the running server; raises PortError where there is none. Blocks: 0.3 s."""
    jack = jack_module()
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    try:
        with quiet():
            return jack.Client(name, no_start_server=True)
    except jack.JackError:
        raise PortError("jack: no JACK server is running") from None
