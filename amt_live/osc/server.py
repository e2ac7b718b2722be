"""The daemon's ear: one UDP socket, every message looked up exactly and answered once.

Runs on one asyncio loop, in the daemon; ``push`` alone may be called from any thread. It knows the
band only as ``execute`` (a command in, an answer out) and ``read_state`` (the present snapshot).
Invariant: a message is answered to its sender by exactly one done or fail (or the value, pong or
synced that it asked for), and no message makes another sender's wait; panic waits for nothing.

``execute`` must take its place in the band's own queue before it first awaits: commands are started
in the order in which they arrived, and only awaited side by side.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, cast

from amt_live import __version__
from amt_live.control.commands import Command
from amt_live.control.state import BandState, Notice
from amt_live.errors import AmtError
from amt_live.osc.addresses import SILENT
from amt_live.osc.answers import Answers
from amt_live.osc.arguments import Atom, Refusal, values_of
from amt_live.osc.codec import Item, Malformed, Message, encode
from amt_live.osc.entries import Route
from amt_live.osc.faults import internal, refusal_of
from amt_live.osc.guards import RateLimiter, Sender, TimedQueue
from amt_live.osc.intake import Intake
from amt_live.osc.leases import Leases
from amt_live.osc.limits import Limits
from amt_live.osc.panic import PanicRunner
from amt_live.osc.pushes import Pushes
from amt_live.osc.routing import command_of, look_up
from amt_live.osc.services import Services
from amt_live.osc.sockets import open_udp

Execute = Callable[[Command], Awaitable[None]]

FEW_COMMANDS: Final = 8
"""While more are under way, what they change is pushed by and by, not after each."""

_log = logging.getLogger(__name__)


class OscServer(asyncio.DatagramProtocol):
    """Serves one band on one UDP port.

    ``host`` is loopback unless somebody names another one: whoever reaches the port plays the band.
    ``port`` 0 takes a free one. All methods but ``push``: on the loop that called ``start``.
    """

    def __init__(
        self,
        host: str,
        port: int,
        execute: Execute,
        read_state: Callable[[], BandState],
        *,
        version: str = __version__,
        limits: Limits | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.ignored = 0
        """Datagrams and pushes that were dropped: unreadable, too many, or nobody to hear them."""
        self._execute = execute
        self._read_state = read_state
        self._limits = limits or Limits()
        self._limiter = RateLimiter(self._limits)
        self._timed = TimedQueue(self._limits)
        self._timer: asyncio.TimerHandle | None = None
        self._leases = Leases(self._limits)
        self._pushes = Pushes(self._leases, read_state, self._send)
        self._answers = Answers(self._leases, self._send)
        self._panic = PanicRunner(self._perform, self._outcome)
        self._intake = Intake(
            self._limits, self._limiter, self._leases, self._panic.run, self._take, self._cut
        )
        self._in_flight: dict[asyncio.Task[None], Sender] = {}
        self._waiting: set[asyncio.Task[None]] = set()
        self._is_clogged = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._services = Services(
            self._leases, self._pushes, self._answers, self._later, self._limits, version
        )

    async def start(self) -> int:
        """Open the port and listen; returns its number. Raises NetworkError, naming the fix."""
        self._loop = asyncio.get_running_loop()
        sock = open_udp(self.host, self.port)
        self.port = sock.getsockname()[1]
        await self._loop.create_datagram_endpoint(lambda: self, sock=sock)
        self._intake.start(self._loop, sock)
        self._pushes.start(self._loop)
        return self.port

    async def close(self) -> None:
        """Say goodbye to everyone who listens, and close the port. Safe to call twice."""
        if self._transport is None:
            return
        self._intake.close()
        self._pushes.close()
        if self._timer is not None:
            self._timer.cancel()
        tasks = [*self._in_flight, *self._waiting, *self._panic.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._transport.close()
        self._transport = None

    def push(self, notice: Notice) -> None:
        """Tell everyone who listens that something happened. Thread: any. Blocks: no."""
        if self._loop is None or self._loop.is_closed():
            return
        try:
            self._loop.call_soon_threadsafe(self._pushes.notice, notice)
        except RuntimeError:
            self.ignored += 1  # the loop was closed between the question and the call

    def follow(self) -> None:
        """Push now what has changed, and not at the next look."""
        self._pushes.follow()

    # asyncio.DatagramProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for the answers."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def pause_writing(self) -> None:
        """The system takes no more datagrams: drop what would only pile up."""
        self._is_clogged = True

    def resume_writing(self) -> None:
        """The system takes datagrams again."""
        self._is_clogged = False

    def error_received(self, exc: Exception) -> None:
        """A listener is gone: its lease will expire; nothing else depends on it."""
        _log.debug("a datagram did not arrive: %s", exc)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take in a datagram, and all that have come with it. Never raises, never waits."""
        self._intake.take(data, (addr[0], addr[1]))

    def _take(self, item: Item, sender: Sender, at_s: float) -> None:
        if isinstance(item, Malformed):
            self._refuse_malformed(item, sender)
        else:
            self._schedule(item, sender, at_s)

    # From message to deed

    def _refuse_malformed(self, item: Malformed, sender: Sender) -> None:
        if item.address and item.address not in SILENT:
            self._answers.fail(sender, item.address, Refusal(item.code, item.why))
        else:
            self.ignored += 1

    def _schedule(self, message: Message, sender: Sender, now_s: float) -> None:
        """Do it now, or keep it until its time tag."""
        ahead_s = 0.0 if message.at_s is None else message.at_s - now_s
        if message.at_s is None or ahead_s <= 0:
            self._handle(message, sender)
        elif ahead_s > self._limits.ahead_s:
            why = f"the time tag is {ahead_s:.0f} s ahead; {self._limits.ahead_s:.0f} s is the most"
            self._answers.fail(sender, message.address, Refusal("time", why))
        elif self._timed.add(message, sender, message.at_s):
            self._wake()
        else:
            why = "too many messages wait for their time tag; send them later"
            self._answers.fail(sender, message.address, Refusal("busy", why))

    def _wake(self) -> None:
        """Set the one timer to the earliest time tag."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._timed.next_s is not None and self._loop is not None:
            delay_s = max(0.0, self._timed.next_s - time.perf_counter())
            self._timer = self._loop.call_later(delay_s, self._due)

    def _due(self) -> None:
        try:
            for message, sender in self._timed.due(time.perf_counter()):
                self._handle(message, sender)
        finally:
            self._wake()

    def _handle(self, message: Message, sender: Sender) -> None:
        """Look the address up and read, serve or execute."""
        if message.address in SILENT:
            self.ignored += 1
            return
        try:
            route = look_up(message.address)
            kind = route.entry.kind
            is_question = route.entry.read is not None and not message.atoms
            if not is_question and not self._afford(route, sender):
                return
            if kind == "service":
                values = values_of(route.entry.arguments, message.atoms)
                self._services.serve(message.address, sender, values)
            elif is_question:
                self._later(sender, lambda: self._tell(message.address, route, sender))
            elif kind == "push":
                raise Refusal("readonly", "only the daemon sends this")
            else:
                self._begin(command_of(route, message.atoms), message.address, sender)
        except Refusal as refusal:
            self._answers.fail(sender, message.address, refusal)
        except Exception:
            _log.exception("%s failed", message.address)
            self._answers.fail(sender, message.address, internal())

    def _afford(self, route: Route, sender: Sender) -> bool:
        extra = route.entry.cost - 1
        if not extra:
            return True
        is_listener = self._leases.holds(sender)
        if self._limiter.admit(sender, time.perf_counter(), extra, is_listener=is_listener):
            return True
        self._cut(sender, route.entry.path)
        return False

    def _begin(self, command: Command, address: str, sender: Sender) -> None:
        if len(self._in_flight) >= self._limits.in_flight:
            raise Refusal("busy", "too many commands are under way; send them more slowly")
        task = asyncio.create_task(self._run(command, address, sender))
        self._in_flight[task] = sender
        task.add_done_callback(lambda done: self._in_flight.pop(done, None))

    async def _run(self, command: Command, address: str, sender: Sender) -> None:
        refusal = await self._perform(command)
        self._outcome(sender, address, refusal)

    async def _perform(self, command: Command) -> Refusal | None:
        """Have the band execute a command; what went wrong, or None."""
        try:
            async with asyncio.timeout(self._limits.execute_s):
                await self._execute(command)
        except Refusal as refusal:
            return refusal
        except AmtError as error:
            return refusal_of(error)
        except TimeoutError:
            return Refusal("timeout", f"not done after {self._limits.execute_s:g} s")
        except Exception:
            _log.exception("%s failed", type(command).__name__)
            return internal()
        finally:
            if len(self._in_flight) <= FEW_COMMANDS:
                self._pushes.follow()
        return None

    # Answers

    def _outcome(self, sender: Sender, address: str, refusal: Refusal | None) -> None:
        if refusal is None:
            self._answers.done(sender, address)
        else:
            self._answers.fail(sender, address, refusal)

    def _cut(self, sender: Sender, address: str) -> None:
        self.ignored += 1
        if address not in SILENT and self._limiter.should_warn(sender, time.perf_counter()):
            why = f"more than {self._limits.rate_per_s:g} messages a second; some were dropped"
            self._send(sender, "/amt/fail", address or "/amt", "rate", why)

    def _tell(self, address: str, route: Route, sender: Sender) -> None:
        value = route.entry.read(self._read_state(), route.part) if route.entry.read else None
        if value is None:
            refusal = Refusal("unready", "the band has no such part yet; ask again later")
            self._answers.fail(sender, address, refusal)
        else:
            self._answers.tell(sender, address, *value)

    def _later(self, sender: Sender | None, answer: Callable[[], None]) -> None:
        """Answer after the commands that came before: those of ``sender``, or all (None)."""
        earlier = [t for t, who in self._in_flight.items() if sender is None or who == sender]
        if sender is None:
            earlier += self._panic.tasks
        if not earlier:
            answer()
            return
        if len(self._waiting) >= self._limits.in_flight:
            raise Refusal("busy", "too many questions wait for an answer; ask more slowly")

        async def wait() -> None:
            await asyncio.wait(earlier)
            answer()

        task = asyncio.create_task(wait())
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def _send(self, target: Sender, address: str, *atoms: Atom) -> None:
        """Send one message; a listener that cannot be reached costs nothing."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._is_clogged:
            self.ignored += 1
            return
        transport.sendto(encode(address, *atoms), target)
