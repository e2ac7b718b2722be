"""The record of a run for the model card: ``training.json``."""

from collections import Counter
from collections.abc import Mapping

from export.corpus import Corpus
from export.training.settings import TrainSettings
from export.training.validation import Best
from export.training.workers import Workers

_MEASURED = ("step", "tokens", "seconds", "validation")


def training_record(
    settings: TrainSettings,
    corpus: Corpus,
    progress: Mapping[str, object],
    *,
    captions: int,
    device: str,
    precision: str,
    workers: Workers,
    best: Best,
) -> dict[str, object]:
    """What the model card says of where the weights come from."""
    trained = [piece for piece in corpus.pieces if piece.split == "train"]
    record: dict[str, object] = {name: progress[name] for name in _MEASURED}
    record |= {
        "pieces": len(trained),
        "notes": sum(piece.notes[1] - piece.notes[0] for piece in trained),
        "sources": dict(sorted(Counter(piece.source for piece in trained).items())),
        "captions": captions,
        "device": f"{device}, {workers.count} process(es) of {settings.threads} thread",
        "precision": precision,
        "schedule": settings.schedule,
        "sequences": f"{settings.length} ids, the model's full length at the end",
        "tokens_planned": settings.tokens,
        "heard": settings.heard,
    }
    if settings.start is not None:
        record["started_from"] = settings.start.name
    if best.step >= 0:
        record["best"] = {"step": best.step, "mean": best.mean}
    return record
