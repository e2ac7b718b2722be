"""What is said of a file, held against files whose content is known, and against other readers."""

import json
import math
import struct
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest

from amt_live.analysis import moods, styles
from amt_live.analysis.measures import MEASURED, Scale
from amt_live.analysis.music import MAX_FILE_BYTES, load_music
from amt_live.analysis.report import describe, lines, pitch_name
from amt_live.analyze import analyze, with_readings
from amt_live.errors import FileError
from amt_live.midi.smf import (
    Meter,
    SmfNote,
    SmfProgram,
    Song,
    Tempo,
    Track,
    from_bytes,
    to_bytes,
    write,
)
from amt_live.music.keys import key_name

ROOT = Path(__file__).parents[2]
SONGS = sorted((ROOT / "tests" / "export" / "midi").glob("*.mid"))
BAR = 4 * 480


def chord(at: int, pitches: tuple[int, ...], ticks: int, velocity: int = 80) -> list[SmfNote]:
    return [SmfNote(at, 0, pitch, velocity, ticks) for pitch in pitches]


def cadence() -> Song:
    """Four bars in C major: C, Am and F, G7, C; a bass; a drum on every beat; faster from bar 3."""
    piano = [
        *chord(0, (60, 64, 67), BAR),
        *chord(BAR, (57, 60, 64), BAR // 2),
        *chord(BAR + BAR // 2, (57, 60, 65), BAR // 2),
        *chord(2 * BAR, (59, 62, 65, 67), BAR),
        *chord(3 * BAR, (60, 64, 67, 72), BAR),
    ]
    roots = ((0, 36, BAR), (BAR, 45, BAR // 2), (BAR + BAR // 2, 41, BAR // 2))
    roots += ((2 * BAR, 43, BAR), (3 * BAR, 36, BAR))
    bass = [SmfNote(at, 1, pitch, 100, ticks) for at, pitch, ticks in roots]
    drums = [SmfNote(beat * 480, 9, 36, 110, 60) for beat in range(16)]
    return Song(
        (
            Track("piano", tuple(piano), (SmfProgram(0, 0, 4),)),
            Track("bass", tuple(bass), (SmfProgram(0, 1, 33),)),
            Track("drums", tuple(drums)),
        ),
        (Tempo(0, 100.0), Tempo(2 * BAR, 200.0)),
        (Meter(0, 4, 4),),
    )


def test_a_known_piece_is_described_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cadence.mid"
    write(cadence(), path)
    report = describe(path, load_music(path))
    assert report.size_bytes == path.stat().st_size
    assert report.duration_s == pytest.approx(8 * 0.6 + 8 * 0.3, abs=1e-4)
    assert report.tempo_bpm == pytest.approx(16 * 60 / 7.2, abs=1e-3)
    changes = [(c.bar, round(c.at_s, 3), round(c.bpm)) for c in report.tempo_map]
    assert changes == [(1, 0.0, 100), (3, 4.8, 200)]
    assert (report.bars, report.beats, report.meters) == (4, 16, ("4/4",))
    assert report.notes == 17 + 5 + 16
    assert (report.low, report.high) == (36, 72)
    assert report.unique_pitches == len({36, 41, 43, 45, 57, 59, 60, 62, 64, 65, 67, 72})
    assert report.notes_per_bar == pytest.approx(38 / 4)
    assert report.notes_per_beat == pytest.approx(38 / 16)
    assert report.mean_velocity == pytest.approx((17 * 80 + 5 * 100 + 16 * 110) / 38)
    assert report.chords == (("C",), ("Am", "F"), ("G7",), ("C",))
    assert report.key is not None and report.key.name == "C major"
    assert report.key.confidence > 0.8 > report.key.next_confidence
    parts = {part.name: (part.notes, part.programs, part.low, part.high) for part in report.parts}
    assert parts == {
        "drums": (16, (0,), 36, 36),
        "bass": (5, (33,), 36, 45),
        "piano": (17, (4,), 57, 72),
    }


@pytest.mark.parametrize("path", SONGS, ids=lambda path: path.stem)
def test_real_files_are_read_as_another_library_reads_them(path: Path) -> None:
    report = describe(path, load_music(path))
    other = mido.MidiFile(path)
    ons = [m for track in other.tracks for m in track if m.type == "note_on" and m.velocity]
    assert report.notes == len(ons)
    assert report.duration_s == pytest.approx(other.length, abs=0.05)
    assert report.low == min(m.note for m in ons if m.channel != 9)
    assert report.high == max(m.note for m in ons if m.channel != 9)
    assert sum(part.notes for part in report.parts) == report.notes
    assert len(report.chords) == report.bars


@pytest.mark.parametrize("shift", [0, 1, 5, 8])
def test_a_transposed_piece_has_a_transposed_key_and_chords(tmp_path: Path, shift: int) -> None:
    song = cadence()
    moved = tuple(
        replace(
            track,
            notes=tuple(
                replace(note, pitch=note.pitch + (0 if note.channel == 9 else shift))
                for note in track.notes
            ),
        )
        for track in song.tracks
    )
    path = tmp_path / "moved.mid"
    write(replace(song, tracks=moved), path)
    report = describe(path, load_music(path))
    assert report.key is not None and report.key.name == key_name(shift)
    names = key_name(shift).removesuffix(" major"), key_name((9 + shift) % 12).split()[0] + "m"
    assert (report.chords[0][0], report.chords[1][0]) == names


def test_drums_alone_have_neither_key_nor_chords_nor_pitches(tmp_path: Path) -> None:
    path = tmp_path / "drums.mid"
    write(Song((cadence().tracks[2],)), path)
    report = describe(path, load_music(path))
    assert (report.key, report.chords, report.low, report.unique_pitches) == (None, (), None, 0)
    assert "16, drums only" in "\n".join(lines(report))


def test_a_change_of_meter_cuts_the_bar_short(tmp_path: Path) -> None:
    notes = tuple(chord(beat * 480, (60,), 480)[0] for beat in range(13))
    song = Song((Track("", notes),), (), (Meter(0, 4, 4), Meter(6 * 480, 7, 8)))
    path = tmp_path / "meters.mid"
    write(song, path)
    music = load_music(path)
    assert music.bars[:, 1].tolist() == [48, 24, 42, 42]
    assert describe(path, music).meters == ("4/4", "7/8")


SCALE = Scale(np.zeros(len(MEASURED), np.float32), np.ones(len(MEASURED), np.float32))


def windows(**values: float) -> np.ndarray:
    return np.array([[values.get(name, 0.0) for name in MEASURED]], np.float32)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"density": -1.5, "velocity": -1.5, "shortness": -1.0, "mode": -1.5}, "desolate"),
        ({"density": -1.5, "velocity": -1.5, "shortness": -1.0, "mode": 2.5}, "peaceful"),
        ({"density": 2.0, "velocity": 2.0, "shortness": 1.0, "mode": -2.5}, "furious"),
        ({"density": 2.0, "velocity": 2.0, "shortness": 1.0, "mode": 2.0}, "ecstatic"),
        ({}, "steady"),
    ],
)
def test_moods_are_named_by_what_was_measured(values: dict[str, float], name: str) -> None:
    reading = moods.read_mood(windows(**values), SCALE)
    assert reading.readings[0].name == name
    assert math.isclose(sum(r.probability for r in reading.readings), 1.0, abs_tol=1e-6)


