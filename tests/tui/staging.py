"""Every state of the screen, made of messages that a daemon would send, on a clock that stands.

    python -m tests.tui.staging              writes the text of every state at every size anew
    python -m tests.tui.staging --svg FOLDER [--theme light]    draws them as well

The text goes to tests/tui/screens/STATE-COLUMNSxROWS.txt, which test_screens compares.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot
from textual.strip import Strip

from amt_live.tui.app import StageApp
from amt_live.tui.history import MoodHistory
from amt_live.tui.link import Changed, Receive
from amt_live.tui.messages import Atom
from amt_live.tui.roll import Roll
from amt_live.tui.theme import PALETTES, STAGE, Palette
from amt_live.tui.view import StageView

SIZES = ((80, 24), (120, 40), (200, 60))
SCREENS = Path(__file__).parent / "screens"
BEAT_S = 0.5
WHERE = "127.0.0.1:9740"

RIGHTS = "SCHED_FIFO, memory locked, fine timers"
STYLES = ("slow blues", "cool swing", "bossa nova", "march", "lullaby", "dark ambient")
PATTERN = (
    # part, beat, pitch, length: two bars in A minor that go round
    *(("drums", b, 36, 0.25) for b in (0.0, 2.0, 2.5, 4.0, 6.0)),
    *(("drums", b, 38, 0.25) for b in (1.0, 3.0, 5.0, 7.0)),
    *(("drums", b / 2, 42, 0.25) for b in range(16)),
    ("bass", 0.0, 33, 1.5), ("bass", 2.0, 40, 1.0), ("bass", 4.0, 38, 1.5), ("bass", 6.0, 43, 1.0),
    *(("piano", b, p, 1.75) for b, ps in ((0.5, (57, 60, 64)), (2.5, (57, 60, 65)),
                                          (4.5, (57, 62, 65)), (6.5, (59, 62, 67))) for p in ps),
    ("reed", 1.0, 72, 0.5), ("reed", 1.5, 76, 1.0), ("reed", 3.0, 74, 0.75),
    ("reed", 5.0, 77, 1.5), ("reed", 7.0, 71, 0.5),
    ("strings", 0.0, 69, 4.0), ("strings", 4.0, 65, 4.0),
)  # fmt: skip


@dataclass
class HandClock:
    """Time that a test moves."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class ScriptedLink:
    """A line to a band that is played by the test; keeps what was asked."""

    asked: list[tuple[str, tuple[Atom, ...]]] = field(default_factory=list)

    async def run(self, receive: Receive, changed: Changed) -> None:
        self.receive, self.changed = receive, changed

    async def close(self) -> None:
        pass

    async def ask(self, address: str, *atoms: Atom) -> None:
        self.asked.append((address, atoms))


