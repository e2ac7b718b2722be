"""Hostile datagrams for the OSC port: every address, said well, then spoilt in every way we know.

``Corpus(seed)`` is an endless, repeatable supply. Used by ``run.py`` and by the tests.
"""

import random
import struct
from collections.abc import Iterator
from typing import Any, Final

from amt_live.osc.addresses import ROUTES
from amt_live.osc.arguments import Argument, Atom
from amt_live.osc.codec import encode

WORDS: Final = (
    "calm piano ballad", "fast aggressive metal @beat", "@now", "@", "dawn @4bars", "", " ",
    "free", "D minor", "Dm7 | G7 | Cmaj7 | %", "| | |", "H moll", "x" * 500, "y" * 1001,
    "z" * 7000, "\u202eevil", "\u0000nul", "\ud83c\udfb9" * 40, "a\nb\tc\x1b[31m", "\u2603", "-",
    "nan", "inf", "-inf", "1e308", "1e999", "0x10", "9" * 400, "1_000", "\u0661\u0662", "0", "-0",
    "true", "NULL", "None", "%s%n%x", "{0.__class__}", "${HOME}", "$(reboot)", "'; --",
)  # fmt: skip
PATHS: Final = (
    "../../../etc/passwd", "/etc/passwd", "..", ".", "...", "~", "~root/x", "a/b", "a\\b", "C:\\x",
    "\\\\host\\share", "con", "NUL.mid", "aux.", "com1", "lpt\u00b9", "a\u0000.mid", "-rf",
    "file:///etc/passwd", "x" * 300, ".hidden", "trailing.", "take?", "a*b", "\u2028", "tiny",
    "default", "%2e%2e%2f", "name|cmd", "a:b", "\u0301", "CON.tar.gz", " lead", "trail ",
)  # fmt: skip
NUMBERS: Final[tuple[Atom, ...]] = (
    0, 1, -1, 127, 128, 65535, 65536, 2**31 - 1, -(2**31), 2**53, 2**63 - 1, -(2**63), 0.0, -0.0,
    0.5, 1e-45, 1e38, -1e38, 1e300, float("nan"), float("inf"), float("-inf"), True, False,
)  # fmt: skip
PATTERNS: Final = (
    b"/amt/*", b"/amt/part/*/mute", b"/amt/part/?iano/mute", b"/amt/part/{piano,bass}/solo",
    b"/amt/part/[a-z]*/level", b"//amt//tempo", b"/*/*/*", b"/", b"#bundle", b"/amt/" + b"*" * 100,
    b"/amt/../mood", b"/amt/mood/", b"amt/mood", b"/amt/\xff\xfe", b"/amt/part//mute",
    b"/amt/panic ", b"/AMT/PANIC", b"/amt/" + b"[" * 110,
)  # fmt: skip
TAGS: Final = (
    b",", b"", b",i", b",f", b",s", b",S", b",b", b",h", b",d", b",t", b",T", b",F", b",N", b",I",
    b",c", b",r", b",m", b",[ii]", b",[[[[", b",]]]]", b",[", b",z", b",ssss", b",\xff", b"iii",
    b"," + b"i" * 255, b"," + b"s" * 257, b"," + b"T" * 4000, b"," + b"b" * 60, b",[" * 800,
)  # fmt: skip
IMMEDIATELY: Final = struct.pack(">II", 0, 1)
TIME_TAGS: Final = (
    IMMEDIATELY, struct.pack(">II", 0, 0), struct.pack(">II", 0, 2**32 - 1),
    struct.pack(">II", 1, 0), struct.pack(">II", 2**32 - 1, 2**32 - 1),  # 1900 and 2036
    struct.pack(">II", 0x9A7EC800, 0), struct.pack(">II", 0xFFFFFFFF, 0),
)  # fmt: skip
"""OSC counts 32 bits of seconds from 1900: the year 3000 is what wraps round to 2048 or 1912."""
SIZES: Final = (0, -1, 1, 3, 5, 2**31 - 1, -(2**31), 4, 8, 12, 1 << 20)
POOL: Final = 4096


def padded(text: bytes) -> bytes:
    """An OSC string: ended by 1 to 4 zeros."""
    return text + b"\x00" * (4 - len(text) % 4)


def bundle(tag: bytes, *elements: bytes) -> bytes:
    """A bundle of whatever is given, with honest sizes."""
    body = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\x00" + tag + body


