"""A set list and rules that go wrong on stage: ``python -m tests.stage.setlist [--edits 200]``.

A real daemon plays over a private JACK server and follows both files; a JACK client hears what
comes. The set list is saved again and again, a third of the times with an error in it; then the
rules loop, raise, import heavy things and lean on the logits, well and badly.

Printed: whether every error named its line and its column, whether every good edit that was waited
for came at its bar line, and of each spell the underruns, the player's lateness (median of its p99)
and the longest time without a note-on, beside a calm spell of the same daemon. Exit code 1 where an
error was not named, an edit did not come at a bar line, or the music stopped.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from tqdm import tqdm

from amt_live.osc.codec import Message
from tests.livecode.test_live import BROKEN
from tests.stage.kills import Ear
from tests.stage.real import Daemon, Talk, jack_server, percentile

TEMPO: Final = 120
STOPPED_S: Final = 8.0
"""So long without a note-on, four bars, and the music has stopped."""

HEAD: Final = "from amt_live.livecode import every_bar, logits\n\n"
GOOD: Final = (
    HEAD + '@every_bar\ndef f(band):\n    band(f"density {band.bar % 5 / 10 + 0.3:.1f}")\n'
)
LEANS: Final = "\n@logits\ndef blue(ahead):\n    ahead.pitch_class['C'] += 2\n"
RULES: Final = {
    "rules that are good": (GOOD, None),
    "@every_bar that loops": (GOOD + "\n@every_bar\ndef g(band):\n    while True: pass\n", 9),
    "@every_bar that raises": (GOOD + "\n@every_bar\ndef g(band):\n    1 / 0\n", 9),
    "an import of numpy, onnxruntime": (GOOD + "\nimport numpy, onnxruntime\n", None),
    "@logits that is good": (GOOD + LEANS, None),
    "@logits that loops": (GOOD + LEANS + "    while True: pass\n", 10),
    "@logits that raises": (GOOD + LEANS + "    ahead.part['tuba']\n", 10),
    "@logits that gives rubbish": (GOOD + LEANS + "    return 'la'\n", 7),
}


@dataclass(frozen=True, slots=True)
class Spell:
    """What was measured while something went on."""

    what: str
    duration_s: float
    underruns: int
    dropped: int
    late_p99_ms: float
    longest_rest_s: float


class Stage:
    """The daemon, what it pushes, what is heard of it."""

    def __init__(self, folder: Path, options: argparse.Namespace, ear: Ear) -> None:
        self.set_list, self.rules = folder / "set.amt", folder / "rules.py"
        self.set_list.write_text("mood calm piano ballad\n")
        self.rules.write_text("")
        words = [f"--model={options.model}", "--midi-api=jack", f"--tempo={TEMPO}", "--seed=3"]
        words += [f"--set={self.set_list}", f"--rules={self.rules}", "--discovery=off"]
        self.daemon = Daemon(folder, *words)
        self.talk = Talk(self.daemon.port)
        self._ear = ear
        self._pushed: list[Message] = []

    def wait(self, wanted: Callable[[Message], bool], timeout_s: float) -> Message | None:
        """The next message for which ``wanted`` holds; all that come are kept."""

        def keep(message: Message) -> bool:
            self._pushed.append(message)
            return wanted(message)

        self.talk.lease()
        found = self.talk.hear(keep, timeout_s)
        return None if found is None else found[0]

    def verdict(self, file: str) -> Message:
        """The next report about a file."""
        address = f"/amt/{file}/state"
        found = self.wait(lambda message: message.address == address, 60)
        if found is None:
            raise SystemExit(f"nothing was said of the {file}")
        return found

    def spell(self, what: str, during: Callable[[], object]) -> Spell:
        """Measure while something goes on."""
        self._pushed.clear()
        began_s, before = time.perf_counter(), self._health()
        during()
        after = self._health()
        ended_s = time.perf_counter()
        heard = [t for t, d in self._ear.heard if t > began_s and d[0] & 0xF0 == 0x90 and d[2]]
        moments = [began_s, *heard, ended_s]
        rests = [later - sooner for sooner, later in pairwise(moments)]
        late = [float(m.atoms[2]) for m in self._pushed if m.address == "/amt/health"]
        counts = [int(after[at]) - int(before[at]) for at in (3, 4)]
        return Spell(what, ended_s - began_s, *counts, percentile(late, 0.5), max(rests))

    def _health(self) -> tuple[float, ...]:
        found = self.wait(lambda message: message.address == "/amt/health", 30)
        if found is None:
            raise SystemExit("the band tells nothing of its health")
        return tuple(float(atom) for atom in found.atoms[:5])


def edit(rng: random.Random, number: int) -> tuple[str, tuple[int, int] | None]:
    """A text of the set list; of a broken one the line and the column."""
    lines = [f"mood edit {number}", f"tempo {TEMPO - 5 + number % 11}"]
    lines += [f"density {(3 + number % 7) / 10}", "every 4 level bass [90, 100]"]
    if number % 3:
        return "\n".join(lines) + "\n", None
    line, column, _ = rng.choice(BROKEN)
    place = rng.randrange(len(lines) + 1)
    lines.insert(place, line)
    return "\n".join(lines) + "\n", (place + 1, column)


@dataclass(slots=True)
class Edits:
    """What became of the edits."""

    good: int = 0
    broken: int = 0
    named: int = 0
    waited: int = 0
    at_their_line: int = 0


def edits(stage: Stage, options: argparse.Namespace, bar: "tqdm[None]") -> Edits:
    """Save the set list so often."""
    rng, seen = random.Random(options.seed), Edits()
    for number in range(1, options.edits + 1):
        text, error = edit(rng, number)
        if number % 2:
            stage.set_list.write_text(text)
        else:
            fresh = stage.set_list.with_name("fresh")
            fresh.write_text(text)
            fresh.replace(stage.set_list)
        said = stage.verdict("set").atoms
        bar.update()
        if error is not None:
            seen.broken += 1
            seen.named += (said[1], said[2], said[4]) == (*error, 1)
            continue
        seen.good += said[4] == 0
        if number % 10 < 2:
            wanted = f"edit {number}"
            seen.waited += 1
            came = stage.wait(
                lambda m, wanted=wanted: m.address == "/amt/mood/applied" and m.atoms[1] == wanted,  # type: ignore[misc]
                30,
            )
            seen.at_their_line += came is not None and came.atoms[3] == 1.0
    return seen


def rules(stage: Stage, text: str, line: int | None, spell_s: float) -> bool:
    """Save rules, and let them do what they do; whether the line was named."""
    stage.rules.write_text(text)
    until_s = time.perf_counter() + spell_s
    is_named = line is None
    while (left_s := until_s - time.perf_counter()) > 0:
        said = stage.wait(lambda m: m.address == "/amt/rules/state", left_s)
        if said is not None and said.atoms[4] == 1:
            is_named = is_named or said.atoms[1] == line
    return is_named


def run(options: argparse.Namespace, folder: Path) -> bool:
    """Measure, print, judge."""
    with ExitStack() as stack:
        stack.enter_context(jack_server(f"amtset{os.getpid()}", options.period))
        ear = Ear()
        stack.callback(ear.close)
        stage = Stage(folder, options, ear)
        stack.callback(lambda: stage.daemon.close())
        stack.enter_context(stage.talk)
        stage.wait(lambda message: message.address == "/amt/note", 60)
        total = options.edits + len(RULES)
        bar = stack.enter_context(tqdm(total=total, disable=options.quiet))

        def calm() -> None:
            stage.wait(lambda message: False, options.spell)

        spells = [stage.spell("calm", calm)]
        seen = Edits()

        def all_edits() -> None:
            nonlocal seen
            seen = edits(stage, options, bar)

        spells.append(stage.spell(f"{options.edits} edits", all_edits))
        unnamed = []
        for what, (text, line) in RULES.items():
            named: list[bool] = []

            def play(text: str = text, line: int | None = line, named: list[bool] = named) -> None:
                named.append(rules(stage, text, line, options.spell))

            spells.append(stage.spell(what, play))
            unnamed += [] if named[0] else [what]
            bar.update()
    return report(spells, seen, unnamed, options)


def report(
    spells: list[Spell], seen: Edits, unnamed: list[str], options: argparse.Namespace
) -> bool:
    """Print what was measured; whether it is as it should be."""
    if options.json:
        figures = {"edits": asdict(seen), "unnamed": unnamed, "spells": [asdict(s) for s in spells]}
        print(json.dumps(figures))
    else:
        print(f"{seen.good} good edits; of {seen.waited} that were waited for "
              f"{seen.at_their_line} came at a bar line")  # fmt: skip
        print(f"{seen.broken} broken ones, {seen.named} with their line and column")
        print(f"rules whose line was not named: {', '.join(unnamed) or 'none'}")
        print(f"{'while':34} {'s':>6} {'underruns':>9} {'dropped':>7} {'p99 late':>9} {'rest':>7}")
        for s in spells:
            print(f"{s.what:34} {s.duration_s:6.0f} {s.underruns:9} {s.dropped:7} "
                  f"{s.late_p99_ms:6.2f} ms {s.longest_rest_s:5.2f} s")  # fmt: skip
    good = seen.named == seen.broken and seen.at_their_line == seen.waited and not unnamed
    good = good and seen.good + seen.broken == options.edits
    good = good and all(s.longest_rest_s < STOPPED_S for s in spells)
    print("good" if good else "NOT good", file=sys.stderr)
    return good


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--spell", type=float, default=20.0, help="seconds of each rules file")
    parser.add_argument("--model", default="default")
    parser.add_argument("--period", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        return 0 if run(options, Path(name)) else 1


if __name__ == "__main__":
    sys.exit(main())
