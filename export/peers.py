"""Other runtimes at the same weights, for ``amt-live bench --peers``; needed by nobody who plays.

Each is opened with one thread and in the form that it is fastest in: PyTorch's transformers with
eager attention in 32 bits, CTranslate2 in 8 bits, ONNX Runtime GenAI on the 8-bit graph that we
play ourselves, llama.cpp with q8_0 weights, with and without flash attention. They hear ids only:
no mood, no mask and no draw. One that is not installed, or does not take the model, is named with
the reason.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.benching import Subject
from amt_live.errors import ModelError, UsageError, one_line
from amt_live.inference.bench import DecoderRunner, Runner
from amt_live.inference.decoder import Decoder, DecoderSizes, load_decoder
from amt_live.manifest import load_manifest
from export import peer_files
from export.graph import quantise_cache, quantise_matmuls
from export.peer_files import Source
from export.to_onnx import DecoderShape, Weights, build_decoder, load_weights

GENAI: Final = "onnxruntime-genai"
GRAPH: Final = "decoder.onnx"
BODY: Final = "gpt2.transformer"
HEAD_SIZES: Final = (64, 32, 40, 48, 16, 8)
"""Widths of an attention head, the usual one first."""
SPREAD: Final = 0.02
"""Of random weights, as GPT-2 begins."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Those that could be opened, and one line for each that could not."""

    runners: tuple[Runner, ...]
    missing: tuple[str, ...]


