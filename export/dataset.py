"""Training sequences, made on the fly: real passages, transposed and mood-augmented, spliced at
bar lines.

A sequence is a run of passages of one piece (or, one time in five, of another piece after a
splice),
each with its own mood: its measured attributes together with the embedding of a caption that fits
it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS
from amt_live.tokens.encode import GridBar, encode_bar
from export import attributes, augment
from export.captions import Described, caption
from export.corpus import Corpus, PieceInfo
from export.gridding import grid_bars

Floats = NDArray[np.float32]

SOURCE_WEIGHTS = {
    "freedoom": 0.10, "simutrans": 0.04, "openmsx": 0.03, "easyrpg": 0.03, "blasphemer": 0.01,
    "pop909_band": 0.12, "ewld_band": 0.09, "styleband": 0.36, "groove": 0.03, "openscore_lieder":
    0.07,
    "openscore_quartets": 0.01, "mutopia": 0.05, "nottingham": 0.03, "jsb_chorales": 0.03,
}  # fmt: skip
"""Share of sequences by source; sources that are not named share what their size gives them."""

NULL_SHARE = 0.12
SPLICES = 0.06
ATTRIBUTE_NOISE = 0.2
PLAIN_KEY = 0.78
PLAIN_MODE = 0.7
"""Key correlations from which a caption may name the key, and speak of major and minor."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Some bars of a piece as they will be written, with the mood that goes with them."""

    bars: list[GridBar]
    described: Described
    raw: Floats
    """Measurements before scaling."""
    notes: NDArray[np.void]
    """What begins in it, steps from its beginning on."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Ids [T + 1], the mood index of every id, and the conditioning vectors [M, D]."""

    ids: NDArray[np.int64]
    mood_index: NDArray[np.int64]
    conditioning: Floats


class CaptionBank:
    """Captions with their embeddings and the attributes of the passages they were made for."""

    def __init__(self, vectors: Floats, embeddings: Floats) -> None:
        self.vectors = vectors
        self.embeddings = embeddings
        weight = np.ones(len(attributes.NAMES), np.float32) * 0.3
        weight[: attributes.CONTINUOUS] = 0.5
        weight[
            [attributes.NAMES.index(n) for n in ("arousal", "valence", "density", "velocity")]
        ] = 1
        self._weight = weight
        genres = vectors[:, attributes.GENRES_AT :]
        labelled = genres.max(axis=1) > 0
        self._by_genre = {
            g: np.flatnonzero(labelled & (genres.argmax(axis=1) == g))
            for g in range(len(attributes.GENRES))
        }
        self._any = np.arange(len(vectors))

    @property
    def width(self) -> int:
        """Width of a conditioning vector: the flag, the attributes and the embedding."""
        return 1 + self.vectors.shape[1] + self.embeddings.shape[1]

    def fitting(self, vector: Floats, rng: np.random.Generator) -> Floats:
        """The embedding of a caption of the same genre whose passage was much like this one."""
        genre = vector[attributes.GENRES_AT :]
        rows = self._by_genre[int(genre.argmax())] if genre.max() > 0 else self._any
        if len(rows) < 8:
            rows = self._any
        some = rows[rng.integers(0, len(rows), 48)]
        distance = (((self.vectors[some] - vector) ** 2) * self._weight).sum(axis=1)
        return self.embeddings[some[distance.argmin()]]


def conditioning(
    vector: Floats, embedding: Floats, rng: np.random.Generator | None = None
) -> Floats:
    """One conditioning vector [1 + A + E]; with ``rng``, noised and dropped as in training."""
    attribute, text = vector.copy(), embedding * np.sqrt(np.float32(len(embedding)))
    if rng is not None:
        attribute += rng.normal(0, ATTRIBUTE_NOISE, len(attribute)).astype(np.float32)
        if rng.random() < 0.7:
            attribute *= rng.random(len(attribute)) > rng.uniform(0, 0.5)
        draw = rng.random()
        if draw < 0.3:
            text = np.zeros_like(text)
        elif draw < 0.4:
            attribute[:] = 0
    return np.concatenate([[np.float32(1)], attribute, text]).astype(np.float32)


