"""``python -m export.tiny models/tiny``: a model of random weights, small enough for every test.

Real in every part (graph, text encoder, tokenizer, conditioning, manifest), deterministic from one
seed, under 1 MB. It plays noise in legal tokens, other noise for another mood.
"""

import string
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amt_live.manifest import EncoderSettings
from amt_live.tokens import vocabulary as v
from export.card import write_card
from export.encoder import TRUNCATE, EncoderShape, write_encoder
from export.graph import quantise_matmuls
from export.model_folder import (
    appearing,
    make_manifest,
    write_checkpoint,
    write_conditioning,
    write_manifest,
)
from export.to_onnx import DecoderShape, build_decoder
from export.variants import KINDS

Floats = NDArray[np.float32]

SHAPE = DecoderShape(hidden=32, layers=2, heads=2)
ENCODER = EncoderShape(hidden=32, layers=1, heads=2, epsilon=1e-12)
INNER = 64
SEED = 7
ATTRIBUTES = (
    "density", "velocity", "shortness", "register", "mode", "arousal", "valence", "triple",
    "genre:jazz", "genre:metal",
)  # fmt: skip
GENRE_PROGRAMS = {"genre:jazz": {1: 32, 5: 26}, "genre:metal": {5: 30, 11: 80}}
WORDS = (
    "a aggressive ambient and angry ballad band bass blues bossa bright calm cinematic "
    "country dark disco drums dreamy driving electronic energetic epic fast folk funk "
    "gentle guitar happy heavy in intense jazz joyful latin less loud lullaby major march "
    "melancholic metal minor more music mysterious nova of orchestral organ peaceful piano "
    "playful pop quiet ragtime rock romantic sad sea sleepy slow soft solo soul sparse "
    "storm strings sun synth tender tense the triumphant trumpet waltz warm wild with "
).split()
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tiny_tokenizer() -> str:
    """A WordPiece ``tokenizer.json``: the words above, and letters for all others."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = [*string.ascii_lowercase, *string.digits]
    words = [*SPECIALS, *",.'!?-&/", *letters, *(f"##{letter}" for letter in letters)]
    words += [word for word in WORDS if word not in words]
    table = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(table, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", table["[CLS]"]), ("[SEP]", table["[SEP]"])],
    )
    text: str = tokenizer.to_str()
    return text


class _Random:
    """Normal numbers, rounded to half precision so that the checkpoint holds them exactly."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(seed))

    def normal(self, *shape: int, scale: float) -> Floats:
        numbers = self._generator.standard_normal(shape) * scale
        return numbers.astype(np.float16).astype(np.float32)


def tiny_encoder_weights(words: int, seed: int = SEED) -> dict[str, Floats]:
    """Weights of a one-layer BERT, by BERT name."""
    random, width = _Random(seed), ENCODER.hidden
    ones, zeros = np.ones(width, np.float32), np.zeros(width, np.float32)
    weights = {
        "embeddings.word_embeddings.weight": random.normal(words, width, scale=1.0),
        "embeddings.position_embeddings.weight": random.normal(TRUNCATE, width, scale=0.05),
        "embeddings.token_type_embeddings.weight": random.normal(2, width, scale=0.02),
        "embeddings.LayerNorm.weight": ones,
        "embeddings.LayerNorm.bias": zeros,
    }
    # What every phrase has says nothing about any of them.
    weights["embeddings.word_embeddings.weight"][: len(SPECIALS)] *= 0.1
    layer = "encoder.layer.0"
    for name in ("attention.self.query", "attention.self.key", "attention.self.value"):
        weights[f"{layer}.{name}.weight"] = random.normal(width, width, scale=0.2)
        weights[f"{layer}.{name}.bias"] = zeros
    for name, wide, narrow in (
        ("attention.output.dense", width, width),
        ("intermediate.dense", INNER, width),
        ("output.dense", width, INNER),
    ):
        weights[f"{layer}.{name}.weight"] = random.normal(wide, narrow, scale=0.1)
        weights[f"{layer}.{name}.bias"] = np.zeros(wide, np.float32)
    for name in ("attention.output", "output"):
        weights[f"{layer}.{name}.LayerNorm.weight"] = ones
        weights[f"{layer}.{name}.LayerNorm.bias"] = zeros
    return weights


