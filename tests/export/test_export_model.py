import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the offline half needs amt-live[train]")
pytest.importorskip("onnx", reason="the offline half needs amt-live[train]")

from safetensors.numpy import load_file, save_file  # noqa: E402 - after the skips

from amt_live.engine.model import model_hash  # noqa: E402
from amt_live.errors import AmtError, FileError, ModelError, UsageError  # noqa: E402
from amt_live.inference.decoder import DecoderSizes, load_decoder  # noqa: E402
from amt_live.manifest import load_manifest  # noqa: E402
from amt_live.text.conditioning import Conditioner  # noqa: E402
from amt_live.text.embedder import Embedder  # noqa: E402
from export import (  # noqa: E402
    attributes,
    export_model,
    heldout,
    parity,
    scoring,
    tiny,
    to_onnx,
    variants,
)
from export.export_model import EncoderChoice, ExportChoice, export_run  # noqa: E402
from export.model import ModelConfig, MoodGPT2  # noqa: E402
from export.run_folder import read_run, torch_model  # noqa: E402

TINY = Path(__file__).parents[2] / "models" / "tiny"
WIDTH = 1 + len(attributes.NAMES) + tiny.ENCODER.hidden
CHOICE = ExportChoice(EncoderChoice(TINY))


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def heard_quickly(monkeypatch, tmp_path):
    """Enough to compare, not to publish; and no corpus of whoever runs the tests is found."""
    monkeypatch.setattr(variants, "LEAST_OF_MOST", 1024)
    monkeypatch.setattr(variants, "MOST_TOKENS", 1024)
    monkeypatch.setattr(variants, "STEPS", 4)
    monkeypatch.setattr(heldout, "CAPTIONS", 8)
    monkeypatch.chdir(tmp_path)


def readout():
    names = len(attributes.NAMES)
    random = np.random.default_rng(3)
    return {
        "attribute_names": np.array(attributes.NAMES),
        "readout_weight": random.normal(0, 1, (tiny.ENCODER.hidden, names)).astype(np.float32),
        "readout_bias": np.zeros(names, np.float32),
        "programs": np.full((names, 16), -1, np.int16),
        "triple_threshold": np.float32(1.5),
        "scale_mean": np.zeros(len(attributes.MEASURED), np.float32),
        "scale_deviation": np.ones(len(attributes.MEASURED), np.float32),
    }


@pytest.fixture
def run(tmp_path):
    """A training run as `amt-live train` leaves it, of random weights."""
    folder = tmp_path / "run"
    folder.mkdir()
    config = ModelConfig(WIDTH, hidden=32, layers=2, heads=2, attributes=len(attributes.NAMES))
    (folder / "config.json").write_text(json.dumps(config.as_dict()))
    save_file(tiny.tiny_decoder_weights(WIDTH), folder / "checkpoint.safetensors")
    np.savez(folder / "conditioning_readout.npz", **readout())
    record = {
        "tokens": 1_500_000,
        "tokens_planned": 3_000_000,
        "seconds": 60.0,
        "validation": {"groove": 2.5, "folk": 2.25, "mean": 2.375},
        "sources": {"groove": 1, "folk": 3},
        "device": "cuda, 1 process(es) of 1 thread",
    }
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
    assert "1535 greedy tokens equal, past 2 change(s) of the cache" in report
    assert "6 songs that come with the program" in report
    manifest = load_manifest(target)
    assert manifest.name == "mine"
    assert manifest.encoder.name == "tiny"
    assert manifest.training["tokens"] == 1_500_000
    rows = {row["name"]: row for row in manifest.checks["variants"]}
    assert list(rows) == ["fp32", "int8", "int4"]
    assert rows["int4"]["megabytes"] < rows["fp32"]["megabytes"]
    assert rows["fp32"]["change"] == 0 < rows["int8"]["kl"] < rows["int4"]["kl"]
    assert rows["int4"]["top1"] < rows["int8"]["top1"] <= 1
    assert (target / "LICENSES.md").read_text() == "groove: CC BY 4.0"
    stored = load_file(target / "checkpoint.safetensors")
    assert {value.dtype for value in stored.values()} == {np.dtype(np.float16)}
    # Nothing but the model is left, not even beside it.
    assert sorted(path.name for path in target.parent.iterdir()) == ["mine"]
    assert all(path.is_file() for path in target.iterdir())