class PassageSource:
    """Draws passages of pieces: transposed, augmented, measured. One per process; not
    thread-safe."""

    def __init__(
        self,
        corpus: Corpus,
        scale: attributes.Scale,
        split: str,
        seed: int,
        *,
        changed: bool | None = None,
    ) -> None:
        """``changed``: whether passages are changed by the rules of expression; None: those of
        training are."""
        self.corpus = corpus
        self.scale = scale
        self.rng = np.random.default_rng(seed)
        self.pieces = [p for p in corpus.pieces if p.split == split]
        self._weights = _piece_weights(self.pieces)
        self._augmented = split == "train" if changed is None else changed

    def draw_piece(self, source: str | None = None) -> PieceInfo:
        """A random piece, by the weights of the sources, or of one source."""
        if source is not None:
            some = [p for p in self.pieces if p.source == source]
            return some[self.rng.integers(len(some))]
        return self.pieces[int(np.searchsorted(self._weights, self.rng.random()))]

    def passages(
        self, piece: PieceInfo, transpose: int, max_bars: int, *, written: bool = True
    ) -> Iterator[Passage]:
        """Consecutive passages of a piece from a random bar on, until it ends; measured only where
        not ``written``."""
        rng = self.rng
        notes = self.corpus.notes[slice(*piece.notes)]
        bars = self.corpus.bars[slice(*piece.bars)]
        first = int(rng.integers(0, max(1, len(bars) - 8)))
        long_mood = rng.random() < 0.3
        while first < len(bars):
            if long_mood:
                count = 16
            elif rng.random() < 0.5:
                count = int(rng.integers(1, 4))
            else:
                count = int(rng.integers(4, 9))
            last = min(first + min(count, max_bars), len(bars))
            yield self._passage(piece, notes, bars[first:last], transpose, written)
            first = last

    def passage(self, piece: PieceInfo, first: int, count: int) -> Passage:
        """Bars of a piece from ``first`` on, measured but not written."""
        notes, bars = self.corpus.notes[slice(*piece.notes)], self.corpus.bars[slice(*piece.bars)]
        return self._passage(piece, notes, bars[first : first + count], 0, False)

    def _passage(
        self,
        piece: PieceInfo,
        notes: NDArray[np.void],
        bars: NDArray[np.int32],
        transpose: int,
        written: bool,
    ) -> Passage:
        rng = self.rng
        start, end = int(bars[0, 0]), int(bars[-1].sum())
        low, high = np.searchsorted(notes["step"], (start - 96, end + 96))
        change = augment.draw_change(rng) if self._augmented else augment.Change()
        if change.tempo > 1:
            high = np.searchsorted(notes["step"], end + 96 + (end - start))
        around = _transposed(notes[max(low, 0) : high], transpose)
        scores = attributes.key_scores(around)
        around, tempo = augment.at_tempo(around, change, start, end)
        around, _ = augment.apply(around, change, scores, rng)
        scores = attributes.key_scores(around)
        inside = around[(around["step"] >= start) & (around["step"] < end)]
        inside = np.sort(inside, order="step")
        relative = inside.copy()
        relative["step"] -= start
        raw = attributes.measure(relative, end - start, int(bars[0, 1]), scores)
        genre = None if change.thinned else attributes.genre_of(piece)
        vector = attributes.vector(
            self.scale.z(raw), attributes.part_shares(inside, end - start), genre
        )
        labels = piece.labels
        label = labels.get("genre") if genre and not change.thinned else None
        if label in ("video game", "classical", "romantic", "folk"):
            label = genre
        words = labels.get("style_words", "")
        bpm = labels.get("bpm")
        described = Described(
            vector,
            label,
            tuple(w.strip() for w in words.split(",") if w.strip()) if label else (),
            key=int(scores.argmax()) if scores.max() > PLAIN_KEY else None,
            bpm=float(bpm) * tempo if bpm else None,
            metre=int(bars[0, 1]) // STEPS_PER_BEAT,
            plain_mode=bool(scores.max() > PLAIN_MODE),
        )
        written_bars = grid_bars(inside, bars, scores) if written else []
        return Passage(written_bars, described, raw, relative)

    def sequence(
        self,
        bank: CaptionBank,
        length: int,
        source: str | None = None,
        *,
        plain: bool = False,
        splices: float = SPLICES,
    ) -> Sequence:
        """One training sequence of ``length`` + 1 ids. ``plain`` keeps moods whole, for
        validation; ``splices`` is how often a passage is followed by another piece's."""
        rng = self.rng
        ids: list[int] = []
        index: list[int] = []
        moods: list[Floats] = []
        null = rng.random() < NULL_SHARE and not plain
        heads = _HeadDropout(rng)
        while len(ids) < length + 1:
            piece = self.draw_piece(source)
            transpose = int(rng.integers(-5, 7)) if self._augmented else 0
            for passage in self.passages(piece, transpose, max_bars=16):
                passage_ids = [t for bar in passage.bars for t in encode_bar(heads(bar))]
                vector = passage.described.vector
                mood = conditioning(vector, bank.fitting(vector, rng), None if plain else rng)
                moods.append(np.zeros_like(mood) if null else mood)
                ids += passage_ids
                index += [len(moods) - 1] * len(passage_ids)
                if len(ids) > length:
                    break
                if rng.random() < splices:
                    break
        return Sequence(
            np.array(ids[: length + 1], np.int64),
            np.array(index[: length + 1], np.int64),
            np.stack(moods),
        )


