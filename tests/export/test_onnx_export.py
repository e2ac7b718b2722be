import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the offline half needs amt-live[train]")
pytest.importorskip("onnx", reason="the offline half needs amt-live[train]")

from safetensors.numpy import load_file, save_file  # noqa: E402 - after the skips

from amt_live.errors import FileError, ModelError  # noqa: E402
from amt_live.inference.decoder import DecoderSizes, load_decoder  # noqa: E402
from amt_live.manifest import load_manifest  # noqa: E402
from amt_live.text.conditioning import Conditioner  # noqa: E402
from amt_live.text.embedder import Embedder  # noqa: E402
from export import export_model, parity, tiny  # noqa: E402
from export.export_model import EncoderChoice, export_run  # noqa: E402
from export.model import ModelConfig, MoodGPT2  # noqa: E402

TINY = Path(__file__).parents[2] / "models" / "tiny"
WIDTH = 1 + len(tiny.ATTRIBUTES) + tiny.ENCODER.hidden
CHOICE = EncoderChoice(TINY, name="tiny")


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def run(tmp_path):
    """A training run as `amt-live train` leaves it, of the tiny model's weights."""
    folder = tmp_path / "run"
    folder.mkdir()
    config = ModelConfig(WIDTH, hidden=32, layers=2, heads=2)
    (folder / "config.json").write_text(json.dumps(config.as_dict()))
    shutil.copyfile(TINY / "checkpoint.safetensors", folder / "checkpoint.safetensors")
    np.savez(folder / "conditioning_readout.npz", **tiny.tiny_readout())
    record = {"tokens": 1_500_000, "seconds": 60.0, "validation": {"groove": 2.5, "mean": 2.5}}
    (folder / "training.json").write_text(json.dumps(record))
    (folder / "LICENSES.md").write_text("groove: CC BY 4.0")
    return folder


