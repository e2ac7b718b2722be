"""What the daemon sends, read into notices and into the view: one table of addresses.

Pure, called on the Textual thread for every message. A message that is malformed or unknown changes
nothing: a newer daemon may say more than this screen knows.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from amt_live.control.state import (
    BeatPassed,
    ErrorNotice,
    Health,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NoteDecided,
    NotePlayed,
    Notice,
    Sampling,
    TransportChanged,
    TransportState,
    Understood,
    Wiped,
)
from amt_live.control.when import When
from amt_live.tui.view import (
    StageView,
    absorb,
    with_mood,
    with_part,
    with_tempo,
    without_armed,
)

Atom = int | float | str | bool
Atoms = Sequence[Atom]


def _whole(atom: Atom) -> int:
    return int(float(atom))


_HEALTH: Final[tuple[Callable[[Atom], Any], ...]] = (
    float,
    float,
    float,
    _whole,
    _whole,
    float,
    float,
    _whole,
    _whole,
    str,
    _whole,
    _whole,
    _whole,
)


_TRANSPORT: Final[dict[str, TransportState]] = {
    "stopped": "stopped",
    "waiting": "waiting",
    "count_in": "count_in",
    "playing": "playing",
}

_NOTICES: Final[dict[str, Callable[[Atoms], Notice]]] = {
    "/amt/beat": lambda a: BeatPassed(_whole(a[0]), _whole(a[1])),
    "/amt/note": lambda a: NotePlayed(str(a[0]), _whole(a[1]), _whole(a[2]), float(a[3])),
    "/amt/decided": lambda a: NoteDecided(
        str(a[0]), _whole(a[1]), _whole(a[2]), float(a[3]), float(a[4])
    ),
    "/amt/wiped": lambda a: Wiped(float(a[0])),
    "/amt/transport/state": lambda a: TransportChanged(_TRANSPORT[str(a[0])]),
    "/amt/mood/armed": lambda a: MoodArmed(
        _whole(a[0]), str(a[1]), _whole(a[2]), float(a[3]), float(a[4])
    ),
    "/amt/mood/applied": lambda a: MoodApplied(
        _whole(a[0]), str(a[1]), _whole(a[2]), float(a[3]), float(a[4])
    ),
    "/amt/health": lambda a: HealthReport(_health(a)),
    "/amt/error": lambda a: ErrorNotice(" ".join(map(str, a))),
}


def _health(atoms: Atoms) -> Health:
    """Five figures at least; a daemon of another version tells fewer of the others, or more."""
    made = [kind(atom) for kind, atom in zip(_HEALTH, atoms, strict=False)]
    if len(made) < 5:
        raise IndexError
    return Health(*made)


def notice_of(address: str, atoms: Atoms) -> Notice | None:
    """The notice that a push carries; None for other addresses and for malformed arguments."""
    make = _NOTICES.get(address)
    if make is None:
        return None
    try:
        return make(atoms)
    except (ValueError, IndexError, KeyError):
        return None


def receive(view: StageView, address: str, atoms: Atoms, at_s: float) -> StageView:
    """The view after one message of the daemon that arrived at ``at_s``."""
    notice = notice_of(address, atoms)
    if notice is not None:
        return absorb(view, notice, at_s)
    try:
        if address.startswith("/amt/part/"):
            _, _, _, name, field = address.split("/")
            return with_part(view, name, field, _whole(atoms[0]))
        if address.startswith("/amt/sampling/"):
            name = address.removeprefix("/amt/sampling/")
            return _with_band(view, sampling=_sampling(view.band.sampling, name, float(atoms[0])))
        handler = _VALUES.get(address)
        return view if handler is None else handler(view, atoms, at_s)
    except (ValueError, IndexError, TypeError):
        return view


def _with_band(view: StageView, **changes: Any) -> StageView:
    return replace(view, band=replace(view.band, **changes))


def _sampling(sampling: Sampling, name: str, value: float) -> Sampling:
    new: Any = int(value) if name == "top_k" else value
    return replace(sampling, **{name: new})


def _free(atom: Atom) -> str | None:
    return None if atom == "free" or atom == "" else str(atom)


def _understood(atoms: Atoms) -> Understood:
    nearest = tuple(name for name in str(atoms[3]).split(", ") if name)
    return Understood(str(atoms[0]), float(atoms[1]), float(atoms[2]), nearest)


def _knob(name: str) -> Callable[[StageView, Atoms, float], StageView]:
    def set_knob(view: StageView, atoms: Atoms, _at_s: float) -> StageView:
        knobs = dict(view.band.knobs)
        knobs[name] = None if atoms[0] == "free" else float(atoms[0])
        return _with_band(view, knobs=tuple(knobs.items()))

    return set_knob


_VALUES: Final[dict[str, Callable[[StageView, Atoms, float], StageView]]] = {
    "/amt/mood": lambda view, a, at_s: with_mood(view, str(a[0]), at_s),
    "/amt/mood/cancelled": lambda view, a, _: without_armed(view, _whole(a[0])),
    "/amt/tempo": lambda view, a, at_s: with_tempo(view, float(a[0]), at_s),
    "/amt/quantise": lambda view, a, _: _with_band(view, quantise=When(str(a[0]))),
    "/amt/key": lambda view, a, _: _with_band(view, key=_free(a[0])),
    "/amt/chords": lambda view, a, _: _with_band(view, chords=_free(a[0])),
    "/amt/seed": lambda view, a, _: _with_band(view, seed=_whole(a[0])),
    "/amt/take/state": lambda view, a, _: _with_band(view, take=str(a[0]) or None),
    "/amt/styles": lambda view, a, _: _with_band(view, styles=tuple(map(str, a))),
    "/amt/scene/list": lambda view, a, _: _with_band(view, scenes=tuple(map(str, a))),
    "/amt/late": lambda view, a, _: _with_band(view, late=str(a[0])),
    "/amt/learn": lambda view, a, _: replace(view, learning=str(a[0])),
    "/amt/learn/list": lambda view, a, _: replace(view, bound=tuple(map(str, a))),
    "/amt/mood/understood": lambda view, a, _: _with_band(view, understood=_understood(a)),
    "/amt/model": lambda view, a, _: _with_band(view, model=str(a[0])),
    "/amt/midi/port": lambda view, a, _: _with_band(view, midi_api=str(a[0]), midi_port=str(a[1])),
    "/amt/swing": _knob("swing"),
    "/amt/density": _knob("density"),
    "/amt/energy": _knob("energy"),
    "/amt/startup": lambda view, a, _: replace(view, version=str(a[0])),
    "/amt/pong": lambda view, a, _: replace(view, version=str(a[0])),
}
