"""``amt-live bench``: how fast a model decodes here, and what the band around it costs.

Called from the command line, and by the offline half for ``--peers`` and ``--shape``; heavy imports
wait until then.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amt_live.errors import AmtError

if TYPE_CHECKING:
    from amt_live.benching.report import Report
    from amt_live.inference.bench import Runner
    from amt_live.inference.decoder import Decoder

Say = Callable[[str], None]
Progress = Callable[[int, int], None]

FILLED: Final = 512
ROUNDS: Final = 16
PREFILLS: Final = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """A graph that is measured in place of the model's own, and what is measured beside it."""

    name: str
    decoder: "Decoder"
    graph: Path
    peers: "Sequence[Runner]" = ()
    missing: tuple[str, ...] = ()
    """One line for each peer that is not measured."""
    is_played: bool = True
    """Whether it is the model's own graph, so that a daemon that plays the model plays it."""


def measure(
    folder: Path,
    subject: Subject | None = None,
    rounds: int | None = None,
    progress: Progress | None = None,
) -> "Report":
    """Measure the decoder of a model folder, or a ``subject``, and the band of the folder.

    Raises AmtError where the folder cannot be played.
    """
    from amt_live.benching.band import measure_costs, measure_embedding
    from amt_live.benching.report import Report
    from amt_live.engine.model import open_decoder, open_model
    from amt_live.inference.bench import measure_decoding, prefill_ms, weight_bytes

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    model = open_model(folder)
    if subject is None:
        decoder = open_decoder(folder, model.manifest)
        subject = Subject(model.name, decoder, folder / "decoder.onnx")
    decoder = subject.decoder
    weights = weight_bytes(subject.graph, decoder.sizes)
    filled = min(FILLED, decoder.context)
    return Report(
        subject.name,
        decoder.provider,
        None if load is None else round(load, 2),
        measure_decoding(decoder, weights, subject.peers, rounds or ROUNDS, progress),
        {filled: prefill_ms(decoder.fork(), filled, PREFILLS)},
        measure_embedding(model),
        _first_note(folder) if subject.is_played else None,
        measure_costs(folder, model),
        subject.missing,
    )


def _first_note(folder: Path) -> float | None:
    """Nothing, where no daemon can play: the other figures are worth having all the same."""
    from amt_live.benching.band import measure_first_note

    try:
        return measure_first_note(folder)
    except AmtError:
        return None


def bench(folder: Path, say: Say, *, as_json: bool, subject: Subject | None = None) -> None:
    """Measure and print."""
    from amt_live.tools import ProgressBar

    progress = ProgressBar("rounds")
    report = measure(folder, subject, progress=progress)
    progress.end()
    if as_json:
        say(json.dumps(report.as_dict()))
        return
    for line in report.lines():
        say(line)
