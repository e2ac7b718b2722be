"""Scenes on disk: one JSON file, written whole or not at all, and read as if a stranger wrote it.

Thread: engine. Invariant: whatever the file holds, loading gives scenes that the band can play, and
at most one line of complaint; a file that was not wholly understood is set aside before the next
one is written.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from amt_live.control.commands import MAX_SCENES
from amt_live.engine.scene_words import object_of, scene_of, scene_record
from amt_live.engine.scenes import Scene, checked_name
from amt_live.errors import UsageError
from amt_live.kept import KeptFile, json_of

VERSION: Final = 1
MAX_BYTES: Final = 4_000_000


class SceneFile:
    """Reads and writes one file."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, "a file of scenes", MAX_BYTES)

    def load(self) -> tuple[dict[str, Scene], str]:
        """The scenes by name, and one line on what could not be read ('' when all could)."""
        stored, trouble = self._file.load(
            lambda data: object_of(json_of(data, VERSION).get("scenes"), "scenes")
        )
        scenes: dict[str, Scene] = {}
        wrong: list[str] = []
        for name, value in (stored or {}).items():
            try:
                if len(scenes) >= MAX_SCENES:
                    raise ValueError(f"{MAX_SCENES} scenes are the most")
                scenes[checked_name(name)] = scene_of(value)
            except (ValueError, UsageError) as error:
                wrong.append(f"{name[:40]!r}: {error}")
        if wrong:
            self._file.is_doubtful = True
            trouble = f"{self._file.path}: left out {len(wrong)} scenes, such as {wrong[0]}"
        return dict(sorted(scenes.items())), trouble

    def save(self, scenes: Mapping[str, Scene]) -> None:
        """Replace the file; raises FileError, and then the old one is as it was."""
        records: dict[str, Any] = {name: scene_record(scene) for name, scene in scenes.items()}
        self._file.save_json({"version": VERSION, "scenes": records})
