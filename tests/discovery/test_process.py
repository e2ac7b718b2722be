"""Discovery beside a real daemon: found, browsed and steered, in a browser too; never missed."""

import asyncio
import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from websockets.asyncio.client import connect
from zeroconf import ServiceBrowser, Zeroconf

from amt_live.config import load_config
from amt_live.discovery.announce import OSC_TYPE, QUERY_TYPE
from amt_live.discovery.child import Discovery
from amt_live.errors import UsageError
from amt_live.osc.addresses import ADDRESSES
from tests.discovery.browser import browser
from tests.osc.band import stage
from tests.test_daemon import Daemon

PATIENCE_S = 30
STARTED = "OSCQuery at "


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """One band for all; the tests leave it playing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    flags = ("--midi-api=null", "--mood=calm", "--tempo=96", "--discovery=on")
    running = Daemon(port, *flags)
    yield running
    running.close()


def place(daemon: Daemon) -> str:
    (line,) = [line for line in daemon.lines if line.startswith(STARTED)]
    return line.removeprefix(STARTED).partition(",")[0]


def get(url: str) -> object:
    with urlopen(url, timeout=PATIENCE_S) as answer:
        return json.loads(answer.read())


def wait_until(holds: Callable[[], bool]) -> None:
    until_s = time.perf_counter() + PATIENCE_S
    while not holds():
        assert time.perf_counter() < until_s, "it did not come to pass"
        time.sleep(0.05)


def is_there(url: str) -> bool:
    try:
        get(url)
    except (URLError, ConnectionError, TimeoutError):
        return False
    return True


def announced_ports(name: str) -> list[int | None]:
    """The ports of what a browser on loopback finds under this name: OSCQuery and OSC."""
    heard: queue.Queue[tuple[str, str]] = queue.Queue()

    class Looker:
        def add_service(self, zeroconf: Zeroconf, kind: str, name: str) -> None:
            heard.put((kind, name))

        update_service = add_service

        def remove_service(self, *_: object) -> None: ...

    zeroconf = Zeroconf(interfaces=["127.0.0.1"])
    found: dict[str, int | None] = {}
    try:
        ServiceBrowser(zeroconf, [QUERY_TYPE, OSC_TYPE], Looker())  # type: ignore[arg-type]
        while len(found) < 2:
            kind, full_name = heard.get(timeout=PATIENCE_S)
            info = zeroconf.get_service_info(kind, full_name, 10_000)
            if full_name == f"{name}.{kind}" and info is not None:
                found[kind] = info.port
        return [found[QUERY_TYPE], found[OSC_TYPE]]
    finally:
        zeroconf.close()


def test_a_daemon_is_found_and_browsed(daemon: Daemon) -> None:
    url = place(daemon)
    port = int(url.rpartition(":")[2])
    assert announced_ports(f"amt-live {daemon.port}") == [port, daemon.port]
    info = get(f"{url}/?HOST_INFO")
    assert isinstance(info, dict) and info["OSC_PORT"] == daemon.port
    wait_until(lambda: get(f"{url}/amt/tempo?VALUE") == {"VALUE": [96.0]})
    daemon.ask("/amt/tempo", 120)
    wait_until(lambda: get(f"{url}/amt/tempo?VALUE") == {"VALUE": [120.0]})
    with pytest.raises(OSError), socket.create_connection((_outside(), port), 1):
        pass  # bound to loopback, it is not there for anybody else


def _outside() -> str:
    """An address of this machine that is not loopback; where there is none, one that is nobody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.connect(("192.0.2.1", 9))
        name = str(probe.getsockname()[0])
    return name if not name.startswith(("127.", "0.")) else "192.0.2.1"


def test_switched_off_nothing_is_started_and_nothing_is_said() -> None:
    discovery = Discovery.start("127.0.0.1", 1, is_wanted=False)
    assert asyncio.run(discovery.line()) == ""
    discovery.close()
    assert load_config({}).discovery == "off"  # by the environment of these tests
    assert load_config({"discovery": "on"}).discovery == "on"
    with pytest.raises(UsageError, match="--discovery: 'maybe' is none of on, off"):
        load_config({"discovery": "maybe"})


