"""Memory that outlives the player: the packed rows of its backlog, in a ring.

The daemon makes it (``new_memory``) and lends it to every player that it starts; a player that
replaces a killed one finds there what was sent before. Nothing ever lies on a disk where the system
has memory without a file (Linux), and a file without a name elsewhere; Windows has neither, and
there a killed player's backlog is lost.

Invariant: the count in the header is raised after the row was written, so that a kill at any moment
leaves whole rows.
"""

import mmap
import os
import sys
import tempfile
from struct import Struct
from typing import Final

_HEADER: Final = Struct("<qq")  # rows ever written, what is added to the band's ticks
_HEADER_BYTES: Final = 64


def new_memory(row_bytes: int, rows: int) -> int | None:
    """A file descriptor of memory for so many rows, all zero; None where there is none."""
    if sys.platform == "win32":
        return None
    try:
        if sys.platform == "linux":
            number = os.memfd_create("amt-live-backlog")
        else:
            with tempfile.TemporaryFile() as file:
                number = os.dup(file.fileno())
        os.ftruncate(number, _HEADER_BYTES + row_bytes * rows)
    except OSError:
        return None
    return number


class RowRing:
    """The ring in such a memory. Thread: one."""

    def __init__(self, number: int, row_bytes: int, rows: int) -> None:
        """Raises OSError and ValueError where the descriptor is none of these."""
        self._row_bytes = row_bytes
        self._capacity = rows
        self._memory = mmap.mmap(number, _HEADER_BYTES + row_bytes * rows)
        self.total, self.shift_ticks = _HEADER.unpack_from(self._memory)

    def append(self, row: bytes | bytearray, shift_ticks: int) -> None:
        """Keep a row, and what was added to its ticks; the oldest is written over."""
        at = _HEADER_BYTES + self.total % self._capacity * self._row_bytes
        self._memory[at : at + self._row_bytes] = row
        self.total += 1
        self.shift_ticks = shift_ticks
        _HEADER.pack_into(self._memory, 0, self.total, shift_ticks)

    def rows(self) -> bytes:
        """All rows that are kept, the oldest first."""
        kept = min(self.total, self._capacity)
        end = self.total % self._capacity * self._row_bytes
        data = self._memory[_HEADER_BYTES:]
        if kept < self._capacity:
            return data[:end]
        return data[end:] + data[:end]
