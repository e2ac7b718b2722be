"""Text that knows where it stands: every error names the column in the line that was typed.

Pure. Columns count from 1, in characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from amt_live.errors import UsageError


class LineError(UsageError):
    """A line that is not understood: what is wrong and what to write, and where, counted from 1."""

    def __init__(self, why: str, column: int, line: int = 1) -> None:
        super().__init__(why)
        self.why = why
        self.column = column
        self.line = line

    @property
    def here(self) -> str:
        """The error for who has typed one line."""
        return f"column {self.column}: {self.why}"

    def in_file(self, name: str) -> str:
        """The error as editors and terminals read it: ``set.amt:12:7: why``."""
        return f"{name}:{self.line}:{self.column}: {self.why}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; ``columns`` has one for each character, and one for the end."""

    text: str
    columns: tuple[int, ...]

    @property
    def column(self) -> int:
        """Where it begins."""
        return self.columns[0]

    def cut(self, start: int, end: int | None = None) -> "Piece":
        """The characters from ``start`` to ``end``, without spaces around them."""
        end = len(self.text) if end is None else end
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return Piece(self.text[start:end], self.columns[start : end + 1])

    def replaced(self, start: int, end: int, other: "Piece") -> "Piece":
        """Another piece in place of the characters from ``start`` to ``end``."""
        text = self.text[:start] + other.text + self.text[end:]
        columns = self.columns[:start] + other.columns[:-1] + self.columns[end:]
        return Piece(text, columns)

    def words(self) -> "list[Piece]":
        """What stands between spaces."""
        return [self.cut(*match.span()) for match in re.finditer(r"\S+", self.text)]

    def split(self, separator: str) -> "Iterator[Piece]":
        """What stands between separators of one character."""
        start = 0
        for index, char in enumerate(self.text):
            if char == separator:
                yield self.cut(start, index)
                start = index + 1
        yield self.cut(start)

    def error(self, why: str) -> LineError:
        """An error at the beginning of this piece."""
        return LineError(why, self.column)


def piece_of(line: str) -> Piece:
    """A whole line."""
    return Piece(line, tuple(range(1, len(line) + 2))).cut(0)