def test_the_card_says_what_the_records_say(run, tmp_path):
    target = tmp_path / "mine"
    export_run(run, target, CHOICE)
    card = (target / "MODEL_CARD.md").read_text()
    for told in (
        "1.5 million of 3.0 million planned",
        "| groove | 1 | 2.5 |",
        "| all (loss: mean over sources) | 4 | 2.375 |",
        "Device: cuda, 1 process(es)",
        "Foretells groove worst",
        "75% of its pieces are folk",
        "before its training was finished",
        "Not evaluated",
        "| int4 |",
    ):
        assert told in card, told
    figures = {"swap": 0.75, "swap_ci": [0.5, 1.0], "seeds": 3, "model_sha256": "ab"}
    (target / "evaluation.json").write_text(json.dumps(figures))
    assert export_model.main([str(target), "--card"]) == 0
    card = (target / "MODEL_CARD.md").read_text()
    assert "| swap | 0.75 | 0.5 to 1.0 |" in card
    assert "Not evaluated" not in card and "sha256" not in card
    load_manifest(target)  # the hash of the new card is in it


def test_exporting_again_replaces_the_model_and_can_use_its_own_encoder(run, tmp_path):
    target = tmp_path / "mine"
    export_run(run, target, CHOICE)
    first = contents(target)
    export_run(run, target, ExportChoice())
    again = contents(target)
    assert {name for name in first if first[name] != again[name]} <= {
        "manifest.json",  # speeds are in it and on the card
        "MODEL_CARD.md",
    }


def test_a_model_can_leave_its_encoder_in_the_one_beside_it(run, tmp_path):
    export_run(run, tmp_path / "whole", CHOICE)
    light = tmp_path / "light"
    for _ in range(2):
        export_run(run, light, ExportChoice(EncoderChoice(beside="whole")))
        assert {"encoder.onnx", "tokenizer.json"}.isdisjoint(p.name for p in light.iterdir())
        assert model_hash(load_manifest(light)) == model_hash(load_manifest(tmp_path / "whole"))
    assert "lie in the model `whole`" in (light / "MODEL_CARD.md").read_text()
    # What takes its encoder from a model takes it from where it lies.
    export_run(run, tmp_path / "other", ExportChoice(EncoderChoice(light)))
    assert (tmp_path / "other" / "encoder.onnx").is_file()
    assert load_manifest(tmp_path / "other").encoder.beside == ""
    with pytest.raises(FileError, match="holds no text encoder"):
        export_run(run, tmp_path / "mine", ExportChoice(EncoderChoice(beside="light")))


def test_figures_of_other_weights_are_dropped_and_what_else_was_there_is_kept(run, tmp_path):
    target = tmp_path / "mine"
    export_run(run, target, CHOICE)
    (target / "evaluation.json").write_text('{"swap": 0.75}')
    (target / "styles.json").write_text("{}")
    same = "\n".join(export_run(run, target))
    assert (target / "evaluation.json").is_file() and "dropped" not in same
    assert "| swap | 0.75 |" in (target / "MODEL_CARD.md").read_text()
    weights = load_file(run / "checkpoint.safetensors")
    weights["add.weight"] = weights["add.weight"] * 0.5
    save_file(weights, run / "checkpoint.safetensors")
    other = "\n".join(export_run(run, target))
    assert "evaluation.json is dropped" in other
    assert not (target / "evaluation.json").exists()
    assert (target / "styles.json").is_file()
    load_manifest(target)


def test_a_folder_that_is_no_model_is_never_replaced(run, tmp_path):
    (tmp_path / "models" / "dear").mkdir(parents=True)
    for place in (tmp_path / "models", run, run / "config.json", tmp_path / "models" / ".."):
        with pytest.raises(FileError, match="choose another"):
            export_run(run, place, CHOICE)
    assert (tmp_path / "models" / "dear").is_dir()


def test_each_variant_can_be_what_plays_and_stays_near_fp32(run, tmp_path, monkeypatch):
    monkeypatch.setattr(variants, "MOST_LOST", {"int8": 9.0, "int4": 9.0})
    sizes = DecoderSizes(512, 32, 2, 2, 16)
    vectors = np.zeros((1, WIDTH), np.float32)
    logits = {}
    for name, kind in variants.KINDS.items():
        target = tmp_path / name
        export_run(run, target, ExportChoice(CHOICE.encoder, variant=name, everything=True))
        assert load_manifest(target).weights == kind
        others = {f"decoder.{other}.onnx" for other in variants.KINDS if other != name}
        assert {path.name for path in target.glob("decoder.*.onnx")} == others
        decoder = load_decoder(target, sizes)
        passage = parity.sample_passage(decoder, vectors, [Conditioner(target).null()], 60)
        logits[name] = scoring.stepped(decoder, passage)
        assert np.isfinite(logits[name]).all()
    assert len({path.stat().st_size for path in tmp_path.glob("*/decoder.onnx")}) == 3


