"""What a mood was understood as: valence, arousal, and the names that lie nearest.

Pure; called on the engine's thread with every snapshot. The names are those of ``analysis``, so the
screen and ``amt-live analyze`` speak alike. Attributes are in standard deviations of real music.
"""

import math
from collections.abc import Mapping
from typing import Final

from amt_live.analysis.moods import NAMES
from amt_live.control.state import Understood
from amt_live.text.conditioning import GENRE_THRESHOLD
from amt_live.text.examples import GENRE_PREFIX

_AROUSALS: Final = (-1.4, -0.7, 0.0, 0.7, 1.4)
"""The middles of the levels that have names: see ``analysis.moods``, AROUSAL_EDGES."""
_VALENCES: Final = (-0.9, 0.0, 0.9)
_NAMES_SHOWN: Final = 2
_GENRES_SHOWN: Final = 2


def understood(text: str, attributes: Mapping[str, float]) -> Understood:
    """The reading of a mood's attributes; empty for one that has none."""
    if not text or "arousal" not in attributes or "valence" not in attributes:
        return Understood(text)
    arousal, valence = attributes["arousal"], attributes["valence"]
    names = sorted(
        (math.hypot(arousal - a, valence - v), NAMES[row][column])
        for row, a in enumerate(_AROUSALS)
        for column, v in enumerate(_VALENCES)
    )
    genres = sorted(
        (-value, name.removeprefix(GENRE_PREFIX))
        for name, value in attributes.items()
        if name.startswith(GENRE_PREFIX) and value > GENRE_THRESHOLD
    )
    nearest = [name for _, name in names[:_NAMES_SHOWN]]
    nearest += [name for _, name in genres[:_GENRES_SHOWN]]
    return Understood(text, round(float(valence), 2), round(float(arousal), 2), tuple(nearest))
