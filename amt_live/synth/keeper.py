"""Keeps FluidSynth running: ``python -m amt_live.synth.keeper``, a child of the daemon.

Chooses the sound system, starts the program, starts it again when it dies or loses its JACK server,
and gives up when it will not stay. Both end with the daemon, however that ends: this process when
its stdin closes, and FluidSynth when its own does. What comes on stdin are commands for FluidSynth,
a line each; on stdout go reports, one JSON object a line.
"""

import argparse
import asyncio
import collections
import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from amt_live.midi.jack_client import has_jack_module
from amt_live.synth.program import audio_drivers, command, last_error, midi_driver

START_S: Final = 30.0
"""How long a large soundfont may take to load."""

STEADY_S: Final = 10.0
"""Who has lived so long was not a failed start."""

MOST_FAILURES: Final = 10
LONGEST_PAUSE_S: Final = 10.0
STOP_S: Final = 1.5
MARK: Final = "amt-live-hears-you"
LOST: Final = "Lost the connection to the JACK server"
DEAF: Final = "Failed to create the MIDI thread"

State = Literal["up", "down", "over"]


class Keeper:
    """One synthesizer, started as often as is sensible. All methods: on one loop."""

    def __init__(
        self, program: str, soundfont: str, name: str, api: str, report: Callable[..., None]
    ) -> None:
        self._words = (program, soundfont, name)
        self._midi = midi_driver(api) or ""
        # A JACK port of ours connects itself; RtMidi's do not.
        self._autoconnects = not (api == "jack" and has_jack_module())
        self._report = report
        self._drivers: tuple[str, ...] = ()
        self._process: asyncio.subprocess.Process | None = None
        self._said: collections.deque[str] = collections.deque(maxlen=30)

    async def run(self) -> int:
        """Keep it until cancelled, or until it will not stay; returns the exit code."""
        self._drivers = await asyncio.to_thread(audio_drivers, self._words[0])
        failures = 0
        has_played = False
        while True:
            began_s = time.perf_counter()
            process, why = await self._start()
            if process is not None:
                has_played = True
                why = await self._hear_out(process)
            elif not has_played:
                self._report("over", f"no sound system takes FluidSynth ({why})")
                return 1
            failures = 1 if time.perf_counter() - began_s > STEADY_S else failures + 1
            if failures > MOST_FAILURES:
                self._report("over", f"FluidSynth ended {failures} times in a row ({why})")
                return 1
            self._report("down", f"FluidSynth ended ({why}); it is started again")
            await asyncio.sleep(min(0.25 * 2 ** (failures - 1), LONGEST_PAUSE_S))

    def tell(self, line: str) -> None:
        """Hand a command to FluidSynth, if it runs."""
        process = self._process
        if process is not None and process.stdin is not None and process.returncode is None:
            with contextlib.suppress(OSError, RuntimeError):
                process.stdin.write(line.encode() + b"\n")

    async def _start(self) -> tuple[asyncio.subprocess.Process | None, str]:
        """A process that plays, through the first sound system that works; or why there is none."""
        reasons = []
        for driver in self._drivers:
            process = await self._open(driver)
            if process is not None:
                self._drivers = (driver,)  # what worked once is what will work again
                font = Path(self._words[1]).name
                self._report("up", f"FluidSynth through {driver} with {font}")
                return process, ""
            reasons.append(f"{driver}: {last_error(list(self._said))}")
        return None, "; ".join(reasons) or "it was built for none that is known here"

    async def _open(self, driver: str) -> asyncio.subprocess.Process | None:
        program, soundfont, name = self._words
        words = command(
            *(program, soundfont, name),
            audio=driver,
            midi=self._midi,
            autoconnect=self._autoconnects,
        )
        self._said.clear()
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
        except OSError as error:
            self._said.append(error.strerror or "it cannot be started")
            return None
        self._process = process
        is_up = False
        try:
            self.tell(f"echo {MARK}")
            async with asyncio.timeout(START_S):
                is_up = await self._await(process, lambda line: line == MARK)
        except TimeoutError:
            self._said.append(f"no answer within {START_S:g} s")
        finally:
            if not is_up:
                await self._end(process)
        return process if is_up else None

    async def _hear_out(self, process: asyncio.subprocess.Process) -> str:
        """Wait until it ends, or has lost its JACK server and will be silent for ever: why."""
        try:
            await self._await(process, lambda line: LOST in line)
        finally:
            await self._end(process)
        code = process.returncode or 0
        return f"signal {-code}" if code < 0 else last_error(list(self._said))

    async def _await(
        self, process: asyncio.subprocess.Process, is_it: Callable[[str], bool]
    ) -> bool:
        """Read what it prints up to a line; False when it ended, or will be of no use."""
        assert process.stdout is not None
        while data := await _line_of(process.stdout):
            line = data.decode(errors="replace").strip().lstrip("> ")
            if is_it(line):
                self._said.append(line)
                return True
            if (
                line
                and not line.startswith(("echo ", "Type 'help'"))
                and "rate mismatch" not in line
            ):
                self._said.append(line)
            if DEAF in line:
                self._said.append("error: it cannot listen to MIDI")
                return False
        return False

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Let it end by its stdin; then end it."""
        self._process = None
        assert process.stdin is not None
        process.stdin.close()
        drain = asyncio.create_task(_drain(process))
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        finally:
            drain.cancel()
            await asyncio.gather(drain, return_exceptions=True)


async def _line_of(stream: asyncio.StreamReader) -> bytes:
    """A line; one that is too long to be one is cut."""
    try:
        return await stream.readline()
    except ValueError:
        return b"\n"


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(4096):
        pass


def main(argv: Sequence[str] | None = None) -> int:
    """Run as a process of the daemon; returns the exit code."""
    parser = argparse.ArgumentParser()
    for option in ("--program", "--soundfont", "--name", "--midi-api"):
        parser.add_argument(option, required=True)
    options = parser.parse_args(argv)
    # The daemon says when it is over: notes end before their synthesizer does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["JACK_NO_START_SERVER"] = "1"
    return asyncio.run(_keep(options))


async def _keep(options: argparse.Namespace) -> int:
    keeper = Keeper(options.program, options.soundfont, options.name, options.midi_api, _print)
    task = asyncio.create_task(keeper.run())
    loop = asyncio.get_running_loop()
    # What the daemon's session has is handed down; a SIGTERM is a wish to end.
    loop.add_signal_handler(signal.SIGTERM, task.cancel)

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is over already
            for line in sys.stdin:
                loop.call_soon_threadsafe(keeper.tell, line.strip())
            loop.call_soon_threadsafe(task.cancel)

    threading.Thread(target=read, daemon=True).start()
    try:
        return await task
    except asyncio.CancelledError:
        return 0


def _print(state: State, text: str) -> None:
    report: dict[str, Any] = {"state": state, "text": text}
    with contextlib.suppress(OSError):
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
