"""A small real band for the tests, which carries commands out on a BandState, and a UDP ear."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from amt_live.control import commands as c
from amt_live.control.hands import Learn, SetThru
from amt_live.control.state import (
    ArmedMood,
    BandState,
    MoodArmed,
    Notice,
    PartState,
    TransportChanged,
)
from amt_live.errors import FileError
from amt_live.music.parts import PARTS
from amt_live.osc.codec import Message, decode, encode
from amt_live.osc.limits import Limits
from amt_live.osc.server import OscServer

PARTS_AT_START = tuple(PartState(part.name, part.channel + 1, part.program) for part in PARTS)
WIDE = Limits(rate_per_s=1e6, burst=1_000_000, all_rate_per_s=1e6, all_burst=1_000_000)


@dataclass
class Band:
    """Executes commands at once; those of a kind in ``gates`` wait for their event first."""

    state: BandState = field(default_factory=lambda: BandState(parts=PARTS_AT_START, model="tiny"))
    log: list[c.Command] = field(default_factory=list)
    gates: dict[type, asyncio.Event] = field(default_factory=dict)
    notify: Callable[[Notice], None] = lambda notice: None

    async def execute(self, command: c.Command) -> None:
        self.log.append(command)
        gate = self.gates.get(type(command))
        if gate is not None:
            await gate.wait()
        self._apply(command)

    def _apply(self, command: c.Command) -> None:
        state = self.state
        match command:
            case c.SetMood(text, _):
                number = len(self.log)
                armed = ArmedMood(number, text, 1920, 2, 1.0, 0.5)
                self.state = replace(state, armed=armed, mood=text)
                self.notify(MoodArmed(number, text, 2, 1.0, 0.5))
            case c.SetModel(name, _):
                self.state = replace(state, model=name)
            case c.SetStyle(style, _):
                self.state = replace(state, mood=style)
            case c.BlendMood(texts, _):
                self.state = replace(state, mood=" + ".join(text for text, _ in texts))
            case c.GlideMood(text, _, _):
                self.state = replace(state, mood=text)
            case c.CancelMood():
                self.state = replace(state, armed=None)
            case c.SetQuantise(when):
                self.state = replace(state, quantise=when)
            case c.SetTempo(bpm, _):
                self.state = replace(state, tempo_bpm=bpm)
            case c.Transport(action):
                now = {"stop": "stopped", "count_in": "count_in"}.get(action, "playing")
                self.state = replace(state, transport=now)  # type: ignore[arg-type]
                self.notify(TransportChanged(now))  # type: ignore[arg-type]
            case c.SetLate(policy):
                self.state = replace(state, late=policy)
            case c.SetClock(source):
                self.state = replace(state, clock=source)
            case c.SendClock(is_sent):
                self.state = replace(state, sends_clock=is_sent)
            case Learn(target):
                self.state = replace(state, hands=replace(state.hands, learning=target))
            case SetThru(is_sent_on):
                self.state = replace(state, hands=replace(state.hands, thru=is_sent_on))
            case c.SetLatency(latency_ms):
                self.state = replace(state, latency_ms=latency_ms)
            case c.SetSeed(seed):
                self.state = replace(state, seed=seed)
            case c.SetSampling(name, value):
                sampling = replace(state.sampling, **{name: value})  # type: ignore[arg-type]
                self.state = replace(state, sampling=sampling)
            case c.SetPart(name, part_field, value):
                parts = tuple(
                    replace(part, **{part_field: value}) if name in ("*", part.name) else part  # type: ignore[arg-type]
                    for part in state.parts
                )
                self.state = replace(state, parts=parts)
            case c.SetKnob(name, value):
                knobs = {**dict(state.knobs), name: value}
                self.state = replace(state, knobs=tuple(knobs.items()))
            case c.SetKey(key):
                self.state = replace(state, key=key)
            case c.SetChords(chords):
                self.state = replace(state, chords=chords)
            case c.SaveScene(name):
                self.state = replace(state, scenes=tuple(sorted({*state.scenes, name})))
            case c.DeleteScene(name):
                scenes = tuple(scene for scene in state.scenes if scene != name)
                self.state = replace(state, scenes=scenes)
            case c.StartTake(name):
                self.state = replace(state, take=name or "take 1")
            case c.StopTake():
                if state.take is None:
                    raise FileError("nothing is being recorded; /amt/take/start begins a take")
                self.state = replace(state, take=None)


class Ear(asyncio.DatagramProtocol):
    """One UDP socket of a client: sends, and keeps what arrives in order."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Message] = asyncio.Queue()

    async def open(self) -> "Ear":
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.port: int = self.transport.get_extra_info("sockname")[1]
        return self

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for item in decode(data, Limits(), 0.0, time.time()):
            assert isinstance(item, Message), item
            self.heard.put_nowait(item)

    def raw(self, data: bytes, port: int) -> None:
        self.transport.sendto(data, ("127.0.0.1", port))

    def send(self, port: int, address: str, *atoms: Any) -> None:
        self.raw(encode(address, *atoms), port)

    async def next(self, timeout_s: float = 3.0) -> tuple[Any, ...]:
        message = await asyncio.wait_for(self.heard.get(), timeout_s)
        return (message.address, *message.atoms)

    async def until(self, address: str, timeout_s: float = 3.0) -> list[tuple[Any, ...]]:
        """All messages up to the first at ``address``, that one included."""
        got: list[tuple[Any, ...]] = []
        async with asyncio.timeout(timeout_s):
            while not got or got[-1][0] != address:
                got.append(await self.next(timeout_s))
        return got

    async def until_pong(self, port: int) -> None:
        """Wait until the server has seen all that was sent, though not carried it out."""
        self.send(port, "/amt/ping")
        await self.until("/amt/pong")

    async def settled(self, port: int, number: int = 7) -> list[tuple[Any, ...]]:
        """Everything heard before the answer to a sync that is sent now, without that answer."""
        self.send(port, "/amt/sync", number)
        return (await self.until("/amt/synced"))[:-1]


@dataclass
class Stage:
    """A server, its band, and one ear."""

    band: Band
    server: OscServer
    ear: Ear
    faults: list[dict[str, Any]]
    ears: list[Ear] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.port

    async def another_ear(self) -> Ear:
        self.ears.append(await Ear().open())
        return self.ears[-1]

    def send(self, address: str, *atoms: Any) -> None:
        self.ear.send(self.port, address, *atoms)

    async def ask(self, address: str, *atoms: Any) -> tuple[Any, ...]:
        self.send(address, *atoms)
        return await self.ear.next()


@asynccontextmanager
async def stage(limits: Limits | None = None, host: str = "127.0.0.1") -> AsyncIterator[Stage]:
    """A server on a free port; afterwards no exception may have reached the loop."""
    loop = asyncio.get_running_loop()
    faults: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: faults.append(context))
    band = Band()
    server = OscServer(host, 0, band.execute, lambda: band.state, limits=limits)
    band.notify = server.push
    await server.start()
    ear = await Ear().open()
    try:
        made = Stage(band, server, ear, faults, [ear])
        yield made
    finally:
        for each in made.ears:
            each.transport.close()
        await server.close()
        await asyncio.sleep(0)  # lets the loop close both sockets
    assert faults == []
