"""What a band is set to and does, at one moment, from the values that it told last. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amt_live.control.state import PartState
from amt_live.music.parts import PART_NAMES, PARTS
from amt_live.osc.arguments import Atom
from amt_live.osc.words import FREE

Values = Mapping[str, Sequence[Atom]]


@dataclass(frozen=True, slots=True)
class State:
    """A snapshot. Bars and beats count from 1; None means free, or that there is none."""

    transport: str
    mood: str
    armed: str | None
    """The mood that waits for its boundary."""
    tempo_bpm: float
    bar: int
    beat: int
    key: str | None
    chords: str | None
    density: float | None
    energy: float | None
    swing: float | None
    quantise: str
    seed: int
    take: str | None
    """The take that is being recorded."""
    model: str
    scenes: tuple[str, ...]
    banks: tuple[int, ...]
    """Those in which something is stored."""
    styles: tuple[str, ...]
    parts: Mapping[str, PartState]


def state_of(values: Values) -> State:
    """The state that these values tell; what was not told yet is as at the start."""

    def one(address: str, default: Any) -> Any:
        told = values.get(f"/amt/{address}")
        return told[0] if told else default

    def set_or_free(address: str) -> Any:
        value = one(address, FREE)
        return None if value == FREE else value

    bar, beat = (*values.get("/amt/beat", (1, 1)), 1, 1)[:2]
    return State(
        transport=one("transport/state", "stopped"),
        mood=one("mood", ""),
        armed=_armed(values),
        tempo_bpm=float(one("tempo", 100.0)),
        bar=int(bar),
        beat=int(beat),
        key=set_or_free("key"),
        chords=set_or_free("chords"),
        density=set_or_free("density"),
        energy=set_or_free("energy"),
        swing=set_or_free("swing"),
        quantise=one("quantise", "bar"),
        seed=one("seed", 0),
        take=one("take/state", "") or None,
        model=one("model", ""),
        scenes=tuple(map(str, values.get("/amt/scene/list", ()))),
        banks=tuple(map(int, values.get("/amt/bank/list", ()))),
        styles=tuple(map(str, values.get("/amt/styles", ()))),
        parts={name: _part(name, one) for name in PART_NAMES},
    )


def _armed(values: Values) -> str | None:
    armed = values.get("/amt/mood/armed")
    return str(armed[1]) if armed and armed[0] else None


def _part(name: str, one: Any) -> PartState:
    usual = PARTS[PART_NAMES.index(name)]

    def field(field: str, default: int) -> int:
        return int(one(f"part/{name}/{field}", default))

    return PartState(
        name,
        channel=field("channel", usual.channel + 1),
        program=field("program", usual.program),
        mute=bool(field("mute", 0)),
        solo=bool(field("solo", 0)),
        level=field("level", 100),
        octave=field("octave", 0),
    )
