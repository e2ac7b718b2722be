"""Whether a call is answered: ``python -m tests.stage.calls [--calls 8] [--bars 8]``.

A real daemon plays over a private JACK server with the default model. Before each call it plays as
many bars as the call has by itself: the control. Then ``/amt/call`` is sent; a JACK client plays a
phrase into the daemon's own input (triads on the first and third beat, a melody, moments off by as
much as hands are), in a key and a density of its own, unlike those of the control where chance will
have it; and the daemon answers. Where the music lies is read from the take.

Then come a few calls of three, four or no notes at all (``--sparse``): those are to be answered as
sparsely, in no key that so little tells; and what has no notes, as densely as the mood plays.

Printed of each call, for the answer and for the control: the share of the pitched sound that lies
in the key that was played, whether the key that it is in by its pitches is that key (or shares its
scale: its relative), and notes a beat as a ratio of those that were played. The exit code is 1
where the answers miss a limit.
"""

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from amt_live.analysis.measures import NOTE, key_scores
from amt_live.midi.jack_port import JackPort
from amt_live.midi.messages import note_off, note_on
from amt_live.midi.smf import SmfNote, notes_of, read
from amt_live.music.keys import SCALES, key_name
from amt_live.music.parts import DRUM_CHANNEL
from tests.stage.reaction import bar_lines
from tests.stage.real import Daemon, Talk, jack_server
from tests.stage.verdict import Line, at_least, at_most, judge, none_of

MOODS: Final = (
    "calm piano ballad", "swinging jazz trio", "dark film music with strings",
    "folk song on guitar", "funk with drums and bass", "gentle organ hymn",
)  # fmt: skip
DENSITIES: Final = (1.25, 2.5, 4.0, 6.0)
"""Notes a beat; all moods together play from about 1 to about 8."""

HANDS_S: Final = 0.012
"""The deviation of the moments at which hands press keys."""

FEW: Final = (3, 4, 0)
AHEAD_S: Final = 0.25
LIMITS: Final = {"same_scale": 0.6, "in_scale": 0.9, "density_within": 0.75}
"""Shares of the answers: in the key or its relative; of sound in its scale, on average; between
half and twice as dense as the call."""


@dataclass(frozen=True, slots=True)
class Press:
    """A note of a phrase, in beats from its beginning."""

    at_beats: float
    pitch: int
    velocity: int
    duration_beats: float


