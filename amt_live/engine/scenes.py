"""Scenes: everything a performer sets, under a name, to be fired at one boundary.

Thread: engine. A scene that is cued waits like an armed mood and is taken out like one; its mood
and controls stand in the plan, the rest is set when the playhead gets there.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from amt_live.control.commands import MAX_NAME_CHARS, MAX_SCENES
from amt_live.control.state import PartState, Sampling
from amt_live.control.when import When
from amt_live.engine.harmony import parse_chords, parse_key
from amt_live.engine.plan import Direction
from amt_live.engine.recipes import Recipe
from amt_live.errors import UsageError
from amt_live.tokens.vocabulary import DENSITY_LEVELS

if TYPE_CHECKING:
    from amt_live.engine.band import Band
    from amt_live.engine.scene_file import SceneFile

_SEPARATORS: Final = frozenset('/\\:<>"|?*')


@dataclass(frozen=True, slots=True)
class Scene:
    """What is set. ``programs`` are those chosen by hand, by part; the mood chooses the others."""

    mood: Recipe
    tempo_bpm: float
    quantise: When
    key: str | None
    chords: str | None
    swing: float | None
    density: float | None
    energy: float | None
    sampling: Sampling
    parts: tuple[PartState, ...]
    programs: tuple[tuple[int, int], ...]

    def put(self, direction: Direction, first_bar: int) -> Direction:
        """A direction under these controls; the chord line begins in ``first_bar`` (from 0)."""
        return replace(
            direction,
            key=None if self.key is None else parse_key(self.key),
            density=level_of(self.density),
            chords=() if self.chords is None else parse_chords(self.chords),
            chords_from_bar=first_bar,
        )


def level_of(density: float | None) -> int | None:
    """The level of the vocabulary for a density 0-1."""
    return None if density is None else round(density * (DENSITY_LEVELS - 1))


def scene_of(band: "Band") -> Scene:
    """What the band is set to now; the armed mood is not in it."""
    return Scene(
        band.moods.current.recipe,
        band.transport.tempo_bpm,
        band.quantise,
        band.key,
        band.chords,
        band.swing,
        band.density,
        band.moods.energy,
        band.sampling,
        band.parts.states,
        tuple(sorted(band.parts.programs_by_hand.items())),
    )


def checked_name(name: str) -> str:
    """A name with single spaces; raises UsageError for one that is empty, too long or a path."""
    name = " ".join(name.split())
    is_bare = name.isprintable() and not _SEPARATORS & set(name) and not name.startswith(".")
    if not name or not is_bare or len(name) > MAX_NAME_CHARS:
        raise UsageError(f"{name[:MAX_NAME_CHARS]!r} is not a bare name; use letters and figures")
    if any(word.startswith("@") for word in name.split()):
        raise UsageError(f"'{name}' holds a word with @, which says when; choose another name")
    return name


class SceneDesk:
    """The scenes there are, in the order of their names; kept in a file where one is given."""

    def __init__(self, band: "Band", file: "SceneFile | None" = None) -> None:
        self._band = band
        self._file = file
        self._scenes: dict[str, Scene] = {}
        self.trouble = ""
        """What was wrong with the file, in one line."""
        if file is not None:
            self._scenes, self.trouble = file.load()
        self._show()

    def save(self, name: str) -> None:
        """Keep what is set now; a scene of that name is replaced. Raises AmtError."""
        name = checked_name(name)
        if name not in self._scenes and len(self._scenes) >= MAX_SCENES:
            raise UsageError(f"there are {MAX_SCENES} scenes, and no more fit; delete one first")
        self._keep({**self._scenes, name: scene_of(self._band)})

    def cue(self, name: str, when: When | None) -> None:
        """Fire a scene at a boundary; raises UsageError for one that is not there."""
        self._band.arming.arm_scene(self._scenes[self._known(name)], when)

    def delete(self, name: str) -> None:
        """Forget a scene; raises AmtError."""
        name = self._known(name)
        self._keep({key: scene for key, scene in self._scenes.items() if key != name})

    def _known(self, name: str) -> str:
        name = " ".join(name.split())
        if name not in self._scenes:
            names = ", ".join(self._scenes) or "none"
            known = names if len(names) <= 200 else f"{names[:200]}..."
            raise UsageError(f"there is no scene '{name[:MAX_NAME_CHARS]}'; there are: {known}")
        return name

    def _keep(self, scenes: dict[str, Scene]) -> None:
        if self._file is not None:
            self._file.save(scenes)
        self._scenes = dict(sorted(scenes.items()))
        self._show()

    def _show(self) -> None:
        self._band.scene_names = tuple(self._scenes)
