"""What is well made, what is broken: on windows whose answer is known."""

import numpy as np
import pytest

from export.evaluation.features import FEATURES, features, pitch_class_entropy
from export.evaluation.musicality import MUSICALITY, Limits, degenerate, musicality
from export.evaluation.patterns import groove_consistency, self_similarity
from export.evaluation.window import Window

from .made import BAR, tune, window

LIMITS = Limits(notes_per_beat=20.0, polyphony=12.0)
SILENCE = window([])


def every_bar(*rows: tuple[int, int, int, int, int], bars: int = 8) -> Window:
    return window(
        [(bar * BAR + at, *rest) for bar in range(bars) for at, *rest in rows],  # type: ignore[misc]
        bars=bars,
    )


def test_entropy_is_in_bits() -> None:
    assert pitch_class_entropy(np.array([60, 72, 48])) == 0
    assert pitch_class_entropy(np.arange(60, 64)) == pytest.approx(2.0)
    assert pitch_class_entropy(np.arange(60, 72)) == pytest.approx(np.log2(12))


def test_equal_bars_are_one_groove_and_return_at_every_distance() -> None:
    same = every_bar((0, 2, 60, 80, 12), (24, 2, 64, 80, 12))
    assert groove_consistency(same) == 1
    assert [self_similarity(same, lag) for lag in (1, 2, 4)] == [1, 1, 1]
    assert np.isnan(self_similarity(same, 8)), "eight bars hold no pair eight bars apart"


def test_bars_that_take_turns_return_two_bars_later() -> None:
    rows = [(bar * BAR + 12 * (bar % 2), 2, 60 + bar % 2, 80, 12) for bar in range(8)]
    turns = window(rows)
    assert self_similarity(turns, 1) == 0
    assert self_similarity(turns, 2) == 1
    # 16 of the 28 pairs differ in two of sixteen steps.
    assert groove_consistency(turns) == pytest.approx(1 - 16 / 28 * 2 / 16)


def test_two_voices_for_half_of_the_time_and_silence_after() -> None:
    rows = [(at, 2, pitch, 80, 12) for at in range(0, 4 * BAR, 12) for pitch in (60, 64)]
    found = {name: values[0] for name, values in musicality([window(rows)]).items()}
    assert tuple(found) == MUSICALITY
    assert found["polyphony"] == pytest.approx(2.0)
    assert found["empty_beat_rate"] == pytest.approx(0.5)
    assert found["scale_consistency"] == 1
    assert found["pitch_class_entropy"] == pytest.approx(1.0)


def test_the_twelve_tones_fit_no_scale_better_than_seven_in_twelve() -> None:
    rows = [(i * 3, 2, 60 + i % 12, 80, 3) for i in range(96)]
    assert musicality([window(rows)])["scale_consistency"][0] == pytest.approx(7 / 12)


def test_silence_has_no_figures_but_empty_beats() -> None:
    found = musicality([SILENCE])
    assert found["empty_beat_rate"][0] == 1
    assert np.isnan(found["polyphony"][0])
    assert np.isfinite(features([SILENCE])).all()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (SILENCE, "silent"),
        (tune(np.random.default_rng(1), bars=6), None),
        (window([(at, 2, 60 + at % 7, 80, 12) for at in range(0, 6 * BAR, 12)]), "silent"),
        (window([(at, 2, 60 + at % 7, 80, 12) for at in range(0, 7 * BAR, 12)]), None),
        (every_bar((0, 2, 60, 80, 12), (24, 2, 64, 80, 12)), "loop"),
        (window([(0, 12, 60, 80, 384)]), "hanging"),
        (
            window(
                [(at, 2, p + at // 48, 80, 3) for at in range(0, 384, 3) for p in range(60, 66)]
            ),
            "crowded",
        ),
        (window([(24 * p, 12, 40 + p, 80, 384 - 24 * p) for p in range(15)]), "crowded"),
    ],
)
def test_broken_windows_are_called_by_their_fault(broken: Window, reason: str | None) -> None:
    found = {name for name, mask in degenerate([broken], LIMITS).items() if mask[0]}
    assert found == ({reason, "any"} if reason else set())


def test_a_bar_played_four_times_is_no_loop_yet() -> None:
    rows = [(bar * BAR + at, 2, 60 + at % 5 + bar // 4, 80, 12) for bar in range(8)
            for at in range(0, 48, 12)]  # fmt: skip
    assert not degenerate([window(rows)], LIMITS)["any"][0]


def test_a_long_held_chord_is_no_silence() -> None:
    held = [(bar * BAR, 12, pitch + bar, 80, 4 * BAR) for bar in (0, 4) for pitch in (48, 55, 64)]
    assert not degenerate([window(held)], LIMITS)["silent"][0]


def test_a_pitch_struck_again_while_it_sounds_does_not_pile_up() -> None:
    rows = [(at, 5, 60, 80, 384) for at in range(0, 384, 12)]
    assert musicality([window(rows)])["polyphony"][0] == 1


def test_limits_are_one_and_a_half_times_what_real_music_does() -> None:
    rng = np.random.default_rng(0)
    limits = Limits.of([tune(rng, notes_a_bar=4) for _ in range(20)])
    assert limits == Limits(1.5, 1.5)
    assert Limits.from_array(limits.as_array()) == limits


def test_features_tell_drums_time_and_parts() -> None:
    kick = [(at, 0, 36, 100, 3) for at in range(0, 384, 12)]
    snare = [(at, 0, 38, 100, 3) for at in range(12, 384, 24)]
    swing = [(at + 8, 1, 40, 60, 4) for at in range(0, 192, 12)]
    row = dict(zip(FEATURES, features([window(kick + snare + swing)])[0], strict=True))
    assert row["kick_on_beats"] == 1
    assert row["snare_on_backbeats"] == 1
    assert row["triplets"] == pytest.approx(16 / 48)
    assert row["part:drums"] == 1
    assert row["part:bass"] == pytest.approx(0.5)
    assert row["bass_pitch"] == 40
    assert row["triple"] == 0
    assert len(FEATURES) == 40
