"""The server over real UDP: every address, answers, order, time tags, panic, floods, listeners."""

import asyncio
import os
import random
import struct
import sys
import time

import pytest
from pythonosc.parsing import ntp

from amt_live.control import commands as c
from amt_live.control.state import (
    BeatPassed,
    ErrorNotice,
    Health,
    HealthReport,
    MoodApplied,
    NotePlayed,
)
from amt_live.errors import NetworkError, UsageError
from amt_live.osc.addresses import ADDRESSES, ROUTES
from amt_live.osc.codec import encode
from amt_live.osc.limits import Limits
from amt_live.osc.routing import followed
from amt_live.osc.server import OscServer
from tests.osc.band import PARTS_AT_START, WIDE, Band, stage

SETTINGS = {path: r.entry for path, r in ROUTES.items() if r.entry.kind == "setting"}
NUMBERS = {p: e for p, e in SETTINGS.items() if e.arguments[0].kind in ("whole", "real")}
EXAMPLES = {
    "/amt/mood": "calm piano ballad",
    "/amt/quantise": "beat",
    "/amt/late": "repeat",
    "/amt/clock": "midi",
    "/amt/key": "D minor",
    "/amt/model": "another",
    "/amt/learn": "/amt/density",
    "/amt/chords": "Dm7 | G7 | Cmaj7 | %",
}


def needed(entry):
    """Arguments that an action cannot do without."""
    words = {"leans": "C 2 bass -4"}
    atoms = [
        words.get(a.name, "calm piano") if a.kind == "text" else a.high
        for a in entry.arguments
        if not a.optional
    ]
    return atoms * (entry.repeats[0] if entry.repeats else 1)


def middle(entry):
    """A value inside the limits that is not the default."""
    argument = entry.arguments[0]
    if argument.kind == "whole":
        return int(argument.high)
    return float(argument.low + (argument.high - argument.low) / 4)


def bundle(ahead_s, *messages):
    tag = ntp.system_time_to_ntp(time.time() + ahead_s)
    body = b"".join(struct.pack(">i", len(message)) + message for message in messages)
    return b"#bundle\x00" + tag + body


# Every address, made from the table


async def test_every_setting_is_set_and_read_back():
    async with stage(WIDE) as s:
        for path, entry in SETTINGS.items():
            value = EXAMPLES.get(path, None) or middle(entry)
            assert await s.ask(path, value) == ("/amt/done", path)
            answer = await s.ask(path)
            count = 16 if "*" in path else 1
            assert answer == (path, *[pytest.approx(value) if path in NUMBERS else value] * count)


async def test_every_number_is_taken_in_every_form():
    async with stage(WIDE) as s:
        for path, entry in NUMBERS.items():
            high = min(entry.arguments[0].high, 2**24)  # as far as a float counts exactly
            for form in (int(high), float(high), str(int(high)), f"{high:.1f}", f" {high:.9g} "):
                assert await s.ask(path, form) == ("/amt/done", path), (path, form)


async def test_truth_values_are_numbers():
    async with stage() as s:
        s.ear.raw(b"/amt/part/piano/mute\x00\x00\x00\x00,T\x00\x00", s.port)
        assert await s.ear.next() == ("/amt/done", "/amt/part/piano/mute")
        assert s.band.log == [c.SetPart("piano", "mute", 1)]


async def test_every_number_out_of_range_is_refused_and_changes_nothing():
    async with stage(WIDE) as s:
        for path, entry in NUMBERS.items():
            argument = entry.arguments[0]
            for wrong in (argument.low - 1, argument.high + 1, 1e30, float("nan"), "inf"):
                reply = await s.ask(path, wrong)
                code = "arguments" if wrong == "inf" else "range"
                assert reply[:3] == ("/amt/fail", path, code), (path, wrong)
        assert s.band.log == []


async def test_every_setting_refuses_what_it_does_not_mean():
    async with stage(WIDE) as s:
        for path, entry in SETTINGS.items():
            if path in ("/amt/mood", "/amt/model"):
                continue  # every text is a mood, and only the band knows which models there are
            assert (await s.ask(path, "\u2603 nonsense"))[:2] == ("/amt/fail", path)
            if entry.arguments[0].kind != "text":
                assert (await s.ask(path, 1, 1, 1, 1))[:2] == ("/amt/fail", path)
        assert s.band.log == []


