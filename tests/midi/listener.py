"""A real JACK client that writes down what it hears, for tests of the player."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

EAR = Path(__file__).with_name("ear.py")
TIMEOUT_S = 15.0


def is_on(data: bytes) -> bool:
    return data[0] & 0xF0 == 0x90


def is_off(data: bytes) -> bool:
    return data[0] & 0xF0 == 0x80


class Listener:
    """Hears one source port (``to``: part of its name), or creates a port called ``name``."""

    def __init__(self, name: str, to: str | None = None) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self._changed = threading.Condition()
        command = [sys.executable, str(EAR), name, *([to] if to else [])]
        self._ear = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._ear.stdout
        # Libraries may print before it.
        while (line := self._ear.stdout.readline()) != b"listening\n":
            assert line, "the listener ended"
        self._thread = threading.Thread(target=self._hear)
        self._thread.start()

    @property
    def messages(self) -> list[bytes]:
        with self._changed:
            return [data for _, data in self.heard]

    def notes(self) -> list[bytes]:
        return [data for data in self.messages if is_on(data) or is_off(data)]

    def clear(self) -> None:
        with self._changed:
            self.heard.clear()

    def wait(self, condition: Callable[[list[bytes]], bool], timeout_s: float = TIMEOUT_S) -> None:
        """Wait until what was heard fulfils a condition; fails with what was heard."""
        with self._changed:
            met = self._changed.wait_for(
                lambda: condition([data for _, data in self.heard]), timeout_s
            )
            assert met, [data.hex() for _, data in self.heard][-50:]

    def wait_connected(self, prompt: Callable[[], None]) -> None:
        """Until the connection carries messages: ``prompt`` makes some; forgets them."""
        deadline_s = time.perf_counter() + TIMEOUT_S
        while True:
            self.clear()
            prompt()
            with self._changed:
                if self._changed.wait_for(lambda: len(self.heard) >= 32, 0.3):
                    break
            assert time.perf_counter() < deadline_s, "the connection carries nothing"
        self.clear()

    def close(self) -> None:
        self._ear.stdin.close()
        # A client that leaves a JACK server may be kept waiting by it for ever.
        self._thread.join(10)
        self._ear.kill()
        self._thread.join()
        self._ear.wait()

    def _hear(self) -> None:
        with self._ear.stdout as lines:
            for line in lines:
                at_s, data = line.split()
                with self._changed:
                    self.heard.append((float(at_s), bytes.fromhex(data.decode())))
                    self._changed.notify_all()


class Reports:
    """Collects reports, and waits for one."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._changed = threading.Condition()

    def __call__(self, report: Any) -> None:
        with self._changed:
            self.all.append(report)
            self._changed.notify_all()

    def wait(self, kind: type, condition: Callable[[Any], bool] = lambda report: True) -> Any:
        """The first report of a kind that fulfils a condition."""

        def found() -> list[Any]:
            return [r for r in self.all if isinstance(r, kind) and condition(r)]

        with self._changed:
            assert self._changed.wait_for(found, TIMEOUT_S), self.all
            return found()[0]
