"""Takes played again from their logs: the same bytes, whatever was asked and whenever."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amt_live import replay as replaying
from amt_live.control import commands as c
from amt_live.control.when import When
from amt_live.errors import AmtError, FileError, UsageError
from amt_live.midi.log_file import log_of
from amt_live.midi.smf import notes_of, read

from .scripted import ScriptedDecoder, ScriptedReader, make_generator
from .stage import Stage


def scripted_model(name: str, sha256: str) -> Any:
    """What played on a ``Stage``, opened again."""
    del name, sha256
    return SimpleNamespace(generator=make_generator(ScriptedDecoder(), 99), moods=ScriptedReader())


def play_again(
    take: Path, branch: replaying.Branch | None = None
) -> tuple[bytes, replaying.Replayed]:
    out = take.with_name("again.mid")
    outcome = replaying.replay(
        take, out, opened=scripted_model, branch=branch, progress=lambda done, wanted: None
    )
    return out.read_bytes(), outcome


MOODS = ("calm", "wild", "strange", "waltz 3", "dreamy")
PARTS = ("piano", "bass", "drums", "*")
when = st.none() | st.sampled_from(list(When))
knob = st.none() | st.floats(0, 1)
command = st.one_of(
    st.builds(c.SetMood, st.sampled_from(MOODS), when),
    st.builds(c.SetMood, st.sampled_from(MOODS), st.just(When.NOW)),
    st.builds(
        c.BlendMood,
        st.tuples(
            st.tuples(st.sampled_from(MOODS[:2]), st.just(0.7)),
            st.tuples(st.sampled_from(MOODS[2:]), st.just(0.3)),
        ),
        when,
    ),
    st.builds(c.GlideMood, st.sampled_from(MOODS), st.integers(1, 4), when),
    st.just(c.CancelMood()),
    st.just(c.UndoMood()),
    st.builds(c.SetQuantise, st.sampled_from(list(When))),
    st.builds(c.SetTempo, st.floats(60, 300), st.sampled_from([0.0, 0.0, 2.0, 8.0])),
    st.builds(c.Transport, st.sampled_from(["play", "stop", "continue", "count_in"])),
    st.just(c.Panic()),
    st.builds(c.SetLate, st.sampled_from(["thin", "repeat", "hold"])),
    st.builds(c.SetSeed, st.integers(0, 99)),
    st.builds(c.SetSampling, st.just("temperature"), st.floats(0.5, 1.5)),
    st.builds(c.SetSampling, st.just("top_k"), st.integers(0, 40)),
    st.builds(c.SetPart, st.sampled_from(PARTS), st.just("mute"), st.integers(0, 1)),
    st.builds(c.SetPart, st.sampled_from(PARTS), st.just("solo"), st.integers(0, 1)),
    st.builds(c.SetPart, st.sampled_from(PARTS), st.just("level"), st.integers(0, 127)),
    st.builds(c.SetPart, st.sampled_from(PARTS), st.just("program"), st.integers(0, 9)),
    st.builds(c.SetPart, st.sampled_from(PARTS), st.just("octave"), st.integers(-1, 1)),
    st.builds(c.SetPart, st.sampled_from(PARTS), st.just("channel"), st.integers(1, 4)),
    st.builds(c.SetKnob, st.sampled_from(["swing", "density", "energy"]), knob),
    st.builds(c.SetKey, st.sampled_from([None, "D minor", "Bb major"])),
    st.builds(c.SetChords, st.sampled_from([None, "Dm7 | G7 | C | %"])),
    st.builds(c.SaveScene, st.sampled_from(["verse", "chorus"])),
    st.builds(c.CueScene, st.sampled_from(["verse", "chorus"]), when),
    st.builds(c.StoreBank, st.integers(1, 2), when),
    st.builds(c.RecallBank, st.integers(1, 2), when),
    st.builds(c.RecallBank, st.integers(1, 2), st.just(When.BAR)),
    st.builds(c.ClearBank, st.integers(1, 2)),
    st.just(c.StartTake("take")),
    st.just(c.StopTake()),
    st.just(c.Capture(2, "capture")),
)
"""Anything a performer may do; much of it is refused now and then, as it is on stage."""

accident = st.sampled_from(["busy", "broken"])
"""The machine does something else for seconds; the graph falls over."""

script = st.lists(st.tuples(st.floats(0.001, 1.5), command | accident), min_size=3, max_size=25)


def perform(stage: Stage, deeds: list[tuple[float, Any]]) -> None:
    for pause_s, deed in deeds:
        run(stage, pause_s)
        if deed == "busy":
            stage.output.advance(stage.clock.now() + pause_s * 8)
        elif deed == "broken":
            stage.decoder.fails = 1
        else:
            try:
                stage.do(deed)
            except AmtError:
                continue


def run(stage: Stage, duration_s: float) -> None:
    end_s = stage.clock.now() + duration_s
    while stage.clock.now() < end_s:
        try:
            rest_s = stage.band.turn()
        except RuntimeError:
            stage.band.fail(0.1)
            rest_s = 0.01
        if rest_s > 0:
            stage.output.advance(min(stage.clock.now() + rest_s, end_s))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=st.floats(0, 6), deeds=script)
def test_whatever_is_done_takes_replay_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, before: float, deeds: list[tuple[float, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("takes")
    stage = Stage(folder)
    stage.play()
    run(stage, before)
    stage.do(c.StartTake("first"))
    perform(stage, deeds)
    run(stage, 1.0)
    if stage.band.take is not None:
        stage.do(c.StopTake())
    takes = [path for path in folder.glob("*.mid") if log_of(path).exists()]
    assert takes
    for take in takes:
        again, outcome = play_again(take)
        assert again == take.read_bytes()
        assert outcome.is_same
        assert outcome.differing == 0


@dataclass
class Recorded:
    stage: Stage
    take: Path
    deeds: list[Any] = field(default_factory=list)


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """A take of ten seconds with two moods, a mute and a tempo."""
    stage = Stage(tmp_path)
    stage.do(c.StartTake("take"))
    stage.play()
    deeds = [c.SetMood("wild"), c.SetPart("*", "level", 80), c.SetTempo(150), c.SetMood("dreamy")]
    perform(stage, [(2.0, deed) for deed in deeds])
    run(stage, 2.0)
    stage.do(c.StopTake())
    return Recorded(stage, tmp_path / "take.mid", deeds)


def test_a_branch_has_the_same_notes_before_its_bar_and_others_from_there(
    recorded: Recorded,
) -> None:
    whole = read(recorded.take)
    (again, outcome) = play_again(recorded.take, replaying.Branch(4, "strange"))
    other = read(recorded.take.with_name("again.mid"))
    line = 3 * 4 * 480

    def starts(song: Any, after: bool) -> list[tuple[int, int, int, int]]:
        return [
            (n.start_ticks, n.channel, n.pitch, n.velocity)
            for n in notes_of(song)
            if (n.start_ticks >= line) == after
        ]

    assert starts(other, False) == starts(whole, False) != []
    assert starts(other, True) != starts(whole, True)
    assert starts(other, True)
    assert [mark.text for mark in other.markers if mark.at_ticks == line] == ["strange"]
    assert outcome.is_same is None
    assert abs(other.end_ticks - whole.end_ticks) < 4 * 480
    assert again == play_again(recorded.take, replaying.Branch(4, "strange"))[0]
    assert again != play_again(recorded.take, replaying.Branch(4, None, 77))[0]
    with pytest.raises(UsageError, match="there is no bar 99"):
        play_again(recorded.take, replaying.Branch(99, "strange"))


def test_a_log_names_its_model_its_seed_and_every_command_with_its_beat(
    recorded: Recorded,
) -> None:
    records = [json.loads(line) for line in log_of(recorded.take).read_text().splitlines()]
    asked = [record for record in records if "asked" in record]
    names = [record["asked"]["command"] for record in asked]
    assert names == ["StartTake", "Transport", "SetMood", "SetPart", "SetTempo", "SetMood"]
    assert all(record["beat"] >= 1 for record in asked)
    head = next(record for record in records if "amtlog" in record)
    assert head["seed"] == 1 and {"model", "sha256"} <= head.keys()


def test_a_take_without_a_log_and_a_damaged_log_are_one_line(recorded: Recorded) -> None:
    log = log_of(recorded.take)
    lines = log.read_bytes().splitlines(keepends=True)
    draw = random.Random(1)
    for _ in range(16):
        hurt = list(lines)
        at = draw.randrange(len(hurt))
        kind = draw.randrange(4)
        if kind == 0:
            del hurt[at]
        elif kind == 1:
            cut = draw.randrange(len(hurt[at]))
            hurt[at] = hurt[at][:cut] + b"9" + hurt[at][cut + 1 :]
        elif kind == 2:
            hurt[at] = b'{"do":"steps","with":[1,["x"]]}\n'
        else:
            hurt = hurt[:at]
        log.write_bytes(b"".join(hurt))
        try:
            play_again(recorded.take)
        except AmtError as error:
            assert "\n" not in str(error)
    log.write_bytes(b"[" * 100_000)
    with pytest.raises(FileError, match="damaged in line 1"):
        play_again(recorded.take)
    log.unlink()
    with pytest.raises(FileError, match=r"has no log take\.amtlog beside it"):
        play_again(recorded.take)