async def test_every_address_refuses_a_text_that_is_too_long():
    async with stage(WIDE) as s:
        for path, route in ROUTES.items():
            if route.entry.kind == "push" or path == "/amt/panic":
                continue
            for text in ("x" * 600, "x" * 5000, "x" * 9000):
                assert (await s.ask(path, text))[:2] == ("/amt/fail", path)
        assert s.band.log == []


async def test_every_action_is_done_once():
    async with stage(WIDE) as s:
        s.send("/amt/take/start")
        assert await s.ear.next() == ("/amt/done", "/amt/take/start")
        for entry in ADDRESSES:
            if entry.kind == "action":
                assert await s.ask(entry.path, *needed(entry)) == ("/amt/done", entry.path)
        assert len(s.band.log) == 1 + sum(entry.kind == "action" for entry in ADDRESSES)
        assert await s.ear.settled(s.port) == []


async def test_every_action_that_needs_arguments_is_refused_without_and_with_wrong_ones():
    async with stage(WIDE) as s:
        for path, route in ROUTES.items():
            atoms = needed(route.entry)
            if route.entry.kind != "action" or not atoms:
                continue
            assert (await s.ask(path))[:3] == ("/amt/fail", path, "arguments")
            for index, argument in enumerate(route.entry.arguments):
                if argument.kind == "text" or argument.optional:
                    continue
                wrong = list(atoms)
                for value in (argument.low - 1, argument.high + 1, float("nan")):
                    wrong[index] = value
                    assert (await s.ask(path, *wrong))[:3] == ("/amt/fail", path, "range")
                wrong[index] = "nonsense"
                assert (await s.ask(path, *wrong))[:2] == ("/amt/fail", path)
        assert s.band.log == []


async def test_every_reading_is_read_and_never_set():
    async with stage(WIDE) as s:
        for entry in ADDRESSES:
            if entry.kind == "reading":
                assert (await s.ask(entry.path))[0] == entry.path
                assert (await s.ask(entry.path, 1))[:3] == ("/amt/fail", entry.path, "readonly")


async def test_what_only_the_daemon_sends_is_refused_and_answers_are_never_answered():
    async with stage(WIDE) as s:
        for path in ("/amt/note", "/amt/error", "/amt/startup", "/amt/mood/applied"):
            assert (await s.ask(path))[:3] == ("/amt/fail", path, "readonly")
        for path in ("/amt/done", "/amt/fail", "/amt/pong", "/amt/synced"):
            s.send(path, "/amt/tempo")
            s.ear.raw(path.encode() + b"\x00,zzz\x00\x00\x00", s.port)
        assert await s.ear.settled(s.port) == []


# Answers


async def test_unknown_addresses_fail_in_one_line():
    async with stage() as s:
        for path in ("/amt", "/amt/", "/", "/amt/temp", "/amt/part/*/*", "/amt/part/?iano/mute"):
            reply = await s.ask(path, 1)
            assert reply[:3] == ("/amt/fail", path, "address")
            assert "\n" not in reply[3]


async def test_errors_of_the_band_reach_the_sender():
    async with stage() as s:
        reply = await s.ask("/amt/take/stop")
        assert reply[:3] == ("/amt/fail", "/amt/take/stop", "file")
        assert "/amt/take/start" in reply[3]


async def test_a_defect_of_the_band_is_a_fail_and_the_server_goes_on(caplog):
    async with stage() as s:

        async def broken(command):
            raise ZeroDivisionError("secret")

        s.server._execute = broken
        reply = await s.ask("/amt/tempo", 96)
        assert reply[:3] == ("/amt/fail", "/amt/tempo", "internal")
        assert "secret" not in reply[3]
        assert "ZeroDivisionError" in caplog.text
        assert (await s.ask("/amt/ping"))[0] == "/amt/pong"


async def test_a_band_that_hangs_is_a_fail():
    async with stage(Limits(execute_s=0.05)) as s:
        s.band.gates[c.SetSeed] = asyncio.Event()
        assert (await s.ask("/amt/seed", 1))[:3] == ("/amt/fail", "/amt/seed", "timeout")


