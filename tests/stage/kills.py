"""Killed at random moments: ``python -m tests.stage.kills [--kills 300] [--share-daemon 0.5]``.

A real daemon plays and records over a private JACK server; now and then the player or the daemon
gets ``kill -9``. A JACK client hears everything, and follows what sounds: note-ons and note-offs,
all-sound-off, all-notes-off. Checked of every kill: every note that sounded is ended within 250 ms;
the music goes on (after a killed player by itself; a killed daemon is started again here); every
take opens; and of what was heard at most the last second before the kill is missing from the take.

Interrupting it (Ctrl-C) prints what was measured so far; ``--state FILE`` keeps the figures there
and goes on from them. Exit code 1 where a limit is missed.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from amt_live.errors import AmtError
from amt_live.midi.journal import leftovers
from amt_live.midi.recover import recover_apart
from amt_live.midi.smf import notes_of, read
from tests.stage.real import Daemon, jack_server, spread
from tests.stage.verdict import Line, at_least, at_most, judge, none_of

LIMITS: Final = {"ended_ms": 250.0, "lost_s": 1.0}
SETTLE_S: Final = 1.5
"""So long after a kill is listened for what still sounds."""

EAR: Final = Path(__file__).with_name("ear.py")

Heard = tuple[float, bytes]


class Ear:
    """Hears every player that comes, one after the other, for as long as it lives."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._process = subprocess.Popen(
            [sys.executable, str(EAR), "stage-ear", "amt-live"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        while (line := self._process.stdout.readline()) != b"listening\n":
            if not line:
                raise SystemExit("the ear ended")
        self._thread = threading.Thread(target=self._hear)
        self._thread.start()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            at_s, data = line.split()
            self.heard.append((float(at_s), bytes.fromhex(data.decode())))

    def notes_since(self, at_s: float) -> int:
        """How many note-ons were heard since a moment."""
        return sum(t >= at_s and d[0] & 0xF0 == 0x90 and d[2] > 0 for t, d in self.heard[-500:])

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._thread.join()
        self._process.stdout.close()


def ended_ms(heard: Sequence[Heard], killed_s: float) -> tuple[int, float | None]:
    """How many notes sounded at a kill, and how long after it the last of them ended (None: not).

    What began after it is the business of the next player.
    """
    sounding: dict[tuple[int, int], float] = {}
    last_s = killed_s
    count = -1
    for at_s, data in heard:
        if at_s > killed_s and count < 0:
            count = len(sounding)
        kind, channel = data[0] & 0xF0, data[0] & 15
        ended: list[tuple[int, int]] = []
        if kind == 0x90 and data[2]:
            if count < 0:
                sounding[channel, data[1]] = at_s
        elif kind in (0x80, 0x90):
            ended = [(channel, data[1])]
        elif kind == 0xB0 and data[1] in (120, 123):
            ended = [key for key in sounding if key[0] == channel]
        for key in ended:
            if sounding.pop(key, None) is not None and count >= 0:
                last_s = at_s
        if count >= 0 and not sounding:
            break
    count = max(count, 0)
    return count, None if sounding and count else 1000 * (last_s - killed_s)


def lost_s(heard: Sequence[Heard], killed_s: float, began_s: float, take: Path) -> float:
    """How much of what was heard before a kill is missing at the end of the take: seconds.

    The last notes of the take are looked up among what was heard.
    """
    taken = Counter((n.channel, n.pitch, n.velocity) for n in notes_of(read(take)))
    ons = [
        (at_s, (data[0] & 15, data[1], data[2]))
        for at_s, data in heard
        if began_s <= at_s <= killed_s and data[0] & 0xF0 == 0x90 and data[2]
    ]
    for at_s, key in ons:
        if not taken[key]:
            return killed_s - at_s
        taken[key] -= 1
    return 0.0


class Stage:
    """What is killed, and brought back."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self._folder = folder
        self._options = options
        self._runs = 0
        self.daemon = self._start()

    def _start(self) -> Daemon:
        self._runs += 1
        self.began_s = time.perf_counter()
        self.take = self._folder / f"take {self._runs}.mid"
        words = [f"--midi-api={self._options.api}", f"--model={self._options.model}"]
        words += ["--tempo=150", "--mood=fast aggressive metal", f"--record={self.take}"]
        return Daemon(self._folder, *words, "--seed=3")

    def restart(self) -> None:
        """Start the daemon again after it was killed."""
        self.daemon.close()
        self.daemon = self._start()

    def player(self) -> int | None:
        """The player that plays: the one that holds the port, not the one on standby."""
        for pid in self.daemon.players():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"amt_live.midi.player" in words and pid not in self.standbys():
                return pid
        return None

    def standbys(self) -> list[int]:
        """Players that wait: all but the first of them that was started."""
        found = []
        for pid in self.daemon.players():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                # A standby blocks in its main thread on stdin and has opened nothing: no JACK.
                maps = Path(f"/proc/{pid}/maps").read_text()
            except OSError:
                continue
            if b"--standby" in words and "/jack_" not in maps and "jack-" not in maps:
                found.append(pid)
        return found


def _takes(folder: Path) -> tuple[int, list[str]]:
    """Finish what is unfinished; how many takes there are, and those that do not open."""
    rest = leftovers(folder)
    if rest:
        recover_apart(rest, lambda path: None).join()
    bad = []
    takes = sorted(folder.glob("*.mid"))
    for take in takes:
        try:
            read(take)
        except AmtError as error:
            bad.append(f"{take.name}: {error}")
    return len(takes), bad


def run(options: argparse.Namespace, folder: Path, figures: dict[str, Any]) -> None:
    """Kill so often, and add to the figures."""
    draw = random.Random(options.seed + len(figures["kills"]))
    with ExitStack() as stack:
        name = f"amtkills{os.getpid()}"
        stack.enter_context(jack_server(name, options.period, synchronous=False))
        ear = Ear()
        stack.callback(ear.close)
        stage = Stage(folder, options)
        stack.callback(lambda: stage.daemon.close())
        bar = stack.enter_context(
            tqdm(total=options.kills, initial=len(figures["kills"]), disable=options.quiet)
        )
        while len(figures["kills"]) < options.kills:
            figures["kills"].append(_kill(stage, ear, draw, options))
            bar.update()
            bar.set_postfix(worst_ms=max((k["ended_ms"] or 0) for k in figures["kills"]))
            if options.state:
                options.state.write_text(json.dumps(figures))
            del ear.heard[:-20_000]
    figures["takes"], figures["bad_takes"] = _takes(folder)


def _await_music(ear: Ear, since_s: float) -> bool:
    until_s = time.perf_counter() + 30
    while time.perf_counter() < until_s:
        if ear.notes_since(since_s) >= 4:
            return True
        time.sleep(0.02)
    return False


def _kill(
    stage: Stage, ear: Ear, draw: random.Random, options: argparse.Namespace
) -> dict[str, Any]:
    """One kill: of whom, how many notes sounded, when they had ended, what was lost."""
    began_s = time.perf_counter()
    if not _await_music(ear, began_s):
        raise SystemExit("the music does not go on")
    time.sleep(draw.uniform(0.2, 2.0))
    whom = "daemon" if draw.random() < options.share_daemon else "player"
    before = set(stage.take.parent.glob("*.mid"))
    pid = stage.daemon.process.pid if whom == "daemon" else stage.player()
    if pid is None:
        raise SystemExit("there is no player")
    took_from_s = stage.began_s
    killed_s = time.perf_counter()
    os.kill(pid, signal.SIGKILL)
    time.sleep(SETTLE_S)
    heard = list(ear.heard)
    count, ms = ended_ms(heard, killed_s)
    kill: dict[str, Any] = {"whom": whom, "sounding": count, "ended_ms": ms}
    if whom == "daemon":
        stage.restart()
    stage.began_s = killed_s
    kill["back"] = _await_music(ear, time.perf_counter())
    kill["lost_s"] = _lost(stage, before, heard, killed_s, took_from_s)
    return kill


def _lost(
    stage: Stage, before: set[Path], heard: list[Heard], killed_s: float, began_s: float
) -> float | None:
    """Of the take that was cut short by the kill."""
    until_s = time.perf_counter() + 20
    while time.perf_counter() < until_s:
        new = sorted(set(stage.take.parent.glob("*.mid")) - before, key=lambda p: p.stat().st_mtime)
        for take in new:
            try:
                return lost_s(heard, killed_s, began_s + 1.0, take)
            except AmtError:
                continue
        time.sleep(0.1)
    return None


def summary(figures: dict[str, Any]) -> dict[str, Any]:
    """What is printed."""
    kills = figures["kills"]
    result: dict[str, Any] = {"kills": len(kills)}
    for whom in ("player", "daemon"):
        some = [kill for kill in kills if kill["whom"] == whom]
        ended = [kill["ended_ms"] for kill in some if kill["ended_ms"] is not None]
        result[whom] = {
            "kills": len(some),
            "notes_sounding": sum(kill["sounding"] for kill in some),
            "stuck": sum(kill["ended_ms"] is None for kill in some),
            "ended_ms": spread(ended),
            "over_250_ms": sum(ms > LIMITS["ended_ms"] for ms in ended),
            "lost_s_max": round(max((k["lost_s"] or 0.0 for k in some), default=0.0), 3),
            "takes_missing": sum(kill["lost_s"] is None for kill in some),
            "did_not_come_back": sum(not kill["back"] for kill in some),
        }
    result["takes"] = figures.get("takes")
    result["bad_takes"] = figures.get("bad_takes")
    return result


def lines_of(result: dict[str, Any], kills: int) -> list[Line]:
    """What has to be reached."""
    lines = [at_least("kills", result["kills"], kills)]
    for whom in ("player", "daemon"):
        some = result[whom]
        if some["kills"]:
            zero = ("stuck", "over_250_ms", "takes_missing", "did_not_come_back")
            lines += [none_of(f"{whom}: {name}", some[name]) for name in zero]
            lines.append(at_most(f"{whom}: lost_s_max", some["lost_s_max"], LIMITS["lost_s"]))
    bad = result["bad_takes"]
    return [*lines, none_of("takes that do not open", None if bad is None else len(bad))]


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, and compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.stage.kills")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--share-daemon", type=float, default=0.5, help="of the kills")
    parser.add_argument("--api", default="jack", choices=["jack", "jack-rtmidi"])
    parser.add_argument("--period", type=int, default=256, help="frames a JACK period")
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="keep the figures here, and go on from them")
    parser.add_argument("--keep", type=Path, help="folder for takes and logs")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    figures: dict[str, Any] = {"kills": []}
    if options.state and options.state.exists():
        figures = json.loads(options.state.read_text())
    interrupted = False
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            run(options, folder, figures)
        except KeyboardInterrupt:
            interrupted = True
    result = summary(figures)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:<10} {value}")
    lines = lines_of(result, options.kills)
    code = judge(lines, sys.stderr if options.json else sys.stdout)
    return 130 if interrupted else code


if __name__ == "__main__":
    sys.exit(main())
