"""Rows for what shapes the music: knobs, key, chords, seed, sampling and the parts."""

from collections.abc import Sequence
from typing import Final

from amt_live.control.commands import MAX_SEED, SetChords, SetKey, SetSeed
from amt_live.control.leans import Lean, parse_leans
from amt_live.control.state import Sampling
from amt_live.osc.arguments import Argument, Atom, Refusal
from amt_live.osc.entries import Address, knob, number, part_field, sampling
from amt_live.osc.words import FREE, chords_of, key_of

MAX_BAR: Final = 1_000_000
MAX_LEANS_CHARS: Final = 1600


def _lean(_part: str, values: Sequence[Atom | None]) -> Lean:
    bar, text = values
    try:
        leans = () if str(text).lower() == FREE else parse_leans(str(text))
    except ValueError as error:
        raise Refusal("arguments", str(error)) from None
    return Lean(int(number(bar)), leans)


ROWS: Final[tuple[Address, ...]] = (
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
    Address(
        "/amt/lean",
        "action",
        "Prefer some notes in one bar that is not decoded yet: names and nats in turn, such as "
        "C 2 F# -8 bass -4 pitch60 1 length6 2 step18 -3.",
        (
            Argument("bar", "whole", 1, MAX_BAR, unit="bars"),
            Argument("leans", "text", max_chars=MAX_LEANS_CHARS, words=(FREE,)),
        ),
        _lean,
    ),
    part_field("mute", 0, 1, 0, "Silence this part."),
    part_field("solo", 0, 1, 0, "Hear only the parts that are soloed."),
    part_field("channel", 1, 16, None, "The MIDI channel of this part, counted from 1."),
    part_field("program", 0, 127, None, "The sound of this part: a General MIDI program from 0."),
    part_field("level", 0, 127, 100, "How loud this part is."),
    part_field("octave", -3, 3, 0, "Move this part by octaves."),
)