async def test_ping_sync_and_help_answer():
    async with stage() as s:
        assert await s.ask("/amt/ping") == ("/amt/pong", "0.1.0")
        assert await s.ask("/amt/sync", 42) == ("/amt/synced", 42)
        s.send("/amt/help")
        lines = await s.ear.until("/amt/done")
        assert {line[1] for line in lines[:-1]} == {entry.path for entry in ADDRESSES}
        s.send("/amt/help", "/amt/part/piano/level")
        assert await s.ear.next() == (
            "/amt/help",
            "/amt/part/piano/level",
            "level: 0-127",
            "How loud this part is.",
        )
        assert await s.ear.next() == ("/amt/done", "/amt/help")
        assert (await s.ask("/amt/help", "/nowhere"))[:3] == ("/amt/fail", "/amt/help", "address")


async def test_status_sends_every_value_then_done():
    async with stage() as s:
        s.send("/amt/status")
        *values, done = await s.ear.until("/amt/done")
        assert done == ("/amt/done", "/amt/status")
        got = {value[0]: value[1:] for value in values}
        expected = followed(s.band.state)
        assert set(expected) | {"/amt/beat", "/amt/health"} == set(got)
        assert got["/amt/part/piano/program"] == (0,)
        assert got["/amt/model"] == ("tiny",)


async def test_a_part_that_the_band_does_not_know_yet_is_unready():
    async with stage() as s:
        s.band.state = type(s.band.state)()
        reply = await s.ask("/amt/part/piano/mute")
        assert reply[:3] == ("/amt/fail", "/amt/part/piano/mute", "unready")


# Order


async def test_sync_is_answered_after_what_came_before_took_effect():
    async with stage() as s:
        gate = s.band.gates[c.SetTempo] = asyncio.Event()
        s.send("/amt/tempo", 96)
        s.send("/amt/sync", 1)
        s.send("/amt/tempo")
        assert (await s.ask("/amt/ping"))[0] == "/amt/pong"  # nothing else waits
        assert s.ear.heard.empty()
        gate.set()
        answers = [await s.ear.next() for _ in range(3)]
        assert answers[0] == ("/amt/done", "/amt/tempo")
        assert sorted(answers[1:]) == [("/amt/synced", 1), ("/amt/tempo", 96.0)]


async def test_sync_waits_for_the_commands_of_others_too():
    async with stage() as s:
        gate = s.band.gates[c.SetTempo] = asyncio.Event()
        other = await s.another_ear()
        other.send(s.port, "/amt/tempo", 96)
        await other.until_pong(s.port)
        s.send("/amt/sync", 1)
        assert (await s.ask("/amt/ping"))[0] == "/amt/pong"
        gate.set()
        assert await s.ear.next() == ("/amt/synced", 1)


async def test_commands_of_one_sender_keep_their_order():
    async with stage() as s:
        for seed in range(200):
            s.send("/amt/seed", seed)
        answers = await s.ear.settled(s.port)
        assert answers == [("/amt/done", "/amt/seed")] * 200
        assert [command.seed for command in s.band.log] == list(range(200))


# Time tags


async def test_a_bundle_is_carried_out_when_it_is_due():
    async with stage() as s:
        sent_s = time.perf_counter()
        s.ear.raw(bundle(0.3, encode("/amt/tempo", 144), encode("/amt/seed", 9)), s.port)
        assert await s.ask("/amt/tempo", 96) == ("/amt/done", "/amt/tempo")
        assert s.band.state.tempo_bpm == 96
        assert await s.ear.next() == ("/amt/done", "/amt/tempo")
        waited_s = time.perf_counter() - sent_s
        assert await s.ear.next() == ("/amt/done", "/amt/seed")
        assert s.band.log == [c.SetTempo(96), c.SetTempo(144), c.SetSeed(9)]
        assert 0.28 < waited_s < 1.5


async def test_earlier_time_tags_go_first_and_past_ones_at_once():
    async with stage() as s:
        for ahead_s, seed in ((0.2, 3), (0.1, 2), (-5, 1)):
            s.ear.raw(bundle(ahead_s, encode("/amt/seed", seed)), s.port)
        for _ in range(3):
            assert await s.ear.next() == ("/amt/done", "/amt/seed")
        assert [command.seed for command in s.band.log] == [1, 2, 3]


async def test_time_tags_too_far_ahead_are_refused():
    async with stage() as s:
        s.ear.raw(bundle(61, encode("/amt/seed", 1)), s.port)
        assert (await s.ear.next())[:3] == ("/amt/fail", "/amt/seed", "time")


