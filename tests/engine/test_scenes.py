"""Scenes: saved, kept in a file that may hold anything, and fired whole at one boundary."""

import json
import queue
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt_live.control.commands import (
    BlendMood,
    CancelMood,
    Command,
    CueScene,
    DeleteScene,
    GlideMood,
    SaveScene,
    SetChords,
    SetKey,
    SetKnob,
    SetMood,
    SetPart,
    SetQuantise,
    SetSampling,
    SetTempo,
    Transport,
)
from amt_live.control.state import BandState, ErrorNotice, MoodApplied, MoodArmed, Notice
from amt_live.control.when import When
from amt_live.engine.band import Settings
from amt_live.engine.controls import Controls
from amt_live.engine.engine import Engine
from amt_live.engine.scene_file import SceneFile
from amt_live.engine.scenes import SceneDesk
from amt_live.engine.stream import BEAT_TICKS
from amt_live.engine.takes import TakeDesk
from amt_live.errors import FileError, UsageError
from amt_live.midi.clock import ManualClock
from amt_live.midi.memory_output import MemoryOutput

from .scripted import ScriptedDecoder, ScriptedReader, make_generator, part_of
from .stage import Stage
from .test_band import rows

BAR = 4 * BEAT_TICKS
SETTING: tuple[Command, ...] = (
    BlendMood((("wild", 3), ("dreamy", 1)), When.NOW),
    SetTempo(90),
    SetQuantise(When.BEAT),
    SetKey("D minor"),
    SetChords("Dm7 | G7"),
    SetKnob("swing", 0.5),
    SetKnob("density", 0.6),
    SetKnob("energy", 0.2),
    SetSampling("top_k", 40),
    SetSampling("temperature", 1.2),
    SetPart("bass", "mute", 1),
    SetPart("piano", "program", 5),
    SetPart("piano", "octave", 1),
    SetPart("organ", "channel", 12),
)


def with_file(stage: Stage, path: Path) -> SceneDesk:
    desk = SceneDesk(stage.band, SceneFile(path))
    stage.controls = Controls(stage.band, TakeDesk(path.parent / "takes"), desk)
    return desk


def set_up(stage: Stage, name: str = "chorus") -> BandState:
    """Keep a scene that has everything in it; what it holds. Then set all of it differently."""
    before = replace(stage.band.state)
    for command in SETTING:
        stage.do(command)
    stage.do(SaveScene(name))
    held = stage.band.state
    undo: tuple[Command, ...] = (
        SetMood("calm"),
        SetTempo(120),
        SetQuantise(When.BAR),
        SetKey(None),
        SetChords(None),
        SetKnob("swing", None),
        SetKnob("density", None),
        SetKnob("energy", None),
        SetSampling("top_k", 0),
        SetSampling("temperature", 1.0),
        SetPart("*", "mute", 0),
        SetPart("piano", "program", 60),
        SetPart("piano", "octave", 0),
        SetPart("organ", "channel", before.parts[4].channel),
    )
    for command in undo:
        stage.do(command)
    return held


def setting_of(state: BandState) -> tuple[Any, ...]:
    return (
        state.mood,
        state.tempo_bpm,
        state.quantise,
        state.key,
        state.chords,
        state.knobs,
        state.sampling,
        state.parts,
    )


def test_a_scene_sets_everything_at_its_boundary_and_nothing_before() -> None:
    stage = Stage()
    held = set_up(stage)
    stage.play()
    stage.run_to(BAR + 10)
    before = setting_of(stage.band.state)
    stage.do(CueScene("chorus", When.BARS_4))
    (armed,) = stage.of(MoodArmed)[-1:]
    assert isinstance(armed, MoodArmed)
    assert (armed.text, armed.bar, armed.beat) == (held.mood, 5, 1.0)
    stage.run_to(4 * BAR - 5)
    assert setting_of(stage.band.state) == before
    stage.run_to(4 * BAR + 1)
    (applied,) = stage.of(MoodApplied)[-1:]
    assert isinstance(applied, MoodApplied)
    assert (applied.id, applied.bar, applied.beat) == (armed.id, 5, 1.0)
    assert setting_of(stage.band.state) == setting_of(held)
    direction = stage.band.stream.plan.at(4 * BAR).direction
    assert (direction.key, direction.chords_from_bar, len(direction.chords)) == (14, 4, 2)
    assert direction.revision[1] == 0.2
    timeline = stage.band.transport.timeline
    assert timeline is not None and timeline.tempo_bpm == 90
    stage.run_to(7 * BAR)
    played = [n.part for n in stage.played if n.start_ticks >= 4 * BAR]
    assert max(played, key=played.count) == part_of("wild")
    assert stage.output.dropped == 0 and stage.band.health.underruns == 0


