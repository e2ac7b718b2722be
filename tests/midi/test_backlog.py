"""The backlog: bounded, exact, and readable while it is written."""

import tracemalloc

from amt_live.midi.backlog import _CHUNKS, _ROWS_A_CHUNK, Backlog

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
