"""Colours of the screen: one palette value per theme, and the mathematics of contrast.

Painters take a ``Palette`` and make styles from it; nothing else names a colour. Invariant, which
the tests check on every painted letter: at least 4.5 to 1 between a letter and its ground.
"""

from dataclasses import dataclass
from typing import Final

from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``. ``parts`` follows ``PARTS``; ``parts[0]`` is the drums.

    ``text``, ``dim`` and ``faint`` are for letters, ``line`` only for what is drawn.
    """

    name: str
    about: str
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

    @property
    def chip(self) -> str:
        """The ground of a key's name, and of the row that is chosen."""
        return mix(self.panel, self.line, 0.5)

    @property
    def bright(self) -> str:
        """What lights up on this ground."""
        return "#ffffff" if self.is_dark else "#000000"


STAGE: Final = Palette(
    name="stage",
    about="a dark stage",
    is_dark=True,
    ground="#0b0d12",
    panel="#12151d",
    line="#2b3142",
    text="#dfe4ef",
    dim="#a4acc0",
    faint="#828a9f",
    mood="#ffd479",
    armed="#7fd4ff",
    good="#6fdc8c",
    warn="#ffb454",
    bad="#ff6b66",
    recording="#ff5a50",
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

LIGHT: Final = Palette(
    name="light",
    about="daylight",
    is_dark=False,
    ground="#fbfaf7",
    panel="#efede7",
    line="#cfcabe",
    text="#1b1d22",
    dim="#454a55",
    faint="#525864",
    mood="#8a3b00",
    armed="#00508a",
    good="#14662f",
    warn="#7d4e00",
    bad="#b3141c",
    recording="#b3141c",
    parts=(
        "#4a4f5b",
        "#b34410",
        "#1660b0",
        "#0b7468",
        "#7a35b8",
        "#8a6500",
        "#b51f5d",
        "#5a48c0",
        "#7c6a00",
        "#2c7a24",
        "#0b6f8a",
        "#a81b87",
        "#3a4cc4",
        "#0a7355",
        "#8c4f22",
        "#68641a",
    ),
)

CONTRAST: Final = Palette(
    name="contrast",
    about="the strongest contrast",
    is_dark=True,
    ground="#000000",
    panel="#000000",
    line="#5a5a5a",
    text="#ffffff",
    dim="#f0f0f0",
    faint="#d2d2d2",
    mood="#ffff00",
    armed="#00ffff",
    good="#00ff5f",
    warn="#ffd700",
    bad="#ff8080",
    recording="#ff8080",
    parts=(
        "#ffffff",
        "#ff9d4d",
        "#5fb7ff",
        "#5fffe0",
        "#d89bff",
        "#ffe100",
        "#ff8fc0",
        "#c3b8ff",
        "#fff27a",
        "#8dff7a",
        "#5fe8ff",
        "#ff7af0",
        "#a8b4ff",
        "#4dffb8",
        "#ffc08a",
        "#f0ea7a",
    ),
)

# Colours that people with any of the common colour deficiencies tell apart: Okabe and Ito, "Color
# Universal Design" (2008), lightened where letters need it; light and dark ones take turns.
SAFE: Final = Palette(
    name="safe",
    about="safe for colour-blind eyes",
    is_dark=True,
    ground="#0a0c10",
    panel="#12151b",
    line="#2e3542",
    text="#e6e9f0",
    dim="#aab1c0",
    faint="#878fa1",
    mood="#f0e442",
    armed="#56b4e9",
    good="#56b4e9",
    warn="#f0e442",
    bad="#ff8a3c",
    recording="#ff8a3c",
    parts=(
        "#d5d8e0",
        "#e69f00",
        "#56b4e9",
        "#f0e442",
        "#cc79a7",
        "#e69f00",
        "#ff8a3c",
        "#a9d8f5",
        "#f0e442",
        "#23c296",
        "#56b4e9",
        "#e8aacb",
        "#4f9fd8",
        "#23c296",
        "#ff8a3c",
        "#f7f0a0",
    ),
)

PALETTES: Final = {palette.name: palette for palette in (STAGE, LIGHT, CONTRAST, SAFE)}


def mix(colour: str, other: str, share: float) -> str:
    """``colour`` moved towards ``other`` by ``share`` (0-1), channel by channel."""
    mixed = (
        round(int(colour[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def contrast(colour: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    dark, light = sorted((_luminance(colour), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
