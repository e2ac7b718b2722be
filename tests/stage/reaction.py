"""How fast the music turns: ``python -m tests.stage.reaction [--changes 200] [--bars 200]``.

A real daemon plays over a private JACK server; moods come over OSC; a JACK client writes down which
note-on is heard when. The take tells the rest: its markers stand at the tick from which a mood
holds, so the first note-on at or after one is the first that the new mood chose, and it is looked
up among what was heard. Every mood has words that the daemon has not read before.

Printed of ``@now``, each from the sending of the datagram: ``to_turn_ms`` to the moment from which
the new mood governs the music (reading the words, going back, decoding again in time: what the
program is answerable for), ``to_note_ms`` to the note-on at the ear, ``wait_ms`` between the two
(the rest up to the next onset, and the way to the ear). Printed of ``@bar``: the share of moods
sent at least 120 ms before a bar line that hold from that line on. Exit code 1 where a limit is
missed.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from amt_live.midi.smf import SmfNote, Song, notes_of, read
from amt_live.osc.codec import Message
from tests.midi.listener import Listener, is_on
from tests.stage.real import Daemon, Talk, jack_server, spread
from tests.stage.verdict import Line, at_least, at_most, judge

ARRIVES_MS: Final = 120.0
"""A mood that comes so long before a bar line has to hold from that line on."""

LIMITS: Final = {"now_p50_ms": 50.0, "now_p99_ms": 120.0}
BAR_SHARE: Final = 0.99
MATCH_S: Final = 0.1
"""How far a note may be heard from where the take puts it."""

_HOW: Final = (
    "calm", "wild", "dark", "bright", "gentle", "restless", "slow", "hectic", "tender", "proud",
    "sleepy", "angry", "playful", "solemn", "dreamy", "cold", "warm", "lonely", "festive", "tense",
)  # fmt: skip
_WHAT: Final = (
    "piano ballad", "metal", "bossa nova with flute", "jazz trio", "church organ hymn", "techno",
    "string quartet", "funk with brass", "folk song on guitar", "film music", "blues", "reggae",
    "march", "lullaby", "boss fight", "rain on a roof", "night train", "street fair",
    "desert road", "first snow", "old harbour", "summer evening",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """A mood as it was sent."""

    text: str
    when: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A mood as it came: its tick in the take, that tick's moment, the first note heard."""

    sent: Sent
    at_ticks: int
    turn_s: float
    heard_s: float | None


def texts(seed: int) -> Iterator[str]:
    """Moods, none of them twice."""
    pairs = [f"{how} {what}" for how, what in product(_HOW, _WHAT)]
    random.Random(seed).shuffle(pairs)
    yield from pairs
    for number in range(10**6):
        yield f"{pairs[number % len(pairs)]} take {number + 2}"


def _change(talk: Talk, sent: Sent) -> bool:
    """Wait until the band says that a mood has taken effect."""
    heard = talk.hear(lambda m: m.address == "/amt/mood/applied" and m.atoms[1] == sent.text, 10.0)
    talk.lease()
    return heard is not None


def perform(talk: Talk, options: argparse.Namespace, bar: "tqdm[Any]") -> list[Sent]:
    """Send all moods, each after the one before took effect and some music was played."""
    draw = random.Random(options.seed)
    words = texts(options.seed)
    done = []
    for when in ["@now"] * options.changes + ["@bar"] * options.bars:
        bar.set_description(when)
        if when == "@now":
            time.sleep(draw.uniform(0.4, 1.2))
        else:
            _wait_before_line(talk, draw, 60 / options.tempo)
        text = next(words)
        talk.drain()
        done.append(Sent(text, when, talk.say("/amt/mood", text, when)))
        if not _change(talk, done[-1]):
            raise SystemExit(f"the mood '{text}' was never applied")
        bar.update()
    return done


def _wait_before_line(talk: Talk, draw: random.Random, beat_s: float) -> None:
    """Up to a moment from 500 to 100 ms before a bar line, where it is hardest."""

    def is_last(message: Message) -> bool:
        return message.address == "/amt/beat" and message.atoms[1] == 4

    talk.drain()
    found = talk.hear(is_last)
    if found is None:
        raise SystemExit("no beats are told")
    lead_s = min(draw.uniform(ARRIVES_MS / 1000 - 0.02, 0.5), beat_s)
    time.sleep(max(found[1] + beat_s - lead_s - time.perf_counter(), 0))


