"""What lines mean: messages to the band, when they are sent, what takes them back. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from amt_live.control.when import When
from amt_live.osc.addresses import ROUTES
from amt_live.osc.arguments import Atom

Timing = Literal["engine", "bar", "now"]
"""engine: the band itself waits for the boundary that it is told. bar: it waits for the next bar
line. now: it acts at once, so whoever asks waits for the boundary."""

MOOD: Final = "mood"
"""Everything that sets the mood settles this one thing."""

_NEXT_BAR: Final = frozenset({"/amt/key", "/amt/chords", "/amt/density", "/amt/energy"})
_STAYS: Final = frozenset({"/amt/tempo", "/amt/seed", "/amt/model"})


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message. ``settles`` names what it sets; two messages that settle the same replace
    each other. Empty for what only does something."""

    address: str
    atoms: tuple[Atom, ...] = ()
    settles: str = ""

    @property
    def timing(self) -> Timing:
        """Who waits for the boundary."""
        entry = ROUTES[self.address].entry
        if entry.takes_when:
            return "engine"
        return "bar" if entry.path in _NEXT_BAR else "now"

    def reset(self) -> "Message | None":
        """What takes a setting back that nobody asks for any more; None where it just stays."""
        entry = ROUTES[self.address].entry
        is_plain = self.settles == self.address and self.address not in _STAYS
        if not is_plain or entry.kind != "setting" or entry.arguments[0].default is None:
            return None
        return Message(self.address, (entry.arguments[0].default,), self.settles)


@dataclass(frozen=True, slots=True)
class Command:
    """A line that acts: ``text`` is how the formatter writes it, ``when`` None the usual time."""

    keyword: str
    text: str
    messages: tuple[Message, ...]
    when: When | None = None
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Repeat:
    """Commands in turn, one at bar ``first`` and at every ``bars`` bars after it (0: only once)."""

    text: str
    first: int
    bars: int
    turns: tuple[Command, ...]
    line: int = 1
    column: int = 1

    def turn(self, bar: int) -> Command | None:
        """The command for a bar, counted from 1; None when none is due there."""
        behind = bar - self.first
        if behind < 0 or (behind % self.bars if self.bars else behind):
            return None
        return self.turns[(behind // self.bars if self.bars else 0) % len(self.turns)]


@dataclass(frozen=True, slots=True)
class Clear:
    """Ends what was typed with ``every`` and ``at``."""

    text: str = "clear"
    line: int = 1
    column: int = 1


Statement = Command | Repeat | Clear