class _HeadDropout:
    """Leaves control tokens out, by kind for a whole sequence or bar by bar: absent means free."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._key, self._density, self._chords = rng.random(3) < (0.6, 0.35, 0.6)

    def __call__(self, bar: GridBar) -> GridBar:
        stay = self._rng.random(3) > 0.1
        return GridBar(
            bar.steps,
            bar.notes,
            bar.key if self._key and stay[0] else None,
            bar.density if self._density and stay[1] else None,
            bar.chords if self._chords and stay[2] else (),
        )


def _transposed(notes: NDArray[np.void], semitones: int) -> NDArray[np.void]:
    if not semitones:
        return notes
    notes = notes.copy()
    moved = np.clip(notes["pitch"].astype(np.int16) + semitones, 0, 127)
    notes["pitch"] = np.where(notes["part"] == DRUMS.index, notes["pitch"], moved)
    return notes


def _piece_weights(pieces: list[PieceInfo]) -> Floats:
    size: dict[str, float] = {}
    for piece in pieces:
        size[piece.source] = size.get(piece.source, 0) + 1
    share = np.array(
        [
            SOURCE_WEIGHTS.get(p.source, size[p.source] / len(pieces)) / size[p.source]
            for p in pieces
        ]
    )
    cumulative = np.cumsum(share / share.sum())
    cumulative[-1:] = 1.0
    return cumulative


def fit_scale(corpus: Corpus, samples: int, seed: int) -> attributes.Scale:
    """Scale of the attributes over augmented training passages."""
    unit = attributes.Scale(
        np.zeros(len(attributes.MEASURED), np.float32),
        np.ones(len(attributes.MEASURED), np.float32),
    )
    source = PassageSource(corpus, unit, "train", seed)
    first = (
        next(source.passages(source.draw_piece(), 0, 16, written=False)) for _ in range(samples)
    )
    return attributes.Scale.fit(np.stack([passage.raw for passage in first]))


def make_bank(
    corpus: Corpus, scale: attributes.Scale, count: int, seed: int
) -> tuple[list[str], Floats]:
    """``count`` captions of random training passages, with the passages' attribute vectors."""
    source = PassageSource(corpus, scale, "train", seed)
    texts: list[str] = []
    vectors = []
    while len(texts) < count:
        for passage in source.passages(source.draw_piece(), 0, 16, written=False):
            texts.append(caption(passage.described, source.rng))
            vectors.append(passage.described.vector)
            if source.rng.random() < 0.5 or len(texts) >= count:
                break
    return texts, np.stack(vectors)
