"""Large letters for the mood: one small pixel font, drawn at the largest size that fits.

Called by the painters on the Textual thread; pure. Letters are 5 pixels high and 1 to 5 wide. Four
sizes share them: ``DOUBLE`` (two columns a pixel), ``TALL`` (one column a pixel, as high), ``HALF``
(square pixels out of half blocks) and ``QUARTER`` (quadrant blocks, narrow, for long moods on small
screens).
"""

import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

GLYPH_ROWS: Final = 5

# Each glyph is five rows top to bottom, '#' lit.
_ART: Final = """
A .#. #.# ### #.# #.#
B ##. #.# ##. #.# ##.
C .## #.. #.. #.. .##
D ##. #.# #.# #.# ##.
E ### #.. ##. #.. ###
F ### #.. ##. #.. #..
G .## #.. #.# #.# .##
H #.# #.# ### #.# #.#
I # # # # #
J ..# ..# ..# #.# .#.
K #.# #.# ##. #.# #.#
L #.. #.. #.. #.. ###
M #...# ##.## #.#.# #...# #...#
N #...# ##..# #.#.# #..## #...#
O ### #.# #.# #.# ###
P ### #.# ### #.. #..
Q ### #.# #.# ### ..#
R ##. #.# ##. #.# #.#
S .## #.. .#. ..# ##.
T ### .#. .#. .#. .#.
U #.# #.# #.# #.# ###
V #.# #.# #.# #.# .#.
W #...# #...# #.#.# ##.## #...#
X #.# #.# .#. #.# #.#
Y #.# #.# .#. .#. .#.
Z ### ..# .#. #.. ###
0 ### #.# #.# #.# ###
1 ## .# .# .# .#
2 ##. ..# .#. #.. ###
3 ##. ..# ##. ..# ##.
4 #.# #.# ### ..# ..#
5 ### #.. ##. ..# ##.
6 .## #.. ### #.# ###
7 ### ..# .#. .#. .#.
8 ### #.# ### #.# ###
9 ### #.# ### ..# ##.
. . . . . #
, .. .. .. .# #.
! # # # . #
? ##. ..# .#. ... .#.
- ... ... ### ... ...
+ ... .#. ### .#. ...
' # # . . .
" #.# #.# ... ... ...
: . # . # .
; .. .# .. .# #.
/ ..# ..# .#. #.. #..
( .# #. #. #. .#
) #. .# .# .# #.
& .#. #.# .#. #.# .##
# .#.#. ##### .#.#. ##### .#.#.
% #.# ..# .#. #.. #.#
* ... #.# .#. #.# ...
= ... ### ... ### ...
_ ... ... ... ... ###
~ .... .#.# #.#. .... ....
@ ### #.# #.# #.. ###
| # # # # #
"""

_HALF_BLOCKS: Final = " ▀▄█"
_QUADRANTS: Final = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"


