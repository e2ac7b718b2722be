"""What can be asked of a band, as methods: one for each address of the table that a performer uses.

Shared by the blocking and the awaiting band, which differ in what ``send`` gives back. Limits are
not checked here: the band checks them, and its refusal names them.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from amt_live.osc.arguments import Atom
from amt_live.osc.words import FREE

Done = TypeVar("Done")


class Commands(Generic[Done]):
    """Commands to a band. ``at`` says when: now, 16th, beat, bar, 2bars, 4bars or 8bars; without it
    the band's own ``quantise`` decides."""

    def send(self, address: str, *atoms: Atom) -> Done:
        """Any command by its OSC address; raises Refused, or NetworkError when nobody answers."""
        raise NotImplementedError

    def mood(self, text: str, at: str | None = None) -> Done:
        """Play what these words say from the next boundary on."""
        return self.send("/amt/mood", text, *_when(at))

    def blend(self, moods: Mapping[str, float], at: str | None = None) -> Done:
        """Play what lies between 2 to 8 texts, by their weights."""
        pairs: list[Atom] = [atom for text, weight in moods.items() for atom in (text, weight)]
        return self.send("/amt/mood/blend", *pairs, *_when(at))

    def glide(self, text: str, bars: int, at: str | None = None) -> Done:
        """Move from the present mood to this one, a step at every bar line."""
        return self.send("/amt/mood/glide", text, bars, *_when(at))

    def cancel(self) -> Done:
        """Forget the mood that is armed and does not play yet."""
        return self.send("/amt/mood/cancel")

    def undo(self) -> Done:
        """Go back to the mood before this one."""
        return self.send("/amt/mood/undo")

    def style(self, style: str | int, at: str | None = None) -> Done:
        """Play a style of the model's palette, by name or by number from 1."""
        return self.send("/amt/style", str(style), *_when(at))

    def quantise(self, when: str) -> Done:
        """When moods without ``at`` take effect."""
        return self.send("/amt/quantise", when)

    def tempo(self, bpm: float, glide_beats: float = 0) -> Done:
        """Quarter notes a minute, at once or over some beats."""
        return self.send("/amt/tempo", bpm, *([glide_beats] if glide_beats else []))

    def play(self) -> Done:
        """Play from the start."""
        return self.send("/amt/transport/play")

    def stop(self) -> Done:
        """Stop, and end every note."""
        return self.send("/amt/transport/stop")

    def resume(self) -> Done:
        """Go on from where it stopped."""
        return self.send("/amt/transport/continue")

    def count_in(self) -> Done:
        """Count one bar in, then play."""
        return self.send("/amt/transport/count_in")

    def panic(self) -> Done:
        """All sound off, now."""
        return self.send("/amt/panic")

    def density(self, density: float | None) -> Done:
        """How many notes, 0 to 1; None leaves it to the mood."""
        return self.send("/amt/density", _free(density))

    def energy(self, energy: float | None) -> Done:
        """How hard it plays, 0 to 1; None leaves it to the mood."""
        return self.send("/amt/energy", _free(energy))

    def swing(self, swing: float | None) -> Done:
        """How late off-beats come, 0 to 1 (triplets); None leaves it to the model."""
        return self.send("/amt/swing", _free(swing))

    def key(self, key: str | None) -> Done:
        """The key, such as ``D minor``; None leaves it to the model."""
        return self.send("/amt/key", _free(key))

    def chords(self, chords: str | Iterable[str] | None) -> Done:
        """Chords that are repeated, ``Dm7 | G7 | Cmaj7 | %`` or one text a bar; None ends them."""
        if chords is not None and not isinstance(chords, str):
            chords = " | ".join(chords)
        return self.send("/amt/chords", _free(chords))

    def seed(self, seed: int) -> Done:
        """Seed of the dice."""
        return self.send("/amt/seed", seed)

    def temperature(self, temperature: float) -> Done:
        """How daring the choice of notes is, 0.1 to 2."""
        return self.send("/amt/sampling/temperature", temperature)

    def top_p(self, top_p: float) -> Done:
        """Choose among the likeliest notes that together have this probability."""
        return self.send("/amt/sampling/top_p", top_p)

    def top_k(self, top_k: int) -> Done:
        """Choose among this many likeliest notes; 0 is no limit."""
        return self.send("/amt/sampling/top_k", top_k)

    def guidance(self, guidance: float) -> Done:
        """How strictly the music follows the mood, 0 to 5."""
        return self.send("/amt/sampling/guidance", guidance)

    def model(self, name: str, at: str | None = None) -> Done:
        """Another model, by its bare name, from a bar line on."""
        return self.send("/amt/model", name, *_when(at))

    def save_scene(self, name: str) -> Done:
        """Keep all that is set now under a name."""
        return self.send("/amt/scene/save", name)

    def scene(self, name: str, at: str | None = None) -> Done:
        """Set all of a scene at the next boundary."""
        return self.send("/amt/scene/cue", name, *_when(at))

    def delete_scene(self, name: str) -> Done:
        """Forget a scene."""
        return self.send("/amt/scene/delete", name)

    def store_bank(self, number: int, at: str | None = None) -> Done:
        """Keep where the music is at the next bar line, 1 to 16: model, random state, settings."""
        return self.send("/amt/bank/store", number, *_when(at))

    def bank(self, number: int, at: str | None = None) -> Done:
        """Go on from a bank at a bar line: what followed when it was stored follows again."""
        return self.send("/amt/bank/recall", number, *_when(at))

    def clear_bank(self, number: int) -> Done:
        """Forget what is stored in a bank."""
        return self.send("/amt/bank/clear", number)

    def take(self, name: str | None = None) -> Done:
        """Record what is sent to the port, under a bare name or one made from the clock."""
        return self.send("/amt/take/start", *_given(name))

    def end_take(self) -> Done:
        """End the recording and write it."""
        return self.send("/amt/take/stop")

    def capture(self, bars: int, name: str | None = None) -> Done:
        """Write the last bars as a take, though nothing was recording."""
        return self.send("/amt/capture", bars, *_given(name))

    def part(self, name: str) -> "Part[Done]":
        """One of the sixteen parts (drums, bass, piano ...), or ``*`` for all of them."""
        return Part(self, name)


class Part(Generic[Done]):
    """One part of the band, or all."""

    def __init__(self, band: Commands[Done], name: str) -> None:
        self._band = band
        self.name = name

    def mute(self, on: bool = True) -> Done:
        """Silence it, or not."""
        return self._set("mute", int(on))

    def solo(self, on: bool = True) -> Done:
        """Hear only the parts that are soloed."""
        return self._set("solo", int(on))

    def level(self, level: int) -> Done:
        """How loud, 0 to 127."""
        return self._set("level", level)

    def octave(self, octaves: int) -> Done:
        """Move it by octaves, -3 to 3."""
        return self._set("octave", octaves)

    def program(self, program: int) -> Done:
        """Its sound: a General MIDI program from 0."""
        return self._set("program", program)

    def channel(self, channel: int) -> Done:
        """Its MIDI channel, from 1."""
        return self._set("channel", channel)

    def _set(self, field: str, value: int) -> Done:
        return self._band.send(f"/amt/part/{self.name}/{field}", value)


def _when(at: str | None) -> tuple[str, ...]:
    return () if at is None else (f"@{at.removeprefix('@')}",)


def _given(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _free(value: Atom | None) -> Atom:
    return FREE if value is None else value
