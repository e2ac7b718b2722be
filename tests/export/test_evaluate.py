"""The evaluation asks in words that training never saw, and measures what is really played."""

import hashlib
import json
import math
import re
import shutil
from pathlib import Path

import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

import numpy as np

from amt_live.analysis.measures import NOTE
from amt_live.control.commands import SetKey
from amt_live.control.state import Sampling
from amt_live.engine.model import open_model
from amt_live.midi.smf import SmfNote, SmfProgram, Song, Track, write
from amt_live.offline import Request, Stage
from amt_live.tokens import vocabulary as v
from export import evaluate, phrases, sweeping, words
from export.attributes import GENRES, MEASURED, Scale
from export.commands.evaluate import main
from export.corpus import prepare
from export.evaluation import controls, floors, midstream, report
from export.evaluation.figure import Figure, mean_of
from export.evaluation.pictures import draw
from export.evaluation.playing import Jukebox, key_of, played_of
from export.evaluation.real import file_windows
from export.evaluation.rolls import draw_rolls
from export.evaluation.window import Window
from export.evaluation.words import genre_requests, obeys, z_of
from export.midi_files import read_piece

TINY = Path(__file__).parents[2] / "models" / "tiny"
UNIT = Scale(np.zeros(len(MEASURED), np.float32), np.ones(len(MEASURED), np.float32))
UNGUIDED = Sampling(guidance=1.0)
FIRST_48 = "cc3737de4d77a4b7ae2b89687c0be5b97c708e94574885dee6cce63b1235db5c"


def window(
    *notes: tuple[int, int, int, int], bars: int = 8, bar_steps: int = 48, velocity: int = 80
) -> Window:
    """Notes as (step, part, pitch, duration)."""
    rows = np.zeros(len(notes), NOTE)
    for at, (step, part, pitch, duration) in enumerate(notes):
        for name, value in (("step", step), ("duration", duration), ("part", part),
                            ("pitch", pitch), ("velocity", velocity)):  # fmt: skip
            rows[at][name] = value
    lines = np.array([(bar * bar_steps, bar_steps) for bar in range(bars)], np.int32)
    return Window(np.sort(rows, order=["step", "part", "pitch"]), lines, 120.0)


def tune(name: str) -> Song:
    """128 bars in C major, one note a beat."""
    rng = np.random.default_rng(ord(name))
    pitches = rng.choice((60, 62, 64, 65, 67, 69, 71, 72), 512).tolist()
    notes = tuple(SmfNote(480 * at, 0, pitch, 70, 400) for at, pitch in enumerate(pitches))
    return Song((Track(name, notes, (SmfProgram(0, 0, 0),)),))


def told_scale(folder: Path) -> Path:
    """The tiny model, telling the scale of its attributes as trained ones do."""
    shutil.copytree(TINY, folder)
    path = folder / "conditioning.npz"
    with np.load(path, allow_pickle=False) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    np.savez(path, **kept, scale_mean=UNIT.mean, scale_deviation=UNIT.deviation)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


# The phrases.


def test_the_first_48_phrases_are_frozen_for_ever() -> None:
    first = [text for pair in (*phrases.AROUSAL[:12], *phrases.VALENCE[:12]) for text in pair]
    assert hashlib.sha256("\n".join(first).encode()).hexdigest() == FIRST_48


def test_phrases_are_many_and_different() -> None:
    assert len(phrases.AROUSAL) == len(phrases.VALENCE) == 24
    pairs = [text for pair in (*phrases.AROUSAL, *phrases.VALENCE) for text in pair]
    assert len(set(pairs)) == len(pairs)
    wordings = [text for some in phrases.GENRES.values() for text in some]
    assert len(set(wordings)) == len(wordings) == 4 * len(GENRES)
    assert set(phrases.GENRES) == set(phrases.GENRE_SCENES) == set(GENRES)
    assert all(name.split()[0] in text for name, some in phrases.GENRES.items() for text in some)


def test_no_phrase_is_what_captions_are_made_of() -> None:
    asked = set(phrases.frozen())
    made = {text for rows in words.labels().values() for _, text in rows}
    for label in words.labels():
        made |= set(words.wordings(label, words.TRAIN))
    assert not asked & made


# What is played is what a file holds.


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(open_model(TINY))


def test_windows_hold_the_notes_of_the_file(stage: Stage, tmp_path: Path) -> None:
    take = stage.play(Request("loud waltz band", 5, 4, 97))
    played = played_of(take).windows("a", 97, bars=4)
    write(take.song, tmp_path / "a.mid")
    (read,) = file_windows(tmp_path / "a.mid", bpm=97, bars=4, wanted_bars=4)
    assert len(played) == 1 and len(played[0].notes) > 20
    assert played[0].bars.tolist() == read.bars.tolist()
    trained_on = read_piece((tmp_path / "a.mid").read_bytes()).notes
    for name in ("step", "part", "pitch", "velocity", "duration"):
        assert played[0].notes[name].tolist() == read.notes[name].tolist()
        assert played[0].notes[name].tolist() == trained_on[name].tolist()


