"""MIDI files made audible: real soundfont, real synthesizers, and the sound itself measured."""

import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from amt_live.audio import soundfonts
from amt_live.audio.files import RATE, check_target, write_sound
from amt_live.audio.messages import load_performance
from amt_live.audio.soundfonts import find_soundfont
from amt_live.audio.synthesis import synthesize
from amt_live.errors import FileError, UsageError
from amt_live.midi.smf import SmfNote, SmfProgram, Song, Tempo, Track, write
from amt_live.render_audio import render_audio

SONG = Path(__file__).parent / "export" / "midi" / "song4.mid"
LIBRARIES = ("soundfile", "tinysoundfont")


@pytest.fixture
def with_audio() -> None:
    for name in LIBRARIES:
        try:
            __import__(name)
        except ImportError:
            reason = f"{name} is not installed: pip install --no-deps {name}"
            if os.environ.get("AMT_REQUIRE_EXTERNALS") == "1":
                pytest.fail(reason)
            pytest.skip(reason)


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)


def tones(path: Path, velocity: int = 100) -> Path:
    """A flute's A, 880 Hz, in the second second; nothing before it."""
    note = SmfNote(2 * 480, 3, 81, velocity, 2 * 480)
    write(Song((Track("", (note,), (SmfProgram(0, 3, 73),)),), (Tempo(0, 120.0),)), path)
    return path


def frames_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (RATE, 2, 2)
        data = sound.readframes(sound.getnframes())
    return np.frombuffer(data, "<i2").reshape(-1, 2) / 32_768


def loudness(sound: np.ndarray) -> float:
    return float(np.sqrt((sound**2).mean()))


def pitch_of(sound: np.ndarray) -> float:
    mono = sound.mean(axis=1)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono))))
    return float(spectrum.argmax() * RATE / len(mono))


@pytest.mark.parametrize("synthesizer", ["tinysoundfont", "fluidsynth"])
def test_a_note_sounds_when_and_where_it_should(
    synthesizer: str,
    soundfont: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    require_external: Callable[[str], str],
    request: pytest.FixtureRequest,
) -> None:
    if synthesizer == "fluidsynth":
        require_external("fluidsynth")
        without(monkeypatch, *LIBRARIES)
    else:
        request.getfixturevalue("with_audio")
    said: list[str] = []
    out = tmp_path / "a.wav"
    render_audio(str(tones(tmp_path / "a.mid")), str(out), said.append, soundfont=str(soundfont))
    assert soundfont.name in said[0]
    sound = frames_of(out)
    assert loudness(sound[: RATE - 2_000]) < 1e-4
    playing = sound[RATE + 8_000 : 2 * RATE]
    assert loudness(playing) > 0.01
    assert pitch_of(playing) == pytest.approx(880, rel=0.02)
    assert loudness(sound[-1_000:]) < 0.01  # it ends when it has rung out
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg", ".mp3"])
def test_a_song_is_rendered_into_every_format(
    ending: str, soundfont: Path, tmp_path: Path, with_audio: None
) -> None:
    import soundfile

    out = tmp_path / f"song{ending}"
    render_audio(str(SONG), str(out), lambda line: None, soundfont=str(soundfont))
    sound, rate = soundfile.read(str(out))
    assert rate == RATE and sound.shape[1] == 2
    performance = load_performance(SONG)
    assert performance.duration_s <= len(sound) / rate <= performance.duration_s + 7
    # No silence from the first second of the song to its last.
    seconds = sound[: int(performance.duration_s) * RATE].reshape(-1, RATE, 2)
    assert min(loudness(second) for second in seconds) > 1e-3
    assert 0.05 < np.abs(sound).max() <= 1.0