def test_a_cue_is_cancelled_without_a_trace_and_a_newer_mood_takes_its_place() -> None:
    stage, plain = Stage(), Stage()
    for each in (stage, plain):
        set_up(each)
        each.play()
        each.run_to(BAR + 10)
    before = setting_of(stage.band.state)
    stage.do(CueScene("chorus", When.BARS_2))
    stage.run_to(BAR + 900)
    stage.do(CancelMood())
    for each in (stage, plain):
        each.run_to(4 * BAR)
    assert rows(stage.played) == rows(plain.played)
    assert setting_of(stage.band.state) == before
    stage.do(CueScene("chorus", When.BARS_8))
    stage.do(SetMood("bright", When.BAR))
    stage.run_to(9 * BAR)
    assert setting_of(stage.band.state)[1:] == before[1:]
    direction = stage.band.stream.plan.at(9 * BAR).direction
    assert (direction.text, direction.key, direction.chords) == ("bright", None, ())


def test_what_is_set_while_a_cue_waits_holds_until_the_scene_sets_its_own() -> None:
    stage = Stage()
    held = set_up(stage)
    stage.play()
    stage.run_to(BAR + 10)
    stage.do(CueScene("chorus", When.BARS_4))
    stage.do(SetKey("G major"))
    stage.do(SetKnob("energy", 0.9))
    plan = stage.band.stream.plan
    assert (plan.at(2 * BAR).direction.key, plan.at(4 * BAR).direction.key) == (7, 14)
    stage.run_to(3 * BAR)
    assert stage.band.state.key == "G major" and stage.band.moods.energy == 0.9
    stage.run_to(4 * BAR + 1)
    assert setting_of(stage.band.state) == setting_of(held)
    stage.do(CueScene("chorus", When.BARS_4))
    stage.do(SetKey("G major"))
    stage.do(CancelMood())
    assert plan.at(8 * BAR).direction.key == 7


def test_tokens_before_a_scene_are_drawn_as_before_and_after_it_as_it_says() -> None:
    stage, plain = Stage(), Stage()
    for each in (stage, plain):
        set_up(each)
        each.play()
        each.run_to(BAR + 10)
    stage.do(CueScene("chorus", When.BARS_8))
    for each in (stage, plain):
        each.run_to(8 * BAR - 5)
    assert rows(stage.played) == rows(plain.played)
    assert stage.band.sampling_in_use.top_k == 40
    assert stage.band.state.sampling.top_k == 0


def test_a_scene_while_nothing_plays_is_there_at_once_and_at_the_start() -> None:
    stage = Stage()
    held = set_up(stage)
    stage.do(CueScene("chorus"))
    assert setting_of(stage.band.state) == setting_of(held)
    stage.play()
    stage.run_to(BAR)
    direction = stage.band.stream.plan.at(0).direction
    assert (direction.text, direction.key) == (held.mood, 14)


def test_starting_again_fires_a_scene_that_waits() -> None:
    stage = Stage()
    held = set_up(stage)
    stage.play()
    stage.run_to(BAR)
    stage.do(CueScene("chorus", When.BARS_8))
    stage.do(Transport("play"))
    assert setting_of(stage.band.state) == setting_of(held)
    assert stage.band.stream.plan.at(0).direction.key == 14


def test_a_scene_gives_parts_back_to_the_mood() -> None:
    stage = Stage()
    stage.do(SaveScene("plain"))
    stage.do(SetPart("piano", "program", 60))
    stage.play()
    stage.run_to(BAR)
    stage.do(CueScene("plain", When.BEAT))
    stage.run_to(2 * BAR)
    assert stage.band.state.parts[2].program == 0
    assert stage.band.stream.pinned_programs == {}


def test_a_glide_ends_where_a_scene_is_cued() -> None:
    stage = Stage()
    held = set_up(stage)
    stage.play()
    stage.run_to(BAR + 10)
    stage.do(GlideMood("bright", 8))
    stage.run_to(4 * BAR + 10)
    stage.do(CueScene("chorus"))
    stage.run_to(6 * BAR)
    assert setting_of(stage.band.state) == setting_of(held)
    assert stage.band.state.armed is None


def test_scenes_are_listed_replaced_deleted_and_limited() -> None:
    stage = Stage()
    for number in range(128):
        stage.do(SaveScene(f"s{number}"))
    stage.do(SaveScene("s7"))
    assert len(stage.band.state.scenes) == 128
    with pytest.raises(UsageError, match="no more fit"):
        stage.do(SaveScene("one more"))
    stage.do(DeleteScene("s7"))
    assert "s7" not in stage.band.state.scenes
    for command in (CueScene("s7"), DeleteScene("s7")):
        with pytest.raises(UsageError, match="no scene 's7'; there are: s0, ") as caught:
            stage.do(command)
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "x" * 65, "a\x00b", "verse @bar", "c:d"])
def test_names_are_bare(name: str) -> None:
    stage = Stage()
    with pytest.raises(UsageError) as caught:
        stage.do(SaveScene(name))
    assert "\n" not in str(caught.value) and stage.band.state.scenes == ()


# The file