def test_a_piece_of_two_moods_is_read_as_both() -> None:
    calm = windows(density=-2, velocity=-2, mode=2)
    wild = windows(density=2, velocity=2, mode=-3)
    both = moods.read_mood(np.concatenate([calm, wild]), SCALE).readings
    assert {reading.name for reading in both[:2]} == {"peaceful", "furious"}


def test_moods_have_the_names_that_captions_use_at_their_level() -> None:
    captions = pytest.importorskip("export.captions")
    words = pytest.importorskip("export.words")
    assert captions._LEVEL_EDGES == moods.AROUSAL_EDGES
    for names, row in zip(moods.NAMES, words.MOODS, strict=True):
        for name, wordings in zip(names, row, strict=True):
            assert name in wordings.split()


def test_a_piece_like_a_style_is_read_as_that_style() -> None:
    rng = np.random.default_rng(4)
    table = rng.normal(size=(len(styles.STYLES), len(MEASURED) + 16))
    index = list(styles.STYLES).index("latin")
    raw = np.repeat(table[index : index + 1, : len(MEASURED)], 3, axis=0).astype(np.float32)
    shares = (table[index : index + 1, len(MEASURED) :] / 2 + 0.3).astype(np.float32)
    found = styles.read_styles(raw, shares, SCALE, table)
    assert found[0].name == "latin" and found[0].probability > 0.5
    assert math.isclose(sum(reading.probability for reading in found), 1.0, abs_tol=1e-6)


