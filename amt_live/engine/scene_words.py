"""A scene as JSON, and read again as if a stranger wrote it. Pure; thread: any."""

import math
from collections.abc import Mapping
from typing import Any, Final

from amt_live.control.commands import MAX_BLEND, MAX_MOOD_CHARS
from amt_live.control.state import PartState, Sampling
from amt_live.control.when import When
from amt_live.engine.harmony import parse_chords, parse_key
from amt_live.engine.recipes import Recipe, blended, plain
from amt_live.engine.scenes import Scene
from amt_live.music.parts import PART_NAMES
from amt_live.music.timeline import MAX_BPM, MIN_BPM

MAX_TEXT_CHARS: Final = 500


def scene_record(scene: Scene) -> dict[str, Any]:
    """A scene as JSON."""
    by_hand = dict(scene.programs)
    return {
        "mood": [[text, weight] for text, weight in scene.mood],
        "tempo_bpm": scene.tempo_bpm,
        "quantise": str(scene.quantise),
        "key": scene.key,
        "chords": scene.chords,
        "swing": scene.swing,
        "density": scene.density,
        "energy": scene.energy,
        "sampling": {
            "temperature": scene.sampling.temperature,
            "top_p": scene.sampling.top_p,
            "top_k": scene.sampling.top_k,
            "guidance": scene.sampling.guidance,
        },
        "parts": {
            part.name: {
                "channel": part.channel,
                "program": by_hand.get(index),
                "mute": part.mute,
                "solo": part.solo,
                "level": part.level,
                "octave": part.octave,
            }
            for index, part in enumerate(scene.parts)
        },
    }


def scene_of(value: object) -> Scene:
    """Raises ValueError or UsageError for anything that the band could not play."""
    data = object_of(value, "the scene")
    key, chords = _text(data, "key"), _text(data, "chords")
    if key is not None:
        parse_key(key)
    if chords is not None:
        parse_chords(chords)
    sampling = object_of(data.get("sampling"), "sampling")
    parts = object_of(data.get("parts"), "parts")
    if set(parts) != set(PART_NAMES):
        raise ValueError("its parts are not those of the band")
    states, programs = [], []
    for index, name in enumerate(PART_NAMES):
        part = object_of(parts[name], name)
        program = None if part.get("program") is None else _whole(part, "program", 0, 127)
        states.append(
            PartState(
                name,
                _whole(part, "channel", 1, 16),
                program or 0,
                bool(_whole(part, "mute", 0, 1)),
                bool(_whole(part, "solo", 0, 1)),
                _whole(part, "level", 0, 127),
                _whole(part, "octave", -4, 4),
            )
        )
        if program is not None:
            programs.append((index, program))
    return Scene(
        _mood(data.get("mood")),
        _real(data, "tempo_bpm", MIN_BPM, MAX_BPM),
        When(str(data.get("quantise"))),
        key,
        chords,
        _knob(data, "swing"),
        _knob(data, "density"),
        _knob(data, "energy"),
        Sampling(
            _real(sampling, "temperature", 0.1, 2),
            _real(sampling, "top_p", 0.05, 1),
            _whole(sampling, "top_k", 0, 512),
            _real(sampling, "guidance", 0, 5),
        ),
        tuple(states),
        tuple(programs),
    )


def _mood(value: object) -> Recipe:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_BLEND:
        raise ValueError("its mood is not a list of texts with weights")
    pairs = []
    for item in value:
        if not isinstance(item, list) or len(item) != 2 or not isinstance(item[0], str):
            raise ValueError("its mood is not a list of texts with weights")
        if len(item[0]) > MAX_MOOD_CHARS or not item[0].isprintable():
            raise ValueError("a text of its mood is too long or not plain text")
        pairs.append((item[0], _number(item[1], "a weight of its mood")))
    if len(pairs) == 1:
        return plain(" ".join(pairs[0][0].split()))
    return blended(pairs, MAX_BLEND * MAX_MOOD_CHARS)


def object_of(value: object, what: str) -> dict[str, Any]:
    """An object of JSON; raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")
    return value


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS or not value.isprintable():
        raise ValueError(f"{name} is not a short text")
    return value


def _number(value: object, what: str) -> float:
    if not isinstance(value, int | float) or not abs(value) < 1e9 or not math.isfinite(value):
        raise ValueError(f"{what} is not a number")
    return float(value)


def _real(data: Mapping[str, Any], name: str, low: float, high: float) -> float:
    value = _number(data.get(name), name)
    if not low <= value <= high:
        raise ValueError(f"{name} is outside {low:g}-{high:g}")
    return value


def _whole(data: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = _real(data, name, low, high)
    if value != int(value):
        raise ValueError(f"{name} is not a whole number")
    return int(value)


def _knob(data: Mapping[str, Any], name: str) -> float | None:
    return None if data.get(name) is None else _real(data, name, 0, 1)
