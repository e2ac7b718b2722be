"""GPT-2 that hears a mood: transformers' GPT2LMHeadModel with a projected mood in the stream.

Used by training, export and evaluation; never by the performing half. The mood enters twice: as the
input embedding of the ``MOOD`` slot after each ``BAR``, and, through a zero-initialised map, added
to the input of every token that it governs. Other ways in are there to compare it with
(``amt-live compare``) and are no model to play.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel

from amt_live.tokens import vocabulary
from export.ways import HEARD, WAYS_IN

IGNORE = -100


@dataclass(frozen=True)
class ModelConfig:
    """Shape of the model.

    ``conditioning`` is the width of one conditioning vector: a flag, ``attributes``, an embedding.
    """

    conditioning: int
    hidden: int = 192
    layers: int = 6
    heads: int = 6
    positions: int = 1024
    vocabulary: int = vocabulary.SIZE
    dropout: float = 0.0
    attributes: int = 0
    attention_dropout: float = 0.0
    way_in: str = WAYS_IN[0]
    heard: str = HEARD[0]

    def as_dict(self) -> dict[str, int | float | str]:
        """For manifests and checkpoints."""
        return asdict(self)


class MoodGPT2(nn.Module):
    """Decoder of music tokens under a mood per token.

    Shapes: B sequences, T tokens, M moods per sequence, D conditioning width, H hidden width.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.gpt2 = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=config.vocabulary,
                n_positions=config.positions,
                n_embd=config.hidden,
                n_layer=config.layers,
                n_head=config.heads,
                activation_function="gelu_pytorch_tanh",  # what ONNX Runtime's FastGelu computes
                resid_pdrop=config.dropout,
                embd_pdrop=config.dropout,
                attn_pdrop=config.attention_dropout,
                bos_token_id=vocabulary.PAD,
                eos_token_id=vocabulary.PAD,
                use_cache=False,
            )
        )
        self.projection = nn.Sequential(
            nn.Linear(config.conditioning, config.hidden),
            nn.GELU(approximate="tanh"),
            nn.Dropout(0.1),
            nn.Linear(config.hidden, config.hidden),
        )
        with torch.no_grad():
            # A few attributes stand beside hundreds of numbers of the embedding: they speak up.
            self.projection[0].weight[:, : config.attributes + 1] *= 4
        self.add = nn.Linear(config.hidden, config.hidden, bias=False)
        nn.init.zeros_(self.add.weight)
        self.add.weight.requires_grad_(config.way_in == "slot+add")
        self.register_buffer("_heard", _heard(config), persistent=False)

    def project(self, conditioning: Tensor) -> tuple[Tensor, Tensor]:
        """Conditioning [..., D] to the slot embedding [..., H] and the vector added to every
        token [..., H]."""
        slot = self.projection(conditioning * self._heard)
        return slot, self.add(slot)

    def embed(self, ids: Tensor, slot: Tensor, add: Tensor) -> Tensor:
        """Input embeddings [B, T, H] without positions; ``slot`` and ``add`` are per token [B,
        T, H]."""
        tokens = self.gpt2.transformer.wte(ids)
        return torch.where((ids == vocabulary.MOOD)[..., None], slot, tokens) + add

    def _firsts(self, ids: Tensor, mood_index: Tensor) -> Tensor:
        """Which tokens [B, T] are the first slot of their passage."""
        slots = ids == vocabulary.MOOD
        seen = torch.where(slots, mood_index, -1).cummax(1).values
        before = torch.nn.functional.pad(seen[:, :-1], (1, 0), value=-1)
        return slots & (mood_index > before)

    def forward(
        self, ids: Tensor, positions: Tensor, conditioning: Tensor, mood_index: Tensor
    ) -> Tensor:
        """Logits [B, T, V] for ids [B, T], positions [B, T], conditioning [B, M, D], mood_index
        [B, T] in 0..M-1."""
        slot, add = self.project(conditioning)
        index = mood_index[..., None].expand(-1, -1, slot.shape[-1])
        slot, add = slot.gather(1, index), add.gather(1, index)
        if self.config.way_in == "prefix":
            slot = torch.where(
                self._firsts(ids, mood_index)[..., None], slot, self.gpt2.transformer.wte(ids)
            )
        embeds = self.embed(ids, slot, add)
        return self.gpt2(inputs_embeds=embeds, position_ids=positions).logits


def _heard(config: ModelConfig) -> Tensor:
    """1 for each number of a conditioning vector that is heard, 0 for the others: [D]."""
    heard = torch.ones(config.conditioning)
    if config.heard == "attributes":
        heard[config.attributes + 1 :] = 0
    elif config.heard == "embedding":
        heard[1 : config.attributes + 1] = 0
    return heard
