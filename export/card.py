"""The model card: what a model was trained on, how it was checked, what it is bad at.

Written from records and nothing else: the manifest (the run's ``training.json`` and what was
measured at export) and ``evaluation.json``. So it can be written anew when a record has changed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from amt_live.errors import FileError
from amt_live.manifest import MANIFEST_NAME, Manifest, hash_file, load_manifest
from export.model_folder import CARD_NAME, EVALUATION_NAME, LICENCES_NAME
from export.variants import HEADER, KINDS, cells

Record = Mapping[str, Any]


def rewrite_card(folder: Path) -> None:
    """Write the card of a model folder anew, say after an evaluation, and its hash with it."""
    manifest = load_manifest(folder)
    write_card(folder, manifest)
    files = {**manifest.files, CARD_NAME: hash_file(folder / CARD_NAME)}
    text = replace(manifest, files=files).as_json()
    partial = folder / f".{MANIFEST_NAME}.partial"
    partial.write_text(text, "utf-8")
    partial.replace(folder / MANIFEST_NAME)


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write ``MODEL_CARD.md`` into a folder whose other files are there."""
    path = folder / EVALUATION_NAME
    evaluation: Record = {}
    if path.is_file():
        try:
            evaluation = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise FileError(f"{path} cannot be read ({error}); evaluate the model again") from error
    text = model_card(manifest, evaluation, has_licences=(folder / LICENCES_NAME).is_file())
    (folder / CARD_NAME).write_text(text, "utf-8")


def model_card(manifest: Manifest, evaluation: Record, *, has_licences: bool) -> str:
    """Text of ``MODEL_CARD.md``."""
    sections = {
        "Model": _model(manifest),
        "Training": _training(manifest.training),
        "Training data": _data(manifest, has_licences),
        "Checked at export": _checked(manifest.checks),
        "Variants": _variants(manifest.checks),
        "Evaluation": _evaluation(evaluation),
        "Intended use": _use(manifest),
        "Limits": _limits(manifest, evaluation),
        "Licences": _licences(manifest, has_licences),
    }
    lines = [f"# {manifest.name}"]
    for title, section in sections.items():
        lines += ["", f"## {title}", "", *section]
    return "\n".join(lines) + "\n"


def _model(manifest: Manifest) -> Iterator[str]:
    sizes, encoder = manifest.sizes, manifest.encoder
    parameters = manifest.checks.get("parameters")
    many = f", {parameters / 1e6:.2f} million parameters" if parameters else ""
    yield (
        f"- GPT-2{many}: {sizes.layers} layers of {sizes.hidden}, {sizes.heads} heads, "
        f"{sizes.positions} positions, {sizes.vocabulary} ids."
    )
    yield (
        f"- Decoder weights as played: {manifest.weights}. `checkpoint.safetensors` holds them in "
        "half precision, to train on from."
    )
    yield (
        f"- Text encoder: {encoder.name}, {encoder.dimension} numbers, {encoder.pooling} pooling, "
        f"at most {encoder.max_tokens} word pieces."
        + (f" Its files lie in the model `{encoder.beside}` beside it." if encoder.beside else "")
    )
    cosine = manifest.checks.get("encoder_cosine")
    if cosine is not None:
        yield f"- The encoder as exported against its original: smallest cosine {cosine:.4f}."
    yield f"- Attributes between text and music: {', '.join(manifest.conditioning.attributes)}."


_TOLD_ELSEWHERE = frozenset(
    {"tokens", "tokens_planned", "seconds", "validation", "sources", "best"}
)


def _training(record: Record) -> Iterator[str]:
    if not record:
        yield "- Not trained, or no record was left."
        return
    if "tokens" in record:
        planned = record.get("tokens_planned", record["tokens"])
        part = f" of {planned / 1e6:.1f} million planned" if planned > record["tokens"] else ""
        yield f"- Tokens: {record['tokens'] / 1e6:.1f} million{part}."
    if "seconds" in record:
        yield f"- Time: {record['seconds'] / 3600:.2f} hours."
    best = record.get("best")
    if isinstance(best, Mapping):
        yield f"- Best mean held-out loss: {best.get('mean')} at step {best.get('step')}."
    for name, value in record.items():
        if name not in _TOLD_ELSEWHERE:
            yield f"- {name.replace('_', ' ').capitalize()}: {value}."


