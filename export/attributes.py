"""What a passage is like: the numbers that moods set and that texts are mapped to.

The same attributes condition the model in training (measured), at run time (predicted from the
text) and under a performer's hands (set). How they are measured stands in
``amt_live.analysis.measures``, which analysis borrows too.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.analysis.measures import (
    DERIVED,
    MEASURED,
    Scale,
    key_scores,
    measure,
    part_shares,
)
from amt_live.music.parts import PART_NAMES
from export.corpus import PieceInfo

__all__ = [
    "CONTINUOUS", "DERIVED", "GENRES", "GENRES_AT", "MEASURED", "NAMES", "PARTS_AT", "Scale",
    "genre_of", "key_scores", "measure", "part_shares", "vector",
]  # fmt: skip

Floats = NDArray[np.float32]

GENRES: Final = (
    "rock", "metal", "jazz", "blues", "latin", "classical", "folk", "electronic", "pop", "country",
    "soul", "hip hop", "ambient", "orchestral", "ragtime", "march",
)  # fmt: skip
NAMES: Final = (
    *MEASURED, *DERIVED, *(f"part:{p}" for p in PART_NAMES), *(f"genre:{g}" for g in GENRES),
)  # fmt: skip
CONTINUOUS: Final = len(MEASURED) + len(DERIVED)
PARTS_AT: Final = CONTINUOUS
GENRES_AT: Final = CONTINUOUS + len(PART_NAMES)

GUITAR: Final = PART_NAMES.index("guitar")
DISTORTED: Final = (29, 30, 31)

_GENRE_WORDS: Final = {
    "metal": ("metal", "industrial"),
    "ragtime": ("ragtime", "boogie", "dixieland", "charleston"),
    "march": ("march", "polka", "hymn", "anthem"),
    "hip hop": ("hip hop", "hiphop", "trap", "lo-fi", "rap"),
    "ambient": ("ambient", "new age", "lullaby", "dreamy"),
    "orchestral": ("orchestral", "cinematic", "video game", "rpg"),
    "latin": (
        "latin", "bossa", "samba", "salsa", "mambo", "rumba", "cha-cha", "merengue", "tango",
        "calypso",
        "cuban", "beguine", "bolero", "reggaeton", "afro", "reggae", "ska", "exotica",
    ),
    "jazz": ("jazz", "swing", "bebop", "foxtrot", "quickstep", "show tune", "soft-shoe"),
    "blues": ("blues",),
    "electronic": (
        "electronic", "techno", "house", "trance", "drum and bass", "chiptune", "synth", "dance",
        "disco",
        "edm", "dnb",
    ),
    "soul": ("soul", "funk", "r&b", "gospel", "motown"),
    "country": ("country", "bluegrass", "zydeco", "cajun"),
    "folk": ("folk", "celtic", "bhangra", "gypsy", "slavic", "jig", "reel", "hornpipe", "waltz",
    "musette"),
    "rock": ("rock", "punk", "rockabilly", "twist", "doo-wop"),
    "pop": ("pop", "ballad"),
    "classical": (
        "classical", "baroque", "romantic", "art song", "chorale", "quartet", "renaissance",
        "modern",
    ),
}  # fmt: skip


def genre_of(piece: PieceInfo) -> str | None:
    """Coarse genre of a piece from its labels, or None."""
    if piece.source in ("jsb_chorales", "openscore_lieder", "openscore_quartets", "mutopia"):
        return "classical"
    if piece.source == "nottingham":
        return "folk"
    if piece.source in ("freedoom", "blasphemer"):
        # Their one label is "metal / industrial / dark ambient": the distorted guitar tells which.
        return "metal" if piece.programs[GUITAR] in DISTORTED else "ambient"
    genre = piece.labels.get("genre", "").lower()
    theme = piece.labels.get("subgenre", "").split(";")[0].lower()
    for text in (genre, f"{genre} {theme}"):
        for name, keys in _GENRE_WORDS.items():
            if any(key in text for key in keys):
                return name
    return None


def vector(z: Floats, shares: Floats, genre: str | None) -> Floats:
    """The attribute vector [len(NAMES)]: z-scores, part presences and genre, about unit
    deviation each."""
    genres = np.zeros(len(GENRES), np.float32)
    if genre is not None:
        genres[GENRES.index(genre)] = 2.0
    return np.concatenate([z, (shares - 0.3) * 2.0, genres]).astype(np.float32)
