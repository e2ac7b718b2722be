"""Whether what is exported is what was trained: torch against ONNX Runtime, number by number.

``export_model`` calls ``check_decoder`` and refuses to write a model that fails. The fp32 graph
must agree with torch; the 8-bit graph, which plays, is compared with the fp32 graph and reported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from amt_live.errors import ModelError
from amt_live.inference.decoder import Decoder
from amt_live.inference.sampler import Sampler
from amt_live.text.conditioning import Mood
from amt_live.tokens import grammar, vocabulary
from export.encoder_source import tokenizer_text
from export.model import MoodGPT2

Floats = NDArray[np.float32]

LOGIT_TOLERANCE = 1e-4
"""Largest difference allowed, as a share of the standard deviation of the logits."""
GREEDY_TOKENS = 256
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
    """What was measured. Errors are shares of the logits' standard deviation, KL is in nats."""

    logit_error: float
    prefill_error: float
    mood_error: float
    greedy_tokens: int
    int8_kl: float
    int8_top1: float

    def lines(self) -> list[str]:
        """For the terminal and the model card."""
        return [
            f"torch and ONNX Runtime (fp32): logits differ by at most {self.logit_error:.1e} of "
            f"their spread (allowed {LOGIT_TOLERANCE:.0e}), {self.greedy_tokens} greedy tokens "
            "equal",
            f"prefill and decode against one full forward: {self.prefill_error:.1e} of the spread; "
            "rewind and decode again: equal",
            f"8-bit against fp32 graph: KL {self.int8_kl:.1e} nats, same best token "
            f"{self.int8_top1:.1%} of the time",
        ]


@dataclass(frozen=True, slots=True)
class Passage:
    """Ids [T] under moods: ``index`` [T] into ``moods`` and the rows of ``vectors``."""

    ids: NDArray[np.int64]
    index: NDArray[np.int64]
    vectors: Floats
    moods: Sequence[Mood]

    @property
    def slots(self) -> Floats:
        return np.stack([self.moods[i].slot for i in self.index])

    @property
    def adds(self) -> Floats:
        return np.stack([self.moods[i].add for i in self.index])


def check_decoder(
    model: MoodGPT2, plain: Decoder, shipped: Decoder, vectors: Floats, moods: Sequence[Mood]
) -> Parity:
    """Compare torch with the fp32 graph and that with the graph that ships.

    ``vectors`` [2, D] are conditioning vectors and ``moods`` what the Conditioner made of them.
    Raises ModelError when they do not agree.
    """
    model.eval()
    passage = sample_passage(plain, vectors, moods, min(512, plain.context))
    reference = full_forward(model, passage)
    spread = float(reference.std())
    stepped = _stepped(plain, passage)
    parity = Parity(
        logit_error=float(np.abs(stepped - reference).max()) / spread,
        prefill_error=_prefill_error(plain, passage, reference) / spread,
        mood_error=_mood_error(model, vectors, moods),
        greedy_tokens=_equal_greedy_tokens(model, plain, vectors, moods),
        int8_kl=0.0,
        int8_top1=0.0,
    )
    _require(parity.mood_error <= MOOD_TOLERANCE, f"projected moods differ by {parity.mood_error}")
    _require(parity.logit_error <= LOGIT_TOLERANCE, f"logits differ by {parity.logit_error:.1e}")
    _require(parity.prefill_error <= LOGIT_TOLERANCE, "prefill gives other logits")
    _require(parity.greedy_tokens == GREEDY_TOKENS, f"greedy token {parity.greedy_tokens} differs")
    for decoder in (plain, shipped):
        _require(_rewinds_exactly(decoder, passage), "decoding after a rewind gives other logits")
    quantised = _stepped(shipped, passage)
    _require(bool(np.isfinite(quantised).all()), "the 8-bit graph gives infinite logits")
    kl, top1 = _agreement(stepped, quantised)
    return Parity(**{**_fields(parity), "int8_kl": kl, "int8_top1": top1})


def _fields(parity: Parity) -> dict[str, float]:
    return {name: getattr(parity, name) for name in Parity.__slots__}


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ModelError(f"Export refused, torch and ONNX Runtime disagree: {why}.")


