"""A bank as JSON, but for the numbers of its cache, and read again as if a stranger wrote it.

Pure; thread: any. Moods and controls are written in the words of a take log.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from amt_live.control.commands import MAX_SEED
from amt_live.engine.banks import Bank
from amt_live.engine.checkpoint import memory_of, memory_record
from amt_live.engine.moods import Armed, Reading, Step
from amt_live.engine.plan import Direction, Source
from amt_live.engine.scene_words import object_of, scene_of, scene_record
from amt_live.engine.take_words import Reader, Record, Writer, whole
from amt_live.inference.decoder import Kept
from amt_live.text.conditioning import Mood

VERSION: Final = 1
TYPES: Final = ("int8", "uint8", "float16", "float32")
"""What keys and values may be kept in; int8 and float32 are what models have today."""

MOST: Final = 10_000.0
"""Keys and values of real models stay far below."""


def bank_record(bank: Bank) -> Record:
    """All of a bank but its cache."""
    words: list[Record] = []
    writer = Writer(words.append)
    armed = bank.armed
    record = {
        "version": VERSION,
        "model": bank.model,
        "model_hash": bank.model_hash,
        "seed": bank.seed,
        "scene": scene_record(bank.scene),
        "current": _row(bank.current, writer),
        "steps": _steps_record(bank.steps, writer),
        "armed": None if armed is None else _armed_record(armed, writer),
        "changes": writer.changes(bank.changes),
        "bar": bank.bar,
        "odd": bank.is_odd,
        "memory": memory_record(bank.memory, bank.spans, bank.here, writer),
        "cache": None if bank.memory.kept is None else _shape_of(bank.memory.kept),
    }
    return {**record, "words": words}


def bank_of(record: Record, numbers: bytes, read_mood: Callable[[Source], Mood]) -> Bank:
    """Such a bank again, with ``numbers`` for its cache.

    Raises ValueError, TypeError, KeyError, IndexError or UsageError for a record that is none.
    """
    reader = Reader(read_mood)
    for word in record["words"]:
        reader.take_in(word)
    memory, spans, here = memory_of(record["memory"], reader)
    memory = replace(memory, kept=_kept_of(record["cache"], memory.ids, numbers))
    changes = tuple(reader.changes(record["changes"]))
    if here.arrival.token is not None or changes[0].at_ticks != here.ticks:
        raise ValueError("it does not begin at a bar line")
    return Bank(
        str(record["model"]),
        str(record["model_hash"]),
        scene_of(record["scene"]),
        _within(record["seed"], MAX_SEED),
        _reading(record["current"], reader),
        _steps_of(record["steps"], reader),
        None if record["armed"] is None else _armed_of(record["armed"], reader),
        changes,
        here,
        whole(record["bar"]),
        record["odd"] is True,
        spans,
        memory,
    )


# What is to come of moods.


def _row(reading: Reading, writer: Writer) -> list[int]:
    """A reading is a direction without controls."""
    revision = (reading.id, reading.energy)
    return writer.direction(
        Direction(reading.mood, reading.text, revision, step=reading.step, source=reading.source)
    )


def _reading(row: Any, reader: Reader) -> Reading:
    found = reader.direction(row)
    recipe, sounds, energy, draw = found.source
    number = found.revision[0]
    return Reading(number, found.text, found.mood, energy, recipe, found.step, sounds, draw)


def _steps_record(steps: tuple[Step, ...], writer: Writer) -> list[list[int]]:
    return [[step.at_ticks, *_row(step.reading, writer)] for step in steps]


def _steps_of(rows: Any, reader: Reader) -> tuple[Step, ...]:
    return tuple(Step(whole(at), _reading(row, reader)) for at, *row in rows)


def _armed_record(armed: Armed, writer: Writer) -> Record:
    """What waits: a mood, a glide or a scene; never another bank."""
    return {
        "reading": _row(armed.reading, writer),
        "before": _row(armed.before, writer),
        "at": armed.at_ticks,
        "is_undo": armed.is_undo,
        "then": _steps_record(armed.then, writer),
        "ends_glide": armed.ends_glide,
        "scene": None if armed.scene is None else scene_record(armed.scene),
    }


def _armed_of(value: Any, reader: Reader) -> Armed:
    record = object_of(value, "what waits")
    return Armed(
        _reading(record["reading"], reader),
        _reading(record["before"], reader),
        whole(record["at"]),
        0.0,  # it has waited since the recall
        record["is_undo"] is True,
        _steps_of(record["then"], reader),
        record["ends_glide"] is True,
        None if record["scene"] is None else scene_of(record["scene"]),
    )


# The cache.


def _shape_of(kept: Kept) -> Record:
    return {
        "type": kept.cache.dtype.name,
        "shape": list(kept.cache.shape),
        "lengths": list(kept.lengths),
        "guided": kept.guided,
    }


def _kept_of(value: Any, ids: tuple[int, ...], numbers: bytes) -> Kept | None:
    if value is None:
        return None
    record = object_of(value, "the cache")
    if record["type"] not in TYPES:
        raise ValueError("its cache is of a type that is not known")
    shape = tuple(_within(size, 1 << 20) for size in record["shape"])
    cache = np.frombuffer(numbers, record["type"]).reshape(shape)
    # Layer by layer: looking must not take as much memory again.
    if cache.dtype.kind == "f" and not all(bool((np.abs(part) < MOST).all()) for part in cache):
        raise ValueError("its cache holds what is no number")
    first, second = (_within(length, len(ids)) for length in record["lengths"])
    return Kept(np.array(ids, np.int64), cache, (first, second), record["guided"] is True)


def _within(value: Any, most: int) -> int:
    number = whole(value)
    if not 0 <= number <= most:
        raise ValueError(f"{number} is outside 0-{most}")
    return number
