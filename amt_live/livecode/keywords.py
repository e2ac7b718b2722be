"""The words of the language, in one table: parser, completion and page are made from it."""

from dataclasses import dataclass
from typing import Final, Literal

Shape = Literal[
    "alone",
    "setting",
    "parts",
    "part",
    "text",
    "mood",
    "blend",
    "quantise",
    "take",
    "bank",
    "structure",
]
"""What follows: nothing, atoms for one address, names of parts, a part and a number, a text ..."""

Softness = Literal["", "alone", "number", "count", "part", "key", "take", "bank"]
"""Where not empty the word also begins moods ("swing era big band"): it is a keyword only when what
follows is nothing, a number or ``free``, a number, a part, a key, or start or stop (store,
recall or clear)."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """One word: ``address`` is what it sends to (with ``{part}`` for a part's)."""

    name: str
    shape: Shape
    usage: str
    sentence: str
    example: str
    address: str = ""
    soft: Softness = ""
    value: int = 0


def _alone(name: str, address: str, sentence: str) -> Keyword:
    return Keyword(name, "alone", name, sentence, name, address, "alone")


def _setting(
    name: str, usage: str, sentence: str, example: str, address: str = "", soft: Softness = ""
) -> Keyword:
    return Keyword(
        name, "setting", f"{name} {usage}", sentence, example, address or f"/amt/{name}", soft
    )


def _parts(name: str, field: str, value: int, sentence: str, soft: Softness = "") -> Keyword:
    example = f"{name} drums, bass" if value else f"{name} all"
    return Keyword(
        name,
        "parts",
        f"{name} PARTS",
        sentence,
        example,
        f"/amt/part/{{part}}/{field}",
        soft,
        value,
    )


def _part(name: str, sentence: str, example: str) -> Keyword:
    return Keyword(
        name, "part", f"{name} PART N", sentence, example, f"/amt/part/{{part}}/{name}", "part"
    )


KEYWORDS: Final = (
    Keyword(
        "mood", "mood", "[mood] TEXT [~BARS]",
        "Play this; with ~ in steps over so many bars. The word may be left out.",
        "dark waltz @bar", "/amt/mood",
    ),
    Keyword(
        "style", "text", "style NAME", "Play a style of the model, by name or number.",
        "style cool swing", "/amt/style",
    ),
    Keyword(
        "blend", "blend", "blend TEXT WEIGHT, TEXT WEIGHT ...", "Play what lies between texts.",
        "blend calm .7, storm .3 @4bars", "/amt/mood/blend",
    ),
    Keyword(
        "scene", "text", "scene NAME", "Set all of a scene. `scene save NAME` keeps what is set "
        "now, `scene delete NAME` forgets it.", "scene verse @4bars", "/amt/scene/cue",
    ),
    Keyword(
        "bank", "bank", "bank store N | bank recall N | bank clear N",
        "Keep where the music is at the next bar line, go on from there again, forget it.",
        "bank recall 3 @4bars", "/amt/bank/recall", "bank",
    ),
    _alone("cancel", "/amt/mood/cancel", "Forget the mood that is armed."),
    _alone("undo", "/amt/mood/undo", "Back to the mood before."),
    _setting("tempo", "BPM [~BEATS]", "Tempo; with ~ gliding there over so many beats.",
             "tempo 140 ~8"),
    _setting("density", "N", "How many notes are played.", "density .3"),
    _setting("energy", "N", "How hard it plays.", "energy .8", soft="number"),
    _setting("swing", "N", "How late off-beats come.", "swing .6", soft="number"),
    Keyword("key", "text", "key KEY", "The key.", "key D minor", "/amt/key", "key"),
    Keyword(
        "chords", "text", "chords CHORDS", "A chord line that is repeated, a cell a bar.",
        "chords Dm7 | G7 | Cmaj7 | %", "/amt/chords",
    ),
    _parts("mute", "mute", 1, "Silence parts."),
    _parts("unmute", "mute", 0, "Hear them again."),
    # Not "solo": "solo piano" is a mood that everybody types.
    _parts("isolate", "solo", 1, "Hear only these parts.", "part"),
    _parts("release", "solo", 0, "Hear the others again."),
    _part("level", "How loud a part is.", "level bass 90"),
    _part("octave", "Move a part by octaves.", "octave lead -1"),
    _part("program", "The sound of a part: a General MIDI program from 0.", "program piano 4"),
    _part("channel", "The MIDI channel of a part.", "channel bass 3"),
    _setting("quantise", "WHEN", "When moods without @ take effect.", "quantise 4bars"),
    _setting("seed", "N", "Seed of the dice.", "seed 7"),
    _setting("temperature", "N", "How daring the choice of notes is.", "temperature 1.1",
             "/amt/sampling/temperature"),
    _setting("top_p", "N", "Choose among the likeliest notes with this probability together.",
             "top_p .9", "/amt/sampling/top_p"),
    _setting("top_k", "N", "Choose among so many likeliest notes; 0 is no limit.", "top_k 40",
             "/amt/sampling/top_k"),
    _setting("guidance", "N", "How strictly the music follows the mood.", "guidance 2",
             "/amt/sampling/guidance"),
    Keyword("model", "text", "model NAME", "Another model.", "model default", "/amt/model"),
    _alone("play", "/amt/transport/play", "Play from the start."),
    _alone("stop", "/amt/transport/stop", "Stop."),
    _alone("continue", "/amt/transport/continue", "Go on from where it stopped."),
    _alone("panic", "/amt/panic", "Silence, now."),
    Keyword(
        "take", "take", "take start [NAME] | take stop", "Record, and end it.",
        "take start evening", "/amt/take/start", "take",
    ),
    _setting("capture", "BARS [NAME]", "Keep the last bars, though nothing was recording.",
             "capture 16", soft="count"),
    Keyword(
        "at", "structure", "at BAR COMMAND", "The command at that bar, counted from 1; also "
        "`at BAR every ...`.", "at 33 mood finale", soft="count",
    ),
    Keyword(
        "every", "structure", "every N COMMAND",
        "The command at every Nth bar. Of a list in brackets each is taken in turn.",
        "every 8 mood [calm, storm]", soft="count",
    ),
    Keyword(
        "clear", "alone", "clear", "End what was typed with every and at (not what a file says).",
        "clear", "", "alone",
    ),
)  # fmt: skip

BY_NAME: Final = {keyword.name: keyword for keyword in KEYWORDS}
ALL: Final = "all"
"""Stands for every part."""
