"""The process that follows a set list and rules: an OSC client of the daemon, like every client.

``amt-live daemon --set --rules`` starts it and reads what it reports, one JSON object a line on
stdout; killing it changes nothing that is heard. It ends when its stdin does.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from amt_live.errors import AmtError, NetworkError
from amt_live.livecode.foresight import Foresight, Leaner
from amt_live.livecode.pieces import LineError
from amt_live.livecode.rules_host import Failure, RulesHost
from amt_live.livecode.runner import Runner
from amt_live.livecode.setlist import SetList
from amt_live.livecode.statements import Command
from amt_live.livecode.syntax import MAX_FILE_BYTES, parse
from amt_live.livecode.watch import LOOK_S, Unreadable, Watch
from amt_live.osc.arguments import Atom
from amt_live.osc.client import OscClient

NICENESS: Final = 0
"""The daemon may have precedence over everything, which this must not inherit."""

FOUND_S: Final = 20.0
"""How long the daemon is looked for."""

MAX_UNDER_WAY: Final = 128
MAX_REPORTS_PER_S: Final = 20.0

Source = Literal["set", "rules"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file. ``line`` and ``column`` count from 1 (0: none); ``text`` says it.

    ``begun``: nothing happened, but all that was there at the start has been said to the band.
    """

    source: Source
    file: str
    text: str
    line: int = 0
    column: int = 0
    is_error: bool = False
    begun: bool = False


