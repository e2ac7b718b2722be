"""What was sent in the last half hour or more, so that a take can be had afterwards.

Filled by the performer, on its thread, row by row, packed: about 5 MB when full, whatever happens.
With a ``RowRing`` every row is kept there too, and one that was used before is begun from: what a
killed player sent can still be had (only the texts of its marks are gone).

Invariant: a chunk is written until it is full and never again, so an ``Excerpt`` can be read by
another thread while the music goes on.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final

from amt_live.midi.row_ring import RowRing
from amt_live.midi.take import BAR, CONTROL, END, MARK, OFF, ON, PROGRAM, TEMPO, Row
from amt_live.music.beats import TICKS_PER_QUARTER

_ROW: Final = Struct("<qBBBBBd")  # ticks, kind, part, channel, two data bytes, a number
_KINDS: Final = (ON, OFF, PROGRAM, CONTROL, TEMPO, BAR, MARK)
_CODES: Final = {kind: code for code, kind in enumerate(_KINDS)}
_BAR: Final = _CODES[BAR]
_ARITY: Final = {ON: 4, OFF: 3, PROGRAM: 3, CONTROL: 4}
_ROWS_A_CHUNK: Final = 4096
_CHUNKS: Final = 64
"""Half an hour at 70 notes a second."""

ROW_BYTES: Final = _ROW.size
MAX_ROWS: Final = _ROWS_A_CHUNK * (_CHUNKS - 2)
"""What a ring has to hold, so that two chunks are left to go on with."""

_SETUP_CODES: Final = bytes(_CODES[kind] for kind in (PROGRAM, CONTROL, TEMPO))
_MAX_TEXT_CHARS: Final = 500
_TEXTS_A_CHUNK: Final = 256


@dataclass(slots=True)
class _Chunk:
    """Some rows, and before them the sounds, levels and tempo that were in force."""

    setup: tuple[Row, ...]
    data: bytearray
    count: int
    texts: list[str]

    def packed(self) -> memoryview:
        return memoryview(self.data)[: self.count * _ROW.size]

    def rows(self, first: int = 0) -> Iterator[Row]:
        for fields in _ROW.iter_unpack(self.packed()[first * _ROW.size :]):
            ticks, code, part, channel, one, two, number = fields
            kind = _KINDS[code]
            if kind == MARK:
                if int(number) < len(self.texts):
                    yield [ticks, kind, self.texts[int(number)]]
            elif kind == TEMPO:
                yield [ticks, kind, number]
            elif kind == BAR:
                yield [ticks, kind, int(number)]
            else:
                yield [ticks, kind, part, channel, one, two][: 2 + _ARITY[kind]]


class _Setup:
    """The latest program and controls of each part, and the tempo: as rows."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows: dict[tuple[int | float | str, ...], Row] = {}
        for row in rows:
            self.follow(row)

    def follow(self, row: Row) -> None:
        kind = row[1]
        if kind == TEMPO:
            self._rows[kind,] = row
        elif kind == PROGRAM:
            self._rows[kind, row[2]] = row
        elif kind == CONTROL:
            self._rows[kind, row[2], row[4]] = row

    def rows(self) -> tuple[Row, ...]:
        return tuple(self._rows.values())


