"""A real browser for the tests: headless Chromium, steered over its own debugging protocol."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from websockets.asyncio.client import ClientConnection, connect

START_LIMIT_S = 60.0


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page; promises are awaited."""
        options = {"expression": script, "returnByValue": True, "awaitPromise": True}
        told = await self.ask("Runtime.evaluate", **options)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, script: str) -> Any:
        """The first value of an expression that counts as true."""
        async with asyncio.timeout(30):
            # The page tells nothing by itself.
            while not (value := await self.evaluate(script)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return value

    async def ask(self, method: str, **options: Any) -> Any:
        """One command of the protocol."""
        self._asked += 1
        await self._socket.send(
            json.dumps({"id": self._asked, "method": method, "params": options})
        )
        while True:
            told = json.loads(await asyncio.wait_for(self._socket.recv(), 30))
            if told.get("id") == self._asked:
                assert "result" in told, told
                return told["result"]


@asynccontextmanager
async def browser(folder: Path, url: str) -> AsyncIterator[Page]:
    """A tab that shows ``url``; skips the test where no Chromium is."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is not installed (Debian package chromium)")
    process = await asyncio.create_subprocess_exec(
        *(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        *("--no-first-run", "--remote-debugging-port=0", f"--user-data-dir={folder}", url),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port = await _port(folder / "DevToolsActivePort", process)
        tabs = json.loads(await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/json/list"))
        target = next(tab for tab in tabs if tab["type"] == "page")["webSocketDebuggerUrl"]
        async with connect(target, max_size=None) as socket:
            yield Page(socket)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(START_LIMIT_S):
        while True:
            assert process.returncode is None, "chromium ended"
            with contextlib.suppress(OSError, ValueError, IndexError):
                return int(_first_line(file))
            await asyncio.sleep(0.05)


def _first_line(file: Path) -> str:
    return file.read_text().splitlines()[0]


def _get(url: str) -> bytes:
    with urlopen(url, timeout=30) as answer:
        return bytes(answer.read())