def test_what_was_played_is_kept_and_not_played_again(tmp_path: Path) -> None:
    asked = [Request("calm", 1, 1), Request("calm", 1, 1), Request("wild", 1, 1)]
    first = Jukebox(TINY, tmp_path, Sampling(), 1).play(asked, "a")
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    second = Jukebox(TINY, tmp_path, Sampling(), 1).play(asked, "a")
    assert len(kept) == 2
    assert kept == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    for one, other in zip(first, second, strict=True):
        assert one.notes.tolist() == other.notes.tolist() and one.tokens == other.tokens


def test_a_file_that_was_cut_short_is_played_again(tmp_path: Path) -> None:
    jukebox = Jukebox(TINY, tmp_path, Sampling(), 1)
    (before,) = jukebox.play([Request("calm", 1, 1)], "a")
    (path,) = tmp_path.rglob("*.npz")
    path.write_bytes(path.read_bytes()[:40])
    (after,) = jukebox.play([Request("calm", 1, 1)], "a")
    assert after.notes.tolist() == before.notes.tolist()


def test_requests_are_told_apart_by_all_that_is_in_them() -> None:
    keys = ["C major", "D minor"]
    asked = [Request("calm"), Request("calm", 1), Request("calm", sampling=Sampling(guidance=3))]
    asked += [Request("calm", changes=((0.0, SetKey(key)),)) for key in keys]
    assert len({key_of(request) for request in asked}) == len(asked)


def test_genre_takes_take_their_tempo_from_real_music() -> None:
    tempos = np.array([60.0, 90.0, 120.0, 150.0])
    asked = genre_requests(phrases.GENRES["jazz"], tempos, 8, Sampling())
    assert {request.text for request in asked} == set(phrases.GENRES["jazz"])
    assert len({request.seed for request in asked}) == 8
    assert min(tempos) <= min(r.tempo_bpm for r in asked) < 80
    assert 130 < max(r.tempo_bpm for r in asked) <= max(tempos)


# Readings.


def test_silence_is_everything_at_its_lowest_and_obeys_nothing() -> None:
    silent = window()
    assert z_of(silent, UNIT).tolist() == [-3.0] * len(z_of(silent, UNIT))
    assert not any(obeys(silent, check, of, UNIT) for _, check, of in phrases.EXPLICIT)


def test_explicit_words_are_judged_by_the_notes() -> None:
    piano = window(*((step, 2, 60 + step % 5, 6) for step in range(0, 384, 12)))
    assert obeys(piano, "only", "piano", UNIT) and obeys(piano, "without", "drums", UNIT)
    assert obeys(piano, "with", "piano", UNIT) and not obeys(piano, "with", "organ", UNIT)
    assert not obeys(piano, "waltz", "", UNIT)
    assert obeys(window((0, 2, 60, 6), bar_steps=36), "waltz", "", UNIT)
    minor = window(*((12 * i, 2, p, 12) for i, p in enumerate((69, 72, 76, 69, 71, 72, 68, 69))))
    assert obeys(minor, "minor", "", UNIT) and not obeys(minor, "major", "", UNIT)
    drums = window((0, 0, 36, 3))
    assert not obeys(drums, "minor", "", UNIT) and not obeys(drums, "major", "", UNIT)


def test_chord_tones_are_weighed_by_length() -> None:
    inside = [(48 * bar, 2, pitch, 36) for bar, pitch in enumerate((60, 69, 65, 67))]
    assert controls.chord_tone_share(window(*inside, bars=4), "C | Am | F | G7") == 1.0
    foreign = (36, 2, 61, 12)
    share = controls.chord_tone_share(window(*inside, foreign, bars=4), "C | Am | F | G7")
    assert share == pytest.approx(144 / 156)
    assert math.isnan(controls.chord_tone_share(window((0, 0, 36, 3)), "C"))


def test_octaves_go_where_they_are_sent(tmp_path: Path) -> None:
    jukebox = Jukebox(TINY, tmp_path, Sampling(), 1)
    figures = controls.controls(jukebox, UNIT, 1, only=("octave",))
    assert figures["octave_rho"].value > 0.85


def test_changes_of_mood_are_timed_beside_none_and_a_splice(tmp_path: Path) -> None:
    jukebox = Jukebox(TINY, tmp_path, UNGUIDED, 1)
    figures, flips = midstream.midstream(jukebox, UNIT, 1)
    assert len(flips) == 2 and len({flip.change for flip in flips}) == 2
    median = figures["flip_beats_median"]
    assert 1 <= median.value <= midstream.LATEST and "no change" in median.floors
    assert median.ceiling is not None and figures["flip_beats_p90"].value >= median.value
    found = evaluate.Findings(figures, {}, [], flips, {"pitch": [(60.0, 59.0, 61.0)]}, (1,))
    names = [path.name for path in draw(found, tmp_path / "plots")]
    assert names == ["changes.svg", "drift.svg"]


