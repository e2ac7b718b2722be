"""Every key of the stage screen, in one table: bindings, bottom line and help are made from it.

Two modes, so that typing never fights with keys: in ``TYPING`` the mood line has the focus and
only control, function and page keys are bound; in ``COMMAND`` (after escape or tab) the parts have
it and single letters act.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Mode(Enum):
    """Who gets the plain keys: the mood line or the parts."""

    TYPING = "typing"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Key:
    """One action and the keys for it.

    ``action`` is a Textual action of the app. ``always`` work in both modes, ``command`` in command
    mode only, both in Textual's names. ``about`` goes to the help, ``label`` to the bottom line of
    the modes in ``footer``, with ``pair`` as the name of the key where it stands for two. Without
    ``about`` the key undoes the one before it in the table and shares its line in the help.
    """

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
        return key_name(keys[0])


_T, _C = Mode.TYPING, Mode.COMMAND

KEYS: Final = (
    Key("help", ("f1",), ("question_mark",), "this help", "help", (_T,)),
    Key("type_mood", (), ("i", "enter"), "back to the mood line", "type", (_C,)),
    Key("switch_keys", ("escape", "tab"), (), "command mode and back", "keys", (_T,)),
    Key("play_stop", ("ctrl+p", "f2"), ("space",), "play or stop", "play", (_T, _C)),
    Key("record", ("ctrl+r", "f3"), ("r",), "start or end a take", "rec", (_T,)),
    Key("capture(16)", ("f4",), ("b",), "keep the last 16 bars"),
    Key("panic", ("ctrl+n", "f12"), ("exclamation_mark",), "silence, now", "panic", (_T, _C)),
    Key("cancel_mood", ("ctrl+g",), ("c",), "forget the armed mood", "cancel", (_T,)),
    Key("undo_mood", ("ctrl+z",), ("u",), "take the last line back", "undo", (_T,)),
    Key(
        "tempo(5)",
        ("pageup",),
        ("plus", "equals_sign"),
        "5 bpm faster, slower",
        "tempo",
        (_T,),
        "PgUp/Dn",
    ),
    Key("tempo(-5)", ("pagedown",), ("minus",), ""),
    Key("tempo(1)", (), ("right_square_bracket",), "1 bpm faster, slower"),
    Key("tempo(-1)", (), ("left_square_bracket",), ""),
    Key("styles", ("f5",), ("y",), "the model's styles"),
    Key("quantise(1)", ("ctrl+t",), ("q",), "when moods take effect"),
    Key("select(-1)", (), ("up", "k"), "select a part", "part", (_C,), "↑↓"),
    Key("select(1)", (), ("down", "j"), ""),
    Key("mute", (), ("m",), "mute the part or end it", "mute", (_C,)),
    Key("solo", (), ("s",), "solo the part or end it", "solo", (_C,)),
    Key("level(8)", (), ("right", "l"), "louder, softer", "level", (_C,), "←→"),
    Key("level(-8)", (), ("left", "h"), ""),
    Key("program(1)", (), ("full_stop",), "next sound, the one before", "sound", (_C,), ", ."),
    Key("program(-1)", (), ("comma",), ""),
    Key("octave(1)", (), ("greater_than_sign",), "an octave up, down", "octave", (_C,), "< >"),
    Key("octave(-1)", (), ("less_than_sign",), ""),
    Key("everyone", (), ("a",), "no mute, no solo", "all", (_C,)),
    Key("leave", ("ctrl+q", "ctrl+c"), (), "close the screen", "quit", (_T, _C)),
)

TYPING_HELP: Final = (
    ("Enter", "send the mood"),
    ("… @beat", "say when, as last word:"),
    ("", "@now @16th @bar @2bars"),
    ("", "@4bars @8bars"),
    ("tempo 140", "commands: mute drums,"),
    ("", "density .3, every 8 ..."),
    ("→", "take what is dimmed"),
    ("↑ ↓", "lines sent before"),
)


def footer_keys(mode: Mode) -> tuple[Key, ...]:
    """The keys that the bottom line shows in a mode; what does not fit is in the help."""
    return tuple(key for key in KEYS if mode in key.footer)


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
    return key.upper() if len(key) > 1 else key
