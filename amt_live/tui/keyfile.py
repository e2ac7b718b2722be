"""The performer's own keys: a small TOML file over the table of keys.

    panic = "f7"
    mute = ["m", "x"]

Names are those of the table (``amt-live tui --list-keys`` prints them); keys are written as
Textual or people write them: ``f7``, ``ctrl+k``, ``space``, ``?``. Read once, before the screen
opens. A bad file is told in one line, and the usual keys are on.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from textual.keys import KEY_NAME_REPLACEMENTS, _character_to_key

from amt_live.errors import UsageError
from amt_live.tui.keys import KEYS, Key, key_name

MAX_BYTES: Final = 65536
MAX_KEYS: Final = 4
_PLAIN_NAMES: Final = frozenset(
    {"space", "enter", "up", "down", "left", "right", "backspace", "delete", "home", "end"}
)
"""Keys that edit the mood line: they act in command mode only."""

_CONTROLS: Final = frozenset("abcdefgklnopqrstuvwxyz")
"""Letters that a terminal can tell with ctrl: with h, i, j and m it sends other keys."""

_FUNCTION: Final = frozenset(f"f{n}" for n in range(1, 25))
_OTHERS: Final = frozenset({"escape", "tab", "shift+tab", "pageup", "pagedown", "insert"})


def default_path() -> Path:
    """Where the file lies: beside the settings."""
    from amt_live.paths import config_file

    return config_file().with_name("keys.toml")


def load_keys(path: Path | None) -> tuple[tuple[Key, ...], str]:
    """The table of keys, and why the file was not taken ('' if it was, or if there is none)."""
    if path is None or not path.exists():
        return KEYS, ""
    try:
        return read_keys(path), ""
    except UsageError as error:
        return KEYS, f"{path.name}: {error}; the usual keys are on"


def read_keys(path: Path) -> tuple[Key, ...]:
    """The table with the changes of a file; raises UsageError with one line that names the fix."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"larger than {MAX_BYTES} bytes")
        stored = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(" ".join(str(error).split())) from None
    table = {key.name: key for key in KEYS}
    taken: set[str] = set()
    for name, value in stored.items():
        if name not in table:
            raise UsageError(f"there is no key named {name[:40]!r}; see: amt-live tui --list-keys")
        names = [_spelled(name, text) for text in _texts(name, value)]
        taken.update(names)
        plain = tuple(key for key in names if _is_plain(key))
        always = tuple(key for key in names if not _is_plain(key))
        table[name] = replace(table[name], always=always, command=plain, pair="")
    return _settled(table.values(), set(stored), taken)


def _settled(keys: Iterable[Key], changed: set[str], taken: set[str]) -> tuple[Key, ...]:
    """What the file gives away is taken from the actions that it does not name."""
    settled = []
    for key in keys:
        if key.name not in changed:
            key = replace(
                key,
                always=tuple(name for name in key.always if name not in taken),
                command=tuple(name for name in key.command if name not in taken),
            )
        settled.append(key)
    counts = Counter(name for key in settled for name in (*key.always, *key.command))
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise UsageError(f"{key_name(twice[0])} is given to two actions")
    for needed in ("mode", "quit"):
        if not any(key.always or key.command for key in settled if key.name == needed):
            raise UsageError(f"'{needed}' is left without a key; give it one")
    return tuple(settled)


def _texts(name: str, value: Any) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    if not texts or len(texts) > MAX_KEYS or not all(isinstance(text, str) for text in texts):
        raise UsageError(f"{name} takes a key, or a list of up to {MAX_KEYS}, in quotes")
    return texts


def _spelled(name: str, text: str) -> str:
    """The name that Textual has for a key that people write as a character or a name."""
    if len(text) == 1 and text.isprintable():
        return "space" if text == " " else _character_to_key(text)
    key = text.strip().lower().replace("page_", "page")
    *_, last = key.rpartition("+")
    modifiers = key.split("+")[:-1]
    known = _PLAIN_NAMES | _FUNCTION | _OTHERS | set(KEY_NAME_REPLACEMENTS.values())
    known |= {char for keyed in KEYS for char in (*keyed.always, *keyed.command)}
    is_known = key in known or (modifiers == ["ctrl"] and len(last) == 1 and last in _CONTROLS)
    if not is_known:
        raise UsageError(f"{name}: {text[:40]!r} is no key; write f7, ctrl+k, space, or one letter")
    return key


def _is_plain(key: str) -> bool:
    """Whether typing needs it."""
    return not (key.startswith("ctrl+") or key in _FUNCTION or key in _OTHERS)
