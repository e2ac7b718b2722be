"""The model hears its mood in the slot and in every token after it."""

import pytest

pytest.importorskip("torch", reason="the offline half needs [train]")

import torch

from amt_live.tokens import vocabulary as v
from export.model import ModelConfig, MoodGPT2


def test_the_mood_reaches_the_logits_through_the_slot_and_through_the_addition() -> None:
    torch.manual_seed(0)
    model = MoodGPT2(ModelConfig(10, hidden=32, layers=1, heads=2)).eval()
    ids = torch.tensor([[v.bar_id(48), v.MOOD, 60]])
    where = torch.arange(3)[None]
    moods = torch.randn(2, 1, 10)
    index = torch.zeros_like(ids)
    first, second = (model(ids, where, mood[None], index) for mood in moods)
    assert torch.equal(first[0, 0], second[0, 0]), "nothing before the slot knows the mood yet"
    assert not torch.allclose(first[0, 1], second[0, 1])
    torch.nn.init.normal_(model.add.weight)
    third, fourth = (model(ids, where, mood[None], index) for mood in moods)
    assert not torch.allclose(third[0, 0], fourth[0, 0])


def test_attention_is_torchs_fused_one() -> None:
    model = MoodGPT2(ModelConfig(10, hidden=32, layers=1, heads=2))
    assert model.gpt2.config._attn_implementation == "sdpa"


def test_dropout_of_the_shape_reaches_every_layer() -> None:
    shape = ModelConfig(10, hidden=32, layers=1, heads=2, dropout=0.2, attention_dropout=0.3)
    config = MoodGPT2(shape).gpt2.config
    assert (config.resid_pdrop, config.embd_pdrop, config.attn_pdrop) == (0.2, 0.2, 0.3)
