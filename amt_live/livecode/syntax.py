"""The parser: a line, or a file of lines, into statements; every error with its line and column.

Pure, hand-written, one pass a line. Called by the screen for each line that is typed, by the prompt
and by the set list. Limits are small on purpose: bad input costs microseconds, never the music.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from amt_live.control.when import When
from amt_live.livecode.arguments import Arguments
from amt_live.livecode.keywords import BY_NAME, Keyword
from amt_live.livecode.pieces import LineError, Piece, piece_of
from amt_live.livecode.softness import (
    NUMBER,
    is_keyword_here,
    is_number,
    slip_of_keyword,
    slip_of_part,
)
from amt_live.livecode.statements import Clear, Command, Repeat, Statement

MAX_LINE_CHARS: Final = 640
MAX_LINES: Final = 1000
MAX_FILE_BYTES: Final = 65_536
MAX_BAR: Final = 100_000
MAX_EVERY: Final = 1024
MAX_CHOICES: Final = 16
"""Items of a list in brackets."""

MAX_TURNS: Final = 64
"""Commands that the lists of a line make together."""

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#")
_LIST: Final = re.compile(r"\[([^\[\]]*)\]")
_WHEN_WORDS: Final = ", ".join(f"@{when}" for when in When)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its statement (None for an empty one), and its comment with the ``#``."""

    statement: Statement | None
    comment: str = ""


def parse(text: str) -> Statement | None:
    """The statement of a typed line; None for an empty one or a comment. Raises LineError."""
    return parse_line(text, 1).statement


def parse_line(text: str, number: int) -> Line:
    """Line ``number`` of a file; raises LineError."""
    try:
        return _line(text, number)
    except LineError as error:
        error.line = number
        raise


def parse_file(text: str) -> tuple[Line, ...]:
    """All lines of a file; raises LineError for the first that is wrong."""
    lines = text.removeprefix("\ufeff").split("\n")
    if len(lines) > MAX_LINES + 1 or (len(lines) == MAX_LINES + 1 and lines[-1]):
        raise LineError(f"a set list has at most {MAX_LINES} lines", 1, MAX_LINES + 1)
    parsed = tuple(parse_line(line.removesuffix("\r"), n) for n, line in enumerate(lines, 1))
    _refuse_doubles(parsed)
    return parsed


def _refuse_doubles(lines: tuple[Line, ...]) -> None:
    """Two lines that set the same thing at the same time: one of them is a slip."""
    settled: dict[str, int] = {}
    for line in lines:
        command = line.statement
        if not isinstance(command, Command):
            continue
        for message in command.messages:
            before = settled.setdefault(message.settles, command.line)
            if message.settles and before != command.line:
                why = f"line {before} says this already; remove one, or say at which bar: "
                why += f"at 17 {command.text}"
                raise LineError(why, command.column, command.line)


def _line(text: str, number: int) -> Line:
    if len(text) > MAX_LINE_CHARS:
        raise LineError(f"the line is longer than {MAX_LINE_CHARS} characters", MAX_LINE_CHARS + 1)
    text = text.replace("\t", " ")
    for index, char in enumerate(text):
        if unicodedata.category(char) in ("Cc", "Cs"):
            raise LineError("a character that cannot be printed; remove it", index + 1)
    start = _COMMENT.search(text)
    comment = text[start.start() :].rstrip() if start else ""
    piece = piece_of(text[: start.start()] if start else text)
    if not piece.text:
        return Line(None, comment)
    return Line(_statement(piece, number), comment)


def _statement(piece: Piece, number: int) -> Statement:
    words = piece.words()
    name = words[0].text.lower()
    if name in ("at", "every") and len(words) > 1 and is_keyword_here(BY_NAME[name], words):
        return _repeat(piece, number)
    if name == "clear" and len(words) == 1:
        return Clear(line=number, column=piece.column)
    return _command(piece, number)


# at and every


def _repeat(piece: Piece, number: int) -> Repeat:
    first, every = 1, 0
    spoken = []
    rest = piece
    words = rest.words()
    if words[0].text.lower() == "at":
        first = _whole(words[1], "the bar", 1, MAX_BAR)
        spoken.append(f"at {first}")
        rest = _after(rest, words, 2)
        words = rest.words()
    if words and words[0].text.lower() == "every" and _follows_number(words):
        every = _whole(words[1], "the number of bars", 1, MAX_EVERY)
        has_unit = len(words) > 2 and words[2].text.lower() in ("bar", "bars")
        spoken.append(f"every {every}")
        rest = _after(rest, words, 3 if has_unit else 2)
        words = rest.words()
    if not words:
        raise rest.error(f"what to do is missing; write for example: {' '.join(spoken)} mood storm")
    if words[0].text.lower() in ("at", "every") and _follows_number(words):
        why = f"{words[0].text} cannot stand inside every or at; give it a line of its own"
        raise words[0].error(why)
    turns = _turns(rest, number) if every else (_timed(rest, number),)
    body = turns[0].text if len(turns) == 1 else _spoken(rest.text)
    return Repeat(" ".join([*spoken, body]), first, every, turns, number, piece.column)


def _spoken(text: str) -> str:
    """Words with single spaces, and lists with one behind each comma."""

    def spaced(match: re.Match[str]) -> str:
        return f"[{', '.join(' '.join(item.split()) for item in match[1].split(','))}]"

    return " ".join(_LIST.sub(spaced, text).split())


