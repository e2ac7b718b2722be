"""Evaluation phrases were never captions, and the evaluation measures what is really played."""

from pathlib import Path

import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

import numpy as np

from amt_live.midi.smf import Song, write
from export import phrases, words
from export.attributes import MEASURED, Scale
from export.evaluate import measure

TINY = Path(__file__).parents[2] / "models" / "tiny"


def test_no_phrase_of_the_evaluation_is_a_training_scene() -> None:
    scenes = {scene for corner in words.SCENES.values() for scene in corner}
    asked = [text for pair in (*phrases.AROUSAL, *phrases.VALENCE) for text in pair]
    assert len(set(asked)) == len(asked) == 48
    assert not scenes & set(asked)


def test_silence_counts_as_silence(tmp_path: Path) -> None:
    scale = Scale(np.zeros(len(MEASURED), np.float32), np.ones(len(MEASURED), np.float32))
    write(Song(()), tmp_path / "silent.mid")
    played = measure(tmp_path / "silent.mid", scale, 8)
    assert played.empty_bars == 1 and played.notes_per_bar == 0


def test_a_scale_is_in_scale_and_a_chromatic_run_is_not(tmp_path: Path) -> None:
    import mido

    scale = Scale(np.zeros(len(MEASURED), np.float32), np.ones(len(MEASURED), np.float32))
    shares = []
    for name, steps in (("major", (0, 2, 4, 5, 7, 9, 11, 12)), ("chromatic", range(12))):
        track = mido.MidiTrack()
        for step in [*steps, *steps]:
            track.append(mido.Message("note_on", note=60 + step, velocity=80, time=0))
            track.append(mido.Message("note_off", note=60 + step, time=480))
        file = mido.MidiFile(ticks_per_beat=480)
        file.tracks.append(track)
        file.save(tmp_path / f"{name}.mid")
        shares.append(measure(tmp_path / f"{name}.mid", scale, 4).out_of_scale)
    assert shares[0] == 0.0 and shares[1] > 0.25
