"""The face of the TouchOSC layout: what is where, and which address it moves. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ROUTES
from amt_live.osc.arguments import Atom
from amt_live.osc.words import FREE

LISTENING_PORT: Final = 9741
"""Where TouchOSC hears: its receive port for this connection."""

MOODS: Final = (
    "calm piano ballad", "sparse melancholic jazz ballad", "slow waltz in fog", "solo cello",
    "warm church organ", "lush romantic strings", "bossa nova by the sea", "cool swing",
    "funky bass and drums", "driving rock", "fast aggressive metal", "dark techno at night",
    "tense film music", "storm is coming", "bright folk dance", "quiet dawn",
)  # fmt: skip
"""Words for the mood buttons: anything that can be typed can stand here."""

WIDTH: Final = 1024
HEIGHT: Final = 768
_GAP: Final = 8

Frame = tuple[int, int, int, int]
"""x, y, width, height in points."""

Colour = tuple[float, float, float]
_GREY: Final[Colour] = (0.35, 0.38, 0.43)
_BLUE: Final[Colour] = (0.25, 0.45, 0.70)
_GREEN: Final[Colour] = (0.25, 0.60, 0.40)
_RED: Final[Colour] = (0.80, 0.15, 0.15)
NONE: Final[Colour] = (0.08, 0.09, 0.10)


@dataclass(frozen=True, slots=True)
class Control:
    """One thing on the face. ``atoms`` are what a button sends, with its address."""

    kind: Literal["fader", "button", "toggle", "label"]
    address: str
    caption: str
    frame: Frame
    colour: Colour = _GREY
    atoms: tuple[Atom, ...] = ()


def controls() -> list[Control]:
    """Everything on the face; raises KeyError for an address that the table does not have."""
    made = [*_top(), *_moods(), *_faders(), *_transport(), *_parts()]
    for control in made:
        ROUTES[control.address]
    return made


def _row(y: int, height: int, count: int, x: int = _GAP, right: int = WIDTH - _GAP) -> list[Frame]:
    width = (right - x + _GAP) // count - _GAP
    return [(x + n * (width + _GAP), y, width, height) for n in range(count)]


def _top() -> list[Control]:
    listen, mood, beat, panic = _row(8, 56, 4)
    lease = (1, LISTENING_PORT)
    return [
        Control("button", "/amt/notify", "LISTEN", listen, _GREEN, lease),
        Control("label", "/amt/mood", "mood", mood, NONE),
        Control("label", "/amt/transport/state", "state", beat, NONE),
        Control("button", "/amt/panic", "PANIC", panic, _RED),
    ]


def _moods() -> list[Control]:
    frames = [frame for line in range(4) for frame in _row(72 + line * 58, 50, 4)]
    return [
        Control("button", "/amt/mood", mood, frame, _BLUE, (mood,))
        for mood, frame in zip(MOODS, frames, strict=True)
    ]


def _faders() -> list[Control]:
    names = ("tempo", "density", "energy", "swing")
    made = []
    for name, (x, y, width, height) in zip(names, _row(306, 60, 4), strict=True):
        address = f"/amt/{name}"
        can_be_free = FREE in ROUTES[address].entry.arguments[0].words
        bar = width - 60 if can_be_free else width
        made.append(Control("fader", address, name, (x, y, bar, height), _GREEN))
        if can_be_free:
            frame = (x + bar + 4, y, 56, height)
            made.append(Control("button", address, FREE, frame, _GREY, (FREE,)))
    return made


def _transport() -> list[Control]:
    first = ("transport/play", "transport/stop", "transport/continue", "transport/count_in")
    second = ("mood/cancel", "mood/undo", "take/start", "take/stop")
    made = [
        Control("button", f"/amt/{path}", path.rpartition("/")[2], frame)
        for path, frame in zip((*first, *second), _row(374, 50, 8), strict=True)
    ]
    for path, caption in (("take/start", "record"), ("take/stop", "save")):
        index = (*first, *second).index(path)
        made[index] = Control("button", made[index].address, caption, made[index].frame)
    whens = ROUTES["/amt/quantise"].entry.arguments[0].words
    *frames, last = _row(432, 50, len(whens) + 1)
    made += [
        Control("button", "/amt/quantise", word, frame, _GREY, (word,))
        for word, frame in zip(whens, frames, strict=True)
    ]
    return [*made, Control("button", "/amt/capture", "capture 16", last, _RED, (16,))]


def _parts() -> list[Control]:
    made = []
    for name, (x, y, width, _) in zip(PART_NAMES, _row(490, 0, len(PART_NAMES)), strict=True):
        level, mute = f"/amt/part/{name}/level", f"/amt/part/{name}/mute"
        made.append(Control("fader", level, name, (x, y, width, 210), _BLUE))
        made.append(Control("toggle", mute, "mute", (x, y + 218, width, 44), _RED))
    return made
