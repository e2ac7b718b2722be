"""Leans from outside: which notes they move, when they come too late, that takes hold them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from amt_live.control import commands as c
from amt_live.control.leans import MAX_LEANS, Lean, Leans, leans_of, parse_leans
from amt_live.control.when import When
from amt_live.engine.model import open_model
from amt_live.engine.moods import MoodDesk
from amt_live.engine.plan import Plan
from amt_live.engine.ruling import nats_for
from amt_live.engine.stream import BEAT_TICKS, Stream
from amt_live.errors import UsageError
from amt_live.inference.generator import Sampling
from amt_live.music.events import Note
from amt_live.tokens import vocabulary as v

from .stage import Stage
from .test_replay import play_again

TINY = Path(__file__).parents[2] / "models" / "tiny"
BAR = 4 * BEAT_TICKS


def share(notes: list[Note], holds: Callable[[Note], bool]) -> float:
    pitched = [note for note in notes if note.part]
    assert len(pitched) > 60
    return sum(map(holds, pitched)) / len(pitched)


def is_c(note: Note) -> bool:
    return note.pitch % 12 == 0


def usual_pitch(notes: list[Note], first: int) -> int:
    """The pitch that is played most in the bar that begins at a tick."""
    counted = Counter(n.pitch for n in notes if n.part and first <= n.start_ticks < first + BAR)
    return counted.most_common(1)[0][0]


def perform(stage: Stage, leans: Leans, bars: int = 6) -> None:
    """Lean on every bar to come, as rules do; a mood changes amid them."""
    for number in range(bars):
        stage.do(Lean(stage.band.stream.bars[-1].number + 2, leans))
        stage.run(1.1)
        if number == bars // 2:
            stage.do(c.SetMood("wild", When.NOW))
        stage.run(0.9)


def test_a_lean_moves_what_is_drawn_and_a_take_of_it_replays_to_the_same_bytes(
    tmp_path: Path,
) -> None:
    shares = []
    for name, leans in (("none", ()), ("for", (("C", 4.0),))):
        stage = Stage(tmp_path)
        stage.play()
        stage.run(1)
        stage.do(c.StartTake(name))
        perform(stage, leans)
        stage.do(c.StopTake())
        again, outcome = play_again(tmp_path / f"{name}.mid")
        assert again == (tmp_path / f"{name}.mid").read_bytes()
        assert outcome.differing == 0
        shares.append(share(stage.played, is_c))
    assert shares[1] > 3 * shares[0]


def test_a_lean_holds_for_its_bar_alone() -> None:
    stage = Stage()
    stage.play()
    stage.run(0.5)
    bar = stage.band.stream.bars[-1].number + 3
    stage.do(Lean(bar, (("pitch60", 8.0),)))
    stage.do(Lean(bar - 1, (("pitch61", 8.0),)))  # what is said later of another bar leaves it
    stage.do(Lean(bar + 1, (("pitch62", 8.0),)))
    stage.run_to((bar + 2) * BAR + BEAT_TICKS)
    for number, pitch in ((bar - 1, 61), (bar, 60), (bar + 1, 62)):
        first = (number - 1) * BAR
        assert usual_pitch(stage.played, first) == pitch
    assert usual_pitch(stage.played, (bar + 1) * BAR) not in (60, 61, 62)


def test_what_comes_too_late_or_far_too_early_is_refused_and_changes_nothing() -> None:
    stage = Stage()
    stage.play()
    stage.run(3)
    decoded = stage.band.stream.bars[-1].number + 1
    before = list(stage.band.stream.plan.changes)
    for bar in (1, decoded):
        with pytest.raises(UsageError, match="is decoded already"):
            stage.do(Lean(bar, (("C", 2.0),)))
    with pytest.raises(UsageError, match="too far ahead"):
        stage.do(Lean(decoded + 99, (("C", 2.0),)))
    assert list(stage.band.stream.plan.changes) == before


def test_it_ends_with_the_bars_that_were_leaned_on_when_the_band_begins_again() -> None:
    stage = Stage()
    stage.play()
    stage.run(1)
    perform(stage, (("C", 8.0),), bars=3)
    stage.do(c.Transport("stop"))
    stage.played.clear()
    stage.play()
    stage.run(8)
    assert share(stage.played, is_c) < 0.3


def test_the_real_graph_leans_to_a_pitch_class_a_part_and_a_length() -> None:
    def notes(leans: str) -> list[Note]:
        model = open_model(TINY, seed=5)
        model.generator.set_sampling(Sampling(top_p=0.97, guidance=1.0))
        direction = MoodDesk(model.moods, "calm").direction()
        stream = Stream(model.generator, Plan(replace(direction, leans=parse_leans(leans))))
        played: list[Note] = []
        while stream.horizon_ticks < 6 * BAR:
            played += [event for event in stream.advance() if isinstance(event, Note)]
        return played

    usual, leaned = notes(""), notes("C 3 bass 6 length6 4")
    assert share(leaned, is_c) > 2 * share(usual, is_c)
    is_bass = [note.part == 1 for note in usual], [note.part == 1 for note in leaned]
    assert np.mean(is_bass[1]) > 2 * np.mean(is_bass[0])
    half = 0.5 * BEAT_TICKS
    assert share(leaned, lambda n: n.duration_ticks == half) > 2 * share(
        usual, lambda n: n.duration_ticks == half
    )


def test_no_lean_forbids_everything() -> None:
    steps = leans_of((f"step{step}", -8.0) for step in v.POSITIONS)
    assert not nats_for(steps).any()
    alone = nats_for(steps[1:])
    assert alone.max() == 0 and (alone < 0).sum() == len(steps) - 1
    twice = nats_for((("C", 8.0), ("pitch60", 8.0)))
    assert twice.max() == 8.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("H 2", "nothing to lean on"),
        ("pitch128 2", "nothing to lean on"),
        ("step1 2", "nothing to lean on"),
        ("C", "stands alone"),
        ("C two", "is not a number"),
        ("C nan", "is not a number"),
        ("C 9", "from -8 to 8"),
        ("C -inf", "from -8 to 8"),
        (" ".join(f"pitch{n} 1" for n in range(MAX_LEANS + 1)), "more than 96 names"),
    ],
)
def test_what_is_no_lean_is_said(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_leans(text)