def test_common_ids_under_the_grammar_are_music_of_a_kind() -> None:
    real = [window(*((step, 2, 60, 6) for step in range(0, 384, 12)))]
    logits = floors.unigram_logits(real)
    assert logits[v.pitch_id(60)] > logits[v.pitch_id(61)]
    played = floors.unigram_windows(TINY, real, 1, Sampling())
    assert len(played) == 2 and all(len(one.notes) for one in played)
    again = floors.under_every_label(played, ("jazz", "folk"), {"jazz": np.array([90.0])})
    assert [one.label for one in again] == ["jazz", "jazz", "folk", "folk"]
    assert [one.bpm for one in again] == [90.0, 90.0, 120.0, 120.0]


# What is told.


def test_the_report_is_flat_and_has_intervals() -> None:
    figures = {
        "ndr": Figure(0.81234, 0.7, 0.9, 0.95, {"no mood": 0.4}),
        "swap_arousal": mean_of([1.0, 0.0, 1.0, 1.0], list("abcd")),
        "empty": Figure(math.nan),
    }
    table = report.flat(figures, {"prompts_sha256": "ab"})
    assert table["ndr"] == 0.812 and table["ndr_ci"] == [0.7, 0.9]
    assert table["ndr_ceiling"] == 0.95 and table["ndr_floor_no_mood"] == 0.4
    assert table["swap_arousal"] == 0.75 and table["prompts_sha256"] == "ab"
    assert "empty" not in table
    json.dumps(table, allow_nan=False)
    lines = report.lines(figures, {"prompts_sha256": "ab"})
    assert any(
        re.search(r"ndr +0\.812 +\[0\.700, 0\.900\] +0\.950 +no mood 0\.400", x) for x in lines
    )
    assert sum("ndr" in line for line in lines) == 1


def test_a_model_is_evaluated_beside_a_folder_of_real_music(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "nottingham"
    folder.mkdir()
    for name in "ab":
        write(tune(name), folder / f"{name}.mid")
    effort = evaluate.Effort(1, 0, 2, 1, 0, (1,), 1, 0, 1)
    options = evaluate.Options(
        told_scale(tmp_path / "model"),
        tmp_path / "cache",
        folder,
        effort=effort,
        sampling=UNGUIDED,
        processes=1,
    )
    said: list[str] = []
    found = evaluate.evaluate(options, said.append)
    assert found.labels == ("folk",)
    assert any("--train" in line for line in said)
    table = report.flat(found.figures, found.about)
    wanted = "swap_arousal swap_valence ndr velocity_similarity tokens_per_s"
    assert {*wanted.split(), "prompts_sha256", "model_sha256"} <= table.keys()
    assert "adherence" not in table
    assert 0 < table["ndr"] <= 1 and table["ndr_ci"][0] <= table["ndr_ci"][1]
    assert {
        "ndr_ceiling",
        "ndr_floor_no_mood",
        "ndr_floor_unigram",
        "ndr_floor_shuffled",
    } <= table.keys()
    drawn = draw(found, tmp_path / "plots")
    assert [path.name for path in drawn] == ["densities.svg", "opposite-words.svg"]
    assert all("</svg>" in path.read_text(encoding="utf-8") for path in drawn)


def test_a_sweep_shows_every_setting_in_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare([Path(__file__).parent / "midi"], tmp_path / "corpus")
    monkeypatch.setattr(sweeping, "EFFORT", evaluate.Effort(1, 0, 2, 1, 0, (1,), 1, 0, 1))
    model = told_scale(tmp_path / "model")
    arguments = [str(model), "--train", str(tmp_path / "corpus"), "--cache", str(tmp_path)]
    assert main([*arguments, "--sweep", "guidance=1,2"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[0] == "guidance" and "swap_arousal" in head
    assert [row.split()[0] for row in rows] == ["1", "2"]
    assert len({len(row.split()) for row in (head, *rows)}) == 1


def test_rolls_of_several_moods_are_drawn(tmp_path: Path) -> None:
    drawn = draw_rolls(TINY, tmp_path / "rolls", ("a tune, calm", "wild"))
    assert [path.name for path in drawn] == ["a-tune-calm.svg", "wild.svg"]


def test_what_cannot_be_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, why in (
        (["nowhere"], "there is no model"),
        ([str(TINY), "--seeds", "0"], "--seeds"),
        ([str(TINY), "--guidance", "9"], "--guidance"),
        ([str(TINY), "--sweep", "guidance=1,9"], "--guidance"),
        ([str(TINY), "--sweep", "loudness=1"], "--sweep"),
        ([str(TINY), "--sweep", "top-p="], "--sweep"),
        ([str(TINY), "--split", "validation"], "--train"),
        ([str(TINY), "--real", "nowhere"], "nowhere is no folder"),
    ):
        code = main([*arguments, "--cache", str(tmp_path / "cache")])
        error = capsys.readouterr().err
        assert code != 0 and why in error and error.count("\n") == 1
