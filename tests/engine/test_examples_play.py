"""A model with examples: the band is held to what was drawn, and still plays the same twice."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amt_live.engine.checkpoint import checkpoint, go_on_from
from amt_live.engine.model import Model, open_model
from amt_live.engine.moods import MoodDesk
from amt_live.engine.plan import Plan
from amt_live.engine.stream import BEAT_TICKS, Stream
from amt_live.engine.swing import Placer
from amt_live.engine.take_words import Reader, Writer
from amt_live.inference.generator import Sampling
from amt_live.manifest import load_manifest
from amt_live.music.events import Note
from amt_live.offline import Request, Stage
from amt_live.text.aim import TRAITS
from amt_live.text.examples import features

from .test_real_model import TINY

BAR = 4 * BEAT_TICKS
LOW, HIGH = -1.5, 1.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest model with a scale, and with passages half of which are low and half high."""
    target = tmp_path_factory.mktemp("models") / "tiny"
    shutil.copytree(TINY, target)
    path = target / "conditioning.npz"
    with np.load(path, allow_pickle=False) as data:
        arrays = dict(data)
    names = [str(name) for name in arrays["attribute_names"]]
    passages = np.zeros((40, len(names)), np.float32)
    passages[:20, names.index("register")] = LOW
    passages[20:, names.index("register")] = HIGH
    traits = np.zeros((40, len(TRAITS)), np.float32)
    traits[:, TRAITS.index("kit:snare")] = 1.0
    traits[:, TRAITS.index("beat_returns")] = 0.8
    traits[:, TRAITS.index("rhythm_returns")] = -1.0
    traits[:, TRAITS.index("entropy")] = 2.0
    width = features(passages, names).shape[1]
    mean = {"density": 2.0, "velocity": 70.0, "shortness": 0.5, "register": 62.0}
    arrays |= {
        "examples": passages,
        "example_traits": traits,
        "example_programs": np.repeat([[-1, 32, 4] + [-1] * 13], 40, axis=0).astype(np.int8),
        "example_prior": np.zeros(40, np.float32),
        "example_weight": np.zeros((len(arrays["readout_weight"]), width), np.float32),
        "example_bias": np.zeros(width, np.float32),
        "scale_mean": np.array([mean.get(name, 0.0) for name in names], np.float32),
        "scale_deviation": np.array([8.0 if n == "register" else 1.0 for n in names], np.float32),
    }
    np.savez(path, **arrays)
    manifest = json.loads((target / "manifest.json").read_text())
    manifest["files"]["conditioning.npz"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (target / "manifest.json").write_text(json.dumps(manifest))
    load_manifest(target)
    return target


def test_the_seed_draws_the_example_and_the_words_are_read_the_same_again(folder: Path) -> None:
    moods = open_model(folder).moods
    registers = [moods.read("calm", {}, draw).attributes["register"] for draw in range(30)]
    assert set(registers) == {LOW, HIGH}
    assert registers == [moods.read("calm", {}, draw).attributes["register"] for draw in range(30)]
    by_hand = moods.read("calm", {"register": 0.25}, 3)
    assert by_hand.attributes["register"] == 0.25 and by_hand.aim is not None
    assert by_hand.aim.pitch == pytest.approx(62.0 + 0.25 * 8.0)
    assert by_hand.aim.kit is not None and max(by_hand.aim.kit) == 1.0
    assert by_hand.aim.beat_returns == pytest.approx(0.8)
    assert by_hand.aim.rhythm_returns is None
    assert (by_hand.programs[1], by_hand.programs[2]) == (32, 4)
    assert moods.read("", {}).aim is None


def test_a_blend_lies_between_the_examples_of_its_texts(folder: Path) -> None:
    moods = open_model(folder).moods
    draws = range(60)
    low_high = [
        draw
        for draw in draws
        if moods.read("calm", {}, draw).attributes["register"] == LOW
        and moods.read("wild", {}, draw).attributes["register"] == HIGH
    ]
    mood = moods.blend((("calm", 0.5), ("wild", 0.5)), {}, low_high[0])
    assert mood.attributes["register"] == pytest.approx(0.0, abs=1e-6)
    assert (mood.programs[1], mood.programs[2]) == (32, 4)


def pitches(model: Model, draw: int, bars: int = 12) -> list[int]:
    model.generator.reset()
    model.generator.sampler.seed(5)
    stream = Stream(model.generator, Plan(MoodDesk(model.moods, "calm", draw).direction()))
    notes: list[Note] = []
    while stream.horizon_ticks < bars * BAR:
        notes += [event for event in stream.advance() if isinstance(event, Note) and event.part > 1]
    return [note.pitch for note in notes]


def test_music_is_held_to_the_register_of_its_example(folder: Path) -> None:
    model = open_model(folder)
    draws = {model.moods.read("calm", {}, draw).attributes["register"]: draw for draw in range(30)}
    low, high = (np.array(pitches(model, draws[register])) for register in (LOW, HIGH))
    # The tiny model draws pitches evenly; what it hears of itself leans on the next ones.
    assert np.mean(low[len(low) // 2 :]) + 5 < np.mean(high[len(high) // 2 :])


def test_going_back_gives_the_same_notes_again(folder: Path) -> None:
    model = open_model(folder, seed=11)
    model.generator.set_sampling(Sampling(top_p=0.97, guidance=1.5))
    direction = MoodDesk(model.moods, "calm", 4).direction()
    wild = replace(MoodDesk(model.moods, "wild", 4).direction(), revision=(1, None))

    def play(known_at: int) -> list[object]:
        model.generator.reset()
        model.generator.sampler.seed(11)
        stream = Stream(model.generator, Plan(direction))
        events: list[object] = []
        told = False
        while stream.horizon_ticks < 8 * BAR or not told:
            if not told and stream.horizon_ticks >= known_at:
                told = True
                stream.plan.revise(3 * BAR + 480, lambda _: wild)
                stream.rewind(3 * BAR + 480)
                events = [e for e in events if e.start_ticks < 3 * BAR + 480]  # type: ignore[attr-defined]
            events += stream.advance()
        return [e for e in events if e.start_ticks < 8 * BAR]  # type: ignore[attr-defined]

    assert play(0) == play(6 * BAR)


def test_a_checkpoint_keeps_what_was_heard(folder: Path) -> None:
    def stream_of(model: Model) -> Stream:
        model.generator.reset()
        model.generator.sampler.seed(5)
        return Stream(model.generator, Plan(MoodDesk(model.moods, "calm", 1).direction()))

    model = open_model(folder)
    first = stream_of(model)
    while first.horizon_ticks < 6 * BAR:
        first.advance()
    records: list[dict[str, Any]] = []
    kept = json.loads(json.dumps(checkpoint(first, Placer(), None, Writer(records.append))))
    heard = first.here().held
    assert heard.groove.rhythm.now or heard.groove.rhythm.before
    assert sum(heard.colour.classes) > 0 and sum(heard.groove.kit) > 0
    second = stream_of(model)
    reader = Reader(MoodDesk(model.moods).mood_of)
    for record in records:
        reader.take_in(json.loads(json.dumps(record)))
    go_on_from(kept, second, Placer(), reader)
    assert second.here().held == heard


def test_a_request_is_played_the_same_twice_and_another_seed_is_another_take(folder: Path) -> None:
    stage = Stage(open_model(folder))
    first, again = (stage.play(Request("calm", 3, 4)) for _ in range(2))
    assert first.notes == again.notes
    assert first.notes != stage.play(Request("calm", 4, 4)).notes
