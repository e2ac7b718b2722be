"""The ledger of sounding notes: whatever was started on the wire is known here until it was ended.

Used by the performer, on its thread. The invariant: on the wire, note-ons and note-offs of one
channel and pitch alternate strictly, and the key sounds exactly while some note in the ledger
holds it. A repeated pitch ends the older sound and starts the newer at once, and only the last
holder's end is sent, so that an older note's off never cuts a newer note.
"""

from dataclasses import dataclass

from amt_live.midi.messages import Wire, note_off, note_on


@dataclass(frozen=True, slots=True)
class Voice:
    """One note in the ledger; ``channel`` and ``pitch`` are those that were sent."""

    id: int
    part: int
    channel: int
    pitch: int


@dataclass(slots=True)
class _Key:
    """One channel and pitch that sounds: how many voices hold it, and whose note-on came last."""

    holders: int
    part: int


class Ledger:
    """Counts who holds which key. Thread: one."""

    def __init__(self) -> None:
        self._voices: dict[int, Voice] = {}
        self._keys: dict[tuple[int, int], _Key] = {}
        self._next_id = 0

    def __len__(self) -> int:
        return len(self._voices)

    @property
    def voices(self) -> tuple[Voice, ...]:
        """The voices that sound, oldest first."""
        return tuple(self._voices.values())

    def start(
        self, part: int, channel: int, pitch: int, velocity: int
    ) -> tuple[Voice, tuple[Wire, ...]]:
        """A new voice, and what to send for it (first the end of an older sound of that key)."""
        voice = Voice(self._next_id, part, channel, pitch)
        self._next_id += 1
        self._voices[voice.id] = voice
        on = Wire(part, note_on(channel, pitch, velocity))
        key = self._keys.get((channel, pitch))
        if key is None:
            self._keys[channel, pitch] = _Key(1, part)
            return voice, (on,)
        off = Wire(key.part, note_off(channel, pitch))
        key.holders += 1
        key.part = part
        return voice, (off, on)

    def end(self, voice_id: int) -> tuple[Wire, ...]:
        """What to send when a voice ends: nothing while others hold its key, or the second time."""
        voice = self._voices.pop(voice_id, None)
        if voice is None:
            return ()
        key = self._keys[voice.channel, voice.pitch]
        key.holders -= 1
        if key.holders:
            return ()
        del self._keys[voice.channel, voice.pitch]
        return (Wire(key.part, note_off(voice.channel, voice.pitch)),)

    def end_part(self, part: int) -> tuple[Wire, ...]:
        """End every voice of a part."""
        voices = [voice.id for voice in self._voices.values() if voice.part == part]
        return tuple(wire for voice_id in voices for wire in self.end(voice_id))

    def end_all(self) -> tuple[Wire, ...]:
        """End every voice."""
        return tuple(wire for voice_id in list(self._voices) for wire in self.end(voice_id))
