"""What the daemon tells without being asked: notices, and every value that has changed.

Runs on the server's loop. A screen that leases pushes follows the band without polling: a changed
value arrives on the address that sets it, in the form in which a question is answered.
Losing a push is harmless: the next lease begins with everything.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from amt_live.control.state import (
    BandState,
    BeatPassed,
    ErrorNotice,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NoteDecided,
    NotePlayed,
    Notice,
    TransportChanged,
    Wiped,
)
from amt_live.osc.addresses import PUSHED_BY_NOTICE, ROUTES
from amt_live.osc.arguments import Atom
from amt_live.osc.guards import Sender
from amt_live.osc.leases import Leases
from amt_live.osc.routing import followed

FOLLOW_S: Final = 0.1
"""How often changes that no command caused (a tempo that glides) are looked for."""


class Send(Protocol):
    """Sends one message to one target."""

    def __call__(self, target: Sender, address: str, /, *atoms: Atom) -> None: ...  # noqa: D102


def notice_message(notice: Notice) -> tuple[str, tuple[Atom, ...]]:
    """The message that a notice travels as: address and atoms."""
    match notice:
        case MoodArmed(id, text, bar, beat, eta_s):
            return "/amt/mood/armed", (id, text, bar, float(beat), float(eta_s))
        case MoodApplied(id, text, bar, beat, latency_ms):
            return "/amt/mood/applied", (id, text, bar, float(beat), float(latency_ms))
        case BeatPassed(bar, beat):
            return "/amt/beat", (bar, beat)
        case NotePlayed(part, pitch, velocity, beats):
            return "/amt/note", (part, pitch, velocity, float(beats))
        case NoteDecided(part, pitch, velocity, beats, in_beats):
            return "/amt/decided", (part, pitch, velocity, float(beats), float(in_beats))
        case Wiped(in_beats):
            return "/amt/wiped", (float(in_beats),)
        case TransportChanged(state):
            return "/amt/transport/state", (state,)
        case HealthReport(health):
            value = ROUTES["/amt/health"].entry.read
            assert value is not None
            return "/amt/health", value(BandState(health=health), "") or ()
        case ErrorNotice(why):
            return "/amt/error", (why,)


class Pushes:
    """Sends to everyone who holds a lease."""

    def __init__(self, leases: Leases, read_state: Callable[[], BandState], send: Send) -> None:
        self._leases = leases
        self._read_state = read_state
        self._send = send
        self._state: BandState | None = None
        self._values: dict[str, tuple[Atom, ...]] = {}
        self._applied_id = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Follow the band's state from here on."""
        self._loop = loop
        self._tick()

    def close(self) -> None:
        """Tell everyone that the daemon ends, and send nothing more."""
        self.tell("/amt/shutdown")
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()

    def tell(self, address: str, *atoms: Atom) -> None:
        """Send one message to everyone who listens."""
        for target in self._leases.targets():
            self._send(target, address, *atoms)

    def notice(self, notice: Notice) -> None:
        """Something happened once."""
        if self._loop is None:
            return
        if isinstance(notice, MoodApplied):
            self._applied_id = notice.id
        address, atoms = notice_message(notice)
        if isinstance(notice, TransportChanged):
            if self._values.get(address) == atoms:
                return  # following the state has said it already
            self._values[address] = atoms
        self.tell(address, *atoms)
        if isinstance(notice, MoodArmed | MoodApplied):
            self.follow()

    def follow(self) -> None:
        """Push what has changed since the last look."""
        if self._loop is None or not len(self._leases):
            self._state = None
            return
        state = self._read_state()
        before, self._state = self._state, state
        if state is before:
            return
        values, self._values = self._values, followed(state)
        if before is None:
            return  # nobody listened until now, and a new listener is told everything
        for address, value in self._values.items():
            if values.get(address) != value:
                self.tell(address, *value)
        self._tell_cancelled(before, state)

    def welcome(self, target: Sender, version: str) -> None:
        """Begin a lease: who speaks, and every value there is."""
        self._send(target, "/amt/startup", version)
        self.everything([target])

    def everything(self, targets: Sequence[Sender]) -> None:
        """Send every value there is to ``targets``."""
        self.follow()
        state = self._read_state()
        for target in targets:
            for address, value in followed(state).items():
                self._send(target, address, *value)
            for address in sorted(PUSHED_BY_NOTICE):
                read = ROUTES[address].entry.read
                value = (read(state, "") if read else None) or ()
                if address != "/amt/mood/armed" or state.armed is not None:
                    self._send(target, address, *value)

    def _tell_cancelled(self, before: BandState, state: BandState) -> None:
        """An armed mood that is gone without having been applied was cancelled."""
        armed = before.armed
        if armed is None or state.armed is not None or armed.id == self._applied_id:
            return
        if state.mood != armed.text:
            self.tell("/amt/mood/cancelled", armed.id, armed.text)

    def _tick(self) -> None:
        if self._loop is None:
            return
        self._leases.expire(time.perf_counter())
        self.follow()
        self._timer = self._loop.call_later(FOLLOW_S, self._tick)