def test_a_variant_that_loses_too_much_is_not_offered(run, tmp_path, monkeypatch):
    monkeypatch.setattr(variants, "MOST_LOST", {"int8": -1.0, "int4": -1.0})
    report = "\n".join(
        export_run(run, tmp_path / "mine", ExportChoice(CHOICE.encoder, everything=True))
    )
    assert report.count("not offered") == 2
    assert load_manifest(tmp_path / "mine").weights == "float32"
    assert not list((tmp_path / "mine").glob("decoder.*.onnx"))
    with pytest.raises(ModelError, match=r"int4 is .* above that of fp32 .* --variant fp32\.$"):
        export_run(run, tmp_path / "other", ExportChoice(CHOICE.encoder, variant="int4"))
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_half_precision_checkpoints_of_a_gpu_are_read_without_one(run, tmp_path, kind):
    from safetensors.torch import load_file as load_tensors
    from safetensors.torch import save_file as save_tensors

    path = run / "checkpoint.safetensors"
    save_tensors({name: value.to(kind) for name, value in load_tensors(path).items()}, path)
    assert "greedy tokens equal" in "\n".join(export_run(run, tmp_path / "mine", CHOICE))
    assert read_run(run).weights["add.weight"].dtype == np.float32


def test_the_whole_passage_gives_the_logits_of_its_steps(run, tmp_path):
    read = read_run(run)
    made = variants.Variants(tmp_path / "graphs", read.weights, read.shape)
    model = torch_model(read)
    embedder = Embedder(TINY, load_manifest(TINY))
    passage = next(heldout.passages(heldout.bundled_songs(), read.readout, model, embedder))
    hear = made.hearing()
    for name, tolerance in (("fp32", 1e-4), ("int4", 0.05)):
        whole, steps = hear[name](passage), scoring.stepped(made.open(name), passage)
        assert np.abs(whole - steps).max() < tolerance * steps.std()
    np.testing.assert_allclose(
        hear["fp32"](passage), parity.full_forward(model, passage), atol=1e-3
    )


def test_perplexity_and_its_noise_are_those_of_the_losses():
    ids = np.array([2, 3, 4, 5, 6])
    passages = [parity.Passage(ids + shift, ids * 0, np.zeros((1, 4)), []) for shift in (0, 1, 2)]

    def hear(share):
        def logits(passage):
            rows = np.zeros((len(passage.ids), 512), np.float32)
            # The right id has `share` of the weight; the other 511 have the rest.
            right = np.log(511 * share / (1 - share))
            rows[np.arange(len(rows) - 1), passage.ids[1:]] = right
            return rows

        return logits

    found = scoring.score({"fp32": hear(0.5), "int8": hear(0.4)}, passages, most=10_000)
    assert found["fp32"].perplexity == pytest.approx(2.0, rel=1e-5)
    assert found["int8"].perplexity == pytest.approx(2.5, rel=1e-5)
    assert found["int8"].change == pytest.approx(0.25, rel=1e-5)
    assert found["int8"].noise == pytest.approx(0.0, abs=1e-6)  # every passage loses as much
    expected = 0.5 * np.log(0.5 / 0.4) + 0.5 * np.log(0.5 / 0.6)
    assert found["int8"].kl == pytest.approx(expected, rel=1e-4)
    assert (found["int8"].top1, found["int8"].tokens) == (1.0, 12)


def test_a_corpus_that_the_run_heard_is_scored_on_what_it_held_back(run, tmp_path):
    from export.corpus import load_corpus, prepare

    folder = tmp_path / "corpus" / "songs"
    prepare([heldout.SONGS], folder, processes=1)
    corpus = load_corpus(folder)
    trained = [piece for piece in corpus.pieces if piece.split == "train"]
    counts = {"pieces": len(trained), "notes": sum(p.notes[1] - p.notes[0] for p in trained)}
    heard = heldout.find_held_out(None, counts)
    assert heard.was_trained_on and heard.what.startswith("validation split of songs")
    assert {piece.split for piece in heard.corpus.pieces} == {"validation"}
    assert heldout.find_held_out(folder, counts).what == heard.what
    new = heldout.find_held_out(folder, {"pieces": 1, "notes": 99})
    assert not new.was_trained_on and len(new.corpus.pieces) == len(corpus.pieces)
    assert heldout.find_held_out(None, {"pieces": 1, "notes": 99}).folder is None
    with pytest.raises(FileError, match="no prepared corpus"):
        heldout.find_held_out(tmp_path / "none", {})


