"""Encoders as people bring them: the whole BERT family, old names, and what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the offline half needs amt-live[train]")
torch = pytest.importorskip("torch", reason="the offline half needs amt-live[train]")

from amt_live.errors import FileError  # noqa: E402 - after the skips
from amt_live.text.embedder import Embedder  # noqa: E402
from export import tiny  # noqa: E402
from export.commands.embed import main as embed  # noqa: E402
from export.encoder import export_encoder, exported, read_settings  # noqa: E402
from export.encoder_source import open_source  # noqa: E402
from export.parity import PHRASES  # noqa: E402

SHAPE = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3}


def _model(kind):
    import transformers

    words = json.loads(tiny.tiny_tokenizer())["model"]["vocab"]
    common = {"vocab_size": len(words), "intermediate_size": 96, "initializer_range": 0.3, **SHAPE}
    if kind == "bert":
        return transformers.BertModel(transformers.BertConfig(**common))
    if kind == "roberta":
        return transformers.RobertaModel(
            transformers.RobertaConfig(**common, max_position_embeddings=140, pad_token_id=1)
        )
    config = transformers.DistilBertConfig(
        vocab_size=len(words), dim=48, n_layers=2, n_heads=3, hidden_dim=96, initializer_range=0.3
    )
    return transformers.DistilBertModel(config)


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    """A folder for each kind, as ``save_pretrained`` writes it."""
    made = {}
    for number, kind in enumerate(("bert", "distilbert", "roberta")):
        folder = tmp_path_factory.mktemp(kind)
        torch.manual_seed(number)
        model = _model(kind).eval()
        model.save_pretrained(folder)
        (folder / "tokenizer.json").write_text(tiny.tiny_tokenizer())
        made[kind] = folder, model
    return made


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_every_member_of_the_family_is_exported_as_it_is(family, tmp_path, kind, pooling):
    from tokenizers import Tokenizer

    folder, model = family[kind]
    export_encoder(folder, tmp_path, pooling)
    settings = read_settings(tmp_path)
    assert (settings.dimension, settings.layers, settings.pooling) == (48, 2, pooling)
    assert settings.name == folder.name and settings.lowercase
    embedder = Embedder(tmp_path, settings)
    tokenizer = Tokenizer.from_str(tiny.tiny_tokenizer())
    for phrase in PHRASES[:12]:
        with torch.no_grad():
            states = model(torch.tensor([tokenizer.encode(phrase).ids])).last_hidden_state[0]
        vector = (states.mean(0) if pooling == "mean" else states[0]).numpy()
        assert embedder.embed(phrase) @ vector / np.linalg.norm(vector) > 0.98


def test_the_names_of_the_first_bert_and_a_bare_word_list_will_do(family, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder, _ = family["bert"]
    old = tmp_path / "bert-base-uncased"
    old.mkdir()
    weights = {}
    for name, value in load_file(folder / "model.safetensors").items():
        name = name.replace("LayerNorm.weight", "LayerNorm.gamma")
        weights["bert." + name.replace("LayerNorm.bias", "LayerNorm.beta")] = value
    weights["cls.predictions.bias"] = np.zeros(3, np.float32)
    save_file(weights, old / "model.safetensors")
    (old / "config.json").write_bytes((folder / "config.json").read_bytes())
    words = json.loads(tiny.tiny_tokenizer())["model"]["vocab"]
    (old / "vocab.txt").write_text("\n".join(sorted(words, key=words.__getitem__)))
    made = []
    for source, target in ((folder, tmp_path / "a"), (old, tmp_path / "b")):
        export_encoder(source, target)
        made.append(Embedder(target, read_settings(target)).embed("Calm piano, no drums"))
    assert np.allclose(*made)


REFUSED = {
    "relu": ({"hidden_act": "relu"}, "gelu"),
    "relative": ({"position_embedding_type": "relative_key"}, "absolute"),
    "electra": ({"embedding_size": 16}, "embedding_size"),
    "other": ({"model_type": "mpnet"}, "use a BERT encoder: bert, distilbert, roberta"),
    "headless": ({"num_attention_heads": None}, "get the encoder again"),
    "deeper": ({"num_hidden_layers": 5}, "lacks the weight"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_the_graph_cannot_be_made_of_is_one_line(family, tmp_path, kind):
    changes, why = REFUSED[kind]
    folder, _ = family["bert"]
    other = tmp_path / "other"
    other.mkdir()
    for path in folder.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    record = json.loads((folder / "config.json").read_text())
    (other / "config.json").write_text(json.dumps(record | changes))
    with pytest.raises(FileError, match=why) as caught:
        export_encoder(other, tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_weights_that_may_run_code_are_not_opened(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(FileError, match="may run code"), open_source(tmp_path):
        pass


def test_a_hub_name_without_network_says_how_to_get_it(tmp_path):
    """In a process of its own: the hub reads these settings when it is imported."""
    program = "import sys; from export.commands.embed import main; sys.exit(main(sys.argv[1:]))"
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program, "calm", "--encoder", "no-one/no-such-encoder"],
        capture_output=True,
        text=True,
        env={**os.environ, **quiet},
        cwd=Path(__file__).parents[2],
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1 and "hf download no-one/no-such-encoder --local-dir DIR" in line


def test_an_encoder_is_exported_once(family, tmp_path):
    folder, _ = family["bert"]
    into = tmp_path / "kept"
    assert exported(folder, into, "cls") == into
    written = (into / "encoder.onnx").stat().st_mtime_ns
    assert exported(folder, into, "cls") == into == exported(into, tmp_path / "nowhere")
    assert (into / "encoder.onnx").stat().st_mtime_ns == written
    exported(folder, into, "mean")
    assert read_settings(into).pooling == "mean"


def test_embed_tells_speed_neighbours_and_similarities(family, tmp_path, capsys):
    texts = tmp_path / "texts.txt"
    texts.write_text("calm piano\n\nheavy metal\n")
    kept = tmp_path / "kept"
    argv = ["calm  piano", "-f", str(texts), "--encoder", str(family["bert"][0]), "--json"]
    assert embed([*argv, "--save", str(kept)]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["texts"] == ["calm piano", "calm piano", "heavy metal"]
    assert record["similarity"][0][1] == pytest.approx(1, abs=0.02)
    assert record["similarity"][0][2] < record["similarity"][0][1]
    assert record["texts_per_s"] > 0 and record["encoder"]["layers"] == 2
    assert embed(["calm", "--encoder", str(kept)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "2 layers, 48 numbers a text" in shown[0] and "texts/s" in shown[1]
    assert shown[2].startswith("  1 calm: near ")


def test_embed_reads_with_the_encoder_of_a_model(capsys):
    model = Path(__file__).parents[2] / "models" / "tiny"
    assert embed(["--model", str(model)]) == 0
    assert "tiny: 1 layers, 32 numbers a text" in capsys.readouterr().out
    assert embed(["-f", "nothing.txt", "--model", str(model)]) == 1
    assert "give one text a line" in capsys.readouterr().err