async def test_a_full_queue_of_time_tags_refuses_one_sender_and_nobody_else():
    async with stage(Limits(timed_per_sender=3)) as s:
        for _ in range(4):
            s.ear.raw(bundle(30, encode("/amt/seed", 1)), s.port)
        assert (await s.ear.next())[:3] == ("/amt/fail", "/amt/seed", "busy")
        other = await s.another_ear()
        other.raw(bundle(0.05, encode("/amt/seed", 5)), s.port)
        assert await other.next() == ("/amt/done", "/amt/seed")


# Panic


async def test_panic_jumps_time_tags_waiting_commands_and_the_rate_limit():
    async with stage(Limits(rate_per_s=0.001, burst=3, in_flight=1)) as s:
        s.band.gates[c.SetTempo] = asyncio.Event()
        s.send("/amt/tempo", 96)
        s.send("/amt/tempo", 97)
        s.send("/amt/ping")
        assert (await s.ear.next())[:3] == ("/amt/fail", "/amt/tempo", "busy")
        assert (await s.ear.next())[0] == "/amt/pong"
        s.ear.raw(bundle(50, encode("/amt/seed", 1), encode("/amt/panic")), s.port)
        answers = [await s.ear.next(), await s.ear.next()]
        assert ("/amt/done", "/amt/panic") in answers
        assert [a[2] for a in answers if a[0] == "/amt/fail"] == ["rate"]
        assert s.band.log == [c.SetTempo(96), c.Panic()]


async def test_many_panics_are_all_answered():
    async with stage() as s:
        for _ in range(100):
            s.send("/amt/panic")
        assert await s.ear.settled(s.port) == [("/amt/done", "/amt/panic")] * 100
        assert c.Panic() in s.band.log


# Floods and rubbish


async def test_a_flood_is_cut_and_others_are_served():
    async with stage(Limits(rate_per_s=10, burst=50)) as s:
        flooder = await s.another_ear()
        for _ in range(20):
            for _ in range(50):
                flooder.send(s.port, "/amt/seed", 1)
            await asyncio.sleep(0)
            assert (await s.ask("/amt/ping"))[0] == "/amt/pong"
        assert 50 <= len(s.band.log) < 100
        assert s.server.ignored >= 900
        answers = [flooder.heard.get_nowait() for _ in range(flooder.heard.qsize())]
        assert any(a.address == "/amt/fail" and a.atoms[1] == "rate" for a in answers)


async def test_moods_weigh_more_in_a_flood_and_captures_what_the_table_says():
    async with stage(Limits(rate_per_s=0.001, burst=100)) as s:
        moody = await s.another_ear()
        for number in range(30):
            moody.send(s.port, "/amt/mood", f"mood {number}")
        await moody.until("/amt/fail")
        assert (await s.ask("/amt/ping"))[0] == "/amt/pong"
        # A message costs 1 when it arrives and the rest when it is read, so it matters how many
        # had arrived by then: between (100 - 30) / 9 and 100 / 10, and so below.
        assert 7 <= len(s.band.log) <= 10
        greedy = await s.another_ear()
        for _ in range(30):
            greedy.send(s.port, "/amt/capture", 4)
        await greedy.until("/amt/fail")
        assert (await s.ask("/amt/ping"))[0] == "/amt/pong"
        assert 3 <= sum(isinstance(command, c.Capture) for command in s.band.log) <= 5


async def test_a_few_thousand_broken_datagrams_raise_nothing_and_it_still_answers():
    dice = random.Random(7)
    seeds = [
        encode("/amt/mood", "calm piano", "@beat"),
        encode("/amt/tempo", 96.5, 4),
        encode("/amt/part/*/mute", 1),
        encode("/amt/notify", 1, 9999),
        encode("/amt/status"),
        bundle(0.01, encode("/amt/seed", 5), bundle(0, encode("/amt/key", "D minor"))),
        b"/amt/part/{a,b,c}*/?[a-z]*/////**\x00\x00\x00,\x00\x00\x00",
    ]
    async with stage(WIDE) as s:
        for number in range(4000):
            data = bytearray(dice.choice(seeds))
            for _ in range(dice.randrange(1, 6)):
                kind = dice.randrange(4)
                at = dice.randrange(len(data) + 1)
                if kind == 0 and data:
                    data[at % len(data)] = dice.randrange(256)
                elif kind == 1:
                    data[at:at] = dice.randbytes(dice.randrange(9))
                elif kind == 2:
                    del data[at : at + dice.randrange(9)]
                else:
                    data += data[: dice.randrange(40)]
            if number % 10 == 0:
                data = bytearray(dice.randbytes(dice.randrange(300)))
            s.ear.raw(bytes(data), s.port)
            if number % 100 == 99:
                await answers(s, number)
        assert len(s.server._in_flight) == len(s.server._waiting) == 0


