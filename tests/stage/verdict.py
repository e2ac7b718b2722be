"""What a run has to reach, line by line: printed as ``reached`` or ``NOT reached``, and judged."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a run has to reach."""

    what: str
    value: object
    limit: str
    """In words, such as ``at most 20``."""
    is_reached: bool


def at_most(what: str, value: float | None, limit: float) -> Line:
    """A figure that must not be larger; None and nan are not reached."""
    return Line(what, value, f"at most {limit:g}", value is not None and value <= limit)


def at_least(what: str, value: float | None, limit: float) -> Line:
    """A figure that must not be smaller; None and nan are not reached."""
    return Line(what, value, f"at least {limit:g}", value is not None and value >= limit)


def none_of(what: str, value: float | None) -> Line:
    """A count that must be 0."""
    return Line(what, value, "none", value == 0)


def judge(lines: Sequence[Line], stream: TextIO | None = None) -> int:
    """Print each line; the exit code: 0 where all of them are reached, else 1."""
    stream = stream or sys.stdout
    width = max((len(line.what) for line in lines), default=0)
    for line in lines:
        word = "reached    " if line.is_reached else "NOT reached"
        stream.write(f"{word}  {line.what:<{width}}  {line.value}  ({line.limit})\n")
    return int(not lines or not all(line.is_reached for line in lines))
