"""Writes our weights as the files that other runtimes read; called by ``peers``."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from export.to_onnx import EPSILON, DecoderShape, Weights

if TYPE_CHECKING:
    from transformers import GPT2LMHeadModel

BODY = "gpt2.transformer."


@dataclass(frozen=True, slots=True)
class Source:
    """Weights by name, their sizes, a folder to write to, and the 8-bit graphs made of them: with
    a 32-bit cache and, where there is one, with an 8-bit cache."""

    weights: Weights
    shape: DecoderShape
    scratch: Path
    graph: Path
    cached: Path | None = None


def gpt2(source: Source) -> "GPT2LMHeadModel":
    """The weights as transformers knows them, with eager attention, ready for inference."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    shape = source.shape
    config = GPT2Config(
        vocab_size=shape.vocabulary,
        n_positions=shape.positions,
        n_embd=shape.hidden,
        n_layer=shape.layers,
        n_head=shape.heads,
        activation_function="gelu_pytorch_tanh",
        bos_token_id=0,
        eos_token_id=0,
    )
    config._attn_implementation = "eager"
    model = GPT2LMHeadModel(config)
    known = {
        name.removeprefix(BODY): torch.from_numpy(np.array(value))
        for name, value in source.weights.items()
        if name.startswith(BODY)
    }
    model.transformer.load_state_dict(known)
    model.tie_weights()
    return model.eval()


def write_ctranslate2(source: Source) -> Path:
    """A CTranslate2 model folder with 8-bit weights; ids are called by their number."""
    from ctranslate2.converters.converter import Converter
    from ctranslate2.converters.transformers import GPT2Loader

    model = gpt2(source)
    model.config.activation_function = "gelu_new"  # the converter knows the same by this name

    class FromMemory(Converter):
        def _load(self) -> Any:
            spec = GPT2Loader().get_model_spec(model)
            spec.register_vocabulary([str(token) for token in range(source.shape.vocabulary)])
            spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = "0"
            return spec

    folder = source.scratch / "ctranslate2"
    FromMemory().convert(str(folder), quantization="int8", force=True)
    return folder


def write_genai(source: Source, ours: Path) -> Path:
    """An ONNX Runtime GenAI model folder: a graph of ours, without moods, and its settings."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    shape = source.shape
    model = onnx.load(ours)
    graph = model.graph
    silent = np.zeros((1, 1, shape.hidden), np.float32)
    for name in ("slot", "add"):
        graph.initializer.append(numpy_helper.from_array(silent, name))
    numbers = {"one": np.array(1, np.int64), "where": np.array([1], np.int64)}
    numbers["steps"] = np.array([0, 1, shape.vocabulary], np.int64)
    for name, value in numbers.items():
        graph.initializer.append(numpy_helper.from_array(value, f"genai_{name}"))
    before = [
        helper.make_node("Identity", ["input_ids"], ["ids"]),
        helper.make_node("Identity", ["position_ids"], ["positions"]),
        helper.make_node(
            "ReduceSum", ["attention_mask", "genai_where"], ["genai_heard"], keepdims=0
        ),
        helper.make_node("Sub", ["genai_heard", "genai_one"], ["genai_last"]),
        helper.make_node("Cast", ["genai_last"], ["seqlens_k"], to=TensorProto.INT32),
        helper.make_node("Shape", ["attention_mask"], ["genai_total"], start=1, end=2),
        helper.make_node("Cast", ["genai_total"], ["total_seqlen"], to=TensorProto.INT32),
    ]
    for node in graph.node:
        node.output[:] = ["genai_logits" if name == "logits" else name for name in node.output]
    after = helper.make_node("Reshape", ["genai_logits", "genai_steps"], ["logits"])
    nodes = [*before, *graph.node, after]
    del graph.node[:]
    graph.node.extend(nodes)
    replaced = ("ids", "positions", "slot", "add", "seqlens_k", "total_seqlen")
    cache = [value for value in graph.input if value.name not in replaced]
    int64 = TensorProto.INT64
    asked = {
        "input_ids": ["batch", "tokens"],
        "position_ids": ["batch", "tokens"],
        "attention_mask": ["batch", "total"],
    }
    inputs = [helper.make_tensor_value_info(name, int64, dims) for name, dims in asked.items()]
    del graph.input[:]
    graph.input.extend([*inputs, *cache])
    told = [value for value in graph.output if value.name != "logits"]
    logits = helper.make_tensor_value_info(
        "logits", TensorProto.FLOAT, ["batch", 1, shape.vocabulary]
    )
    del graph.output[:]
    graph.output.extend([logits, *told])
    folder = source.scratch / f"genai-{ours.parent.name}"
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (folder / "genai_config.json").write_text(json.dumps(_genai_config(source)))
    return folder


def _genai_config(source: Source) -> dict[str, Any]:
    shape = source.shape
    decoder = {
        "session_options": {
            "intra_op_num_threads": 1,
            "inter_op_num_threads": 1,
            "log_severity_level": 4,
            "provider_options": [],
        },
        "filename": "model.onnx",
        "head_size": shape.head_size,
        "hidden_size": shape.hidden,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "position_ids": "position_ids",
            "past_key_names": "past_key_values.%d.key",
            "past_value_names": "past_key_values.%d.value",
        },
        "outputs": {
            "logits": "logits",
            "present_key_names": "present.%d.key",
            "present_value_names": "present.%d.value",
        },
    }
    return {
        "model": {
            "type": "phi",  # a decoder without anything of its own
            "bos_token_id": 0,
            "eos_token_id": 0,
            "pad_token_id": 0,
            "context_length": shape.positions,
            "vocab_size": shape.vocabulary,
            "decoder": decoder,
        },
        "search": {
            "max_length": shape.positions,
            "do_sample": False,
            "past_present_share_buffer": True,
        },
    }


def write_gguf(source: Source) -> Path:
    """A GGUF file with q8_0 matrices, as llama.cpp's own quantiser makes them."""
    path = source.scratch / "model.gguf"
    if path.is_file():
        return path
    import gguf

    shape = source.shape
    writer = gguf.GGUFWriter(str(path), "gpt2")
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.positions)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(4 * shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_eps(EPSILON)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_tokenizer_model("none")

    def add(name: str, value: np.ndarray, is_matrix: bool = False) -> None:
        value = np.ascontiguousarray(value, np.float32)
        if is_matrix:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(value, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, value)

    weights = source.weights
    add("token_embd.weight", weights[f"{BODY}wte.weight"], is_matrix=True)
    add("position_embd.weight", weights[f"{BODY}wpe.weight"])
    for part in ("weight", "bias"):
        add(f"output_norm.{part}", weights[f"{BODY}ln_f.{part}"])
    places = {
        "attn_norm": "ln_1",
        "attn_qkv": "attn.c_attn",
        "attn_output": "attn.c_proj",
        "ffn_norm": "ln_2",
        "ffn_up": "mlp.c_fc",
        "ffn_down": "mlp.c_proj",
    }
    for layer in range(shape.layers):
        for place, name in places.items():
            value = weights[f"{BODY}h.{layer}.{name}.weight"]
            add(f"blk.{layer}.{place}.weight", value.T, is_matrix=value.ndim == 2)
            add(f"blk.{layer}.{place}.bias", weights[f"{BODY}h.{layer}.{name}.bias"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
