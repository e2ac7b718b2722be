"""Training learns, writes what export needs, and goes on after a stop as if there had been none."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the offline half needs [train]")

import torch

from amt_live.errors import FileError
from export.corpus import prepare
from export.model import ModelConfig, MoodGPT2
from export.optim import orthogonalise
from export.train import Trainer, TrainSettings

SONGS = Path(__file__).parent / "midi"
TINY = Path(__file__).parents[2] / "models" / "tiny"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> TrainSettings:
    folder = tmp_path_factory.mktemp("train")
    prepare([SONGS], folder / "corpus")
    return TrainSettings(
        data=folder / "corpus",
        run=folder / "run",
        encoder=TINY,
        hidden=32,
        layers=1,
        heads=2,
        tokens=12 * 2 * 96,
        batch=2,
        length=96,
        long_from=1.0,
        captions=64,
        validate_every=1000,
        checkpoint_every=6,
    )


@pytest.fixture(scope="module")
def finished(settings: TrainSettings) -> Trainer:
    trainer = Trainer(settings)
    trainer.train()
    return trainer


def test_a_run_folder_holds_what_export_needs(settings: TrainSettings, finished: Trainer) -> None:
    names = {path.name for path in settings.run.iterdir()}
    assert {"config.json", "checkpoint.safetensors", "conditioning_readout.npz"} <= names
    record = json.loads((settings.run / "training.json").read_text())
    assert record["tokens"] == settings.tokens and record["step"] == 12
    with np.load(settings.run / "conditioning_readout.npz", allow_pickle=False) as arrays:
        assert arrays["readout_weight"].shape[1] == len(arrays["attribute_names"])


def test_a_stopped_run_goes_on_as_if_never_stopped(
    settings: TrainSettings, finished: Trainer, tmp_path: Path
) -> None:
    stopped = Trainer(replace(settings, run=tmp_path / "stopped"))

    class Killed(Exception):
        pass

    def after_checkpoint() -> None:
        Trainer.save(stopped)
        raise Killed

    stopped.save = after_checkpoint  # type: ignore[method-assign]
    with pytest.raises(Killed):
        stopped.train()
    again = Trainer(replace(settings, run=tmp_path / "stopped"))
    assert again.resume() and again.step == 6
    again.train()
    for name, value in again.model.state_dict().items():
        torch.testing.assert_close(value, finished.model.state_dict()[name], msg=name)


def test_training_lowers_the_loss(settings: TrainSettings, tmp_path: Path) -> None:
    trainer = Trainer(replace(settings, run=tmp_path, tokens=40 * 2 * 96))
    before = trainer.validate()["mean"]
    trainer.train()
    assert trainer.validation["mean"] < before - 0.5


def test_a_checkpoint_of_another_shape_is_one_line(
    settings: TrainSettings, finished: Trainer
) -> None:
    with pytest.raises(FileError, match="does not fit"):
        Trainer(replace(settings, hidden=64)).resume()
    # Trainer() rewrites the run's config: put the fitting one back for other tests.
    Trainer(settings)


def test_the_mood_reaches_the_logits_through_the_slot_and_through_the_addition() -> None:
    torch.manual_seed(0)
    model = MoodGPT2(ModelConfig(10, hidden=32, layers=1, heads=2)).eval()
    ids = torch.tensor([[14 - 6, 1, 60]])
    where = torch.arange(3)[None]
    moods = torch.randn(2, 1, 10)
    index = torch.zeros_like(ids)
    first, second = (model(ids, where, mood[None], index) for mood in moods)
    assert torch.equal(first[0, 0], second[0, 0]), "nothing before the slot knows the mood yet"
    assert not torch.allclose(first[0, 1], second[0, 1])
    torch.nn.init.normal_(model.add.weight)
    third, fourth = (model(ids, where, mood[None], index) for mood in moods)
    assert not torch.allclose(third[0, 0], fourth[0, 0])


def test_orthogonalised_updates_have_singular_values_near_one() -> None:
    torch.manual_seed(0)
    for shape in ((16, 48), (48, 16)):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
        assert values.min() > 0.5 and values.max() < 1.3
