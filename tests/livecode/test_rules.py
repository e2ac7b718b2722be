"""Rules in their own process: what they say, what ends a version, and what runs after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from amt_live.livecode import every_bar
from amt_live.livecode.rules import MAX_LINES, Band
from amt_live.livecode.rules_host import Failure, RulesHost

PATIENCE_S = 40.0

GOOD = """\
from amt_live.livecode import every_bar, on_mood

@every_bar(2)
def count(band):
    band(f"tempo {100 + band.bar}")

@on_mood
def follow(band, text):
    band("mute drums" if "bass" in band.muted else "level bass 90")
    print("now", text)
"""


@dataclass
class House:
    """A host and what comes out of it."""

    host: RulesHost
    told: "asyncio.Queue[tuple[Failure | None, str]]" = field(default_factory=asyncio.Queue)
    lines: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    band: dict[str, Any] = field(default_factory=dict)

    async def save(self, source: str) -> Failure | None:
        self.host.save(source)
        return (await self.next_told())[0]

    async def next_told(self) -> tuple[Failure | None, str]:
        async with asyncio.timeout(PATIENCE_S):
            return await self.told.get()

    async def bar(self, number: int) -> None:
        self.band["bar"] = number
        self.host.event("bar", number)

    async def line(self) -> str:
        async with asyncio.timeout(PATIENCE_S):
            return await self.lines.get()


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    made = House(
        RulesHost(
            str(folder / "rules.py"),
            lambda: dict(made.band),
            lambda line: made.lines.put_nowait(line),
            lambda failure, said: made.told.put_nowait((failure, said)),
        )
    )
    task = asyncio.create_task(made.host.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_rules_say_lines_at_bars_and_moods(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("FASTER = 7\n")
    async with house(tmp_path) as h:
        assert await h.save(GOOD + "\nimport helper\n") is None
        await h.bar(2)
        await h.bar(3)
        assert await h.line() == "tempo 103"
        h.band["muted"] = ["bass"]
        h.host.event("mood", "storm")
        assert await h.line() == "mute drums"
        assert await h.next_told() == (None, "now storm")


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        ("def broken(:\n", 12, "SyntaxError"),
        ("import nothing_of_this_name\n", 12, "ModuleNotFoundError"),
        ("hog = bytearray(1 << 40)\n", 12, "MemoryError"),
        ("import sys; sys.exit(3)\n", 12, "3"),
        ("import os; os._exit(3)\n", 0, "ended"),
        ("every_bar(0)\n", 12, "give a whole number of bars"),
        ("import os; os.write(1, b'{}'); os.close(0); x = input()\n", 12, "EOF"),
    ],
)
async def test_a_version_that_does_not_load_leaves_the_one_before(
    tmp_path: Path, more: str, line: int, says: str
) -> None:
    async with house(tmp_path) as h:
        assert await h.save(GOOD) is None
        failure = await h.save(f"{GOOD}\n{more}")
        assert failure is not None
        assert failure.line == line, failure
        assert says in failure.why
        await h.bar(5)
        assert await h.line() == "tempo 105"


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        ("1 / 0", 14, "ZeroDivisionError: division by zero"),
        ("import os; os._exit(3)", 0, "ended"),
        ("[band('storm') for _ in range(99)]", 14, f"more than {MAX_LINES} lines"),
        ("band(5)", 14, "not int"),
    ],
)
async def test_a_call_that_fails_brings_the_version_before_back(
    tmp_path: Path, more: str, line: int, says: str
) -> None:
    async with house(tmp_path) as h:
        assert await h.save(GOOD) is None
        assert await h.save(f"{GOOD}\n@every_bar\ndef wrong(band): {more}\n") is None
        await h.bar(7)
        failure, _ = await h.next_told()
        assert failure is not None
        assert says in failure.why
        assert (failure.line == 0) == (line == 0)
        assert line == 0 or "in wrong: def wrong(band): " in failure.trace
        assert (await h.next_told())[0] is None  # it is loaded again
        await h.bar(9)
        assert await h.line() == "tempo 109"


async def test_a_version_that_is_still_loading_gives_way_to_a_newer_one(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        assert await h.save(GOOD) is None
        h.host.save("while True: pass\n")
        await asyncio.sleep(0)
        await h.bar(3)  # the one before goes on meanwhile
        assert await h.line() == "tempo 103"
        assert await h.save(GOOD.replace("100 +", "200 +")) is None
        await h.bar(3)
        assert await h.line() == "tempo 203"


def test_marks_of_the_decorators_keep_the_function() -> None:
    def count(band: Band) -> None:
        band("storm")

    assert every_bar(count) is count
    assert every_bar(4)(count) is count
    band = Band({"bar": 3})
    count(band)
    assert (band.bar, band.lines) == (3, ["storm"])
