"""Takes survive a crash: the journal is finished at the next start, unless it is still in use."""

import pytest

from amt_live.errors import FileError
from amt_live.midi import smf
from amt_live.midi.journal import (
    SUFFIX,
    Journal,
    finish_journal,
    keep,
    leftovers,
    recover_take,
    recover_takes,
    set_aside,
)
from amt_live.midi.recover import finish_apart, recover_apart

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
    "line",
    [
        *("{}", "[]", "3", '[1,"on"]', '[1,"on",2,0,"x",80]', '["1","end"]', '[0,"mark",3]'),
        *('[1,"on",2,0,300,80]', '[1,"on",2,16,60,80]', '[1,"on",99,0,60,80]', '[-1,"end"]'),
        *('[0,"tempo",NaN]', '[0,"tempo",0]', '[0,"bar",1e300]', '[99999999999,"end"]'),
        *('[1,"on",2,0,true,80]', '[0,"mark","\\ud800"]', "[" * 5000, "[" * 50_000),
    ],
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


def test_beginning_a_take_does_not_empty_the_journal_of_another_band(tmp_path):
    journal = Journal(tmp_path / "a.mid", fail)
    for row in [*ROWS, [1200, "end"]]:
        journal.put(row)
    with pytest.raises(FileError, match="another band"):
        Journal(tmp_path / "a.mid", fail)
    assert journal.finish() == 2


def test_what_a_crash_left_is_set_aside_for_a_new_take_of_the_name(tmp_path):
    path = tmp_path / "a.mid"
    for _ in range(2):
        keep(path, ROWS)
        assert set_aside(path) is not None
    assert set_aside(path) is None
    names = [tmp_path / "a-recovered-2.mid", tmp_path / "a-recovered.mid"]
    assert leftovers(tmp_path) == names == recover_takes(tmp_path)
    busy = Journal(path, fail)
    assert set_aside(path) is None
    busy.finish()


def test_recovery_in_a_process_of_its_own_names_what_it_saved(tmp_path):
    names = [tmp_path / f"take with spaces {number}.mid" for number in range(3)]
    for path in names[:2]:
        keep(path, ROWS)
    recovered = []
    recover_apart(names, recovered.append).join(20)
    assert recovered == names[:2]
    assert all(len(smf.read(path).tracks) == 1 for path in recovered)


def test_a_take_is_finished_in_a_process_of_its_own_or_says_why_not(tmp_path):
    keep(tmp_path / "a.mid", ROWS)
    assert finish_apart(tmp_path / "a.mid") == 2
    assert [file.name for file in tmp_path.iterdir()] == ["a.mid"]
    with pytest.raises(FileError, match="cannot read"):
        finish_apart(tmp_path / "none.mid")


def test_a_journal_kept_whole_is_finished_like_any_other(tmp_path):
    rows = [[at, "on" if at % 2 == 0 else "off", 2, 0, 60, 80][: 6 - at % 2] for at in range(3000)]
    keep(tmp_path / "a.mid", rows)
    assert finish_journal(tmp_path / "a.mid") == 1500


def test_a_place_that_cannot_be_written_gets_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot record to"):
        Journal(tmp_path / "file" / "a.mid", fail)


def test_a_missing_folder_has_nothing_to_recover(tmp_path):
    assert recover_takes(tmp_path / "none") == []
