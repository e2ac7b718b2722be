"""Every key of the stage screen, in one table: bindings, bottom line and help are made from it.

Two modes, so that typing never fights with keys: in ``TYPING`` the mood line has the focus and
only control, function and page keys are bound; in ``COMMAND`` (after escape or tab) the parts have
it and single letters act. ``keyfile`` makes another table from the performer's own file.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from textual.keys import format_key

SCENE_KEYS: Final = 9


class Mode(Enum):
    """Who gets the plain keys: the mood line or the parts."""

    TYPING = "typing"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Key:
    """One action and the keys for it.

    ``name`` is what a keys file calls it, ``action`` a Textual action of the app. ``always`` work
    in both modes, ``command`` in command mode only, both in Textual's names. ``about`` goes to the
    help, ``label`` to the bottom line of the modes in ``footer``, with ``pair`` as the name of the
    key where it stands for two. Without ``about`` the key shares the line before it in the help.
    """

    name: str
    action: str
    always: tuple[str, ...]
    command: tuple[str, ...]
    about: str
    label: str = ""
    footer: tuple[Mode, ...] = ()
    pair: str = ""

    def shown(self, mode: Mode) -> str:
        """The name of its shortest key in a mode, for the bottom line."""
        if self.pair:
            return self.pair
        keys = self.command or self.always if mode is Mode.COMMAND else self.always
        return key_name(keys[0]) if keys else ""


_T, _C = Mode.TYPING, Mode.COMMAND

KEYS: Final[tuple[Key, ...]] = (
    Key("help", "help", ("f1",), ("question_mark",), "this help", "help", (_T, _C)),
    Key("type", "type_mood", (), ("i", "enter"), "back to the mood line", "type", (_C,)),
    Key("mode", "switch_keys", ("escape", "tab"), (), "command mode and back", "keys", (_T,)),
    Key("play", "play_stop", ("ctrl+p", "f2"), ("space",), "play or stop", "play", (_T, _C)),
    Key("record", "record", ("ctrl+r", "f3"), ("r",), "start or end a take", "rec", (_T,)),
    Key("capture", "capture(16)", ("f4",), ("b",), "keep the last 16 bars", "keep", (_T,)),
    Key("panic", "panic", ("ctrl+n", "f12"), ("exclamation_mark",), "silence, now", "panic",
        (_T, _C)),
    Key("cancel", "cancel_mood", ("ctrl+g",), ("c",), "forget the armed mood", "cancel", (_T,)),
    Key("undo", "undo_mood", ("ctrl+z",), ("u",), "take the line back", "undo", (_T,)),
    Key("moods", "moods", ("f6",), ("o",), "moods played before", "moods", (_T,)),
    Key("styles", "styles", ("f5",), ("y",), "the model's styles", "styles", (_T,)),
    Key("commands", "commands", ("f8",), ("colon",), "every command", "find", (_T, _C)),
    Key("learn", "learn", ("f10",), ("n",), "MIDI knob for a level", "learn", (_T, _C)),
    Key("theme", "theme", ("f9",), ("t",), "other colours"),
    Key("faster", "tempo(5)", ("pageup",), ("plus", "equals_sign"), "5 bpm faster, slower",
        "tempo", (_T,), "PgUp/Dn"),
    Key("slower", "tempo(-5)", ("pagedown",), ("minus",), ""),
    Key("faster_1", "tempo(1)", (), ("right_square_bracket",), "1 bpm faster, slower"),
    Key("slower_1", "tempo(-1)", (), ("left_square_bracket",), ""),
    Key("quantise", "quantise(1)", ("ctrl+t",), ("q",), "when moods take effect"),
    Key("up", "select(-1)", (), ("up", "k"), "select a part", "part", (_C,), "↑↓"),
    Key("down", "select(1)", (), ("down", "j"), ""),
    Key("mute", "mute", (), ("m",), "mute, or end it", "mute", (_C,)),
    Key("solo", "solo", (), ("s",), "isolate, or end it", "solo", (_C,)),
    Key("louder", "level(8)", (), ("right", "l"), "louder, softer", "level", (_C,), "←→"),
    Key("softer", "level(-8)", (), ("left", "h"), ""),
    Key("sound_next", "program(1)", (), ("full_stop",), "next sound, last one", "sound",
        (_C,), ", ."),
    Key("sound_before", "program(-1)", (), ("comma",), ""),
    Key("octave_up", "octave(1)", (), ("greater_than_sign",), "an octave up, down", "octave",
        (_C,), "< >"),
    Key("octave_down", "octave(-1)", (), ("less_than_sign",), ""),
    Key("everyone", "everyone", (), ("a",), "no mute, no solo", "every", (_C,)),
    Key("denser", "knob('density',1)", (), ("d",), "more notes, fewer", "notes", (_C,), "d D"),
    Key("thinner", "knob('density',-1)", (), ("D",), ""),
    Key("harder", "knob('energy',1)", (), ("e",), "more energy, less", "energy", (_C,), "e E"),
    Key("gentler", "knob('energy',-1)", (), ("E",), ""),
    Key("free", "free", (), ("f",), "both as the mood says"),
    Key("scene_1", "scene(1)", (), ("1",), "cue a scene", "scene", (_C,), "1-9"),
    *(
        Key(f"scene_{n}", f"scene({n})", (), (str(n),), "")
        for n in range(2, SCENE_KEYS + 1)
    ),
    Key("quit", "leave", ("ctrl+q", "ctrl+c"), (), "close the screen", "quit", (_T, _C)),
)  # fmt: skip

TYPING_HELP: Final = (
    ("Enter", "send the mood"),
    ("… @beat", "or @now @16th @bar"),
    ("", "@2bars @4bars @8bars"),
    ("tempo 140", "so too mute drums,"),
    ("", "density .3, every 8"),
    ("/amt/…", "any OSC message"),
    ("→ ↑ ↓", "complete; lines before"),
)


def footer_keys(mode: Mode, keys: tuple[Key, ...] = KEYS) -> tuple[Key, ...]:
    """The keys that the bottom line shows in a mode; what does not fit is in the help."""
    return tuple(key for key in keys if mode in key.footer and key.shown(mode))


_NAMES: Final = {
    "escape": "Esc",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "space": "Space",
    "question_mark": "?",
    "exclamation_mark": "!",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "comma": ",",
    "colon": ":",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "Enter",
}


def key_name(key: str) -> str:
    """How a key is written for people: ``ctrl+p`` as ``^P``."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+').upper()}"
    if key in _NAMES:
        return _NAMES[key]
    return key if len(key) == 1 else format_key(key).capitalize()
