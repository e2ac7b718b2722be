"""Real clients drive a real daemon, one by one through a whole session, and several at once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from amt_live.midi.smf import notes_of, read
from amt_live.osc.client import OscClient, send_and_wait
from tests.patches.drivers import CLIENTS, PATIENCE_S, Task, free_port, running
from tests.test_daemon import Daemon

STEPS = ("connected", "armed", "applied", "tempo 144", "take", "captured", "panic")


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("takes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the clients write, each into a folder of its own; node-osc is installed there once."""
    return tmp_path_factory.mktemp("clients")


@pytest.fixture(scope="module")
def daemon(takes: Path) -> Iterator[Daemon]:
    """One band for all of these tests."""
    running = Daemon(free_port(), "--midi-api=null", "--mood=calm", f"--takes={takes}")
    yield running
    running.close()


def _ask(daemon: Daemon, address: str, *atoms: str | float) -> tuple[object, ...]:
    reply, _ = send_and_wait("127.0.0.1", daemon.port, address, atoms, PATIENCE_S)
    assert reply.ok, reply
    return reply.values


async def _begin(daemon: Daemon) -> None:
    """Play, up to where a mood is a change (the first is only replaced), and notes are kept."""
    client = OscClient("127.0.0.1", daemon.port, timeout_s=PATIENCE_S)
    beats: asyncio.Queue[tuple[object, ...]] = asyncio.Queue()
    await client.connect()
    for address, *atoms in (("/amt/tempo", 280), ("/amt/transport/play",)):
        assert (await client.request(address, *atoms)).ok
    client.subscribe(lambda address, atoms: address == "/amt/beat" and beats.put_nowait(atoms))
    await client.listen()
    async with asyncio.timeout(PATIENCE_S):
        while await beats.get() < (2, 3):
            pass
    await client.close()


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_drives_the_band_through_a_session(
    client: str,
    daemon: Daemon,
    takes: Path,
    folder: Path,
    require_external: Callable[[str], str],
) -> None:
    task = Task(client, daemon.port, takes, folder / client, require_external)
    await _begin(daemon)
    async with running(task) as driver:
        await driver.until("panic")
    found = [next(i for i, said in enumerate(driver.said) if said.startswith(s)) for s in STEPS]
    assert found == sorted(found), driver.said
    assert any(said.startswith("armed") and f"{client} waltz" in said for said in driver.said)
    assert _ask(daemon, "/amt/mood") == (f"{client} waltz",)
    assert _ask(daemon, "/amt/tempo") == (144.0,)
    assert _ask(daemon, "/amt/transport/state") == ("stopped",)
    for kept in ("take", "capture"):
        assert notes_of(read(takes / f"{client}-{kept}.mid")) or kept == "take"


@pytest.mark.slow
async def test_several_at_once_see_what_happens_and_one_that_dies_hurts_none(
    daemon: Daemon, takes: Path, folder: Path, require_external: Callable[[str], str]
) -> None:
    await _begin(daemon)
    async with AsyncExitStack() as stack:
        drivers = {}
        for client in CLIENTS:
            own = folder / client
            task = Task(client, daemon.port, takes, own, require_external, "listen")
            drivers[client] = await stack.enter_async_context(running(task))
        for driver in drivers.values():
            for word in ("connected", "beat", "note"):
                await driver.until(word)
        for victim in ("node", "sclang"):
            await drivers.pop(victim).end()
            mood = f"after the end of {victim}"
            _ask(daemon, "/amt/mood", mood, "@beat")
            for driver in drivers.values():
                await driver.until("applied")
                assert mood in driver.said[-1]
                await driver.until("beat")
        assert daemon.process.poll() is None
