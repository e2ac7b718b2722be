"""Half precision, loss scaling, devices and smaller portions, with the real model and optimiser."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="the offline half needs [train]")

import torch

from amt_live.errors import UsageError
from amt_live.tokens import vocabulary as v
from export.model import ModelConfig, MoodGPT2
from export.optim import MuonAdamW
from export.training.batches import Batch
from export.training.hardware import Arithmetic, pick_device, pick_precision
from export.training.memory import OutOfMemory, Portions, is_out_of_memory
from export.training.updating import Updating
from export.training.workers import Workers

CPU = torch.device("cpu")


def some_batch(count: int = 4) -> Batch:
    rng = np.random.default_rng(0)
    ids = torch.from_numpy(rng.integers(30, v.SIZE, (count, 33)))
    ids[:, 1::8] = v.MOOD
    moods = torch.zeros_like(ids)
    conditioning = torch.from_numpy(rng.normal(size=(count, 1, 10)).astype(np.float32))
    return Batch(ids, moods, torch.zeros(count, dtype=torch.int64), conditioning)


def updating(dtype: torch.dtype | None) -> tuple[Updating, MoodGPT2, Arithmetic]:
    torch.manual_seed(0)
    model = MoodGPT2(ModelConfig(10, hidden=32, layers=2, heads=2))
    arithmetic = Arithmetic(CPU, dtype)
    portions = Portions(4, pytest.fail)
    optimizer = MuonAdamW(model)
    return Updating(model, optimizer, arithmetic, portions, Workers(), seed=1), model, arithmetic


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_learns_what_full_precision_learns(dtype: torch.dtype) -> None:
    losses = []
    for kind in (None, dtype):
        learner, model, _ = updating(kind)
        losses.append(
            [learner.update(some_batch(), step, 1.0, stop=False).loss for step in range(6)]
        )
        assert model.gpt2.transformer.wte.weight.dtype == torch.float32
    full, half = losses
    assert full != half, "it really computed in another precision"
    assert half == pytest.approx(full, abs=0.05)
    assert full[-1] < full[0] - 0.1


def test_an_overflow_of_fp16_skips_the_update_and_lowers_the_scale() -> None:
    learner, model, arithmetic = updating(torch.float16)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    scale = 2.0**40
    arithmetic.scaler.load_state_dict({**arithmetic.scaler.state_dict(), "scale": scale})
    arithmetic.scaler._lazy_init_scale_growth_tracker(CPU)
    learner.update(some_batch(), 0, 1.0, stop=False)
    assert arithmetic.scaler.get_scale() == scale / 2
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_what_is_before_a_mood_slot_is_no_target() -> None:
    batch = some_batch()
    assert batch.count() == batch.ids[:, 1:].numel() - int((batch.ids[:, 1:] == v.MOOD).sum())


def test_memory_errors_are_told_from_others() -> None:
    with pytest.raises((RuntimeError, MemoryError)) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value), "what torch's CPU allocator really raises"
    assert is_out_of_memory(torch.cuda.OutOfMemoryError("CUDA out of memory."))
    with pytest.raises(RuntimeError) as caught:
        torch.ones(2, 3) @ torch.ones(2, 3)
    assert not is_out_of_memory(caught.value)


def test_portions_shrink_until_a_step_fits_and_stay_so() -> None:
    said: list[str] = []
    portions = Portions(8, said.append)

    def step(parts: list[slice]) -> list[int]:
        sizes = [part.stop - part.start for part in parts]
        if max(sizes) > 2:
            torch.empty(max(sizes) << 58, dtype=torch.uint8)
        return sizes

    assert portions.run(8, step) == [2, 2, 2, 2]
    assert [line.split(":")[0] for line in said] == ["out of memory", "out of memory"]
    assert portions.run(8, step) == [2, 2, 2, 2] and len(said) == 2


def test_one_sequence_that_does_not_fit_is_one_line() -> None:
    def step(parts: list[slice]) -> None:
        torch.empty(1 << 60, dtype=torch.uint8)

    with pytest.raises(OutOfMemory, match="one sequence at a time"):
        Portions(2, lambda line: None).run(2, step)


def test_an_error_that_is_not_about_memory_is_not_tried_again() -> None:
    def step(parts: list[slice]) -> None:
        torch.ones(2, 3) @ torch.ones(2, 3)

    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        Portions(2, pytest.fail).run(2, step)


def test_a_cpu_computes_in_full_precision_whatever_is_left_to_it() -> None:
    assert pick_precision("auto", CPU) is None
    for name in ("bf16", "fp16"):
        with pytest.raises(UsageError, match="use --precision fp32"):
            pick_precision(name, CPU)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has what the test asks for")
def test_a_device_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UsageError, match="--device cpu"):
        pick_device("cuda", Workers())
    assert pick_device("auto", Workers()).type in ("cpu", "mps")
