"""How fast and how punctual this machine plays, measured with the real parts: in seconds.

``measure_speed`` plays a few beats of the densest music offline, which tells how many tokens a note
and a beat take, and then times single steps with pauses between them, as when a band plays.
``measure_timing`` has the real player send notes into nothing and asks how late they went out.

    tokens a second   = 1000 / (guided step at 512 positions, paced + one draw), in ms
    tokens a beat (L) = tokens a bar that are no notes / beats + notes a beat (L) * tokens a note
    notes a beat (L)  = where level L of the vocabulary ends; of the last level, what was played
    safe bpm (L)      = 60 * tokens a second / (HEADROOM * tokens a beat (L))
"""

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from amt_live.control.commands import SetKnob
from amt_live.engine.model import Model
from amt_live.inference.bench import sampling_ms, step_ms
from amt_live.inference.decoder import Decoder
from amt_live.midi.output import PlayerReport, Timing
from amt_live.midi.player_process import PlayerProcess
from amt_live.music.events import Note
from amt_live.music.timeline import MAX_BPM, MIN_BPM, Timeline
from amt_live.offline import Request, Stage
from amt_live.tokens.vocabulary import DENSITY_EDGES

HEADROOM: Final = 1.5
"""What is decoded twice because a mood changes, and what else the machine does meanwhile."""

DENSE_MOOD: Final = "fast aggressive metal"
BARS: Final = 2
BEATS_A_BAR: Final = 4
HEAD_TOKENS: Final = 4
"""Tokens of a bar that are no notes: bar line, mood, key, density."""

POSITIONS: Final = 512
STEPS: Final = 60
STEPS_S: Final = 1.5
"""Steps are measured for no longer than this."""

NOTES: Final = 200
NOTE_EVERY_S: Final = 0.01
TIMING_TIMEOUT_S: Final = 3.0
BPM_STEP: Final = 5


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured; times in milliseconds, ``notes_per_beat`` of the densest level."""

    step_ms: float
    draw_ms: float
    tokens_per_note: float
    notes_per_beat: float

    @property
    def tokens_per_s(self) -> float:
        """Guided, at 512 positions, with pauses."""
        return 1000 / (self.step_ms + self.draw_ms)

    @property
    def ms_per_note(self) -> float:
        """What one note of the band costs."""
        return self.tokens_per_note * (self.step_ms + self.draw_ms)

    def tokens_per_beat(self, density: int) -> float:
        """At a density level counted from 1 (sparse) to 8 (full)."""
        edges = (*DENSITY_EDGES, max(DENSITY_EDGES[-1], self.notes_per_beat))
        return HEAD_TOKENS / BEATS_A_BAR + edges[density - 1] * self.tokens_per_note

    def safe_bpm(self, density: int) -> int:
        """The fastest tempo that is safe at a density; 0 where none is."""
        bpm = 60 * self.tokens_per_s / (HEADROOM * self.tokens_per_beat(density))
        return 0 if bpm < MIN_BPM else int(min(bpm, MAX_BPM) // BPM_STEP * BPM_STEP)


def measure_speed(model: Model, decoder: Decoder) -> Speed:
    """Play with the model, and time a decoder of the same graph; takes about two seconds."""
    request = Request(DENSE_MOOD, bars=BARS, changes=((0.0, SetKnob("density", 1.0)),))
    take = Stage(model).play(request)
    notes, beats = max(len(take.notes), 1), BARS * BEATS_A_BAR
    tokens_per_note = max(take.tokens - HEAD_TOKENS * BARS, 1) / notes
    place = min(POSITIONS, decoder.context - 2)
    step = step_ms(decoder, place, steps=STEPS, within_s=STEPS_S)
    return Speed(step, sampling_ms(decoder, STEPS), tokens_per_note, notes / beats)


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How late the player sent its notes, and what it was granted."""

    p50_ms: float
    p99_ms: float
    realtime: str


def measure_timing() -> Punctuality:
    """Send notes into nothing through the real player, for two seconds; raises PortError."""
    timings: queue.Queue[Timing] = queue.Queue()

    def on_report(report: PlayerReport) -> None:
        if isinstance(report, Timing):
            timings.put(report)

    player = PlayerProcess(on_report, "null")
    try:
        timeline = Timeline(MAX_BPM, 0, time.perf_counter() + 0.3)
        step = round(NOTE_EVERY_S / timeline.seconds_per_tick)
        notes = [Note(number * step, 0, 60, 64, step // 2) for number in range(NOTES)]
        player.schedule(notes)
        player.set_timeline(timeline)
        until_s = timeline.seconds_at(NOTES * step) + TIMING_TIMEOUT_S
        last = _wait(timings, lambda timing: timing.sent >= NOTES, until_s)
        return Punctuality(last.p50_ms, last.p99_ms, player.opened.realtime)
    finally:
        player.close()


def _wait(
    timings: "queue.Queue[Timing]", is_last: Callable[[Timing], bool], until_s: float
) -> Timing:
    """The last report; raises TimeoutError where none comes."""
    latest: Timing | None = None
    while latest is None or not is_last(latest):
        try:
            latest = timings.get(timeout=max(until_s - time.perf_counter(), 0.01))
        except queue.Empty:
            if latest is None:
                raise TimeoutError("the player reports nothing; run amt-live daemon") from None
            return latest
    return latest
