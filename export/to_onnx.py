"""MoodGPT2 weights to an ONNX graph with a KV buffer of fixed size that past and present share.

Written by hand with onnx.helper, so that the graph is the one that was measured and depends on no
exporter. Called by ``export_model`` and ``tiny``. Weights are numpy arrays named as in the torch
state dict; GPT-2's Conv1D already stores [in, out].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.tokens import vocabulary
from export.graph import CONTRIB, FLOAT, INT32, INT64, Graph

Weights: TypeAlias = Mapping[str, NDArray[np.float32]]

EPSILON = 1e-5
"""GPT2Config.layer_norm_epsilon."""


@dataclass(frozen=True, slots=True)
class DecoderShape:
    """Sizes of the decoder; ``positions`` is the length of the KV buffer."""

    hidden: int
    layers: int
    heads: int
    positions: int = 1024
    vocabulary: int = vocabulary.SIZE

    @property
    def head_size(self) -> int:
        """Width of one attention head; GroupQueryAttention wants a multiple of 8."""
        return self.hidden // self.heads


def build_decoder(weights: Weights, shape: DecoderShape, *, every_position: bool = False) -> Graph:
    """The decoder graph: inputs and outputs as ``amt_live.inference.decoder`` describes them.

    With ``every_position`` the logits are those of all positions, [B * T, V]: for scoring.
    """
    if shape.hidden % shape.heads or shape.head_size % 8:
        raise ValueError(
            f"hidden {shape.hidden} over {shape.heads} heads: a head needs a multiple of 8"
        )
    graph = Graph("decoder")
    x = _embed(graph, weights, shape)
    lengths = [
        graph.input("seqlens_k", INT32, ["batch"]),
        graph.input("total_seqlen", INT32, [1]),
    ]
    normed = _norm(graph, weights, x, "h.0.ln_1")
    for layer in range(shape.layers):
        last = layer == shape.layers - 1
        heard = _attention(graph, weights, shape, layer, normed, lengths)
        if last and not every_position:
            heard, x = _last_position(graph, heard), _last_position(graph, x)
        y = graph.op("MatMul", [heard, _weight(graph, weights, f"h.{layer}.attn.c_proj.weight")])
        normed, x = _add_and_norm(graph, weights, y, x, f"h.{layer}.attn.c_proj", f"h.{layer}.ln_2")
        y = graph.op("MatMul", [normed, _weight(graph, weights, f"h.{layer}.mlp.c_fc.weight")])
        bias = _weight(graph, weights, f"h.{layer}.mlp.c_fc.bias")
        y = graph.op("FastGelu", [y, bias], domain=CONTRIB)
        y = graph.op("MatMul", [y, _weight(graph, weights, f"h.{layer}.mlp.c_proj.weight")])
        following = "ln_f" if last else f"h.{layer + 1}.ln_1"
        normed, x = _add_and_norm(graph, weights, y, x, f"h.{layer}.mlp.c_proj", following)
    flat = graph.constant("row_shape", np.array([-1, shape.hidden], np.int64))
    head = graph.weight("head", weights["gpt2.transformer.wte.weight"].T)
    graph.op("MatMul", [graph.op("Reshape", [normed, flat]), head], "logits")
    rows = "batch_tokens" if every_position else "batch"
    graph.output("logits", FLOAT, [rows, shape.vocabulary])
    return graph


def _weight(graph: Graph, weights: Weights, name: str) -> str:
    return graph.weight(name, weights[f"gpt2.transformer.{name}"])


def _embed(graph: Graph, weights: Weights, shape: DecoderShape) -> str:
    ids = graph.input("ids", INT64, ["batch", "tokens"])
    positions = graph.input("positions", INT64, ["batch", "tokens"])
    slot = graph.input("slot", FLOAT, ["batch", "tokens", shape.hidden])
    add = graph.input("add", FLOAT, ["batch", "tokens", shape.hidden])
    mood = graph.constant("mood_id", np.array(vocabulary.MOOD, np.int64))
    last_axis = graph.constant("last_axis", np.array([-1], np.int64))
    is_mood = graph.op("Unsqueeze", [graph.op("Equal", [ids, mood]), last_axis])
    rows = graph.op("Gather", [_weight(graph, weights, "wte.weight"), ids])
    tokens = graph.op("Where", [is_mood, slot, rows])
    places = graph.op("Gather", [_weight(graph, weights, "wpe.weight"), positions])
    return graph.op("Add", [graph.op("Add", [tokens, add]), places])


def _attention(
    graph: Graph,
    weights: Weights,
    shape: DecoderShape,
    layer: int,
    x: str,
    lengths: list[str],
) -> str:
    name = f"h.{layer}.attn.c_attn"
    qkv = graph.op("MatMul", [x, _weight(graph, weights, f"{name}.weight")])
    qkv = graph.op("Add", [qkv, _weight(graph, weights, f"{name}.bias")])
    buffer = ["batch", shape.heads, shape.positions, shape.head_size]
    past = [
        graph.input(f"past_key_values.{layer}.{kind}", FLOAT, buffer) for kind in ("key", "value")
    ]
    present = [f"present.{layer}.{kind}" for kind in ("key", "value")]
    heard = graph.op(
        "GroupQueryAttention",
        [qkv, "", "", *past, *lengths],
        [f"heard_{layer}", *present],
        domain=CONTRIB,
        num_heads=shape.heads,
        kv_num_heads=shape.heads,
        do_rotary=0,
    )
    for value in present:
        graph.output(value, FLOAT, buffer)
    return heard


def _norm(graph: Graph, weights: Weights, x: str, name: str) -> str:
    parameters = [_weight(graph, weights, f"{name}.{part}") for part in ("weight", "bias")]
    return graph.op("LayerNormalization", [x, *parameters], axis=-1, epsilon=EPSILON)


def _add_and_norm(
    graph: Graph, weights: Weights, y: str, x: str, dense: str, norm: str
) -> tuple[str, str]:
    """Bias and residual added, then normalised: the normalised value and the new residual."""
    parameters = [_weight(graph, weights, f"{norm}.{part}") for part in ("weight", "bias")]
    outputs = [f"{norm}.out", "", "", f"{norm}.residual"]
    graph.op(
        "SkipLayerNormalization",
        [y, x, *parameters, _weight(graph, weights, f"{dense}.bias")],
        outputs,
        domain=CONTRIB,
        epsilon=EPSILON,
    )
    return outputs[0], outputs[3]


def _last_position(graph: Graph, x: str) -> str:
    """[B, T, H] to [B, 1, H]."""
    index = graph.constant(f"{x}.last", np.array([-1], np.int64))
    return graph.op("Gather", [x, index], axis=1)


def load_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every tensor of a safetensors file as float32; nothing is unpickled.

    Read with torch and onto the CPU: numpy lacks bfloat16, and the machine a GPU perhaps.
    """
    from safetensors.torch import load_file

    return {name: value.float().numpy() for name, value in load_file(path, device="cpu").items()}


def conditioning_arrays(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """The projection of MoodGPT2 as ``conditioning.npz`` wants it: [in, out] matrices."""
    return {
        "projection_w1": weights["projection.0.weight"].T.copy(),
        "projection_b1": weights["projection.0.bias"],
        "projection_w2": weights["projection.3.weight"].T.copy(),
        "projection_b2": weights["projection.3.bias"],
        "add_weight": weights["add.weight"].T.copy(),
    }