def sample_passage(
    decoder: Decoder, vectors: Floats, moods: Sequence[Mood], length: int
) -> Passage:
    """Legal music that the model itself makes, the mood changing half-way."""
    decoder.guided = False
    decoder.rewind(0)
    sampler = Sampler(1)
    state = grammar.START
    ids: list[int] = []
    index = np.minimum(np.arange(length) * len(moods) // length, len(moods) - 1)
    logits = np.zeros((1, vocabulary.SIZE), np.float32)
    for place in range(length):
        token = sampler.choose(logits, grammar.allowed(state), grammar.forbidden(state))
        state = grammar.advance(state, token)
        mood = moods[index[place]]
        logits = decoder.step(token, mood.slot, mood.add)
        ids.append(token)
    return Passage(np.array(ids), index, vectors, moods)


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


def _stepped(decoder: Decoder, passage: Passage, start: int = 0) -> Floats:
    decoder.guided = False
    decoder.rewind(start)
    rows = []
    for token, which in zip(passage.ids[start:], passage.index[start:], strict=True):
        mood = passage.moods[which]
        rows.append(decoder.step(int(token), mood.slot, mood.add)[0].copy())
    return np.stack(rows)


def _prefill_error(decoder: Decoder, passage: Passage, reference: Floats) -> float:
    """Prefill of an uneven part, then steps."""
    part = len(passage.ids) * 3 // 5 + 1
    decoder.guided = False
    decoder.rewind(0)
    last = decoder.prefill(passage.ids[:part].tolist(), passage.slots[:part], passage.adds[:part])
    rest = _stepped(decoder, passage, part)
    return max(
        float(np.abs(last[0] - reference[part - 1]).max()),
        float(np.abs(rest - reference[part:]).max()),
    )


def _rewinds_exactly(decoder: Decoder, passage: Passage) -> bool:
    first = _stepped(decoder, passage)
    middle = len(passage.ids) // 3
    return bool(np.array_equal(first[middle:], _stepped(decoder, passage, middle)))


@torch.no_grad()
def _mood_error(model: MoodGPT2, vectors: Floats, moods: Sequence[Mood]) -> float:
    slot, add = (part.numpy() for part in model.project(torch.from_numpy(vectors)))
    worst = 0.0
    for which, mood in enumerate(moods):
        worst = max(worst, float(np.abs(slot[which] - mood.slot).max()) / float(slot.std() + 1e-9))
        worst = max(worst, float(np.abs(add[which] - mood.add).max()) / float(add.std() + 1e-3))
    return worst


def _equal_greedy_tokens(
    model: MoodGPT2, decoder: Decoder, vectors: Floats, moods: Sequence[Mood]
) -> int:
    """How many best tokens in a row are the same, torch reading everything anew for each."""
    ids = [vocabulary.bar_id(48), vocabulary.MOOD]
    decoder.rewind(0)
    mood = moods[0]
    logits = decoder.step(ids[0], mood.slot, mood.add)
    logits = decoder.step(ids[1], mood.slot, mood.add)
    for count in range(GREEDY_TOKENS):
        passage = Passage(np.array(ids), np.zeros(len(ids), np.int64), vectors, moods)
        best = int(full_forward(model, passage)[-1].argmax())
        if best != int(logits[0].argmax()):
            return count
        ids.append(best)
        logits = decoder.step(best, mood.slot, mood.add)
    return GREEDY_TOKENS


def _agreement(reference: Floats, other: Floats) -> tuple[float, float]:
    """Mean KL in nats, and how often the best id is the same."""
    p, q = _log_softmax(reference), _log_softmax(other)
    kl = (np.exp(p) * (p - q)).sum(axis=1).mean()
    return float(kl), float((p.argmax(axis=1) == q.argmax(axis=1)).mean())


def _log_softmax(logits: Floats) -> NDArray[np.float64]:
    x = logits.astype(np.float64)
    x -= x.max(axis=1, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=1, keepdims=True)))


def check_encoder(source: Path, embed: Callable[[str], Floats], pooling: str = "mean") -> float:
    """Smallest cosine between exported and original text embeddings over ``PHRASES``.

    ``source`` is the folder of the original. Raises ModelError under ``ENCODER_COSINE``.
    """
    from tokenizers import Tokenizer
    from transformers import AutoModel

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