def _data(manifest: Manifest, has_licences: bool) -> Iterator[str]:
    sources = manifest.training.get("sources")
    losses = manifest.training.get("validation")
    sources = sources if isinstance(sources, Mapping) else {}
    losses = losses if isinstance(losses, Mapping) else {}
    if not sources and not losses:
        yield "No record of it was left."
        return
    licences = manifest.checks.get("licences", {})
    yield "| source | pieces | held-out loss, nats a token | licences of its pieces |"
    yield "|---|---|---|---|"
    for name in sorted({*sources, *losses} - {"mean"}):
        told = ", ".join(f"{licence} ({n})" for licence, n in licences.get(name, {}).items())
        yield f"| {name} | {sources.get(name, '')} | {losses.get(name, '')} | {told} |"
    total = sum(sources.values()) if sources else ""
    yield f"| all (loss: mean over sources) | {total} | {losses.get('mean', '')} | |"
    if has_licences:
        yield ""
        yield f"Where they come from: [{LICENCES_NAME}]({LICENCES_NAME})."


def _checked(checks: Record) -> Iterator[str]:
    told = checks.get("told", ())
    if not told:
        yield "Nothing was recorded."
    for line in told:
        yield f"- {line}"


def _variants(checks: Record) -> Iterator[str]:
    rows = checks.get("variants", ())
    if not rows:
        yield "Nothing was recorded."
        return
    plays = next((name for name in KINDS if name == checks.get("plays")), "")
    yield f"| {' | '.join(HEADER)} |"
    yield "|" + "---|" * len(HEADER)
    for row in rows:
        yield f"| {' | '.join(cells(row, plays))} |"
    yield ""
    tokens = {row["name"]: row["tokens"] for row in rows}
    heard = ", ".join(f"{name} {count}" for name, count in tokens.items())
    yield (
        f"Scored on {checks.get('test')}; tokens: {heard}. Speeds: one thread of the machine that "
        "exported it, with guidance, at 512 positions; paced is with a pause before each step."
    )


def _evaluation(record: Record) -> Iterator[str]:
    rows = list(_figures(record))
    if not rows:
        yield "Not evaluated since it was exported."
        return
    yield "| figure | value | 95 % interval |"
    yield "|---|---|---|"
    for name, value, interval in rows:
        yield f"| {name} | {value} | {interval} |"


def _figures(record: Record, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Figures of nested records: ``NAME`` beside ``NAME_ci``, or ``value`` beside ``ci``."""
    for name, value in record.items():
        if name.endswith(("_ci", "sha256")):
            continue
        if isinstance(value, Mapping):
            if "value" in value:
                yield f"{prefix}{name}", str(value["value"]), _interval(value.get("ci"))
            else:
                yield from _figures(value, f"{prefix}{name} / ")
        elif isinstance(value, bool | int | float):
            yield f"{prefix}{name}", str(value), _interval(record.get(f"{name}_ci"))


def _interval(edges: object) -> str:
    if isinstance(edges, list | tuple) and len(edges) == 2:
        return f"{edges[0]} to {edges[1]}"
    return ""


def _use(manifest: Manifest) -> Iterator[str]:
    yield (
        "To be played live, or into files, by amt-live: it writes notes for up to sixteen families "
        "of General MIDI under a mood given as text. It makes no audio and sings no words."
    )
    if not manifest.training:
        yield ""
        yield "This one is for tests: it is not meant to be listened to."


def _limits(manifest: Manifest, evaluation: Record) -> Iterator[str]:
    training = manifest.training
    losses = training.get("validation")
    if isinstance(losses, Mapping) and len(losses) > 2:
        single = {name: loss for name, loss in losses.items() if name != "mean"}
        worst = max(single, key=lambda name: single[name])
        yield f"- Foretells {worst} worst of its sources ({single[worst]} nats a token)."
    sources = training.get("sources")
    if isinstance(sources, Mapping) and sources:
        most = max(sources, key=lambda name: sources[name])
        share = sources[most] / sum(sources.values())
        yield f"- {share:.0%} of its pieces are {most}; other words move it to the nearest."
    if training.get("tokens_planned", 0) > training.get("tokens", 0):
        yield "- Exported before its training was finished."
    if not evaluation:
        yield "- Whether it follows words was not measured: `amt-live evaluate` does."
    yield (f"- Remembers at most {manifest.sizes.positions} ids: form over many bars is luck.")


def _licences(manifest: Manifest, has_licences: bool) -> Iterator[str]:
    if has_licences:
        yield f"- The music it was trained on: see [{LICENCES_NAME}]({LICENCES_NAME})."
    elif manifest.checks.get("licences"):
        yield "- The licences of the music it was trained on stand in the table above."
    elif manifest.training:
        yield "- The run left no record of the licences of its music."
    yield f"- The text encoder, {manifest.encoder.name}, keeps its own licence."
