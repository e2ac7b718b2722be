"""Scenes on disk: one JSON file, written whole or not at all, and read as if a stranger wrote it.

Thread: engine. Invariant: whatever the file holds, loading gives scenes that the band can play, and
at most one line of complaint; a file that was not wholly understood is set aside before the next
one is written.
"""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from amt_live.bounded import read_json
from amt_live.control.commands import MAX_BLEND, MAX_MOOD_CHARS, MAX_SCENES
from amt_live.control.state import PartState, Sampling
from amt_live.control.when import When
from amt_live.engine.harmony import parse_chords, parse_key
from amt_live.engine.recipes import Recipe, blended, plain
from amt_live.engine.scenes import Scene, checked_name
from amt_live.errors import FileError, UsageError, one_line
from amt_live.music.parts import PART_NAMES
from amt_live.music.timeline import MAX_BPM, MIN_BPM

VERSION: Final = 1
MAX_BYTES: Final = 4_000_000
MAX_TEXT_CHARS: Final = 500


class SceneFile:
    """Reads and writes one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_doubtful = False

    def load(self) -> tuple[dict[str, Scene], str]:
        """The scenes by name, and one line on what could not be read ('' when all could)."""
        try:
            if not self._path.exists():
                return {}, ""
            found = _object(read_json(self._path, MAX_BYTES), "the file")
            if found.get("version") != VERSION:
                raise ValueError(f"it is not of version {VERSION}")
            stored = _object(found.get("scenes"), "scenes")
        except (OSError, ValueError, RecursionError) as error:
            self._is_doubtful = True
            why = one_line(error)
            return {}, f"{self._path} cannot be used as a file of scenes ({why}); it is set aside"
        scenes: dict[str, Scene] = {}
        wrong: list[str] = []
        for name, value in stored.items():
            try:
                if len(scenes) >= MAX_SCENES:
                    raise ValueError(f"{MAX_SCENES} scenes are the most")
                scenes[checked_name(name)] = _scene(value)
            except (ValueError, UsageError) as error:
                wrong.append(f"{name[:40]!r}: {error}")
        self._is_doubtful = bool(wrong)
        trouble = f"{self._path}: left out {len(wrong)} scenes, such as {wrong[0]}" if wrong else ""
        return dict(sorted(scenes.items())), trouble

    def save(self, scenes: Mapping[str, Scene]) -> None:
        """Replace the file; raises FileError, and then the old one is as it was."""
        data = {
            "version": VERSION,
            "scenes": {name: _data(scene) for name, scene in scenes.items()},
        }
        partial = self._path.with_name(f"{self._path.name}.partial")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("w", encoding="utf-8") as stream:
                json.dump(data, stream, ensure_ascii=False, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            if self._is_doubtful and self._path.exists():
                os.replace(self._path, self._path.with_name(f"{self._path.name}.broken"))
            os.replace(partial, self._path)
        except OSError as error:
            why = error.strerror or "disk trouble"
            raise FileError(f"the scenes could not be written to {self._path}: {why}") from None
        self._is_doubtful = False


def _data(scene: Scene) -> dict[str, Any]:
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


def _scene(value: object) -> Scene:
    """Raises ValueError or UsageError for anything that the band could not play."""
    data = _object(value, "the scene")
    key, chords = _text(data, "key"), _text(data, "chords")
    if key is not None:
        parse_key(key)
    if chords is not None:
        parse_chords(chords)
    sampling = _object(data.get("sampling"), "sampling")
    parts = _object(data.get("parts"), "parts")
    if set(parts) != set(PART_NAMES):
        raise ValueError("its parts are not those of the band")
    states, programs = [], []
    for index, name in enumerate(PART_NAMES):
        part = _object(parts[name], name)
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


def _object(value: object, what: str) -> dict[str, Any]:
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
