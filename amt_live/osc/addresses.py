"""THE table: every OSC address, with its arguments, limits, units, default and its sentence.

Server, client, ``/amt/help``, the reference page and the patches are made from it or checked
against it. The names of the parts are expanded here, once, so that look-up is exact and nothing
that comes from the wire is ever treated as a pattern.
"""

from collections.abc import Sequence
from typing import Final

from amt_live.control.commands import (
    MAX_BLEND,
    MAX_CAPTURE_BARS,
    MAX_GLIDE_BARS,
    MAX_MOOD_CHARS,
    MAX_NAME_CHARS,
    MAX_SCENES,
    MIN_BLEND,
    BlendMood,
    CancelMood,
    Capture,
    CueScene,
    DeleteScene,
    GlideMood,
    Panic,
    SaveScene,
    SetChords,
    SetKey,
    SetMood,
    SetQuantise,
    SetSeed,
    SetTempo,
    StartTake,
    StopTake,
    UndoMood,
)
from amt_live.control.moodline import parse_mood
from amt_live.control.state import BandState, Sampling
from amt_live.control.when import When
from amt_live.music.parts import PART_NAMES
from amt_live.music.timeline import MAX_BPM, MIN_BPM
from amt_live.osc.arguments import Argument, Atom, Refusal
from amt_live.osc.entries import (
    ALL_PARTS,
    PART_FIELD,
    Address,
    Route,
    carried,
    knob,
    number,
    part_field,
    push,
    sampling,
    transport_action,
)
from amt_live.osc.words import FREE, bare_name, chords_of, key_of, scene_name

MAX_SEED: Final = 2**31 - 1
MAX_GLIDE_BEATS: Final = 256
WHEN_WORDS: Final = tuple(str(when) for when in When)


def _mood(_part: str, values: Sequence[Atom | None]) -> SetMood:
    text, when = values
    return parse_mood(str(text) if when is None else f"{text} @{when}")


def _blend(_part: str, values: Sequence[Atom | None]) -> BlendMood:
    *flat, when = values
    texts = [str(text) for text in flat[::2]]
    weights = [float(number(weight)) for weight in flat[1::2]]
    if sum(weights) <= 0:
        raise Refusal("range", "the weights must add up to more than 0; give one that is larger")
    return BlendMood(
        tuple(zip(texts, weights, strict=True)), None if when is None else When(str(when))
    )


def _glide(_part: str, values: Sequence[Atom | None]) -> GlideMood:
    text, bars, when = values
    if not text:
        raise Refusal("text", "the mood is empty; give a few words, such as: calm piano ballad")
    return GlideMood(str(text), int(number(bars)), None if when is None else When(str(when)))


def _tempo(_part: str, values: Sequence[Atom | None]) -> SetTempo:
    glide_beats = 0.0 if values[1] is None else float(number(values[1]))
    return SetTempo(float(number(values[0])), glide_beats)


def _cue(_part: str, values: Sequence[Atom | None]) -> CueScene:
    name, when = values
    return CueScene(scene_name(str(name)), None if when is None else When(str(when)))


def _take(_part: str, values: Sequence[Atom | None]) -> StartTake:
    return StartTake(None if values[0] is None else bare_name(str(values[0])))


def _capture(_part: str, values: Sequence[Atom | None]) -> Capture:
    name = None if values[1] is None else bare_name(str(values[1]))
    return Capture(int(number(values[0])), name)


def _armed(state: BandState, _part: str) -> tuple[Atom, ...]:
    if state.armed is None:
        return (0, "", 0, 0.0, 0.0)
    armed = state.armed
    return (armed.id, armed.text, armed.bar, float(armed.beat), float(armed.eta_s))


def _health(state: BandState, _part: str) -> tuple[Atom, ...]:
    health = state.health
    return (
        float(health.horizon_beats),
        float(health.tokens_per_s),
        float(health.lateness_p99_ms),
        health.underruns,
        health.dropped,
    )


MAX_WEIGHT: Final = 100
_SCENE: Final = Argument("name", "text", max_chars=MAX_NAME_CHARS)
_TEXT_MOOD: Final = Argument("text", "text", max_chars=MAX_MOOD_CHARS, default="")

