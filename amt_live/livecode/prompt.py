"""``amt-live live``: a prompt for the language, on a daemon that runs here or elsewhere.

Lines may also be piped in. One thread reads lines, the main one talks to the daemon.
"""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Final

from amt_live.errors import AmtError, NetworkError
from amt_live.livecode.completion import completions
from amt_live.livecode.pieces import LineError
from amt_live.livecode.runner import Runner
from amt_live.livecode.statements import Command
from amt_live.livecode.syntax import parse
from amt_live.osc.arguments import Atom
from amt_live.osc.client import OscClient

PROMPT: Final = "amt> "

_NAMES: Final = {"/amt/scene/list": "scene", "/amt/styles": "style", "/amt/bank/list": "bank"}

Say = Callable[[str], None]


class Prompt:
    """One conversation. All methods but ``complete``: on its loop."""

    def __init__(self, client: OscClient, say: Say) -> None:
        self._client = client
        self._say = say
        self._names: dict[str, tuple[str, ...]] = {}
        self._asks: set[asyncio.Task[None]] = set()
        self.runner = Runner(self._send)
        self.errors = 0

    async def connect(self) -> None:
        """Find the daemon. Raises NetworkError."""
        self._client.subscribe(self._hear)
        await self._client.connect()
        await self._client.listen()
        await self._client.request("/amt/status")

    async def take(self, line: str) -> None:
        """Do one line, and wait until what it sends at once has been answered."""
        try:
            statement = parse(line)
            if statement is not None:
                self.runner.say(statement)
        except LineError as error:
            self._complain(error.here)
        if self._asks:
            await asyncio.gather(*self._asks)

    def complete(self, line: str) -> list[str]:
        """Lines that this one could become. Thread: any."""
        return completions(line, self._names)

    def _hear(self, address: str, atoms: tuple[Atom, ...]) -> None:
        self.runner.hear(address, atoms)
        if address in _NAMES:
            self._names[_NAMES[address]] = tuple(map(str, atoms))
        elif address == "/amt/error":
            self._say("! " + " ".join(map(str, atoms)))

    def _send(self, address: str, atoms: tuple[Atom, ...], command: Command) -> None:
        task = asyncio.create_task(self._ask(address, atoms, command))
        self._asks.add(task)
        task.add_done_callback(self._asks.discard)

    async def _ask(self, address: str, atoms: tuple[Atom, ...], command: Command) -> None:
        try:
            reply = await self._client.request(address, *atoms)
        except NetworkError as error:
            self._complain(str(error))
        else:
            if not reply.ok:
                self._complain(f"{command.text}: {reply.why}")

    def _complain(self, why: str) -> None:
        self.errors += 1
        self._say(f"! {why}")


def run_prompt(host: str, osc_port: int, say: Say) -> int:
    """Read lines until their end; 1 if piped ones had errors. Raises NetworkError at the start."""
    return asyncio.run(_run(OscClient(host, osc_port), say))


async def _run(client: OscClient, say: Say) -> int:
    prompt = Prompt(client, say)
    try:
        await prompt.connect()
        loop, lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()
        is_terminal = sys.stdin.isatty()

        def read() -> None:
            while (line := _next_line(prompt, is_terminal)) is not None:
                done = asyncio.run_coroutine_threadsafe(prompt.take(line), loop)
                with contextlib.suppress(AmtError):
                    done.result()
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(lines.put_nowait, None)

        # A daemon thread: an interrupt must not wait for a line that never comes.
        threading.Thread(target=read, daemon=True).start()
        await lines.get()
    finally:
        await client.close()
    return 0 if is_terminal or not prompt.errors else 1


def _next_line(prompt: Prompt, is_terminal: bool) -> str | None:
    if not is_terminal:
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None
    _prepare_readline(prompt)
    try:
        return input(PROMPT)
    except EOFError:
        return None


def _prepare_readline(prompt: Prompt) -> None:
    """Tab completes, where this Python has readline (Windows has not)."""
    try:
        import readline
    except ImportError:
        return
    found: list[str] = []

    def complete(_word: str, state: int) -> str | None:
        if state == 0:
            line = readline.get_line_buffer()
            start = readline.get_begidx()
            found[:] = [whole[start:] for whole in prompt.complete(line)]
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" [,")
    readline.parse_and_bind("tab: complete")