def test_a_cut_at_another_place_is_noticed(run):
    model = torch_model(read_run(run))
    decoder = load_decoder(TINY, DecoderSizes(512, 32, 2, 2, 16))
    vectors = np.zeros((1, WIDTH), np.float32)
    slots, adds = heldout.project(model, vectors)
    moods = [heldout.Projected(slots[0], adds[0])]
    passage = parity.sample_passage(decoder, vectors, moods, 80)
    reference = parity.full_forward(model, passage)
    stream = parity.Passage(passage.ids, passage.index, vectors, moods)
    # Music that was drawn at random is not what the best ids would have been.
    assert parity.first_difference(model, stream, [0] * 80, 0.0) is not None
    assert parity.first_difference(model, stream, [0] * 80, 1e9) is None
    assert np.isfinite(reference).all()


def test_a_graph_that_disagrees_is_refused_and_nothing_is_written(run, tmp_path, monkeypatch):
    real = variants.build_decoder
    name = "gpt2.transformer.h.1.mlp.c_fc.bias"
    monkeypatch.setattr(
        variants,
        "build_decoder",
        lambda weights, shape, **options: real(
            {**weights, name: weights[name] + 0.01}, shape, **options
        ),
    )
    target = tmp_path / "mine"
    with pytest.raises(ModelError, match="Export refused"):
        export_run(run, target, CHOICE)
    assert not target.exists()


def test_a_projection_that_disagrees_is_refused(run, tmp_path, monkeypatch):
    real = to_onnx.conditioning_arrays
    monkeypatch.setattr(
        to_onnx,
        "conditioning_arrays",
        lambda weights: {**real(weights), "add_weight": weights["add.weight"]},
    )
    with pytest.raises(ModelError, match="projected moods differ"):
        export_run(run, tmp_path / "mine", CHOICE)


@pytest.mark.parametrize(
    "name", ["config.json", "checkpoint.safetensors", "conditioning_readout.npz"]
)
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
    assert export_model.main([*arguments, "--encoder-name", "small one"]) == 0
    assert "tokens/s paced" in capsys.readouterr().out
    assert load_manifest(tmp_path / "mine").encoder.name == "small one"
    with pytest.raises(UsageError, match="-o is missing"):
        export_model.main([str(run)])


def test_what_does_not_fit_is_one_line(run, tmp_path):
    config = json.loads((run / "config.json").read_text())
    for changes, says in (
        ({"conditioning": WIDTH + 3}, "of another run"),
        ({"colour": "blue"}, "does not fit"),
        ({"hidden": 33}, "does not fit"),
    ):
        (run / "config.json").write_text(json.dumps({**config, **changes}))
        with pytest.raises(AmtError, match=says) as caught:
            export_run(run, tmp_path / "mine", CHOICE)
        assert "\n" not in str(caught.value)
    (run / "config.json").write_text(json.dumps(config))
    names = np.array([f"a{i}" for i in range(len(attributes.NAMES))])
    np.savez(run / "conditioning_readout.npz", **{**readout(), "attribute_names": names})
    with pytest.raises(FileError, match="other attributes"):
        export_run(run, tmp_path / "mine", CHOICE)
    assert not (tmp_path / "mine").exists()


def test_an_encoder_of_another_size_is_refused(run, tmp_path):
    default = TINY.parent / "default"
    with pytest.raises(FileError, match="encoder of 32 numbers, all-MiniLM-L6-v2 gives 384"):
        export_run(run, tmp_path / "mine", ExportChoice(EncoderChoice(default)))


def test_the_conditioner_says_what_torch_projects(run, tmp_path):
    export_run(run, tmp_path / "mine", CHOICE)
    model = torch_model(read_run(run))
    conditioner = Conditioner(tmp_path / "mine")
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


def test_the_shipped_eight_bit_graph_stays_near_torch():
    width = 1 + len(tiny.ATTRIBUTES) + tiny.ENCODER.hidden
    model = MoodGPT2(ModelConfig(width, hidden=32, layers=2, heads=2)).eval()
    weights = to_onnx.load_weights(TINY / "checkpoint.safetensors")
    model.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()}, strict=False)
    conditioner, embedder = Conditioner(TINY), Embedder(TINY, load_manifest(TINY))
    texts = ("calm piano", "heavy metal")
    vectors = np.stack([conditioner.vector(embedder.embed(text)) for text in texts])
    moods = [conditioner.condition(embedder.embed(text)) for text in texts]
    decoder = load_decoder(TINY, DecoderSizes(512, 32, 2, 2, 16))
    passage = parity.sample_passage(decoder, vectors, moods, 120)
    reference = parity.full_forward(model, passage)
    played = scoring.stepped(decoder, passage)
    assert np.abs(played - reference).max() < 0.5 * reference.std()
    assert np.corrcoef(played.ravel(), reference.ravel())[0, 1] > 0.995
