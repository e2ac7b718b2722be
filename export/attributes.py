"""What a passage is like, measured: the numbers that moods set and that texts are mapped to.

The same attributes condition the model in training (measured), at run time (predicted from the
text)
and under a performer's hands (set).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS, PART_NAMES
from export import harmony
from export.corpus import PieceInfo

Floats = NDArray[np.float32]

MEASURED: Final = (
    "density", "velocity", "shortness", "register", "mode", "onsets", "polyphony", "offbeat",
    "triplets", "drums_density", "bass_motion", "velocity_spread", "pitch_range", "triple",
)  # fmt: skip
"""Density is the logarithm of note-ons a beat; mode is major minus minor correlation with the
key."""

DERIVED: Final = ("arousal", "valence")
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


def measure(notes: NDArray[np.void], steps: int, bar_steps: int, key_scores: Floats) -> Floats:
    """Raw values of MEASURED for notes (steps relative to the passage) that last ``steps`` grid
    steps.

    ``key_scores`` are the 24 key correlations of the music around the passage.
    """
    beats = steps / STEPS_PER_BEAT
    drums = notes["part"] == DRUMS.index
    pitched = notes[~drums]
    n = max(len(pitched), 1)
    pitch = pitched["pitch"].astype(np.float32)
    velocity = notes["velocity"].astype(np.float32)
    onsets = np.unique(notes["step"])
    inside = onsets % STEPS_PER_BEAT
    bass = pitched["part"] == 1
    onset_positions = max(len(np.unique(pitched["step"])), 1)
    return np.array(
        [
            np.log2(0.25 + len(notes) / beats),
            velocity.mean() if len(notes) else 70.0,
            -np.log2(pitched["duration"].mean() / STEPS_PER_BEAT) if len(pitched) else 0.0,
            pitch[~bass].mean() if (~bass).any() else 60.0,
            key_scores[:12].max() - key_scores[12:].max(),
            len(onsets) / beats,
            n / onset_positions,
            (inside != 0).mean() if len(onsets) else 0.0,
            np.isin(inside, (4, 8)).mean() if len(onsets) else 0.0,
            np.log2(0.25 + drums.sum() / beats),
            bass.sum() / beats,
            velocity.std() if len(notes) else 0.0,
            pitch.std() if len(pitched) else 0.0,
            1.0 if bar_steps in (36, 18) else 0.0,
        ],
        np.float32,
    )


def part_shares(notes: NDArray[np.void], steps: int) -> Floats:
    """Presence of the 16 parts, 0-1: one note every two beats counts as present."""
    counts = np.bincount(notes["part"], minlength=len(PART_NAMES))[: len(PART_NAMES)]
    return np.minimum(counts * (2.0 * STEPS_PER_BEAT / steps), 1.0).astype(np.float32)


def key_scores(notes: NDArray[np.void]) -> Floats:
    """Key correlations [24] of some notes, drums left out, weighted by length."""
    pitched = notes[notes["part"] != DRUMS.index]
    weight = np.minimum(pitched["duration"], 48).astype(np.float32)
    zero = np.zeros(len(pitched), np.intp)
    histogram = harmony.histograms(zero, pitched["pitch"].astype(np.float32), weight, 1)
    return harmony.key_correlations(histogram)[0]


class Scale:
    """Means and deviations of the attributes over the training data; turns raw values into
    z-scores."""

    def __init__(self, mean: Floats, deviation: Floats) -> None:
        self.mean = mean
        self.deviation = deviation

    @classmethod
    def fit(cls, raw: Floats) -> "Scale":
        """From raw measurements [N, len(MEASURED)]."""
        return cls(raw.mean(axis=0), np.maximum(raw.std(axis=0), 1e-3))

    def z(self, raw: Floats) -> Floats:
        """MEASURED and DERIVED z-scores, clipped to 3."""
        z = np.clip((raw - self.mean) / self.deviation, -3, 3)
        at = {name: index for index, name in enumerate(MEASURED)}
        arousal = 0.6 * z[at["density"]] + 0.6 * z[at["velocity"]] + 0.35 * z[at["shortness"]]
        arousal += 0.25 * z[at["drums_density"]] + 0.2 * z[at["onsets"]]
        valence = 0.85 * z[at["mode"]] + 0.3 * z[at["register"]] + 0.25 * arousal / 1.4
        return np.concatenate([z, [arousal / 1.4, valence]]).astype(np.float32)


def vector(z: Floats, shares: Floats, genre: str | None) -> Floats:
    """The attribute vector [len(NAMES)]: z-scores, part presences and genre, about unit
    deviation each."""
    genres = np.zeros(len(GENRES), np.float32)
    if genre is not None:
        genres[GENRES.index(genre)] = 2.0
    return np.concatenate([z, (shares - 0.3) * 2.0, genres]).astype(np.float32)