def test_scenes_outlive_the_daemon(tmp_path: Path) -> None:
    path = tmp_path / "data" / "scenes.json"
    first = Stage()
    with_file(first, path)
    held = set_up(first, "strophe 1 über")
    second = Stage()
    assert with_file(second, path).trouble == ""
    assert second.band.scene_names == ("strophe 1 über",)
    second.do(CueScene("strophe 1 über"))
    assert setting_of(second.band.state) == setting_of(held)
    assert [p.name for p in path.parent.iterdir()] == ["scenes.json"]
    second.do(DeleteScene("strophe 1 über"))
    assert with_file(Stage(), path).trouble == "" and json.loads(path.read_text())["scenes"] == {}


BROKEN = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "half": b'{"version": 1, "scenes": {"a": ',
    "a list": b"[]",
    "another version": b'{"version": 2, "scenes": {}}',
    "deep": b"[" * 100_000,
    "huge number": b'{"version": 1, "scenes": ' + b"9" * 5000 + b"}",
    "too long": b" " * 4_000_001,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_one_line_and_is_set_aside(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "scenes.json"
    path.write_bytes(data)
    stage = Stage()
    desk = with_file(stage, path)
    assert str(path) in desk.trouble and "\n" not in desk.trouble
    assert stage.band.scene_names == () and path.read_bytes() == data
    stage.do(SaveScene("new"))
    assert (tmp_path / "scenes.json.broken").read_bytes() == data
    assert with_file(Stage(), path).trouble == ""


def test_an_engine_tells_of_a_broken_file_and_plays(tmp_path: Path) -> None:
    path = tmp_path / "scenes.json"
    path.write_text("{")
    notices: queue.Queue[Notice] = queue.Queue()
    clock = ManualClock()
    engine = Engine(
        make_generator(ScriptedDecoder(), 1),
        ScriptedReader(),
        MemoryOutput(clock),
        clock,
        Settings(),
        tmp_path,
        scenes_file=path,
    )
    engine.add_listener(notices.put)
    engine.start()
    notice = notices.get(timeout=10)
    engine.submit(SaveScene("one")).result(10)
    engine.close()
    assert isinstance(notice, ErrorNotice) and str(path) in notice.why
    assert engine.state.scenes == ("one",)


def a_scene(tmp_path: Path) -> dict[str, Any]:
    stage = Stage()
    with_file(stage, tmp_path / "good.json")
    set_up(stage)
    data = json.loads((tmp_path / "good.json").read_text())["scenes"]["chorus"]
    assert isinstance(data, dict)
    return data


WRONG: list[tuple[str, Any]] = [
    ("mood", []),
    ("mood", [["calm", "much"]]),
    ("mood", [["a", 1], ["b", -1]]),
    ("mood", [["x" * 501, 1]]),
    ("mood", [["a\nb", 1]]),
    ("tempo_bpm", 0),
    ("tempo_bpm", "fast"),
    ("tempo_bpm", float("nan")),
    ("quantise", "never"),
    ("key", "H major"),
    ("chords", "% | C"),
    ("swing", -1),
    ("density", 2),
    ("energy", [1]),
    ("sampling", {"temperature": 1, "top_p": 1, "top_k": 1.5, "guidance": 1}),
    ("sampling", None),
    ("parts", {}),
    ("parts", {"tuba": {}}),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_wrong_scene_is_left_out_and_the_others_stay(
    tmp_path: Path, field: str, value: object
) -> None:
    good = a_scene(tmp_path)
    path = tmp_path / "scenes.json"
    scenes = {"good": good, "bad": {**good, field: value}, "../evil": good, "none": None}
    path.write_text(json.dumps({"version": 1, "scenes": scenes}))
    stage = Stage()
    desk = with_file(stage, path)
    assert stage.band.scene_names == ("good",)
    assert "left out 3 scenes" in desk.trouble and "\n" not in desk.trouble
    stage.do(CueScene("good"))
    stage.do(SaveScene("another"))
    assert "bad" in (tmp_path / "scenes.json.broken").read_text()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_scene_the_band_plays_it_or_leaves_it_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    tmp_path = tmp_path_factory.mktemp("scenes")
    scene = a_scene(tmp_path)
    for field in data.draw(st.lists(st.sampled_from(sorted(scene)), max_size=2)):
        scene[field] = data.draw(JSON)
    path = tmp_path / "scenes.json"
    path.write_text(json.dumps({"version": 1, "scenes": {"it": scene}}))
    stage = Stage()
    desk = with_file(stage, path)
    assert bool(desk.trouble) == (stage.band.scene_names == ())
    if stage.band.scene_names:
        stage.do(CueScene("it"))
        stage.play()
        stage.run(0.5)
        assert stage.band.state.transport == "playing"


def test_a_file_that_cannot_be_written_is_one_line_and_keeps_what_was(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    stage = Stage()
    with_file(stage, in_the_way / "scenes.json")
    with pytest.raises(FileError, match="cannot write") as caught:
        stage.do(SaveScene("one"))
    assert "\n" not in str(caught.value) and stage.band.scene_names == ()
