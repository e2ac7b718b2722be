"""The whole way from events to bytes and takes, on a clock that does not tick."""

import pytest

from amt_live.errors import FileError, UsageError
from amt_live.midi import smf
from amt_live.midi.clock import ManualClock
from amt_live.midi.memory_output import MemoryOutput
from amt_live.midi.output import NotesSent, TakeWritten
from amt_live.music.events import Bar, Mark, Note, ProgramChange
from amt_live.music.timeline import Timeline

AT_120 = Timeline(120.0, 0, 1.0)
PIANO, BASS, DRUMS = 2, 1, 0  # parts; the piano is on channel 0, the bass on 1, the drums on 9


@pytest.fixture
def reports():
    return []


@pytest.fixture
def output(reports):
    output = MemoryOutput(ManualClock(), reports.append)
    output.sent.clear()  # the greeting of the port
    return output


def table(output):
    """(moment, bytes in hex) of what was sent."""
    return [(round(at_s, 4), data.hex()) for at_s, data in output.sent]


def piano(start_ticks, pitch=60, duration_ticks=480):
    return Note(start_ticks, PIANO, pitch, 80, duration_ticks)


def test_a_port_is_greeted_with_silence_and_every_parts_sound_and_level():
    sent = [data.hex() for _, data in MemoryOutput(ManualClock()).sent]
    assert sent[:16] == [f"b{channel:x}7b00" for channel in range(16)]
    assert sent[16:20] == ["c900", "b90764", "c121", "b10764"]
    assert len(sent) == 16 + 32


def bars_of_piano(count, bar_ticks=1920):
    """Each bar has its number as its pitch, on every beat."""
    return [
        event
        for number in range(count)
        for event in [
            Bar(number * bar_ticks, bar_ticks, number),
            *(
                piano(at, 40 + number, 240)
                for at in range(number * bar_ticks, (number + 1) * bar_ticks, 480)
            ),
        ]
    ]


def capture(output, path, bars):
    assert output.capture(path, bars).result(0) == len(smf.notes_of(smf.read(path)))
    return smf.read(path)


def test_the_last_bars_can_be_had_though_nothing_was_recording(output, tmp_path):
    output.set_part(PIANO, "program", 11)
    output.set_part(PIANO, "level", 77)
    output.set_timeline(AT_120)
    output.schedule([*bars_of_piano(8), Mark(5 * 1920, "storm")])
    output.advance(1.0 + 4.6 * 2)
    song = capture(output, tmp_path / "a.mid", 2)
    assert [note.pitch for note in smf.notes_of(song)] == [42] * 4 + [43] * 4 + [44] * 3
    assert [note.start_ticks for note in smf.notes_of(song)] == [480 * at for at in range(11)]
    (track,) = song.tracks
    assert (track.programs[-1].program, track.controls[-1].value) == (11, 77)
    assert [(round(t.bpm), t.at_ticks) for t in song.tempos] == [(120, 0)]
    assert song.meters == (smf.Meter(0, 4, 4),)
    assert song.markers == ()
    output.advance(1.0 + 5.5 * 2)
    assert capture(output, tmp_path / "b.mid", 1).markers == (smf.Marker(1920, "storm"),)


def test_more_bars_than_there_were_are_all_there_were(output, tmp_path):
    output.set_timeline(AT_120)
    output.schedule(bars_of_piano(3))
    output.advance(20.0)
    notes = smf.notes_of(capture(output, tmp_path / "a.mid", 512))
    assert [note.pitch for note in notes] == [40] * 4 + [41] * 4 + [42] * 4


def test_a_capture_has_the_tempo_map_and_goes_on_over_a_stop(output, tmp_path):
    output.set_timeline(AT_120)
    output.schedule(bars_of_piano(2))
    output.advance(1.0 + 2 + 1.2)
    output.halt()
    output.advance(10.0)
    output.set_timeline(Timeline(60.0, 0, 10.0))
    output.schedule(bars_of_piano(1, 1440))
    output.advance(13.5)
    song = capture(output, tmp_path / "a.mid", 2)
    assert [round(tempo.bpm) for tempo in song.tempos] == [120, 60]
    assert [(m.numerator, m.at_ticks) for m in song.meters] == [
        (4, 0),
        (3, song.tempos[1].at_ticks),
    ]
    assert [note.pitch for note in smf.notes_of(song)] == [40] * 4 + [41] * 3 + [40] * 3


def test_a_note_that_still_sounds_ends_with_the_capture(output, tmp_path):
    output.set_timeline(AT_120)
    output.schedule([Bar(0, 1920, 0), piano(0, 60, 1920)])
    output.advance(2.0)
    (note,) = smf.notes_of(capture(output, tmp_path / "a.mid", 1))
    assert note.duration_ticks == 960


