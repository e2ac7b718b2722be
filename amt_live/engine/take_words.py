"""The words of a take log that say what the band heard: moods, controls, plans, where a stream is.

Each mood and each set of controls is written once, under a number; plans and streams refer to the
numbers. Reading back trusts nothing: whatever is not of its shape raises ValueError, TypeError,
KeyError or IndexError, which ``amt_live.replay`` turns into one line.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

from amt_live.control.leans import Leans, leans_of
from amt_live.engine.plan import Change, Chord, Direction, Plan, Source
from amt_live.text.conditioning import Mood

Record = dict[str, Any]
_NUMBER_LIMIT: Final = 1 << 40

Controls = tuple[int | None, int | None, tuple[tuple[Chord, ...], ...], int, Leans]


class Writer:
    """Numbers what is new and has it written before it is referred to. Thread: engine."""

    def __init__(self, put: Callable[[Record], None], before: "Writer | None" = None) -> None:
        """``before``: the numbers that are given already."""
        self._put = put
        self._moods: dict[tuple[Source, str], int] = before._moods if before else {}
        self._controls: dict[Controls, int] = before._controls if before else {}

    def changes(self, changes: Sequence[Change]) -> list[list[int]]:
        """Changes as JSON."""
        return [[change.at_ticks, *self.direction(change.direction)] for change in changes]

    def direction(self, direction: Direction) -> list[int]:
        """A direction: its id and step, and the numbers of its mood and its controls."""
        return [
            direction.revision[0],
            direction.step,
            self._mood(direction),
            self._controls_of(direction),
        ]

    def _mood(self, direction: Direction) -> int:
        key = (direction.source, direction.text)
        if key not in self._moods:
            self._moods[key] = len(self._moods)
            recipe, sounds, energy, draw = direction.source
            record = {"mood": self._moods[key], "of": recipe, "text": direction.text}
            self._put({**record, "sounds": sounds, "energy": energy, "draw": draw})
        return self._moods[key]

    def _controls_of(self, direction: Direction) -> int:
        key = (
            direction.key,
            direction.density,
            direction.chords,
            direction.chords_from_bar,
            direction.leans,
        )
        if key not in self._controls:
            self._controls[key] = len(self._controls)
            names = ("key", "density", "chords", "from", "leans")
            record = dict(zip(names, key, strict=True))
            self._put({"controls": self._controls[key], **record})
        return self._controls[key]


class Reader:
    """Reads back what a ``Writer`` wrote; ``read_mood`` reads a source under the model."""

    def __init__(self, read_mood: Callable[[Source], Mood]) -> None:
        self._read_mood = read_mood
        self._moods: list[tuple[Source, str]] = []
        self._read: dict[int, Mood] = {}
        self._controls: list[Controls] = []

    def use(self, read_mood: Callable[[Source], Mood]) -> None:
        """Read under another model from here on."""
        self._read_mood = read_mood
        self._read.clear()

    def take_in(self, record: Record) -> None:
        """A mood or controls."""
        if "mood" in record:
            _expect(record["mood"] == len(self._moods))
            source = (
                _recipe(record["of"]),
                _recipe(record["sounds"]),
                _real(record["energy"]),
                whole(record.get("draw", 0)),
            )
            _expect(bool(source[0]))
            self._moods.append((source, _text(record["text"])))
        else:
            _expect(record["controls"] == len(self._controls))
            chords = tuple(tuple(_chord(chord) for chord in bar) for bar in record["chords"])
            self._controls.append(
                (
                    _within(record["key"], 24),
                    _within(record["density"], 8),
                    chords,
                    whole(record["from"]),
                    leans_of((_text(name), nats) for name, nats in record.get("leans", ())),
                )
            )

    def changes(self, rows: Any) -> list[Change]:
        """Changes in the order of their ticks."""
        changes = [Change(whole(at), self.direction(rest)) for at, *rest in rows]
        _expect(bool(changes))
        _expect(all(a.at_ticks < b.at_ticks for a, b in pairwise(changes)))
        return changes

    def plan(self, rows: Any) -> Plan:
        """A plan of changes."""
        return Plan.of(self.changes(rows))

    def direction(self, row: Any) -> Direction:
        """A direction."""
        number, step, mood, controls = (whole(value) for value in row)
        _expect(0 <= mood < len(self._moods) and 0 <= controls < len(self._controls))
        source, text = self._moods[mood]
        if mood not in self._read:
            self._read[mood] = self._read_mood(source)
        key, density, chords, from_bar, leans = self._controls[controls]
        return Direction(
            self._read[mood],
            text,
            (number, source[2]),
            key,
            density,
            chords,
            from_bar,
            step,
            source,
            leans,
        )


def whole(value: Any) -> int:
    """A whole number of a sensible size."""
    _expect(type(value) is int and abs(value) < _NUMBER_LIMIT)
    return int(value)


def _within(value: Any, end: int) -> int | None:
    if value is None:
        return None
    _expect(0 <= whole(value) < end)
    return int(value)


def _real(value: Any) -> float | None:
    if value is None:
        return None
    _expect(type(value) in (int, float) and abs(value) < _NUMBER_LIMIT)
    return float(value)


def _text(value: Any) -> str:
    _expect(isinstance(value, str) and len(value) <= 4096)
    value.encode()
    return str(value)


def _recipe(value: Any) -> tuple[tuple[str, float], ...]:
    _expect(isinstance(value, list) and len(value) <= 64)
    return tuple((_text(text), _real(weight) or 0.0) for text, weight in value)


def _chord(value: Any) -> Chord:
    if value is None:
        return None
    root, quality = value
    _expect(0 <= whole(root) < 12 and 0 <= whole(quality) < 64)
    return root, quality


def _expect(is_so: bool) -> None:
    if not is_so:
        raise ValueError("not a word of a take log")
