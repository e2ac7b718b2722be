"""The Python client with a real daemon: the session of its own page, both kinds, many at once."""

import asyncio
import doctest
import socket
import sys
import threading
import time
from collections.abc import Iterator

import pytest

import amt_live.client as client
from amt_live.client import (
    BeatPassed,
    Changed,
    Found,
    Lost,
    MoodApplied,
    MoodArmed,
    NetworkError,
    NotePlayed,
    Refused,
    connect,
    connect_async,
)
from amt_live.client.band import PORT_VARIABLE
from amt_live.client.commands import Commands
from amt_live.osc.addresses import ROUTES
from amt_live.osc.routing import command_of, look_up
from amt_live.osc.server import OscServer
from tests.osc.band import Band as Bandstand
from tests.osc.band import stage
from tests.test_daemon import Daemon

PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    return tmp_path_factory.mktemp("takes")


@pytest.fixture(scope="module")
def daemon(takes) -> Iterator[Daemon]:
    """One band that plays for all of these tests."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    running = Daemon(port, "--midi-api=null", "--mood=calm", "--tempo=200", f"--takes={takes}")
    until_s = time.perf_counter() + PATIENCE_S
    while running.ask("/amt/beat") < (1, 2):  # before it, a mood takes the place of the first one
        assert time.perf_counter() < until_s
    yield running
    running.close()


def until(events, kind, **wanted):
    """The first event of a kind with these fields."""
    for event in events:
        if isinstance(event, kind) and all(getattr(event, k) == v for k, v in wanted.items()):
            return event
    raise AssertionError(f"no {kind.__name__}")


def test_the_session_on_its_page_runs_as_printed(daemon, monkeypatch):
    monkeypatch.setenv(PORT_VARIABLE, str(daemon.port))
    test = doctest.DocTestParser().get_doctest(client.__doc__, {}, "client", None, 0)
    assert len(test.examples) >= 10
    said = []
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert outcome.failed == 0, "".join(said)


def test_a_performance(daemon, takes):
    with connect(port=daemon.port, timeout_s=PATIENCE_S) as band:
        band.play()
        events = band.events(PATIENCE_S)
        band.take("evening")
        band.mood("fast aggressive metal", at="beat")
        armed = until(events, MoodArmed)
        applied = until(events, MoodApplied)
        assert (armed.id, armed.text) == (applied.id, "fast aggressive metal")
        assert until(events, NotePlayed).velocity > 0
        band.tempo(210)
        until(events, Changed, address="/amt/tempo", values=(210.0,))
        band.key("Dm")
        band.chords(["Dm7", "G7", "%"])
        band.density(0.5)
        band.part("drums").level(90)
        band.part("*").octave(1)
        state = band.state
        assert (state.mood, state.tempo_bpm) == ("fast aggressive metal", 210)
        assert (state.key, state.chords, state.density) == ("D minor", "Dm7 | G7 | %", 0.5)
        assert (state.energy, state.take) == (None, "evening")
        assert state.parts["drums"].level == 90 and state.parts["bass"].octave == 1
        for free in (band.key, band.chords, band.density):
            free(None)
        assert band.ask("/amt/key") == ("free",) and band.state.key is None
        band.save_scene("verse")
        band.scene("verse", at="now")
        assert "verse" in band.state.scenes
        band.delete_scene("verse")
        until(events, BeatPassed)
        band.end_take()
        band.capture(4, "last four")
        assert {path.name for path in takes.glob("*.mid")} == {"evening.mid", "last four.mid"}
        band.panic()
        band.sync()
        assert band.state.transport == "stopped"
        events.close()
        assert len(list(events)) < 4096  # what was told before is still there; then it ends


async def test_the_same_with_await(daemon):
    async with await connect_async(port=daemon.port, timeout_s=PATIENCE_S) as band:
        await band.play()
        events = band.events(PATIENCE_S)
        await band.mood("dark waltz", at="beat")
        async for event in events:
            if isinstance(event, MoodApplied) and event.text == "dark waltz":
                break
        else:
            raise AssertionError("it was never applied")
        await band.part("piano").mute()
        assert band.state.parts["piano"].mute
        with pytest.raises(Refused, match="outside 20-300 bpm"):
            await band.tempo(5)
        assert await band.ask("/amt/part/piano/mute") == (1,)
        await band.sync()


async def test_a_blocking_band_tells_its_events_to_a_loop(daemon):
    band = await asyncio.to_thread(connect, port=daemon.port, timeout_s=PATIENCE_S)
    await asyncio.to_thread(band.play)
    beats = []
    async for event in band.events(PATIENCE_S):
        if isinstance(event, BeatPassed):
            beats.append(event)
        if len(beats) == 2:
            break
    assert len(beats) == 2
    await asyncio.to_thread(band.close)


async def test_several_at_once_and_one_that_dies_hurts_none(daemon):
    code = f"import amt_live.client as c; b = c.connect(port={daemon.port}, timeout_s=30); "
    code += "b.part('bass').mute(False); print('here', flush=True); [None for _ in b.events()]"
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    bands = [await connect_async(port=daemon.port, timeout_s=PATIENCE_S) for _ in range(4)]
    assert dying.stdout is not None
    assert await dying.stdout.readline() == b"here\n"
    dying.kill()
    await dying.wait()
    await asyncio.gather(*(band.part("bass").level(40 + n) for n, band in enumerate(bands)))
    await asyncio.gather(*(band.sync() for band in bands))
    assert len({band.state.parts["bass"].level for band in bands}) == 1
    await asyncio.gather(*(band.close() for band in bands))


# Without music


def test_no_daemon_is_one_line_that_says_how_to_start_one(free_udp_port):
    before = threading.active_count()
    with pytest.raises(NetworkError) as error:
        connect(port=free_udp_port)
    assert f"amt-live daemon --osc-port {free_udp_port}" in str(error.value)
    assert "\n" not in str(error.value)
    assert threading.active_count() == before


async def test_no_daemon_is_the_same_with_await(free_udp_port):
    with pytest.raises(NetworkError, match="amt-live daemon"):
        await connect_async(port=free_udp_port)


async def test_refusals_carry_their_code_and_one_line():
    async with stage() as s, await connect_async(port=s.port, timeout_s=PATIENCE_S) as band:
        for command, code in (
            (band.tempo(5), "range"),
            (band.mood(""), "arguments"),
            (band.mood("calm", at="tomorrow"), "arguments"),
            (band.take("../evil"), "name"),
            (band.part("kazoo").mute(), "address"),
            (band.send("/amt/nothing"), "address"),
        ):
            with pytest.raises(Refused) as refused:
                await command
            assert refused.value.code == code and "\n" not in str(refused.value)


async def test_a_band_that_goes_and_comes_back_is_told():
    async with stage() as s:
        band = await connect_async(port=s.port)
        band._wire._client._keep_alive_s = 0.05
        events = band.events(PATIENCE_S)
        await s.server.close()
        async for event in events:
            if isinstance(event, Lost):
                break
        bandstand = Bandstand()
        server = OscServer("127.0.0.1", s.port, bandstand.execute, lambda: bandstand.state)
        await server.start()
        async for event in events:
            if isinstance(event, Found):
                break
        assert await band.ask("/amt/tempo") == (100.0,)
        await band.close()
        assert [event async for event in events if isinstance(event, Lost)] == []
        await server.close()


async def test_streams_end_when_nothing_happens_and_when_the_band_is_closed():
    async with stage() as s:
        band = await asyncio.to_thread(connect, port=s.port, timeout_s=PATIENCE_S)
        silent = band.events(timeout_s=0.05)
        assert await asyncio.to_thread(list, silent) == []
        assert [event async for event in silent] == []
        waiting = [asyncio.create_task(asyncio.to_thread(list, band.events())) for _ in range(2)]
        await asyncio.to_thread(band.close)
        assert await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_S) == [[], []]
        await asyncio.to_thread(band.close)
        with pytest.raises(NetworkError, match="closed"):
            band.panic()


def test_a_port_in_the_environment_that_is_none_is_one_line(monkeypatch):
    monkeypatch.setenv(PORT_VARIABLE, "many")
    with pytest.raises(client.AmtError, match="AMT_LIVE_OSC_PORT"):
        connect()


# One table


class Written(Commands[tuple[str, tuple[object, ...]]]):
    """A band that writes down what it would send."""

    def send(self, address, *atoms):
        return address, atoms


CALLS = {
    "mood": ("calm", "bar"),
    "blend": ({"calm": 0.7, "storm": 0.3}, "beat"),
    "glide": ("storm", 8),
    "style": (3, "@bar"),
    "quantise": ("4bars",),
    "tempo": (120, 4),
    "density": (0.5,),
    "energy": (None,),
    "swing": (0.2,),
    "key": ("D minor",),
    "chords": ("Dm7 | G7",),
    "seed": (7,),
    "temperature": (1.0,),
    "top_p": (0.9,),
    "top_k": (40,),
    "guidance": (2.0,),
    "model": ("tiny",),
    "save_scene": ("verse",),
    "scene": ("verse", "2bars"),
    "delete_scene": ("verse",),
    "store_bank": (3,),
    "bank": (3, "bar"),
    "clear_bank": (3,),
    "take": ("evening",),
    "capture": (4, "last"),
}
PART_CALLS = {"level": 90, "octave": -1, "program": 33, "channel": 3, "mute": True, "solo": False}


def test_every_method_sends_what_the_table_takes():
    band, part = Written(), Written().part("bass")
    names = [n for n in vars(Commands) if not n.startswith("_") and n not in ("send", "part")]
    assert set(CALLS) <= set(names)
    sent = [getattr(band, name)(*CALLS.get(name, ())) for name in names]
    sent += [getattr(part, name)(value) for name, value in PART_CALLS.items()]
    for address, atoms in sent:
        assert address in ROUTES
        command_of(look_up(address), atoms)
    assert len({address for address, _ in sent}) == len(sent)
