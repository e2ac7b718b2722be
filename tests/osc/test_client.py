"""The client against the real server: answers, pushes, a daemon that goes and comes back."""

import asyncio
import contextlib

import pytest

from amt_live.control import commands as c
from amt_live.control.state import BeatPassed
from amt_live.errors import NetworkError
from amt_live.osc.client import OscClient, send_and_wait
from amt_live.osc.send import run_send
from amt_live.osc.server import OscServer
from tests.osc.band import Band, stage


@contextlib.asynccontextmanager
async def client_of(port, **settings):
    client = OscClient("127.0.0.1", port, **settings)
    try:
        yield client
    finally:
        await client.close()
        await asyncio.sleep(0)  # lets the loop close the socket


async def test_connecting_tells_the_version():
    async with stage() as s, client_of(s.port) as client:
        assert await client.connect() == "0.1.0"
        assert client.connected


async def test_requests_get_their_own_answers():
    async with stage() as s, client_of(s.port) as client:
        await client.connect()
        done, failed, value = await asyncio.gather(
            client.request("/amt/tempo", 144),
            client.request("/amt/seed", -1),
            client.request("/amt/quantise"),
        )
        assert done.ok and done.values == ()
        assert (failed.ok, failed.code) == (False, "range")
        assert "2147483647" in failed.why
        assert value.values == ("bar",)
        assert (await client.request("/amt/tempo")).values == (144.0,)


async def test_a_pushed_value_is_not_taken_for_the_answer_to_a_command():
    async with stage() as s, client_of(s.port) as client:
        await client.connect()
        await client.listen()
        gate = s.band.gates[c.SetTempo] = asyncio.Event()
        heard = asyncio.Event()
        client.subscribe(lambda *_: heard.set(), "/amt/tempo")
        request = asyncio.create_task(client.request("/amt/tempo", 150))
        s.band.state = type(s.band.state)(tempo_bpm=90.0, parts=s.band.state.parts, model="tiny")
        await asyncio.wait_for(heard.wait(), 3)
        assert not request.done()
        gate.set()
        assert (await request).ok
        await client.sync()
        assert s.band.state.tempo_bpm == 150


async def test_listening_brings_everything_and_then_what_happens():
    async with stage() as s, client_of(s.port) as client:
        heard = {}
        beat = asyncio.Event()
        client.subscribe(lambda address, atoms: heard.update({address: atoms}))
        end = client.subscribe(lambda address, atoms: beat.set(), "/amt/beat")
        await client.connect()
        await client.listen()
        assert heard["/amt/startup"] == ("0.1.0",)
        assert heard["/amt/part/drums/channel"] == (10,)
        beat.clear()
        s.server.push(BeatPassed(9, 4))
        await asyncio.wait_for(beat.wait(), 3)
        assert heard["/amt/beat"] == (9, 4)
        end()
        end()


async def test_nobody_there_is_one_line_that_says_how_to_start_a_daemon(free_udp_port):
    async with client_of(free_udp_port) as client:
        with pytest.raises(NetworkError, match=f"amt-live daemon --osc-port {free_udp_port}"):
            await client.connect()
        assert not client.connected
    with pytest.raises(NetworkError):
        await OscClient().request("/amt/ping")


async def test_a_daemon_that_goes_and_comes_back_is_noticed():
    states: asyncio.Queue[bool] = asyncio.Queue()
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(stage())
        port = first.port
        client = await stack.enter_async_context(client_of(port, keep_alive_s=0.05))
        client.on_connection(states.put_nowait)
        await client.connect()
        await client.listen()
        assert await asyncio.wait_for(states.get(), 3) is True
        await first.server.close()
        assert await asyncio.wait_for(states.get(), 3) is False
        started = asyncio.Event()
        client.subscribe(lambda *_: started.set(), "/amt/startup")
        band = Band()
        second = OscServer("127.0.0.1", port, band.execute, lambda: band.state)
        await second.start()
        assert await asyncio.wait_for(states.get(), 3) is True
        await asyncio.wait_for(started.wait(), 3)
        await second.close()


async def test_a_daemon_that_vanishes_without_goodbye_is_noticed():
    states: asyncio.Queue[bool] = asyncio.Queue()
    async with stage() as s, client_of(s.port, keep_alive_s=0.05, timeout_s=0.3) as client:
        client.on_connection(states.put_nowait)
        await client.connect()
        await client.listen()
        assert await asyncio.wait_for(states.get(), 3) is True
        s.server._transport.abort()  # as after kill -9: the socket is gone, no shutdown is sent
        assert await asyncio.wait_for(states.get(), 3) is False


async def test_closing_ends_the_lease():
    async with stage() as s, client_of(s.port) as client:
        await client.connect()
        await client.listen()
        assert len(s.server._leases) == 1
        await client.close()
        await s.ear.settled(s.port)
        assert len(s.server._leases) == 0


# The blocking helper and the command line


async def send(s, address, *args):
    return await asyncio.to_thread(run_send, "127.0.0.1", s.port, address, args)


async def test_send_prints_the_reply_and_exits_by_it(capsys):
    async with stage() as s:
        assert await send(s, "/amt/mood", "fast", "aggressive metal", "@beat") == 0
        assert await send(s, "/amt/tempo", "144.5") == 0
        assert await send(s, "/amt/tempo") == 0
        assert await send(s, "/amt/ping") == 0
        assert await send(s, "/amt/sync", "3") == 0
        assert await send(s, "/amt/part/*/mute") == 0
        assert capsys.readouterr().out.splitlines() == [
            "/amt/done /amt/mood",
            "/amt/done /amt/tempo",
            "/amt/tempo 144.5",
            "/amt/pong 0.1.0",
            "/amt/synced 3",
            "/amt/part/*/mute" + " 0" * 16,
        ]
        assert s.band.log[0] == c.SetMood("fast aggressive metal", c.When("beat"))
        assert await send(s, "/amt/tempo", "0") == 1
        assert await send(s, "/amt/nothing") == 1
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "/amt/fail /amt/tempo range bpm 0 is outside 20-300 bpm"
        assert lines[1].startswith("/amt/fail /amt/nothing address")


async def test_send_prints_all_that_status_and_help_answer(capsys):
    async with stage() as s:
        assert await send(s, "/amt/status") == 0
        lines = capsys.readouterr().out.splitlines()
        assert "/amt/part/bass/program 33" in lines
        assert lines[-1] == "/amt/done /amt/status"
        assert await send(s, "/amt/help", "/amt/seed") == 0
        assert capsys.readouterr().out.startswith("/amt/help /amt/seed seed: 0-2147483647 Seed")


def test_send_without_a_daemon_fails_at_once_in_one_line(free_udp_port, capsys):
    assert run_send("127.0.0.1", free_udp_port, "/amt/ping", []) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "amt-live daemon" in error


def test_send_to_a_daemon_that_never_answers_gives_up_in_time(udp_hole, capsys):
    assert run_send("127.0.0.1", udp_hole, "/amt/ping", [], timeout_s=0.1) == 1
    with pytest.raises(NetworkError):
        send_and_wait("127.0.0.1", udp_hole, "/amt/ping", timeout_s=0.1)


@pytest.mark.parametrize("address", ["amt/ping", "", "/a\nb", "/" + "x" * 300])
def test_send_knows_a_wrong_address(address, capsys):
    assert run_send("127.0.0.1", 9740, address, []) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_send_knows_an_unknown_machine_and_too_long_a_message(capsys):
    assert run_send("no such host", 9740, "/amt/ping", []) == 1
    assert run_send("127.0.0.1", 9740, "/amt/mood", ["x" * 9000]) == 2
