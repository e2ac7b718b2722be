"""Where soundfonts lie on Linux, macOS and Windows, and which one to take when none is named."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from amt_live.errors import FileError

SUFFIXES: Final = (".sf2", ".sf3")
DEFAULT_NAMES: Final = ("default-GM", "default", "FluidR3_GM", "GeneralUser", "TimGM6mb")
"""Beginnings of names, best first; any other soundfont comes after these."""
HOW: Final = (
    "apt install timgm6mb-soundfont or fluid-soundfont-gm, brew install fluid-synth, or download "
    "a General MIDI .sf2"
)


def soundfont_folders() -> Iterator[Path]:
    """Folders where soundfonts are usual here, those of the user first; they may be missing."""
    import platformdirs

    home = Path.home()
    yield platformdirs.user_data_path("amt-live", appauthor=False) / "soundfonts"
    if sys.platform == "win32":
        for name in ("ProgramData", "ProgramFiles", "LOCALAPPDATA"):
            if base := os.environ.get(name):
                yield Path(base) / "soundfonts"
        yield Path("C:/soundfonts")
        yield home / "Documents" / "SoundFonts"
        yield home / "Downloads"
        return
    if sys.platform == "darwin":
        yield home / "Library" / "Audio" / "Sounds" / "Banks"
        yield Path("/Library/Audio/Sounds/Banks")
        for prefix in ("/opt/homebrew", "/usr/local"):
            yield Path(prefix) / "share" / "soundfonts"
            yield Path(prefix) / "share" / "fluid-synth" / "sf2"
        return
    data = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
    for base in (Path(data), Path("/usr/local/share"), Path("/usr/share")):
        yield base / "soundfonts"
        yield base / "sounds" / "sf2"
        yield base / "sounds" / "sf3"


def find_soundfont(named: str | None = None) -> Path:
    """The soundfont that was named, or the best one found; FileError says how to get one."""
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            raise FileError(f"there is no soundfont {path}; {HOW}")
        if not _is_soundfont(path):
            raise FileError(f"{path} is no soundfont (.sf2 or .sf3); {HOW}")
        return path
    found = [
        path
        for folder in soundfont_folders()
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES and _is_soundfont(path)
    ]
    if not found:
        folders = ", ".join(map(str, soundfont_folders()))
        raise FileError(f"no soundfont in {folders}: {HOW} and name it with --soundfont")
    return min(found, key=_rank)  # the first of equals: folders of the user come first


def _is_soundfont(path: Path) -> bool:
    """By its first bytes: fluidsynth takes anything, and is silent with it."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:] == b"sfbk"


def _rank(path: Path) -> int:
    names = [index for index, name in enumerate(DEFAULT_NAMES) if path.stem.startswith(name)]
    return min(names, default=len(DEFAULT_NAMES))
