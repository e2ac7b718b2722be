"""The backlog: bounded, exact, and readable while it is written."""

import os
import tracemalloc

from amt_live.midi.backlog import _CHUNKS, _ROWS_A_CHUNK, MAX_ROWS, ROW_BYTES, Backlog
from amt_live.midi.row_ring import RowRing, new_memory

PIANO = 2


def bar(number):
    return [number * 1920, "bar", 1920]


def notes(number, count=8):
    for at in range(number * 1920, (number + 1) * 1920, 1920 // count):
        yield [at, "on", PIANO, 0, 60 + at % 12, 80]
        yield [at + 100, "off", PIANO, 0, 60 + at % 12]


def fill(backlog, bars, first=0):
    for number in range(first, first + bars):
        backlog.put(bar(number))
        for row in notes(number):
            backlog.put(row)


def test_every_kind_of_row_comes_back_as_it_was():
    backlog = Backlog()
    rows = [
        [0, "bar", 1440],
        [0, "tempo", 96.25],
        [0, "mark", "calm"],
        [3, "program", PIANO, 0, 5],
        [4, "control", PIANO, 0, 7, 99],
        [5, "on", PIANO, 15, 127, 1],
        [9, "off", PIANO, 15, 127],
    ]
    for row in rows:
        backlog.put(row)
    assert backlog.excerpt(1, 10).rows() == [*rows, [10, "end"]]


def test_it_holds_a_bounded_past_and_the_sounds_from_before_it():
    backlog = Backlog()
    backlog.put([0, "program", PIANO, 0, 33])
    backlog.put([0, "tempo", 80.0])
    capacity = _CHUNKS * _ROWS_A_CHUNK
    fill(backlog, 2000)
    tracemalloc.start()
    fill(backlog, capacity // 17, 2000)
    full, _ = tracemalloc.get_traced_memory()
    fill(backlog, capacity // 17, 2000 + capacity // 17)
    later, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert full < 9e6 and later < full * 1.05
    end = (2000 + 2 * (capacity // 17)) * 1920
    rows = backlog.excerpt(512, end).rows()
    assert rows[:2] == [[0, "program", PIANO, 0, 33], [0, "tempo", 80.0]]
    # 512 whole bars and the last one, which nobody has ended yet.
    assert sum(row[1] == "bar" for row in rows) == 513
    assert rows[-1] == [513 * 1920, "end"]
    everything = backlog.excerpt(10**6, end).rows()
    assert capacity - _ROWS_A_CHUNK <= len(everything) <= capacity + 3


def test_an_excerpt_does_not_change_while_the_music_goes_on():
    backlog = Backlog()
    fill(backlog, 300)
    excerpt = backlog.excerpt(20, 300 * 1920)
    fill(backlog, 40_000, 300)
    rows = excerpt.rows()
    assert sum(row[1] == "on" for row in rows) == 21 * 8
    assert max(row[0] for row in rows) == 21 * 1920


def test_texts_are_clipped_and_bounded():
    backlog = Backlog()
    backlog.put(bar(0))
    for at in range(1000):
        backlog.put([at, "mark", "x" * 4096])
    marks = [row for row in backlog.excerpt(1, 1000).rows() if row[1] == "mark"]
    assert 0 < len(marks) <= 256 and {len(row[2]) for row in marks} == {500}


def ring_of(memory):
    return RowRing(memory, ROW_BYTES, MAX_ROWS)


def test_what_a_killed_player_sent_is_there_for_the_next():
    memory = new_memory(ROW_BYTES, MAX_ROWS)
    try:
        first, whole = Backlog(ring_of(memory)), Backlog()
        for backlog in (first, whole):
            backlog.shift_ticks = -1920
            backlog.put([0, "program", PIANO, 0, 5])
            fill(backlog, 600)  # two chunks and more
            backlog.put([600 * 1920, "on", PIANO, 0, 60, 80])
        second = Backlog(ring_of(memory))
        assert second.is_restored and not first.is_restored
        assert (second.shift_ticks, second.last_ticks) == (-1920, 600 * 1920)
        # The note that sounded ended with the player.
        whole.put([600 * 1920, "off", PIANO, 0, 60])
        fill(second, 3, first=601)
        fill(whole, 3, first=601)
        end = 604 * 1920
        assert second.excerpt(8, end).rows() == whole.excerpt(8, end).rows()
        assert second.excerpt(512, end).rows() == whole.excerpt(512, end).rows()
    finally:
        os.close(memory)


def test_a_ring_that_went_round_keeps_the_latest():
    memory = new_memory(ROW_BYTES, MAX_ROWS)
    try:
        ring = ring_of(memory)
        rows = [at.to_bytes(ROW_BYTES, "little") for at in range(MAX_ROWS + 1000)]
        for row in rows:
            ring.append(row, 0)
        assert ring_of(memory).rows() == b"".join(rows[1000:])
    finally:
        os.close(memory)
