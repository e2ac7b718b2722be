"""Rules in their own process: what they say, what ends a version, and what runs after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from amt_live.control.leans import Leans
from amt_live.livecode import Ahead, every_bar, logits
from amt_live.livecode.foresight import Foresight, chord_in
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
    leans: "asyncio.Queue[tuple[int, Leans]]" = field(default_factory=asyncio.Queue)

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
            lambda bar, leans: made.leans.put_nowait((bar, leans)),
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


LEANING = f"""{GOOD}
from amt_live.livecode import logits

@logits
def blue(ahead):
    ahead.pitch_class["Eb"] += 2
    ahead.pitch_class[10] += ahead.bar / 100
    ahead.step[6] = -1

@logits
def more(ahead):
    return {{"Eb": 7, "bass": -8 if "bass" in ahead.sounding else 0}}
"""


async def test_leans_of_all_functions_come_together_once_a_bar(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        assert await h.save(LEANING) is None
        h.band |= {"ahead": 12, "sounding": ["bass"]}
        await h.bar(9)
        assert await h.line() == "tempo 109"
        async with asyncio.timeout(PATIENCE_S):
            bar, leans = await h.leans.get()
        assert (bar, dict(leans)) == (12, {"Eb": 8.0, "Bb": 0.12, "step6": -1.0, "bass": -8.0})
        h.host.event("mood", "storm")
        assert await h.line() == "level bass 90"
        assert h.leans.empty()


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("1 / 0", 26, "division by zero"),
        ("ahead.pitch_class['H'] += 1", 26, "'H' is none of C, C#"),
        ("ahead.pitch[60] += 9", 26, "9 is outside -8 to 8"),
        ("return 5", 24, "return nothing, or nats by name"),
        ("return {p: 1 for p in ['C', *map('pitch{}'.format, ahead.pitch)]}", 24, "more than 96"),
    ],
)
async def test_rubbish_leans_nowhere_and_is_shown_with_its_line(
    tmp_path: Path, body: str, line: int, says: str
) -> None:
    async with house(tmp_path) as h:
        assert await h.save(LEANING) is None
        assert await h.save(f"{LEANING}\n@logits\ndef wrong(ahead):\n    {body}\n") is None
        await h.bar(7)
        failure, _ = await h.next_told()
        assert failure is not None
        assert says in failure.why
        assert failure.line == line
        assert h.leans.empty()


def test_what_may_be_leaned_on_can_be_gone_through() -> None:
    def none(ahead: Ahead) -> None:
        del ahead

    assert logits(none) is none
    ahead = Ahead({"ahead": 5, "bar": 2})
    assert (ahead.bar, ahead.heard) == (5, 2)
    for nats in (ahead.pitch_class, ahead.pitch, ahead.part, ahead.length, ahead.step):
        assert len(nats) == len({*nats}) > 11
        for name in nats:
            nats[name] -= 0.5
            assert nats[name] == -0.5
    ahead.pitch_class["A#"] = 3
    assert ahead.pitch_class["Bb"] == ahead.pitch_class[10] == 3


def test_the_bar_to_lean_on_is_not_decoded_yet_whatever_meter_and_tempo() -> None:
    for beats, tempo in ((4, 100.0), (3, 60.0), (3, 180.0), (2, 120.0), (5, 250.0), (6, 300.0)):
        foresight = Foresight()
        for bar in (1, 2):
            for beat in range(1, beats + 1):
                foresight.hear("/amt/beat", (bar, beat))
        foresight.hear("/amt/note", ("bass", 40, 90, 1.0))
        foresight.hear("/amt/beat", (3, 1))
        seen = foresight.look(3, tempo)
        assert (seen["beats"], seen["sounding"]) == (beats, ["bass"])
        decoded_beats = max(8.0, 2.5 * tempo / 60)
        assert (seen["ahead"] - 3) * beats >= decoded_beats + beats / 2
    assert [chord_in("Dm7 | G7 C | %", 4, bar) for bar in range(3, 8)] == [
        *("", "Dm7", "G7 C", "G7 C", "Dm7")
    ]
    assert chord_in("free", 1, 9) == ""


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
