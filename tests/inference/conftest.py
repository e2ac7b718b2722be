"""The tiny model, opened once, and moods made of plain arrays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from amt_live.inference.decoder import Decoder, DecoderSizes, Floats, load_decoder

FOLDER = Path(__file__).parents[2] / "models" / "tiny"
SIZES = DecoderSizes(vocabulary=512, hidden=32, layers=2, heads=2, head_size=16)


@dataclass(frozen=True)
class Steer:
    """A mood as inference knows it: two vectors."""

    slot: Floats
    add: Floats


def steer(seed: int) -> Steer:
    """A random mood."""
    slot, add = np.random.default_rng(seed).normal(size=(2, SIZES.hidden)).astype(np.float32)
    return Steer(slot, add)


@pytest.fixture(scope="session")
def loaded() -> Decoder:
    return load_decoder(FOLDER, SIZES)


@pytest.fixture
def decoder(loaded: Decoder) -> Decoder:
    return loaded.fork()


@pytest.fixture(scope="session")
def moods() -> tuple[Steer, Steer, Steer]:
    """Two moods and a null mood."""
    return steer(1), steer(2), steer(3)