def contents(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_making_the_tiny_model_again_gives_the_shipped_bytes(tmp_path):
    tiny.make_tiny(tmp_path / "tiny")
    made, shipped = contents(tmp_path / "tiny"), contents(TINY)
    weights = "checkpoint.safetensors"
    assert made[weights] == shipped[weights]
    # Graphs and archives also depend on the releases of onnx and zlib; their names do not.
    assert made.keys() == shipped.keys()
    tiny.make_tiny(tmp_path / "again")
    assert contents(tmp_path / "again") == made
    assert sum(path.stat().st_size for path in TINY.iterdir()) < 1_000_000


def test_a_run_becomes_a_model_that_loads_and_agrees_with_torch(run, tmp_path):
    target = tmp_path / "models" / "mine"
    report = "\n".join(export_run(run, target, CHOICE))
    assert "256 greedy tokens equal" in report
    manifest = load_manifest(target)
    assert manifest.name == "mine"
    assert manifest.training["tokens"] == 1_500_000
    card = (target / "MODEL_CARD.md").read_text()
    assert "1.5 million" in card
    assert "| groove | 2.5 |" in card
    assert (target / "LICENSES.md").read_text() == "groove: CC BY 4.0"
    stored = load_file(target / "checkpoint.safetensors")
    assert {value.dtype for value in stored.values()} == {np.dtype(np.float16)}
    # Nothing but the model is left, not even beside it.
    assert sorted(path.name for path in target.parent.iterdir()) == ["mine"]
    assert all(path.is_file() for path in target.iterdir())


def test_exporting_again_replaces_the_model_and_can_use_its_own_encoder(run, tmp_path):
    target = tmp_path / "mine"
    export_run(run, target, CHOICE)
    first = contents(target)
    export_run(run, target, EncoderChoice(name="tiny"))
    assert contents(target) == first


def test_a_graph_that_disagrees_is_refused_and_nothing_is_written(run, tmp_path, monkeypatch):
    real = export_model.to_onnx.build_decoder
    name = "gpt2.transformer.h.1.mlp.c_fc.bias"
    monkeypatch.setattr(
        export_model.to_onnx,
        "build_decoder",
        lambda weights, shape: real({**weights, name: weights[name] + 0.01}, shape),
    )
    target = tmp_path / "mine"
    with pytest.raises(ModelError, match="Export refused"):
        export_run(run, target, CHOICE)
    assert not target.exists()


def test_a_projection_that_disagrees_is_refused(run, tmp_path, monkeypatch):
    real = export_model.to_onnx.conditioning_arrays
    monkeypatch.setattr(
        export_model.to_onnx,
        "conditioning_arrays",
        lambda weights: {**real(weights), "add_weight": weights["add.weight"]},
    )
    with pytest.raises(ModelError, match="projected moods differ"):
        export_run(run, tmp_path / "mine", CHOICE)


@pytest.mark.parametrize("name", ["config.json", "checkpoint.safetensors"])
def test_an_incomplete_run_is_one_line(run, tmp_path, name):
    (run / name).unlink()
    with pytest.raises(FileError, match="no complete training run"):
        export_run(run, tmp_path / "mine", CHOICE)


def test_a_checkpoint_of_another_shape_is_one_line(run, tmp_path):
    weights = load_file(run / "checkpoint.safetensors")
    weights.pop("gpt2.transformer.h.1.ln_1.weight")
    save_file(weights, run / "checkpoint.safetensors")
    with pytest.raises(FileError, match="does not fit"):
        export_run(run, tmp_path / "mine", CHOICE)
    assert not (tmp_path / "mine").exists()


def test_a_pickle_in_place_of_weights_is_not_opened(run, tmp_path):
    torch.save({"weight": torch.zeros(2)}, run / "checkpoint.safetensors")
    with pytest.raises(FileError, match="no complete training run"):
        export_run(run, tmp_path / "mine", CHOICE)


def test_the_command_prints_its_report(run, tmp_path, capsys):
    arguments = [str(run), "-o", str(tmp_path / "mine"), "--encoder", str(TINY)]
    assert export_model.main([*arguments, "--encoder-name", "tiny"]) == 0
    assert "8-bit against fp32 graph" in capsys.readouterr().out


def test_the_conditioner_says_what_torch_projects(run):
    model = MoodGPT2(ModelConfig(WIDTH, hidden=32, layers=2, heads=2)).eval()
    tensors = {k: torch.from_numpy(v) for k, v in export_model.read_run(run).weights.items()}
    model.load_state_dict(tensors, strict=False)
    conditioner = Conditioner(TINY)
    embedding = Embedder(TINY, load_manifest(TINY)).embed("wild dark disco")
    vector = conditioner.vector(embedding)
    with torch.no_grad():
        slot, add = model.project(torch.from_numpy(vector))
        null_slot, null_add = model.project(torch.zeros(WIDTH))
    mood, null = conditioner.condition(embedding), conditioner.null()
    for ours, theirs in (
        (mood.slot, slot), (mood.add, add), (null.slot, null_slot), (null.add, null_add)
    ):  # fmt: skip
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


def test_the_shipped_eight_bit_graph_stays_near_torch(run):
    model = MoodGPT2(ModelConfig(WIDTH, hidden=32, layers=2, heads=2)).eval()
    tensors = {k: torch.from_numpy(v) for k, v in export_model.read_run(run).weights.items()}
    model.load_state_dict(tensors, strict=False)
    conditioner, embedder = Conditioner(TINY), Embedder(TINY, load_manifest(TINY))
    texts = ("calm piano", "heavy metal")
    vectors = np.stack([conditioner.vector(embedder.embed(text)) for text in texts])
    moods = [conditioner.condition(embedder.embed(text)) for text in texts]
    decoder = load_decoder(TINY, DecoderSizes(512, 32, 2, 2, 16))
    passage = parity.sample_passage(decoder, vectors, moods, 120)
    reference = parity.full_forward(model, passage)
    decoder.rewind(0)
    played = np.stack(
        [
            decoder.step(int(token), moods[which].slot, moods[which].add)[0].copy()
            for token, which in zip(passage.ids, passage.index, strict=True)
        ]
    )
    assert np.abs(played - reference).max() < 0.5 * reference.std()
    assert np.corrcoef(played.ravel(), reference.ravel())[0, 1] > 0.995
