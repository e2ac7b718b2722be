"""The palette of a model: styles that `amt-live styles` found, each a name and words to play by.

Read once when a model is opened. A palette is a convenience: without the file there is none.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amt_live.control.commands import MAX_MOOD_CHARS, MAX_NAME_CHARS, MAX_STYLES
from amt_live.errors import ModelError, UsageError

STYLES_NAME: Final = "styles.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Style:
    """One of the palette: ``text`` is the mood that it stands for."""

    name: str
    text: str


def load_styles(folder: Path) -> tuple[Style, ...]:
    """The palette of a model folder, empty where it has none; raises ModelError."""
    path = folder / STYLES_NAME
    if not path.is_file():
        return ()
    try:
        record = json.loads(path.read_text("utf-8"))
        if record["format"] != FORMAT:
            raise ValueError(f"format {record['format']!r}")
        styles = tuple(_style(entry) for entry in record["styles"])
        if len(styles) > MAX_STYLES or len({style.name for style in styles}) < len(styles):
            raise ValueError(f"more than {MAX_STYLES} styles, or a name twice")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        how = f"remove it, or make it again: amt-live styles CORPUS --into {folder}"
        raise ModelError(f"{path} cannot be used ({error}); {how}") from error
    return styles


def _style(entry: dict[str, Any]) -> Style:
    name, text = entry["name"], entry["text"]
    for value, most in ((name, MAX_NAME_CHARS), (text, MAX_MOOD_CHARS)):
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise ValueError(f"{value!r} is no words")
        if len(value) > most:
            raise ValueError(f"{value[:20]!r}... is longer than {most} characters")
    return Style(name, text)


def find_style(styles: Sequence[Style], wanted: str) -> Style:
    """A style by its number (from 1), its name or the only part of a name that fits.

    Raises UsageError that names those there are.
    """
    if not styles:
        raise UsageError("this model has no styles; amt-live styles CORPUS --into MODEL finds some")
    words = " ".join(wanted.split()).casefold()
    if words.isdecimal() and 1 <= int(words[:9]) <= len(styles):
        return styles[int(words) - 1]
    fitting = [style for style in styles if style.name.casefold() == words]
    if not fitting and words and not words.isdecimal():
        fitting = [style for style in styles if words in style.name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(f"{number} {style.name}" for number, style in enumerate(styles, 1))
    why = "fits more than one style" if fitting else "is no style"
    raise UsageError(f"{wanted[:40]!r} {why}; there are: {known}")