ADDRESSES: Final[tuple[Address, ...]] = (
    Address(
        "/amt/mood",
        "setting",
        "Play this mood from the next boundary on; a last atom such as @beat says which.",
        (_TEXT_MOOD,),
        _mood,
        lambda state, _part: (state.mood,),
        takes_when=True,
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
    transport_action("play", "Play from the start."),
    transport_action("stop", "Stop, and end every note."),
    transport_action("continue", "Go on from where it stopped."),
    transport_action("count_in", "Count one bar in, then play."),
    Address(
        "/amt/panic",
        "action",
        "All sound off, now: jumps every queue, whatever its arguments or time tag.",
        make=lambda *_: Panic(),
    ),
    knob("swing", "How late off-beats come, up to triplets at 1; free leaves it to the model."),
    knob("density", "How many notes are played; free leaves it to the mood."),
    knob("energy", "How hard it plays; free leaves it to the mood."),
    Address(
        "/amt/key",
        "setting",
        "The key, such as D minor; free leaves it to the model.",
        (Argument("key", "text", max_chars=24, words=(FREE,), default=FREE),),
        lambda _part, values: SetKey(key_of(str(values[0]))),
        lambda state, _part: (state.key or FREE,),
    ),
    Address(
        "/amt/chords",
        "setting",
        "A chord line that is repeated, such as Dm7 | G7 | Cmaj7 | %; free ends it.",
        (Argument("chords", "text", max_chars=500, words=(FREE,), default=FREE),),
        lambda _part, values: SetChords(chords_of(str(values[0]))),
        lambda state, _part: (state.chords or FREE,),
    ),
    Address(
        "/amt/seed",
        "setting",
        "Seed of the dice: the same seed, moods and model give the same music.",
        (Argument("seed", "whole", 0, MAX_SEED, default=0),),
        lambda _part, values: SetSeed(int(number(values[0]))),
        lambda state, _part: (state.seed,),
    ),
    sampling(
        "temperature",
        Argument("temperature", "real", 0.1, 2, default=Sampling().temperature),
        "How daring the choice of notes is: low is safe, high is wild.",
    ),
    sampling(
        "top_p",
        Argument("top_p", "real", 0.05, 1, default=Sampling().top_p),
        "Choose among the likeliest notes that together have this probability.",
    ),
    sampling(
        "top_k",
        Argument("top_k", "whole", 0, 512, default=Sampling().top_k),
        "Choose among this many likeliest notes; 0 is no limit.",
    ),
    sampling(
        "guidance",
        Argument("guidance", "real", 0, 5, default=Sampling().guidance),
        "How strictly the music follows the mood; 1 is the model as it is.",
    ),
    part_field("mute", 0, 1, 0, "Silence this part."),
    part_field("solo", 0, 1, 0, "Hear only the parts that are soloed."),
    part_field("channel", 1, 16, None, "The MIDI channel of this part, counted from 1."),
    part_field("program", 0, 127, None, "The sound of this part: a General MIDI program from 0."),
    part_field("level", 0, 127, 100, "How loud this part is."),
    part_field("octave", -3, 3, 0, "Move this part by octaves."),
    Address(
        "/amt/scene/save",
        "action",
        f"Keep all that is set now (mood, tempo, controls, sampling, parts); {MAX_SCENES} at most.",
        (_SCENE,),
        lambda _part, values: SaveScene(scene_name(str(values[0]))),
    ),
    Address(
        "/amt/scene/cue",
        "action",
        "Set all of a scene at the next boundary: it is armed and cancelled like a mood.",
        (_SCENE,),
        _cue,
        takes_when=True,
    ),
    Address(
        "/amt/scene/delete",
        "action",
        "Forget a scene.",
        (_SCENE,),
        lambda _part, values: DeleteScene(scene_name(str(values[0]))),
    ),
    Address(
        "/amt/take/start",
        "action",
        "Record what is sent to the port, into the takes folder; a bare name or none.",
        (Argument("name", "text", max_chars=MAX_NAME_CHARS, optional=True),),
        _take,
    ),
    Address(
        "/amt/take/stop", "action", "End the recording and write it.", make=lambda *_: StopTake()
    ),
    Address(
        "/amt/capture",
        "action",
        "Write the last bars, and the one in progress, into the takes folder, "
        "though nothing was recording; a bare name or none.",
        (
            Argument("bars", "whole", 1, MAX_CAPTURE_BARS, unit="bars"),
            Argument("name", "text", max_chars=MAX_NAME_CHARS, optional=True),
        ),
        _capture,
        cost=20,
    ),
    Address(
        "/amt/notify",
        "service",
        "1 sends everything that happens to the asker (or to that port of its machine) for 60 s, "
        "renewed by any message from it; 0 ends that.",
        (
            Argument("on", "whole", 0, 1),
            Argument("port", "whole", 1, 65535, optional=True),
        ),
    ),
    Address("/amt/status", "service", "Sends every value there is, then done.", cost=50),
    Address(
        "/amt/help",
        "service",
        "Sends one line for each address, or for the one that is asked about.",
        (Argument("address", "text", max_chars=128, optional=True),),
        cost=20,
    ),
    Address("/amt/ping", "service", "Answered by /amt/pong with the version of the daemon."),
    Address(
        "/amt/sync",
        "service",
        "Answered by /amt/synced with the same number when all earlier messages have taken effect.",
        (Argument("number", "whole", -(2**31), MAX_SEED, optional=True, default=0),),
    ),
    Address(
        "/amt/transport/state",
        "reading",
        "What the transport does: stopped, count_in or playing.",
        (Argument("state", "word", words=("stopped", "count_in", "playing")),),
        read=lambda state, _part: (state.transport,),
    ),
    Address(
        "/amt/take/state",
        "reading",
        "The take that is being recorded; empty when none is.",
        carried("name$"),
        read=lambda state, _part: (state.take or "",),
    ),
    Address(
        "/amt/scene/list",
        "reading",
        "The names of the scenes, as many arguments as there are scenes.",
        carried("name$"),
        read=lambda state, _part: state.scenes,
    ),
    Address(
        "/amt/model",
        "reading",
        "The model that plays.",
        carried("name$"),
        read=lambda state, _part: (state.model,),
    ),
    Address(
        "/amt/midi/port",
        "reading",
        "The MIDI system and the port that the band plays into.",
        carried("api$", "port$"),
        read=lambda state, _part: (state.midi_api, state.midi_port),
    ),
    Address(
        "/amt/mood/armed",
        "reading",
        "A mood was accepted and waits for this bar and beat; id 0 when none waits.",
        carried("id", "text$", "bar", "beat", "eta_s:seconds"),
        read=_armed,
    ),
    Address(
        "/amt/beat",
        "reading",
        "A beat is passed; both count from 1.",
        carried("bar", "beat"),
        read=lambda state, _part: (state.bar, int(state.beat)),
    ),
    Address(
        "/amt/health",
        "reading",
        "How the band is doing, about twice a second.",
        carried(
            "horizon_beats:beats",
            "tokens_per_s:tokens a second",
            "lateness_p99_ms:milliseconds",
            "underruns",
            "dropped",
        ),
        read=_health,
    ),
    push(
        "/amt/mood/applied",
        "A mood took effect here.",
        *carried("id", "text$", "bar", "beat", "latency_ms:milliseconds"),
    ),
    push("/amt/mood/cancelled", "The armed mood was forgotten.", *carried("id", "text$")),
    push(
        "/amt/note",
        "A note was sent to the port.",
        *carried("part$", "pitch", "velocity", "beats:beats"),
    ),
    push("/amt/error", "Something went wrong while the music goes on.", *carried("why$")),
    push(
        "/amt/startup",
        "The first thing a new listener gets; again after the daemon was restarted.",
        *carried("version$"),
    ),
    push("/amt/shutdown", "The daemon ends."),
    push("/amt/done", "A command was carried out.", *carried("address$")),
    push(
        "/amt/fail",
        "A command was not carried out: one word, and one line that says what to do.",
        *carried("address$", "code$", "why$"),
    ),
    push("/amt/pong", "Answer to ping.", *carried("version$")),
    push("/amt/synced", "Answer to sync.", *carried("number")),
)

SILENT: Final = frozenset({"/amt/done", "/amt/fail", "/amt/pong", "/amt/synced"})
"""Answers: never answered themselves, so that two daemons cannot keep each other talking."""

PANIC: Final = "/amt/panic"


def _expanded() -> dict[str, Route]:
    routes: dict[str, Route] = {}
    for entry in ADDRESSES:
        if PART_FIELD not in entry.path:
            routes[entry.path] = Route(entry)
            continue
        for part in (*PART_NAMES, ALL_PARTS):
            routes[entry.path.replace(PART_FIELD, part)] = Route(entry, part)
    return routes


ROUTES: Final = _expanded()
"""Every address that can arrive, exactly as it is spelt, with its row."""

PUSHED_BY_NOTICE: Final = frozenset({"/amt/mood/armed", "/amt/beat", "/amt/health"})
"""Readings that are pushed when they happen, not when they differ."""
