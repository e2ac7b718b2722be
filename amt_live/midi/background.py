"""A small thread that takes what has accumulated and hands it on, so that sending waits for no I/O.

The player's main thread only appends; disk and pipe are written from here, and may block.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Batcher(Generic[T]):
    """Calls ``sink(items)`` every ``interval_s`` seconds, on a thread of its own.

    The sink also gets an empty list when nothing came; it must not raise.
    """

    def __init__(self, name: str, interval_s: float, sink: Callable[[list[T]], None]) -> None:
        self._items: list[T] = []
        self._sink = sink
        self._interval_s = interval_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Leave an item. Thread: any. Blocks: no."""
        self._items.append(item)

    def close(self, timeout_s: float = 10.0) -> None:
        """Hand on what is left and end the thread; waits for it up to ``timeout_s``."""
        self.end()
        self._thread.join(timeout_s)

    def end(self) -> None:
        """Ask the thread to hand on what is left and end. Blocks: no."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(self._interval_s):
            self._sink(self._take())
        self._sink(self._take())

    def _take(self) -> list[T]:
        # Cut in place instead of swapping lists: an append that is under way then loses nothing.
        count = len(self._items)
        items = self._items[:count]
        del self._items[:count]
        return items
