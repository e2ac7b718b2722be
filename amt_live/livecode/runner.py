"""When what is said is sent: holds lines for their boundary, counts bars for ``at`` and ``every``.

Pure but for the ``send`` it is given: the beats of the band go in, messages come out; nothing here
knows a clock. Used by the screen for typed lines, and by the process that follows a set list.

What the band quantises itself (moods, scenes, keys, chords) is sent ahead and is exact; for the
rest (tempo, mute ...) the beat that the band tells is waited for, some milliseconds late.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from amt_live.control.when import When
from amt_live.livecode.pieces import LineError
from amt_live.livecode.statements import Clear, Command, Message, Repeat, Statement
from amt_live.osc.arguments import Atom

MAX_TYPED: Final = 64
"""Lines with ``every`` and ``at`` that may have been typed and not cleared."""

MAX_HELD: Final = 256

Send = Callable[[str, tuple[Atom, ...], Command], None]
"""Sends one message; the command is where it comes from."""


@dataclass(frozen=True, slots=True)
class _Held:
    message: Message
    when: When
    command: Command


class Runner:
    """The lines that wait. All methods: one thread."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.bar, self.beat, self.is_playing = 1, 1, False
        self._held: dict[str, _Held] = {}
        self._repeats: dict[str, dict[str, Repeat]] = {"": {}}
        self._fired: dict[tuple[str, str], int] = {}

    # What the band tells.

    def hear(self, address: str, atoms: Sequence[Atom]) -> None:
        """Take in what the daemon pushes; what is malformed changes nothing."""
        if address == "/amt/beat" and len(atoms) == 2:
            with contextlib.suppress(ValueError):
                self._pass_beat(int(atoms[0]), int(atoms[1]))
        elif address == "/amt/transport/state" and atoms:
            was_playing, self.is_playing = self.is_playing, atoms[0] != "stopped"
            if was_playing and not self.is_playing:
                self._release(lambda held: True)

    def _pass_beat(self, bar: int, beat: int) -> None:
        is_again = (bar, beat) < (self.bar, self.beat)
        self.bar, self.beat = bar, beat
        if not self.is_playing:
            return
        if is_again:
            self._fired.clear()
        self._release(self._is_due)
        self._fire()

    # What the performer says.

    def say(self, statement: Statement) -> None:
        """Do a typed line, at once where it does not say when; raises LineError if many wait."""
        match statement:
            case Command():
                self.ask(statement, None)
            case Repeat():
                typed = self._repeats[""]
                if len(typed) >= MAX_TYPED and statement.text not in typed:
                    why = f"{MAX_TYPED} lines repeat or wait already; end them with: clear"
                    raise LineError(why, statement.column)
                typed[statement.text] = statement
                self._admit("", statement)
                self._fire()
            case Clear():
                self._repeats[""].clear()
                self._held.clear()

    def forget(self, repeat: Repeat) -> None:
        """End a typed line with ``every`` or ``at``."""
        self._repeats[""].pop(repeat.text, None)

    def ask(self, command: Command, usual: When | None) -> None:
        """Send a command at its boundary; ``usual`` where it names none."""
        for message in command.messages:
            self.ask_one(message, command, usual)

    def ask_one(self, message: Message, command: Command, usual: When | None) -> None:
        """Send one message of a command at its boundary."""
        if message.settles:
            self._held.pop(message.settles, None)
        when = command.when
        if message.timing == "engine":
            self._send(message.address, (*message.atoms, *_at(when)), command)
            return
        held = _Held(message, when or usual or When.NOW, command)
        is_at_once = held.when in (When.NOW, When.SIXTEENTH) or len(self._held) >= MAX_HELD
        if message.timing == "bar":
            is_at_once = is_at_once or (held.when.bars or 1) == 1 or self._is_due(held)
        if is_at_once or not self.is_playing:
            self._send(message.address, message.atoms, command)
        else:
            self._held[message.settles or f"{command.line} {command.text}"] = held

    def repeat(self, source: str, repeats: Sequence[Repeat]) -> None:
        """Replace the lines with ``every`` and ``at`` of a file by these."""
        before = self._repeats.get(source, {})
        self._repeats[source] = {repeat.text: repeat for repeat in repeats}
        for repeat in repeats:
            if repeat.text not in before:
                self._admit(source, repeat)
        self._fire()

    # Waiting.

    def _admit(self, source: str, repeat: Repeat) -> None:
        """What is new does nothing for the bar that is under way, unless nothing plays yet."""
        self._fired[source, repeat.text] = self.bar if self.is_playing else 0
        first = repeat.turn(1)
        if not self.is_playing and (self.bar, self.beat) <= (1, 1) and first is not None:
            self._fired[source, repeat.text] = 1
            self.ask(first, None)

    def _is_due(self, held: _Held) -> bool:
        bars = held.when.bars
        if held.message.timing == "bar":
            return self.bar % (bars or 1) == 0
        if bars is None:
            return True
        return self.beat == 1 and (self.bar - 1) % bars == 0

    def _release(self, is_due: Callable[[_Held], bool]) -> None:
        for key, held in list(self._held.items()):
            if is_due(held):
                del self._held[key]
                self._send(held.message.address, held.message.atoms, held.command)

    def _fire(self) -> None:
        if not self.is_playing:
            return
        for source, repeats in self._repeats.items():
            for repeat in list(repeats.values()):
                self._fire_one((source, repeat.text), repeat)

    def _fire_one(self, key: tuple[str, str], repeat: Repeat) -> None:
        for bar in (self.bar, self.bar + 1):
            command = repeat.turn(bar)
            if command is None or bar <= self._fired.get(key, 0):
                continue
            is_ahead = bar > self.bar
            if is_ahead and any(message.timing == "now" for message in command.messages):
                continue
            self._fired[key] = bar
            for message in command.messages:
                is_exact = message.timing == "engine"
                when = _at(When.BAR if is_ahead else When.NOW) if is_exact else ()
                self._send(message.address, (*message.atoms, *when), command)


def _at(when: When | None) -> tuple[str, ...]:
    return () if when is None else (f"@{when}",)