def tiny_decoder_weights(conditioning: int, seed: int = SEED) -> dict[str, Floats]:
    """Weights named as in ``MoodGPT2.state_dict()``, lively enough that moods are heard."""
    random, width = _Random(seed + 1), SHAPE.hidden
    body = "gpt2.transformer"
    weights = {
        f"{body}.wte.weight": random.normal(SHAPE.vocabulary, width, scale=0.3),
        f"{body}.wpe.weight": random.normal(SHAPE.positions, width, scale=0.1),
        f"{body}.ln_f.weight": np.ones(width, np.float32),
        f"{body}.ln_f.bias": np.zeros(width, np.float32),
    }
    for layer in range(SHAPE.layers):
        name = f"{body}.h.{layer}"
        for norm in ("ln_1", "ln_2"):
            weights[f"{name}.{norm}.weight"] = np.ones(width, np.float32)
            weights[f"{name}.{norm}.bias"] = random.normal(width, scale=0.05)
        for part, rows, columns in (
            ("attn.c_attn", width, 3 * width),
            ("attn.c_proj", width, width),
            ("mlp.c_fc", width, 4 * width),
            ("mlp.c_proj", 4 * width, width),
        ):
            weights[f"{name}.{part}.weight"] = random.normal(rows, columns, scale=0.2)
            weights[f"{name}.{part}.bias"] = random.normal(columns, scale=0.05)
    _prefer_notes(weights)
    weights["projection.0.weight"] = random.normal(width, conditioning, scale=0.15)
    weights["projection.0.bias"] = random.normal(width, scale=0.05)
    weights["projection.3.weight"] = random.normal(width, width, scale=0.3)
    weights["projection.3.bias"] = random.normal(width, scale=0.05)
    weights["add.weight"] = random.normal(width, width, scale=0.3)
    return weights


def _prefer_notes(weights: dict[str, Floats]) -> None:
    """Make one direction of the embedding a constant taste for notes, and for near positions."""
    body = "gpt2.transformer"
    weights[f"{body}.ln_f.weight"][0] = 0.0
    weights[f"{body}.ln_f.bias"][0] = 1.0
    taste = weights[f"{body}.wte.weight"][:, 0]
    taste[:] = 0.0
    taste[v.KEY_FIRST :] = -6.0
    taste[v.BAR_FIRST : v.POSITION_FIRST] = -4.0
    taste[v.POSITION_FIRST : v.PART_VELOCITY_FIRST] = 0.5 - 0.125 * np.arange(len(v.POSITIONS))


def tiny_readout(seed: int = SEED) -> dict[str, NDArray[np.generic]]:
    """A read-out that finds random attributes of about unit size in every phrase."""
    random = _Random(seed + 2)
    programs = np.full((len(ATTRIBUTES), 16), -1, np.int16)
    for name, row in GENRE_PROGRAMS.items():
        for part, program in row.items():
            programs[ATTRIBUTES.index(name), part] = program
    return {
        "attribute_names": np.array(ATTRIBUTES),
        "readout_weight": random.normal(ENCODER.hidden, len(ATTRIBUTES), scale=1.0),
        "readout_bias": np.zeros(len(ATTRIBUTES), np.float32),
        "programs": programs,
        "triple_threshold": np.float32(1.5),
    }


def make_tiny(target: Path) -> None:
    """Write the model folder."""
    from tokenizers import Tokenizer

    tokenizer = tiny_tokenizer()
    words = Tokenizer.from_str(tokenizer).get_vocab_size()
    weights = tiny_decoder_weights(1 + len(ATTRIBUTES) + ENCODER.hidden)
    readout = tiny_readout()
    settings = EncoderSettings("tiny", ENCODER.hidden, "mean", TRUNCATE, layers=ENCODER.layers)
    with appearing(target) as folder:
        write_encoder(tiny_encoder_weights(words), ENCODER, tokenizer, folder)
        write_conditioning(folder, weights, readout)
        with tempfile.TemporaryDirectory() as scratch:
            plain = Path(scratch) / "decoder.onnx"
            build_decoder(weights, SHAPE).save(plain)
            quantise_matmuls(plain, folder / "decoder.onnx")
        write_checkpoint(folder, weights)
        checks = {"parameters": sum(value.size for value in weights.values())}
        manifest = make_manifest(
            "tiny", SHAPE, readout, settings, KINDS["int8"], {"random weights, seed": SEED}, checks
        )
        write_card(folder, manifest)
        write_manifest(folder, manifest)


if __name__ == "__main__":
    make_tiny(Path(sys.argv[1]))
