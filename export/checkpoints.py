"""Files of a training run: each is replaced as a whole, and one of them alone can be resumed from.

``optimizer.safetensors`` holds the optimiser's state, the weights that belong to it and, as
metadata, the progress; ``checkpoint.safetensors`` (weights alone, for export) and ``progress.json``
are written after it. Invariant: a kill at any moment leaves a run that resumes from one step.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from amt_live.errors import FileError, one_line
from export.model import ModelConfig, MoodGPT2

CONFIG = "config.json"
CHECKPOINT = "checkpoint.safetensors"
BEST = "best.safetensors"
OPTIMIZER = "optimizer.safetensors"
PROGRESS = "progress.json"
SETTINGS = "settings.json"
TRAINING = "training.json"
_WEIGHT = "weights."
_LAYER = "gpt2.transformer.h."
_NOT_SHAPE = ("dropout", "attention_dropout")


@dataclass(frozen=True, slots=True)
class RunState:
    """What a run goes on from."""

    weights: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    progress: dict[str, Any]


def has_run(run: Path) -> bool:
    """Whether a folder holds a run that has got to a checkpoint."""
    return (run / PROGRESS).is_file() or (run / OPTIMIZER).is_file()


def weights_of(model: MoodGPT2) -> dict[str, Tensor]:
    """The model's tensors by name, without the head, which is tied to the embeddings."""
    return {
        name.removeprefix("_orig_mod."): value
        for name, value in model.state_dict().items()
        if not name.endswith("lm_head.weight")
    }


def put_weights(model: MoodGPT2, tensors: dict[str, Tensor]) -> None:
    """Load tensors of any precision into a model; RuntimeError when they do not fit."""
    tensors = {name: value.float() for name, value in tensors.items()}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or [name for name in missing if not name.endswith("lm_head.weight")]:
        raise RuntimeError(f"missing {missing}, unexpected {unexpected}")


def load_weights(model: MoodGPT2, path: Path) -> None:
    """Load a checkpoint of any precision into a model; the head is tied to the embeddings.

    A model with fewer layers takes every few of them; trained on a little, it comes near to the
    whole (as in DistilBERT, Sanh et al. 2019). RuntimeError when the tensors do not fit.
    """
    put_weights(model, _thinned(load_file(path), model.config.layers))


def _thinned(tensors: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """The tensors of a model of ``layers`` layers: the first, the last and some between."""
    here = {int(name.split(".")[3]) for name in tensors if name.startswith(_LAYER)}
    if layers >= len(here):
        return tensors
    last = max(layers - 1, 1)
    kept = [round(index * (len(here) - 1) / last) for index in range(layers)]
    thin = {name: value for name, value in tensors.items() if not name.startswith(_LAYER)}
    for index, layer in enumerate(kept):
        old = f"{_LAYER}{layer}."
        thin |= {
            f"{_LAYER}{index}.{name.removeprefix(old)}": value
            for name, value in tensors.items()
            if name.startswith(old)
        }
    return thin


def save_state(run: Path, state: RunState) -> None:
    """Write the checkpoint; a kill in between leaves the one before."""
    progress = json.dumps(state.progress, indent=1)
    together = {f"{_WEIGHT}{name}": value for name, value in state.weights.items()}
    replace_tensors(run / OPTIMIZER, {**together, **state.optimizer}, {PROGRESS: progress})
    replace_tensors(run / CHECKPOINT, state.weights)
    replace_text(run / PROGRESS, progress)


def load_state(run: Path) -> RunState:
    """What the last checkpoint of a run holds; FileError when it is damaged."""
    try:
        with safe_open(run / OPTIMIZER, "pt") as file:
            recorded = (file.metadata() or {}).get(PROGRESS)
        tensors = load_file(run / OPTIMIZER)
        if recorded is not None:
            weights = {
                name.removeprefix(_WEIGHT): value
                for name, value in tensors.items()
                if name.startswith(_WEIGHT)
            }
            optimizer = {
                name: value for name, value in tensors.items() if not name.startswith(_WEIGHT)
            }
            return RunState(weights, optimizer, json.loads(recorded))
        # A run of before: three files, written one after the other.
        return RunState(
            load_file(run / CHECKPOINT), tensors, json.loads((run / PROGRESS).read_text("utf-8"))
        )
    except (OSError, SafetensorError, ValueError) as error:
        raise FileError(
            f"the checkpoint in {run} is damaged ({one_line(error)}); start over in another folder"
        ) from error


def read_config(run: Path) -> ModelConfig | None:
    """The shape that a run folder was started with; None when it has none yet."""
    path = run / CONFIG
    if not path.is_file():
        return None
    try:
        return ModelConfig(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise FileError(
            f"{path} is no model's shape; delete it, or use another folder with -o"
        ) from error


def check_shape(run: Path, wanted: ModelConfig) -> None:
    """FileError when the run in a folder has another shape than ``wanted``."""
    held = read_config(run)
    if held is None or not has_run(run):
        return
    mine, theirs = wanted.as_dict(), held.as_dict()
    other = [name for name in mine if name not in _NOT_SHAPE and mine[name] != theirs[name]]
    if other:
        name = other[0]
        raise FileError(
            f"the checkpoint in {run} does not fit: its {name} is {theirs[name]}, not "
            f"{mine[name]}; start the new run in another folder with -o, or ask for the old shape"
        )


def read_settings(run: Path) -> dict[str, Any]:
    """The settings that a run was started with; empty when they were not written down."""
    try:
        settings = json.loads((run / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def replace_tensors(
    path: Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None
) -> None:
    """Write tensors by name, whole or not at all."""
    partial = path.with_suffix(".partial")
    tensors = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    save_file(tensors, partial, metadata)
    _settle(partial, path)


def replace_text(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    _settle(partial, path)


def _settle(partial: Path, path: Path) -> None:
    # On the disk before it takes the old file's name: a power cut leaves the one or the other.
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)
