"""The SuperCollider class's methods and its help file, from the address table.

Every address but those that only the daemon sends gets one method: ``/amt/sampling/top_p`` becomes
``samplingTopP``. Invariant: no method of ``Object`` is overwritten (a test asks the real sclang).
"""

import re
from pathlib import Path
from typing import Final

from amt_live.osc.addresses import ADDRESSES
from amt_live.osc.arguments import Argument
from amt_live.osc.entries import PART_FIELD, Address

FOLDER: Final = Path(__file__).parents[1] / "supercollider"
METHODS: Final = FOLDER / "Classes" / "AmtLiveAddresses.sc"
HELP: Final = FOLDER / "HelpSource" / "Classes" / "AmtLive.schelp"

# Every object answers to `help`; the class itself says `sync` with an action.
_RENAMED: Final = {"help": "describe"}
_BY_HAND: Final = ("/amt/sync",)

ENTRIES: Final = tuple(
    entry for entry in ADDRESSES if entry.kind != "push" and entry.path not in _BY_HAND
)


def method_name(entry: Address) -> str:
    """The method of an address: its path after ``/amt/`` in one word."""
    path = entry.path.removeprefix("/amt/").replace(PART_FIELD + "/", "")
    name = _in_one_word(path.replace("/", "_"))
    return _RENAMED.get(name, name)


def methods() -> str:
    """The file with one method for each address."""
    lines = [
        "// Made from the table of addresses by `python -m patches.making`; do not edit.",
        "+ AmtLive {",
    ]
    for entry in ENTRIES:
        lines += ["", f"\t// {entry.sentence}", f"\t{method_name(entry)} {{{_body(entry)}}}"]
    return "\n".join([*lines, "}", ""])


def _body(entry: Address) -> str:
    names = [_in_one_word(argument.name) for argument in _taken(entry)]
    path = f"'{entry.path}'"
    if PART_FIELD in entry.path:
        names = ["part", *names]
        path = f'"{entry.path.replace(PART_FIELD, "%")}".format(part)'
    if entry.repeats:
        return f" |... textsAndWeights| this.send({path}, *textsAndWeights) "
    sent = ", ".join([path, *(name for name in names if name != "part")])
    if entry.takes_when:
        names, sent = [*names, "at"], f"{sent}, this.at_(at)"
    head = f" |{', '.join(names)}|" if names else ""
    return f"{head} this.send({sent}) "


def _taken(entry: Address) -> tuple[Argument, ...]:
    """What it takes; the arguments of a reading are what comes back."""
    return () if entry.kind == "reading" else entry.arguments


def _in_one_word(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


# The help file


def help_page() -> str:
    """The help file: the part written by hand, then a paragraph for each address."""
    lines = [_PAGE.strip(), ""]
    for entry in ENTRIES:
        lines += [
            f"METHOD:: {method_name(entry)}",
            f"code::{entry.path}::. {_safe(entry.sentence)}",
        ]
        if PART_FIELD in entry.path:
            lines.append(
                'ARGUMENT:: part\nIts name, such as code::\\bass::, or code::"*":: for all.'
            )
        for argument in _taken(entry):
            if not entry.repeats:
                named = f"ARGUMENT:: {_in_one_word(argument.name)}"
                lines += [
                    named,
                    f"{_safe(argument.limits)}." + " May be left out." * argument.optional,
                ]
        if entry.repeats:
            lines.append("ARGUMENT:: ... textsAndWeights\nA text, its weight, the next text, ...")
        elif entry.takes_when:
            lines += [
                "ARGUMENT:: at",
                'When: code::\\now::, code::\\beat::, code::\\bar::, code::"4bars":: and so on; '
                "left out, the band's quantise decides.",
            ]
        lines.append("")
    return "\n".join([*lines, *_EXAMPLES.strip().splitlines(), ""])


def _safe(text: str) -> str:
    return text.replace("::", ": :")


_PAGE: Final = """
TITLE:: AmtLive
SUMMARY:: Play amt-live, a band that listens to words
CATEGORIES:: External Control>OSC, Live Coding
RELATED:: Classes/NetAddr, Classes/OSCFunc

DESCRIPTION::
amt-live is a program of its own: it turns a mood such as "sparse melancholic jazz ballad" into
MIDI, endlessly and in time. Start it with code::amt-live daemon:: in a terminal. This class sends
it what you want and tells you what it does. It makes no sound itself: the band plays a MIDI port.

A number that is out of range, or a name that is not there, changes nothing: the band answers with
the reason, which goes to link::#-onFail::.

CLASSMETHODS::

METHOD:: new
ARGUMENT:: host
The machine of the band.
ARGUMENT:: port
Its UDP port.

METHOD:: period
Seconds between two signs of life to the band.

INSTANCEMETHODS::

SUBSECTION:: Being connected

METHOD:: connect
Listen to the band from now on. It may be started later, or started again: it is looked for.
ARGUMENT:: action
Called with this object each time that the band is found, when link::#-values:: holds everything.

METHOD:: close
Listen no more. The band plays on.

METHOD:: isConnected
Whether the band was heard lately.

METHOD:: addr
Where the band is: a link::Classes/NetAddr::.

METHOD:: onFound
Called with this object when the band is found.

METHOD:: onLost
Called with this object when the band has been silent for three periods.

METHOD:: onFail
Called with the address, one word and the reason when a command was refused. At first it posts a
warning.

SUBSECTION:: What the band does

METHOD:: on
Call an action with the arguments of every message on this address.
ARGUMENT:: address
Such as code::'/amt/health'::.
ARGUMENT:: action
A function, or nil to end it.

METHOD:: onArmed
A mood waits: id, text, bar, beat, seconds left.

METHOD:: onApplied
A mood plays: id, text, bar, beat, milliseconds that it took.

METHOD:: onBeat
A beat is passed: bar, beat, from 1.

METHOD:: onNote
A note was sent to the port: part, pitch, velocity, length in beats.

METHOD:: values
What was said last on each address, as arrays: code::b.values['/amt/tempo'][0]::.

METHOD:: ask
Ask for a setting or a reading.
ARGUMENT:: address
Such as code::'/amt/key'::.
ARGUMENT:: action
Called with its values.

METHOD:: sync
ARGUMENT:: action
Called when everything that was sent before has taken effect.

SUBSECTION:: Short names

METHOD:: play
Play from the start.

METHOD:: stop
Stop, and end every note.

METHOD:: resume
Go on from where it stopped.

METHOD:: countIn
Count one bar in, then play.

METHOD:: take
Begin a recording.
ARGUMENT:: name
A bare name; may be left out.

METHOD:: endTake
End the recording and write it.

SUBSECTION:: Every address

METHOD:: send
Any address, with its arguments.
ARGUMENT:: address
From the table.
ARGUMENT:: ... atoms
Numbers and texts.

PRIVATE:: init, heard, found, keepAlive, at_
"""

_EXAMPLES: Final = """
EXAMPLES::

code::
(
b = AmtLive.new;
b.onArmed = { |id, text, bar, beat, eta| [text, bar, eta].postln };
b.onApplied = { |id, text, bar| [text, bar].postln };
b.connect { |band| band.values['/amt/tempo'].postln };
)
b.play;
b.mood("slow waltz in fog", \\bar);
b.tempo(132);
b.take("evening");
b.endTake;
b.capture(16);
b.panic;
::
"""


def write() -> None:
    """Write both files."""
    METHODS.write_text(methods(), encoding="utf-8")
    HELP.write_text(help_page(), encoding="utf-8")
