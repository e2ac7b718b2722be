"""What the screen remembers from one evening to the next: the theme.

Used on the Textual thread. A file that cannot be read or written costs the memory and nothing else.
"""

import logging
import tomllib
from pathlib import Path

from amt_live.tui.theme import PALETTES, STAGE, Palette

log = logging.getLogger(__name__)


def default_path() -> Path:
    """Where it is kept: the user's data folder for amt-live."""
    from platformdirs import user_data_path

    return user_data_path("amt-live", appauthor=False) / "screen.toml"


def remembered_theme(path: Path | None) -> Palette:
    """The theme of the last evening; the dark stage where none is known."""
    if path is None:
        return STAGE
    try:
        stored = tomllib.loads(path.read_text("utf-8")).get("theme")
    except FileNotFoundError:
        return STAGE
    except (OSError, ValueError, RecursionError) as error:
        log.warning("the theme that was chosen before cannot be read: %s", error)
        return STAGE
    return PALETTES.get(str(stored), STAGE)


def remember_theme(path: Path | None, palette: Palette) -> None:
    """Keep the theme for the next time."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(f'theme = "{palette.name}"\n', encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        log.warning("the theme cannot be remembered: %s", error)