async def answers(s, number):
    """Wait for a sync, asking again: what a mutated status sends may overflow this ear."""
    for _ in range(50):
        s.send("/amt/sync", number)
        try:
            while await s.ear.next(0.1) != ("/amt/synced", number):
                pass
            return
        except TimeoutError:
            continue
    raise AssertionError("the server does not answer any more")


# Listeners


async def listening(s, *arguments):
    s.send("/amt/notify", 1, *arguments)
    return await s.ear.until("/amt/done")


async def test_a_new_listener_gets_the_version_and_everything_and_a_renewal_nothing():
    async with stage() as s:
        first, *values, _done = await listening(s)
        assert first == ("/amt/startup", "0.1.0")
        assert {value[0] for value in values} >= set(followed(s.band.state))
        assert await listening(s) == [("/amt/done", "/amt/notify")]


async def test_notices_are_pushed_to_every_listener():
    async with stage() as s:
        other = await s.another_ear()
        other.send(s.port, "/amt/notify", 1)
        await other.until("/amt/done")
        await listening(s)
        s.server.push(BeatPassed(3, 2))
        s.server.push(NotePlayed("piano", 60, 96, 0.5))
        s.server.push(HealthReport(Health(8.0, 350.0, 0.5, 1, 2, 0.25, 1.5, 1, 7, "SCHED_FIFO")))
        s.server.push(ErrorNotice("the port is gone"))
        s.server.push(MoodApplied(4, "calm", 5, 1.0, 12.5))
        for ear in (s.ear, other):
            assert [await ear.next() for _ in range(5)] == [
                ("/amt/beat", 3, 2),
                ("/amt/note", "piano", 60, 96, 0.5),
                ("/amt/health", 8.0, 350.0, 0.5, 1, 2, 0.25, 1.5, 1, 7, "SCHED_FIFO", 0, 0, 0),
                ("/amt/error", "the port is gone"),
                ("/amt/mood/applied", 4, "calm", 5, 1.0, 12.5),
            ]


async def test_notices_may_come_from_another_thread():
    async with stage() as s:
        await listening(s)
        await asyncio.to_thread(s.server.push, BeatPassed(1, 1))
        assert await s.ear.next() == ("/amt/beat", 1, 1)


async def test_a_mood_is_pushed_as_armed_and_as_the_value_that_it_sets():
    async with stage() as s:
        await listening(s)
        s.send("/amt/mood", "calm", "piano")
        heard = await s.ear.settled(s.port)
        assert ("/amt/done", "/amt/mood") in heard
        assert ("/amt/mood", "calm piano") in heard
        assert ("/amt/mood/armed", 1, "calm piano", 2, 1.0, 0.5) in heard


async def test_scenes_are_listed_and_every_listener_learns_of_a_new_one():
    async with stage() as s:
        await listening(s)
        assert await s.ask("/amt/scene/list") == ("/amt/scene/list",)
        for name in ("verse", "chorus"):
            s.send("/amt/scene/save", name)
        heard = await s.ear.settled(s.port)
        assert ("/amt/scene/list", "chorus", "verse") in heard
        s.send("/amt/scene/delete", "verse")
        assert ("/amt/scene/list", "chorus") in await s.ear.settled(s.port)


async def test_a_changed_value_is_pushed_once_on_its_own_address():
    async with stage() as s:
        other = await s.another_ear()
        await listening(s)
        other.send(s.port, "/amt/part/*/level", 90)
        other.send(s.port, "/amt/transport/play")
        await other.settled(s.port)
        heard = await s.ear.settled(s.port)
        levels = {f"/amt/part/{part.name}/level" for part in PARTS_AT_START}
        assert sorted(h[0] for h in heard) == sorted([*levels, "/amt/transport/state"])


async def test_a_change_that_no_command_made_is_pushed_too():
    async with stage() as s:
        await listening(s)
        s.band.state = type(s.band.state)(tempo_bpm=123.0, parts=PARTS_AT_START, model="tiny")
        assert await s.ear.next() == ("/amt/tempo", 123.0)