def test_a_model_without_a_scale_gives_no_readings_and_says_so() -> None:
    music = load_music(SONGS[0])
    report = with_readings(describe(SONGS[0], music), music, str(ROOT / "models" / "tiny"))
    assert report.mood is None and report.styles == ()
    assert "does not tell its scale" in report.basis[0]
    report = with_readings(describe(SONGS[0], music), music, "no such model")
    assert report.mood is None and "there is no model" in report.basis[0]


def test_the_shipped_model_reads_real_songs() -> None:
    # Art songs for voice and piano: one must not be taken for metal, nor a lament for a party.
    folder = ROOT / "models" / "default"
    styles_first = []
    for path in SONGS:
        music = load_music(path)
        report = with_readings(describe(path, music), music, str(folder))
        assert report.mood is not None, report.basis
        styles_first += [reading.name for reading in report.styles[:3]]
        assert math.isclose(sum(r.probability for r in report.styles), 1.0, abs_tol=1e-5)
    assert styles_first.count("classical") >= len(SONGS) - 1
    assert "metal" not in styles_first


def test_text_and_json_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "cadence.mid"
    write(cadence(), path)
    said: list[str] = []
    model = str(ROOT / "models" / "tiny")
    assert analyze(str(path), model, said.append, as_json=False) == 0
    text = "\n".join(said)
    for part in ("C2 (36) to C5 (72)", "key       C major", "| C | Am F | G7 | C |", "2 tempi"):
        assert part in text
    said.clear()
    analyze(str(path), model, said.append, as_json=True)
    (whole,) = said
    record = json.loads(whole)
    assert (record["low"], record["low_name"], record["high_name"]) == (36, "C2", "C5")
    assert record["chords"] == [["C"], ["Am", "F"], ["G7"], ["C"]]
    assert record["key"]["name"] == "C major"
    assert {"size_bytes", "duration_s", "tempo_map", "notes", "parts", "styles"} <= set(record)


def test_pitches_have_the_names_of_the_keyboard() -> None:
    assert [pitch_name(pitch) for pitch in (0, 60, 61, 127)] == ["C-1", "C4", "C#4", "G9"]


def one_track(body: bytes) -> bytes:
    track = struct.pack(">4sI", b"MTrk", len(body)) + body
    return struct.pack(">4sIHHH", b"MThd", 6, 1, 1, 480) + track


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "does not begin with a MIDI header"),
        (b"RIFF" + bytes(60), "does not begin with a MIDI header"),
        (to_bytes(cadence())[:200], "cut short"),
        (to_bytes(Song((Track("nothing"),))), "holds no notes"),
        (bytes(MAX_FILE_BYTES + 1), "too much for a piece of music"),
        # A note that ends after 268 million ticks, in bars of 1/64.
        (
            one_track(bytes.fromhex("00ff580401061808 00903c40 ffffff7f803c40 00ff2f00")),
            "more than 20000 bars",
        ),
    ],
    ids=["empty", "other", "cut", "no notes", "big", "endless"],
)
def test_files_that_cannot_be_used_are_one_line(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(data)
    with pytest.raises(FileError, match=says) as caught:
        load_music(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot read"):
        load_music(tmp_path / "none.mid")


def test_a_file_made_to_be_slow_is_read_in_seconds() -> None:
    # 300 000 notes of one pitch, all open at once, then all ended.
    on, off = b"\x00\x3c\x40", b"\x00\x3c\x00"
    body = b"\x00\x90\x3c\x40" + on * 300_000 + b"\x60\x3c\x00" + off * 300_000
    body += b"\x00\xff\x2f\x00"
    (track,) = from_bytes(one_track(body)).tracks
    assert len(track.notes) == 300_001
