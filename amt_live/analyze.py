"""``amt-live analyze``: what is in a MIDI file, measured, and how a model's words read it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amt_live import paths
from amt_live.analysis import elements, moods, styles
from amt_live.analysis.measures import MEASURED, Scale
from amt_live.analysis.music import Music, load_music
from amt_live.analysis.report import Report, describe, lines
from amt_live.errors import FileError, ModelError

Say = Callable[[str], None]
Floats = NDArray[np.float32]


def analyze(file: str, model: str, say: Say, *, as_json: bool, plot: str | None = None) -> int:
    """Report on one file, and draw it where ``plot`` names a picture. Raises AmtError."""
    path = Path(file).expanduser()
    picture = Path(plot).expanduser() if plot else None
    if picture is not None and not picture.absolute().parent.is_dir():
        raise FileError(f"cannot write {picture}: name a file in a folder that exists")
    music = load_music(path)
    report = with_readings(describe(path, music), music, model)
    if picture is not None:
        from amt_live.analysis.roll import write_roll

        write_roll(picture, music, report)
    if as_json:
        say(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
        return 0
    for line in lines(report):
        say(line)
    if picture is not None:
        say(f"picture   {picture}")
    return 0


def with_readings(report: Report, music: Music, model: str) -> Report:
    """The report with mood and style readings; where there is no model, with the reason."""
    raw, shares = moods.measure_windows(music)
    if not len(raw):
        return replace(report, basis=("no readings: the bars are too short to measure",))
    report = _with_words(report, raw, shares, model)
    return replace(
        report,
        style_analysis=elements.read_elements(raw, shares, report.mood),
        basis=(*report.basis, f"elements: {elements.basis()}"),
    )


def _with_words(report: Report, raw: Floats, shares: Floats, model: str) -> Report:
    """Mood and style, by what the words of a model mean to it."""
    try:
        folder = paths.find_model(model)
        words = _ask_model(folder)
    except ModelError as error:
        return replace(report, basis=(f"no readings of mood and style: {error}",))
    except ImportError as error:  # a program that only analyses may lack what playing needs
        why = f"no readings of mood and style: {error.name} is missing; pip install amt-live"
        return replace(report, basis=(why,))
    scale = words.scale
    if scale is None:
        why = f"no readings of mood and style: model {folder.name} does not tell its scale"
        return replace(report, model=folder.name, basis=(why,))
    report = replace(report, model=folder.name, mood=moods.read_mood(raw, scale))
    mood_basis = f"mood: {moods.BASIS}"
    if words.styles is None:
        why = f"no readings of style: model {folder.name} does not read what is measured"
        return replace(report, basis=(mood_basis, why))
    return replace(
        report,
        styles=styles.read_styles(raw, shares, scale, words.styles),
        basis=(mood_basis, f"style: {styles.basis(elements.record()['styles'])}"),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What a model knows of words: the scale of its attributes, and those of each style."""

    scale: Scale | None
    styles: NDArray[np.float64] | None


def _ask_model(folder: Path) -> _Words:
    from amt_live.manifest import load_manifest
    from amt_live.text.conditioning import Conditioner
    from amt_live.text.embedder import Embedder

    manifest = load_manifest(folder, verify=False)
    conditioner = Conditioner(folder)
    scale = conditioner.scale_of(MEASURED)
    if scale is None:
        return _Words(None, None)
    embed = Embedder(folder, manifest).embed
    names = conditioner.attribute_names
    found = styles.style_vectors(
        lambda phrase: conditioner.vector(embed(phrase))[1 : 1 + len(names)], names
    )
    return _Words(Scale(*scale), found)