class Backlog:
    """Remembers rows. Thread: one."""

    def __init__(self, ring: RowRing | None = None) -> None:
        self._ring = ring
        self.shift_ticks = 0
        """What was added to the band's ticks in the rows; kept with them."""
        self.last_ticks = 0
        """The tick of the latest row."""
        self._setup = _Setup()
        self._chunks: deque[_Chunk] = deque(maxlen=_CHUNKS)
        self.is_restored = ring is not None and ring.total > 0
        """Whether it begins with the rows of an earlier player."""
        if ring is not None and self.is_restored:
            self._restore(ring)
        self._open_chunk()
        if self.is_restored:
            self._end_open_notes()

    def put(self, row: Row) -> None:
        """Remember a row; the oldest are forgotten. Blocks: no."""
        chunk = self._chunks[-1]
        if chunk.count == _ROWS_A_CHUNK:
            chunk = self._open_chunk()
        kind = str(row[1])
        code = _CODES.get(kind)
        if code is None or (kind == MARK and len(chunk.texts) == _TEXTS_A_CHUNK):
            return
        fields, number = [0, 0, 0, 0], 0.0
        if kind == MARK:
            number = float(len(chunk.texts))
            chunk.texts.append(str(row[2])[:_MAX_TEXT_CHARS])
        elif kind in (TEMPO, BAR):
            number = float(row[2])
        else:
            for index, value in enumerate(row[2:]):
                fields[index] = int(value)
        at = chunk.count * _ROW.size
        _ROW.pack_into(chunk.data, at, row[0], code, *fields, number)
        chunk.count += 1
        self.last_ticks = int(row[0])
        if self._ring is not None:
            self._ring.append(chunk.data[at : at + _ROW.size], self.shift_ticks)
        self._setup.follow(row)

    def excerpt(self, bars: int, end_ticks: int) -> "Excerpt":
        """The last bars up to now. Copies one chunk at most."""
        *full, last = self._chunks
        copied = _Chunk(last.setup, bytearray(last.packed()), last.count, last.texts[:])
        return Excerpt((*full, copied), bars, end_ticks)

    def _restore(self, ring: RowRing) -> None:
        """Take over what is in the ring: copies some megabytes, looks at few rows."""
        self.shift_ticks = ring.shift_ticks
        data, step = ring.rows(), _ROW.size * _ROWS_A_CHUNK
        for at in range(0, len(data), step):
            part = bytearray(data[at : at + step])
            chunk = _Chunk(self._setup.rows(), part, len(part) // _ROW.size, [])
            self._chunks.append(chunk)
            codes = part[8 :: _ROW.size]
            for index, code in enumerate(codes):
                if code in _SETUP_CODES:
                    self._setup.follow(next(chunk.rows(index)))
        self.last_ticks = _ROW.unpack_from(data, len(data) - _ROW.size)[0]

    def _end_open_notes(self) -> None:
        """What sounded when the player was killed ended then."""
        sounding: set[tuple[int, int, int]] = set()
        for chunk in list(self._chunks)[-3:]:
            for row in chunk.rows():
                if row[1] == ON:
                    sounding.add((int(row[2]), int(row[3]), int(row[4])))
                elif row[1] == OFF:
                    sounding.discard((int(row[2]), int(row[3]), int(row[4])))
        for key in sorted(sounding):
            self.put([self.last_ticks, OFF, *key])

    def _open_chunk(self) -> _Chunk:
        chunk = _Chunk(self._setup.rows(), bytearray(_ROW.size * _ROWS_A_CHUNK), 0, [])
        self._chunks.append(chunk)
        return chunk


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The last ``bars`` bars and the one in progress, to be read at leisure. Thread: any, once."""

    _chunks: tuple[_Chunk, ...]
    _bars: int
    _end_ticks: int

    def rows(self) -> list[Row]:
        """The rows of a take that begins at tick 0; without a note-on where nothing was played."""
        start = self._start()
        if start is None:
            return []
        index, first, origin = start
        setup = _Setup(self._chunks[index].setup)
        for row in self._before(index, first):
            setup.follow(row)
        rows: list[Row] = [[0, *row[1:]] for row in setup.rows()]
        for chunk in self._chunks[index:]:
            for ticks, *rest in chunk.rows(first):
                rows.append([max(0, int(ticks) - origin), *rest])
            first = 0
        rows.append([max(0, self._end_ticks - origin), END])
        return rows

    def _before(self, index: int, first: int) -> Iterator[Row]:
        for at, row in enumerate(self._chunks[index].rows()):
            if at == first:
                return
            yield row

    def _start(self) -> tuple[int, int, int] | None:
        """Chunk, row in it and tick of the bar line; the oldest beat where there are fewer bars."""
        wanted = self._bars + 1  # The bar in progress comes on top.
        for index in range(len(self._chunks) - 1, -1, -1):
            lines = [
                (at, fields[0])
                for at, fields in enumerate(_ROW.iter_unpack(self._chunks[index].packed()))
                if fields[1] == _BAR
            ]
            if len(lines) >= wanted:
                at, ticks = lines[-wanted]
                return index, at, ticks
            wanted -= len(lines)
        for row in self._chunks[0].rows():
            if row[1] in (BAR, ON):
                ticks = int(row[0])
                return 0, 0, ticks - ticks % TICKS_PER_QUARTER
        return None
