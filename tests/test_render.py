"""Text in, exact MIDI rows out: the tiny model, a fixed seed and a manual clock."""

from pathlib import Path

import pytest

from amt_live import render
from amt_live.errors import ModelError
from amt_live.midi.smf import notes_of, read

TINY = Path(__file__).parents[1] / "models" / "tiny"


def generate(out: Path, text: str = "calm piano ballad", *, seed: int = 7, bars: int = 6) -> bytes:
    render.generate(
        TINY, text, out, bars=bars, tempo_bpm=96, seed=seed, progress=lambda done, wanted: None
    )
    return out.read_bytes()


def test_a_text_becomes_a_file_of_so_many_bars(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    out = tmp_path / "a.mid"
    figures = render.generate(
        TINY,
        "calm piano ballad",
        out,
        bars=6,
        tempo_bpm=96,
        seed=7,
        progress=lambda done, wanted: seen.append((done, wanted)),
    )
    song = read(out)
    notes = notes_of(song)
    last_bar_ticks = 6 * 4 * 480
    assert len(notes) == figures.notes > 50
    assert max(note.start_ticks for note in notes) < last_bar_ticks
    assert max(note.start_ticks for note in notes) >= last_bar_ticks - 4 * 480
    assert song.end_ticks <= last_bar_ticks
    assert [(marker.at_ticks, marker.text) for marker in song.markers] == [(0, "calm piano ballad")]
    assert [round(tempo.bpm, 2) for tempo in song.tempos] == [96]
    assert figures.duration_s == pytest.approx(6 * 4 * 60 / 96)
    assert figures.mean_velocity == pytest.approx(sum(n.velocity for n in notes) / len(notes))
    assert seen[-1] == (6, 6)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_or_mood_others(tmp_path: Path) -> None:
    first = generate(tmp_path / "a.mid")
    assert generate(tmp_path / "b.mid") == first
    assert generate(tmp_path / "c.mid", seed=8) != first
    assert generate(tmp_path / "d.mid", "fast aggressive metal") != first


def test_the_notes_do_not_depend_on_how_long_the_piece_is(tmp_path: Path) -> None:
    generate(tmp_path / "short.mid", bars=3)
    generate(tmp_path / "long.mid", bars=6)
    end = 2 * 4 * 480  # notes of the last bar are cut at its end
    starts = [
        [(n.start_ticks, n.pitch, n.velocity) for n in notes_of(read(path)) if n.start_ticks < end]
        for path in (tmp_path / "short.mid", tmp_path / "long.mid")
    ]
    assert starts[0] == starts[1]


def test_a_folder_without_a_model_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        render.generate(
            tmp_path,
            "calm",
            tmp_path / "a.mid",
            bars=1,
            tempo_bpm=96,
            seed=1,
            progress=lambda done, wanted: None,
        )
    assert "\n" not in str(caught.value)
