import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.inference.sampler import RandomState, Sampler

LOGITS = np.random.default_rng(3).normal(size=(2, 512)).astype(np.float32) * 3
ALL = ((0, 512),)


def draws(sampler, count=200, ranges=ALL, forbidden=(), **settings):
    return [sampler.choose(LOGITS, ranges, forbidden, **settings) for _ in range(count)]


def test_the_same_seed_draws_the_same_ids_and_another_seed_others():
    assert draws(Sampler(7)) == draws(Sampler(7))
    assert draws(Sampler(7)) != draws(Sampler(8))


def test_a_negative_seed_is_a_seed():
    assert draws(Sampler(-1)) == draws(Sampler(-1))


def test_the_random_state_can_be_put_back_and_survives_json():
    sampler = Sampler(7)
    draws(sampler, 5)
    kept = json.loads(json.dumps(sampler.state))
    after = draws(sampler)
    sampler.state = RandomState(*kept)
    assert draws(sampler) == after


@given(st.integers(0, 400), st.integers(1, 100), st.sets(st.integers(0, 511), max_size=40))
def test_only_allowed_ids_are_drawn(first, width, forbidden):
    allowed = set(range(first, first + width)) - forbidden
    sampler = Sampler(1)
    if allowed:
        assert set(draws(sampler, 20, ((first, first + width),), tuple(forbidden))) <= allowed
    else:
        with pytest.raises(ValueError, match="no id is allowed"):
            draws(sampler, 1, ((first, first + width),), tuple(forbidden))


def test_no_ranges_at_all_is_an_error_not_a_draw():
    with pytest.raises(ValueError, match="no id is allowed"):
        Sampler(1).choose(LOGITS, ())


def test_frequencies_follow_the_softmax():
    logits = np.full((1, 8), -20.0, np.float32)
    logits[0, :3] = np.log([0.5, 0.3, 0.2])
    sampler = Sampler(1)
    counts = np.bincount([sampler.choose(logits, ((0, 8),)) for _ in range(4000)], minlength=8)
    np.testing.assert_allclose(counts[:3] / 4000, [0.5, 0.3, 0.2], atol=0.03)


def test_no_temperature_takes_the_best_and_draws_nothing():
    sampler = Sampler(1)
    state = sampler.state
    assert set(draws(sampler, 5, temperature=0.0)) == {int(LOGITS[0].argmax())}
    assert sampler.state == state


def test_top_k_keeps_the_k_best():
    best = set(np.argsort(-LOGITS[0])[:4].tolist())
    assert set(draws(Sampler(1), 500, top_k=4, temperature=2.0)) == best


def test_top_p_keeps_the_smallest_set_that_reaches_p():
    logits = np.log(np.array([[0.5, 0.3, 0.15, 0.05]], np.float32))
    sampler = Sampler(1)
    drawn = {sampler.choose(logits, ((0, 4),), top_p=0.75) for _ in range(300)}
    assert drawn == {0, 1}
    assert {sampler.choose(logits, ((0, 4),), top_p=0.01) for _ in range(50)} == {0}


def test_guidance_moves_away_from_the_null_row():
    guided = LOGITS[1] + 2.0 * (LOGITS[0] - LOGITS[1])
    sampler = Sampler(1)
    assert sampler.choose(LOGITS, ALL, temperature=0.0, guidance=2.0) == int(guided.argmax())
    assert sampler.choose(LOGITS, ALL, temperature=0.0, guidance=0.0) == int(LOGITS[1].argmax())


def test_a_bias_can_decide():
    bias = np.zeros(512, np.float32)
    bias[77] = 1000.0
    assert set(draws(Sampler(1), 5, bias=bias)) == {77}


def test_choosing_leaves_the_logits_alone():
    before = LOGITS.copy()
    draws(Sampler(1), 3, forbidden=(1, 2), guidance=2.0, top_p=0.5, top_k=9)
    assert np.array_equal(before, LOGITS)


def test_a_bias_moves_weight_within_a_group_and_not_between_groups() -> None:
    logits = np.array([[0.0, 1.0, 2.0, 0.5, -1.0, 0.3]], np.float32)
    bias = np.array([3.0, 0.0, 0.0, 0.0, 0.0, 0.0], np.float32)
    draws = {}
    for name, groups in (("plain", ((),)), ("grouped", (((0, 3),),))):
        sampler = Sampler(1)
        chosen = [
            sampler.choose(logits, [(0, 6)], (), bias=bias, groups=[g for g in groups[0] if g])
            for _ in range(6000)
        ]
        draws[name] = np.bincount(chosen, minlength=6) / len(chosen)
    weights = np.exp(logits[0])
    share = weights[:3].sum() / weights.sum()
    assert abs(draws["grouped"][:3].sum() - share) < 0.03
    assert draws["plain"][:3].sum() > share + 0.08
    assert draws["grouped"][0] > 2 * weights[0] / weights.sum()


def test_the_numbers_are_those_of_numpy() -> None:
    sampler, numbers = Sampler(7), np.random.Generator(np.random.PCG64(7))
    assert [sampler.random() for _ in range(500)] == numbers.random(500).tolist()


def test_a_group_that_is_pushed_out_of_single_precision_keeps_its_weight() -> None:
    logits = np.array([[0.0, 1.0, 0.5, -30.0]], np.float32)
    bias = np.array([-200.0, -201.0, 0.0, 0.0], np.float32)
    sampler = Sampler(1)
    drawn = [
        sampler.choose(logits, [(0, 2), (2, 4)], bias=bias, groups=[(0, 2)]) for _ in range(3000)
    ]
    weights = np.exp(logits[0])
    share = weights[:2].sum() / weights.sum()
    assert abs(np.mean([token < 2 for token in drawn]) - share) < 0.03
