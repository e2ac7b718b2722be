"""Takes survive a crash: the journal is finished at the next start, unless it is still in use."""

import pytest

from amt_live.errors import FileError
from amt_live.midi import smf
from amt_live.midi.journal import SUFFIX, Journal, recover_take, recover_takes

ROWS = [
    [0, "bar", 1920],
    [0, "tempo", 96.0],
    [0, "program", 2, 0, 4],
    [0, "mark", "calm"],
    [0, "on", 2, 0, 60, 80],
    [480, "off", 2, 0, 60],
    [960, "on", 2, 0, 64, 80],
]


def fail(why):
    raise AssertionError(why)


def test_finishing_writes_the_take_and_removes_the_journal(tmp_path):
    journal = Journal(tmp_path / "new" / "a.mid", fail)
    for row in [*ROWS, [1200, "end"]]:
        journal.put(row)
    assert journal.finish() == 2
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["a.mid"]
    song = smf.read(tmp_path / "new" / "a.mid")
    assert song.tracks[0].notes == (
        smf.SmfNote(0, 0, 60, 80, 480),
        smf.SmfNote(960, 0, 64, 80, 240),
    )
    assert song.markers == (smf.Marker(0, "calm"),)


def test_a_journal_cut_in_mid_line_is_recovered_up_to_there(tmp_path):
    lines = "".join(f"{row}\n" for row in ROWS).replace("'", '"')
    (tmp_path / f"a.mid{SUFFIX}").write_text(lines + '[1000,"on",2,0,6')
    assert recover_takes(tmp_path) == [tmp_path / "a.mid"]
    (keys,) = smf.read(tmp_path / "a.mid").tracks
    assert [note.pitch for note in keys.notes] == [60, 64]
    assert recover_takes(tmp_path) == []


@pytest.mark.parametrize(
    "line", ["{}", "[]", "3", '[1,"on"]', '[1,"on",2,0,"x",80]', '["1","end"]', '[0,"mark",3]']
)
def test_lines_that_are_not_rows_are_skipped(tmp_path, line):
    (tmp_path / f"a.mid{SUFFIX}").write_text(line + "\n")
    assert recover_take(tmp_path / "a.mid")
    assert smf.read(tmp_path / "a.mid").tracks == ()


def test_a_take_in_progress_is_neither_recovered_nor_begun_again(tmp_path):
    journal = Journal(tmp_path / "a.mid", fail)
    journal.put(ROWS[0])
    assert recover_takes(tmp_path) == []
    with pytest.raises(FileError, match="another band"):
        Journal(tmp_path / "a.mid", fail)
    assert journal.finish() == 0


def test_a_place_that_cannot_be_written_gets_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot record to"):
        Journal(tmp_path / "file" / "a.mid", fail)


def test_a_missing_folder_has_nothing_to_recover(tmp_path):
    assert recover_takes(tmp_path / "none") == []
