"""Compressed streams, read forwards only and within limits: what an archive says of itself is not
believed.

Python's own ``gzip.open`` and ``lzma.open`` unpack as much as they are asked for; here a stream
that unpacks to far more than its file could honestly hold ends in Unsafe.
"""

import bz2
import io
import lzma
import zlib
from typing import IO, Final, Protocol

MAX_UNPACKED_BYTES: Final = 16 << 30
FREE_BYTES: Final = 64 << 20
"""Anything may unpack to this much, whatever its ratio."""
MAX_RATIO: Final = 200
"""Unpacked to packed. MIDI files pack 2- to 60-fold; deflate's bombs reach 1000, others more."""
MAX_READ_BYTES: Final = 16 << 20
"""Most that is asked for at once: longer headers than this are no honest archive's."""
_CHUNK: Final = 1 << 16
_LZMA_MEMORY_BYTES: Final = 256 << 20


class Unsafe(Exception):
    """An archive that is damaged, or that hides more than it shows; the text says which."""


def most_unpacked(packed_bytes: int) -> int:
    """Bytes that an archive of this size may unpack to."""
    return min(MAX_UNPACKED_BYTES, max(FREE_BYTES, MAX_RATIO * packed_bytes))


class _Decompressor(Protocol):
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...

    @property
    def eof(self) -> bool: ...


class _Plain:
    """A stream that is not compressed."""

    eof = False
    unconsumed_tail = b""

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        del max_length
        return data


def _decompressor(head: bytes) -> _Decompressor:
    if head.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31)
    if head.startswith(b"\xfd7zXZ\x00") or head.startswith(b"\x5d\x00\x00"):
        return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY_BYTES)
    if head.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    return _Plain()


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a .gz, .xz, .bz2 or plain ``file``. Seeks forwards only; raises Unsafe
    past ``limit`` bytes, and OSError, EOFError, lzma or zlib errors where the stream is damaged.
    """

    def __init__(self, file: IO[bytes], limit: int) -> None:
        super().__init__()
        self._file = file
        self._limit = limit
        self._at = 0
        self._ready = b""
        self._input = file.read(_CHUNK)
        self._engine = _decompressor(self._input)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= MAX_READ_BYTES:
            raise Unsafe("a header of an impossible size")
        self._allow(self._at + size)
        pieces = []
        while size > 0 and (self._ready or self._refill()):
            piece, self._ready = self._ready[:size], self._ready[size:]
            pieces.append(piece)
            size -= len(piece)
            self._at += len(piece)
        return b"".join(pieces)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence != io.SEEK_SET or offset < self._at:
            raise Unsafe("damaged")
        self._allow(offset)
        while self._at < offset and (self._ready or self._refill()):
            passed = min(len(self._ready), offset - self._at)
            self._ready = self._ready[passed:]
            self._at += passed
        return self._at

    def _allow(self, position: int) -> None:
        if position > self._limit + MAX_READ_BYTES:
            raise Unsafe("unpacks to far more than an archive of its size holds")

    def _refill(self) -> bool:
        """Unpack some more; False at the end."""
        while not self._ready:
            if self._engine.eof and not self._next_stream():
                return False
            if not self._input and getattr(self._engine, "needs_input", True):
                self._input = self._file.read(_CHUNK)
                if not self._input:
                    if isinstance(self._engine, _Plain):
                        return False
                    raise EOFError("cut off")
            data, self._input = self._input, b""
            self._ready = self._engine.decompress(data, _CHUNK)
            self._input = getattr(self._engine, "unconsumed_tail", b"")
        return True

    def _next_stream(self) -> bool:
        """Go on with the stream that follows, as concatenated archives have; False if none."""
        rest = getattr(self._engine, "unused_data", b"") or self._file.read(_CHUNK)
        rest = rest.lstrip(b"\0")
        if not rest:
            return False
        engine = _decompressor(rest)
        if isinstance(engine, _Plain):
            return False  # trailing rubbish, which the usual tools pass over too
        self._input, self._engine = rest, engine
        return True
