"""The engine: a thread that owns the band, and the queue through which everybody else talks to it.

Panic does not wait for the thread: it silences the output at once, and then takes its place at the
head of the queue. An error inside the thread is told and survived; it never ends the thread.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from amt_live.control.commands import Command, Panic
from amt_live.control.hands import PlayedNote
from amt_live.control.state import BandState, ErrorNotice, NotePlayed, Notice
from amt_live.engine.band import Band, Settings
from amt_live.engine.bank_file import BankFiles
from amt_live.engine.controls import Controls
from amt_live.engine.line import Hearing, Job, Line, words_of
from amt_live.engine.model import Model
from amt_live.engine.roles import MoodReader
from amt_live.engine.scene_file import SceneFile
from amt_live.engine.scenes import SceneDesk
from amt_live.engine.swapping import SwapDesk
from amt_live.engine.takes import TakeDesk
from amt_live.errors import AmtError, one_line
from amt_live.inference.generator import Generator
from amt_live.midi.clock import Clock
from amt_live.midi.listening import Ears
from amt_live.midi.output import (
    NotesSent,
    Output,
    PlayerGone,
    PlayerReport,
    PlayerTrouble,
    PortLost,
    PortOpened,
    TakeWritten,
    Timing,
)
from amt_live.music.beats import ticks_to_beats
from amt_live.music.parts import PARTS
from amt_live.sync.heard import EarReport

PAUSE_AFTER_ERROR_S: Final = 0.5
RESTART_PERIOD_S: Final = 2.0
COMMANDS_S: Final = 0.005
"""Commands that wait are carried out for so long at a stretch; then the band has its turn."""

BREATH_BEATS: Final = 1.0
BREATH_S: Final = 0.25
"""After a mood the next one waits until so much is decoded again, though no longer than this: in a
flood of moods the newest plays four times a second, and there is something to play."""

_log = logging.getLogger(__name__)


class Engine:
    """Plays. Every method says which threads may call it."""

    def __init__(
        self,
        generator: Generator,
        reader: MoodReader,
        output: Output,
        clock: Clock,
        settings: Settings,
        takes_folder: Path,
        restart_player: Callable[[], None] | None = None,
        scenes_file: Path | None = None,
        open_model: Callable[[str], Model] | None = None,
        ears: Ears | None = None,
        banks_folder: Path | None = None,
    ) -> None:
        self._output = output
        self._restart_player = restart_player
        self._restart_at_s: float | None = None
        self._listeners: list[Callable[[Notice], None]] = []
        self._wake = threading.Condition()
        self._line = Line(self._wake)
        self._hearing = Hearing(self._heard)
        self._is_held = False
        self._turned_mood_s = float("-inf")
        self._closing = False
        self._clock = clock
        self._takes = TakeDesk(takes_folder)
        self._band = Band(generator, reader, output, clock, settings, self._publish, ears)
        file = None if scenes_file is None else SceneFile(scenes_file)
        self._scenes = SceneDesk(self._band, file)
        if banks_folder is not None:
            self._band.banks.keep_in(BankFiles(banks_folder, self._tell))
        self._swaps = SwapDesk(self._band, open_model, self._post)
        self._controls = Controls(self._band, self._takes, self._scenes, self._swaps)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @property
    def state(self) -> BandState:
        """The latest snapshot, at most a tenth of a second old."""
        return self._band.state

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def add_listener(self, callback: Callable[[Notice], None]) -> None:
        """Call back for every notice, on the engine's thread: be quick. Thread: any."""
        self._listeners.append(callback)

    def submit(self, command: Command) -> "Future[None]":
        """Have a command carried out; the future ends when it took effect, or with an AmtError.

        Thread: any. Blocks: no.
        """
        future: Future[None] = Future()
        is_urgent = isinstance(command, Panic)
        if is_urgent:
            self._output.panic()
        job = Job(
            lambda: self._settle(future, lambda: self._controls.execute(command)),
            lambda: self._settle(future, lambda: None),
            command,
        )
        with self._wake:
            self._line.put(job, is_urgent=is_urgent)
        return future

    def record(self, path: Path) -> "Future[None]":
        """Record into a file outside the takes folder, for the owner of the daemon. Thread: any."""
        future: Future[None] = Future()
        self._post(lambda: self._settle(future, lambda: self._takes.start_at(self._band, path)))
        return future

    def on_report(self, report: PlayerReport) -> None:
        """Take in what the output reports. Thread: any."""
        self._post(lambda: self._take_in(report))

    def on_heard(self, report: EarReport) -> None:
        """Take in what was heard of somebody else's clock. Thread: any."""
        self._post(lambda: self._band.clocking.take_in(report))

    def on_played(self, notes: Sequence[PlayedNote]) -> None:
        """Take in what a performer's hands played: a call listens to it. Thread: any."""
        if self._band.calling.is_on:
            self._post(lambda: self._band.calling.take_in(notes))

    def close(self) -> None:
        """Stop the music and the thread; the output stays open. Thread: any but the engine's."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        self._hearing.close()
        self._band.stop()
        self._band.banks.close()

    def _post(self, work: Callable[[], None]) -> None:
        with self._wake:
            self._line.put(Job(work))

    def _tell(self, why: str) -> None:
        self._post(lambda: self._publish(ErrorNotice(why)))

    def _heard(self) -> None:
        with self._wake:
            self._is_held = False  # or a notice between looking and waiting would be lost
            self._wake.notify()

    def _settle(self, future: "Future[None]", work: "Callable[[], Future[object] | None]") -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            beside = work()
        except AmtError as error:
            future.set_exception(error)
        except Exception as error:
            _log.exception("a command failed")
            future.set_exception(AmtError(f"the command failed: {one_line(error)}"))
        else:
            if beside is None:
                future.set_result(None)
            else:
                beside.add_done_callback(lambda done: _pass_on(done, future))

    # The thread.

    def _run(self) -> None:
        for trouble in (self._scenes.trouble, self._band.banks.trouble):
            if trouble:
                self._publish(ErrorNotice(trouble))
        turned_s = time.perf_counter()
        while True:
            with self._wake:
                if self._closing:
                    break
                job = self._next()
            try:
                if job is not None:
                    if job.is_void and job.skip is not None:
                        job.skip()
                    else:
                        job.work()
                    # However many commands wait, the band plays on between them.
                    if time.perf_counter() - turned_s < COMMANDS_S:
                        continue
                self._restart_if_due()
                self._swaps.turn()
                rest_s = self._band.turn(may_decode=not self._is_only_listening())
                turned_s = time.perf_counter()
            except Exception as error:
                rest_s = self._survive(error)
            if rest_s > 0:
                with self._wake:
                    if (not self._line or self._is_held) and not self._closing:
                        self._wake.wait(rest_s)
        self._cancel_rest()

    def _next(self) -> Job | None:
        """The job whose turn it is, unless it is a mood that has to wait a moment."""
        job = self._line.head()
        if job is None:
            return None
        words = () if job.is_void else words_of(job.command)
        is_ready = self._hearing.is_ready(self._band.moods.reader, words) if words else True
        self._is_held = not is_ready or (bool(words) and self._is_short_of_breath())
        if self._is_held:
            return None
        if words:
            self._turned_mood_s = time.perf_counter()
        return self._line.pop()

    def _is_only_listening(self) -> bool:
        """Whether words are being read and there is music enough: what would be decoded now is
        likely to be thrown away, and the reader can use the processor.
        """
        return self._hearing.is_busy and self._band.horizon_beats() > BREATH_BEATS

    def _is_short_of_breath(self) -> bool:
        """Whether the last mood threw away so much that the music should first get ahead again."""
        if time.perf_counter() - self._turned_mood_s > BREATH_S:
            return False
        return self._band.transport.is_running and self._band.horizon_beats() < BREATH_BEATS

    def _cancel_rest(self) -> None:
        with self._wake:
            self._line.clear()

    def _survive(self, error: Exception) -> float:
        _log.exception("the engine stumbled")
        self._publish(ErrorNotice(f"the engine stumbled and goes on: {one_line(error)}"))
        try:
            self._band.fail(PAUSE_AFTER_ERROR_S)
        except Exception:
            _log.exception("going back failed too")
        return 0.05

    def _publish(self, notice: Notice) -> None:
        for listener in self._listeners:
            try:
                listener(notice)
            except Exception:
                _log.exception("a listener failed")

    # The player.

    def _take_in(self, report: PlayerReport) -> None:
        match report:
            case NotesSent(notes):
                for note in notes:
                    beats = ticks_to_beats(note.duration_ticks)
                    name = PARTS[note.part].name
                    self._publish(NotePlayed(name, note.pitch, note.velocity, beats))
            case Timing():
                self._band.health.timing(report)
            case PortOpened():
                self._band.midi_api, self._band.midi_port = report.api, report.name
                self._band.health.opened(report)
                self._band.publish_state()
            case PortLost(why) | PlayerTrouble(why):
                self._publish(ErrorNotice(why))
            case TakeWritten(path):
                _log.info("take written: %s", path)
            case PlayerGone(why):
                self._publish(ErrorNotice(f"the player ended ({why}); starting another"))
                self._band.health.player_replaced()
                self._restart_at_s = self._clock.now()

    def _restart_if_due(self) -> None:
        if self._restart_player is None or self._restart_at_s is None:
            return
        if self._clock.now() < self._restart_at_s:
            return
        self._restart_at_s = None
        try:
            self._restart_player()
        except AmtError as error:
            self._publish(ErrorNotice(f"no player yet: {error}"))
            self._restart_at_s = self._clock.now() + RESTART_PERIOD_S


def _pass_on(done: "Future[object]", future: "Future[None]") -> None:
    error = done.exception()
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