@pytest.mark.parametrize("synthesizer", ["tinysoundfont", "fluidsynth"])
def test_loud_music_is_turned_down_and_not_clipped(
    synthesizer: str,
    soundfont: Path,
    tmp_path: Path,
    with_audio: None,
    monkeypatch: pytest.MonkeyPatch,
    require_external: Callable[[str], str],
) -> None:
    if synthesizer == "fluidsynth":
        require_external("fluidsynth")
        without(monkeypatch, "tinysoundfont")
    notes = tuple(SmfNote(0, 0, 40 + 2 * n, 127, 960) for n in range(30))
    loud = tmp_path / "loud.mid"
    write(Song((Track("", notes, (SmfProgram(0, 0, 61),)),)), loud)
    blocks = list(synthesize(load_performance(loud), soundfont, lambda done_s: None))
    assert max(np.abs(block).max() for block in blocks) > 1.05
    written = write_sound(tmp_path / "loud.wav", blocks)
    assert written.peak == pytest.approx(0.97, abs=0.001)
    sound = frames_of(tmp_path / "loud.wav")
    assert np.abs(sound).max() == pytest.approx(0.97, abs=0.001)
    assert loudness(sound) == pytest.approx(written.rms, rel=0.01)


def test_progress_is_told_and_grows(soundfont: Path, with_audio: None) -> None:
    told: list[float] = []
    performance = load_performance(SONG)
    for _ in synthesize(performance, soundfont, told.append):
        pass
    assert told == sorted(told) and len(told) > 50
    assert told[-1] == pytest.approx(performance.duration_s, abs=0.01)


def test_what_is_missing_is_said_in_one_line_with_the_fix(
    soundfont: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, *LIBRARIES)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(FileError, match="pip install --no-deps tinysoundfont, or install fluids"):
        synthesize(load_performance(SONG), soundfont, print)
    with pytest.raises(FileError, match=r"pip install 'amt-live\[audio\]'"):
        check_target(tmp_path / "a.flac")
    check_target(tmp_path / "a.wav")
    with pytest.raises(UsageError, match=r"ends in none of \.wav, \.flac, \.ogg, \.mp3"):
        check_target(tmp_path / "a.aiff")
    with pytest.raises(FileError, match="a folder that exists"):
        check_target(tmp_path / "no folder" / "a.wav")


def test_soundfonts_are_found_where_they_usually_lie(
    soundfont: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "linux":
        assert soundfont.parent in soundfonts.soundfont_folders()
        assert find_soundfont().suffix == ".sf2"
    folders = (tmp_path / "none", tmp_path / "empty", tmp_path / "full")
    for folder in folders[1:]:
        folder.mkdir()
    monkeypatch.setattr(soundfonts, "soundfont_folders", lambda: iter(folders))
    with pytest.raises(FileError, match=r"no soundfont in .*--soundfont"):
        find_soundfont()
    (folders[2] / "Aaa.sf2").symlink_to(soundfont)
    (folders[2] / "broken.sf2").write_bytes(b"nothing")
    assert find_soundfont().name == "Aaa.sf2"
    (folders[2] / "FluidR3_GM.sf2").symlink_to(soundfont)
    assert find_soundfont().name == "FluidR3_GM.sf2"


def test_a_soundfont_that_is_none_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no soundfont"):
        find_soundfont(str(tmp_path / "a.sf2"))
    (tmp_path / "a.sf2").write_bytes(b"RIFF0000WAVE")
    with pytest.raises(FileError, match="is no soundfont"):
        find_soundfont(str(tmp_path / "a.sf2"))


@pytest.mark.parametrize("data", [b"", b"no music", SONG.read_bytes()[:300]])
def test_a_broken_file_is_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(data)
    with pytest.raises(FileError, match="not a MIDI file that can be read"):
        load_performance(path)


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_a_failure_leaves_the_old_file(ending: str, tmp_path: Path, with_audio: None) -> None:
    out = tmp_path / f"a{ending}"
    out.write_bytes(b"the old one")

    def blocks() -> Iterator[np.ndarray]:
        yield np.zeros((100, 2), np.float32)
        raise OSError("the disk is full")

    with pytest.raises(FileError, match="the disk is full"):
        write_sound(out, blocks())
    assert out.read_bytes() == b"the old one"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_the_command_renders(soundfont: Path, tmp_path: Path, with_audio: None) -> None:
    out = tmp_path / "a.wav"
    command = [sys.executable, "-m", "amt_live", "render", str(tones(tmp_path / "a.mid"))]
    command += ["-o", str(out), "--soundfont", str(soundfont)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert loudness(frames_of(out)) > 0.01
