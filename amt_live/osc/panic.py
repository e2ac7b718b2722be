"""Panic's own lane: it waits for no queue and no limit; a flood of it is one panic after another.

Runs on the server's loop. Invariant: each panic that arrives is followed by one that starts after.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from amt_live.control.commands import Command, Panic
from amt_live.osc.addresses import PANIC
from amt_live.osc.arguments import Refusal
from amt_live.osc.guards import Sender

_MOST_ASKERS: Final = 1024

Perform = Callable[[Command], Awaitable[Refusal | None]]
Answer = Callable[[Sender, str, Refusal | None], None]


class PanicRunner:
    """Executes panics one at a time; those that arrive meanwhile share the next one."""

    def __init__(self, perform: Perform, answer: Answer) -> None:
        self._perform = perform
        self._answer = answer
        self._askers: list[Sender] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """The panic that is under way, if any."""
        return [] if self._task is None or self._task.done() else [self._task]

    def run(self, sender: Sender) -> None:
        """Panic now, and answer ``sender`` when all is silent."""
        if len(self._askers) < _MOST_ASKERS:
            self._askers.append(sender)
        if not self.tasks:
            self._task = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while self._askers:
            askers, self._askers = self._askers, []
            refusal = await self._perform(Panic())
            for sender in askers:
                self._answer(sender, PANIC, refusal)
