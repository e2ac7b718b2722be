"""Takes the picture for the README: the real screen, attached to a real daemon with the real model.

    python docs/screenshot.py [--model models/default] [--osc-port 9747]

Starts ``amt-live daemon`` on the null MIDI system, plays a mood, arms another one and draws what
the screen shows then to ``docs/tui.svg``, and with ``rsvg-convert`` to ``docs/tui.png``.
"""

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from rich.segment import Segment
from textual.color import Color
from textual.strip import Strip

from amt_live.tui.app import StageApp
from amt_live.tui.link import OscLink
from amt_live.tui.theme import STAGE, Palette

CELL_X, CELL_Y = 10.0, 20.0
MARGIN, TITLE_Y = 16.0, 30.0
FONT = "'DejaVu Sans Mono','Menlo','Consolas',monospace"

# Blocks as rectangles of (x, y, width, height) in cells: fonts leave seams between them.
_QUADRANTS = {
    letter: [
        quarter
        for bit, quarter in enumerate(((0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)))
        if n >> bit & 1
    ]
    for n, letter in enumerate(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
}
BLOCKS = (
    {letter: [(x, y, 0.5, 0.5) for x, y in quarters] for letter, quarters in _QUADRANTS.items()}
    | {
        "▀": [(0, 0, 1, 0.5)],
        "▄": [(0, 0.5, 1, 0.5)],
        "█": [(0, 0, 1, 1)],
        "━": [(0, 0.44, 1, 0.12)],
    }
    | {letter: [(0, 0, (n + 1) / 8, 1)] for n, letter in enumerate("▏▎▍▌▋▊▉")}
)


WORDS = re.compile(f"[^ {re.escape(''.join(BLOCKS))}]+")


def rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    """One filled rectangle, measured in cells."""
    left, top = MARGIN + x * CELL_X, MARGIN + TITLE_Y + y * CELL_Y
    size = f'width="{width * CELL_X:.2f}" height="{height * CELL_Y:.2f}"'
    return f'<rect x="{left:.2f}" y="{top:.2f}" {size} fill="{colour}"/>'


def colours(segment: Segment, palette: Palette) -> tuple[str, str, bool]:
    """Foreground, background and boldness of a segment."""
    style = segment.style
    ink = style.color.get_truecolor().hex if style and style.color else palette.text
    ground = style.bgcolor.get_truecolor().hex if style and style.bgcolor else palette.ground
    return ink, ground, bool(style and style.bold)


def draw_row(y: int, strip: Strip, palette: Palette) -> Iterable[str]:
    """The shapes of one row of cells."""
    x = 0
    for segment in strip:
        ink, ground, bold = colours(segment, palette)
        length = segment.cell_length
        if Color.parse(ground) != Color.parse(palette.ground):
            yield rectangle(x, y, length, 1, ground)
        for column, letter in enumerate(segment.text):
            for bx, by, width, height in BLOCKS.get(letter, ()):
                yield rectangle(x + column + bx, y + by, width, height, ink)
        for word in re.finditer(WORDS, segment.text):
            # Word by word, for each starts on its own cell, whatever the font.
            left = MARGIN + (x + word.start()) * CELL_X
            base = MARGIN + TITLE_Y + y * CELL_Y + CELL_Y * 0.74
            weight = ' font-weight="bold"' if bold else ""
            size = f'textLength="{len(word[0]) * CELL_X:g}" lengthAdjust="spacingAndGlyphs"'
            text = escape(word[0])
            yield f'<text x="{left:g}" y="{base:.1f}" {size} fill="{ink}"{weight}>{text}</text>'
        x += length


def to_svg(strips: list[Strip], columns: int, palette: Palette = STAGE) -> str:
    """The rows of a screen as a drawing of a terminal window."""
    width = columns * CELL_X + 2 * MARGIN
    height = len(strips) * CELL_Y + 2 * MARGIN + TITLE_Y
    shapes = [shape for y, strip in enumerate(strips) for shape in draw_row(y, strip, palette)]
    lights = "".join(
        f'<circle cx="{MARGIN + 8 + i * 20}" cy="24" r="6" fill="{colour}"/>'
        for i, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" font-family="{FONT}" font-size="16.61" '
            'shape-rendering="crispEdges">',
            f'<rect width="{width:g}" height="{height:g}" rx="12" fill="{palette.ground}" '
            f'stroke="{palette.line}" shape-rendering="auto"/>',
            f'<g shape-rendering="auto">{lights}</g>',
            *shapes,
            "</svg>\n",
        ]
    )


async def until(condition: Callable[[], bool], what: str, timeout_s: float = 120.0) -> None:
    """Wait until a condition holds; the screen has no event for what it shows."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    print(what)


async def take(osc_port: int, columns: int, rows: int) -> str:
    """The drawing of the screen while the band plays one mood and the next one is armed."""
    app = StageApp(OscLink("127.0.0.1", osc_port), f"127.0.0.1:{osc_port}")
    async with app.run_test(size=(columns, rows)) as pilot:
        await until(lambda: app.view.link == "connected", "found the band")
        await pilot.press(*"sparse melancholic jazz ballad", "enter")
        await until(lambda: app.view.band.mood.startswith("sparse"), "first mood plays")
        await pilot.press("ctrl+r")
        await until(lambda: app.view.band.take is not None, "recording")
        bar = app.view.band.bar
        await until(lambda: app.view.band.bar >= bar + 3, "three bars later")
        await pilot.press(*"energetic latin dance", "enter")
        await until(lambda: app.view.band.mood.startswith("energetic"), "second mood plays")
        bar = app.view.band.bar
        await until(lambda: app.view.band.bar >= bar + 2, "two bars later")
        await pilot.press(*"dark waltz in the rain @4bars", "enter")
        await until(lambda: app.view.band.armed is not None, "next mood armed")
        await pilot.pause(1.2)
        await pilot.pause()
        # Textual's own export draws blocks as letters, with seams; these are the same rows.
        strips = app.screen._compositor.render_strips()
        drawing = to_svg(strips, columns)
        await pilot.press("ctrl+r")
        await pilot.pause(0.3)
    return drawing


def main() -> int:
    """Start the daemon, take the picture, end the daemon."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="models/default")
    parser.add_argument("--osc-port", type=int, default=9747)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=36)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "tui.svg")
    options = parser.parse_args()
    command = [sys.executable, "-m", "amt_live", "daemon", "--midi-api", "null", "--tempo", "104"]
    command += ["--model", options.model, "--osc-port", str(options.osc_port), "--seed", "7"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "daemon.log")
        with log.open("w") as sink:
            environment = {**os.environ, "AMT_LIVE_TAKES": folder}
            daemon = subprocess.Popen(
                command, stdout=sink, stderr=subprocess.STDOUT, env=environment
            )
        try:
            drawing = asyncio.run(take(options.osc_port, options.columns, options.rows))
        finally:
            daemon.terminate()
            daemon.wait(20)
    options.out.write_text(drawing, encoding="utf-8")
    converter = shutil.which("rsvg-convert")
    if converter is None:
        print("rsvg-convert is missing (Debian: librsvg2-bin): no tui.png made")
        return 1
    png = options.out.with_suffix(".png")
    subprocess.run([converter, "--zoom", "1.5", str(options.out), "-o", str(png)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
