"""The daemon's side of set list and rules: starts the process that follows them, and hears of it.

On the daemon's loop. That process is a client like any other; when it dies it is started again, and
what it reports can neither stop the music nor grow beyond a line.
"""

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from amt_live.control.state import BandState, FileState
from amt_live.errors import FileError

BEGIN_S: Final = 8.0
"""How long the first note waits for what the set list says at the beginning."""

RESTART_S: Final = 1.0
MAX_TEXT_CHARS: Final = 900
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}

_log = logging.getLogger(__name__)

Complain = Callable[[str], None]


class Following:
    """What is followed. ``complain`` gets each error as one line, ``changed`` is called after."""

    def __init__(
        self,
        set_list: str | None,
        rules: str | None,
        complain: Complain,
        changed: Callable[[], None],
    ) -> None:
        self._words: list[str] = []
        for flag, path in (("--set", set_list), ("--rules", rules)):
            if path is not None:
                self._words += [flag, str(Path(path).expanduser())]
        self._complain = complain
        self._changed = changed
        self._files = {"set": FileState(), "rules": FileState()}
        self._begun = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._merged: tuple[object, object] | None = None
        self._shown = BandState()

    def state(self, band: BandState) -> BandState:
        """The state of the band together with that of the files; the same object while both are."""
        files = tuple(self._files.items())
        if self._merged is None or self._merged[0] is not band or self._merged[1] != files:
            self._merged = (band, files)
            self._shown = replace(band, set_list=self._files["set"], rules=self._files["rules"])
        return self._shown

    async def start(self, host: str, osc_port: int) -> None:
        """Start following, and wait until what the set list says at the start has been said."""
        if not self._words:
            return
        words = ["--host", _ANYWHERE.get(host, host), "--osc-port", str(osc_port)]
        self._task = asyncio.create_task(self._keep([*words, *self._words]))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEGIN_S):
                await self._begun.wait()

    async def close(self) -> None:
        """End the process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _keep(self, words: list[str]) -> None:
        while True:
            started_s = time.perf_counter()
            code = await self._follow(words)
            _log.warning("the process that follows set list and rules ended with code %s", code)
            self._complain("what follows set list and rules ended; it is started again")
            await asyncio.sleep(max(RESTART_S - (time.perf_counter() - started_s), 0.1))

    async def _follow(self, words: list[str]) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "amt_live.livecode.performer", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout is not None and process.stdin is not None
        try:
            while line := await process.stdout.readline():
                self._take(line)
            return await process.wait()
        finally:
            process.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    def _take(self, line: bytes) -> None:
        try:
            report: dict[str, Any] = json.loads(line)
            if report["begun"]:
                self._begun.set()
                return
            source, before = report["source"], self._files[report["source"]]
            text = " ".join(str(report["text"]).split())[:MAX_TEXT_CHARS]
            file = FileState(
                str(report["file"]),
                int(report["line"]),
                int(report["column"]),
                text,
                bool(report["is_error"]),
                before.saves + 1,
            )
        except (ValueError, KeyError, TypeError):
            _log.warning("an odd report: %.200r", line)
            return
        self._files[source] = file
        if file.is_error:
            self._complain(error_line(file))
        self._changed()


def error_line(file: FileState) -> str:
    """``set.amt:12:7: why``, as terminals and editors read it."""
    place = f":{file.line}:{file.column}" if file.line else ""
    return f"{file.file}{place}: {file.text}"


def check_files(set_list: str | None, rules: str | None) -> None:
    """Raise FileError for a file that is not there at the start."""
    for flag, path in (("--set", set_list), ("--rules", rules)):
        if path is not None and not Path(path).expanduser().is_file():
            raise FileError(f"{flag}: there is no file {path}; make it first (it may be empty)")