def _follows_number(words: list[Piece]) -> bool:
    return len(words) > 1 and NUMBER.fullmatch(words[1].text) is not None


def _after(piece: Piece, words: list[Piece], count: int) -> Piece:
    end = words[count - 1].columns[-1]
    return piece.cut(piece.columns.index(end))


def _whole(word: Piece, what: str, low: int, high: int) -> int:
    if not (word.text.isascii() and word.text.isdecimal()) or not low <= int(word.text) <= high:
        raise word.error(f"{what} '{word.text[:20]}' is not a whole number from {low} to {high}")
    return int(word.text)


def _turns(piece: Piece, number: int) -> tuple[Command, ...]:
    """The commands that the lists in brackets make, in turn."""
    lists = list(_LIST.finditer(piece.text))
    depth = 0
    for index, char in enumerate(piece.text):
        depth += (char == "[") - (char == "]")
        if depth not in (0, 1):
            why = "a list cannot stand inside a list" if depth > 1 else "] closes no list"
            raise piece.cut(index).error(f"{why}; write [calm, storm]")
    if depth:
        raise piece.cut(piece.text.rindex("[")).error("the list has no end; write [calm, storm]")
    choices = []
    for match in lists:
        items = list(piece.cut(*match.span(1)).split(","))
        empty = next((item for item in items if not item.text), None)
        if empty is not None:
            raise empty.error("an item of the list is empty; write [calm, storm]")
        if len(items) > MAX_CHOICES:
            raise items[MAX_CHOICES].error(f"a list has at most {MAX_CHOICES} items")
        choices.append(items)
    count = math.lcm(*(len(items) for items in choices))
    if count > MAX_TURNS:
        raise piece.error(f"the lists make {count} turns; {MAX_TURNS} is the most")
    return tuple(_timed(_chosen(piece, lists, choices, turn), number) for turn in range(count))


def _chosen(
    piece: Piece, lists: list[re.Match[str]], choices: list[list[Piece]], turn: int
) -> Piece:
    for match, items in reversed(list(zip(lists, choices, strict=True))):
        piece = piece.replaced(*match.span(), items[turn % len(items)])
    return piece.cut(0)


def _timed(piece: Piece, number: int) -> Command:
    command = _command(piece, number)
    if command.when is not None:
        why = f"the bar says when already; remove @{command.when}"
        raise piece.cut(piece.text.rindex("@")).error(why)
    return command


# One command


def _command(piece: Piece, number: int) -> Command:
    words = piece.words()
    name = words[0].text.lower()
    keyword = BY_NAME.get(name)
    if keyword is not None and keyword.shape != "structure":
        if is_keyword_here(keyword, words):
            return _read(keyword, _after(piece, words, 1), number, piece.column)
        _refuse_slip_of_part(keyword, words)
    elif keyword is None:
        _refuse_slip(piece, words, number)
    command = _read(BY_NAME["mood"], piece, number, piece.column)
    return replace(command, text=command.text.removeprefix("mood "))


def _read(keyword: Keyword, rest: Piece, number: int, column: int) -> Command:
    when: When | None = None
    glide: Piece | None = None
    if keyword.name != "quantise":
        rest, when, glide = _without_tail(rest)
    elif rest.text.startswith("@"):
        rest = rest.cut(1)
    try:
        spoken, messages = Arguments(keyword, rest, when, glide).read()
    except LineError as error:
        if keyword.shape == "setting" and rest.text and not is_number(rest.words()[0]):
            error.why += f"; as a mood: mood {keyword.name} {rest.text[:40]}"
            error.args = (error.why,)
        raise
    text = spoken if when is None else f"{spoken} @{when}"
    return Command(keyword.name, text, messages, when, number, column)


def _without_tail(rest: Piece) -> tuple[Piece, When | None, Piece | None]:
    """The words before ``@when`` and ``~glide``, in whichever order these two end the line."""
    when: When | None = None
    glide: Piece | None = None
    while words := rest.words():
        last = words[-1]
        if last.text.startswith("@"):
            if when is not None:
                raise last.error(f"when is said twice; keep {last.text} or @{when}")
            try:
                when = When(last.text[1:].lower())
            except ValueError:
                why = f"'{last.text}' is not a time; use one of {_WHEN_WORDS}"
                raise last.error(why) from None
        elif re.match(r"~[\d.]", last.text):
            if glide is not None:
                raise last.error(f"the glide is said twice; keep {last.text} or {glide.text}")
            glide = last
        else:
            break
        rest = rest.cut(0, len(rest.text) - len(last.text))
    return rest, when, glide


# A slip of the finger must not become a mood.


def _refuse_slip_of_part(keyword: Keyword, words: list[Piece]) -> None:
    part = slip_of_part(keyword, words)
    if part is not None:
        said = " ".join(word.text for word in words)[:40]
        why = f"there is no part '{words[1].text}'; did you mean {part}? as a mood: mood {said}"
        raise words[1].error(why)


def _refuse_slip(piece: Piece, words: list[Piece], number: int) -> None:
    meant = slip_of_keyword(words)
    if meant is None:
        return
    rest = _after(piece, words, 1)
    if meant.shape != "structure":
        try:
            _read(meant, rest, number, piece.column)
        except LineError:
            return
    said = f"{meant.name} {rest.text}"[:60]
    why = f"'{words[0].text}' is no keyword; did you mean: {said}? as a mood: mood {piece.text}"
    raise piece.error(why[:300])
