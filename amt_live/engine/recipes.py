"""What a mood is made of: one text, or several with weights. Pure values; thread: any.

A plain mood, a blend, and every bar of a glide are recipes, so that each can be read again under
another energy, gone back to, glided away from, and kept in a scene.
"""

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

from amt_live.control.commands import (
    MAX_BLEND,
    MAX_MOOD_CHARS,
    MIN_BLEND,
)
from amt_live.errors import UsageError

Recipe: TypeAlias = tuple[tuple[str, float], ...]
"""Texts with weights whose sum is 1. The empty text is the null mood, and only ever alone."""

MAX_TEXTS: Final = 8
"""A recipe keeps its heaviest texts: glides out of glides would make it longer and longer."""
_LEAST: Final = 1e-6


def plain(text: str) -> Recipe:
    """One text and nothing else."""
    return ((text, 1.0),)


def blended(pairs: Sequence[tuple[str, float]], max_chars: int = MAX_MOOD_CHARS) -> Recipe:
    """The recipe of texts with any weights; raises UsageError, naming the fix."""
    if not MIN_BLEND <= len(pairs) <= MAX_BLEND:
        raise UsageError(f"a blend takes {MIN_BLEND} to {MAX_BLEND} texts, not {len(pairs)}")
    words = [(" ".join(text.split()), weight) for text, weight in pairs]
    for text, weight in words:
        if not text:
            raise UsageError("a text of the blend is empty; write such as: calm 0.7 storm 0.3")
        if not math.isfinite(weight):
            raise UsageError(f"the weight of '{text[:40]}' must be finite")
    total = math.fsum(weight for _, weight in words)
    if not total > _LEAST:
        raise UsageError("the weights must add up to more than 0; write such as: calm 0.7 storm 1")
    recipe = _merged([(text, weight / total) for text, weight in words])
    if len(name_of(recipe)) > max_chars:
        raise UsageError(f"the texts are too long together; {max_chars} characters at most")
    return recipe


def between(start: Recipe, end: Recipe, fraction: float) -> Recipe:
    """The recipe that lies ``fraction`` (0-1) of the way from one to another.

    The null mood has no embedding to come from: of it and a text, the text is what is left.
    """
    pairs = [(text, weight * (1 - fraction)) for text, weight in start]
    pairs += [(text, weight * fraction) for text, weight in end]
    kept = [(text, weight) for text, weight in _merged(pairs) if text] or [("", 1.0)]
    heaviest = sorted(kept, key=lambda pair: -abs(pair[1]))[:MAX_TEXTS]
    kept = [pair for pair in kept if pair in heaviest]
    total = math.fsum(weight for _, weight in kept)
    if not total > _LEAST:
        return end
    return tuple((text, weight / total) for text, weight in kept)


def name_of(recipe: Recipe) -> str:
    """What screens, pushes and markers call it: ``calm 0.7 + storm 0.3``."""
    if len(recipe) == 1:
        return recipe[0][0]
    return " + ".join(f"{text} {weight:.2g}" for text, weight in recipe)


def _merged(pairs: Sequence[tuple[str, float]]) -> Recipe:
    """Equal texts become one; those without weight go."""
    weights: dict[str, float] = {}
    for text, weight in pairs:
        weights[text] = weights.get(text, 0.0) + weight
    return tuple((text, weight) for text, weight in weights.items() if abs(weight) > _LEAST)
