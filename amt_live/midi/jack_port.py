"""A JACK port that places every message at its frame, in the process callback.

The player hands a message over before it is due (``lead_s``: a period and a margin for its own
lateness) with the moment at which it is to sound. The pair waits in a queue that one thread fills
and the callback empties, without a lock. The callback runs once a period on JACK's thread: it turns
moments into frames (``jack_time``) and writes what falls into the period at its offset. A message
that comes too late goes at the first frame and is counted with how late that is.

Order is never changed: a message is placed at the earliest where the one before it is, so that the
end of a note cannot overtake its beginning. One without a moment (panic) goes as soon as that
allows.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from amt_live.errors import PortError
from amt_live.midi.jack_client import open_client
from amt_live.midi.jack_links import Joined, Links
from amt_live.midi.jack_time import FrameClock, unwrapped
from amt_live.midi.rtmidi_client import quiet

MARGIN_S: Final = 0.010
"""How late the player may be, period apart, before a note is."""

_FIRST_CYCLES_S: Final = 2.0
_STALLED_AT: Final = 20_000
"""As many messages waiting mean that the server takes none."""

_KEPT: Final = 20_000
_NOTE_ON: Final = 0x90
_DRAIN_S: Final = 0.25
_POLL_S: Final = 0.005


class JackPort:
    """An open port. ``send``, ``lost`` and ``close``: the player's thread; the callback: JACK's."""

    api = "jack"
    dies_with_server = False

    def __init__(
        self, client_name: str, target: str | None = None, restore: Sequence[str] = ()
    ) -> None:
        """Open a port called ``client_name``, connected to the first port whose name contains
        ``target`` and to those of ``restore`` that are there; raises PortError.
        """
        self.note = ""
        self._queue: deque[tuple[float | None, bytes]] = deque()
        self._late: deque[int] = deque(maxlen=_KEPT)
        self._start = 0
        self._gone = threading.Event()
        self._vanished = threading.Event()
        self._cycles = 0
        self._target = ""
        self.xruns = self.unplaced = 0
        self._client = open_client(client_name)
        try:
            self._prepare(client_name, target)
        except PortError:
            self._shut()
            raise
        except Exception as error:
            self._shut()
            raise PortError(f"jack: cannot create a port: {error}") from None
        self._links = Links(self._client, self._port, self._target, restore, self._vanished)
        self._await_cycles()

    def _prepare(self, client_name: str, target: str | None) -> None:
        client = self._client
        self._rate_hz = client.samplerate
        self._period = client.blocksize
        self._frames = FrameClock(self._rate_hz)
        if target is not None:
            ports = [port.name for port in client.get_ports(is_midi=True, is_input=True)]
            found = [port for port in ports if target.lower() in port.lower()]
            if not found:
                listed = ", ".join(ports) or "none"
                why = f"jack: no port named '{target}'; try `amt-live ports`. Seen: {listed}"
                raise PortError(why)
            self._target = found[0]
        self._port = client.midi_outports.register(client_name)
        client.set_process_callback(self._process)
        client.set_shutdown_callback(lambda *_: self._gone.set())
        client.set_xrun_callback(self._count_xrun)
        client.set_port_registration_callback(self._port_changed, only_available=False)
        with quiet():
            client.activate()

    def _await_cycles(self) -> None:
        """A new connection is heard by a JACK server in its next cycle or the one after."""
        wanted, until_s = self._cycles + 3, time.perf_counter() + _FIRST_CYCLES_S
        while self._cycles < wanted:
            if time.perf_counter() > until_s:
                self._shut()
                raise PortError("jack: the server runs no cycles; restart it")
            time.sleep(_POLL_S)

    @property
    def name(self) -> str:
        """What the user finds it under."""
        return self._target or str(self._port.shortname)

    @property
    def own(self) -> str:
        """The full name under which others can listen to it."""
        return str(self._port.name)

    @property
    def lead_s(self) -> float:
        """How long before its moment a message is to be handed over."""
        return float(self._period / self._rate_hz) + MARGIN_S

    @property
    def peers(self) -> tuple[str, ...]:
        """The ports that are or were connected and are connected again when they come back."""
        return self._links.peers

    def send(self, data: bytes, at_s: float | None = None) -> None:
        """Place a message at a ``perf_counter`` moment, or as soon as possible."""
        if self._gone.is_set():
            raise PortError("the jack server went away")
        if len(self._queue) > _STALLED_AT:
            raise PortError("the jack server takes no more messages")
        self._queue.append((at_s, data))

    def take_lateness_ms(self) -> list[float]:
        """How late each note-on since the last call was placed, in milliseconds; 0 mostly."""
        count = len(self._late)
        return [self._late.popleft() * 1000 / self._rate_hz for _ in range(count)]

    def joined(self) -> Joined:
        """Who was connected since the last call."""
        return self._links.joined()

    def lost(self) -> str | None:
        """Why the port is gone, or None."""
        if self._gone.is_set():
            return "the jack server went away"
        if self._target and self._links.target_gone:
            return f"the jack port {self._target} went away"
        return None

    def server_gone(self) -> bool:
        """Whether the server died."""
        return self._gone.is_set()

    def close(self) -> None:
        """Close, having sent what was still on its way."""
        until_s = time.perf_counter() + _DRAIN_S
        while self._queue and not self._gone.is_set() and time.perf_counter() < until_s:
            time.sleep(_POLL_S)
        if not self._gone.is_set():
            # What the callback wrote last is heard in the same period, by a synchronous server in
            # the next.
            time.sleep(2 * self._period / self._rate_hz)
        self._shut()

    def _shut(self) -> None:
        links = getattr(self, "_links", None)
        if links is not None:
            links.close()
        with quiet(), contextlib.suppress(Exception):
            if not self._gone.is_set():
                self._client.deactivate()
            self._client.close()

    def _count_xrun(self, _delayed_us: float) -> None:
        self.xruns += 1
        self._frames.jump()

    def _port_changed(self, _port: Any, is_there: bool) -> None:
        if not is_there:
            self._vanished.set()

    def _process(self, frames: int) -> None:
        """JACK's thread, once a period. Nothing may be raised, or it is never called again."""
        try:
            self._port.clear_buffer()
            before_s = time.perf_counter()
            passed = self._client.frames_since_cycle_start
            after_s = time.perf_counter()
            self._start = start = unwrapped(self._client.last_frame_time, self._start)
            self._frames.observe(start + passed, before_s, after_s)
            self._period = frames
            self._place(start, frames)
        except Exception:  # A full buffer, mostly: the rest goes in the next period.
            self.unplaced += 1
        self._cycles += 1

    def _place(self, start: int, frames: int) -> None:
        queue, frame_at, earliest = self._queue, self._frames.frame_at, start
        while queue:
            at_s, data = queue[0]
            wanted = earliest if at_s is None else frame_at(at_s)
            if wanted - start >= frames:
                return
            earliest = max(earliest, wanted)
            self._port.write_midi_event(earliest - start, data)
            queue.popleft()
            if at_s is not None and data[0] & 0xF0 == _NOTE_ON:
                self._late.append(earliest - wanted)