def test_without_its_libraries_one_line_says_how_to_get_it() -> None:
    code = "import sys; sys.modules['websockets'] = None\n"
    code += "import importlib.util as u; u.find_spec = lambda name: None\n"
    code += "import asyncio; from amt_live.discovery.child import Discovery\n"
    code += "d = Discovery.start('127.0.0.1', 1); print(asyncio.run(d.line())); d.close()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()
    assert "pip install 'amt-live[discovery]'" in line


async def test_the_process_takes_another_port_when_its_own_is_taken_and_ends_when_told() -> None:
    async with stage() as s:
        with socket.create_server(("127.0.0.1", s.port)):
            discovery = Discovery.start("127.0.0.1", s.port)
            url = (await discovery.line()).removeprefix(STARTED).partition(",")[0]
            assert not url.endswith(f":{s.port}")
            assert await asyncio.to_thread(is_there, f"{url}/?HOST_INFO")
            await asyncio.to_thread(discovery.close)
            assert not await asyncio.to_thread(is_there, url)


def test_a_killed_daemon_takes_the_process_along() -> None:
    code = "import asyncio, time; from amt_live.discovery.child import Discovery\n"
    code += "d = Discovery.start('127.0.0.1', 0); print(asyncio.run(d.line()), flush=True)\n"
    code += "time.sleep(100)"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        url = parent.stdout.readline().removeprefix(STARTED).partition(",")[0]
        assert is_there(f"{url}/?HOST_INFO")
        parent.kill()
        parent.wait()
    wait_until(lambda: not is_there(f"{url}/?HOST_INFO"))


async def test_a_flood_of_every_kind_costs_the_music_nothing(daemon: Daemon) -> None:
    url = place(daemon)
    port = int(url.rpartition(":")[2])
    before = daemon.ask("/amt/health")
    at = daemon.ask("/amt/beat")

    async def ask() -> None:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await reader.read()
            writer.close()

    async def shout() -> None:
        with contextlib.suppress(Exception):
            async with connect(f"ws://127.0.0.1:{port}/", max_queue=None) as ws:
                for _ in range(300):
                    await ws.send(os.urandom(500))

    async with asyncio.timeout(2 * PATIENCE_S):
        for _ in range(3):
            await asyncio.gather(*(ask() for _ in range(100)), *(shout() for _ in range(5)))
    wait_until(lambda: daemon.ask("/amt/beat") > at)
    after = daemon.ask("/amt/health")
    assert after[3] == before[3]  # underruns


async def test_a_browser_lists_and_moves_a_parameter(daemon: Daemon, tmp_path: Path) -> None:
    async with browser(tmp_path / "profile", f"{place(daemon)}/?HTML") as page:
        await page.until("document.body && document.body.dataset.ready")
        shown = await page.evaluate(
            "[...document.querySelectorAll('[data-path]')].map(r => r.dataset.path)"
        )
        wanted = {
            e.path for e in ADDRESSES if e.kind in ("setting", "action") and "{" not in e.path
        }
        assert wanted - {"/amt/panic"} <= set(shown)
        await page.until("socket && socket.readyState === WebSocket.OPEN")
        slider = "document.querySelector('[data-path=\"/amt/density\"] input')"
        await page.evaluate(f"{slider}.value = 0.75; {slider}.dispatchEvent(new Event('input'))")
        await _comes_to_pass(lambda: daemon.ask("/amt/density") == (0.75,))
        # And the other way: what somebody else moves, moves on the page.
        daemon.ask("/amt/part/bass/level", 31)
        await page.until(
            "document.querySelector('[data-path=\"/amt/part/bass/level\"] input').value == 31"
        )
        await page.evaluate("document.getElementById('panic').click()")
        await _comes_to_pass(lambda: daemon.ask("/amt/transport/state") == ("stopped",))
        assert await page.evaluate("said.textContent") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process in /proc")
def test_killing_the_process_leaves_the_music_playing(daemon: Daemon) -> None:
    daemon.ask("/amt/transport/play")
    (child,) = [pid for pid in _children(daemon.process.pid) if _is_discovery(pid)]
    os.kill(child, signal.SIGKILL)
    for _ in range(3):
        at = daemon.ask("/amt/beat")
        wait_until(lambda at=at: daemon.ask("/amt/beat") != at)  # type: ignore[misc]
    assert not is_there(place(daemon))
    assert daemon.stop() == 0


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _is_discovery(pid: int) -> bool:
    return b"amt_live.discovery" in Path(f"/proc/{pid}/cmdline").read_bytes()


async def _comes_to_pass(holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, holds)