def test_a_capture_without_a_note_is_refused_and_leaves_nothing(output, tmp_path):
    with pytest.raises(UsageError, match="nothing was played in the last 4 bars"):
        output.capture(tmp_path / "a.mid", 4).result(0)
    output.set_timeline(AT_120)
    output.schedule([*bars_of_piano(1), *(Bar(at * 1920, 1920, at) for at in range(1, 9))])
    output.advance(15.0)
    with pytest.raises(UsageError, match="nothing was played in the last 2 bars"):
        output.capture(tmp_path / "a.mid", 2).result(0)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileError, match="cannot write"):
        output.capture(tmp_path / "missing" / "a.mid", 100).result(0)


def test_a_capture_and_a_take_of_the_same_bars_hold_the_same(output, tmp_path):
    output.take_start(tmp_path / "take.mid")
    output.set_timeline(AT_120)
    output.schedule(bars_of_piano(5))
    output.advance(9.3)
    output.set_timeline(AT_120.with_tempo(90.0, 8000))
    output.advance(10.0)
    captured = capture(output, tmp_path / "a.mid", 100)
    output.take_stop()
    assert captured == smf.read(tmp_path / "take.mid")


def test_notes_go_out_when_they_are_due_and_are_reported(output, reports):
    output.set_timeline(AT_120)
    output.schedule([piano(0), Note(480, DRUMS, 36, 100, 60)])
    output.advance(3.0)
    assert table(output) == [
        (1.0, "903c50"),
        (1.5, "803c40"),
        (1.5, "992464"),
        (1.5625, "892440"),
    ]
    assert reports == [NotesSent((piano(0),)), NotesSent((Note(480, DRUMS, 36, 100, 60),))]


def test_a_tempo_change_moves_the_end_of_a_sounding_note_too(output):
    output.set_timeline(AT_120)
    output.schedule([piano(0, duration_ticks=960)])
    output.advance(1.5)
    output.set_timeline(AT_120.with_tempo(240.0, 480))
    output.advance(9.0)
    assert table(output) == [(1.0, "903c50"), (1.75, "803c40")]


def test_stopping_ends_every_note_and_continuing_plays_the_rest(output):
    output.set_timeline(AT_120)
    output.schedule([piano(0, 60, 1920), piano(480, 64)])
    output.advance(1.25)
    output.set_timeline(None)
    output.advance(5.0)
    assert table(output) == [(1.0, "903c50"), (1.25, "803c40")]
    output.set_timeline(Timeline(120.0, 240, 5.0))
    output.advance(9.0)
    assert table(output)[2:] == [(5.25, "904050"), (5.75, "804040")]


def test_halting_empties_the_queue(output):
    output.set_timeline(AT_120)
    output.schedule([piano(0), piano(4800)])
    output.advance(1.1)
    output.halt()
    output.set_timeline(Timeline(120.0, 0, 2.0))
    output.advance(60.0)
    assert table(output) == [(1.0, "903c50"), (1.1, "803c40")]


def test_panic_silences_every_channel_after_the_ledgers_ends(output):
    output.set_timeline(AT_120)
    output.schedule([piano(0), piano(480)])
    output.advance(1.1)
    output.panic()
    output.advance(60.0)
    sent = table(output)
    assert sent[:2] == [(1.0, "903c50"), (1.1, "803c40")]
    assert sent[2:] == [
        (1.1, f"b{channel:x}{number}00") for channel in range(16) for number in ("78", "7b")
    ]


def test_dropping_keeps_the_end_of_what_sounds(output):
    output.set_timeline(AT_120)
    output.schedule([piano(0, duration_ticks=960), piano(480, 64)])
    output.advance(1.25)
    output.drop_from(240)
    output.schedule([piano(480, 67, 120)])
    output.advance(9.0)
    assert table(output) == [
        (1.0, "903c50"),
        (1.5, "904350"),
        (1.625, "804340"),
        (2.0, "803c40"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "after"),
    [
        ("mute", 1, ["803c40"]),
        ("channel", 12, ["803c40", "cb00", "bb0764"]),
        ("program", 5, ["803c40", "c005"]),
        ("level", 64, ["b00740"]),
        ("octave", 1, []),
        ("mute", 0, []),
    ],
)
def test_changing_a_part_ends_the_notes_concerned_at_once(output, field, value, after):
    output.set_timeline(AT_120)
    output.schedule([piano(0, duration_ticks=9600), Note(0, BASS, 40, 80, 9600)])
    output.advance(1.5)
    output.sent.clear()
    output.set_part(PIANO, field, value)
    assert [data.hex() for _, data in output.sent] == after


def test_solo_ends_the_others_and_lets_only_the_solo_part_through(output):
    output.set_timeline(AT_120)
    output.schedule([piano(0, duration_ticks=9600), Note(0, BASS, 40, 80, 960)])
    output.schedule([piano(480, 62), Note(480, BASS, 41, 80, 240)])
    output.advance(1.25)
    output.sent.clear()
    output.set_part(BASS, "solo", 1)
    output.advance(3.0)
    assert [data.hex() for _, data in output.sent] == ["803c40", "912950", "812940", "812840"]


