"""A mood takes its attributes from a real passage that its words describe."""

import numpy as np
import pytest

from amt_live.text.examples import Examples, features, mixed

NAMES = ("density", "triple", "part:drums", "part:piano", "genre:rock", "genre:jazz")
ROCK = (1.0, -0.4, 1.4, -0.6, 2.0, 0.0)
JAZZ = (-1.0, -0.4, -0.6, 1.4, 0.0, 2.0)
NONE = (0.0, -0.4, -0.6, 1.4, 0.0, 0.0)
PASSAGES = np.array([ROCK] * 40 + [JAZZ] * 40 + [NONE] * 40, np.float32)
ANY = np.ones(len(PASSAGES), bool)


def examples(prior: np.ndarray | None = None) -> Examples:
    """The first number of an embedding asks for rock, the second for jazz."""
    width = features(PASSAGES, NAMES).shape[1]
    weight = np.zeros((2, width), np.float32)
    weight[0, NAMES.index("genre:rock")] = weight[1, NAMES.index("genre:jazz")] = 2.0
    prior = np.zeros(len(PASSAGES), np.float32) if prior is None else prior
    return Examples(NAMES, PASSAGES, weight, np.zeros(width, np.float32), prior)


def drawn(
    embedding: tuple[float, float], times: int = 200, **said: float
) -> list[tuple[float, ...]]:
    words = np.array(embedding, np.float32)
    some = examples()
    return [tuple(some.choose(words, said, draw, ANY)) for draw in range(times)]


def share(rows: list[tuple[float, ...]], of: tuple[float, ...]) -> float:
    return sum(np.allclose(row, of) for row in rows) / len(rows)


def test_passages_that_fit_the_words_are_chosen_more_often_and_whole() -> None:
    rock, jazz = drawn((1.0, 0.0)), drawn((0.0, 1.0))
    assert share(rock, ROCK) > 0.9 > 0.1 > share(rock, JAZZ)
    assert share(jazz, JAZZ) > 0.9
    assert all(any(np.allclose(row, whole) for whole in (ROCK, JAZZ, NONE)) for row in rock)


def test_one_number_draws_one_passage_and_words_that_say_nothing_draw_any() -> None:
    assert drawn((0.3, 0.3), 20) == drawn((0.3, 0.3), 20)
    rows = drawn((0.0, 0.0))
    assert all(0.2 < share(rows, passage) < 0.5 for passage in (ROCK, JAZZ, NONE))


def test_what_was_said_outright_outweighs_the_rest() -> None:
    rows = drawn((1.0, 0.0), **{"part:piano": 1.4, "unknown": 3.0})
    assert share(rows, ROCK) < 0.05


def test_what_must_be_is_and_cannot_be_forced_where_nothing_is_so() -> None:
    words, some = np.array((1.0, 0.0), np.float32), examples()
    only_jazz = np.arange(len(PASSAGES)) // 40 == 1
    assert all(np.allclose(some.choose(words, {}, draw, only_jazz), JAZZ) for draw in range(50))
    assert np.allclose(some.choose(words, {}, 3, ~ANY), some.choose(words, {}, 3, ANY))


def test_a_prior_holds_whatever_the_words_are() -> None:
    prior = np.where(np.arange(len(PASSAGES)) < 40, 0.0, -20.0).astype(np.float32)
    words, some = np.array((0.0, 0.5), np.float32), examples(prior)
    assert all(np.allclose(some.choose(words, {}, draw, ANY), ROCK) for draw in range(50))


def test_features_tell_parts_that_play_and_passages_without_a_genre() -> None:
    table = features(PASSAGES[[0, 40, 80]], NAMES)
    assert table[:, len(NAMES) + 2 :].tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


def test_between_two_examples_lies_their_weighted_mean_and_never_more() -> None:
    rock, jazz = np.array(ROCK, np.float32), np.array(JAZZ, np.float32)
    assert mixed([(rock, 1.0), (jazz, 1.0)])[0] == pytest.approx(0.0)
    assert mixed([(rock, 3.0), (jazz, 1.0)])[0] == pytest.approx(0.5)
    assert mixed([(rock, 3.0), (jazz, -1.0)])[0] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="weights"):
        mixed([(rock, 1.0), (jazz, -1.0)])


def test_arrays_that_do_not_fit_are_refused() -> None:
    width = features(PASSAGES, NAMES).shape[1]
    good = (np.zeros((2, width), np.float32), np.zeros(width, np.float32), np.zeros(len(PASSAGES)))
    for weight, bias, prior in (
        (good[0][:, 1:], good[1], good[2]),
        (good[0], good[1][1:], good[2]),
        (good[0], good[1], good[2][1:]),
    ):
        with pytest.raises(ValueError, match="examples"):
            Examples(NAMES, PASSAGES, weight, bias, prior)
