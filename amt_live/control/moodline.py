"""The line a performer types or sends: a text, and optionally when (``dark waltz @beat``)."""

from unicodedata import category

from amt_live.control.commands import MAX_MOOD_CHARS, SetMood
from amt_live.control.when import When
from amt_live.errors import UsageError


def split_when(text: str) -> tuple[str, When | None]:
    """Split a trailing ``@when`` word off a line; raises UsageError for an unknown one."""
    head, _, last = text.strip().rpartition(" ")
    if not last.startswith("@"):
        return text.strip(), None
    word = last[1:].lower()
    try:
        return head.strip(), When(word)
    except ValueError:
        known = " ".join(f"@{when}" for when in When)
        raise UsageError(f"'@{word}' is not a time; use one of {known}") from None


def _without_controls(text: str) -> str:
    """What moves a cursor becomes a space; half characters, from bytes that were no UTF-8, "?"."""
    kinds = {"Cc": " ", "Cs": "?"}
    return "".join(kinds.get(category(char), char) for char in text)


def parse_mood(text: str) -> SetMood:
    """The command that a mood line asks for; raises UsageError when it is empty or too long."""
    mood, when = split_when(_without_controls(text))
    if not any(char.isprintable() and not char.isspace() for char in mood):
        raise UsageError("the mood is empty; type a few words, such as: calm piano ballad")
    if len(mood) > MAX_MOOD_CHARS:
        raise UsageError(f"the mood is {len(mood)} characters long; {MAX_MOOD_CHARS} is the most")
    return SetMood(" ".join(mood.split()), when)
