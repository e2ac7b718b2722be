"""What the band shows: an immutable snapshot of its state, and notices of what happened once.

The engine publishes a new ``BandState`` by assigning it to one attribute; readers take the
reference. Notices may be lost without harm.
"""

from dataclasses import dataclass, field
from typing import Literal

from amt_live.control.commands import ClockSource, LatePolicy
from amt_live.control.hands import NO_CALL, NO_HANDS, CallState, HandsState
from amt_live.control.when import When

TransportState = Literal["stopped", "waiting", "count_in", "playing"]
"""``waiting``: all is ready, and begins when the clock that is followed does."""

ClockState = Literal["internal", "waiting", "locked", "lost"]
"""``waiting``: nothing was heard of the clock yet; ``lost``: nothing is heard of it any more."""


@dataclass(frozen=True, slots=True)
class PartState:
    """One part as the player sends it: ``channel`` from 1, ``program`` from 0, ``level`` 0-127."""

    name: str
    channel: int
    program: int
    mute: bool = False
    solo: bool = False
    level: int = 100
    octave: int = 0


@dataclass(frozen=True, slots=True)
class ArmedMood:
    """A mood that waits for its boundary; ``bar`` and ``beat`` count from 1."""

    id: int
    text: str
    at_ticks: int
    bar: int
    beat: float
    eta_s: float


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    A little under temperature 1: bars then repeat each other's rhythm about as much as bars of real
    music do.
    """

    temperature: float = 1.0
    top_p: float = 0.98
    top_k: int = 0
    guidance: float = 2.5


@dataclass(frozen=True, slots=True)
class Health:
    """How the band is doing: beats decoded ahead, speed, lateness of notes, what went wrong.

    ``port_losses`` counts MIDI ports that went away, ``xruns`` periods that a JACK server lost;
    ``rights`` is what the system granted the player: priority, locked memory, fine timers.
    ``thinned``, ``repeated`` and ``held`` count what was done because decoding fell behind.
    """

    horizon_beats: float = 0.0
    tokens_per_s: float = 0.0
    lateness_p99_ms: float = 0.0
    underruns: int = 0
    dropped: int = 0
    lateness_p50_ms: float = 0.0
    lateness_p999_ms: float = 0.0
    port_losses: int = 0
    xruns: int = 0
    rights: str = ""
    thinned: int = 0
    repeated: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class FileState:
    """A set list or a rules file that is followed: what became of it when it was saved last.

    ``line`` and ``column`` count from 1, 0 where the whole file is meant or all is well; ``saves``
    counts what was reported, so that two equal reports can be told apart.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    text: str = ""
    is_error: bool = False
    saves: int = 0


@dataclass(frozen=True, slots=True)
class Understood:
    """How a mood was read: valence (dark to bright) and arousal (calm to wild) in standard
    deviations of real music, about -2 to 2, and the nearest moods and kinds of music by name."""

    text: str = ""
    valence: float = 0.0
    arousal: float = 0.0
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BandState:
    """Everything a screen shows, at one moment."""

    transport: TransportState = "stopped"
    mood: str = ""
    armed: ArmedMood | None = None
    quantise: When = When.BAR
    tempo_bpm: float = 100.0
    position_ticks: int = 0
    bar: int = 1
    beat: float = 1.0
    seed: int = 0
    sampling: Sampling = field(default_factory=Sampling)
    parts: tuple[PartState, ...] = ()
    knobs: tuple[tuple[str, float | None], ...] = ()
    key: str | None = None
    chords: str | None = None
    take: str | None = None
    model: str = ""
    midi_api: str = ""
    midi_port: str = ""
    late: LatePolicy = "thin"
    latency_ms: float = 0.0
    health: Health = field(default_factory=Health)
    clock: ClockSource = "internal"
    clock_state: ClockState = "internal"
    clock_peers: int = 0
    sends_clock: bool = False
    scenes: tuple[str, ...] = ()
    banks: tuple[int, ...] = ()
    """The numbers of those in which something is stored."""
    styles: tuple[str, ...] = ()
    set_list: FileState = field(default_factory=FileState)
    rules: FileState = field(default_factory=FileState)
    hands: HandsState = NO_HANDS
    call: CallState = NO_CALL
    understood: Understood = field(default_factory=Understood)
    """Of the armed mood while there is one, else of the mood that plays."""


@dataclass(frozen=True, slots=True)
class MoodArmed:
    """A mood was accepted and waits; bars and beats count from 1."""

    id: int
    text: str
    bar: int
    beat: float
    eta_s: float


@dataclass(frozen=True, slots=True)
class MoodApplied:
    """A mood took effect at a boundary; latency is from its arrival to the boundary."""

    id: int
    text: str
    bar: int
    beat: float
    latency_ms: float


@dataclass(frozen=True, slots=True)
class BeatPassed:
    """The playhead reached a beat; both count from 1."""

    bar: int
    beat: int


@dataclass(frozen=True, slots=True)
class NotePlayed:
    """A note-on was sent."""

    part: str
    pitch: int
    velocity: int
    beats: float


@dataclass(frozen=True, slots=True)
class NoteDecided:
    """A note was decoded and waits; it starts ``in_beats`` after the playhead of this moment."""

    part: str
    pitch: int
    velocity: int
    beats: float
    in_beats: float


@dataclass(frozen=True, slots=True)
class Wiped:
    """What was decided from ``in_beats`` after the playhead on is taken back: a mood changes."""

    in_beats: float


@dataclass(frozen=True, slots=True)
class TransportChanged:
    """The transport is now in this state."""

    state: TransportState


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The current health, about twice a second."""

    health: Health


@dataclass(frozen=True, slots=True)
class ErrorNotice:
    """Something went wrong while the music went on; one line."""

    why: str


Notice = (
    MoodArmed
    | MoodApplied
    | BeatPassed
    | NotePlayed
    | NoteDecided
    | Wiped
    | TransportChanged
    | HealthReport
    | ErrorNotice
)
