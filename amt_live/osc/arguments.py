"""What an address takes: argument specifications, and the reading of atoms from the wire by them.

Hosts disagree about types (Pd sends only floats, Max splits a sentence into symbols, a shell sends
strings), so a number may arrive as int, float, T/F or numeric string, and a text as many atoms.
Invariant: whatever arrives, the outcome is values inside the stated limits, or a ``Refusal``.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from amt_live.errors import UsageError

Atom = int | float | str | bool
"""One argument as it travels."""

ArgumentKind = Literal["whole", "real", "word", "text"]

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_NUMBER_CHARS: Final = 32
_QUOTED_CHARS: Final = 40


class Refusal(UsageError):
    """A message that cannot be carried out; ``code`` is the one word that ``/amt/fail`` carries."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an address.

    ``low`` and ``high`` (inclusive) bound ``whole`` and ``real``; ``words`` are the choices of a
    ``word``, or words taken instead of a number or a text (``free``); a ``text`` takes all atoms
    that are left.
    """

    name: str
    kind: ArgumentKind
    low: float = 0
    high: float = 0
    unit: str = ""
    default: Atom | None = None
    words: tuple[str, ...] = ()
    max_chars: int = 0
    optional: bool = False

    @property
    def limits(self) -> str:
        """The accepted values as a user reads them: ``20-300 bpm``, ``0-1 or free``."""
        if self.kind == "word":
            return ", ".join(self.words)
        if self.kind == "text":
            base = f"text, up to {self.max_chars} characters" if self.max_chars else "text"
        elif self.low == self.high:
            base = "number"
        else:
            dash = " to " if self.low < 0 else "-"
            base = f"{self.low:.10g}{dash}{self.high:.10g}"
        if self.unit:
            base = f"{base} {self.unit}"
        return " or ".join((base, *self.words))


def values_of(arguments: Sequence[Argument], atoms: Sequence[Atom]) -> list[Atom | None]:
    """The value of each argument (None for an optional one left out); raises Refusal.

    A text takes all atoms but one for each required argument after it.
    """
    values: list[Atom | None] = []
    rest = list(atoms)
    for number, argument in enumerate(arguments, 1):
        if not rest:
            if not argument.optional:
                raise Refusal("arguments", f"{argument.name} is missing; give {argument.limits}")
            values.append(None)
        elif argument.kind == "text":
            after = sum(not later.optional for later in arguments[number:])
            if len(rest) == 1 and after and isinstance(rest[0], str):
                rest = list(rest[0].rsplit(None, after))
            end = max(len(rest) - after, 1)
            values.append(_text(argument, rest[:end]))
            del rest[:end]
        else:
            values.append(_value(argument, rest.pop(0)))
    if rest:
        count = len(arguments)
        takes = "no arguments" if not count else f"at most {count} argument{'s' * (count > 1)}"
        raise Refusal("arguments", f"takes {takes}, got {len(atoms)}")
    return values


def pairs_of(
    arguments: Sequence[Argument], atoms: Sequence[Atom], low: int, high: int
) -> list[Atom | None]:
    """The values of a text and a number that come ``low`` to ``high`` times, flat; raises Refusal.

    The first atom of a pair is text whatever it looks like, the next number ends the pair: hosts
    split ``80s synth pop 0.7`` into atoms, and a shell may send all pairs as one string.
    """
    text, _ = arguments
    if len(atoms) == 1 and isinstance(atoms[0], str):
        atoms = atoms[0].split()
    values: list[Atom | None] = []
    start = 0
    for index, atom in enumerate(atoms):
        if index > start and number_of(atom) is not None:
            values += values_of(arguments, atoms[start : index + 1])
            start = index + 1
    if start < len(atoms):
        said = quoted(joined(atoms[start:]))
        raise Refusal("arguments", f"no number follows {said}; give {_group(arguments)} in turn")
    count = len(values) // 2
    if not low <= count <= high:
        raise Refusal("arguments", f"takes {low} to {high} times {_group(arguments)}, got {count}")
    if not all(values[::2]):
        raise Refusal("text", f"a {text.name} is empty; give {_group(arguments)} in turn")
    return values


def _group(arguments: Sequence[Argument]) -> str:
    return " and ".join(argument.name for argument in arguments)


def number_of(atom: Atom) -> float | None:
    """The number that an atom means, or None: ints, floats, T/F and numeric strings count."""
    if isinstance(atom, str):
        word = atom.strip()
        if len(word) > _NUMBER_CHARS or not _NUMBER.fullmatch(word):
            return None
        return float(word)
    return float(atom)


def joined(atoms: Sequence[Atom]) -> str:
    """Several atoms as the one text they were before the host split it."""
    return " ".join(" ".join(_word(atom) for atom in atoms).split())


def quoted(text: str) -> str:
    """A piece of the sender's own words, short and printable, for an error line."""
    clean = "".join(char if char.isprintable() else "?" for char in text[: _QUOTED_CHARS + 1])
    return f"'{clean[:_QUOTED_CHARS]}...'" if len(clean) > _QUOTED_CHARS else f"'{clean}'"


def _word(atom: Atom) -> str:
    if isinstance(atom, bool):
        return "true" if atom else "false"
    return f"{atom:.10g}" if isinstance(atom, float) else str(atom)


def _value(argument: Argument, atom: Atom) -> Atom:
    word = _word(atom).strip().lower()
    if argument.kind == "word" or (isinstance(atom, str) and word in argument.words):
        if word not in argument.words:
            known = " ".join(argument.words)
            raise Refusal("arguments", f"{argument.name} {quoted(word)} is unknown; use: {known}")
        return word
    number = number_of(atom)
    if number is None:
        raise Refusal(
            "arguments", f"{argument.name} {quoted(word)} is not a number; give {argument.limits}"
        )
    if not math.isfinite(number):
        raise Refusal("range", f"{argument.name} must be finite; give {argument.limits}")
    if argument.kind == "whole":
        # Sliders send 63.7 where a whole number is meant.
        number = math.floor(number + 0.5)
    if not argument.low <= number <= argument.high:
        raise Refusal("range", f"{argument.name} {number:.10g} is outside {argument.limits}")
    return number


def _text(argument: Argument, atoms: Sequence[Atom]) -> str:
    text = joined(atoms)
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise Refusal("text", f"{argument.name} holds control characters; send plain text")
    if argument.max_chars and len(text) > argument.max_chars:
        raise Refusal(
            "text",
            f"{argument.name} is {len(text)} characters long; {argument.max_chars} is the most",
        )
    return text
