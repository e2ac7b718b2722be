"""Rows for what a performer does while it plays: moods, tempo, transport, panic."""

from collections.abc import Sequence
from typing import Final, get_args

from amt_live.control.commands import (
    MAX_BLEND,
    MAX_GLIDE_BARS,
    MAX_LATENCY_MS,
    MAX_MOOD_CHARS,
    MAX_NAME_CHARS,
    MIN_BLEND,
    BlendMood,
    CancelMood,
    GlideMood,
    LatePolicy,
    Panic,
    SetLate,
    SetLatency,
    SetMood,
    SetQuantise,
    SetStyle,
    SetTempo,
    UndoMood,
)
from amt_live.control.moodline import parse_mood
from amt_live.control.when import When
from amt_live.music.timeline import MAX_BPM, MIN_BPM
from amt_live.osc.arguments import Argument, Atom, Refusal
from amt_live.osc.entries import Address, number, transport_action, when_of

PANIC: Final = "/amt/panic"
MAX_GLIDE_BEATS: Final = 256
MAX_WEIGHT: Final = 100
WHEN_WORDS: Final = tuple(str(when) for when in When)
_TEXT_MOOD: Final = Argument("text", "text", max_chars=MAX_MOOD_CHARS, default="")


def _mood(_part: str, values: Sequence[Atom | None]) -> SetMood:
    text, when = values
    return parse_mood(str(text) if when is None else f"{text} @{when}")


def _style(_part: str, values: Sequence[Atom | None]) -> SetStyle:
    style, when = values
    if not style:
        raise Refusal("name", "the style is empty; /amt/styles lists those there are")
    return SetStyle(str(style), when_of(when))


def _blend(_part: str, values: Sequence[Atom | None]) -> BlendMood:
    *flat, when = values
    texts = [str(text) for text in flat[::2]]
    weights = [float(number(weight)) for weight in flat[1::2]]
    if sum(weights) <= 0:
        raise Refusal("range", "the weights must add up to more than 0; give one that is larger")
    return BlendMood(tuple(zip(texts, weights, strict=True)), when_of(when))


def _glide(_part: str, values: Sequence[Atom | None]) -> GlideMood:
    text, bars, when = values
    if not text:
        raise Refusal("text", "the mood is empty; give a few words, such as: calm piano ballad")
    return GlideMood(str(text), int(number(bars)), when_of(when))


def _tempo(_part: str, values: Sequence[Atom | None]) -> SetTempo:
    glide_beats = 0.0 if values[1] is None else float(number(values[1]))
    return SetTempo(float(number(values[0])), glide_beats)


_POLICIES: Final[dict[str, LatePolicy]] = {name: name for name in get_args(LatePolicy)}

MOOD_COST: Final = 10
"""Reading words takes milliseconds, and what was generated ahead is thrown away."""

ROWS: Final[tuple[Address, ...]] = (
    Address(
        "/amt/mood",
        "setting",
        "Play this mood from the next boundary on; a last atom such as @beat says which.",
        (_TEXT_MOOD,),
        _mood,
        lambda state, _part: (state.mood,),
        takes_when=True,
        cost=MOOD_COST,
    ),
    Address(
        "/amt/mood/blend",
        "action",
        "Play a mood that lies between these texts, by their weights, from the next boundary on.",
        (
            Argument("text", "text", max_chars=MAX_MOOD_CHARS),
            Argument("weight", "real", -MAX_WEIGHT, MAX_WEIGHT),
        ),
        _blend,
        takes_when=True,
        repeats=(MIN_BLEND, MAX_BLEND),
    ),
    Address(
        "/amt/mood/glide",
        "action",
        "Move from the present mood to this one, a step at every bar line, over so many bars.",
        (
            Argument("text", "text", max_chars=MAX_MOOD_CHARS),
            Argument("bars", "whole", 1, MAX_GLIDE_BARS, unit="bars"),
        ),
        _glide,
        takes_when=True,
        cost=MOOD_COST,
    ),
    Address(
        "/amt/mood/cancel",
        "action",
        "Forget the mood that is armed and not playing yet; a glide ends where it is.",
        make=lambda *_: CancelMood(),
    ),
    Address(
        "/amt/mood/undo",
        "action",
        "Go back to the mood that played before this one.",
        make=lambda *_: UndoMood(),
    ),
    Address(
        "/amt/style",
        "action",
        "Play a style of the model's palette, by its name or its number from 1, as a mood is.",
        (Argument("style", "text", max_chars=MAX_NAME_CHARS),),
        _style,
        takes_when=True,
        cost=MOOD_COST,
    ),
    Address(
        "/amt/quantise",
        "setting",
        "The boundary at which moods without @when take effect.",
        (Argument("when", "word", words=WHEN_WORDS, default=str(When.BAR)),),
        lambda _part, values: SetQuantise(When(str(values[0]))),
        lambda state, _part: (str(state.quantise),),
    ),
    Address(
        "/amt/tempo",
        "setting",
        "Tempo in quarter notes a minute, at once or gliding there over some beats.",
        (
            Argument("bpm", "real", MIN_BPM, MAX_BPM, unit="bpm", default=100.0),
            Argument("glide_beats", "real", 0, MAX_GLIDE_BEATS, "beats", 0.0, optional=True),
        ),
        _tempo,
        lambda state, _part: (float(state.tempo_bpm),),
    ),
    Address(
        "/amt/late",
        "setting",
        "What is heard when decoding falls behind: thin plays fewer notes, repeat the last bar "
        "again, hold keeps the last chord.",
        (Argument("policy", "word", words=tuple(_POLICIES), default="thin"),),
        lambda _part, values: SetLate(_POLICIES[str(values[0])]),
        lambda state, _part: (state.late,),
    ),
    Address(
        "/amt/latency",
        "setting",
        "How late the instrument sounds: notes are sent so much earlier, later if negative.",
        (Argument("ms", "real", -MAX_LATENCY_MS, MAX_LATENCY_MS, "milliseconds", 0.0),),
        lambda _part, values: SetLatency(float(number(values[0]))),
        lambda state, _part: (float(state.latency_ms),),
    ),
    transport_action("play", "Play from the start."),
    transport_action("stop", "Stop, and end every note."),
    transport_action("continue", "Go on from where it stopped."),
    transport_action("count_in", "Count one bar in, then play."),
    Address(
        PANIC,
        "action",
        "All sound off, now: jumps every queue, whatever its arguments or time tag.",
        make=lambda *_: Panic(),
    ),
)
