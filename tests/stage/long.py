"""A day of music on the manual clock: ``python -m tests.stage.long [--hours 24] [--state FILE]``.

The whole band (model, stream, plan, placer, performer, ledger, backlog) plays into memory as fast
as the machine decodes, in one process, with a mood, a tempo, a knob or a scene now and then. The
output is emptied after every slice, so that what grows is the program. Printed for each slice (with
``--state`` kept there): resident memory, tokens a second of processor time, notes. Checked at the
end: memory within 2 % of what it was after the warm-up, the speed of the last hour within 10 % of
the first one after it, note-ons and note-offs in pairs at every slice, and an empty ledger.

Ctrl-C ends it early and prints what was measured. Exit code 1 where something is missed.
"""

import argparse
import gc
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from amt_live import paths
from amt_live.control.commands import Command, SetKey, SetKnob, SetMood, SetTempo, Transport
from amt_live.control.state import Notice
from amt_live.control.when import When
from amt_live.engine.band import Band, Settings
from amt_live.engine.controls import Controls
from amt_live.engine.model import open_model
from amt_live.engine.takes import TakeDesk
from amt_live.errors import AmtError
from amt_live.midi.clock import ManualClock
from amt_live.midi.memory_output import MemoryOutput
from tests.stage.verdict import Line, at_least, at_most, judge, none_of

SLICE_S: Final = 300.0
MEMORY_GROWTH: Final = 0.02
SPEED_DRIFT: Final = 0.10
CHANGE_EVERY_S: Final = (5.0, 60.0)
MOODS: Final = (
    "calm piano ballad", "fast aggressive metal", "dark waltz", "cheerful bossa nova with flute",
    "sparse melancholic jazz ballad", "church organ hymn", "techno club", "rain on a tin roof",
)  # fmt: skip


class LongStage:
    """A band, and what it sent since the last slice."""

    def __init__(self, model: str, seed: int) -> None:
        opened = open_model(paths.find_model(model))
        self.clock = ManualClock()
        self.output = MemoryOutput(self.clock)
        settings = Settings(MOODS[0], 120.0, seed, model=opened.name, styles=opened.styles)
        self.band = Band(opened.generator, opened.moods, self.output, self.clock, settings, _ignore)
        self.controls = Controls(self.band, TakeDesk(Path("takes")))
        self.draw = random.Random(seed)
        self.sounding: Counter[tuple[int, int]] = Counter()
        self.notes = self.tokens = self.changes = 0
        self.next_change_s = 0.0
        self.controls.execute(Transport("play"))

    def play(self, until_s: float) -> None:
        """Play on to a moment."""
        while self.clock.now() < until_s:
            before = self.band.stream.generator.position
            rest_s = self.band.turn()
            self.tokens += max(self.band.stream.generator.position - before, 0)
            if rest_s > 0:
                self.output.advance(min(self.clock.now() + rest_s, until_s))
            if self.clock.now() >= self.next_change_s:
                self.next_change_s = self.clock.now() + self.draw.uniform(*CHANGE_EVERY_S)
                self._change()

    def _change(self) -> None:
        draw = self.draw
        command: Command = draw.choice(
            (
                SetMood(draw.choice(MOODS), draw.choice(list(When))),
                SetMood(f"{draw.choice(MOODS)} {draw.randrange(10**6)}", When.NOW),
                SetTempo(draw.uniform(60, 200), draw.choice([0.0, 8.0])),
                SetKnob(draw.choice(["swing", "density", "energy"]), draw.choice([None, 0.3, 0.8])),
                SetKey(draw.choice([None, "D minor", "G major"])),
            )
        )
        try:
            self.controls.execute(command)
        except AmtError:
            return
        self.changes += 1

    def empty(self) -> None:
        """Follow what sounds, and forget what was sent."""
        for _, data in self.output.sent:
            kind = data[0] & 0xF0
            if kind == 0x90 and data[2]:
                self.notes += 1
                self.sounding[data[0] & 15, data[1]] += 1
            elif kind in (0x80, 0x90):
                self.sounding[data[0] & 15, data[1]] = 0
        self.output.sent.clear()
        self.sounding = +self.sounding

    def stop(self) -> int:
        """End; how many keys are still down."""
        self.controls.execute(Transport("stop"))
        self.empty()
        return len(self.sounding) + self.output.sounding


