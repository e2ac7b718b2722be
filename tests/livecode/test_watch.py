"""Files that are edited: in place, by renaming, in pieces, away and back; with a clock by hand."""

import os
from pathlib import Path

from amt_live.livecode.watch import EMPTY_S, LOOK_S, MISSING_S, RESTLESS_S, Unreadable, Watch


class Eyes:
    """A watch that is asked to look, a moment later each time."""

    def __init__(self, path: Path, max_bytes: int = 1000) -> None:
        self.watch = Watch(path, max_bytes)
        self.now_s = 0.0

    def look(self, for_s: float = LOOK_S) -> str | Unreadable | None:
        self.now_s += for_s
        return self.watch.look(self.now_s)

    def settled(self) -> str | Unreadable | None:
        self.look()
        return self.look()


def test_a_file_is_read_once_when_it_has_come_to_rest(tmp_path: Path) -> None:
    file = tmp_path / "set.amt"
    file.write_text("dark waltz\n")
    eyes = Eyes(file)
    assert eyes.look() is None
    assert eyes.look() == "dark waltz\n"
    assert eyes.look() is None
    file.write_text("dark waltz\ntempo")
    assert eyes.look() is None
    file.write_text("dark waltz\ntempo 140\n")  # the editor was not done
    assert eyes.look() is None
    assert eyes.look() == "dark waltz\ntempo 140\n"


def test_a_file_that_was_only_emptied_is_about_to_be_written(tmp_path: Path) -> None:
    file = tmp_path / "set.amt"
    file.write_text("dark waltz\n")
    eyes = Eyes(file)
    assert eyes.settled() == "dark waltz\n"
    file.write_text("")
    assert eyes.settled() is None
    assert eyes.look(EMPTY_S / 2) is None
    file.write_text("storm\n")
    assert eyes.settled() == "storm\n"
    file.write_text("")
    assert eyes.look() is None
    assert eyes.look(EMPTY_S) == ""


def test_the_same_size_the_same_text_and_another_file_are_told_apart(tmp_path: Path) -> None:
    file, other = tmp_path / "set.amt", tmp_path / "new"
    file.write_text("aaaa")
    eyes = Eyes(file)
    assert eyes.settled() == "aaaa"
    other.write_text("bbbb")
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.replace(file)
    assert eyes.settled() == "bbbb"
    file.touch()
    assert eyes.settled() is None


def test_a_file_that_is_gone_for_a_moment_is_not_gone(tmp_path: Path) -> None:
    file = tmp_path / "set.amt"
    file.write_text("calm")
    eyes = Eyes(file)
    assert eyes.settled() == "calm"
    file.unlink()
    assert eyes.look() is None
    assert eyes.look(MISSING_S / 2) is None
    trouble = eyes.look(MISSING_S)
    assert isinstance(trouble, Unreadable) and "no such file" in trouble.why
    assert eyes.look(MISSING_S) is None
    file.write_text("calm")
    assert eyes.settled() == "calm"  # told again, so that the trouble is over


def test_what_is_no_text_file_is_said_once(tmp_path: Path) -> None:
    file = tmp_path / "set.amt"
    file.mkdir()
    eyes = Eyes(file)
    assert isinstance(eyes.look(), Unreadable)
    assert eyes.look() is None
    file.rmdir()
    file.write_bytes(b"calm\ntemp\xff 4")
    trouble = eyes.settled()
    assert isinstance(trouble, Unreadable)
    assert (trouble.line, trouble.column) == (2, 5)
    file.write_bytes(b"x" * 1001)
    trouble = eyes.settled()
    assert isinstance(trouble, Unreadable) and "larger than 1000" in trouble.why
    file.write_bytes("\ufeffcalm é".encode())
    assert eyes.settled() == "calm é"


def test_a_file_that_never_rests_is_read_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "set.amt"
    eyes = Eyes(file)
    seen = []
    for number in range(int(RESTLESS_S / LOOK_S) + 3):
        file.write_text("x" * number)
        seen.append(eyes.look())
    assert [text for text in seen if text is not None]
