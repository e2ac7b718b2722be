"""What follows a keyword, read into messages that the daemon would accept. Pure.

Numbers, keys and chords are checked by the table of OSC addresses, so that a line is refused for
the same reasons, and in the same words, as a message would be.
"""

import difflib
from collections.abc import Callable, Sequence
from typing import Final

from amt_live.control.commands import MAX_MOOD_CHARS
from amt_live.control.when import When
from amt_live.errors import UsageError
from amt_live.livecode.keywords import ALL, Keyword
from amt_live.livecode.pieces import LineError, Piece
from amt_live.livecode.softness import BANK_ACTIONS, CLOSE, PARTS
from amt_live.livecode.statements import MOOD, Message
from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ROUTES
from amt_live.osc.arguments import Atom
from amt_live.osc.entries import ALL_PARTS
from amt_live.osc.routing import command_of, look_up

_SETS_MOOD: Final = ("/amt/mood", "/amt/mood/glide", "/amt/mood/blend", "/amt/style")
_GLIDE: Final = {"mood": ("bars", "bar"), "tempo": ("beats", "beat")}


class Arguments:
    """The rest of a line behind its keyword, without ``@when`` and ``~glide``."""

    def __init__(
        self, keyword: Keyword, rest: Piece, when: When | None, glide: Piece | None
    ) -> None:
        self.keyword, self.rest, self.when, self.glide = keyword, rest, when, glide

    def read(self) -> tuple[str, tuple[Message, ...]]:
        """The line as the formatter writes it (without ``@when``), and its messages.

        Raises LineError.
        """
        keyword = self.keyword
        if self.glide is not None and keyword.name not in _GLIDE:
            raise self.glide.error(f"{keyword.name} cannot glide; only moods and tempo take ~")
        body, messages = _READERS[keyword.shape](self)
        spoken = f"{keyword.name} {body}".rstrip()
        return spoken, messages

    def missing(self, what: str) -> LineError:
        """The error for a keyword with nothing behind it."""
        why = f"{what} is missing; write for example: {self.keyword.example}"
        return LineError(why, self.rest.columns[-1])

    def checked(self, address: str, atoms: Sequence[Atom], where: Piece) -> Message:
        """A message that the daemon takes; raises LineError at ``where``."""
        try:
            command_of(look_up(address), atoms)
        except UsageError as error:
            raise where.error(str(error)) from None
        return Message(address, tuple(atoms), _settles(address))

    def glide_length(self) -> str | None:
        """The number behind ``~``; None without one. Raises LineError."""
        if self.glide is None:
            return None
        units = _GLIDE[self.keyword.name]
        number = self.glide.text[1:].lower()
        for unit in units:
            number = number.removesuffix(unit)
        if not number.replace(".", "", 1).isdecimal():
            raise self.glide.error(f"'{self.glide.text}' is no glide; write ~8 for 8 {units[0]}")
        return number


def _settles(address: str) -> str:
    if address in _SETS_MOOD or address in ("/amt/scene/cue", "/amt/bank/recall"):
        return MOOD
    return address if ROUTES[address].entry.kind == "setting" else ""


