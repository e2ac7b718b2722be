"""A band on a manual clock with an output in memory: time moves only when the band rests."""

from pathlib import Path

from amt_live.control.commands import Command, Transport
from amt_live.control.state import Notice, Sampling
from amt_live.engine.band import Band, Settings
from amt_live.engine.controls import Controls
from amt_live.engine.takes import TakeDesk
from amt_live.midi.clock import ManualClock
from amt_live.midi.memory_output import MemoryOutput
from amt_live.midi.output import NotesSent, PlayerReport
from amt_live.music.events import Note

from .scripted import ScriptedDecoder, ScriptedReader, make_generator


class Stage:
    """Everything that a test of the band needs."""

    def __init__(self, takes: Path = Path("takes"), mood: str = "calm", seed: int = 1) -> None:
        self.clock = ManualClock(100.0)
        self.played: list[Note] = []
        self.notices: list[Notice] = []
        self.output = MemoryOutput(self.clock, self._report)
        self.decoder = ScriptedDecoder()
        self.reader = ScriptedReader()
        settings = Settings(mood, 120.0, seed, Sampling(guidance=1.0))
        self.band = Band(
            make_generator(self.decoder, seed),
            self.reader,
            self.output,
            self.clock,
            settings,
            self.notices.append,
        )
        self.controls = Controls(self.band, TakeDesk(takes))

    def do(self, command: Command) -> None:
        self.controls.execute(command)

    def play(self) -> None:
        self.do(Transport("play"))

    def run(self, duration_s: float) -> None:
        """Let time pass."""
        end_s = self.clock.now() + duration_s
        while self.clock.now() < end_s:
            rest_s = self.band.turn()
            if rest_s > 0:
                self.output.advance(min(self.clock.now() + rest_s, end_s))

    def run_to(self, ticks: int) -> None:
        """Let time pass until the playhead is at a tick."""
        for _ in range(100_000):
            timeline = self.band.transport.timeline
            if timeline is not None and self.band.playhead_ticks >= ticks:
                return
            until_s = timeline.seconds_at(ticks) - self.clock.now() if timeline else 0.01
            self.run(max(min(until_s, 0.05), 0.0005))
        raise AssertionError("the playhead does not get there")

    def of(self, kind: type) -> list[Notice]:
        return [notice for notice in self.notices if isinstance(notice, kind)]

    def _report(self, report: PlayerReport) -> None:
        if isinstance(report, NotesSent):
            self.played.extend(report.notes)
