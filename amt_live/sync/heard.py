"""What is known of somebody else's clock at one moment: a value, and the line it travels as.

Made by the process that listens (``midi.ears``), taken in by the engine's ``ClockDesk``. Beats are
quarters. Moments are ``time.perf_counter`` seconds, the same for all processes of a machine.
"""

import json
from dataclasses import astuple, dataclass
from typing import Any, Final

from amt_live.control.commands import ClockSource

SOURCES: Final[tuple[ClockSource, ...]] = ("internal", "midi", "link")


@dataclass(frozen=True, slots=True)
class Heard:
    """At ``at_s`` it was beat ``beats``, at ``tempo_bpm``.

    ``is_locked``: the clock is there. ``is_running``: its transport runs. ``has_position``: the
    beats are those of the song or session, not merely counted since the first pulse. ``starts``
    counts how often the transport was started or continued; ``from_top``: the last time from the
    beginning. ``peers``: others in a Link session.
    """

    source: ClockSource
    is_locked: bool = False
    is_running: bool = False
    has_position: bool = False
    starts: int = 0
    from_top: bool = False
    tempo_bpm: float = 0.0
    beats: float = 0.0
    at_s: float = 0.0
    peers: int = 0

    def beats_at(self, at_s: float) -> float:
        """The beat at another moment, if the tempo stays."""
        return self.beats + (at_s - self.at_s) * self.tempo_bpm / 60

    def moment_of(self, beats: float) -> float:
        """When it is that beat, if the tempo stays."""
        return self.at_s + (beats - self.beats) * 60 / self.tempo_bpm


@dataclass(frozen=True, slots=True)
class EarOpened:
    """The port that is listened to, or the session that was joined; one line."""

    what: str


@dataclass(frozen=True, slots=True)
class EarTrouble:
    """Listening is not possible; one line that says what to do."""

    why: str


EarReport = Heard | EarOpened | EarTrouble


def encode(report: EarReport) -> bytes:
    """One line."""
    match report:
        case Heard():
            body: object = list(astuple(report))
            kind = "heard"
        case EarOpened(what):
            kind, body = "opened", what
        case EarTrouble(why):
            kind, body = "trouble", why
    return json.dumps([kind, body], separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> EarReport | None:
    """The report of a line; None for anything else."""
    try:
        kind, body = json.loads(line)
        if kind == "heard":
            return _heard(body)
        if kind in ("opened", "trouble") and isinstance(body, str):
            return EarOpened(body) if kind == "opened" else EarTrouble(body)
    except (ValueError, TypeError, RecursionError):
        pass
    return None


def _heard(body: Any) -> Heard:
    source, locked, running, position, starts, top, tempo_bpm, beats, at_s, peers = body
    flags = (locked, running, position, top)
    numbers = [tempo_bpm, beats, at_s]
    if source not in SOURCES or not all(isinstance(flag, bool) for flag in flags):
        raise ValueError("not heard")
    if not all(type(count) is int and count >= 0 for count in (starts, peers)):
        raise ValueError("not heard")
    if not all(type(n) in (int, float) and abs(n) < 1e15 for n in numbers):
        raise ValueError("not heard")
    if locked and not tempo_bpm > 0:
        raise ValueError("not heard")
    tempo_bpm, beats, at_s = map(float, numbers)
    return Heard(source, *flags[:3], starts, flags[3], tempo_bpm, beats, at_s, peers)
