"""The Pure Data patch in the real Pure Data, against the real OSC server."""

import asyncio
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from amt_live.control.commands import (
    Capture,
    Command,
    Panic,
    SetKnob,
    SetMood,
    SetPart,
    SetQuantise,
    SetTempo,
    StartTake,
    StopTake,
    Transport,
)
from amt_live.control.state import (
    BandState,
    BeatPassed,
    Health,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NotePlayed,
)
from amt_live.control.when import When
from amt_live.music.parts import PART_NAMES
from amt_live.osc.server import OscServer

PATCH = Path(__file__).parents[2] / "patches" / "pd" / "amt-live.pd"
PROBE = Path(__file__).with_name("probe.pd")
DAEMON = ("--midi-api", "null", "--model", "tiny", "--osc-port", "0", "--mood", "calm")
PATIENCE_S = 60.0


@dataclass
class Listener:
    """What stands where the band would: it takes commands and keeps them."""

    commands: asyncio.Queue[Command] = field(default_factory=asyncio.Queue)
    state: BandState = field(default_factory=BandState)

    async def execute(self, command: Command) -> None:
        await self.commands.put(command)

    async def next(self, count: int) -> list[Command]:
        async with asyncio.timeout(PATIENCE_S):
            return [await self.commands.get() for _ in range(count)]


class RunningPd:
    """A Pure Data process with the patch open; ``until`` reads what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.printed: list[str] = []

    async def until(self, start: str) -> str:
        """The next printed line that begins with ``start``."""
        assert self._process.stderr is not None
        async with asyncio.timeout(PATIENCE_S):
            while line := (await self._process.stderr.readline()).decode().strip():
                self.printed.append(line)
                if line.startswith(start):
                    return line
        raise AssertionError(f"Pd ended; it had printed {self.printed}")


@asynccontextmanager
async def running_pd(pd: str, osc_port: int, messages: str = "") -> AsyncIterator[RunningPd]:
    own_port = _free_port()
    sent = f"amt-listen {own_port}; amt-port {osc_port}; {messages}"
    process = await asyncio.create_subprocess_exec(
        *(pd, "-nogui", "-noaudio", "-nomidi", "-noprefs"),
        *("-open", str(PATCH), "-open", str(PROBE), "-send", sent),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield RunningPd(process)
    finally:
        process.kill()
        # Reads on to the end, so that the pipe is closed with the loop still running.
        await process.communicate()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def pd(require_external: Callable[[str], str]) -> str:
    return require_external("pd")


async def test_every_control_of_the_face_reaches_the_band(pd: str) -> None:
    listener = Listener()
    server = OscServer("127.0.0.1", 0, listener.execute, lambda: listener.state)
    port = await server.start()
    messages = (
        "amt-take-start evening; amt-take-stop bang; amt-capture 4; amt-send /amt/swing 0.5;"
        "amt-mood sparse melancholic jazz @beat; amt-tempo 144; amt-quantise 4bars;"
        "amt-density 0.25; amt-density-free bang; amt-mute-bass 1; amt-play bang; amt-panic bang"
    )
    try:
        async with running_pd(pd, port, messages):
            commands = await listener.next(12)
    finally:
        await server.close()
    assert Panic() in commands  # it may overtake the others
    commands.remove(Panic())
    assert commands == [
        StartTake("evening"),
        StopTake(),
        Capture(4, None),
        SetKnob("swing", 0.5),
        SetMood("sparse melancholic jazz", When.BEAT),
        SetTempo(144.0),
        SetQuantise(When.BARS_4),
        SetKnob("density", 0.25),
        SetKnob("density", None),
        SetPart("bass", "mute", 1),
        Transport("play"),
    ]


async def test_what_the_band_does_comes_back_to_the_patch(pd: str) -> None:
    listener = Listener()
    server = OscServer("127.0.0.1", 0, listener.execute, lambda: listener.state)
    port = await server.start()
    try:
        async with running_pd(pd, port, "amt-mood night train") as patch:
            # The lease was asked for before the mood, so whatever is pushed from here on arrives.
            await listener.next(1)
            server.push(MoodArmed(7, "night train", 3, 1.0, 1.5))
            server.push(MoodApplied(7, "night train", 3, 1.0, 812.5))
            server.push(BeatPassed(3, 2))
            server.push(NotePlayed("bass", 40, 90, 0.5))
            server.push(HealthReport(Health(6.5, 420.0, 0.5, 1, 2)))
            assert await patch.until("armed:") == r"armed: 7 night\ train 3 1 1.5"
            assert await patch.until("applied:") == r"applied: 7 night\ train 3 1 812.5"
            assert await patch.until("beat:") == "beat: 3 2"
            assert await patch.until("note:") == "note: bass 40 90 0.5"
            assert (await patch.until("health:")).startswith("health: 6.5 420 0.5 1 2 ")
    finally:
        await server.close()
    assert not [line for line in patch.printed if "error" in line or "couldn't" in line]


async def test_commands_are_answered_on_the_face(pd: str) -> None:
    listener = Listener()
    server = OscServer("127.0.0.1", 0, listener.execute, lambda: listener.state)
    port = await server.start()
    try:
        async with running_pd(pd, port, "amt-tempo 90; amt-tempo 5000") as patch:
            # done and fail come in no promised order: the one is awaited, the other is not.
            answers = {await patch.until("reply: "), await patch.until("reply: ")}
            while not any("/amt/fail" in line or "failed" in line for line in answers):
                answers.add(await patch.until("reply: "))
            while not any("done: /amt/tempo" in line for line in answers):
                answers.add(await patch.until("reply: "))
    finally:
        await server.close()
    assert await listener.next(1) == [SetTempo(90.0)]


async def test_the_patch_finds_a_band_that_starts_after_it(pd: str, free_udp_port: int) -> None:
    listener = Listener(state=BandState(bar=5, beat=3.0))
    server = OscServer("127.0.0.1", free_udp_port, listener.execute, lambda: listener.state)
    async with running_pd(pd, free_udp_port, "amt-mood nobody hears this") as patch:
        await asyncio.sleep(1)  # Pd has to have spoken to nobody at least once
        await server.start()
        try:
            assert await patch.until("beat:") == "beat: 5 3"
        finally:
            await server.close()
    assert listener.commands.empty()


async def test_five_steps_lead_to_music_with_pd_alone(pd: str) -> None:
    """As on its page: the daemon without MIDI, the patch, a mood, play; Pd itself makes sound."""
    daemon = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "amt_live", "daemon", *DAEMON),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    assert daemon.stdout is not None
    try:
        said = ""
        async with asyncio.timeout(PATIENCE_S):
            while not said.endswith("ready\n"):
                line = (await daemon.stdout.readline()).decode()
                assert line, said
                said += line
        osc_port = int(re.findall(r"OSC at 127\.0\.0\.1:(\d+)", said)[0])
        messages = "amt-sound 1; amt-play bang; amt-mood night train @bar"
        async with running_pd(pd, osc_port, messages) as patch:
            assert r" night\ train " in await patch.until("armed:")
            assert r" night\ train " in await patch.until("applied:")
            await patch.until("note:")
            await patch.until("loud: 1")
        assert not [line for line in patch.printed if "error" in line or "couldn't" in line]
    finally:
        daemon.terminate()
        await daemon.communicate()
    assert daemon.returncode == 0


def test_every_part_can_be_muted_from_the_patch() -> None:
    text = PATCH.read_text()
    missing = [name for name in PART_NAMES if f"oscformat /amt/part/{name}/mute" not in text]
    assert missing == []