def _alone(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    if args.rest.text:
        raise args.rest.error(f"{args.keyword.name} stands alone; remove what follows it")
    if not args.keyword.address:
        return "", ()
    return "", (args.checked(args.keyword.address, (), args.rest),)


def _setting(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    words = args.rest.words()
    if not words:
        raise args.missing("the value")
    atoms = [word.text for word in words]
    length = args.glide_length()
    if length is not None:
        message = args.checked(args.keyword.address, atoms, words[0])
        assert args.glide is not None
        args.checked(args.keyword.address, [*atoms, length], args.glide)
        message = Message(message.address, (*message.atoms, length), message.settles)
        return f"{' '.join(atoms)} ~{length}", (message,)
    most = sum(2 if a.kind == "text" else 1 for a in ROUTES[args.keyword.address].entry.arguments)
    if len(words) > 1 and (args.keyword.name == "tempo" or len(words) > most):
        raise words[1].error(f"{args.keyword.name} takes {args.keyword.usage.partition(' ')[2]}, "
                             f"and nothing more; for example: {args.keyword.example}")  # fmt: skip
    return " ".join(atoms), (args.checked(args.keyword.address, atoms, words[0]),)


def _text(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    if not args.rest.text:
        raise args.missing("the name" if args.keyword.name != "key" else "the key")
    text, address = " ".join(args.rest.text.split()), args.keyword.address
    first, _, name = text.partition(" ")
    if args.keyword.name == "scene" and first.lower() in ("save", "delete") and name:
        text = f"{first.lower()} {name}"
        return text, (args.checked(f"/amt/scene/{first.lower()}", (name,), args.rest.words()[1]),)
    if args.keyword.name == "chords":
        return text, (_chords(args, text),)
    return text, (args.checked(address, (text,), args.rest),)


def _chords(args: Arguments, text: str) -> Message:
    """The chord line; of a wrong one, the bar that is wrong is found."""
    try:
        return args.checked("/amt/chords", (text,), args.rest)
    except LineError:
        line = args.rest.text.strip("| ")
        start = args.rest.text.index(line) if line else 0
        for number, cell in enumerate(args.rest.cut(start, start + len(line)).split("|")):
            if cell.text != "%" or number == 0:
                for word in cell.words():
                    args.checked("/amt/chords", (word.text,), word)
                if not cell.text:
                    args.checked("/amt/chords", ("C | | C",), cell)
        raise


def _part_of(word: Piece) -> str:
    name = word.text.lower()
    if name in (ALL, ALL_PARTS):
        return ALL
    if name in PART_NAMES:
        return name
    near = difflib.get_close_matches(name, PARTS, 1, CLOSE)
    if near:
        raise word.error(f"there is no part '{word.text}'; did you mean {near[0]}?")
    raise word.error(f"there is no part '{word.text}'; there are: {' '.join(PART_NAMES)}, and all")


def _address(args: Arguments, part: str) -> str:
    return args.keyword.address.replace("{part}", ALL_PARTS if part == ALL else part)


def _parts(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    words = [word for item in args.rest.split(",") for word in item.words()]
    if not words:
        raise args.missing("the part")
    parts = dict.fromkeys(_part_of(word) for word in words)
    messages = tuple(
        args.checked(_address(args, part), (args.keyword.value,), args.rest) for part in parts
    )
    return ", ".join(parts), messages


def _part(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    words = args.rest.words()
    if len(words) < 2:
        raise args.missing("a part and a number" if not words else "the number")
    part = _part_of(words[0])
    if len(words) > 2:
        raise words[2].error(f"one number only; for example: {args.keyword.example}")
    message = args.checked(_address(args, part), (words[1].text,), words[1])
    return f"{part} {words[1].text}", (message,)


def _mood(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    text = " ".join(args.rest.text.split())
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise args.rest.error("the mood is empty; type a few words, such as: calm piano ballad")
    if len(text) > MAX_MOOD_CHARS:
        why = f"the mood is {len(text)} characters long; {MAX_MOOD_CHARS} is the most"
        raise args.rest.error(why)
    bars = args.glide_length()
    if bars is None:
        return text, (Message("/amt/mood", (text,), MOOD),)
    assert args.glide is not None
    message = args.checked("/amt/mood/glide", (text, bars), args.glide)
    return f"{text} ~{bars}", (message,)


def _blend(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    if not args.rest.text:
        raise args.missing("the texts")
    items = [" ".join(item.text.split()) for item in args.rest.split(",")]
    message = args.checked("/amt/mood/blend", (" ".join(items),), args.rest)
    return ", ".join(items), (message,)


def _quantise(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    word = args.rest.text.lower().removeprefix("@")
    if not word:
        raise args.missing("the boundary")
    return word, (args.checked("/amt/quantise", (word,), args.rest),)


def _take(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    words = args.rest.words()
    if not words or words[0].text.lower() not in ("start", "stop"):
        raise args.rest.error("write take start, take start NAME or take stop")
    action, name = words[0].text.lower(), " ".join(word.text for word in words[1:])
    where = words[-1]
    message = args.checked(f"/amt/take/{action}", (name,) if name else (), where)
    return f"{action} {name}".rstrip(), (message,)


def _bank(args: Arguments) -> tuple[str, tuple[Message, ...]]:
    words = args.rest.words()
    if not words or words[0].text.lower() not in BANK_ACTIONS:
        raise args.rest.error("write bank store N, bank recall N or bank clear N")
    if len(words) < 2:
        raise args.missing("the number of the bank")
    if len(words) > 2:
        raise words[2].error(f"one number only; for example: {args.keyword.example}")
    action, number = words[0].text.lower(), words[1]
    message = args.checked(f"/amt/bank/{action}", (number.text,), number)
    return f"{action} {number.text}", (message,)


_READERS: Final[dict[str, Callable[[Arguments], tuple[str, tuple[Message, ...]]]]] = {
    "alone": _alone, "setting": _setting, "text": _text, "parts": _parts, "part": _part,
    "mood": _mood, "blend": _blend, "quantise": _quantise, "take": _take,
    "bank": _bank,
}  # fmt: skip
