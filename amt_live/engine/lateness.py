"""What is heard when decoding falls behind: fewer notes, the last bar again, or a held chord.

Thread: engine, asked once a turn of the band. ``thin`` lets the model write fewer notes at a place
until the music is ahead again; what was not decoded in time is a rest. ``repeat`` plays the last
bar again, ``hold`` strikes the last chord softly and holds it, each up to a bar line from which the
stream is in time again. Everything is a note with an end, so nothing hangs.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from amt_live.control.commands import LatePolicy
from amt_live.engine.stream import BEAT_TICKS
from amt_live.music.events import Bar, Note
from amt_live.music.parts import DRUMS

if TYPE_CHECKING:
    from amt_live.engine.band import Band

THIN_NOTES: Final = 2
"""Notes at one place while thinned."""

THIN_BELOW_S: Final = 0.1
ENOUGH_S: Final = 1.0
"""With so much decoded ahead everything is played again."""

TURNED_S: Final = 1.0
"""So long after the stream went back it is close to the playhead, and that is as it should be."""

CATCH_UP_S: Final = 0.5
"""The stream goes on at a bar line at least so far ahead."""

HELD_NOTES: Final = 5
HELD_LEVEL: Final = 0.7


class LateDesk:
    """Keeps a policy, and acts by it."""

    def __init__(self, band: "Band") -> None:
        self._band = band
        self.policy: LatePolicy = "thin"
        self._filled_to: int | None = None
        """Where the last filling ended."""
        self._good_ticks = 0
        """Where the music that was decoded ended when it was needed last."""
        self._usual: int | None = None
        """Notes at one place while nothing is late; None: as many as the model plays."""

    def choose(self, policy: LatePolicy) -> None:
        """Act like this from now on."""
        self.policy = policy
        if policy != "thin":
            self._play_at_most(self._usual)

    def begin(self) -> None:
        """Another piece begins."""
        self._filled_to = self._usual = None
        self._play_at_most(None)

    def hold_to(self, notes: int | None) -> None:
        """Play at most so many notes at one place, however much is decoded; None: no limit."""
        if notes != self._usual:
            self._usual = notes
            self._play_at_most(notes)

    def follow(self) -> None:
        """Do what has to be done when the stream is behind."""
        band = self._band
        if band.turning.is_entering() or band.calling.is_listening:
            return
        if self.policy == "thin":
            self._thin()
        elif band.stream.horizon_ticks < band.soonest_ticks():
            self._fill()
        if band.playhead_ticks > band.stream.horizon_ticks:
            band.health.underruns += 1
            band.skip_to(band.earliest_ticks())

    def _thin(self) -> None:
        band = self._band
        ahead_s = band.transport.seconds_until(band.stream.horizon_ticks)
        is_thinned = band.stream.most_notes != self._usual
        if is_thinned and ahead_s > ENOUGH_S:
            self._play_at_most(self._usual)
        elif (
            not is_thinned and ahead_s < THIN_BELOW_S and not band.turning.has_just_turned(TURNED_S)
        ):
            band.health.thinned += 1
            self._play_at_most(min(THIN_NOTES, self._usual or THIN_NOTES))

    def _play_at_most(self, notes: int | None) -> None:
        if self._band.stream.most_notes != notes:
            self._band.tape.write("thin", notes)
            self._band.stream.most_notes = notes

    def _fill(self) -> None:
        band = self._band
        from_ticks, horizon_ticks = band.soonest_ticks(), band.stream.horizon_ticks
        if horizon_ticks != self._filled_to:
            self._good_ticks = horizon_ticks
        bar = band.stream.bar_at(from_ticks)
        if bar is None:
            return
        end_ticks = bar.start_ticks + bar.duration_ticks
        while end_ticks < from_ticks + band.transport.ticks_in(CATCH_UP_S):
            end_ticks += bar.duration_ticks
        known = band.queued.lately
        if self.policy == "repeat":
            notes = repeated(known, bar, self._good_ticks, from_ticks, end_ticks)
            band.health.repeated += 1
        else:
            notes = held(known, self._good_ticks, from_ticks, end_ticks)
            band.health.held += 1
        band.health.underruns += 1
        band.fill(notes)
        band.skip_to(end_ticks)
        self._filled_to = end_ticks


def repeated(
    known: Sequence[Note], bar: Bar, good_ticks: int, from_ticks: int, end_ticks: int
) -> list[Note]:
    """The last bar's length of ``known`` before ``good_ticks``, again and again, in its place."""
    length = bar.duration_ticks
    source = [note for note in known if good_ticks - length <= note.start_ticks < good_ticks]
    notes = []
    for note in source:
        start = note.start_ticks
        while start < end_ticks:
            if start >= from_ticks:
                notes.append(replace(note, start_ticks=start))
            start += length
    return sorted(notes, key=lambda note: (note.start_ticks, note.part, note.pitch))


def held(known: Sequence[Note], good_ticks: int, from_ticks: int, end_ticks: int) -> list[Note]:
    """What sounded last (the lowest and the highest notes of it), from a tick to another one."""
    melodic = [n for n in known if n.part != DRUMS.index and n.start_ticks < good_ticks]
    if not melodic:
        return []
    last_ticks = max(note.start_ticks for note in melodic)
    # Notes with which that one began or sounded; a beat at most, where all were short.
    sounding = [n for n in melodic if n.end_ticks > last_ticks or n.start_ticks == last_ticks]
    chord = {(n.part, n.pitch): n for n in sounding if n.start_ticks > last_ticks - 4 * BEAT_TICKS}
    ordered = sorted(chord.values(), key=lambda note: note.pitch)
    kept = ordered if len(ordered) <= HELD_NOTES else [*ordered[:2], *ordered[2 - HELD_NOTES :]]
    return [
        replace(
            note,
            start_ticks=from_ticks,
            duration_ticks=end_ticks - from_ticks,
            velocity=max(round(note.velocity * HELD_LEVEL), 1),
        )
        for note in kept
    ]
