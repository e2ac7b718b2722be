"""What the screen knows about the band: notices go in, a new view comes out.

Pure, called on the Textual thread. Times are ``time.perf_counter`` seconds of this process, taken
when a message arrived. Notices may be lost: everything here is corrected by the next status.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from amt_live.control.state import (
    ArmedMood,
    BandState,
    BeatPassed,
    ErrorNotice,
    Health,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NoteDecided,
    NotePlayed,
    Notice,
    PartState,
    TransportChanged,
    Wiped,
)
from amt_live.music.parts import PARTS

LinkState = Literal["searching", "connected", "lost"]
Severity = Literal["hint", "error"]
Level = Literal["idle", "good", "warn", "bad"]

MESSAGE_S: Final = 8.0
"""How long a message stays."""

TROUBLE_S: Final = 10.0
"""How long a new underrun or dropped note is shown in the colour of alarm."""


MAX_PLAYED: Final = 60
"""Moods that are remembered with their bar, for the list of them."""


_PARTS: Final = tuple(PartState(part.name, part.channel + 1, part.program) for part in PARTS)


@dataclass(frozen=True, slots=True)
class Message:
    """One line for the performer and when it goes away."""

    text: str
    severity: Severity
    until_s: float


@dataclass(frozen=True, slots=True)
class PlayedMood:
    """A mood and the bar in which it took effect."""

    bar: int
    text: str


@dataclass(frozen=True, slots=True)
class StageView:
    """Everything the painters show, at one moment.

    ``armed_due_s``: when the armed mood takes effect; ``beat_at_s``: when the last beat was heard
    of; ``beats_in_bar``: length of the bar as far as it was seen; ``trouble_at_s``: when underruns
    or dropped notes last went up; ``applied_at_s``: the last mood change; ``played``: moods in
    their order; ``learning``: the address that waits for a controller; ``bound``: those bound.
    """

    where: str = ""
    link: LinkState = "searching"
    version: str = ""
    band: BandState = field(default_factory=lambda: BandState(parts=_PARTS))
    armed_due_s: float | None = None
    beat_at_s: float | None = None
    beats_in_bar: int = 4
    trouble_at_s: float = -math.inf
    applied_at_s: float = -math.inf
    message: Message | None = None
    played: tuple[PlayedMood, ...] = ()
    learning: str = ""
    bound: tuple[str, ...] = ()

    @property
    def silent_parts(self) -> frozenset[int]:
        """Parts, by their place, that are not heard: muted, or others are soloed."""
        parts = self.band.parts
        has_solo = any(part.solo for part in parts)
        return frozenset(
            index for index, part in enumerate(parts) if part.mute or (has_solo and not part.solo)
        )

    @property
    def understood_mood(self) -> bool:
        """Whether it is known how the mood that plays was understood."""
        reading = self.band.understood
        return bool(reading.nearest) and self.band.armed is None

    @property
    def understood_armed(self) -> bool:
        """Whether it is known how the armed mood was understood."""
        reading, armed = self.band.understood, self.band.armed
        return bool(reading.nearest) and armed is not None and reading.text == armed.text

    @property
    def is_playing(self) -> bool:
        """Whether the band plays (or counts in) and the daemon is there."""
        return self.link == "connected" and self.band.transport not in ("stopped", "waiting")

    def beats_until_mood(self, now_s: float) -> float | None:
        """Beats until the armed mood sounds; None when nothing is armed."""
        if self.band.armed is None or self.armed_due_s is None:
            return None
        return max(0.0, (self.armed_due_s - now_s) * self.band.tempo_bpm / 60.0)

    def message_at(self, now_s: float) -> Message | None:
        """The message, while it is still to be shown."""
        if self.message is not None and now_s < self.message.until_s:
            return self.message
        return None


def absorb(view: StageView, notice: Notice, at_s: float) -> StageView:
    """The view after a notice that arrived at ``at_s``."""
    return _ABSORB[type(notice)](view, notice, at_s)


def with_tempo(view: StageView, tempo_bpm: float, at_s: float) -> StageView:
    """The view at another tempo: the armed mood's beat stays, its moment moves."""
    due_s = view.armed_due_s
    if due_s is not None and tempo_bpm > 0:
        due_s = at_s + max(0.0, due_s - at_s) * view.band.tempo_bpm / tempo_bpm
    return replace(view, band=replace(view.band, tempo_bpm=tempo_bpm), armed_due_s=due_s)


def without_armed(view: StageView, mood_id: int) -> StageView:
    """The view after the mood with this id was cancelled; a newer one stays armed."""
    armed = view.band.armed
    if armed is None or armed.id > mood_id:
        return view
    return replace(view, band=replace(view.band, armed=None), armed_due_s=None)


def with_mood(view: StageView, text: str, at_s: float) -> StageView:
    """The view with this mood playing; a different one shines for a moment."""
    applied_at_s = view.applied_at_s if text == view.band.mood else at_s
    played = with_played(view.played, view.band.bar, text)
    band = replace(view.band, mood=text)
    return replace(view, band=band, applied_at_s=applied_at_s, played=played)


def with_part(view: StageView, name: str, field_name: str, value: int) -> StageView:
    """The view with one field of one part changed; unknown parts and fields change nothing."""
    if field_name not in ("channel", "program", "mute", "solo", "level", "octave"):
        return view
    new: Any = bool(value) if field_name in ("mute", "solo") else value
    parts = tuple(
        replace(part, **{field_name: new}) if part.name == name else part
        for part in view.band.parts
    )
    return replace(view, band=replace(view.band, parts=parts))


