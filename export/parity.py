"""Whether what is exported is what was trained: torch against ONNX Runtime, number by number.

``export_model`` calls ``check_decoder`` and refuses to write a model that fails. The fp32 graph
must agree with torch, also in streams longer than the context; what quantised variants lose against
it is measured in ``scoring``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from amt_live.errors import ModelError
from amt_live.inference.decoder import Decoder
from amt_live.inference.generator import Generator, Sampling
from amt_live.inference.sampler import Sampler
from amt_live.tokens import grammar, vocabulary
from export.encoder_source import tokenizer_text
from export.model import MoodGPT2
from export.passages import Passage, Steering
from export.scoring import stepped

Floats = NDArray[np.float32]

LOGIT_TOLERANCE = 1e-4
"""Largest difference allowed, as a share of the standard deviation of the logits."""
PASSAGE = 384
STREAM = 1.5
"""Length of the greedy stream in contexts: two changes of cache lie in it."""
ENCODER_COSINE = 0.98
"""For the worst of the phrases below; 0.985 was measured on AVX2 (0.994 in the mean)."""
MOOD_TOLERANCE = 1e-4

PHRASES = (
    "calm piano ballad", "fast aggressive metal", "sparse melancholic jazz ballad",
    "dreamy ambient pads", "happy ukulele folk in the sun", "dark techno, driving", "lullaby",
    "a storm at sea", "rage", "tender", "funky bass and drums", "epic orchestral battle",
    "slow waltz", "baroque harpsichord fugue", "quiet", "blues at midnight",
    "bossa nova on the beach", "chaotic free jazz", "march of the toy soldiers",
    "lonely trumpet in the rain", "bright and bouncy chiptune", "solemn church organ",
    "disco inferno", "tango of jealous lovers", "cold, mechanical, industrial",
    "sunrise over misty mountains", "funeral", "sneaky detective walking bass",
    "a child laughing", "medieval tavern dance", "ragtime saloon",
    "spooky haunted house music box", "surf rock", "reggae groove with offbeat guitar", "intense",
    "minimalist arpeggios slowly shifting", "heroic brass fanfare",
    "gentle acoustic guitar fingerpicking", "more drums please",
    "less of everything, just breathe", "country road trip", "samba carnival in rio",
    "nostalgic 80s synth pop", "tense waiting, something is coming", "playful pizzicato",
    "victory", "romantic strings swelling", "hard bop, up-tempo, swinging", "desert caravan",
    "underwater floating",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parity:
    """What was measured. Errors are shares of the logits' standard deviation."""

    logit_error: float
    prefill_error: float
    mood_error: float
    greedy_tokens: int
    changes: int
    """How often the greedy stream went on in another cache."""
    context: int

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For the terminal and the model card."""
        return [
            f"torch and ONNX Runtime (fp32): logits differ by at most {self.logit_error:.1e} of "
            f"their spread (allowed {LOGIT_TOLERANCE:.0e})",
            f"{self.greedy_tokens} greedy tokens equal, past {self.changes} change(s) of the cache "
            f"in a context of {self.context}",
            f"prefill and decode against one full forward: {self.prefill_error:.1e} of the spread; "
            "rewind and decode again: equal in every variant",
        ]


def check_decoder(
    model: MoodGPT2,
    variants: Mapping[str, Decoder],
    vectors: Floats,
    moods: Sequence[Steering],
) -> Parity:
    """Compare torch with the graph ``fp32``, and see that every variant decodes and rewinds.

    ``vectors`` [2, D] are conditioning vectors and ``moods`` what the Conditioner made of them.
    Raises ModelError when they do not agree.
    """
    model.eval()
    plain = variants["fp32"]
    mood_error = _mood_error(model, vectors, moods)
    _require(mood_error <= MOOD_TOLERANCE, f"projected moods differ by {mood_error}")
    passage = sample_passage(plain, vectors, moods, min(PASSAGE, plain.context))
    reference = full_forward(model, passage)
    spread = float(reference.std())
    heard = stepped(plain, passage)
    logit_error = float(np.abs(heard - reference).max()) / spread
    _require(logit_error <= LOGIT_TOLERANCE, f"logits differ by {logit_error:.1e}")
    for name, decoder in variants.items():
        logits = heard if decoder is plain else stepped(decoder, passage)
        _require(bool(np.isfinite(logits).all()), f"{name} gives infinite logits")
        middle = len(passage.ids) // 3
        same = np.array_equal(logits[middle:], stepped(decoder, passage, middle))
        _require(same, f"{name} gives other logits after a rewind")
    prefill_error = _prefill_error(plain, passage, reference) / spread
    _require(prefill_error <= LOGIT_TOLERANCE, "prefill gives other logits")
    stream, bases = greedy_stream(plain, vectors, moods, int(STREAM * plain.context))
    wrong = first_difference(model, stream, bases, LOGIT_TOLERANCE * spread)
    _require(wrong is None, f"greedy token {wrong} differs")
    changes = sum(before != after for before, after in pairwise(bases))
    return Parity(
        logit_error, prefill_error, mood_error, len(stream.ids) - 1, changes, plain.context
    )


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ModelError(f"Export refused, torch and ONNX Runtime disagree: {why}.")


def sample_passage(
    decoder: Decoder, vectors: Floats, moods: Sequence[Steering], length: int
) -> Passage:
    """Legal music that the model itself makes, the mood changing half-way."""
    decoder.guided = False
    decoder.rewind(0)
    sampler = Sampler(1)
    state = grammar.START
    ids: list[int] = []
    index = _changing(length, len(moods))
    logits = np.zeros((1, vocabulary.SIZE), np.float32)
    for place in range(length):
        token = sampler.choose(logits, grammar.allowed(state), grammar.forbidden(state))
        state = grammar.advance(state, token)
        mood = moods[index[place]]
        logits = decoder.step(token, mood.slot, mood.add)
        ids.append(token)
    return Passage(np.array(ids), index, vectors, moods)


def _changing(length: int, moods: int) -> NDArray[np.int64]:
    return np.asarray(np.minimum(np.arange(length) * moods // length, moods - 1))


def greedy_stream(
    decoder: Decoder, vectors: Floats, moods: Sequence[Steering], length: int
) -> tuple[Passage, list[int]]:
    """The likeliest legal ids, through the generator that plays, and beside each the position at
    which the context began that it was heard in."""
    decoder.guided = False
    decoder.rewind(0)
    generator = Generator(decoder, moods[0])
    generator.set_sampling(Sampling(temperature=0.0))
    index = _changing(length, len(moods))
    token, state = vocabulary.bar_id(48), grammar.START
    ids: list[int] = []
    bases: list[int] = []
    for place in range(length):
        if vocabulary.BAR_FIRST <= token < vocabulary.POSITION_FIRST:
            generator.mark()
        generator.feed(token, moods[index[place]])
        state = grammar.advance(state, token)
        ids.append(token)
        bases.append(generator.position - len(generator.snapshot().ids))
        token = generator.choose(grammar.allowed(state), grammar.forbidden(state))
    return Passage(np.array(ids), index, vectors, moods), bases


def first_difference(
    model: MoodGPT2, stream: Passage, bases: Sequence[int], tolerance: float
) -> int | None:
    """Where torch, cutting its context at the same places, would have chosen another id.

    One forward for each context: as long as every choice is the same, so are the ids before it.
    Ids whose logits are within ``tolerance`` of the best one are as good.
    """
    state = grammar.START
    for first, end in _spans(bases):
        logits = full_forward(model, stream.span(bases[first], end))
        for place in range(first, min(end, len(stream.ids) - 1)):
            state = grammar.advance(state, int(stream.ids[place]))
            row = _legal(logits[place - bases[first]], state)
            if row[stream.ids[place + 1]] < row.max() - tolerance:
                return place + 1
    return None


def _spans(bases: Sequence[int]) -> Iterator[tuple[int, int]]:
    edges = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(bases)) if a != b), len(bases)]
    yield from pairwise(edges)


def _legal(logits: Floats, state: grammar.State) -> Floats:
    row = np.full_like(logits, -np.inf)
    for first, end in grammar.allowed(state):
        row[first:end] = logits[first:end]
    row[list(grammar.forbidden(state))] = -np.inf
    return row


@torch.no_grad()
def full_forward(model: MoodGPT2, passage: Passage) -> Floats:
    """Logits [T, V] of one forward pass in torch."""
    logits: Floats = model(
        torch.from_numpy(passage.ids)[None],
        torch.arange(len(passage.ids))[None],
        torch.from_numpy(passage.vectors)[None],
        torch.from_numpy(passage.index)[None],
    )[0].numpy()
    return logits


def _prefill_error(decoder: Decoder, passage: Passage, reference: Floats) -> float:
    """Prefill of an uneven part, then steps."""
    part = len(passage.ids) * 3 // 5 + 1
    decoder.guided = False
    decoder.rewind(0)
    last = decoder.prefill(passage.ids[:part].tolist(), passage.slots[:part], passage.adds[:part])
    rest = stepped(decoder, passage, part)
    return max(
        float(np.abs(last[0] - reference[part - 1]).max()),
        float(np.abs(rest - reference[part:]).max()),
    )


@torch.no_grad()
def _mood_error(model: MoodGPT2, vectors: Floats, moods: Sequence[Steering]) -> float:
    slot, add = (part.numpy() for part in model.project(torch.from_numpy(vectors)))
    worst = 0.0
    for which, mood in enumerate(moods):
        worst = max(worst, float(np.abs(slot[which] - mood.slot).max()) / float(slot.std() + 1e-9))
        worst = max(worst, float(np.abs(add[which] - mood.add).max()) / float(add.std() + 1e-3))
    return worst


def check_encoder(source: Path, embed: Callable[[str], Floats], pooling: str = "mean") -> float:
    """Smallest cosine between exported and original text embeddings over ``PHRASES``.

    ``source`` is the folder of the original. Raises ModelError under ``ENCODER_COSINE``.
    """
    from tokenizers import Tokenizer
    from transformers import AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # a pooler that nobody uses is not missed
    logging.disable_progress_bar()
    original = AutoModel.from_pretrained(source, use_safetensors=True).eval()
    tokenizer = Tokenizer.from_str(tokenizer_text(source))
    tokenizer.no_padding()
    worst = 1.0
    for phrase in PHRASES:
        ids = torch.tensor([tokenizer.encode(phrase).ids])
        with torch.no_grad():
            states = original(ids).last_hidden_state[0]
        vector = (states.mean(0) if pooling == "mean" else states[0]).numpy()
        worst = min(worst, float(embed(phrase) @ vector / np.linalg.norm(vector)))
    _require(worst >= ENCODER_COSINE, f"the text encoder's smallest cosine is {worst:.4f}")
    return worst