class Performer:
    """Follows two files and steers the band. All methods: on one loop."""

    def __init__(
        self,
        client: OscClient,
        report: Callable[[Report], None],
        set_path: Path | None = None,
        rules_path: Path | None = None,
    ) -> None:
        self._client = client
        self._report = report
        self._values: dict[str, tuple[Atom, ...]] = {}
        self._asks: set[asyncio.Task[None]] = set()
        self._runner = Runner(self._send)
        self._set_path, self._rules_path = set_path, rules_path
        self._set_list = SetList(self._runner, "set")
        self._set_watch = None if set_path is None else Watch(set_path, MAX_FILE_BYTES)
        self._rules_watch = None if rules_path is None else Watch(rules_path, MAX_FILE_BYTES)
        self._rules: RulesHost | None = None
        if rules_path is not None:
            name = str(rules_path.absolute())
            self._foresight = Foresight()
            self._leaner = Leaner(client, lambda why: self._tell_rules(Failure(why), ""))
            lean = self._leaner.lean
            self._rules = RulesHost(name, self._band, self._say_rule, self._tell_rules, lean)
        self._next_error_s = 0.0

    async def run(self) -> None:
        """Find the band, then follow the files until cancelled. Raises NetworkError."""
        self._client.subscribe(self._hear)
        await self._find()
        self._client.on_connection(self._found_again)
        helper = None if self._rules is None else asyncio.create_task(self._rules.run())
        try:
            has_begun = False
            while True:
                self._look()
                if not has_begun and self._is_at_rest():
                    has_begun = True
                    await asyncio.gather(*self._asks)
                    self._report(Report("set", "", "", begun=True))
                await asyncio.sleep(LOOK_S)
        finally:
            if helper is not None:
                helper.cancel()
                await asyncio.gather(helper, return_exceptions=True)
            await self._client.close()

    async def _find(self) -> None:
        until_s = time.perf_counter() + FOUND_S
        while True:
            try:
                await self._client.connect()
                await self._client.listen()
                await self._client.request("/amt/status")
                return
            except NetworkError:
                if time.perf_counter() > until_s:
                    raise
                await asyncio.sleep(0.2)

    def _found_again(self, is_there: bool) -> None:
        if is_there:
            self._set_list.again()

    def _is_at_rest(self) -> bool:
        return self._set_watch is None or self._set_watch.was_read

    # The band.

    def _hear(self, address: str, atoms: tuple[Atom, ...]) -> None:
        if self._rules is not None:
            self._foresight.hear(address, atoms)
        if address == "/amt/note":
            return
        self._values[address] = atoms
        before = (self._runner.bar, self._runner.beat)
        self._runner.hear(address, atoms)
        if self._rules is None or not self._runner.is_playing:
            return
        bar = self._runner.bar
        if address == "/amt/beat" and self._runner.beat == 1 and before != (bar, 1):
            self._rules.event("bar", bar)
        elif address == "/amt/mood/applied" and len(atoms) > 1:
            self._rules.event("mood", str(atoms[1]))

    def _send(self, address: str, atoms: tuple[Atom, ...], command: Command) -> None:
        if len(self._asks) >= MAX_UNDER_WAY:
            self._refused(command, "too much is asked of the band at once; ask for less")
            return
        task = asyncio.create_task(self._ask(address, atoms, command))
        self._asks.add(task)
        task.add_done_callback(self._asks.discard)

    async def _ask(self, address: str, atoms: tuple[Atom, ...], command: Command) -> None:
        try:
            reply = await self._client.request(address, *atoms)
        except AmtError as error:
            self._refused(command, str(error))
        else:
            if not reply.ok:
                self._refused(command, reply.why)

    def _refused(self, command: Command, why: str) -> None:
        """The band did not take a line that was good in itself, such as a scene it has not."""
        now_s = time.perf_counter()
        if now_s < self._next_error_s:
            return
        self._next_error_s = now_s + 1 / MAX_REPORTS_PER_S
        if command.line:
            self._tell_set(why, command.line, command.column, is_error=True)
        else:
            self._tell_rules(Failure(f"{command.text}: {why}"), "")

    # The files.

    def _look(self) -> None:
        now_s = time.perf_counter()
        if self._set_watch is not None:
            match self._set_watch.look(now_s):
                case Unreadable(why, line, column):
                    self._tell_set(why, line, column, is_error=True)
                case str(text):
                    self._save_set(text)
        if self._rules_watch is not None and self._rules is not None:
            match self._rules_watch.look(now_s):
                case Unreadable(why, line):
                    self._tell_rules(Failure(why, line), "")
                case str(text):
                    self._leaner.has_told = False
                    self._rules.save(text)

    def _save_set(self, text: str) -> None:
        try:
            changes = self._set_list.save(text)
        except LineError as error:
            self._tell_set(error.why, error.line, error.column, is_error=True)
            return
        lines = self._set_list.lines
        count = "nothing changes" if not changes else f"{changes} change{'s' * (changes > 1)}"
        self._tell_set(f"{lines} line{'s' * (lines != 1)}, {count}")

    def _tell_set(self, text: str, line: int = 0, column: int = 0, is_error: bool = False) -> None:
        assert self._set_path is not None
        self._report(Report("set", self._set_path.name, text, line, column, is_error))

    # The rules.

    def _band(self) -> dict[str, Any]:
        values, runner = self._values, self._runner

        def first(address: str, default: Atom) -> Atom:
            return next(iter(values.get(address, ())), default)

        known: dict[str, Any] = {
            name: first(f"/amt/{name}", "free")
            for name in ("key", "chords", "density", "energy", "swing")
        }
        mutes = [address for address in values if address.startswith("/amt/part/")]
        muted = [a.split("/")[3] for a in mutes if a.endswith("/mute") and values[a][:1] == (1,)]
        return {
            **known,
            **self._foresight.look(runner.bar, float(first("/amt/tempo", 100.0))),
            "bar": runner.bar,
            "mood": first("/amt/mood", ""),
            "tempo": first("/amt/tempo", 100.0),
            "muted": muted,
            "scenes": list(values.get("/amt/scene/list", ())),
        }

    def _say_rule(self, line: str) -> None:
        try:
            statement = parse(line)
            if isinstance(statement, Command):
                self._runner.ask(_of_rules(statement), None)
            elif statement is not None:
                raise LineError("rules say what to do now, without at, every and clear", 1)
        except LineError as error:
            self._tell_rules(Failure(f"'{line[:60]}': {error.here}"), "")

    def _tell_rules(self, failure: Failure | None, said: str) -> None:
        assert self._rules_path is not None
        name = self._rules_path.name
        if failure is None:
            self._report(Report("rules", name, f"it says: {said}" if said else "it runs"))
            return
        text = f"{failure.why} ({failure.trace})" if failure.trace else failure.why
        self._report(Report("rules", name, text, failure.line, int(failure.line > 0), True))


def _of_rules(command: Command) -> Command:
    return Command(command.keyword, command.text, command.messages, command.when, 0, 0)


def main(argv: Sequence[str] | None = None) -> int:
    """Run as a process of the daemon; returns the exit code."""
    parser = argparse.ArgumentParser()
    for option in ("--host", "--osc-port", "--set", "--rules"):
        parser.add_argument(option)
    options = parser.parse_args(argv)
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)  # whatever the daemon has
    try:
        asyncio.run(_follow(options))
    except (AmtError, OSError) as error:
        sys.stderr.write(f"amt-live: {error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def _follow(options: argparse.Namespace) -> None:
    client = OscClient(options.host, int(options.osc_port))
    paths = [None if path is None else Path(path) for path in (options.set, options.rules)]
    performer = asyncio.create_task(Performer(client, _print, *paths).run())
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        sys.stdin.read()  # returns when the daemon is gone
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(performer.cancel)

    threading.Thread(target=wait_for_end, daemon=True).start()
    with contextlib.suppress(asyncio.CancelledError):
        await performer


def _print(report: Report) -> None:
    try:
        sys.stdout.write(json.dumps(asdict(report)) + "\n")
        sys.stdout.flush()
    except OSError:
        os._exit(1)  # the daemon is gone


if __name__ == "__main__":
    sys.exit(main())
