"""The screen in a browser: served for real, fetched over HTTP, drawn through its own socket."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from amt_live.control import commands as c
from amt_live.errors import UsageError
from amt_live.tui.web import is_own, place_of
from tests.osc.band import stage


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("8740", ("127.0.0.1", 8740)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:0", ("::1", 0)),
    ],
)
def test_a_place_is_a_port_or_a_host_and_a_port(text, place):
    assert place_of(text) == place


@pytest.mark.parametrize("text", ["", "a", "host:", "1:99999", "-1", "²"])
def test_what_is_no_place_is_said_in_one_line(text):
    with pytest.raises(UsageError, match="is no place"):
        place_of(text)


@pytest.mark.parametrize(
    ("asked", "origin", "host", "allowed"),
    [
        ("127.0.0.1:8740", "http://127.0.0.1:8740", "127.0.0.1", True),
        ("localhost:8740", "http://localhost:8740", "127.0.0.1", True),
        ("127.0.0.1:8740", None, "127.0.0.1", True),
        ("127.0.0.1:8740", "http://evil.example", "127.0.0.1", False),
        ("evil.example:8740", "http://evil.example:8740", "127.0.0.1", False),
        ("192.168.0.7:8740", "http://192.168.0.7:8740", "0.0.0.0", True),
        ("192.168.0.7:8740", "http://192.168.0.7:8740", "127.0.0.1", False),
        ("evil.example:8740", "http://evil.example:8740", "0.0.0.0", False),
    ],
)
def test_only_its_own_page_may_use_the_socket(asked, origin, host, allowed):
    assert is_own(asked, origin, host) is allowed


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has asked for its ending does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


async def test_the_page_is_fetched_and_the_screen_comes_through_its_socket(tmp_path):
    async with stage() as s:
        command = [sys.executable, "-m", "amt_live", "tui", "--osc-port", str(s.port), "--web=0"]
        environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
        served = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        try:
            async with asyncio.timeout(60):
                line = (await served.stdout.readline()).decode()
            address = re.search(r"http://127\.0\.0\.1:\d+", line)[0]
            async with aiohttp.ClientSession() as session:
                async with session.get(address) as page:
                    text = await page.text()
                assert page.status == 200 and "textual-terminal" in text
                assert "http://" not in text and "https://" not in text, "nothing from outside"
                async with session.get(f"{address}/static/js/textual.js") as script:
                    assert script.status == 200
                foreign = {"Origin": "http://evil.example"}
                async with session.get(f"{address}/ws", headers=foreign) as refused:
                    assert refused.status == 403
                drawn = b""
                async with asyncio.timeout(60):
                    async with session.ws_connect(f"{address}/ws?width=100&height=30") as socket:
                        while b"STOPPED" not in drawn or b"tiny" not in drawn:
                            drawn += (await socket.receive()).data or b""
                        # It goes on after the first picture: what is typed is done, and shown.
                        for letter in "dark waltz\r":
                            await socket.send_json(["stdin", letter])
                        while c.SetMood("dark waltz") not in s.band.log:
                            await socket.receive()
                        drawn = b""
                        while b"dark waltz" not in drawn:
                            drawn += (await socket.receive()).data or b""
                        screens = children_of(served.pid)
                        assert len(screens) == 1
                        served.kill()
                        while any(map(is_alive, screens)):  # noqa: ASYNC110
                            await asyncio.sleep(0.1)
        finally:
            with contextlib.suppress(ProcessLookupError):
                served.kill()
            await served.communicate()


def test_without_the_extra_one_line_says_how_to_get_it():
    code = (
        "import sys; sys.modules['textual_serve.server'] = None; sys.modules['aiohttp'] = None\n"
        "from amt_live.cli import main; sys.exit(main(['tui', '--web']))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "amt-live: --web needs textual-serve: pip install 'amt-live[web]'\n"