class Corpus:
    """Datagrams, drawn with a seed; those that hold one of ``without`` are left out."""

    def __init__(self, seed: int, without: tuple[bytes, ...] = ()) -> None:
        self._dice = random.Random(seed)
        self._without = without
        self._addresses = [path for path in ROUTES if not any(w in path.encode() for w in without)]
        made = (self._seed(path) for path in self._addresses for _ in range(3))
        self._pool = [data for data in made if self._is_wanted(data)]

    def __iter__(self) -> Iterator[bytes]:
        """For ever."""
        dice, pool = self._dice, self._pool
        while True:
            data = dice.choice(pool) if dice.random() < 0.75 else self._fresh()
            if dice.random() < 0.8:
                data = self._spoilt(data)
                if len(pool) < POOL and dice.random() < 0.02 and self._is_wanted(data):
                    pool.append(data)  # what is spoilt once is spoilt again
            if self._is_wanted(data):
                yield data

    def _is_wanted(self, data: bytes) -> bool:
        return not any(word in data for word in self._without)

    def _seed(self, path: str) -> bytes:
        """A message that this address takes."""
        entry = ROUTES[path].entry
        atoms = [
            self._good(argument)
            for argument in entry.arguments
            if not (argument.optional and self._dice.random() < 0.5)
        ]
        if entry.repeats:
            atoms *= entry.repeats[0]
        return encode(path, *atoms)

    def _good(self, argument: Argument) -> Atom:
        dice = self._dice
        if argument.words and dice.random() < 0.5:
            return dice.choice(argument.words)
        if argument.kind == "text":
            return dice.choice(("calm piano", "D minor", "Am | F", "verse", "1", "storm @beat"))
        value = dice.uniform(argument.low, argument.high)
        return round(value) if argument.kind == "whole" else value

    def _fresh(self) -> bytes:
        """A message made of what is known to hurt."""
        dice = self._dice
        path = dice.choice(self._addresses)
        match dice.randrange(9):
            case 0:
                return encode(path, *self._atoms(dice.choice((0, 1, 2, 3, 8, 300))))
            case 1:
                return encode(path, dice.choice(PATHS))
            case 2:
                return encode(path, dice.choice(WORDS))
            case 3:
                return encode(path, dice.choice(NUMBERS))
            case 4:
                return padded(dice.choice(PATTERNS)) + padded(b",i") + b"\x00\x00\x00\x01"
            case 5:
                tags, noise = dice.choice(TAGS), dice.randbytes(dice.randrange(64))
                return padded(path.encode()) + padded(tags) + noise
            case 6:
                return self._bundle(dice.randrange(7))
            case 7:
                return dice.randbytes(dice.randrange(400))
            case _:
                bad = dice.choice((b"\xff\xfe\xfd", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88"))
                return padded(path.encode()) + padded(b",s") + padded(bad * dice.randrange(1, 30))

    def _atoms(self, count: int) -> list[Any]:
        return [self._dice.choice((*NUMBERS, *WORDS[:20], *PATHS[:8])) for _ in range(count)]

    def _bundle(self, depth: int) -> bytes:
        dice = self._dice
        some = [dice.choice(self._pool) for _ in range(dice.choice((0, 1, 2, 5, 40)))]
        made = bundle(dice.choice(TIME_TAGS), *some[: 8000 // (max(map(len, some), default=1) + 4)])
        for _ in range(depth):
            made = bundle(dice.choice(TIME_TAGS), made)
        if dice.random() < 0.3:
            at = 16 if len(made) >= 20 else 0
            made = made[:at] + struct.pack(">i", dice.choice(SIZES)) + made[at + 4 :]
        return made

    def _spoilt(self, data: bytes) -> bytes:
        dice, made = self._dice, bytearray(data)
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(made) + 1)
            match dice.randrange(7):
                case 0 if made:
                    made[at % len(made)] ^= 1 << dice.randrange(8)
                case 1:
                    del made[at:]
                case 2:
                    made[at:at] = dice.randbytes(dice.randrange(9))
                case 3:
                    del made[at : at + dice.randrange(9)]
                case 4:
                    made += made[: dice.randrange(60)]
                case 5:
                    place = data.find(b",")
                    if place >= 0:
                        made[place : place + 4] = padded(dice.choice(TAGS))[:4]
                case _:
                    other = dice.choice(self._pool)
                    made = made[:at] + bytearray(other[dice.randrange(len(other) + 1) :])
        return bytes(made[:60_000])


def giants() -> Iterator[bytes]:
    """The few that are as big as UDP carries, and the text of 1 MB for readers without UDP."""
    yield encode("/amt/mood", "m" * 60_000)
    yield bundle(IMMEDIATELY, *[encode("/amt/ping")] * 2500)
    yield padded(b"/amt/mood") + padded(b"," + b"i" * 10_000) + b"\x00" * 40_000
    yield padded(b"/" + b"a" * 60_000)
    yield encode("/amt/take/start", "../" * 15_000)
