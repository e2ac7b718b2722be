"""Rows for a performer's hands: controllers that are learned, thru, call and response."""

from collections.abc import Sequence
from typing import Final, get_args

from amt_live.control.hands import (
    MAX_CALL_BARS,
    MAX_TARGET_CHARS,
    CallMode,
    CallStage,
    CancelCall,
    Learn,
    SetThru,
    StartCall,
    Unlearn,
)
from amt_live.control.state import BandState
from amt_live.osc.arguments import Argument, Atom, Refusal, quoted
from amt_live.osc.entries import Address, carried, number, switch, when_of

CANCEL: Final = "cancel"
_MODES: Final[dict[str, CallMode]] = {name: name for name in get_args(CallMode)}


def _learn(_part: str, values: Sequence[Atom | None]) -> Learn:
    target = str(values[0] or "")
    if target.lower() == CANCEL:
        return Learn("")
    if not target.startswith("/amt/"):
        why = f"{quoted(target)} is no address; give one such as /amt/density, or cancel"
        raise Refusal("arguments", why)
    return Learn(target)


def _call(_part: str, values: Sequence[Atom | None]) -> StartCall:
    bars, mode, when = values
    return StartCall(int(number(bars)), _MODES[str(mode or "silent")], when_of(when))


def _call_state(state: BandState, _part: str) -> tuple[Atom, ...]:
    call = state.call
    return (call.stage, call.bar, call.bars, call.notes, call.key, float(call.notes_per_beat))


ROWS: Final[tuple[Address, ...]] = (
    Address(
        "/amt/learn",
        "setting",
        "Bind the controller or key that is moved next to this address, over its range or the two "
        "numbers after it; or to a whole command.",
        (Argument("target", "text", max_chars=MAX_TARGET_CHARS, words=(CANCEL,), default=""),),
        _learn,
        lambda state, _part: (state.hands.learning,),
    ),
    Address(
        "/amt/unlearn",
        "action",
        "Forget the controllers that are bound to this address; * forgets all.",
        (Argument("target", "text", max_chars=MAX_TARGET_CHARS),),
        lambda _part, values: Unlearn(str(values[0])),
    ),
    Address(
        "/amt/learn/list",
        "reading",
        "The controllers and what they are bound to, as many arguments as there are.",
        carried("binding$"),
        read=lambda state, _part: state.hands.bindings,
        many=True,
    ),
    Address(
        "/amt/midi/in",
        "reading",
        "The port through which hands are heard; empty while there is none.",
        carried("port$"),
        read=lambda state, _part: (state.hands.port,),
    ),
    switch(
        "/amt/thru",
        "1 sends on what comes in from the hands, beside the band's own notes.",
        SetThru,
        lambda state: state.hands.thru,
    ),
    Address(
        "/amt/call",
        "action",
        "Listen to the hands for so many bars, silent or with bass and drums going round (thin); "
        "then answer for as many in their key and density.",
        (
            Argument("bars", "whole", 1, MAX_CALL_BARS, unit="bars"),
            Argument("mode", "word", words=tuple(_MODES), default="silent", optional=True),
        ),
        _call,
        takes_when=True,
    ),
    Address(
        "/amt/call/cancel",
        "action",
        "Listen no more, and play on as before.",
        make=lambda *_: CancelCall(),
    ),
    Address(
        "/amt/call/state",
        "reading",
        "Where call and response stands: idle, armed, listening or answering, in which of how many "
        "bars; and notes, key and density heard.",
        (
            Argument("stage", "word", words=get_args(CallStage)),
            *carried("bar#", "bars#", "notes#", "key$", "notes_per_beat"),
        ),
        read=_call_state,
    ),
)
