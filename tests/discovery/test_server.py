"""The OSCQuery server with real sockets before a real OSC server; and with hostile clients."""

import asyncio
import contextlib
import json
import os
import socket
import struct
from dataclasses import replace

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from amt_live.control import commands as c
from amt_live.control.state import BeatPassed, NotePlayed
from amt_live.discovery.limits import Limits
from amt_live.discovery.mirror import Mirror
from amt_live.discovery.server import QueryServer
from amt_live.osc.codec import Message, decode, encode
from amt_live.osc.limits import Limits as OscLimits
from tests.osc.band import WIDE, stage

PATIENCE_S = 30


@contextlib.asynccontextmanager
async def shown(limits=None):
    """A band on stage and its OSCQuery server, which has heard everything."""
    async with stage(WIDE) as s:
        mirror = Mirror("127.0.0.1", s.port)
        server = QueryServer("127.0.0.1", ("127.0.0.1", s.port), mirror, limits=limits)
        await server.start(0)
        await mirror.follow()
        try:
            yield s, server
        finally:
            await mirror.close()
            await server.close()
            await asyncio.sleep(0)  # lets the loop close the socket


async def talk(port, data, patience_s=PATIENCE_S):
    """Send bytes over TCP; everything that comes back until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(reader.read(), patience_s)
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def get(port, target, *headers):
    lines = [f"GET {target} HTTP/1.1", "Host: localhost", *headers, "", ""]
    head, _, body = (await talk(port, "\r\n".join(lines).encode())).partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    return status, head.decode(), json.loads(body) if body else None


def url(server):
    return f"ws://127.0.0.1:{server.port}/"


def command(word, path):
    return json.dumps({"COMMAND": word, "DATA": path})


async def heard(ws):
    (message,) = decode(await asyncio.wait_for(ws.recv(), PATIENCE_S), OscLimits(), 0.0, 0.0)
    assert isinstance(message, Message)
    return (message.address, *message.atoms)


async def until(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.02)


async def follows(port, target, value):
    async def holds():
        return (await get(port, target))[2] == value

    await until(holds)


async def test_questions_over_http_are_answered_with_what_the_band_last_said():
    async with shown() as (s, server):
        status, head, info = await get(server.port, "/?HOST_INFO")
        assert status == 200 and "content-type: application/json" in head.lower()
        assert (info["OSC_IP"], info["OSC_PORT"]) == ("127.0.0.1", s.port)
        assert (await get(server.port, "/amt/tempo?VALUE"))[2] == {"VALUE": [100.0]}
        await s.ask("/amt/tempo", 144)
        await follows(server.port, "/amt/tempo?VALUE", {"VALUE": [144.0]})
        tree = (await get(server.port, "/"))[2]
        assert tree["CONTENTS"]["amt"]["CONTENTS"]["tempo"]["VALUE"] == [144.0]
        assert (await get(server.port, "/amt/panic?VALUE"))[0] == 204
        assert (await get(server.port, "/amt/nothing"))[0] == 404
        status, head, _ = await get(server.port, "/", "Origin: http://localhost:3000")
        assert "Access-Control-Allow-Origin: http://localhost:3000" in head


async def test_an_armed_mood_that_plays_is_no_longer_told_as_armed():
    async with shown() as (s, server):
        await s.ask("/amt/mood", "storm")
        await follows(server.port, "/amt/mood/armed?VALUE", {"VALUE": [1, "storm", 2, 1.0, 0.5]})
        s.band.state = replace(s.band.state, armed=None, mood="calm")
        await follows(server.port, "/amt/mood/armed?VALUE", {"VALUE": [0, "", 0, 0.0, 0.0]})


async def test_a_client_hears_what_it_listens_to_until_it_ignores_it():
    async with shown() as (s, server), connect(url(server)) as ws:
        await ws.send(command("LISTEN", "/amt/tempo"))
        assert await heard(ws) == ("/amt/tempo", 100.0)
        await ws.send(command("LISTEN", "/amt/note"))
        await ws.send(command("START_OSC_STREAMING", {"PORT": 1}))  # of other servers
        await ws.send(command("LISTEN", "/amt/../secrets"))
        await s.ask("/amt/tempo", 96.5)
        await s.ask("/amt/density", 0.5)
        assert await heard(ws) == ("/amt/tempo", 96.5)
        await ws.send(command("IGNORE", "/amt/tempo"))
        await ws.send(command("LISTEN", "/amt/density"))
        assert await heard(ws) == ("/amt/density", 0.5)
        await s.ask("/amt/tempo", 97)
        s.server.push(BeatPassed(1, 1))
        s.server.push(NotePlayed("piano", 60, 90, 0.5))
        assert await heard(ws) == ("/amt/note", "piano", 60, 90, 0.5)


async def test_a_client_steers_with_packets_and_gets_its_own_answers():
    async with shown() as (s, server), connect(url(server)) as one, connect(url(server)) as two:
        await two.send(command("LISTEN", "/amt/tempo"))
        assert await heard(two) == ("/amt/tempo", 100.0)
        await one.send(encode("/amt/tempo", 150.0))
        assert await heard(one) == ("/amt/done", "/amt/tempo")
        assert await heard(two) == ("/amt/tempo", 150.0)
        await one.send(encode("/amt/tempo", 1.0))
        assert (await heard(one))[:3] == ("/amt/fail", "/amt/tempo", "range")
        await one.send(b"/amt/transport/stop\x00,I\x00\x00")  # an impulse, as buttons send it
        assert await heard(one) == ("/amt/done", "/amt/transport/stop")
        assert s.band.log == [c.SetTempo(150.0), c.Transport("stop")]


async def test_a_client_that_dies_harms_no_other():
    async with shown() as (s, server), connect(url(server)) as stays:
        await stays.send(command("LISTEN", "/amt/tempo"))
        assert await heard(stays) == ("/amt/tempo", 100.0)
        async with connect(url(server)) as dies:
            await dies.send(command("LISTEN", "/amt/tempo"))
            await heard(dies)
            await dies.send(encode("/amt/ping"))
            await heard(dies)
            dies.transport.abort()
        await s.ask("/amt/tempo", 120)
        assert await heard(stays) == ("/amt/tempo", 120.0)


async def test_a_client_that_does_not_read_holds_up_nobody_and_then_gets_the_newest_value():
    async with shown() as (_, server), connect(url(server), max_queue=1) as ws:
        await ws.send(command("LISTEN", "/amt/mood"))
        await ws.send(command("LISTEN", "/amt/note"))
        assert await heard(ws) == ("/amt/mood", "")
        await follows(server.port, "/amt/tempo?VALUE", {"VALUE": [100.0]})
        for number in range(3000):
            server._heard("/amt/note", ("x" * 400, number, 90, 0.5))
            server._heard("/amt/mood", (f"{number} " + "x" * 400,))
        (listener,) = server._listeners
        assert len(listener._events) <= Limits().events and len(listener._values) <= 1
        last = ("", "")
        while not last[1].startswith("2999"):
            got = await heard(ws)
            last = got if got[0] == "/amt/mood" else last


# Hostile clients


UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n%b\r\n"
)


def frame(opcode, payload, size=None):
    """A masked frame; ``size`` is what it claims to hold."""
    size = len(payload) if size is None else size
    return bytes((0x80 | opcode, 0x80 | 127)) + struct.pack(">Q", size) + bytes(4) + payload


HOSTILE = {
    "a path of 100 KB": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b"414"),
    "a header of 100 KB": (b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", b"431"),
    "a thousand headers": (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 1000 + b"\r\n", b"431"),
    "no HTTP": (bytes(range(256)) * 20, b""),
    "a body": (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n" + b"x" * 9, b""),
    "chunks": (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", b""),
    "a file": (b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", b"404"),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", b"403"),
    "a borrowed name": (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"403"),
    "a foreign page": (UPGRADE % b"Origin: http://evil.example\r\n", b"403"),
    "a page from nowhere": (UPGRADE % b"Origin: null\r\n", b"403"),
    "a bad key": ((UPGRADE % b"").replace(b"AAAA==", b"A"), b"400"),
    "a frame without a mask": (UPGRADE % b"" + b"\x82\x05hello", b"101"),
    "reserved bits": (UPGRADE % b"" + b"\xff\xff" + b"\xff" * 20, b"101"),
    "a frame of an exabyte": (UPGRADE % b"" + frame(2, b"abcd", 1 << 60), b"101"),
    "text that is no UTF-8": (UPGRADE % b"" + frame(1, b"\xff\xfe"), b"101"),
    "text that is no JSON": (UPGRADE % b"" + frame(1, b"hello"), b"101"),
    "deep JSON": (UPGRADE % b"" + frame(1, b"[" * 8000), b"101"),
    "JSON that is no command": (UPGRADE % b"" + frame(1, b"[1]"), b"101"),
    "a ping of 1 KB": (UPGRADE % b"" + frame(9, b"x" * 1000), b"101"),
}


async def test_hostile_clients_are_closed_one_by_one_and_others_are_served():
    limits = Limits(requests_at_once=10_000)
    async with shown(limits) as (_, server):
        for name, (data, status) in HOSTILE.items():
            got = await talk(server.port, data + frame(8, b"") * data.startswith(b"GET"))
            assert got[9:12] == status or got == b"", (name, got[:80])
            assert (await get(server.port, "/amt/tempo?VALUE"))[0] == 200, name


async def test_a_request_that_never_ends_is_closed():
    async with shown(Limits(request_s=0.2)) as (_, server):
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: ", b"G"):
            assert await talk(server.port, begun) == b""


async def test_an_answer_that_nobody_takes_is_given_up():
    async with shown(Limits(request_s=0.3)) as (_, server):
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            await asyncio.to_thread(deaf.connect, ("127.0.0.1", server.port))
            deaf.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert await asyncio.to_thread(deaf.recv, 1) in (b"H", b"")  # and no more
            await until(lambda: asyncio.sleep(0, server._open == 0))


async def test_too_many_connections_are_closed_and_room_is_made_again():
    limits = Limits(connections=10, listeners=2, request_s=2.0)
    async with shown(limits) as (_, server):
        idle = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(50)]
        closed = sum([await reader.read() == b"" for reader, _ in idle])
        assert closed == 50
        for _, writer in idle:
            writer.close()
        async with connect(url(server)), connect(url(server)):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url(server))
            assert refused.value.response.status_code == 503
            assert (await get(server.port, "/amt/tempo?VALUE"))[0] == 200


async def test_a_flood_of_questions_is_cut():
    async with shown(Limits(requests_per_s=1.0, requests_at_once=20)) as (_, server):
        statuses = [(await get(server.port, "/amt/tempo?VALUE"))[0] for _ in range(60)]
        assert statuses.count(200) < 60 and set(statuses) == {200, 429}


async def test_a_flood_of_packets_is_cut_and_panic_gets_through():
    limits = Limits(messages_per_s=1.0, messages_at_once=50)
    async with shown(limits) as (s, server), connect(url(server), max_queue=None) as ws:
        for number in range(500):
            await ws.send(encode("/amt/seed", number))
        await ws.send(encode("/amt/panic"))
        answers = []
        while ("/amt/done", "/amt/panic") not in answers:
            answers.append(await heard(ws))
        assert 0 < s.band.log.count(c.Panic()) <= 1
        assert 0 < sum(isinstance(each, c.SetSeed) for each in s.band.log) <= 60


async def test_rubbish_in_packets_reaches_nobody():
    async with shown() as (s, server), connect(url(server)) as ws:
        for size in (0, 1, 3, 4, 100, 8192):
            await ws.send(os.urandom(size))
        await ws.send(encode("/amt/ping"))
        while (await heard(ws))[0] != "/amt/pong":
            pass
        assert s.band.log == []
        await ws.send(bytes(8193))
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(ws.recv(), PATIENCE_S)
        assert (await get(server.port, "/amt/tempo?VALUE"))[0] == 200
