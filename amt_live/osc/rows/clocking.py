"""Rows for time that is shared with others: whose clock is followed, and a clock for them."""

from typing import Final, get_args

from amt_live.control.commands import ClockSource, SendClock, SetClock
from amt_live.control.state import BandState, ClockState
from amt_live.osc.arguments import Argument, Atom
from amt_live.osc.entries import Address, switch

_SOURCES: Final[dict[str, ClockSource]] = {name: name for name in get_args(ClockSource)}


def _state(state: BandState, _part: str) -> tuple[Atom, ...]:
    return (state.clock_state, state.clock_peers)


ROWS: Final[tuple[Address, ...]] = (
    Address(
        "/amt/clock",
        "setting",
        "Who gives the tempo: the band, a MIDI clock that comes in, or an Ableton Link session; "
        "nothing jumps when it changes.",
        (Argument("source", "word", words=tuple(_SOURCES), default="internal"),),
        lambda _part, values: SetClock(_SOURCES[str(values[0])]),
        lambda state, _part: (state.clock,),
    ),
    switch(
        "/amt/clock/out",
        "1 sends MIDI clock beside the notes: 24 pulses a beat, start, stop, continue, position.",
        SendClock,
        lambda state: state.sends_clock,
    ),
    Address(
        "/amt/clock/state",
        "reading",
        "The clock that is followed: waiting is not heard yet, lost keeps the tempo; and the "
        "other peers of a Link session.",
        (
            Argument("state", "word", words=get_args(ClockState)),
            Argument("peers", "whole"),
        ),
        read=_state,
    ),
)
