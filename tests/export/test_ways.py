"""Ways in which a mood enters a model: what each hears, and what the comparison tells apart."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the offline half needs [train]")

import torch

from amt_live.errors import FileError
from amt_live.tokens import vocabulary as v
from export import comparing, contexts
from export.commands import compare as command
from export.corpus import prepare
from export.export_model import ExportChoice, export_run
from export.model import ModelConfig, MoodGPT2
from export.train import Trainer, TrainSettings
from export.training.batches import Batch
from export.ways import HEARD, WAYS_IN

SONGS = Path(__file__).parent / "midi"
TINY = Path(__file__).parents[2] / "models" / "tiny"
BAR, NOTE = v.BAR_FIRST, v.BAR_FIRST + 100
IDS = torch.tensor([[BAR, v.MOOD, NOTE, BAR, v.MOOD, NOTE, BAR, v.MOOD, NOTE, BAR, v.MOOD, NOTE]])
MOODS = torch.tensor([[0] * 6 + [1] * 6])


def model_of(way_in: str, heard: str = "both") -> MoodGPT2:
    torch.manual_seed(1)
    config = ModelConfig(9, 32, 1, 2, attributes=4, way_in=way_in, heard=heard)
    model = MoodGPT2(config).eval()
    with torch.no_grad():
        torch.nn.init.normal_(model.add.weight, std=float(way_in == "slot+add"))
    return model


@torch.no_grad()
def moved_by(model: MoodGPT2, which: int, column: int) -> list[int]:
    """The positions whose logits change with one number of one mood."""
    positions = torch.arange(IDS.shape[1])[None]
    moods = torch.zeros(1, 2, 9)
    other = moods.clone()
    other[0, which, column] = 3.0
    before, after = (model(IDS, positions, c, MOODS) for c in (moods, other))
    changed = (before - after).abs().amax(-1)[0] > 1e-6
    return changed.nonzero().flatten().tolist()


def test_a_mood_is_heard_where_its_way_in_lets_it_in() -> None:
    # Mood 1 governs tokens 6 to 11; its slots are 7 and 10.
    assert moved_by(model_of("slot+add"), 1, 0) == [6, 7, 8, 9, 10, 11]
    assert moved_by(model_of("slot"), 1, 0) == [7, 8, 9, 10, 11]
    assert moved_by(model_of("prefix"), 1, 0) == [7, 8, 9, 10, 11]


def test_a_prefix_stands_in_the_first_slot_alone() -> None:
    prefix, slot = model_of("prefix"), model_of("slot")
    seen = {}
    for name, model in (("prefix", prefix), ("slot", slot)):
        inputs: list[torch.Tensor] = []
        model.gpt2.transformer.register_forward_pre_hook(
            lambda _module, _args, kwargs, kept=inputs: kept.append(kwargs["inputs_embeds"]),
            with_kwargs=True,
        )
        moved_by(model, 1, 0)
        before, after = inputs
        seen[name] = (before - after).abs().amax(-1)[0].nonzero().flatten().tolist()
    assert seen == {"prefix": [7], "slot": [7, 10]}


def test_what_is_not_heard_changes_nothing() -> None:
    attribute, text = 1, 6
    assert not moved_by(model_of("slot+add", "embedding"), 1, attribute)
    assert not moved_by(model_of("slot+add", "attributes"), 1, text)
    assert moved_by(model_of("slot+add", "embedding"), 1, text)
    assert moved_by(model_of("slot+add", "attributes"), 1, attribute)


def test_first_bars_are_those_after_a_change() -> None:
    batch = Batch(IDS, MOODS, torch.zeros(1, dtype=torch.int64), torch.zeros(1, 2, 9))
    # Targets 5 to 7 are ids 6 to 8: bar line, slot and note of the new mood's first bar.
    assert comparing.first_bars(batch)[0].nonzero().flatten().tolist() == [5, 6, 7]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("ways")
    prepare([SONGS], folder / "corpus")
    settings = TrainSettings(
        data=folder / "corpus",
        run=folder / "slot+add.both",
        encoder=TINY,
        hidden=32,
        layers=1,
        heads=2,
        tokens=4 * 2 * 96,
        batch=2,
        length=96,
        long_from=1.0,
        captions=64,
        validate_every=1000,
    )
    ways = [(way, HEARD[0]) for way in WAYS_IN] + [(WAYS_IN[0], heard) for heard in HEARD[1:]]
    for way, heard in ways:
        run = folder / f"{way}.{heard}"
        Trainer(replace(settings, run=run, way_in=way, heard=heard)).train()
    return sorted(path for path in folder.iterdir() if path.name != "corpus")


def test_every_run_is_measured_on_the_same_music(
    runs: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = runs[0].parent / "corpus"
    monkeypatch.setattr(comparing, "LENGTH", 96)
    arguments = [str(corpus), *map(str, runs), "--sequences", "4"]
    assert command.main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sorted(found) == sorted(run.name for run in runs)
    assert all(np.isfinite(row["loss"]) for row in found.values())
    assert {row["way_in"] for row in found.values()} == set(WAYS_IN)
    assert command.main(arguments) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(runs)


def test_what_hears_attributes_alone_is_played_and_a_prefix_is_not(
    runs: list[Path], tmp_path: Path
) -> None:
    by_name = {run.name: run for run in runs}
    shutil.copytree(TINY, tmp_path / "mine")
    choice = ExportChoice(test=runs[0].parent / "corpus")
    lines = export_run(by_name["slot+add.attributes"], tmp_path / "mine", choice)
    assert any("logits differ" in line for line in lines)
    with np.load(tmp_path / "mine" / "conditioning.npz", allow_pickle=False) as arrays:
        first = arrays["projection_w1"]
        known = 1 + len(arrays["attribute_names"])
    assert first[:known].any() and not first[known:].any()
    with pytest.raises(FileError, match="--way-in slot"):
        export_run(by_name["prefix.both"], tmp_path / "other", choice)


def test_a_context_ends_where_the_music_ends_and_begins_at_a_bar(runs: list[Path]) -> None:
    ids = np.full(300, NOTE, np.int64)
    ids[[0, 100, 150]] = BAR
    moods = np.repeat([0, 1], 150)
    whole = contexts.Drawn(ids, moods, np.stack([np.zeros(9), np.ones(9)]).astype(np.float32))
    for asked, start in ((299, 0), (220, 100), (180, 150)):
        cut = contexts.window(whole, asked)
        assert cut.ids[0].tolist() == ids[start:].tolist()
        assert cut.conditioning[0][cut.moods[0]][:, 0].tolist() == moods[start:].tolist()


def test_the_worth_of_contexts_is_told_run_by_run(
    runs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(runs[0].parent / "corpus"), str(runs[0]), "--sequences", "4"]
    assert command.main([*arguments, "--contexts", "400,200", "--json"]) == 0
    shorter, longest = json.loads(capsys.readouterr().out)[runs[0].name]
    assert shorter["tokens"] == 200 >= shorter["heard"] > contexts.TOLD
    assert longest["over_longest"] == 0 and longest["heard"] <= 400
    assert shorter["over_longest"] == pytest.approx(shorter["loss"] - longest["loss"])
    assert command.main([*arguments, "--contexts", "400,200"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    for wrong in ("100", "512;1024", "4096"):
        assert command.main([*arguments, "--contexts", wrong]) in (1, 2)
        assert capsys.readouterr().err.count("\n") == 1


def test_a_stranger_is_refused_in_one_line(
    runs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(runs[0].parent / "corpus"), str(SONGS)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
