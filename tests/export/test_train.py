"""Training learns, writes what export needs, and goes on after a stop as if there had been none."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the offline half needs [train]")

import torch
from safetensors.torch import load_file

from amt_live.errors import FileError, UsageError
from export import checkpoints
from export.commands import train as command
from export.corpus import prepare
from export.optim import orthogonalise
from export.train import Trainer, TrainSettings
from export.training import finetune
from export.training.settings import SIZES

SONGS = Path(__file__).parent / "midi"
MODELS = Path(__file__).parents[2] / "models"
TINY = MODELS / "tiny"


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
        log_every=1,
    )


@pytest.fixture(scope="module")
def finished(settings: TrainSettings) -> Trainer:
    trainer = Trainer(settings)
    trainer.train()
    return trainer


def rows_of(run: Path) -> list[dict[str, float]]:
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [row for row in rows if "step_loss" in row]


def same_weights(one: Trainer, other: Trainer, tolerance: float = 0.0) -> None:
    for name, value in one.model.state_dict().items():
        theirs = other.model.state_dict()[name]
        torch.testing.assert_close(value, theirs, msg=name, atol=tolerance, rtol=0)


def test_a_run_folder_holds_what_export_needs(settings: TrainSettings, finished: Trainer) -> None:
    names = {path.name for path in settings.run.iterdir()}
    assert {"config.json", "checkpoint.safetensors", "conditioning_readout.npz"} <= names
    record = json.loads((settings.run / "training.json").read_text())
    assert record["tokens"] == settings.tokens and record["step"] == 12
    with np.load(settings.run / "conditioning_readout.npz", allow_pickle=False) as arrays:
        assert arrays["readout_weight"].shape[1] == len(arrays["attribute_names"])


def test_the_log_and_the_live_plots_tell_of_every_step(
    settings: TrainSettings, finished: Trainer
) -> None:
    assert [row["step"] for row in rows_of(settings.run)] == list(range(1, 13))
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    plots = reader.EventAccumulator(str(settings.run / "plots"))
    plots.Reload()
    assert [event.step for event in plots.Scalars("train/step_loss")] == list(range(1, 13))
    assert "validation/mean" in plots.Tags()["scalars"]


def test_a_stopped_run_goes_on_as_if_never_stopped(
    settings: TrainSettings, finished: Trainer, tmp_path: Path
) -> None:
    stopped = Trainer(replace(settings, run=tmp_path, minutes=0.0))
    stopped.train()
    assert stopped.step == 1, "no minutes: one step, then a checkpoint"
    again = Trainer(replace(settings, run=tmp_path))
    assert again.resume() and again.step == 1
    again.train()
    same_weights(again, finished)
    assert [row["step"] for row in rows_of(tmp_path)] == list(range(1, 13))


def test_a_run_of_before_is_resumed_from_its_three_files(
    settings: TrainSettings, finished: Trainer, tmp_path: Path
) -> None:
    """Weights, optimiser and progress used to lie in one file each."""
    weights = checkpoints.weights_of(finished.model)
    checkpoints.replace_tensors(tmp_path / "checkpoint.safetensors", weights)
    checkpoints.replace_tensors(tmp_path / "optimizer.safetensors", finished.optimizer.state)
    progress = {"step": 12, "tokens": settings.tokens, "seconds": 1.0, "validation": {}}
    (tmp_path / "progress.json").write_text(json.dumps(progress))
    again = Trainer(replace(settings, run=tmp_path))
    assert again.resume() and again.step == again.optimizer.steps == 12
    same_weights(again, finished)
    assert again.optimizer.state.keys() == finished.optimizer.state.keys()


def test_training_lowers_the_loss(settings: TrainSettings, tmp_path: Path) -> None:
    trainer = Trainer(replace(settings, run=tmp_path, tokens=40 * 2 * 96))
    before = trainer.validate()["mean"]
    trainer.train()
    assert trainer.validation["mean"] < before - 0.5


def test_a_batch_in_portions_teaches_what_it_teaches_whole(
    settings: TrainSettings, tmp_path: Path
) -> None:
    # Dropout is drawn anew for every portion, so it is taken out of the comparison.
    tokens, trainers = 3 * 4 * 96, []
    for name, batch, accumulate in (("whole", 4, 1), ("portions", 1, 4)):
        wanted = replace(
            settings, run=tmp_path / name, batch=batch, accumulate=accumulate, tokens=tokens
        )
        trainer = Trainer(wanted)
        trainer.model.projection[2].p = 0.0
        trainer.train()
        trainers.append(trainer)
    assert trainers[0].step == trainers[1].step == 3
    same_weights(*trainers, tolerance=2e-4)


def test_a_run_with_patience_ends_early_with_its_best_weights(
    settings: TrainSettings, tmp_path: Path
) -> None:
    impatient = replace(
        settings, run=tmp_path, tokens=60 * 2 * 96, patience=2, validate_every=2, other_lr=0.4,
        schedule="linear",
    )  # fmt: skip
    trainer = Trainer(impatient)
    trainer.train()
    assert trainer.ended_early and trainer.step < 60
    assert trainer.step == trainer.best.step + 2 * 2
    kept = load_file(tmp_path / "checkpoint.safetensors")
    best = load_file(tmp_path / "best.safetensors")
    assert all(torch.equal(kept[name], best[name]) for name in best)
    assert trainer.validation["mean"] == pytest.approx(trainer.best.mean, abs=1e-3)
    again = Trainer(impatient)
    assert again.resume()
    again.train()
    assert again.step == trainer.step, "a run that ended stays ended"


def test_a_checkpoint_of_another_shape_is_one_line(
    settings: TrainSettings, finished: Trainer
) -> None:
    before = (settings.run / "config.json").read_text()
    with pytest.raises(FileError, match=r"does not fit: its hidden is 32, not 64; .* with -o"):
        Trainer(replace(settings, hidden=64))
    assert (settings.run / "config.json").read_text() == before


def test_a_damaged_checkpoint_is_one_line(settings: TrainSettings, tmp_path: Path) -> None:
    (tmp_path / "optimizer.safetensors").write_bytes(b"\x00" * 64)
    with pytest.raises(FileError, match="damaged"):
        checkpoints.load_state(tmp_path)


def chosen(words: str) -> TrainSettings:
    return command.choose_settings(command._parser().parse_args(words.split()))


def test_a_run_remembers_how_it_was_started(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no run to resume"):
        chosen(f"data -o {tmp_path} --resume")
    first = chosen(f"data -o {tmp_path} --size small --batch_size 3 --tokens 5e6")
    assert (first.hidden, first.batch, first.tokens) == (128, 3, 5_000_000)
    assert first.schedule == "cosine"
    config = {"conditioning": 9, **SIZES["small"]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "progress.json").write_text("{}")
    before = chosen(f"data -o {tmp_path} --resume")
    assert before.hidden == 128 and before.schedule == "linear", "as runs went before"
    (tmp_path / "settings.json").write_text(json.dumps(first.remembered()))
    again = chosen(f"data -o {tmp_path} --resume --tokens 6e6")
    assert (again.hidden, again.batch, again.tokens) == (128, 3, 6_000_000)
    assert again.schedule == "cosine"


def test_the_reference_size_is_that_of_the_reference_design() -> None:
    wanted = chosen("data -o nowhere --size reference")
    assert (wanted.hidden, wanted.layers, wanted.heads) == (1024, 6, 8)
    assert wanted.dropout == wanted.attention_dropout == 0.1


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--device tpu", "no device 'tpu'"),
        ("--device cpu --precision bf16", "bf16 needs a CUDA device"),
        ("--hidden 100 --heads 3", "multiple of heads"),
        ("--batch-size 0", "batch is 0"),
    ],
)
def test_wishes_that_cannot_be_met_are_one_line(
    option: str, why: str, settings: TrainSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [str(settings.data), "-o", str(settings.run.with_name("none")), *option.split()]
    assert command.main(argv) == UsageError.exit_code
    (line,) = capsys.readouterr().err.splitlines()
    assert why in line


def test_both_schedules_rise_and_fall_to_a_twentieth() -> None:
    for schedule in ("cosine", "linear"):
        settings = replace(chosen("data -o nowhere --tokens 1000"), schedule=schedule)
        rates = [settings.rate(tokens) for tokens in range(0, 1001, 10)]
        top = rates.index(max(rates))
        assert rates[: top + 1] == sorted(rates[: top + 1]) and max(rates) > 0.99
        assert rates[top:] == sorted(rates[top:], reverse=True)
        assert rates[-1] == pytest.approx(0.05)


def test_fine_tuning_keeps_the_models_shape_scale_and_words(
    settings: TrainSettings, tmp_path: Path
) -> None:
    run = tmp_path / "mine"
    wanted = chosen(f"{settings.data} -o {run} --from {MODELS / 'default'} --captions 48")
    with np.load(MODELS / "default" / "conditioning.npz", allow_pickle=False) as arrays:
        scale, readout = arrays["scale_mean"], arrays["readout_weight"]
        assert wanted.hidden == arrays["projection_b1"].shape[0]
    trainer = Trainer(replace(wanted, tokens=6 * 2 * 96, batch=2, length=96))
    trainer.start_from(MODELS / "default")
    before = trainer.validate()["mean"]
    assert before < 4.0, "it starts from a model that knows music"
    trainer.train()
    assert trainer.validation["mean"] < before
    with np.load(run / "conditioning_readout.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["scale_mean"], scale)
        assert np.array_equal(arrays["readout_weight"], readout)
    assert not list(settings.data.glob("*default*")), "the corpus stays as it is"
    resumed = chosen(f"{settings.data} -o {run}")
    assert resumed.hidden == wanted.hidden and resumed.other_lr == wanted.other_lr


def test_a_smaller_model_starts_as_every_few_layers_of_a_model(
    settings: TrainSettings, tmp_path: Path
) -> None:
    run = tmp_path / "small"
    wanted = chosen(
        f"{settings.data} -o {run} --from {MODELS / 'default'} --captions 48 --layers 4"
    )
    trainer = Trainer(replace(wanted, tokens=2 * 96, batch=2, length=96))
    trainer.start_from(MODELS / "default")
    whole = load_file(MODELS / "default" / "checkpoint.safetensors")
    mine = checkpoints.weights_of(trainer.model)
    for index, layer in enumerate((0, 2, 3, 5)):
        name = "gpt2.transformer.h.{}.mlp.c_fc.weight"
        assert torch.equal(mine[name.format(index)], whole[name.format(layer)].float())
    assert wanted.heard == finetune.read_base(MODELS / "default").heard
    too_many = replace(wanted, run=tmp_path / "large", layers=8)
    with pytest.raises(FileError, match="of this shape"):
        Trainer(too_many).start_from(MODELS / "default")


def test_a_model_of_other_attributes_is_no_start() -> None:
    with pytest.raises(FileError, match="other attributes"):
        finetune.read_base(TINY)


def test_one_piece_alone_can_be_trained_on(settings: TrainSettings, tmp_path: Path) -> None:
    prepare([SONGS / "song1.mid"], tmp_path / "corpus")
    trainer = Trainer(
        replace(settings, data=tmp_path / "corpus", run=tmp_path / "run", tokens=2 * 2 * 96)
    )
    trainer.train()
    assert trainer.validation == {} and not (tmp_path / "run" / "best.safetensors").exists()
    assert (tmp_path / "run" / "checkpoint.safetensors").is_file()


def test_orthogonalised_updates_have_singular_values_near_one() -> None:
    torch.manual_seed(0)
    for shape in ((16, 48), (48, 16), (3, 16, 48)):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
        assert values.min() > 0.5 and values.max() < 1.3
