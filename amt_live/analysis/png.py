"""A picture as PNG, with words in a 5 x 7 font: small, but readable on a machine with no fonts."""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.shapes import Picture, Rectangle, Word

ADVANCE: Final = 6
HEIGHT: Final = 7

# Seven rows of five pixels a glyph, two hex digits a row, from the top.
_GLYPHS: Final = {
    "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e",
    "4": "02060a121f0202", "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808",
    "8": "0e11110e11110e", "9": "0e11110f01020c", "A": "0e11111f111111", "B": "1e11111e11111e",
    "C": "0e11101010110e", "D": "1c12111111121c", "E": "1f10101e10101f", "F": "1f10101e101010",
    "G": "0e11101711110f", "H": "1111111f111111", "I": "0e04040404040e", "J": "0702020202120c",
    "K": "11121418141211", "L": "1010101010101f", "M": "111b1515111111", "N": "11111915131111",
    "O": "0e11111111110e", "P": "1e11111e101010", "Q": "0e11111115120d", "R": "1e11111e141211",
    "S": "0f10100e01011e", "T": "1f040404040404", "U": "1111111111110e", "V": "11111111110a04",
    "W": "11111115151b11", "X": "11110a040a1111", "Y": "1111110a040404", "Z": "1f01020408101f",
    "a": "00000e010f110f", "b": "1010161911111e", "c": "00000e1010110e", "d": "01010d1311110f",
    "e": "00000e111f100e", "f": "0609081c080808", "g": "000f11110f010e", "h": "10101619111111",
    "i": "04000c0404040e", "j": "0200060202120c", "k": "10101214181412", "l": "0c04040404040e",
    "m": "00001a15151111", "n": "00001619111111", "o": "00000e1111110e", "p": "00001e111e1010",
    "q": "00000d130f0101", "r": "00001619101010", "s": "00000e100e011e", "t": "08081c08080906",
    "u": "0000111111130d", "v": "00001111110a04", "w": "0000111115150a", "x": "0000110a040a11",
    "y": "000011110f010e", "z": "00001f0204081f", "#": "0a0a1f0a1f0a0a", "/": "00010204081000",
    ".": "00000000000c0c", ",": "000000000c0408", ":": "000c0c000c0c00", "-": "0000001f000000",
    "_": "0000000000001f", "%": "18190204081303", "(": "02040808080402", ")": "08040202020408",
    "&": "0c12140815120d", "+": "0004041f040400", "'": "0c040800000000", " ": "00000000000000",
    "?": "0e110102040004", "!": "04040404000004", "[": "0e08080808080e",
    "]": "0e02020202020e",
}  # fmt: skip


def width_of(text: str) -> int:
    """Pixels that a text is wide."""
    return ADVANCE * len(text)


def to_bytes(picture: Picture) -> bytes:
    """The whole file."""
    pixels = np.empty((picture.height, picture.width, 3), np.float32)
    pixels[:] = _rgb(picture.ground)
    for rectangle in picture.rectangles:
        _fill(pixels, rectangle)
    for word in picture.words:
        _write(pixels, word)
    rows = np.zeros((picture.height, 1 + picture.width * 3), np.uint8)  # filter 0 before each row
    rows[:, 1:] = np.round(pixels).astype(np.uint8).reshape(picture.height, -1)
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def _fill(pixels: NDArray[np.float32], r: Rectangle) -> None:
    left, top = round(r.x), round(r.y)
    right, bottom = max(left + 1, round(r.x + r.width)), max(top + 1, round(r.y + r.height))
    area = pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    area += (_rgb(r.colour) - area) * np.float32(r.opacity)


def _write(pixels: NDArray[np.float32], word: Word) -> None:
    x, y, colour = round(word.x), round(word.y) - HEIGHT, _rgb(word.colour)
    for letter in word.text:
        glyph = bytes.fromhex(_GLYPHS.get(letter, _GLYPHS["?"]))
        for row, bits in enumerate(glyph):
            for column in range(5):
                at_y, at_x = y + row, x + column
                inside = 0 <= at_y < pixels.shape[0] and 0 <= at_x < pixels.shape[1]
                if inside and bits >> (4 - column) & 1:
                    pixels[at_y, at_x] = colour
        x += ADVANCE
