"""Files: written, read back, and read by two libraries that are not ours."""

import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.errors import FileError
from amt_live.midi import smf
from amt_live.midi.smf_reader import CorruptFile

TICKS = st.integers(0, 100_000)
BYTE = st.integers(0, 127)


@st.composite
def notes(draw):
    """Notes of one track; those of one key do not overlap, as the ledger guarantees."""
    result = []
    for channel, pitch in draw(st.sets(st.tuples(st.integers(0, 15), BYTE), max_size=6)):
        at = 0
        for gap, length in draw(
            st.lists(st.tuples(st.integers(0, 500), st.integers(1, 900)), max_size=4)
        ):
            velocity = draw(st.integers(1, 127))
            result.append(smf.SmfNote(at + gap, channel, pitch, velocity, length))
            at += gap + length
    return tuple(sorted(result, key=lambda note: (note.start_ticks, note.channel, note.pitch)))


def by_time(strategy):
    return (
        st.lists(strategy, max_size=5)
        .map(lambda items: tuple({item.at_ticks: item for item in items}.values()))
        .map(lambda items: tuple(sorted(items, key=lambda item: item.at_ticks)))
    )


TRACKS = st.builds(
    smf.Track,
    st.text(max_size=12),
    notes(),
    by_time(st.builds(smf.SmfProgram, TICKS, st.integers(0, 15), BYTE)),
    by_time(st.builds(smf.SmfControl, TICKS, st.integers(0, 15), st.integers(0, 119), BYTE)),
).filter(lambda track: track.notes or track.programs or track.controls)
# Tempos that a whole number of microseconds expresses exactly.
TEMPOS = st.builds(
    smf.Tempo, TICKS, st.integers(200_000, 3_000_000).map(lambda us: 60_000_000 / us)
)
METERS = st.builds(smf.Meter, TICKS, st.integers(1, 12), st.sampled_from((2, 4, 8, 16)))
MARKERS = st.builds(smf.Marker, TICKS, st.text(max_size=20))
SONGS = st.builds(
    smf.Song,
    st.lists(TRACKS, max_size=4).map(tuple),
    by_time(TEMPOS),
    by_time(METERS),
    by_time(MARKERS),
    st.sampled_from((96, 480, 960)),
)


@given(SONGS)
def test_a_song_survives_the_way_through_a_file(song):
    data = smf.to_bytes(song)
    assert smf.from_bytes(data) == song
    assert smf.to_bytes(song) == data


@given(SONGS)
def test_mido_reads_the_same_notes(song):
    file = mido.MidiFile(file=io.BytesIO(smf.to_bytes(song)), charset="utf-8")
    assert file.type == 1
    assert file.ticks_per_beat == song.ticks_per_quarter
    assert [track.name for track in file.tracks] == ["amt-live", *(t.name for t in song.tracks)]
    for ours, theirs in zip(song.tracks, file.tracks[1:], strict=True):
        at, ons = 0, []
        for message in theirs:
            at += message.time
            if message.type == "note_on":
                ons.append((at, message.channel, message.note, message.velocity))
        expected = [(n.start_ticks, n.channel, n.pitch, n.velocity) for n in ours.notes]
        assert sorted(ons) == sorted(expected)


def test_symusic_reads_the_same_notes_and_tempos(tmp_path):
    symusic = pytest.importorskip("symusic")
    keys = smf.Track("piano", (smf.SmfNote(0, 0, 60, 80, 480), smf.SmfNote(480, 0, 64, 70, 240)))
    drums = smf.Track("drums", (smf.SmfNote(0, 9, 36, 100, 60),))
    song = smf.Song((keys, drums), (smf.Tempo(0, 120.0), smf.Tempo(480, 96.0)))
    smf.write(song, tmp_path / "a.mid")
    score = symusic.Score(tmp_path / "a.mid")
    found = sorted(
        (n.start, n.pitch, n.velocity, n.duration, track.is_drum)
        for track in score.tracks
        for n in track.notes
    )
    assert found == [
        (0, 36, 100, 60, True),
        (0, 60, 80, 480, False),
        (480, 64, 70, 240, False),
    ]
    assert [(t.time, round(t.qpm, 2)) for t in score.tempos] == [(0, 120.0), (480, 96.0)]


def test_running_status_and_note_ons_of_velocity_zero_are_understood():
    track = bytes.fromhex("00 90 3c 40  00 40 41  60 3c 00  00 40 00  00 ff 2f 00")
    head = b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60"
    data = head + b"MTrk" + len(track).to_bytes(4) + track
    assert smf.from_bytes(data).tracks[0].notes == (
        smf.SmfNote(0, 0, 60, 64, 96),
        smf.SmfNote(0, 0, 64, 65, 96),
    )


def test_seconds_follow_the_tempo_map():
    song = smf.Song((), (smf.Tempo(0, 120.0), smf.Tempo(960, 60.0)))
    assert [song.seconds_at(ticks) for ticks in (0, 480, 960, 1440)] == [0.0, 0.5, 1.0, 2.0]


HEADER = b"MThd\x00\x00\x00\x06"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "MIDI header"),
        (b"RIFF" + bytes(40), "MIDI header"),
        (HEADER + b"\x00\x02\x00\x01\x01\xe0", "type 2"),
        (HEADER + b"\x00\x01\x00\x01\xe7\x28", "film frames"),
        (HEADER + b"\x00\x01\x00\x01\x00\x00", "ticks per quarter"),
        (HEADER + b"\x00\x01\x00\x01\x01\xe0", "no tracks"),
        (HEADER + b"\x00\x01\x00\x01\x01\xe0MTrk\x00\x00\x00\x63\x00\x90", "cut short"),
        (HEADER + b"\x00\x01\x00\x01\x01\xe0MTrk\x00\x00\x00\x03\x00\x90\x3c", "cut short"),
        (HEADER + b"\x00\x01\x00\x01\x01\xe0MTrk\x00\x00\x00\x03\x00\x3c\x3c", "no status"),
    ],
)
def test_what_is_not_a_midi_file_gets_one_line(tmp_path, data, why):
    path = tmp_path / "bad.mid"
    path.write_bytes(data)
    with pytest.raises(FileError, match=why) as caught:
        smf.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_gets_one_line(tmp_path):
    with pytest.raises(FileError, match="cannot read"):
        smf.read(tmp_path / "none.mid")
    with pytest.raises(FileError, match="cannot write"):
        smf.write(smf.Song(()), tmp_path / "no" / "folder.mid")


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise(body):
    data = HEADER + b"\x00\x01\x00\x01\x01\xe0MTrk" + len(body).to_bytes(4) + body
    try:
        smf.from_bytes(data)
    except CorruptFile as error:
        assert str(error)
