"""Programs that are not ours as clients: liblo's oscsend and oscdump, and python-osc."""

import asyncio

from pythonosc.osc_message import OscMessage
from pythonosc.udp_client import SimpleUDPClient

from amt_live.control import commands as c
from amt_live.control.state import BeatPassed
from tests.osc.band import stage


async def oscsend(program, *words):
    process = await asyncio.create_subprocess_exec(program, *map(str, words))
    assert await process.wait() == 0


async def test_oscsend_plays_with_every_type_it_has(require_external):
    program = require_external("oscsend")
    async with stage() as s:
        await oscsend(program, "localhost", s.port, "/amt/mood", "s", "fast aggressive metal ")
        await oscsend(program, "localhost", s.port, "/amt/mood", "sss", "slow", "waltz", "@beat")
        await oscsend(program, "localhost", s.port, "/amt/mood", "SiS", "top", 40, "@now")
        await oscsend(program, "localhost", s.port, "/amt/tempo", "f", 96.5)
        await oscsend(program, "localhost", s.port, "/amt/tempo", "d", 97)
        await oscsend(program, "localhost", s.port, "/amt/tempo", "h", 98)
        await oscsend(program, "localhost", s.port, "/amt/part/bass/mute", "T")
        await oscsend(program, "localhost", s.port, "/amt/panic")
        await s.ear.settled(s.port)
        assert s.band.log == [
            c.SetMood("fast aggressive metal"),
            c.SetMood("slow waltz", c.When.BEAT),
            c.SetMood("top 40", c.When.NOW),
            c.SetTempo(96.5),
            c.SetTempo(97),
            c.SetTempo(98),
            c.SetPart("bass", "mute", 1),
            c.Panic(),
        ]


async def test_oscdump_hears_what_happens_on_the_port_that_was_leased(
    require_external, free_udp_port
):
    oscsend_program, oscdump = require_external("oscsend"), require_external("oscdump")
    async with stage() as s:
        dump = await asyncio.create_subprocess_exec(
            oscdump, "-L", str(free_udp_port), stdout=asyncio.subprocess.PIPE
        )
        assert dump.stdout is not None
        try:
            text = b""
            async with asyncio.timeout(10):
                while b"/amt/startup" not in text:
                    # oscdump does not say when it listens: lease anew until it has heard
                    await oscsend(
                        oscsend_program, "localhost", s.port, "/amt/notify", "ii", 0, free_udp_port
                    )
                    await oscsend(
                        oscsend_program, "localhost", s.port, "/amt/notify", "ii", 1, free_udp_port
                    )
                    try:
                        text += await asyncio.wait_for(dump.stdout.readline(), 0.3)
                    except TimeoutError:
                        continue
                s.send("/amt/mood", "calm")
                await s.ear.settled(s.port)
                s.server.push(BeatPassed(12, 3))
                while b"/amt/beat ii 12 3" not in text:
                    text += await dump.stdout.readline()
            lines = text.decode()
            assert '/amt/mood/armed isiff 1 "calm" 2 1.000000 0.500000' in lines
            assert "/amt/part/drums/channel i 10" in lines
        finally:
            dump.terminate()
            await dump.wait()


async def test_python_osc_asks_and_hears_the_answer():
    async with stage() as s:

        def converse():
            with SimpleUDPClient("127.0.0.1", s.port) as client:
                client.send_message("/amt/tempo", [120, 2.0])
                client.send_message("/amt/tempo", [])
                answers = []
                while len(answers) < 2 and (data := client.receive(3)):
                    message = OscMessage(data)
                    answers.append((message.address, *message.params))
                return answers

        assert await asyncio.to_thread(converse) == [
            ("/amt/done", "/amt/tempo"),
            ("/amt/tempo", 120.0),
        ]
