"""Takes the moving picture for the documentation: the real program, typed at in a real terminal.

    python docs/cast.py [--model default] [--out docs/cast.webp]

Opens a terminal (tmux), does there what somebody does who has read nothing, looks at it some times
a second and draws that to ``docs/cast.webp``. Prints what was seen when. Needs tmux, librsvg2-bin
(as Debian names them) and Pillow.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from rich.ansi import AnsiDecoder
from rich.console import Console
from screenshot import to_svg
from textual.strip import Strip

FRAMES_A_S = 0.8
QUALITY = 25
SCALE = 0.6
MOST_BYTES = 400_000
NEEDED = {"tmux": "tmux", "rsvg-convert": "librsvg2-bin"}
PATIENCE_S = 60.0


@dataclass
class Terminal:
    """A terminal that somebody types at, and what it showed."""

    socket: Path
    frames: list[str] = field(default_factory=list)
    began_s: float = field(default_factory=time.perf_counter)
    _next_s: float = 0.0

    def tmux(self, *words: str) -> str:
        """Ask the terminal's server."""
        command = ["tmux", "-u", "-S", str(self.socket), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def look(self) -> str:
        """What stands there now; a frame when one is due."""
        shown = self.tmux("capture-pane", "-p", "-e", "-N")
        if time.perf_counter() >= self._next_s:
            self._next_s = time.perf_counter() + 1 / FRAMES_A_S
            self.frames.append(shown)
        return re.sub(r"\x1b\[[0-9;]*m", "", shown)

    def watch(self, duration_s: float) -> None:
        """Look for so long."""
        until_s = time.perf_counter() + duration_s
        while time.perf_counter() < until_s:
            self.look()
            time.sleep(0.05)

    def until(self, is_so: Callable[[str], object], what: str, *, filmed: bool = True) -> None:
        """Look until something stands there; what is waited for without filming is left out."""
        until_s = time.perf_counter() + PATIENCE_S
        count = len(self.frames)
        while not is_so(self.look()):
            if time.perf_counter() > until_s:
                raise SystemExit(f"never seen: {what}\n{self.look()}")
            time.sleep(0.05)
        if not filmed:
            del self.frames[count + 1 :]
        print(f"{time.perf_counter() - self.began_s:5.1f} s  {what}", flush=True)

    def type(self, text: str) -> None:
        """Type as people do."""
        for letter in text:
            self.tmux("send-keys", "-l", letter)
            self.watch(0.09)
        self.watch(0.3)
        self.tmux("send-keys", "Enter")


def play(terminal: Terminal, columns: int, rows: int, folder: Path, model: str) -> None:
    """From the shell's prompt to the second mood."""
    bin_folder = Path(sys.executable).parent
    settings = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "COLORTERM": "truecolor",
        "AMT_LIVE_CONFIG": os.devnull,
        "AMT_LIVE_TAKES": str(folder),
        "AMT_LIVE_MODEL": model,
        "AMT_LIVE_MIDI_API": "null",
        "AMT_LIVE_OSC_PORT": "0",
        "AMT_LIVE_DISCOVERY": "off",
        "XDG_DATA_HOME": str(folder),
        "XDG_STATE_HOME": str(folder),
    }
    words = [word for name, value in settings.items() for word in ("-e", f"{name}={value}")]
    size = ["-x", str(columns), "-y", str(rows)]
    # tmux starts it through a shell, which may keep a prompt of its own.
    shell = f"env 'PS1=$ ' 'PATH={settings['PATH']}' bash --norc --noprofile"
    terminal.tmux("-f", os.devnull, "new-session", "-d", *size, *words, shell)
    terminal.tmux("set", "-g", "status", "off")
    terminal.until(lambda shown: "$" in shown, "a shell", filmed=False)
    terminal.type("amt-live")
    terminal.until(lambda shown: "mood>" in shown, "the first screen, and music", filmed=False)
    terminal.watch(3)
    terminal.type("calm piano ballad")
    terminal.until(lambda shown: "PLAYING" in shown, "the stage screen", filmed=False)
    terminal.watch(9)
    terminal.type("fast aggressive metal")
    terminal.watch(13)


def draw(frames: list[str], columns: int, folder: Path, out: Path) -> None:
    """Frames as a moving picture."""
    console = Console(width=columns, color_system="truecolor", force_terminal=True)
    pictures: list[str] = []
    drawn: dict[str, str] = {}
    for number, frame in enumerate(frames):
        if frame not in drawn:
            decoder = AnsiDecoder()
            rows = [Strip(list(line.render(console))) for line in decoder.decode(frame)]
            svg, png = folder / f"{number:04}.svg", folder / f"{number:04}.png"
            svg.write_text(to_svg(rows, columns), "utf-8")
            subprocess.run(
                ["rsvg-convert", "--zoom", str(SCALE), str(svg), "-o", str(png)], check=True
            )
            drawn[frame] = str(png)
        pictures.append(drawn[frame])
    first, *others = [Image.open(picture).convert("RGB") for picture in pictures]
    delay_ms = round(1000 / FRAMES_A_S)
    first.save(out, save_all=True, append_images=others, duration=delay_ms, loop=0, quality=QUALITY)


def main() -> int:
    """Play, draw, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="default")
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "cast.webp")
    options = parser.parse_args()
    for program, package in NEEDED.items():
        if shutil.which(program) is None:
            print(f"{program} is missing (Debian: {package})")
            return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        terminal = Terminal(folder / "tmux")
        try:
            play(terminal, options.columns, options.rows, folder, options.model)
        finally:
            subprocess.run(["tmux", "-S", str(terminal.socket), "kill-server"], check=False)
        draw(terminal.frames, options.columns, folder, options.out)
    size = options.out.stat().st_size
    print(f"{options.out.name}: {len(terminal.frames)} frames, {size} bytes")
    return 0 if size < MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