def test_octave_moves_notes_but_not_drums_and_their_ends_follow(output):
    output.set_timeline(AT_120)
    output.set_part(PIANO, "octave", 1)
    output.set_part(DRUMS, "octave", 1)
    output.schedule([piano(0), piano(0, 120), Note(0, DRUMS, 36, 80, 480)])
    output.advance(1.25)
    output.set_part(PIANO, "octave", -1)
    output.advance(9.0)
    assert [data.hex() for _, data in output.sent] == [
        "904850",
        "907850",  # an octave above 120 is outside: folded back
        "992450",
        "804840",
        "807840",
        "892440",
    ]


def test_a_setting_outside_its_range_is_refused(output):
    with pytest.raises(ValueError, match=r"channel 17 is outside 1\.\.16"):
        output.set_part(PIANO, "channel", 17)


def take_of(output, tmp_path, play):
    path = tmp_path / "take.mid"
    output.take_start(path)
    play()
    assert output.take_stop() == path
    return smf.read(path)


def test_a_take_holds_notes_programs_meters_tempo_map_and_moods(output, reports, tmp_path):
    def play():
        output.set_timeline(AT_120)
        output.schedule(
            [
                Bar(0, 1920, 0),
                Mark(0, "calm piano"),
                piano(0),
                Note(480, BASS, 40, 90, 240),
                Bar(1920, 1440, 1),
                Mark(1920, "dark wältz"),
                ProgramChange(1920, PIANO, 4),
                piano(1920, 62),
                Bar(3360, 1200, 2),
            ]
        )
        output.advance(1.0 + 2.0)
        output.set_timeline(AT_120.with_tempo(90.0, 1920))
        output.advance(9.0)

    song = take_of(output, tmp_path, play)
    assert [track.name for track in song.tracks] == ["bass", "piano"]
    bass, keys = song.tracks
    assert bass.notes == (smf.SmfNote(480, 1, 40, 90, 240),)
    assert keys.notes == (smf.SmfNote(0, 0, 60, 80, 480), smf.SmfNote(1920, 0, 62, 80, 480))
    assert keys.programs == (smf.SmfProgram(0, 0, 0), smf.SmfProgram(1920, 0, 4))
    assert keys.controls == (smf.SmfControl(0, 0, 7, 100),)
    assert song.markers == (smf.Marker(0, "calm piano"), smf.Marker(1920, "dark wältz"))
    assert song.meters == (smf.Meter(0, 4, 4), smf.Meter(1920, 3, 4), smf.Meter(3360, 5, 8))
    assert [(tempo.at_ticks, round(tempo.bpm, 3)) for tempo in song.tempos] == [
        (0, 120.0),
        (1920, 90.0),
    ]
    assert reports[-1] == TakeWritten(tmp_path / "take.mid", 3)


def test_a_take_started_in_mid_bar_begins_at_that_bar_and_leaves_out_what_sounded_before(
    output, tmp_path
):
    output.set_timeline(AT_120)
    output.schedule([Bar(0, 1920, 0), Bar(1920, 1920, 1)])
    output.schedule([piano(1920, 50, 960), piano(2400, 60), piano(3360, 64, 4800)])
    output.advance(3.25)
    song = take_of(output, tmp_path, lambda: output.advance(4.75))
    (keys,) = song.tracks
    assert keys.notes == (
        smf.SmfNote(480, 0, 60, 80, 480),
        smf.SmfNote(1440, 0, 64, 80, 240),  # still sounding when the take stopped
    )
    assert song.meters == (smf.Meter(0, 4, 4),)


def test_a_take_goes_on_after_a_stop_and_never_back(output, tmp_path):
    def play():
        output.set_timeline(AT_120)
        output.schedule([piano(0)])
        output.advance(1.8)
        output.set_timeline(None)
        output.advance(60.0)
        output.set_timeline(Timeline(100.0, 0, 60.0))  # from the start again
        output.schedule([piano(0, 72)])
        output.advance(70.0)

    song = take_of(output, tmp_path, play)
    starts = [(note.start_ticks, note.pitch) for note in song.tracks[0].notes]
    assert starts == [(0, 60), (960, 72)]
    assert [(t.at_ticks, round(t.bpm)) for t in song.tempos] == [(0, 120), (960, 100)]


def test_a_late_note_is_written_where_it_was_sent(output, tmp_path):
    def play():
        output.set_timeline(AT_120)
        output.advance(1.05)  # 48 ticks later
        output.schedule([piano(0)])
        output.advance(1.05)
        output.advance(9.0)

    song = take_of(output, tmp_path, play)
    assert song.tracks[0].notes == (smf.SmfNote(48, 0, 60, 80, 432),)


def test_closing_ends_every_note_and_finishes_the_take(output, tmp_path):
    output.set_timeline(AT_120)
    output.take_start(tmp_path / "last.mid")
    output.schedule([piano(0, duration_ticks=9600)])
    output.advance(1.5)
    output.close()
    assert output.sounding == 0
    assert (1.5, "803c40") in table(output)
    assert smf.read(tmp_path / "last.mid").tracks[0].notes[0].duration_ticks == 480
