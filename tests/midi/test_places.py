"""What may be written where; with real folders, pipes and links."""

import os
import sys
from pathlib import Path

import pytest

from amt_live.errors import FileError
from amt_live.midi.journal import Journal
from amt_live.midi.places import check_place
from amt_live.midi.smf import Song, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among files")


def test_writers_keep_their_hands_off_what_is_no_ordinary_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mid"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match="not an ordinary file"):
        write(Song(()), pipe)
    with pytest.raises(FileError, match="not an ordinary file"):
        Journal(pipe, print)
    link = tmp_path / "link.mid"
    link.symlink_to(pipe)
    with pytest.raises(FileError, match="not an ordinary file"):
        check_place(link)
    assert pipe.is_fifo() and sorted(p.name for p in tmp_path.iterdir()) == ["link.mid", "pipe.mid"]


@pytest.mark.parametrize("name", ["", "no folder/a.mid", "x" * 300 + ".mid", "x" * 250 + ".mid"])
def test_a_place_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"^cannot write [^\n]*$"):
        check_place(tmp_path / name)
    assert not list(tmp_path.iterdir())
