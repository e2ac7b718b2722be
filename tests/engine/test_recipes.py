"""What moods are made of."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.engine.recipes import MAX_TEXTS, Recipe, between, blended, name_of, plain
from amt_live.errors import UsageError


def test_weights_are_made_to_add_up_to_one_and_the_name_says_them() -> None:
    assert blended([("calm", 7), ("storm", 3)]) == (("calm", 0.7), ("storm", 0.3))
    assert name_of(blended([(" calm  piano", 2), ("storm", 1)])) == "calm piano 0.67 + storm 0.33"
    assert name_of(blended([("calm", 2), ("storm", -0.5)])) == "calm 1.3 + storm -0.33"
    assert name_of(plain("calm")) == "calm"


def test_equal_texts_become_one_and_weightless_ones_go() -> None:
    assert blended([("calm", 1), ("storm", 0), ("calm", 1)]) == plain("calm")


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([("calm", 1)], "2 to 8 texts, not 1"),
        ([(str(number), 1) for number in range(9)], "2 to 8 texts, not 9"),
        ([("calm", 1), ("  ", 1)], "is empty"),
        ([("calm", math.nan), ("storm", 1)], "must be finite"),
        ([("calm", math.inf), ("storm", 1)], "must be finite"),
        ([("calm", 0), ("storm", 0)], "more than 0"),
        ([("calm", 1), ("storm", -1)], "more than 0"),
        ([("x" * 300, 1), ("y" * 300, 1)], "too long together"),
    ],
)
def test_what_is_no_blend_is_said_in_one_line(pairs: list[tuple[str, float]], why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        blended(pairs)
    assert "\n" not in str(caught.value)


def test_the_way_from_one_to_another_is_straight() -> None:
    start, end = plain("calm"), plain("storm")
    assert between(start, end, 0) == start and between(start, end, 1) == end
    assert between(start, end, 0.25) == (("calm", 0.75), ("storm", 0.25))
    assert between(plain(""), end, 0.25) == end
    assert between(end, plain(""), 0.25) == end
    assert between(plain(""), plain(""), 0.5) == plain("")


@given(
    st.lists(st.sampled_from("abcdefghijkl"), min_size=2, max_size=MAX_TEXTS),
    st.text("klmno", min_size=1, max_size=2),
    st.floats(0.01, 0.99),
)
def test_a_recipe_stays_short_and_adds_up(texts: list[str], text: str, fraction: float) -> None:
    recipe: Recipe = blended([(each, 1) for each in texts])
    for _ in range(5):
        recipe = between(recipe, plain(text), fraction)
        assert len(recipe) <= MAX_TEXTS
        assert math.fsum(weight for _, weight in recipe) == pytest.approx(1)
