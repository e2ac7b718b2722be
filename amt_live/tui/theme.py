"""Colours of the stage screen: one palette value per theme, chosen for a dark stage by default.

Painters take a ``Palette`` and make styles from it; nothing else names a colour.
"""

from dataclasses import dataclass
from typing import Final

from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``. ``parts`` follows ``PARTS``; ``parts[0]`` is the drums."""

    name: str
    is_dark: bool
    ground: str
    panel: str
    line: str
    text: str
    dim: str
    faint: str
    mood: str
    armed: str
    good: str
    warn: str
    bad: str
    recording: str
    parts: tuple[str, ...]


STAGE: Final = Palette(
    name="stage",
    is_dark=True,
    ground="#0b0d12",
    panel="#12151d",
    line="#232836",
    text="#d9deea",
    dim="#8b93a7",
    faint="#4b5265",
    mood="#ffd479",
    armed="#7fd4ff",
    good="#6fdc8c",
    warn="#ffb454",
    bad="#ff5c57",
    recording="#ff3b30",
    parts=(
        "#c8cdd8",  # drums
        "#ff8a5b",  # bass
        "#6db8ff",  # piano
        "#8ef0e0",  # mallets
        "#c58bff",  # organ
        "#ffcf5c",  # guitar
        "#ff7aa8",  # strings
        "#b0a1ff",  # ensemble
        "#ffe27a",  # brass
        "#8fe388",  # reed
        "#6fe0ff",  # pipe
        "#ff6bd6",  # lead
        "#8c9eff",  # pad
        "#5fd6b4",  # effects
        "#e0a37a",  # ethnic
        "#d6d08a",  # percussive
    ),
)


def mix(colour: str, other: str, share: float) -> str:
    """``colour`` moved towards ``other`` by ``share`` (0-1), channel by channel."""
    mixed = (
        round(int(colour[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def textual_theme(palette: Palette) -> Theme:
    """The palette under the names that Textual's own widgets use."""
    return Theme(
        name=palette.name,
        primary=palette.mood,
        secondary=palette.faint,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.panel,
        panel=palette.panel,
        warning=palette.warn,
        error=palette.bad,
        success=palette.good,
        accent=palette.armed,
        dark=palette.is_dark,
    )