def phrase(key: int, notes_per_beat: float, beats: int, draw: random.Random) -> list[Press]:
    """Triads of common steps, and a melody that is as dense as is asked."""
    is_minor, tonic = divmod(key, 12)
    scale = [s for s in SCALES[is_minor] if not (is_minor and s == 11)]
    steps = draw.choice(((0, 3, 4, 0), (0, 5, 3, 4), (0, 3, 0, 4)))
    found = []
    for beat in range(0, beats, 2):
        root = steps[beat // 4 % 4] if beat + 2 < beats else 0
        chord = [scale[(root + up) % 7] + 12 * ((root + up) // 7) for up in (0, 2, 4)]
        size = 2 if notes_per_beat < 2 else 3
        found += [Press(beat, 48 + tonic % 12 + tone, 72, 1.9) for tone in chord[:size]]
    grid = 4 if notes_per_beat > 3 else 2
    wanted = max(round(notes_per_beat * beats) - len(found), 0)
    slots = list(range(beats * grid))
    degree = 7
    for slot in sorted(draw.sample(slots, min(wanted, len(slots)))):
        degree = min(max(degree + draw.choice((-2, -1, -1, 1, 1, 2)), 4), 16)
        pitch = 60 + tonic % 12 + scale[degree % 7] + 12 * (degree // 7 - 1)
        found.append(Press(slot / grid, pitch, 84, 0.9 / grid))
    for _ in range(max(wanted - len(slots), 0)):
        slot = draw.choice(slots)
        found.append(Press(slot / grid, 72 + tonic % 12 + draw.choice(scale), 70, 0.9 / grid))
    return sorted(found, key=lambda press: press.at_beats)


def few(key: int, count: int, beats: int, draw: random.Random) -> list[Press]:
    """So few notes, far from each other."""
    is_minor, tonic = divmod(key, 12)
    scale = [s for s in SCALES[is_minor] if not (is_minor and s == 11)]
    places = sorted(draw.sample(range(0, beats - 2), count))
    return [Press(at, 60 + tonic % 12 + draw.choice(scale), 80, 1.0) for at in places]


# What came of it.


def in_scale(notes: Sequence[SmfNote], key: int) -> float:
    """The share of the sound of pitched notes that lies in a key; nan without any."""
    minor, tonic = divmod(key, 12)
    scale = {(tonic + step) % 12 for step in SCALES[minor]}
    weights = [(note.pitch % 12 in scale, min(note.duration_ticks, 1920)) for note in notes]
    total = sum(weight for _, weight in weights)
    return sum(weight for is_in, weight in weights if is_in) / total if total else math.nan


def key_of(notes: Sequence[SmfNote]) -> int | None:
    """The key that pitched notes are most likely in."""
    rows = [(0, 2, n.pitch, n.velocity, max(n.duration_ticks // 40, 1)) for n in notes]
    return int(key_scores(np.array(rows, NOTE)).argmax()) if rows else None


def relative(key: int) -> int:
    """The key with the same notes."""
    return (key + 9) % 12 + 12 if key < 12 else (key - 12 + 3) % 12


def figures_of(notes: Sequence[SmfNote], beats: int, key: int, played: float) -> dict[str, Any]:
    """What is printed of an answer, or of a control; ``played`` notes a beat are 1 of its ratio."""
    pitched = [note for note in notes if note.channel != DRUM_CHANNEL]
    found = key_of(pitched)
    return {
        "key": None if found is None else key_name(found),
        "is_key": found == key,
        "same_scale": found in (key, relative(key)),
        "in_scale": round(in_scale(pitched, key), 3),
        "notes_per_beat": round(len(notes) / beats, 2),
        "density_ratio": round(len(notes) / beats / max(played, 0.01), 2),
    }


def summary_of(calls: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """Over all calls."""
    each = [call[name] for call in calls]
    ratios = [max(one["density_ratio"], 0.01) for one in each]
    off = [abs(math.log2(ratio)) for ratio in ratios]
    shares = [one["in_scale"] for one in each if not math.isnan(one["in_scale"])]
    return {
        "calls": len(each),
        "is_key": round(sum(one["is_key"] for one in each) / len(each), 3),
        "same_scale": round(sum(one["same_scale"] for one in each) / len(each), 3),
        "in_scale": round(statistics.fmean(shares), 3) if shares else 0.0,
        "density_ratio_median": round(statistics.median(ratios), 2),
        "density_octaves_off": round(statistics.fmean(off), 2),
        "density_within": round(sum(one <= 1 for one in off) / len(off), 3),
    }


def lines_of(calls: Sequence[dict[str, Any]], full: dict[str, Any] | None) -> list[Line]:
    """What has to be reached."""
    lines = []
    if full is not None:
        lines += [at_least(name, full[name], low) for name, low in LIMITS.items()]
    sparse = [call for call in calls if call["is_sparse"]]
    if sparse:
        ratios = [call["answer"]["density_ratio"] for call in sparse]
        lines.append(at_most("sparse: density_ratio", max(ratios), 2.0))
        lines.append(at_least("sparse: density_ratio", min(ratios), 0.5))
        told = sum(call["heard"][1] != "" for call in sparse)
        lines.append(none_of("sparse: keys told from a few notes", told))
    return lines


# The performance.


def _next_line(talk: Talk) -> tuple[int, float]:
    """The next bar line that is told: its bar, and when it was told."""
    talk.drain()
    found = talk.hear(lambda m: m.address == "/amt/beat" and m.atoms[1] == 1)
    if found is None:
        raise SystemExit("no beats are told")
    return int(found[0].atoms[0]), found[1]


def _call_from(talk: Talk, bars: int) -> tuple[int, float]:
    """Ask for a call: the bar in which it begins, and the moment."""
    talk.drain()
    talk.say("/amt/call", bars, "silent", "@bar")
    wanted = ("listening",)
    heard = talk.hear(lambda m: m.address == "/amt/call/state" and m.atoms[:1] == wanted)
    if heard is None:
        raise SystemExit("the call is not listened to")
    talk.say("/amt/beat")
    told = talk.hear(lambda m: m.address == "/amt/beat")
    if told is None:
        raise SystemExit("no beats are told")
    return int(told[0].atoms[0]), heard[1]


def _play(port: JackPort, notes: Sequence[Press], begin_s: float, beat_s: float, seed: int) -> None:
    draw = random.Random(seed)
    due: list[tuple[float, bytes]] = []
    for note in notes:
        at_s = begin_s + note.at_beats * beat_s + draw.gauss(0, HANDS_S)
        due.append((at_s, note_on(0, note.pitch, note.velocity)))
        due.append((at_s + note.duration_beats * beat_s, note_off(0, note.pitch)))
    for at_s, data in sorted(due):
        time.sleep(max(at_s - AHEAD_S - time.perf_counter(), 0))
        port.send(data, at_s)


def perform(options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """All calls; what was played, and where."""
    draw, beat_s = random.Random(options.seed), 60 / options.tempo
    take = folder / "take.mid"
    flags = ["--midi-api=jack", f"--model={options.model}", f"--tempo={options.tempo}"]
    flags += [f"--mood={MOODS[0]}", f"--seed={options.seed}", f"--record={take}"]
    flags += ["--midi-in=new", f"--controllers={folder / 'controllers.json'}"]
    told: list[dict[str, Any]] = []
    with ExitStack() as stack:
        daemon = Daemon(folder, *flags)
        stack.callback(daemon.close)
        talk = stack.enter_context(Talk(daemon.port))
        keys = JackPort("amt-stage-keys", "amt-live-in")
        stack.callback(keys.close)
        _next_line(talk)
        keys_left: list[int] = []
        total = options.calls + options.sparse
        for number in tqdm(range(total), unit="call", disable=options.quiet):
            talk.say("/amt/mood", MOODS[number % len(MOODS)], "@bar")
            _next_line(talk)
            begin, _ = _next_line(talk)
            for _ in range(options.bars):
                bar, at_s = _next_line(talk)
                talk.lease()
            del at_s
            keys_left = keys_left or draw.sample(range(24), 24)
            key, density = keys_left.pop(), DENSITIES[number % len(DENSITIES)]
            notes = phrase(key, density, 4 * options.bars, draw)
            if number >= options.calls:
                count = FEW[(number - options.calls) % len(FEW)]
                notes = few(key, count, 4 * options.bars, draw)
            first, begin_s = _call_from(talk, options.bars)
            _play(keys, notes, begin_s, beat_s, number)
            state = talk.hear(
                lambda m: m.address == "/amt/call/state" and m.atoms[0] == "answering"
            )
            ended = talk.hear(
                lambda m: m.address == "/amt/call/state" and m.atoms[0] == "idle", 120.0
            )
            if state is None or ended is None:
                raise SystemExit("the call was not answered")
            told.append(
                {
                    "mood": MOODS[number % len(MOODS)],
                    "is_sparse": number >= options.calls,
                    "key": key,
                    "played": len(notes) / (4 * options.bars),
                    "heard": state[0].atoms[3:6],
                    "control_bar": begin,
                    "control_end": bar,
                    "call_bar": first,
                }
            )
        talk.say("/amt/health")
        health = talk.hear(lambda m: m.address == "/amt/health")
        told[0]["underruns"] = None if health is None else health[0].atoms[3]
        talk.say("/amt/take/stop")
        talk.hear(lambda m: m.address == "/amt/done" and m.atoms[:1] == ("/amt/take/stop",))
    return told


def judged(told: Sequence[dict[str, Any]], take: Path, bars: int) -> list[dict[str, Any]]:
    """What is printed of each call."""
    song = read(take)
    notes = notes_of(song)
    last = max(note.start_ticks for note in notes)
    lines = bar_lines(song, last + 64 * 1920)

    def between(first: int, end: int) -> list[SmfNote]:
        low, high = lines[first - 1], lines[end - 1]
        return [note for note in notes if low <= note.start_ticks < high]

    found = []
    for call in told:
        first, key, played = call["call_bar"], call["key"], call["played"]
        answer = between(first + bars, first + 2 * bars)
        control = between(call["control_bar"], call["control_end"])
        beats = 4 * (call["control_end"] - call["control_bar"])
        # What has no notes is to be answered as the mood plays by itself.
        played_or_own = played or len(control) / beats
        found.append(
            {
                "mood": call["mood"],
                "is_sparse": call["is_sparse"],
                "key": key_name(key),
                "notes_per_beat": round(played, 2),
                "heard": call["heard"],
                "notes_while_listening": len(between(first, first + bars)),
                "answer": figures_of(answer, 4 * bars, key, played_or_own),
                "control": figures_of(control, beats, key, played_or_own),
            }
        )
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, and compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.stage.calls")
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--sparse", type=int, default=6, help="calls of few notes or none")
    parser.add_argument("--bars", type=int, default=8)
    parser.add_argument("--tempo", type=float, default=120.0)
    parser.add_argument("--period", type=int, default=256, help="frames a JACK period")
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for the take and logs")
    options = parser.parse_args(argv)
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        stack.enter_context(jack_server(f"amtcall{random.randrange(10**6)}", options.period))
        told = perform(options, folder)
        calls = judged(told, folder / "take.mid", options.bars)
    full = [call for call in calls if not call["is_sparse"]]
    summary = {name: summary_of(full, name) for name in ("answer", "control") if full}
    lines = lines_of(calls, summary.get("answer"))
    if options.json:
        print(json.dumps({"calls": calls, **summary}))
        return judge(lines, sys.stderr)
    for call in calls:
        print(f"{call['mood']}: {call['key']}, {call['notes_per_beat']} notes a beat;", end=" ")
        print(f"heard {' '.join(map(str, call['heard']))};", end=" ")
        print(f"{call['notes_while_listening']} own notes meanwhile")
        for name in ("answer", "control"):
            values = "  ".join(f"{key} {value}" for key, value in call[name].items())
            print(f"  {name:<8} {values}")
    for name, some in summary.items():
        print(f"{name:<8} " + "  ".join(f"{key} {value}" for key, value in some.items()))
    print(f"underruns {told[0]['underruns']}")
    return judge(lines)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
