"""Everything that can be asked of the band, as frozen values.

Clients (OSC, TUI, live code) make them, the engine executes them; ranges are checked where they are
made (the OSC address table) and again by the engine where music depends on it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from amt_live.control.hands import CancelCall, Learn, SetThru, StartCall, Unlearn
from amt_live.control.leans import Lean
from amt_live.control.when import When

MAX_MOOD_CHARS: Final = 500
MAX_NAME_CHARS: Final = 64
MAX_CAPTURE_BARS: Final = 512
MIN_BLEND: Final = 2
MAX_BLEND: Final = 8
"""Texts of a blend."""

MAX_GLIDE_BARS: Final = 64
MAX_SCENES: Final = 128
MAX_BANK: Final = 16
"""Banks count from 1."""

MAX_STYLES: Final = 64
MAX_SEED: Final = 2**31 - 1
"""The largest whole number that OSC carries."""

TransportAction = Literal["play", "stop", "continue", "count_in"]
SamplingName = Literal["temperature", "top_p", "top_k", "guidance"]
PartField = Literal["mute", "solo", "channel", "program", "level", "octave"]
KnobName = Literal["swing", "density", "energy"]
LatePolicy = Literal["thin", "repeat", "hold"]
MAX_LATENCY_MS: Final = 500.0
ClockSource = Literal["internal", "midi", "link"]


@dataclass(frozen=True, slots=True)
class SetMood:
    """Turn to ``text`` at ``when`` (None: at the current quantise setting)."""

    text: str
    when: When | None = None


@dataclass(frozen=True, slots=True)
class SetStyle:
    """Turn to a style of the model's palette, by its name or its number from 1."""

    style: str
    when: When | None = None


@dataclass(frozen=True, slots=True)
class BlendMood:
    """Turn to the weighted mean of 2-8 texts; weights are finite and add up to more than 0."""

    texts: tuple[tuple[str, float], ...]
    when: When | None = None


@dataclass(frozen=True, slots=True)
class GlideMood:
    """Move from the present mood to ``text`` over 1-64 ``bars``, in a step at every bar line."""

    text: str
    bars: int
    when: When | None = None


@dataclass(frozen=True, slots=True)
class CancelMood:
    """Forget the mood that is armed and not applied yet; a glide ends where it is."""


@dataclass(frozen=True, slots=True)
class UndoMood:
    """Arm the mood that played before the present one."""


@dataclass(frozen=True, slots=True)
class SetQuantise:
    """Boundary for commands that name none."""

    when: When


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Tempo in quarters a minute (20-300), reached over ``glide_beats``."""

    bpm: float
    glide_beats: float = 0.0


@dataclass(frozen=True, slots=True)
class SetClock:
    """Who gives the tempo: the band itself, a MIDI clock that comes in, or a Link session."""

    source: ClockSource


@dataclass(frozen=True, slots=True)
class SendClock:
    """Send MIDI clock beside the notes, or send none."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class Transport:
    """Play from the start, stop, continue, or count in and play."""

    action: TransportAction


@dataclass(frozen=True, slots=True)
class SetLate:
    """What is heard when decoding falls behind: fewer notes, the last bar again, a held chord."""

    policy: LatePolicy


@dataclass(frozen=True, slots=True)
class SetLatency:
    """The instrument sounds this late: what is sent is sent so much earlier (later if negative)."""

    latency_ms: float


@dataclass(frozen=True, slots=True)
class Panic:
    """All sound off on every channel, queue emptied. Immediate, never quantised."""


@dataclass(frozen=True, slots=True)
class SetModel:
    """Play with another model, by its bare name, from a bar line on."""

    name: str
    when: When | None = None


@dataclass(frozen=True, slots=True)
class SetSeed:
    """Seed of the sampler, from the next decoded token on."""

    seed: int


@dataclass(frozen=True, slots=True)
class SetSampling:
    """A sampling knob: temperature 0.1-2, top_p 0.05-1, top_k 0-512 (0 is off), guidance 0-5."""

    name: SamplingName
    value: float


@dataclass(frozen=True, slots=True)
class SetPart:
    """A field of one part (or of all: ``*``). Channels count from 1 here, programs from 0."""

    part: str
    field: PartField
    value: int


@dataclass(frozen=True, slots=True)
class SetKnob:
    """Swing, density or energy, 0-1; None lets the model choose."""

    name: KnobName
    value: float | None


@dataclass(frozen=True, slots=True)
class SetKey:
    """Key such as ``D minor``; None lets the model choose."""

    key: str | None


@dataclass(frozen=True, slots=True)
class SetChords:
    """Chord line such as ``Dm7 | G7 | Cmaj7 | %``, looped; None lets the model choose."""

    chords: str | None


@dataclass(frozen=True, slots=True)
class SaveScene:
    """Keep all that is set now (mood, tempo, controls, sampling, parts) under a bare name."""

    name: str


@dataclass(frozen=True, slots=True)
class CueScene:
    """Set all of a scene at one boundary."""

    name: str
    when: When | None = None


@dataclass(frozen=True, slots=True)
class DeleteScene:
    """Forget a scene."""

    name: str


@dataclass(frozen=True, slots=True)
class StoreBank:
    """Keep where the music is at the next bar line (or at ``when``), all of it, under 1-16."""

    number: int
    when: When | None = None


@dataclass(frozen=True, slots=True)
class RecallBank:
    """Go on from where a bank was stored, at a bar line."""

    number: int
    when: When | None = None


@dataclass(frozen=True, slots=True)
class ClearBank:
    """Forget what is stored in a bank."""

    number: int


@dataclass(frozen=True, slots=True)
class StartTake:
    """Start recording what is sent; ``name`` is a bare file name, None makes one from the clock."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class StopTake:
    """Stop recording and write the take."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Write the last ``bars`` (1-512) bars as a take, though nothing was recording."""

    bars: int
    name: str | None = None


Command = (
    SetMood
    | SetStyle
    | BlendMood
    | GlideMood
    | CancelMood
    | UndoMood
    | SetQuantise
    | SetTempo
    | SetClock
    | SendClock
    | Transport
    | SetLate
    | SetLatency
    | Panic
    | SetModel
    | SetSeed
    | SetSampling
    | SetPart
    | SetKnob
    | SetKey
    | SetChords
    | SaveScene
    | CueScene
    | DeleteScene
    | StoreBank
    | RecallBank
    | ClearBank
    | StartTake
    | StopTake
    | Capture
    | Lean
    | Learn
    | Unlearn
    | SetThru
    | StartCall
    | CancelCall
)
