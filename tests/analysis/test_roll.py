"""The picture of a piece, read back by other programs' eyes."""

import struct
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import numpy as np
import pytest

from amt_live.analysis import png, roll
from amt_live.analysis.music import load_music
from amt_live.analysis.report import describe
from amt_live.analysis.shapes import Picture, Rectangle, Word
from amt_live.analyze import analyze
from amt_live.errors import FileError, UsageError

ROOT = Path(__file__).parents[2]
SONG = ROOT / "tests" / "export" / "midi" / "song4.mid"
TINY = str(ROOT / "models" / "tiny")


def pixels_of(data: bytes) -> np.ndarray:
    """A PNG of 8-bit RGB without filters, as [height, width, 3]."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, {}
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        assert zlib.crc32(name + body) == int.from_bytes(data[at + 8 + size : at + 12 + size])
        found[name] = body
        at += 12 + size
    width, height, depth, kind = struct.unpack(">IIBB", found[b"IHDR"][:10])
    assert (depth, kind) == (8, 2)
    rows = np.frombuffer(zlib.decompress(found[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def test_a_png_holds_what_was_drawn() -> None:
    picture = Picture(
        40, 20, "#000000", (Rectangle(2, 3, 4, 5, "#ff0000"),), (Word(20, 15, "I", "#00ff00"),)
    )
    pixels = pixels_of(png.to_bytes(picture))
    red = (pixels == (255, 0, 0)).all(axis=2)
    assert red.sum() == 20 and red[3:8, 2:6].all()
    green = (pixels == (0, 255, 0)).all(axis=2)
    assert green.sum() == 3 + 5 + 3 and green[8:15, 22].all()


def test_every_letter_has_pixels_of_its_own() -> None:
    seen = {glyph for letter, glyph in png._GLYPHS.items() if letter != " "}
    assert len(seen) == len(png._GLYPHS) - 1
    assert all(len(glyph) == 2 * png.HEIGHT for glyph in seen)


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_song_is_drawn_note_by_note(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"roll{ending}"
    said: list[str] = []
    assert analyze(str(SONG), TINY, said.append, as_json=False, plot=str(target)) == 0
    assert str(target) in said[-1]
    music = load_music(SONG)
    picture = roll.draw(music, describe(SONG, music))
    if ending == ".png":
        pixels = pixels_of(target.read_bytes())
        assert pixels.shape == (picture.height, picture.width, 3)
        # The reed's melody is green: greener than blue only where it plays and in the legend.
        green = pixels[:, :, 1].astype(int) - pixels[:, :, 2] > 40
        assert green.mean() > 0.002
        return
    tree = ET.fromstring(target.read_text("utf-8"))
    colours = [element.get("fill") for element in tree.iter("{http://www.w3.org/2000/svg}rect")]
    assert colours.count(roll.COLOURS[2]) + colours.count(roll.COLOURS[9]) == len(music.timed)
    words = [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert any("F minor" in word for word in words) and "C4" in words


def test_a_note_lies_where_it_sounds() -> None:
    music = load_music(SONG)
    report = describe(SONG, music)
    notes = [r for r in roll.draw(music, report).rectangles if r.colour in roll.COLOURS]
    assert report.high is not None
    for drawn, note in zip(notes, music.timed, strict=True):
        assert drawn.y == roll.TOP + (report.high + 2 - int(note["pitch"])) * roll.ROW + 0.5
    xs = [drawn.x for drawn in notes]
    assert xs == sorted(xs) and xs[0] == roll.LEFT


def test_what_cannot_be_drawn_is_one_line(tmp_path: Path) -> None:
    for target, kind, says in (
        ("roll.gif", UsageError, "neither .png nor .svg"),
        ("no folder/roll.png", FileError, "a folder that exists"),
    ):
        with pytest.raises(kind, match=says):
            analyze(str(SONG), TINY, print, as_json=False, plot=str(tmp_path / target))
