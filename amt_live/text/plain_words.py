"""What the plainest words of music ask for, as attributes in standard deviations.

A sentence encoder puts a bare "calm" near "not calm" and near every storm that calm is the opposite
of. The words that a performer types most are therefore known by themselves. Data, and a look-up;
thread: any. English.
"""

from collections.abc import Mapping, Sequence
from typing import Final

_MOODS: Final = {
    (-1.2, 0.6): "calm peaceful serene tranquil gentle soothing restful relaxed mellow",
    (-1.4, 0.2): "sleepy drowsy dreamy floating meditative",
    (-1.0, 0.9): "tender warm sweet romantic loving",
    (-0.9, -1.1): "sad melancholic melancholy mournful sorrowful lonely wistful gloomy bleak",
    (-0.3, -1.2): "dark brooding sombre somber sinister ominous",
    (0.4, 1.2): "happy cheerful joyful merry playful sunny",
    (1.0, 1.0): "triumphant euphoric jubilant exuberant",
    (0.7, -0.9): "tense anxious nervous scary menacing",
    (1.6, -0.7): "aggressive angry furious violent brutal raging",
    (1.5, 0.0): "wild frantic frenzied energetic intense explosive",
}
_LEVELS: Final = {
    ("density", -1.3): "sparse minimal minimalist bare skeletal",
    ("density", 1.2): "busy dense crowded packed",
    ("velocity", -1.3): "soft quiet hushed whispering pianissimo",
    ("velocity", 1.2): "loud forte fortissimo thunderous",
    ("shortness", -1.2): "legato sustained",
    ("shortness", 1.2): "staccato choppy clipped",
    ("register", -1.2): "low-pitched",
    ("register", 1.2): "high-pitched",
    ("offbeat", 1.2): "syncopated offbeat off-beat",
}
WORDS: Final[Mapping[str, Mapping[str, float]]] = {
    **{
        word: {"arousal": arousal, "valence": valence}
        for (arousal, valence), words in _MOODS.items()
        for word in words.split()
    },
    **{
        word: {attribute: value}
        for (attribute, value), words in _LEVELS.items()
        for word in words.split()
    },
}
_WEAKENED: Final = frozenset(
    ("not", "no", "less", "never", "without", "nothing", "hardly", "un", "isn't", "aren't")
)
_PASSED: Final = frozenset(("so", "too", "very", "that", "at", "all", "more", "much"))


def asked_by(words: Sequence[str]) -> dict[str, float]:
    """What the plain words among ``words`` ask for; of several the mean, and nothing of a word
    behind a "not" or a "less"."""
    found: dict[str, list[float]] = {}
    for at, word in enumerate(words):
        before = at - 1
        while before >= 0 and words[before] in _PASSED:
            before -= 1
        if before >= 0 and words[before] in _WEAKENED:
            continue
        for attribute, value in WORDS.get(word, {}).items():
            found.setdefault(attribute, []).append(value)
    return {attribute: sum(values) / len(values) for attribute, values in found.items()}
