"""Every command there is, for the palette that one types into: the OSC table, and the screen's own.

Pure but for ``BandCommands``, which Textual's command palette asks on its own thread of events.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from rich.markup import escape
from textual.command import DiscoveryHit, Hit, Hits, Provider

from amt_live.osc.addresses import ADDRESSES, ROUTES
from amt_live.osc.entries import PART_FIELD, Address
from amt_live.tui.keys import Key, Mode
from amt_live.tui.theme import PALETTES

RAW: Final = "/amt/"
"""A mood line that begins so is one OSC message."""

_SHOWN_SERVICES: Final = ("/amt/ping", "/amt/status")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette: a message to send, a message to complete, or an action to do."""

    title: str
    about: str
    address: str = ""
    is_whole: bool = True
    atoms: tuple[str, ...] = ()
    action: str = ""


def choices(keys: Sequence[Key], scenes: Sequence[str], part: str) -> list[Choice]:
    """Every command: those of the table, the scenes there are, the keys and the themes.

    Addresses of parts come with the part that is selected.
    """
    found = [
        Choice(f"scene {name}", "Cue this scene.", "/amt/scene/cue", atoms=(name,))
        for name in scenes
    ]
    for entry in ADDRESSES:
        if entry.kind in ("setting", "action") or entry.path in _SHOWN_SERVICES:
            found += _of(entry, part)
    found += [
        Choice(key.about, f"key {key.shown(Mode.COMMAND)}".strip(), action=key.action)
        for key in keys
        if key.about and key.name != "commands"
    ]
    found += [
        Choice(f"colours: {name}", palette.about.capitalize() + ".", action=f"theme('{name}')")
        for name, palette in PALETTES.items()
    ]
    return found


def _of(entry: Address, part: str) -> Iterable[Choice]:
    path = entry.path.replace(PART_FIELD, part)
    needed = [argument for argument in entry.arguments if not argument.optional]
    first = entry.arguments[0] if entry.arguments else None
    if not needed and entry.kind != "setting":
        yield Choice(path, entry.sentence, path)
    else:
        yield Choice(f"{path} {entry.usage}", entry.sentence, path, is_whole=False)
    if first is not None and first.words and len(entry.arguments) == 1:
        for word in first.words:
            yield Choice(f"{path} {word}", entry.sentence, path, atoms=(word,))


def completed(line: str) -> str | None:
    """The first address that a line which begins one could go on with; None where there is none."""
    if " " in line:
        return None
    return next((path for path in sorted(ROUTES) if path.startswith(line) and path != line), None)


def hint_of(line: str) -> str:
    """What the address of a line takes; '' for no address."""
    route = ROUTES.get(line.split(" ", 1)[0])
    if route is None or not route.entry.arguments:
        return ""
    entry = route.entry
    limits = " · ".join(f"{a.name}: {a.limits}" for a in entry.arguments if a.limits)
    return f"{entry.usage}   {limits}" if limits else entry.usage


class Commander(Protocol):
    """What the palette needs of the screen."""

    def choices(self) -> list[Choice]:
        """Every command, now."""

    def choose(self, choice: Choice) -> None:
        """Do one."""


class BandCommands(Provider):
    """Looks commands up for Textual's palette, and does the one that is chosen, once."""

    _has_chosen = False

    @property
    def _commander(self) -> Commander:
        commander: Commander = self.app  # type: ignore[assignment]  # StageApp fills the protocol
        return commander

    def _doing(self, choice: Choice) -> Callable[[], None]:
        def do() -> None:
            if not self._has_chosen:  # a second Enter may be on its way already
                self._has_chosen = True
                self._commander.choose(choice)

        return do

    async def discover(self) -> Hits:
        """Everything, while nothing is typed."""
        for choice in self._commander.choices():
            yield DiscoveryHit(escape(choice.title), self._doing(choice), help=choice.about)

    async def search(self, query: str) -> Hits:
        """What holds every word, then what is like it; the best first."""
        matcher = self.matcher(query)
        words = query.lower().split()
        for choice in self._commander.choices():
            title, text = choice.title.lower(), f"{choice.title} {choice.about}".lower()
            score = matcher.match(title)
            if all(word in title for word in words):
                score += 2.0
            elif all(word in text for word in words):
                score += 1.0
            if score > 0:
                shown = matcher.highlight(escape(choice.title))
                yield Hit(score, shown, self._doing(choice), help=choice.about)
