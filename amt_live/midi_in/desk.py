"""The daemon's desk of hands: what comes in moves what it is bound to, is sent on, and is heard.

Every message has one use: one that a controller is bound to (or that is being learned) is a
command; the rest is sent on where thru is on, and notes go to the band, which listens to a call.
Thread: any; nothing here waits for the band. Invariant: the state is one value, replaced whole.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Final, Protocol

from amt_live.control.commands import Command
from amt_live.control.hands import (
    MAX_BINDINGS,
    NO_HANDS,
    HandsState,
    Learn,
    PlayedNote,
    SetThru,
    StartCall,
    Unlearn,
)
from amt_live.control.state import BandState
from amt_live.errors import AmtError, UsageError
from amt_live.midi_in.controller_file import Bindings, ControllerFile
from amt_live.midi_in.controllers import Controller, Movement, command_for, movement_of, target_of
from amt_live.midi_in.loops import LoopGuard
from amt_live.midi_in.pipe import Heard, Opened, Report, Trouble

SAME_AGAIN_S: Final = 5.0
"""One complaint is not made again so soon."""

LOOP: Final = (
    "what the band plays comes back into its input, so hands are not heard; "
    "take the connection from its output to its input away"
)

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """What hears a port, once it is wanted."""

    def start(self) -> None:
        """Hear from now on."""


class HandsDesk:
    """Keeps controllers, and leads what comes in to where it belongs."""

    def __init__(
        self,
        submit: Callable[[Command], "Future[None]"],
        play: Callable[[Sequence[PlayedNote]], None],
        send_on: Callable[[bytes], None],
        read_state: Callable[[], BandState],
        complain: Callable[[str], None],
        file: ControllerFile | None = None,
        *,
        thru: bool = False,
    ) -> None:
        """``submit`` and ``play``: the band; ``send_on``: its port."""
        self._submit, self._play, self._send_on = submit, play, send_on
        self._read_state, self._complain_of = read_state, complain
        self._file = file
        self._listener: Listener | None = None
        self._lock = threading.RLock()
        self._guard = LoopGuard()
        self._was_loop = False
        self._at: dict[Controller, float] = {}
        self._last: dict[Controller, Command] = {}
        self._down: set[tuple[int, int]] = set()
        """Keys that were sent on and are held."""
        self._told: dict[str, float] = {}
        self._bindings: Bindings = {}
        why = ""
        if file is not None:
            self._bindings, why = file.load()
        if why:
            complain(why)
        self.state = replace(NO_HANDS, bindings=self._listed(), thru=thru)
        self._merged: tuple[BandState, HandsState, BandState] | None = None

    def attach(self, listener: Listener, *, is_wanted: bool) -> None:
        """Hear through this; at once where it is wanted or something is bound."""
        self._listener = listener
        if is_wanted or self._bindings or self.state.thru:
            listener.start()

    def merged(self, band: BandState) -> BandState:
        """The state of the band together with that of the hands; the same while both are."""
        merged, hands = self._merged, self.state
        if merged is None or merged[0] is not band or merged[1] is not hands:
            merged = self._merged = (band, hands, replace(band, hands=hands))
        return merged[2]

    # What is asked.

    def execute(self, command: Command) -> bool:
        """Carry out a command for the hands; False for one that is the band's. Raises AmtError."""
        with self._lock:
            match command:
                case Learn(text):
                    self._learn(text)
                case Unlearn(text):
                    self._unlearn(text)
                case SetThru(is_on):
                    if not is_on:
                        self._lift()
                    self._show(thru=is_on)
                case _:
                    if isinstance(command, StartCall):
                        self._listen()
                    return False
        if not isinstance(command, Unlearn):
            self._listen()
        return True

    def _learn(self, text: str) -> None:
        if text:
            target_of(text)
            if len(self._bindings) >= MAX_BINDINGS:
                raise UsageError(f"{MAX_BINDINGS} controllers are the most; /amt/unlearn some")
        self._show(learning=text)

    def _unlearn(self, text: str) -> None:
        address = text.split()[0] if text.split() else ""
        gone = [
            controller
            for controller, target in self._bindings.items()
            if address == "*" or target.path == address or str(controller) == text
        ]
        if not gone and address != "*":
            raise UsageError(f"no controller is bound to {text[:60]}; /amt/learn/list tells which")
        self._keep({c: t for c, t in self._bindings.items() if c not in gone})

    def _listen(self) -> None:
        if self._listener is not None:
            self._listener.start()

    # What comes in.

    def take_in(self, report: Report) -> None:
        """Something was heard, or cannot be heard."""
        match report:
            case Heard(messages):
                with self._lock:
                    self._take_messages(messages)
            case Opened(port):
                _log.info("hands are heard through %s", port)
                with self._lock:
                    self._show(port=port)
            case Trouble(why, is_deaf):
                with self._lock:
                    if is_deaf:
                        self._lift()
                        self._show(port="")
                    self._complain(why)

    def sent(self, notes: Sequence[tuple[int, int, int]]) -> None:
        """The band has sent these note-ons: channel from 0, pitch, velocity."""
        if self.state.port:
            with self._lock:
                now_s = time.perf_counter()
                for key in notes:
                    self._guard.sent(key, now_s)
                self._mind_loop()

    def _take_messages(self, messages: Sequence[tuple[float, bytes]]) -> None:
        notes: list[PlayedNote] = []
        for at_s, data in messages:
            kind, channel = data[0] & 0xF0, data[0] & 0x0F
            if kind == 0x90 and data[2]:
                self._guard.heard((channel, data[1], data[2]), time.perf_counter())
                self._mind_loop()
            if self._guard.is_loop:
                continue
            movement = movement_of(data)
            if movement is not None and self._is_used(movement):
                continue
            if self.state.thru:
                self._pass_on(kind, channel, data)
            if kind in (0x80, 0x90):
                velocity = data[2] if kind == 0x90 else 0
                notes.append(PlayedNote(at_s, channel, data[1], velocity))
        if notes:
            self._play(notes)

    def _pass_on(self, kind: int, channel: int, data: bytes) -> None:
        if kind in (0x80, 0x90):
            key = (channel, data[1])
            if kind == 0x90 and data[2]:
                self._down.add(key)
                self._guard.sent_on((channel, data[1], data[2]), time.perf_counter())
            else:
                self._down.discard(key)
        self._send_on(data)

    def _is_used(self, movement: Movement) -> bool:
        """Whether a movement is a command, or is learned."""
        controller = movement.controller
        if self.state.learning and (not movement.is_key or movement.value > 0):
            self._bind(controller)
            self._at[controller] = movement.value
            return True
        target = self._bindings.get(controller)
        if target is None:
            return False
        before = self._at.get(controller, 0.0)
        self._at[controller] = movement.value
        try:
            command = command_for(target, movement, before, self._read_state())
            if command is None or (not movement.is_key and self._last.get(controller) == command):
                return True
            self._last[controller] = command
            if not self.execute(command):
                self._submit(command).add_done_callback(lambda done: self._done(controller, done))
        except AmtError as error:
            self._complain(f"{controller}: {error}")
        return True

    def _done(self, controller: Controller, done: "Future[None]") -> None:
        """Thread: engine."""
        if not done.cancelled() and isinstance(error := done.exception(), AmtError):
            self._complain(f"{controller}: {error}")

    def _bind(self, controller: Controller) -> None:
        text = self.state.learning
        self._last.pop(controller, None)
        self._show(learning="")
        self._keep({**self._bindings, controller: target_of(text)})

    def _keep(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._show(bindings=self._listed())
        if self._file is not None:
            try:
                self._file.save(bindings)
            except AmtError as error:
                self._complain(str(error))

    def _listed(self) -> tuple[str, ...]:
        rows = [f"{controller} = {target.text}" for controller, target in self._bindings.items()]
        return tuple(sorted(rows))

    def _mind_loop(self) -> None:
        is_loop, was = self._guard.is_loop, self._was_loop
        self._was_loop = is_loop
        if is_loop and not was:
            self._lift()
            self._complain(LOOP)

    def _lift(self) -> None:
        """Let go of every key that was sent on."""
        for channel, pitch in sorted(self._down):
            self._send_on(bytes((0x80 | channel, pitch, 64)))
        self._down.clear()

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def _complain(self, why: str) -> None:
        now_s = time.perf_counter()
        if now_s - self._told.get(why, float("-inf")) > SAME_AGAIN_S:
            self._told = {t: s for t, s in self._told.items() if now_s - s < SAME_AGAIN_S}
            self._told[why] = now_s
            self._complain_of(why)
