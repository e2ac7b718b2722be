"""The model card: what a model was trained on, how it was checked, what it is bad at.

Written by ``export_model`` from records (the run's ``training.json``, the parity report), not by
hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from amt_live.manifest import Manifest


def model_card(
    manifest: Manifest, parity: Sequence[str], parameters: int, has_licences: bool
) -> str:
    """Text of ``MODEL_CARD.md``."""
    sizes = manifest.sizes
    lines = [
        f"# {manifest.name}",
        "",
        "Music tokens under a mood given as text, played live by amt-live. It writes notes for up "
        "to sixteen General MIDI parts; it makes no audio.",
        "",
        "## Model",
        "",
        f"- GPT-2, {parameters / 1e6:.2f} million parameters: {sizes.layers} layers of "
        f"{sizes.hidden}, {sizes.heads} heads, {sizes.positions} positions, "
        f"{sizes.vocabulary} ids.",
        f"- Decoder weights as played: {manifest.weights}. `checkpoint.safetensors` holds them in "
        "half precision, to train on from.",
        f"- Text encoder: {manifest.encoder.name}, {manifest.encoder.dimension} numbers, "
        f"{manifest.encoder.pooling} pooling, 8-bit.",
        f"- Attributes between text and music: {', '.join(manifest.conditioning.attributes)}.",
        "",
        "## Training",
        "",
        *_training(manifest.training),
        "",
        "## Checked at export",
        "",
        *[f"- {line}" for line in parity],
        "",
        "## Limits",
        "",
        "- Knows the styles of its training music; other words move it to the nearest of them.",
        "- Plays General MIDI families, not particular instruments; nothing is sung or spoken.",
        "- Moods are read from English text.",
        "",
        "## Licences",
        "",
        "- The music it was trained on and its licences: see LICENSES.md."
        if has_licences
        else "- The run left no record of the licences of its music.",
        "- The text encoder keeps its own licence (all-MiniLM-L6-v2: Apache-2.0)."
        if manifest.encoder.name == "all-MiniLM-L6-v2"
        else f"- The text encoder, {manifest.encoder.name}, keeps its own licence.",
        "",
    ]
    return "\n".join(lines)


def _training(record: Mapping[str, Any]) -> list[str]:
    if not record:
        return ["- Not trained, or no record was left."]
    lines = []
    if "tokens" in record:
        lines.append(f"- Tokens: {record['tokens'] / 1e6:.1f} million.")
    seconds = record.get("seconds")
    if seconds is not None:
        lines.append(f"- Time: {seconds / 3600:.1f} hours.")
    shown = {"tokens", "seconds", "validation"}
    lines += [f"- {name}: {value}" for name, value in record.items() if name not in shown]
    losses = record.get("validation")
    if isinstance(losses, Mapping) and losses:
        lines += ["", "| held-out source | loss, nats a token |", "|---|---|"]
        lines += [f"| {source} | {value} |" for source, value in losses.items()]
    return lines or ["- The record of the run is empty."]