# What came of it.


def offset_of(song: Song, heard: Sequence[tuple[float, bytes]]) -> float:
    """The moment of the take's beginning: that on which most of what was heard agrees."""
    at: dict[tuple[int, int, int], list[float]] = {}
    for note in notes_of(song):
        at.setdefault(_key(note), []).append(song.seconds_at(note.start_ticks))
    votes: Counter[int] = Counter()
    for heard_s, data in heard[:: max(1, len(heard) // 400)]:
        for at_s in at.get((data[0] & 15, data[1], data[2]), ()):
            votes[round((heard_s - at_s) * 100)] += 1
    (near, _), *_ = votes.most_common(1)
    close = [
        heard_s - at_s
        for heard_s, data in heard
        for at_s in at.get((data[0] & 15, data[1], data[2]), ())
        if abs(heard_s - at_s - near / 100) < 0.02
    ]
    return sorted(close)[len(close) // 2]


def _key(note: SmfNote) -> tuple[int, int, int]:
    return note.channel, note.pitch, note.velocity


def turns_of(
    song: Song, sent: Sequence[Sent], heard: Sequence[tuple[float, bytes]], begin_s: float
) -> list[Turn]:
    """Where each mood holds from, and when its first note was heard."""
    notes = sorted(notes_of(song), key=lambda note: note.start_ticks)
    starts = [note.start_ticks for note in notes]
    markers = {marker.text: marker.at_ticks for marker in song.markers}
    moments = [at_s for at_s, _ in heard]
    found = []
    for mood in sent:
        if mood.text not in markers:
            continue
        ticks = markers[mood.text]
        turn_s = begin_s + song.seconds_at(ticks)
        heard_s = None
        index = bisect_left(starts, ticks)
        if index < len(notes):
            first = starts[index]
            due_s = begin_s + song.seconds_at(first)
            keys = {_key(note) for note in notes[index : index + 40] if note.start_ticks == first}
            near = range(
                bisect_left(moments, due_s - MATCH_S), bisect_left(moments, due_s + MATCH_S)
            )
            close = [
                moments[at]
                for at in near
                if (heard[at][1][0] & 15, heard[at][1][1], heard[at][1][2]) in keys
            ]
            heard_s = min(close, key=lambda at_s: abs(at_s - due_s), default=None)
        found.append(Turn(mood, ticks, turn_s, heard_s))
    return found


def bar_lines(song: Song, until_ticks: int) -> list[int]:
    """The tick of every bar line, from the meters."""
    lines, tick = [], 0
    meters = list(song.meters)
    length = 4 * song.ticks_per_quarter
    while tick <= until_ticks:
        while meters and meters[0].at_ticks <= tick:
            meter = meters.pop(0)
            length = meter.numerator * 4 * song.ticks_per_quarter // meter.denominator
        lines.append(tick)
        tick += length
        if meters and tick > meters[0].at_ticks:
            tick = meters[0].at_ticks
    return lines


def figures_of(song: Song, turns: Sequence[Turn], begin_s: float) -> dict[str, Any]:
    """What is printed of one backend."""
    figures: dict[str, Any] = {}
    now = [turn for turn in turns if turn.sent.when == "@now"]
    if now:
        heard = [turn for turn in now if turn.heard_s is not None]
        to_turn = [1000 * (t.turn_s - t.sent.at_s) for t in now]
        to_note = [1000 * (t.heard_s - t.sent.at_s) for t in heard if t.heard_s is not None]
        wait = [1000 * (t.heard_s - t.turn_s) for t in heard if t.heard_s is not None]
        figures["now"] = {
            "moods": len(now),
            "heard": len(heard),
            "to_turn_ms": spread(to_turn),
            "to_note_ms": spread(to_note),
            "wait_ms": spread(wait),
        }
    bars = [turn for turn in turns if turn.sent.when == "@bar"]
    if bars:
        lines = bar_lines(song, max(turn.at_ticks for turn in bars))
        moments = [begin_s + song.seconds_at(line) for line in lines]
        early = late = met = 0
        missed_ms = []
        for turn in bars:
            index = bisect_left(moments, turn.sent.at_s)
            if index >= len(lines):
                continue
            lead_ms = 1000 * (moments[index] - turn.sent.at_s)
            if lead_ms < ARRIVES_MS:
                late += 1
                continue
            early += 1
            if turn.at_ticks == lines[index]:
                met += 1
            else:
                missed_ms.append(round(lead_ms))
        figures["bar"] = {
            "in_time": early,
            "applied_at_that_line": met,
            "share": round(met / early, 4) if early else None,
            "missed_leads_ms": missed_ms,
            "sent_too_late": late,
        }
    return figures


def measure(
    api: str, options: argparse.Namespace, folder: Path, bar: "tqdm[Any]"
) -> dict[str, Any]:
    """One daemon on one backend."""
    take = folder / "take.mid"
    flags = [f"--midi-api={api}", f"--model={options.model}", f"--tempo={options.tempo}"]
    flags += ["--mood=funk with drums", f"--seed={options.seed}", f"--record={take}"]
    with ExitStack() as stack:
        daemon = Daemon(folder, *flags)
        stack.callback(daemon.close)
        ear = Listener(f"ear-{api}", "amt-live")
        stack.callback(ear.close)
        talk = stack.enter_context(Talk(daemon.port))
        if talk.hear(lambda m: m.address == "/amt/beat" and m.atoms[0] >= 2) is None:
            raise SystemExit("the daemon does not play")
        sent = perform(talk, options, bar)
        time.sleep(1.0)
        talk.say("/amt/health")
        health = talk.hear(lambda m: m.address == "/amt/health")
        talk.say("/amt/take/stop")
        talk.hear(lambda m: m.address == "/amt/done" and m.atoms[:1] == ("/amt/take/stop",))
        heard = [(at_s, data) for at_s, data in ear.heard if is_on(data) and data[2]]
    song = read(take)
    begin_s = offset_of(song, heard)
    figures = figures_of(song, turns_of(song, sent, heard, begin_s), begin_s)
    values = health[0].atoms if health else ()
    figures["health"] = {
        "tokens_per_s": round(float(values[1])) if values else None,
        "lateness_p99_ms": values[2] if values else None,
        "underruns": values[3] if values else None,
        "dropped": values[4] if values else None,
        "rights": values[9] if values else None,
    }
    return figures


def lines_of(api: str, figures: dict[str, Any]) -> list[Line]:
    """What one backend has to reach."""
    lines = []
    if now := figures.get("now"):
        for name in ("p50", "p99"):
            limit = LIMITS[f"now_{name}_ms"]
            lines.append(at_most(f"{api}: @now to_note_ms {name}", now["to_note_ms"][name], limit))
    if bars := figures.get("bar"):
        lines.append(at_least(f"{api}: @bar share", bars["share"], BAR_SHARE))
    return lines


def _print(api: str, figures: dict[str, Any]) -> None:
    print(api)
    for group, values in figures.items():
        for name, value in values.items():
            shown = value
            if isinstance(value, dict):
                shown = "  ".join(f"{key} {number:g}" for key, number in value.items())
            print(f"  {group:<7} {name:<22} {shown}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print, and compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.stage.reaction")
    parser.add_argument("--changes", type=int, default=200, help="moods @now")
    parser.add_argument("--bars", type=int, default=200, help="moods @bar")
    parser.add_argument("--apis", nargs="+", default=["jack", "jack-rtmidi"])
    parser.add_argument("--tempo", type=float, default=120.0)
    parser.add_argument("--period", type=int, default=128, help="frames a JACK period")
    parser.add_argument("--model", default="default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for takes and logs")
    options = parser.parse_args(argv)
    results: dict[str, Any] = {}
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(jack_server(f"amtreact{random.randrange(10**6)}", options.period))
        total = (options.changes + options.bars) * len(options.apis)
        bar = stack.enter_context(tqdm(total=total, unit="mood", disable=options.quiet))
        for api in options.apis:
            place = folder / api
            place.mkdir(parents=True, exist_ok=True)
            results[api] = measure(api, options, place, bar)
    if options.json:
        print(json.dumps(results))
    else:
        for api, figures in results.items():
            _print(api, figures)
    lines = [line for api, figures in results.items() for line in lines_of(api, figures)]
    return judge(lines, sys.stderr if options.json else sys.stdout)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