async def test_a_cancelled_mood_is_told():
    async with stage() as s:
        await listening(s)
        s.send("/amt/mood", "calm")
        await s.ear.settled(s.port)
        s.band.state = type(s.band.state)(
            mood="loud", armed=s.band.state.armed, parts=PARTS_AT_START, model="tiny"
        )
        assert await s.ear.next() == ("/amt/mood", "loud")
        s.send("/amt/mood/cancel")
        heard = await s.ear.settled(s.port)
        assert ("/amt/mood/cancelled", 1, "calm") in heard


async def test_a_listener_may_hear_on_another_port_and_learns_there_why_something_failed():
    async with stage() as s:
        far = await s.another_ear()
        assert await listening(s, far.port) == [("/amt/done", "/amt/notify")]
        assert (await far.next())[0] == "/amt/startup"
        await far.until("/amt/health")
        s.send("/amt/tempo", 1000)
        assert (await s.ear.next())[0] == "/amt/fail"
        heard = await far.until("/amt/error")
        assert heard[-1][1].startswith("/amt/tempo: bpm 1000")
        s.send("/amt/tempo")
        assert await far.next() == ("/amt/tempo", 100.0)
        s.send("/amt/notify", 0, far.port)
        assert ("/amt/done", "/amt/notify") in await s.ear.settled(s.port)
        assert len(s.server._leases) == 0


async def test_after_notify_0_nothing_is_pushed():
    async with stage() as s:
        await listening(s)
        assert await s.ask("/amt/notify", 0) == ("/amt/done", "/amt/notify")
        s.server.push(BeatPassed(1, 1))
        assert await s.ear.settled(s.port) == []


async def test_a_lease_ends_in_silence_and_lives_on_with_any_message():
    async with stage(Limits(lease_s=0.4)) as s:
        quiet = await s.another_ear()
        quiet.send(s.port, "/amt/notify", 1)
        await quiet.until("/amt/done")
        await listening(s)
        for _ in range(4):
            await asyncio.sleep(0.15)  # the lease is a length of time: nothing else ends it
            s.send("/amt/ping")
            await s.ear.until("/amt/pong")
        s.server.push(BeatPassed(1, 1))
        assert await s.ear.next() == ("/amt/beat", 1, 1)
        assert await quiet.settled(s.port) == []


async def test_listeners_that_vanish_harm_nobody():
    async with stage() as s:
        for _ in range(10):
            gone = await s.another_ear()
            gone.send(s.port, "/amt/notify", 1)
            await gone.until("/amt/done")
            gone.transport.close()
        await listening(s)
        for beat in range(50):
            s.server.push(BeatPassed(1, beat))
        assert len([h for h in await s.ear.settled(s.port) if h[0] == "/amt/beat"]) == 50


async def test_there_is_room_for_a_limited_number_of_listeners():
    async with stage(Limits(leases=1)) as s:
        await listening(s)
        other = await s.another_ear()
        other.send(s.port, "/amt/notify", 1)
        assert (await other.next())[:3] == ("/amt/fail", "/amt/notify", "busy")


async def test_closing_says_goodbye_and_later_pushes_are_harmless():
    async with stage() as s:
        await listening(s)
        await s.server.close()
        assert await s.ear.next() == ("/amt/shutdown",)
        s.server.push(BeatPassed(1, 1))
        await s.server.close()


# Ports


async def test_a_taken_port_names_its_owner():
    async with stage() as s:
        band = Band()
        second = OscServer("127.0.0.1", s.port, band.execute, lambda: band.state)
        with pytest.raises(NetworkError, match=r"taken by .+--osc-port") as error:
            await second.start()
        if sys.platform == "linux":
            assert f"(process {os.getpid()})" in str(error.value)
        await second.close()


@pytest.mark.parametrize(
    ("host", "port", "kind"),
    [
        ("", 9740, UsageError),
        ("127.0.0.1", 70000, UsageError),
        ("192.0.2.1", 9740, NetworkError),
        ("no such host", 9740, NetworkError),
    ],
)
async def test_impossible_places_to_listen_are_one_line_errors(host, port, kind):
    band = Band()
    server = OscServer(host, port, band.execute, lambda: band.state)
    with pytest.raises(kind) as error:
        await server.start()
    assert "\n" not in str(error.value)


async def test_listening_beyond_this_machine_is_said_aloud(caplog):
    async with stage(host="0.0.0.0") as s:
        assert "whoever reaches that address plays the band" in caplog.text
        assert (await s.ask("/amt/ping"))[0] == "/amt/pong"
