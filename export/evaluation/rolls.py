"""Piano rolls of six moods from the same seed."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from amt_live.analysis.music import load_music
from amt_live.analysis.report import describe
from amt_live.analysis.roll import write_roll
from amt_live.midi.smf import write
from amt_live.offline import Request, play_many
from export import phrases
from export.evaluation.words import BARS, BPM, FIRST_SEED

ENDING: Final = ".svg"


def draw_rolls(
    model: Path, folder: Path, texts: Sequence[str] = phrases.ROLLS, ending: str = ENDING
) -> list[Path]:
    """Play each text for eight bars with the same seed and draw it as ``TEXT.svg``; the paths.

    Raises AmtError; a text that comes out silent is left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    asked = [Request(text, FIRST_SEED, BARS, BPM) for text in texts]
    drawn: dict[int, Path] = {}
    with tempfile.TemporaryDirectory() as place:
        for index, take in play_many(model, asked):
            if not take.notes:
                continue
            file = Path(place) / f"{index}.mid"
            write(take.song, file)
            music = load_music(file)
            report = replace(describe(file, music), file=texts[index])
            path = folder / f"{'-'.join(texts[index].replace(',', '').split())}{ending}"
            write_roll(path, music, report)
            drawn[index] = path
    return [drawn[index] for index in sorted(drawn)]