class Size(Enum):
    """How big letters are drawn; the value is (columns a pixel, rows of a line of text)."""

    DOUBLE = (2.0, 5)
    TALL = (1.0, 5)
    HALF = (1.0, 3)
    QUARTER = (0.5, 3)

    @property
    def columns_per_pixel(self) -> float:
        """Terminal columns that one pixel of the font is wide."""
        return self.value[0]

    @property
    def rows(self) -> int:
        """Terminal rows that one line of text is high."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class BigText:
    """Rows ready to be shown; ``size`` is None when the text is shown in plain letters."""

    rows: tuple[str, ...]
    size: Size | None


@lru_cache(maxsize=1)
def _glyphs() -> dict[str, tuple[str, ...]]:
    glyphs = {}
    for line in _ART.strip().splitlines():
        name, *rows = line.split(" ")
        glyphs[name] = tuple(rows)
    glyphs[" "] = (".",) * GLYPH_ROWS
    return glyphs


def plain_letters(text: str) -> str:
    """The text in capitals and without accents, as the font draws it."""
    marks = unicodedata.normalize("NFKD", text)
    return "".join(c for c in marks if not unicodedata.combining(c)).upper()


def can_draw(text: str) -> bool:
    """Whether the font has every letter of ``text`` (other scripts are shown in plain letters)."""
    return all(letter in _glyphs() for letter in plain_letters(text))


def pixel_width(text: str, size: Size = Size.HALF) -> int:
    """Pixels that ``text`` is wide in one line, one empty pixel between letters."""
    return len(_pixels(text, size)[0])


def _pixels(text: str, size: Size) -> list[str]:
    glyphs = [_glyphs()[letter] for letter in plain_letters(text)]
    if size is Size.QUARTER:
        # Letters that start in the left half of a cell all look alike: pad even widths by one.
        glyphs = [tuple(row + "." * (1 - len(row) % 2) for row in glyph) for glyph in glyphs]
    return [".".join(glyph[row] for glyph in glyphs) for row in range(GLYPH_ROWS)]


def draw_line(text: str, size: Size) -> list[str]:
    """One line of text as ``size.rows`` rows of block characters."""
    pixels = _pixels(text, size)
    if size is Size.DOUBLE:
        return ["".join("██" if pixel == "#" else "  " for pixel in row) for row in pixels]
    if size is Size.TALL:
        return [row.replace("#", "█").replace(".", " ") for row in pixels]
    blank = "." * len(pixels[0])
    # One empty pixel row on top: five pixels in three rows of two, standing on the base line.
    pixels = [blank, *pixels]
    pairs = [(pixels[row], pixels[row + 1]) for row in range(0, len(pixels), 2)]
    if size is Size.HALF:
        return [
            "".join(
                _HALF_BLOCKS[(u == "#") + 2 * (d == "#")] for u, d in zip(up, down, strict=True)
            )
            for up, down in pairs
        ]
    return [_quadrant_row(up, down) for up, down in pairs]


def _quadrant_row(up: str, down: str) -> str:
    if len(up) % 2:
        up, down = up + ".", down + "."
    return "".join(
        _QUADRANTS[
            (up[x] == "#")
            + 2 * (up[x + 1] == "#")
            + 4 * (down[x] == "#")
            + 8 * (down[x + 1] == "#")
        ]
        for x in range(0, len(up), 2)
    )


def _wrap(text: str, size: Size, max_pixels: int) -> list[str] | None:
    """Words put into lines of at most ``max_pixels``; None when one word is too wide."""
    lines: list[str] = []
    for word in text.split():
        if pixel_width(word, size) > max_pixels:
            return None
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and pixel_width(joined, size) <= max_pixels:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=64)
def fit(text: str, columns: int, rows: int) -> BigText:
    """``text`` at the largest size whose lines fit into ``columns`` x ``rows`` cells.

    Falls back to plain letters, wrapped and cut with an ellipsis, when no large size fits or the
    text has letters that the font lacks.
    """
    if text.strip() and can_draw(text):
        for size in Size:
            lines = _wrap(text, size, int(columns / size.columns_per_pixel))
            if lines is None:
                continue
            # Half and quarter lines carry their own empty pixel row; double and tall ones need one.
            gap = 1 if size in (Size.DOUBLE, Size.TALL) else 0
            if len(lines) * size.rows + gap * (len(lines) - 1) <= rows:
                drawn: list[str] = []
                for line in lines:
                    if drawn and gap:
                        drawn.append("")
                    drawn.extend(draw_line(line, size))
                return BigText(tuple(drawn), size)
    return BigText(tuple(_plain_rows(text, columns, rows)), None)


def _plain_rows(text: str, columns: int, rows: int) -> list[str]:
    lines: list[str] = []
    for whole in text.split():
        word = whole[:columns]
        if lines and len(lines[-1]) + 1 + len(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > rows > 0:
        lines = lines[:rows]
        lines[-1] = lines[-1][: columns - 1] + "…"
    return lines