def with_message(view: StageView, text: str, severity: Severity, at_s: float) -> StageView:
    """The view with a line for the performer, shown for a while."""
    return replace(view, message=Message(text, severity, at_s + MESSAGE_S))


def with_link(view: StageView, link: LinkState) -> StageView:
    """The view after the daemon was found or lost; a lost one plays nothing that could be shown."""
    if link == "connected":
        return replace(view, link=link, message=None)
    return replace(view, link=link, armed_due_s=None, beat_at_s=None)


def _armed(view: StageView, notice: MoodArmed, at_s: float) -> StageView:
    if notice.id == 0:  # the reading's way to say that none waits
        return replace(view, band=replace(view.band, armed=None), armed_due_s=None)
    armed = ArmedMood(notice.id, notice.text, 0, notice.bar, notice.beat, notice.eta_s)
    return replace(
        view, band=replace(view.band, armed=armed), armed_due_s=at_s + max(0.0, notice.eta_s)
    )


def _applied(view: StageView, notice: MoodApplied, at_s: float) -> StageView:
    armed, due_s = view.band.armed, view.armed_due_s
    # A newer one may be armed already while the older one's push was on its way.
    if armed is not None and armed.id <= notice.id:
        armed, due_s = None, None
    view = with_mood(view, notice.text, at_s)
    band = replace(view.band, armed=armed)
    played = with_played(view.played, notice.bar, notice.text)
    return replace(view, band=band, armed_due_s=due_s, applied_at_s=at_s, played=played)


def with_played(played: tuple[PlayedMood, ...], bar: int, text: str) -> tuple[PlayedMood, ...]:
    """The moods played with one more; the same one again is none."""
    if not text or (played and played[-1].text == text):
        return played
    return (*played, PlayedMood(bar, text))[-MAX_PLAYED:]


def _beat(view: StageView, notice: BeatPassed, at_s: float) -> StageView:
    beats_in_bar = view.beats_in_bar
    if notice.bar == view.band.bar:
        beats_in_bar = max(beats_in_bar, notice.beat)
    elif notice.bar == view.band.bar + 1 and view.beat_at_s is not None:
        beats_in_bar = max(1, math.floor(view.band.beat))
    return replace(
        view,
        band=replace(view.band, bar=notice.bar, beat=float(notice.beat)),
        beat_at_s=at_s,
        beats_in_bar=max(beats_in_bar, notice.beat),
    )


def _transport(view: StageView, notice: TransportChanged, at_s: float) -> StageView:
    beat_at_s = None if notice.state == "stopped" else view.beat_at_s
    return replace(view, band=replace(view.band, transport=notice.state), beat_at_s=beat_at_s)


def _health(view: StageView, notice: HealthReport, at_s: float) -> StageView:
    return replace(
        view,
        band=replace(view.band, health=notice.health),
        trouble_at_s=_trouble(view, notice.health, at_s),
    )


def _trouble(view: StageView, health: Health, at_s: float) -> float:
    before = view.band.health
    # A fresh screen takes over counts that grew before it looked: no alarm for those.
    is_new = view.link == "connected" and (
        health.underruns > before.underruns
        or health.dropped > before.dropped
        or health.port_losses > before.port_losses
        or health.xruns > before.xruns
    )
    return at_s if is_new else view.trouble_at_s


def _error(view: StageView, notice: ErrorNotice, at_s: float) -> StageView:
    return with_message(view, notice.why, "error", at_s)


def _nothing(view: StageView, notice: NotePlayed | NoteDecided | Wiped, at_s: float) -> StageView:
    return view


# Each handler takes the one notice type it is filed under, which a dict cannot express.
_ABSORB: Final[dict[type, Callable[[StageView, Any, float], StageView]]] = {
    MoodArmed: _armed,
    MoodApplied: _applied,
    BeatPassed: _beat,
    TransportChanged: _transport,
    HealthReport: _health,
    ErrorNotice: _error,
    NotePlayed: _nothing,
    NoteDecided: _nothing,
    Wiped: _nothing,
}


def horizon_level(view: StageView) -> Level:
    """How safe the beats decoded ahead are: below two of them warns, below a half alarms."""
    if not view.is_playing:
        return "idle"
    beats = view.band.health.horizon_beats
    return "bad" if beats < 0.5 else "warn" if beats < 2.0 else "good"


def lateness_level(view: StageView) -> Level:
    """Lateness of the player's notes at p99: from 5 ms one hears it in drums, 20 ms is broken."""
    late_ms = view.band.health.lateness_p99_ms
    if not view.is_playing:
        return "idle"
    return "bad" if late_ms >= 20.0 else "warn" if late_ms >= 5.0 else "good"


def count_level(view: StageView, count: int, now_s: float) -> Level:
    """Underruns or dropped notes: alarm while new, a warning for as long as there were any."""
    if count == 0:
        return "idle"
    return "bad" if now_s - view.trouble_at_s < TROUBLE_S else "warn"


def rights_level(view: StageView) -> Level:
    """What the system granted the player: without any priority, other programs can hold it up."""
    rights = view.band.health.rights
    if not rights:
        return "idle"
    return "warn" if rights.startswith("normal priority") else "good"


def overall_level(view: StageView, now_s: float) -> Level:
    """The worst of all that can be heard: what the lamp shows."""
    health = view.band.health
    levels = [horizon_level(view), lateness_level(view)]
    if view.is_playing:
        for count in (health.underruns, health.dropped, health.port_losses):
            level = count_level(view, count, now_s)
            levels.append("bad" if level == "bad" else "idle")
    order: tuple[Level, ...] = ("idle", "good", "warn", "bad")
    return max(levels, key=order.index)