@dataclass
class Show:
    """A screen and everything that moves it."""

    app: StageApp
    pilot: Pilot[object]
    link: ScriptedLink
    clock: HandClock
    beats: int = 0

    def tell(self, address: str, *atoms: Atom) -> None:
        self.link.receive(address, atoms, self.clock())

    async def fresh(self) -> None:
        """As if it had just been opened."""
        app = self.app
        while len(app.screen_stack) > 1:
            app.pop_screen()
        app.view, app.roll, app.selected = StageView(where=WHERE), Roll(), 0
        app._touched = ""
        app._line.clear()
        app._line.focus()
        app._dress()
        self.beats = 0
        await self.pilot.pause()

    def connect(self) -> None:
        """A band that is there and stopped."""
        self.link.changed("connected")
        for address, *atoms in (
            ("/amt/startup", "0.4.0"),
            ("/amt/mood", "sparse melancholic jazz ballad"),
            ("/amt/mood/understood", "sparse melancholic jazz ballad", -0.84, -1.12,
             "melancholic, desolate, jazz"),
            ("/amt/model", "default"),
            ("/amt/midi/port", "jack", "amt-live"),
            ("/amt/tempo", 120.0),
            ("/amt/seed", 7),
            ("/amt/density", "free"),
            ("/amt/energy", 0.6),
            ("/amt/styles", *STYLES),
            ("/amt/scene/list", "chorus", "verse"),
            ("/amt/health", 0.0, 412.0, 0.4, 0, 0, 0.2, 0.9, 0, 0, RIGHTS, 0, 0, 0),
        ):  # fmt: skip
            self.tell(address, *atoms)

    def play(self, beats: int = 14) -> None:
        """So many beats of music, with two bars decided ahead; the clock ends inside a beat."""
        if not self.beats:
            self.tell("/amt/transport/state", "playing")
            self.decide(0.0, 8.0)
        for _ in range(beats):
            beat = self.beats
            self.tell("/amt/beat", beat // 4 + 1, beat % 4 + 1)
            start_s = self.clock.now_s
            for part, at, pitch, length in sorted(PATTERN, key=lambda note: note[1]):
                if int(at) == beat % 8:
                    self.clock.now_s = start_s + (at - int(at)) * BEAT_S
                    self.tell("/amt/note", part, pitch, 90, length)
            self.clock.now_s = start_s + BEAT_S - 0.001
            self.decide(8.0, 9.0)
            self.clock.now_s = start_s + BEAT_S
            self.beats += 1
        self.clock.now_s -= 0.2
        self.tell("/amt/health", 7.9, 412.0, 0.4, 0, 0, 0.2, 0.9, 0, 0, RIGHTS, 0, 0, 0)

    def decide(self, first: float, end: float) -> None:
        """Notes of so many beats from now on are decided."""
        for part, at, pitch, length in PATTERN:
            ahead = (at - self.beats) % 8.0
            for in_beats in (ahead, ahead + 8.0):
                if first <= in_beats < end:
                    self.tell("/amt/decided", part, pitch, 90, length, in_beats)

    def arm(self) -> None:
        self.tell("/amt/mood/armed", 3, "dark waltz in the rain", 5, 1.0, 1.2)
        self.tell("/amt/mood/understood", "dark waltz in the rain", -1.3, -0.4,
                  "brooding, melancholic, classical")  # fmt: skip


async def searching(s: Show) -> None:
    pass


async def stopped(s: Show) -> None:
    s.connect()


async def playing(s: Show) -> None:
    s.connect()
    s.play()


async def armed(s: Show) -> None:
    await playing(s)
    s.arm()


async def wiping(s: Show) -> None:
    await armed(s)
    s.tell("/amt/wiped", 2.4)
    s.clock.now_s += 0.15


async def applied(s: Show) -> None:
    await armed(s)
    s.tell("/amt/mood/applied", 3, "dark waltz in the rain", 5, 1.0, 80.0)


async def recording(s: Show) -> None:
    await playing(s)
    s.tell("/amt/take/state", "take 2026-01-31 21.04.07")


async def captured(s: Show) -> None:
    await playing(s)
    await s.pilot.press("f4")
    await s.pilot.pause()


async def in_trouble(s: Show) -> None:
    await playing(s)
    s.clock.now_s += 0.1
    rights = "normal priority (real-time scheduling not permitted)"
    s.tell("/amt/health", 0.3, 88.0, 23.5, 2, 5, 0.9, 61.0, 1, 4, rights, 3, 1, 2)


async def getting_tight(s: Show) -> None:
    await playing(s)
    s.tell("/amt/health", 1.4, 140.0, 6.1, 0, 0, 0.9, 9.0, 0, 0, "high priority", 0, 0, 0)


async def lost(s: Show) -> None:
    await playing(s)
    s.link.changed("lost")


async def commanding(s: Show) -> None:
    await playing(s)
    for address, value in (
        ("/amt/part/piano/mute", 1),
        ("/amt/part/bass/level", 64),
        ("/amt/part/reed/octave", -1),
    ):
        s.tell(address, value)
    s.tell("/amt/density", 0.8)
    s.tell("/amt/key", "A minor")
    s.tell("/amt/chords", "Am7 | D7 | Gmaj7 | %")
    await s.pilot.press("escape", "down")


async def isolated(s: Show) -> None:
    await playing(s)
    s.tell("/amt/part/bass/solo", 1)


async def typing(s: Show) -> None:
    await playing(s)
    await s.pilot.press(*"tempo 14")


async def mistyped(s: Show) -> None:
    await playing(s)
    await s.pilot.press(*"tempo 1400", "enter")


async def learning(s: Show) -> None:
    await playing(s)
    s.tell("/amt/learn", "/amt/density")


async def help_page(s: Show) -> None:
    await playing(s)
    await s.pilot.press("f1")


async def styles_page(s: Show) -> None:
    await playing(s)
    await s.pilot.press("f5")


async def moods_page(s: Show) -> None:
    await applied(s)
    await s.pilot.press("f6")


async def palette(s: Show) -> None:
    await playing(s)
    await s.pilot.press("f8", *"tempo")
    await s.app.workers.wait_for_complete()
    await s.pilot.pause()


async def question(s: Show) -> None:
    await playing(s)
    await s.pilot.press("ctrl+q")


STATES: dict[str, Callable[[Show], Awaitable[None]]] = {
    state.__name__.replace("_", "-"): state
    for state in (
        searching, stopped, playing, armed, wiping, applied, recording, captured, getting_tight,
        in_trouble, lost, commanding, isolated, typing, mistyped, learning, help_page, styles_page,
        moods_page, palette, question,
    )
}  # fmt: skip


@asynccontextmanager
async def staged(colours: Palette = STAGE) -> AsyncIterator[Show]:
    """A screen on a scripted line."""
    link, clock = ScriptedLink(), HandClock()
    app = StageApp(link, WHERE, history=MoodHistory(None), palette=colours, clock=clock)
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.pause()
        yield Show(app, pilot, link, clock)


async def take(show: Show, name: str, size: tuple[int, int]) -> list[Strip]:
    """The rows of one state at one size."""
    await show.pilot.resize_terminal(*size)
    await show.fresh()
    show.clock.now_s = 1000.0
    await STATES[name](show)
    await show.pilot.pause()
    show.app._dress()
    show.app.paint()
    await show.pilot.pause()
    return show.app.screen._compositor.render_strips()


def text_of(strips: Sequence[Strip]) -> str:
    """What can be read, a line for each row."""
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def path_of(name: str, size: tuple[int, int]) -> Path:
    return SCREENS / f"{name}-{size[0]}x{size[1]}.txt"


async def write(svg: Path | None, colours: Palette, names: Sequence[str]) -> None:
    async with staged(colours) as show:
        for name in names:
            for size in SIZES:
                strips = await take(show, name, size)
                if svg is None:
                    path_of(name, size).write_text(text_of(strips), encoding="utf-8")
                else:
                    from docs.screenshot import to_svg

                    drawing = to_svg(strips, size[0], colours)
                    path = svg / f"{colours.name}-{name}-{size[0]}x{size[1]}.svg"
                    path.write_text(drawing, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("states", nargs="*", default=list(STATES))
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--theme", default="stage", choices=list(PALETTES))
    options = parser.parse_args()
    asyncio.run(write(options.svg, PALETTES[options.theme], options.states))
    return 0


if __name__ == "__main__":
    sys.exit(main())
