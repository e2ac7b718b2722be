"""The styles that are in a corpus: its words in clusters, each with a name to play it by.

What is clustered are style documents, one for every different label line of the corpus ("bossa
nova, relaxed, nylon guitar, gentle") and captions where labels say little, as unit vectors of the
model's text encoder: k-means, k by the best silhouette of a range. ``style_names`` names them.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.errors import FileError, UsageError
from amt_live.manifest import load_manifest
from amt_live.text.conditioning import Conditioner
from amt_live.text.embedder import Embedder
from amt_live.text.styles import FORMAT, STYLES_NAME, load_styles
from export.style_names import Document, Named, name_clusters

Floats = NDArray[np.float32]

FEWEST: Final = 24
"""Fewer different texts than this have no clusters worth a name."""
FEW_OF_A_GENRE: Final = 12
MANY_OF_A_GENRE: Final = 100
"""A genre of at least so many pieces, and fewer documents than the above, gets captions that name
it."""
MOST: Final = 4000
SILHOUETTE_SAMPLE: Final = 2000
EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """``low`` to ``high`` clusters are tried."""

    low: int = 8
    high: int = 24
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Clusters:
    """Documents with their unit vectors [N, E], the cluster of each, centres [K, E]."""

    documents: tuple[Document, ...]
    vectors: Floats
    labels: NDArray[np.int64]
    centres: Floats
    silhouettes: dict[int, float]

    @property
    def silhouette(self) -> float:
        return self.silhouettes[len(self.centres)]


def read_documents(corpus: Path, seed: int = 0) -> list[Document]:
    """The different texts of a prepared corpus; raises FileError, UsageError."""
    try:
        lines = (corpus / "pieces.jsonl").read_text("utf-8").splitlines()
        labels = [json.loads(line)["labels"] for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        how = f"make one with: amt-live prepare MIDI... -o {corpus}"
        raise FileError(f"{corpus} is no prepared corpus ({error}); {how}") from error
    path = corpus / "captions.txt"
    captions = list(dict.fromkeys(path.read_text("utf-8").splitlines())) if path.is_file() else []
    np.random.default_rng(seed).shuffle(captions)
    found: dict[str, Document] = {}
    for row in labels:
        document = _labelled(row)
        if document is not None:
            known = found.get(document.text, document)
            found[document.text] = replace(known, pieces=known.pieces + 1)
    documents = list(found.values())
    if len(documents) < FEWEST:
        documents += [Document(text) for text in captions[:MOST]]
    else:
        documents += _captions_of_genres(documents, captions)
    if len(documents) < FEWEST:
        raise UsageError(
            f"{corpus} has {len(documents)} different texts, too few for styles; give it labels, "
            f"or captions: amt-live train {corpus} makes them first"
        )
    order = np.random.default_rng(seed).permutation(len(documents))[:MOST]
    return [documents[i] for i in sorted(order)]


def _labelled(labels: dict[str, str]) -> Document | None:
    genre = " ".join(labels.get("genre", "").split())
    if not genre:
        return None
    style = _phrases(labels.get("style_words", ""))
    mood = _phrases(labels.get("mood_words") or labels.get("mood", ""))
    # Moods come and go within a style; they name it only where nothing else does.
    return Document(", ".join(dict.fromkeys((genre, *style, *mood))), genre, style or mood, 0)


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


def _captions_of_genres(documents: Sequence[Document], captions: Sequence[str]) -> list[Document]:
    """Captions that name a genre of which labels say little."""
    counts = Counter(document.genre for document in documents)
    pieces: Counter[str] = Counter()
    for document in documents:
        pieces[document.genre] += document.pieces
    few = {genre for genre, count in counts.items() if count < FEW_OF_A_GENRE}
    added: list[Document] = []
    for genre in sorted(genre for genre in few if pieces[genre] >= MANY_OF_A_GENRE):
        fitting = [text for text in captions if f" {genre} " in f" {text.replace(',', ' ')} "]
        most = FEW_OF_A_GENRE - counts[genre]
        added += [Document(text, genre) for text in fitting[:most]]
    return added


def find_clusters(
    documents: Sequence[Document], embedder: Embedder, settings: Settings
) -> Clusters:
    """Read the documents and cluster them; the same documents and seed give the same clusters."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score
    from threadpoolctl import threadpool_limits

    with tqdm(total=len(documents), desc="reading", unit="text", disable=None) as bar:
        vectors = embedder.embed_many([document.text for document in documents], bar.update)
    # Many pieces of one text count for more than one, but not for thousands.
    weights = 1 + np.log([max(document.pieces, 1) for document in documents])
    high = min(settings.high, len(documents) // 3)
    low = min(settings.low, high)
    best: Any = None
    silhouettes: dict[int, float] = {}
    size = min(SILHOUETTE_SAMPLE, len(documents))
    for count in tqdm(range(low, high + 1), desc="clustering", unit="k", disable=None):
        # Two threads that wait for each other on a busy machine take many times as long as one.
        with threadpool_limits(1):
            fitted = KMeans(count, n_init=4, random_state=settings.seed)
            fitted.fit(vectors, sample_weight=weights)
            found = silhouette_score(
                vectors, fitted.labels_, sample_size=size, random_state=settings.seed
            )
        silhouettes[count] = float(found)
        if silhouettes[count] == max(silhouettes.values()):
            best = fitted
    labels, centres = best.labels_.astype(np.int64), best.cluster_centers_.astype(np.float32)
    return Clusters(tuple(documents), vectors, labels, centres, silhouettes)


def make_styles(corpus: Path, model: Path, settings: Settings) -> tuple[Clusters, list[Named]]:
    """Find the styles of a corpus and write them into a model folder; calm ones come first."""
    manifest = load_manifest(model)
    embedder = Embedder(model, manifest)
    clusters = find_clusters(read_documents(corpus, settings.seed), embedder, settings)
    named = name_clusters(clusters.documents, clusters.vectors, clusters.labels, embedder)
    order = np.argsort(_arousal(named, embedder, Conditioner(model)))
    named = [named[i] for i in order]
    write_styles(model, clusters, named)
    return clusters, named


def _arousal(named: Sequence[Named], embedder: Embedder, conditioner: Conditioner) -> list[float]:
    moods = [conditioner.condition(embedder.embed(style.text)) for style in named]
    return [mood.attributes.get("arousal", -float(n)) for n, mood in enumerate(moods)]


def write_styles(model: Path, clusters: Clusters, named: Sequence[Named]) -> None:
    """Write ``styles.json`` whole or not at all; the manifest does not name it."""
    record = {
        "format": FORMAT,
        "texts": len(clusters.documents),
        "clusters": len(clusters.centres),
        "silhouette": round(clusters.silhouette, 4),
        "styles": [
            {
                "name": style.name,
                "text": style.text,
                "texts": style.size,
                "examples": list(style.examples[:EXAMPLES]),
            }
            for style in named
        ],
    }
    fresh = model / f".{STYLES_NAME}.new"
    fresh.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    os.replace(fresh, model / STYLES_NAME)
    load_styles(model)