def _ignore(notice: Notice) -> None:
    del notice


def resident_mib() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def run(options: argparse.Namespace, slices: list[dict[str, float]]) -> dict[str, Any]:
    """Play slice by slice into ``slices``; the figures at the end."""
    stage = LongStage(options.model, options.seed)
    total = round(options.hours * 3600 / SLICE_S)
    with tqdm(total=total, unit="slice", disable=options.quiet) as bar:
        try:
            for number in range(1, total + 1):
                began_s, tokens, notes = time.thread_time(), stage.tokens, stage.notes
                stage.play(number * SLICE_S)
                stage.empty()
                busy_s = time.thread_time() - began_s
                gc.collect()
                slices.append(
                    {
                        "hour": round(number * SLICE_S / 3600, 3),
                        "mib": round(resident_mib(), 1),
                        "tokens_per_s": round((stage.tokens - tokens) / busy_s, 1),
                        "notes": stage.notes - notes,
                        "sounding": len(stage.sounding),
                        "in_ledger": stage.output.sounding,
                    }
                )
                if options.state:
                    options.state.write_text(json.dumps(slices))
                bar.update()
                bar.set_postfix(mib=slices[-1]["mib"], tokens_per_s=slices[-1]["tokens_per_s"])
        except KeyboardInterrupt:
            pass
    return figures_of(slices, stage, options.warm_up_hours)


def figures_of(
    slices: list[dict[str, float]], stage: LongStage, warm_up_hours: float
) -> dict[str, Any]:
    """What is printed."""
    changes, notes = stage.changes, stage.notes
    stuck = stage.stop()
    warm = [part for part in slices if part["hour"] > warm_up_hours] or slices[-1:]
    end = warm[-1]["hour"] if warm else 0.0
    first = [part for part in warm if part["hour"] <= warm[0]["hour"] + 1.0]
    last = [part for part in warm if part["hour"] > end - 1.0]

    def mean(parts: list[dict[str, float]], name: str) -> float:
        return sum(part[name] for part in parts) / max(len(parts), 1)

    memory = [mean(first[:3], "mib"), mean(last[-3:], "mib")]
    speed = [mean(first, "tokens_per_s"), mean(last, "tokens_per_s")]
    return {
        "hours": end,
        "notes": notes,
        "changes": changes,
        "memory_mib": [round(value, 1) for value in memory],
        "memory_growth": round(memory[1] / memory[0] - 1, 4),
        "tokens_per_s": [round(value, 1) for value in speed],
        "speed_drift": round(speed[1] / speed[0] - 1, 4),
        "stuck": stuck,
        "keys_and_ledger_differ": sum(p["sounding"] > p["in_ledger"] for p in slices),
        "underruns": stage.band.health.underruns,
        "dropped": stage.output.dropped,
    }


def lines_of(figures: dict[str, Any], hours: float) -> list[Line]:
    """What has to be reached."""
    zero = ("stuck", "keys_and_ledger_differ", "underruns", "dropped")
    return [
        at_least("hours", figures["hours"], round(hours, 3)),
        *(none_of(name, figures[name]) for name in zero),
        at_most("memory_growth", figures["memory_growth"], MEMORY_GROWTH),
        at_least("speed_drift", figures["speed_drift"], -SPEED_DRIFT),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, and compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.stage.long")
    parser.add_argument("--hours", type=float, default=24.0, help="of music")
    # What can be captured (254,000 rows of 21 bytes) is full by then.
    parser.add_argument("--warm-up-hours", type=float, default=3.5)
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="keep the figures of every slice here")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    figures = run(options, [])
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<24} {value}")
    lines = lines_of(figures, round(options.hours * 3600 / SLICE_S) * SLICE_S / 3600)
    return judge(lines, sys.stderr if options.json else sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
