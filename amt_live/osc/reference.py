"""The address table as a page to read: ``patches/README.md`` is made here, and a test keeps it so.

Run ``python -m amt_live.osc.reference > patches/README.md`` after changing the table.
"""

import sys
from typing import Final

from amt_live.control.commands import MAX_MOOD_CHARS
from amt_live.control.when import When
from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ADDRESSES
from amt_live.osc.arguments import Argument, Atom
from amt_live.osc.entries import Address, Kind
from amt_live.osc.limits import Limits
from amt_live.osc.sockets import DEFAULT_HOST, DEFAULT_PORT

_GROUPS: Final[tuple[tuple[Kind, str, str], ...]] = (
    (
        "setting",
        "Settings",
        "With arguments they set, without they answer with the value. A change is pushed to every "
        "listener on the same address.",
    ),
    ("action", "Actions", "They do something, and have no value."),
    (
        "reading",
        "Readings",
        "Sent without arguments they answer with what is listed; listeners get them by themselves.",
    ),
    ("service", "Service", "About the connection."),
    ("push", "Pushed and answered", "Only the daemon sends these."),
)

_CODES: Final = (
    ("address", "there is no such address or part"),
    ("arguments", "an argument is missing, too many, of the wrong kind, or not understood"),
    ("range", "a number is outside its limits"),
    ("text", "a text is too long, not UTF-8, or holds control characters"),
    ("name", "a name is not a bare file name"),
    ("readonly", "this can be read but not set"),
    ("size", "too long, too deep, or too many elements"),
    ("format", "the datagram is not proper OSC"),
    ("time", "the time tag is too far ahead"),
    ("rate", "too many messages a second; some were dropped"),
    ("busy", "too many commands, questions, listeners or time tags at once"),
    ("timeout", "the band did not finish in time"),
    ("unready", "the band does not know yet"),
    (
        "model, port, network, file",
        "what the command needs is not there",
    ),
    ("internal", "a defect; the daemon's log has the details"),
)

_INTRODUCTION: Final = """\
# Every OSC address of amt-live

<!-- Made from amt_live/osc/addresses.py by `python -m amt_live.osc.reference`; do not edit. -->

The daemon listens on UDP port {port} of this machine ({host}). Everything here works from Max,
Pure Data, SuperCollider, TouchOSC, `oscsend` or a few lines of any language; the patches in this
folder are translations of this page.

## How to talk to it

- **Numbers** may be ints, floats, `T`/`F`, or strings such as `"96"`. Where a whole number is
  meant, a fraction is rounded, so that sliders work.
- **Texts** may come as one string or as several atoms, which are joined by a space.
- **When**: a mood (or the cue of a scene) may end with {when}.
  Without one, `/amt/quantise` decides.
- **Answers**: every command is answered to its sender by exactly one `/amt/done ADDRESS` or
  `/amt/fail ADDRESS CODE WHY`. A setting or reading sent without arguments is answered on its own
  address instead. Both come after the sender's earlier commands have taken effect.
- **Listening**: `/amt/notify 1` sends you everything that happens, for {lease} s from your last
  message; send anything (`/amt/ping`, or `/amt/notify 1` again) to stay. Programs that hear on
  another port than they send from (Max, TouchOSC) say which: `/amt/notify 1 9741`. That port then
  gets values and pushes, and the reason of a fail as `/amt/error`.
- **Bundles** are taken. A time tag up to {ahead} s ahead is honoured; nothing waits behind it.
- **Panic** jumps every queue and limit, whatever comes with it.
- **Parts**: {parts}.
  `*` in place of a name means all of them; asked for without arguments it answers with one value
  for each, in this order.
- **Limits**: {datagram} bytes a datagram, {elements} elements in it, bundles {depth} deep,
  {atoms} arguments, {mood} characters of mood, {rate} messages a second from one sender
  ({burst} at once).
"""


def render() -> str:
    """The whole page as Markdown."""
    limits = Limits()
    page = _INTRODUCTION.format(
        host=DEFAULT_HOST,
        port=DEFAULT_PORT,
        when=" ".join(f"`@{when}`" for when in When),
        lease=f"{limits.lease_s:g}",
        ahead=f"{limits.ahead_s:g}",
        parts=" ".join(f"`{name}`" for name in PART_NAMES),
        datagram=limits.datagram_bytes,
        elements=limits.elements,
        depth=limits.bundle_depth,
        atoms=limits.atoms,
        mood=MAX_MOOD_CHARS,
        rate=f"{limits.rate_per_s:g}",
        burst=limits.burst,
    )
    lines = [page]
    for kind, title, sentence in _GROUPS:
        lines += [f"## {title}", "", sentence, ""]
        lines += _table([entry for entry in ADDRESSES if entry.kind == kind], kind)
    lines += ["## Codes of /amt/fail", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in _CODES]
    return "\n".join(lines) + "\n"


def _table(entries: list[Address], kind: Kind) -> list[str]:
    has_defaults = kind == "setting"
    head = ["address", "arguments", *(["default"] if has_defaults else []), "what it does"]
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for entry in entries:
        carries = entry.kind in ("reading", "push")
        arguments = "; ".join(_described(argument, carries) for argument in entry.arguments)
        arguments += f"; {entry.times}" if entry.times else ""
        arguments += "; [@when]" if entry.takes_when else ""
        cells = [f"`{entry.path.replace('{part}', 'PART')}`", arguments]
        cells += [_default(entry)] if has_defaults else []
        cells = [cell.replace("|", "\\|") for cell in [*cells, entry.sentence]]
        rows.append("| " + " | ".join(cells) + " |")
    return [*rows, ""]


def _described(argument: Argument, carries: bool) -> str:
    """An argument with its limits, or, of what is only carried, with its unit."""
    name = f"[{argument.name}]" if argument.optional else argument.name
    if not carries or argument.kind == "word":
        return f"{name}: {argument.limits}"
    return f"{name} ({argument.unit})" if argument.unit else name


def _default(entry: Address) -> str:
    default = entry.arguments[0].default
    return "that of the part" if default is None else _shown(default)


def _shown(atom: Atom) -> str:
    if atom == "":
        return "none"
    return f"{atom:g}" if isinstance(atom, float) else str(atom)


if __name__ == "__main__":
    sys.stdout.write(render())
