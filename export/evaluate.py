"""Does the model follow words? First figures: opposite phrases, played with the same seed,
measured.

Everything is measured on what the band really plays: ``amt_live.render`` writes a MIDI file and the
corpus reader reads it back. The phrases are frozen and were never captions.
"""

import hashlib
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from amt_live.music.parts import DRUMS
from amt_live.render import generate
from export import attributes, phrases
from export.midi_files import Refused, read_piece

Floats = NDArray[np.float32]

BARS = 8
SEEDS = (11, 12, 13)
_SCALES = (
    np.array([(np.array((0, 2, 4, 5, 7, 9, 11)) + root) % 12 for root in range(12)]),
    np.array([(np.array((0, 2, 3, 5, 7, 8, 10, 11)) + root) % 12 for root in range(12)]),
)


@dataclass(frozen=True, slots=True)
class Played:
    """One phrase played with one seed, measured: z-scores of the attributes, and plain figures."""

    z: Floats
    notes_per_bar: float
    velocity: float
    pitch: float
    out_of_scale: float
    empty_bars: float


def measure(path: Path, scale: attributes.Scale, bars: int) -> Played:
    """Read back a file that the band played; silence counts as everything at its lowest."""
    try:
        piece = read_piece(path.read_bytes())
    except Refused:
        return Played(np.full(attributes.CONTINUOUS, -3, np.float32), 0, 0, 0, 0, 1)
    notes = piece.notes
    scores = attributes.key_scores(notes)
    steps = int(piece.bars[0, 1]) * bars
    raw = attributes.measure(notes, steps, int(piece.bars[0, 1]), scores)
    pitched = notes[notes["part"] != DRUMS.index]
    minor, root = divmod(int(scores.argmax()), 12)
    inside = np.isin(pitched["pitch"] % 12, _SCALES[minor][root])
    filled = len(np.unique(notes["step"] // piece.bars[0, 1]))
    return Played(
        scale.z(raw),
        len(notes) / bars,
        float(notes["velocity"].mean()),
        float(pitched["pitch"].mean()) if len(pitched) else 0.0,
        float(1 - inside.mean()) if len(pitched) else 0.0,
        1 - min(filled / bars, 1.0),
    )


def evaluate(model: Path, seeds: tuple[int, ...] = SEEDS, bars: int = BARS) -> dict[str, object]:
    """Figures of a model folder, each with its 95 % interval beside it (``NAME_ci``)."""
    with np.load(model / "conditioning.npz", allow_pickle=False) as arrays:
        scale = attributes.Scale(arrays["scale_mean"], arrays["scale_deviation"])
    began = time.perf_counter()
    played: dict[str, list[Played]] = {}
    texts = [text for pair in (*phrases.AROUSAL, *phrases.VALENCE) for text in pair]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "played.mid"
        for text in tqdm(texts, desc="playing", unit="phrase", disable=None):
            rows = []
            for seed in seeds:
                generate(model, text, out, bars=bars, tempo_bpm=120, seed=seed, progress=_quiet)
                rows.append(measure(out, scale, bars))
            played[text] = rows
    figures: dict[str, object] = {"phrases": len(texts), "seeds": len(seeds), "bars": bars}
    at = {name: i for i, name in enumerate((*attributes.MEASURED, *attributes.DERIVED))}
    for name, pairs in (("arousal", phrases.AROUSAL), ("valence", phrases.VALENCE)):
        ordered = _ordered(pairs, played, at[name])
        figures[f"swap_{name}"] = round(float(ordered.mean()), 3)
        figures[f"swap_{name}_ci"] = _interval(ordered)
        for side, word in ((0, "low"), (1, "high")):
            rows = [row for pair in pairs for row in played[pair[side]]]
            figures[f"{name}_{word}_notes_per_bar"] = _mean(rows, "notes_per_bar")
            figures[f"{name}_{word}_velocity"] = _mean(rows, "velocity")
    everything = [row for rows in played.values() for row in rows]
    figures["out_of_scale"] = _mean(everything, "out_of_scale")
    figures["empty_bars"] = _mean(everything, "empty_bars")
    figures["seconds"] = round(time.perf_counter() - began, 1)
    figures["prompts_sha256"] = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    figures["model_sha256"] = manifest["files"]["decoder.onnx"]
    return figures


def _ordered(
    pairs: tuple[tuple[str, str], ...], played: dict[str, list[Played]], attribute: int
) -> Floats:
    return np.array(
        [
            float(high.z[attribute] > low.z[attribute])
            for first, second in pairs
            for low, high in zip(played[first], played[second], strict=True)
        ],
        np.float32,
    )


def _interval(values: Floats) -> list[float]:
    """Bootstrap 95 % interval of a mean."""
    rng = np.random.default_rng(0)
    means = rng.choice(values, (2000, len(values))).mean(axis=1)
    return [round(float(edge), 3) for edge in np.quantile(means, (0.025, 0.975))]


def _mean(rows: list[Played], name: str) -> float:
    return round(float(np.mean([getattr(row, name) for row in rows])), 3)


def _quiet(done: int, wanted: int) -> None:
    del done, wanted
