"""What a picture is made of, before it is SVG or PNG. Pixels, from the top left."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled rectangle; ``opacity`` 0-1."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """Text that begins at ``x`` and stands on ``y``."""

    x: float
    y: float
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Rectangles in the order they are painted, then words."""

    width: int
    height: int
    ground: str
    rectangles: tuple[Rectangle, ...]
    words: tuple[Word, ...]
