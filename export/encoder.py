"""Text encoder to ONNX: BERT with pooling and L2 norm in the graph, 8-bit weights, no torch needed.

``export_encoder`` writes ``encoder.onnx``, ``tokenizer.json`` and ``encoder.json`` (what it is).
The word table is stored as int8 with one scale per word; MatMul weights are uint8 with one scale
per channel; the rest is float32. Where the originals come from is in ``encoder_source``.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from amt_live.errors import FileError
from amt_live.manifest import MANIFEST_NAME, EncoderSettings, encoder_folder, load_manifest
from export.encoder_source import MODEL_TYPES, load_weights, open_source, tokenizer_text
from export.graph import CONTRIB, FLOAT, INT64, Graph, quantise_matmuls

TRUNCATE = 128
MINILM: Final = "all-MiniLM-L6-v2"
SETTINGS_NAME: Final = "encoder.json"
POOLINGS: Final = ("mean", "cls")

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
        """From a transformers ``config.json``; FileError for what the graph cannot be made of."""
        try:
            record = json.loads(path.read_text("utf-8"))
            kind = record.get("model_type")
        except (OSError, ValueError, AttributeError) as error:
            raise FileError(f"{path} cannot be read ({error}); get the encoder again.") from error
        if kind not in MODEL_TYPES:
            known = ", ".join(MODEL_TYPES)
            raise FileError(f"{path} is of model type {kind!r}; use a BERT encoder: {known}.")
        _check(path, record)
        try:
            return cls(
                hidden=int(record["dim" if kind == "distilbert" else "hidden_size"]),
                layers=int(record["n_layers" if kind == "distilbert" else "num_hidden_layers"]),
                heads=int(record["n_heads" if kind == "distilbert" else "num_attention_heads"]),
                epsilon=float(record.get("layer_norm_eps", 1e-12)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise FileError(f"{path} lacks {error}; get the encoder again.") from error


def _check(path: Path, record: Mapping[str, Any]) -> None:
    """What the graph takes for granted; transformers leaves out what has its default."""
    activation = record.get("hidden_act", record.get("activation", "gelu"))
    if activation != "gelu":
        raise FileError(f"{path} wants the activation {activation!r}; use an encoder with gelu.")
    positions = record.get("position_embedding_type", "absolute")
    if positions != "absolute":
        raise FileError(f"{path} has {positions!r} positions; use an encoder with absolute ones.")
    inner = record.get("embedding_size", record.get("hidden_size"))
    if inner != record.get("hidden_size"):
        raise FileError(f"{path} has an embedding_size of its own; use an encoder without.")


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


def export_encoder(
    source: Path | None, target: Path, pooling: str = "mean", name: str = ""
) -> EncoderShape:
    """Export the encoder found at ``source`` (see ``open_source``) into the folder ``target``."""
    if pooling not in POOLINGS:
        raise FileError(f"No pooling named {pooling!r}; use mean or cls.")
    with open_source(source) as folder:
        shape = EncoderShape.read(folder / "config.json")
        weights = load_weights(folder)
        try:
            write_encoder(weights, shape, tokenizer_text(folder), target, pooling)
        except KeyError as error:
            raise FileError(f"{folder} lacks the weight {error}; get the encoder again.") from None
    settings = EncoderSettings(
        name or source_name(source), shape.hidden, pooling, TRUNCATE, _lowers(target), shape.layers
    )
    text = json.dumps(asdict(settings), indent=2, ensure_ascii=False) + "\n"
    (target / SETTINGS_NAME).write_text(text, "utf-8")
    return shape


def _lowers(folder: Path) -> bool:
    from tokenizers import Tokenizer

    normaliser = Tokenizer.from_file(str(folder / "tokenizer.json")).normalizer
    return normaliser is not None and normaliser.normalize_str("A") == "a"


def source_name(source: Path | None) -> str:
    """What an encoder is called when nobody says."""
    if source is None:
        return MINILM
    return source.stem if source.suffix == ".whl" else source.resolve().name or str(source)


def read_settings(folder: Path) -> EncoderSettings:
    """What an exported encoder is: of a model folder, or of one that ``export_encoder`` wrote.

    Raises FileError where neither lies there.
    """
    if (folder / MANIFEST_NAME).is_file():
        return load_manifest(folder, verify=False).encoder
    path = folder / SETTINGS_NAME
    try:
        return EncoderSettings(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        how = f"amt-live embed --encoder {folder} --save DIR makes one"
        raise FileError(f"{folder} is no exported text encoder ({error}); {how}.") from error


def exported(source: Path | None, into: Path, pooling: str = "mean") -> Path:
    """The folder of an exported encoder: ``source`` if it is one, else ``into``, made from it."""
    if source is not None and (encoder_folder(source) / "encoder.onnx").is_file():
        return encoder_folder(source)
    settings = into / SETTINGS_NAME
    if settings.is_file():
        made = read_settings(into)
        if (made.name, made.pooling) == (source_name(source), pooling):
            return into
    export_encoder(source, into, pooling)
    return into