def parse_shape(text: str) -> DecoderShape:
    """``6x512``: layers and hidden width; raises UsageError."""
    layers, _, hidden = text.lower().partition("x")
    if not (layers.isdecimal() and hidden.isdecimal()):
        raise UsageError(f"--shape {text}: give layers and width, such as 6x512")
    deep, wide = int(layers), int(hidden)
    size = next((size for size in HEAD_SIZES if wide % size == 0), None)
    if not (1 <= deep <= 48 and 8 <= wide <= 4096) or size is None:
        raise UsageError(f"--shape {text}: 1 to 48 layers of 8 to 4096, a multiple of 8")
    return DecoderShape(hidden=wide, layers=deep, heads=wide // size)


def random_weights(shape: DecoderShape, seed: int = 0) -> Weights:
    """Weights of the decoder, named as in a checkpoint: numbers cost the same whatever they are."""
    random = np.random.default_rng(seed)
    wide = shape.hidden

    def normal(*sizes: int) -> NDArray[np.float32]:
        return random.standard_normal(sizes, dtype=np.float32) * np.float32(SPREAD)

    weights = {
        f"{BODY}.wte.weight": normal(shape.vocabulary, wide),
        f"{BODY}.wpe.weight": normal(shape.positions, wide),
        f"{BODY}.ln_f.weight": np.ones(wide, np.float32),
        f"{BODY}.ln_f.bias": normal(wide),
    }
    for layer in range(shape.layers):
        name = f"{BODY}.h.{layer}"
        for norm in ("ln_1", "ln_2"):
            weights[f"{name}.{norm}.weight"] = np.ones(wide, np.float32)
            weights[f"{name}.{norm}.bias"] = normal(wide)
        for part, rows, columns in (
            ("attn.c_attn", wide, 3 * wide),
            ("attn.c_proj", wide, wide),
            ("mlp.c_fc", wide, 4 * wide),
            ("mlp.c_proj", 4 * wide, wide),
        ):
            weights[f"{name}.{part}.weight"] = normal(rows, columns)
            weights[f"{name}.{part}.bias"] = normal(columns)
    return weights


def subject_of(
    folder: Path, shape: DecoderShape | None, scratch: Path, *, with_peers: bool
) -> Subject:
    """What is to be measured: a model folder's own decoder, or one of a shape, made in ``scratch``.

    Raises ModelError and UsageError.
    """
    manifest = load_manifest(folder)
    if shape is None:
        sizes = manifest.sizes
        shape = DecoderShape(
            sizes.hidden, sizes.layers, sizes.heads, sizes.positions, sizes.vocabulary
        )
        graph, name, weights = folder / GRAPH, manifest.name, None
        if with_peers:
            weights = load_weights(folder / "checkpoint.safetensors")
        decoder = _open(folder, shape)
        peers = Peers((), ())
        if weights is not None:
            peers = open_peers(Source(weights, shape, scratch, graph))
        return Subject(name, decoder, graph, peers.runners, peers.missing)
    return _made(shape, scratch, with_peers=with_peers)


def _made(shape: DecoderShape, scratch: Path, *, with_peers: bool) -> Subject:
    """Random weights as an export makes a decoder of them: 8 bits, in two forms of the cache."""
    weights = random_weights(shape)
    fp32, int8, cached = (scratch / name for name in ("fp32", "int8", "int8-cache"))
    for folder in (fp32, int8, cached):
        folder.mkdir()
    build_decoder(weights, shape).save(fp32 / GRAPH)
    quantise_matmuls(fp32 / GRAPH, int8 / GRAPH)
    name = f"random weights, {shape.layers}x{shape.hidden}, 8 bits"
    wide, narrow, why = _open(int8, shape), None, ()
    try:
        quantise_cache(int8 / GRAPH, cached / GRAPH, cache_peaks(wide))
        narrow = _open(cached, shape)
    except ModelError as error:  # this runtime keeps no 8-bit cache
        why = (f"8-bit cache: {one_line(error, 120)}",)
    peers = Peers((), ())
    if with_peers:
        graph = None if narrow is None else cached / GRAPH
        peers = open_peers(Source(weights, shape, scratch, int8 / GRAPH, graph))
    missing = (*why, *peers.missing)
    if narrow is None:
        return Subject(name, wide, int8 / GRAPH, peers.runners, missing, is_played=False)
    other = DecoderRunner("amt-live, 32-bit cache", wide, guided=False)
    runners = (other, *peers.runners)
    name = f"{name}, 8-bit cache"
    return Subject(name, narrow, cached / GRAPH, runners, missing, is_played=False)


def cache_peaks(decoder: Decoder, count: int = 128, seed: int = 0) -> NDArray[np.float32]:
    """The largest keys and values of random ids [layers, key or value, heads, head size]."""
    random = np.random.default_rng(seed)
    ids = random.integers(0, decoder.sizes.vocabulary, count)
    silent = np.zeros((count, decoder.sizes.hidden), np.float32)
    decoder.rewind(0)
    decoder.prefill(ids.tolist(), silent, silent)
    peaks: NDArray[np.float32] = np.abs(decoder.cache[:, :, 0, :, :count]).max(axis=3)
    return peaks


def _open(folder: Path, shape: DecoderShape) -> Decoder:
    sizes = DecoderSizes(
        shape.vocabulary,
        shape.hidden,
        shape.layers,
        shape.heads,
        shape.head_size,
        shape.positions,
    )
    return load_decoder(folder, sizes)


def open_peers(source: Source) -> Peers:
    """Open every peer that is installed."""
    from export import peer_runners as runners

    positions = source.shape.positions

    def genai(name: str, graph: Path) -> Runner:
        return runners.GenAi(name, peer_files.write_genai(source, graph), positions)

    def llama(flash: bool) -> Runner:
        return runners.LlamaCpp(peer_files.write_gguf(source), positions, flash)

    known: list[tuple[str, tuple[str, ...], Callable[[], Runner]]] = [
        ("transformers", ("torch", "transformers"), lambda: runners.Transformers(source)),
        (
            "ctranslate2",
            ("ctranslate2", "torch", "transformers"),
            lambda: runners.CTranslate2(peer_files.write_ctranslate2(source)),
        ),
        (
            GENAI,
            ("onnxruntime_genai", "onnx"),
            lambda: genai(GENAI, source.graph),
        ),
        ("llama.cpp", ("llama_cpp", "gguf"), lambda: llama(False)),
        ("llama.cpp-flash", ("llama_cpp", "gguf"), lambda: llama(True)),
    ]
    if (cached := source.cached) is not None:
        name = f"{GENAI}, our graph"
        known.append((name, ("onnxruntime_genai", "onnx"), lambda: genai(name, cached)))
    opened, missing = [], []
    for name, modules, open_peer in known:
        lacking = [module for module in modules if importlib.util.find_spec(module) is None]
        if lacking:
            missing.append(f"{name}: not installed ({', '.join(lacking)})")
            continue
        try:
            opened.append(open_peer())
        except (
            Exception
        ) as error:  # each raises its own kinds; the others are measured all the same
            missing.append(f"{name}: does not take this model ({one_line(error, 120)})")
    return Peers(tuple(opened), tuple(missing))
