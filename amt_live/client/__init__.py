"""The Python client: steer a band that plays, and hear what it does; for notebooks and live coders.

With ``amt-live daemon`` running, this is a session::

    >>> from amt_live.client import MoodApplied, connect
    >>> band = connect()
    >>> events = band.events()                  # from here on nothing is missed
    >>> band.mood("dark waltz", at="beat")
    >>> band.tempo(132)
    >>> band.part("drums").mute()
    >>> for event in events:
    ...     if isinstance(event, MoodApplied):
    ...         print(event.text)
    ...         break
    dark waltz
    >>> band.state.tempo_bpm
    132.0
    >>> band.density(7)
    Traceback (most recent call last):
        ...
    amt_live.client.wire.Refused: density 7 is outside 0-1 or free
    >>> band.panic()
    >>> band.close()

Every command waits until the band has taken it, which is a matter of milliseconds, and raises
``Refused`` with the band's own sentence where it does not. Where an event loop runs already,
``connect_async`` gives the same with ``await``; ``async for event in band.events()`` works with
both. A client that dies, hangs or is never closed changes nothing that is heard.
"""

from amt_live.client.band import AsyncBand, Band, connect, connect_async
from amt_live.client.commands import Commands, Part
from amt_live.client.events import Changed, Event, Events, Found, Lost
from amt_live.client.state import State
from amt_live.client.wire import Refused
from amt_live.control.state import (
    BeatPassed,
    ErrorNotice,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NoteDecided,
    NotePlayed,
    TransportChanged,
    Wiped,
)
from amt_live.errors import AmtError, NetworkError

__all__ = [
    "AmtError",
    "AsyncBand",
    "Band",
    "BeatPassed",
    "Changed",
    "Commands",
    "ErrorNotice",
    "Event",
    "Events",
    "Found",
    "HealthReport",
    "Lost",
    "MoodApplied",
    "MoodArmed",
    "NetworkError",
    "NoteDecided",
    "NotePlayed",
    "Part",
    "Refused",
    "State",
    "TransportChanged",
    "Wiped",
    "connect",
    "connect_async",
]
