"""The daemon's end of ``--synth``: starts the keeper, hears what it reports, takes it down.

Standard library only. Whatever becomes of the synthesizer, the band plays on.
"""

import contextlib
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from amt_live import children
from amt_live.children import Child
from amt_live.control.state import BandState
from amt_live.synth.program import NO_MIDI, Instrument, find_instrument, midi_driver

FIRST_SOUND_S: Final = 8.0
"""How long the first note waits for the synthesizer."""

STOP_S: Final = 4.0
MOST_KEEPERS: Final = 5
STEADY_S: Final = 10.0

_log = logging.getLogger(__name__)


class Synth:
    """A synthesizer beside the band, from ``start`` to ``close``.

    ``complain`` gets each trouble as one line, on a thread of its own; ``state`` is asked whenever
    FluidSynth has come up, which is then told the sounds that the band plays with.
    """

    def __init__(
        self,
        soundfont: str | None,
        osc_port: int,
        complain: Callable[[str], None],
        state: Callable[[], BandState],
    ) -> None:
        """For the soundfont that ``--synth`` named; None: there is none, and nothing is done.

        Raises FileError or PortError where that cannot be.
        """
        self._instrument = None if soundfont is None else find_instrument(soundfont, osc_port)
        self._complain = complain
        self._state = state
        self._line = ""
        self._told = threading.Event()
        self._closing = threading.Event()
        self._process: Child | None = None
        self._thread: threading.Thread | None = None

    @property
    def jack_ports(self) -> tuple[str, ...]:
        """Where it will listen, on a JACK server."""
        return () if self._instrument is None else (self._instrument.jack_port,)

    def start(self, api: str) -> None:
        """Start it for a band that plays into this MIDI system. Blocks: no."""
        if self._instrument is None:
            self._told.set()
        elif midi_driver(api) is None:
            self._tell(NO_MIDI)
        else:
            words = words_for(self._instrument, api)
            self._thread = threading.Thread(target=self._keep, args=(words,), daemon=True)
            self._thread.start()

    def line(self, timeout_s: float = FIRST_SOUND_S) -> str:
        """What became of it, to tell the user. Blocks until it is known, for a moment."""
        if not self._told.wait(timeout_s):
            self._line = "the synthesizer is still starting"
            self._told.set()  # from now on trouble is a complaint
        return self._line

    def close(self) -> None:
        """End it. Waits for that, a moment."""
        self._closing.set()
        process = self._process
        if process is not None:
            children.end(process, STOP_S)
        if self._thread is not None:
            self._thread.join(STOP_S)

    def _keep(self, words: Sequence[str]) -> None:
        """Thread: its own. The keeper is no more immortal than what it keeps."""
        failures = 0
        while not self._closing.is_set():
            began_s = time.perf_counter()
            is_over = self._watch(words)
            if self._closing.is_set() or is_over:
                return
            failures = 1 if time.perf_counter() - began_s > STEADY_S else failures + 1
            if failures > MOST_KEEPERS:
                self._tell("what keeps the synthesizer will not run; start the band again")
                return
            self._closing.wait(0.25 * failures)

    def _watch(self, words: Sequence[str]) -> bool:
        """Run a keeper to its end; whether it gave up."""
        try:
            group = 0 if sys.platform != "win32" else None
            process = children.start("amt_live.synth.keeper", words, process_group=group)
        except OSError as error:
            self._tell(f"the synthesizer cannot be started: {error.strerror}")
            return True
        self._process = process
        is_over = False
        assert process.stdout is not None
        with process.stdout, contextlib.suppress(ValueError, OSError):
            if self._closing.is_set():
                process.kill()
            for line in process.stdout:
                is_over = self._take(process, line) or is_over
        process.wait()
        return is_over

    def _take(self, process: Child, line: bytes) -> bool:
        try:
            report = json.loads(line)
            state, text = report["state"], " ".join(str(report["text"]).split())[:300]
        except (ValueError, KeyError, TypeError):
            _log.warning("an odd report: %.200r", line)
            return False
        if state == "up":
            _log.info("%s", text)
            with contextlib.suppress(OSError, ValueError):
                assert process.stdin is not None
                process.stdin.writelines(f"{s}\n".encode() for s in sounds_of(self._state()))
                process.stdin.flush()
            self._told_first(text)
        elif not self._closing.is_set():
            self._tell(text)
        return bool(state == "over")

    def _told_first(self, text: str) -> None:
        if not self._told.is_set():
            self._line = f"synthesizer: {text}"
            self._told.set()

    def _tell(self, text: str) -> None:
        """A trouble: at the start it is the line that is waited for, later a complaint."""
        if self._told.is_set():
            self._complain(text)
        else:
            self._line = f"no sound from here: {text}"
            self._told.set()


def words_for(instrument: Instrument, api: str) -> list[str]:
    """How the keeper is called."""
    words = ["--midi-api", api, "--program", instrument.program, "--name", instrument.name]
    return [*words, "--soundfont", str(instrument.soundfont)]


def sounds_of(state: BandState) -> list[str]:
    """FluidSynth's commands for the sounds and levels that the band plays with."""
    lines = []
    for part in state.parts:
        lines.append(f"prog {part.channel - 1} {part.program}")
        lines.append(f"cc {part.channel - 1} 7 {part.level}")
    return lines
