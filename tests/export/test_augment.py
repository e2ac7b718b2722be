"""Each rule of mood augmentation does what it says, by measurement, and nothing it should not."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

from export import attributes, augment
from export.midi_files import NOTE, read_piece

SONG = Path(__file__).parent / "midi" / "song1.mid"
BARS = 8
AT = {name: index for index, name in enumerate(attributes.MEASURED)}


@pytest.fixture(scope="module")
def notes() -> np.ndarray:
    """Eight bars of a real song, with a simple drum pattern and a bass line below it."""
    song = read_piece(SONG.read_bytes()).notes
    song = song[song["step"] < BARS * 48]
    beats = np.arange(0, BARS * 48, 12)
    drums = np.zeros(2 * len(beats), NOTE)
    drums["step"], drums["velocity"] = np.repeat(beats, 2), 80
    drums["pitch"], drums["duration"] = np.tile([36, 42], len(beats)), 3
    bass = np.zeros(len(beats), NOTE)
    bass["step"], bass["part"], bass["pitch"] = beats, augment.BASS, 36
    bass["velocity"], bass["duration"] = 75, 10
    return np.sort(np.concatenate([song.astype(NOTE), drums, bass]), order="step", kind="stable")


def measured(notes: np.ndarray) -> np.ndarray:
    notes = np.sort(notes[notes["step"] < BARS * 48], order="step")
    return attributes.measure(notes, BARS * 48, 48, attributes.key_scores(notes))


def scale(*degrees: int, octave: int = 60) -> np.ndarray:
    """A line of quarter notes."""
    line = np.zeros(len(degrees), NOTE)
    line["step"], line["part"] = np.arange(len(degrees)) * 12, 2
    line["pitch"], line["velocity"] = np.array(degrees) + octave, 80
    line["duration"] = 12
    return line


def test_swapping_the_mode_turns_major_to_minor_and_back() -> None:
    major = scale(0, 2, 4, 5, 7, 9, 7, 4, 0, 4, 7, 4, 2, 4, 0)
    minor = augment.swap_mode(major, 0)
    assert measured(major)[AT["mode"]] > 0 > measured(minor)[AT["mode"]]
    assert set(minor["pitch"] % 12) == {0, 2, 3, 5, 7, 8}
    assert (augment.swap_mode(minor, 12)["pitch"] == major["pitch"]).all()


def test_the_leading_tone_stays_on_a_dominant_and_falls_on_a_tonic() -> None:
    chords = np.concatenate([scale(7), scale(11), scale(14)])
    chords["step"] = 0
    swapped = augment.swap_mode(chords, 0)
    assert (swapped["pitch"] % 12 == [7, 11, 2]).all()
    tonic = np.concatenate([scale(0), scale(4), scale(11)])
    tonic["step"] = 0
    assert (augment.swap_mode(tonic, 0)["pitch"] % 12 == [0, 3, 10]).all()


def test_the_mode_of_real_music_swaps(notes: np.ndarray) -> None:
    key = int(attributes.key_scores(notes).argmax())
    swapped = augment.swap_mode(notes, key)
    before, after = measured(notes)[AT["mode"]], measured(swapped)[AT["mode"]]
    assert before * after < 0
    drums = notes["part"] == 0
    assert (swapped["pitch"][drums] == notes["pitch"][drums]).all()


def test_dynamics_and_contrast(notes: np.ndarray) -> None:
    plain = measured(notes)
    assert measured(augment.level_dynamics(notes, -30))[AT["velocity"]] < plain[AT["velocity"]] - 20
    assert measured(augment.level_dynamics(notes, 30))[AT["velocity"]] > plain[AT["velocity"]] + 15
    wide, flat = augment.contrast(notes, 2.0), augment.contrast(notes, 0.2)
    spread = AT["velocity_spread"]
    assert measured(flat)[spread] < plain[spread] < measured(wide)[spread]
    for part in np.unique(notes["part"]):
        some = notes["part"] == part
        assert abs(flat["velocity"][some].mean() - notes["velocity"][some].mean()) < 1.5


def test_articulation_changes_lengths_but_not_those_of_drums(notes: np.ndarray) -> None:
    drums = notes["part"] == 0
    for factor in (0.5, 2.0):
        changed = augment.articulate(notes, factor)
        assert (changed["duration"][drums] == notes["duration"][drums]).all()
        moved = measured(changed)[AT["shortness"]] - measured(notes)[AT["shortness"]]
        assert moved * (1 - factor) > 0 and abs(moved) > 0.3


def test_thinning_keeps_beats_and_whole_chords(notes: np.ndarray) -> None:
    thinned = augment.thin(notes, 1.0, np.random.default_rng(1))
    on_beat = notes["step"] % 12 == 0
    assert (thinned["step"] % 12 == 0).sum() == on_beat.sum()
    assert measured(thinned)[AT["density"]] < measured(notes)[AT["density"]]
    assert measured(thinned)[AT["offbeat"]] < measured(notes)[AT["offbeat"]]
    for step in np.unique(thinned["step"]):
        assert (thinned["step"] == step).sum() == (notes["step"] == step).sum()


def test_pulses_and_hats_make_it_busier_with_drums_left_plausible(notes: np.ndarray) -> None:
    held = augment.articulate(notes, 3.0)
    busy = augment.pulses(held, 6)
    assert measured(busy)[AT["onsets"]] >= measured(held)[AT["onsets"]]
    assert measured(busy)[AT["density"]] > measured(held)[AT["density"]]
    assert (busy["part"] == 0).sum() == (notes["part"] == 0).sum()
    hats = augment.busier_hats(notes)
    added = hats[(hats["part"] == 0) & (hats["step"] % 12 == 6)]
    assert len(added) and set(added["pitch"]) == {42}, "kick and snare stay as they are"
    assert (np.diff(hats["step"]) >= 0).all()


def test_the_softest_notes_stay_soft_when_echoes_of_them_are_softer_still(
    notes: np.ndarray,
) -> None:
    soft = notes.copy()
    soft["velocity"] = 5
    held = augment.articulate(soft, 3.0)
    assert augment.pulses(held, 6)["velocity"].max() == 5
    assert augment.busier_hats(soft)["velocity"].max() == 12, "nothing wraps around to full force"


def test_register_moves_whole_parts_within_range_and_above_the_bass(notes: np.ndarray) -> None:
    for shift in (-12, 12, -36):
        moved = augment.shift_register(notes, shift)
        for part in np.unique(notes["part"]):
            some = notes["part"] == part
            difference = np.unique(
                moved["pitch"][some].astype(int) - notes["pitch"][some].astype(int)
            )
            assert len(difference) == 1 and difference[0] in (0, shift)
            if part not in (0, augment.BASS):
                assert moved["pitch"][some].mean() > notes["pitch"][notes["part"] == 1].mean()
    assert (
        measured(augment.shift_register(notes, 12))[AT["register"]]
        > measured(notes)[AT["register"]]
    )


def test_half_and_double_time_stay_on_the_grid(notes: np.ndarray) -> None:
    for factor in (0.5, 2.0):
        changed, used = augment.at_tempo(notes, augment.Change(0.5, tempo=factor), 96, 96 + 96)
        assert used == factor
        assert set(np.unique((changed["step"] - 96) % 12)) <= {0, 3, 4, 6, 8, 9}
        inside = changed[(changed["step"] >= 96) & (changed["step"] < 192)]
        before = notes[(notes["step"] >= 96) & (notes["step"] < 192)]
        assert (len(inside) - len(before)) * (factor - 1) > 0
    last, used = augment.at_tempo(notes, augment.Change(0.5, tempo=2.0), 336, 384)
    assert used == 1.0 and last is notes, "there is no music left to play twice as fast"


def test_calm_lowers_and_wild_raises_arousal(notes: np.ndarray) -> None:
    unit = attributes.Scale(
        np.array(measured(notes)), np.array([1, 20, 1, 6, 0.2, 1, 2, 0.2, 0.2, 2, 1, 8, 4, 1], "f4")
    )
    arousal = len(attributes.MEASURED)
    for strength in (0.4, 1.0):
        low, high = [], []
        for seed in range(12):
            for sign, rows in ((-1, low), (1, high)):
                change = augment.Change(sign * strength)
                scores = attributes.key_scores(notes)
                changed, _ = augment.apply(notes, change, scores, np.random.default_rng(seed))
                rows.append(unit.z(measured(changed))[arousal])
        assert np.mean(low) < -0.3 and np.mean(high) > 0.3


def test_every_change_is_repeatable_leaves_its_input_and_keeps_ranges(notes: np.ndarray) -> None:
    before = notes.copy()
    scores = attributes.key_scores(notes)
    kinds = set()
    for seed in range(150):
        change = augment.draw_change(np.random.default_rng(seed))
        kinds.add(change.rule)
        first, _ = augment.apply(notes, change, scores, np.random.default_rng(seed))
        again, _ = augment.apply(notes, change, scores, np.random.default_rng(seed))
        assert (first == again).all() and (notes == before).all()
        assert len(first) >= 2 and first["velocity"].min() >= 1
        assert first["velocity"].max() <= 127 and first["pitch"].max() <= 127
        assert first["duration"].min() >= 1
    assert kinds == {None, *augment.RULES}


def test_silence_and_a_single_note_survive_every_rule() -> None:
    scores = np.ones(24, np.float32)
    for line in (scale(), scale(0)):
        for seed in range(60):
            rng = np.random.default_rng(seed)
            change = augment.draw_change(rng)
            changed, _ = augment.at_tempo(line, change, 0, 48)
            changed, _ = augment.apply(changed, change, scores, rng)
            assert len(changed) >= len(line)
